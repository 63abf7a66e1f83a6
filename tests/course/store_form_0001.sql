-- What version 0.1.0 of the course wrote: a dump of results.sqlite, for the test of its migration.
BEGIN TRANSACTION;
CREATE TABLE about (
	version INTEGER NOT NULL, 
	PRIMARY KEY (version)
);
INSERT INTO "about" VALUES(1);
CREATE TABLE adjustments (
	number INTEGER NOT NULL, 
	class_name VARCHAR(200) NOT NULL, 
	student VARCHAR(1600) NOT NULL, 
	day VARCHAR(100) NOT NULL, 
	exercise VARCHAR(200) NOT NULL, 
	points FLOAT NOT NULL, 
	comment JSON NOT NULL, 
	author VARCHAR(200) NOT NULL, 
	made_at VARCHAR(32) NOT NULL, 
	score_then FLOAT NOT NULL, 
	removed_at VARCHAR(32), 
	removed_by VARCHAR(200), 
	PRIMARY KEY (number)
);
INSERT INTO "adjustments" VALUES(1,'','ada','day01_tiny','sums.total',1.5,'"right idea"','me','2026-11-29T13:24:27+00:00',3.0,'2026-11-29T13:24:27+00:00','me');
INSERT INTO "adjustments" VALUES(2,'','bob','day01_tiny','',-1.0,'"null \u0000"','you','2026-11-29T13:24:27+00:00',2.0,NULL,NULL);
CREATE TABLE days (
	submission_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	day VARCHAR(100) NOT NULL, 
	score INTEGER NOT NULL, 
	max_score INTEGER NOT NULL, 
	extra JSON NOT NULL, 
	PRIMARY KEY (submission_id, position), 
	FOREIGN KEY(submission_id) REFERENCES submissions (id)
);
INSERT INTO "days" VALUES(1,0,'day01_tiny',5,5,'{}');
INSERT INTO "days" VALUES(2,0,'day01_tiny',2,5,'{"late": {"points": 0.5, "reason": "late"}}');
INSERT INTO "days" VALUES(3,0,'day01_tiny',2,5,'{}');
CREATE TABLE exercises (
	submission_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	day VARCHAR(100) NOT NULL, 
	exercise VARCHAR(200) NOT NULL, 
	score INTEGER NOT NULL, 
	max_score INTEGER NOT NULL, 
	extra JSON NOT NULL, 
	PRIMARY KEY (submission_id, position), 
	FOREIGN KEY(submission_id) REFERENCES submissions (id)
);
INSERT INTO "exercises" VALUES(1,0,'day01_tiny','sums.total',3,3,'{}');
INSERT INTO "exercises" VALUES(1,1,'day01_tiny','sums.Counter.step',2,2,'{}');
INSERT INTO "exercises" VALUES(2,0,'day01_tiny','sums.total',0,3,'{"title": "Total"}');
INSERT INTO "exercises" VALUES(2,1,'day01_tiny','sums.Counter.step',2,2,'{}');
INSERT INTO "exercises" VALUES(3,0,'day01_tiny','sums.total',0,3,'{}');
INSERT INTO "exercises" VALUES(3,1,'day01_tiny','sums.Counter.step',2,2,'{}');
CREATE TABLE incidents (
	submission_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	says JSON NOT NULL, 
	extra JSON NOT NULL, 
	PRIMARY KEY (submission_id, position), 
	FOREIGN KEY(submission_id) REFERENCES submissions (id)
);
INSERT INTO "incidents" VALUES(2,0,'tamper','"tests/test_sums.py was changed"','{}');
INSERT INTO "incidents" VALUES(2,1,'note','"odd \u0000 \ud800 text"','{}');
INSERT INTO "incidents" VALUES(2,2,'note','"day01_tiny/sums.total, test_total_several_shapes: odd"','{}');
CREATE TABLE runs (
	id INTEGER NOT NULL, 
	class_name VARCHAR(200) NOT NULL, 
	seed BIGINT NOT NULL, 
	suite VARCHAR(64) NOT NULL, 
	days TEXT NOT NULL, 
	first_stored VARCHAR(32) NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (class_name, seed, suite, days)
);
INSERT INTO "runs" VALUES(1,'',7,'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','day01_tiny','2026-11-29T13:24:27+00:00');
INSERT INTO "runs" VALUES(2,'',2147483647,'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','day01_tiny','2026-11-29T13:24:27+00:00');
INSERT INTO "runs" VALUES(3,'',8,'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','day01_tiny','2026-11-29T13:24:27+00:00');
CREATE TABLE submissions (
	id INTEGER NOT NULL, 
	run_id INTEGER NOT NULL, 
	class_name VARCHAR(200) NOT NULL, 
	student VARCHAR(1600) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	score INTEGER NOT NULL, 
	max_score INTEGER NOT NULL, 
	submission VARCHAR(64), 
	tool VARCHAR(64), 
	versions JSON, 
	limits JSON, 
	isolation JSON, 
	seconds FLOAT, 
	extra JSON NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (class_name, student), 
	FOREIGN KEY(run_id) REFERENCES runs (id)
);
INSERT INTO "submissions" VALUES(1,1,'','ada','a523d5947cd96763f5560b8332cdfe7237cfcfdbbcfe84e294d20a8929faf9f2',5,5,'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',NULL,'{"course": "0.1.0", "python": "3.11.7", "numpy": "2.4.6"}','null','["process", "rlimits"]',0.5,'{}');
INSERT INTO "submissions" VALUES(2,2,'','Zoë <b>; DROP TABLE runs;--','84691a6619998b72bcb98dcc6f06a1e50533d1189f096f43790243b5b56ef433',2,5,'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb','cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc','{"course": "0.1.0", "python": "3.11.7", "numpy": "2.4.6"}','{"memory_mib": 1}','["process", "rlimits"]',0.5,'{"note": "odd \u0000 \ud800 text", "tamper": ["tests/test_sums.py was changed"], "something new": {"nested": [1, 2.5, null]}}');
INSERT INTO "submissions" VALUES(3,3,'','bob','439412c2c80a5a3286cb7ff9e0c7d4d99fe1dbc20589ba1f72a01e90f7f4730e',2,5,'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',NULL,'{"course": "0.1.0", "python": "3.11.7", "numpy": "2.4.6"}','null','["process", "rlimits"]',0.5,'{}');
CREATE TABLE tests (
	submission_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	day VARCHAR(100) NOT NULL, 
	exercise VARCHAR(200) NOT NULL, 
	test VARCHAR(200) NOT NULL, 
	outcome VARCHAR(20) NOT NULL, 
	points INTEGER NOT NULL, 
	max_points INTEGER NOT NULL, 
	message JSON, 
	misconception VARCHAR(200), 
	seconds FLOAT, 
	extra JSON NOT NULL, 
	PRIMARY KEY (submission_id, position), 
	FOREIGN KEY(submission_id) REFERENCES submissions (id)
);
INSERT INTO "tests" VALUES(1,0,'day01_tiny','sums.total','test_total_several_shapes','passed',2,2,'""',NULL,0.01,'{}');
INSERT INTO "tests" VALUES(1,1,'day01_tiny','sums.total','test_total_large_numbers','passed',1,1,'""',NULL,0.01,'{}');
INSERT INTO "tests" VALUES(1,2,'day01_tiny','sums.Counter.step','test_counter_step_accumulates','passed',2,2,'""',NULL,0.01,'{}');
INSERT INTO "tests" VALUES(2,0,'day01_tiny','sums.total','test_total_several_shapes','failed',0,2,'"null \u0000, lone \udc80"',NULL,0.01,'{"note": "odd"}');
INSERT INTO "tests" VALUES(2,1,'day01_tiny','sums.total','test_total_large_numbers','error',0,1,'"It ended with error."',NULL,0.01,'{}');
INSERT INTO "tests" VALUES(2,2,'day01_tiny','sums.Counter.step','test_counter_step_accumulates','passed',2,2,'""',NULL,0.01,'{}');
INSERT INTO "tests" VALUES(3,0,'day01_tiny','sums.total','test_total_several_shapes','failed',0,2,'"It ended with failed."',NULL,0.01,'{}');
INSERT INTO "tests" VALUES(3,1,'day01_tiny','sums.total','test_total_large_numbers','error',0,1,'"It ended with error."',NULL,0.01,'{}');
INSERT INTO "tests" VALUES(3,2,'day01_tiny','sums.Counter.step','test_counter_step_accumulates','passed',2,2,'""',NULL,0.01,'{}');
CREATE INDEX adjustments_of ON adjustments (class_name, student);
CREATE INDEX tests_by_name ON tests (day, test);
COMMIT;

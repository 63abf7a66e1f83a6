"""Result files of a made-up class, as ``course grade`` writes them, without grading anything."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

EXERCISES = {"sums.total": (2, 1), "sums.Counter.step": (2,)}
NAMES = {"sums.total": ("several_shapes", "large_numbers"), "sums.Counter.step": ("accumulates",)}


def entry(name: str, points: int, outcome: str = "passed", **more: Any) -> dict[str, Any]:
    """One test of a record."""
    return {
        "test": name,
        "outcome": outcome,
        "points": points if outcome == "passed" else 0,
        "max_points": points,
        "message": "" if outcome == "passed" else f"It ended with {outcome}.",
        "misconception": None,
        "seconds": 0.01,
        **more,
    }


def record(student: str, outcomes: str = "ppp", **more: Any) -> dict[str, Any]:
    """A whole record; ``outcomes`` has a letter per test: passed, failed, error, timeout, not implemented."""
    words = {"p": "passed", "f": "failed", "e": "error", "t": "timeout", "n": "not_implemented"}
    letters = iter(outcomes)
    exercises = []
    for name, points in EXERCISES.items():
        stem = name.split(".", 1)[1].replace(".", "_").lower()
        tests = [
            entry(f"test_{stem}_{end}", worth, words[next(letters)])
            for end, worth in zip(NAMES[name], points, strict=True)
        ]
        score = sum(test["points"] for test in tests)
        exercises.append({"exercise": name, "score": score, "max_score": sum(points), "tests": tests})
    score = sum(exercise["score"] for exercise in exercises)
    return {
        "student": student,
        "seed": 7,
        "score": score,
        "max_score": 5,
        "days": [{"day": "day01_tiny", "score": score, "max_score": 5, "exercises": exercises}],
        "isolation": ["process", "rlimits"],
        "versions": {"course": "0.1.0", "python": "3.11.7", "numpy": "2.4.6"},
        "suite": "a" * 64,
        "submission": "b" * 64,
        "seconds": 0.5,
        **more,
    }


def write_record(out: Path, plain: dict[str, Any]) -> Path:
    """Write a record as its result file."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{plain['student']}.json"
    path.write_text(json.dumps(plain), encoding="utf-8")
    return path


def write_class(out: Path, students: int) -> Path:
    """A class of many, with results that differ in a way a report can show."""
    chance = random.Random(1)
    for number in range(students):
        skill = chance.random()
        letters = "".join("p" if chance.random() < skill else chance.choice("fetn") for _ in range(3))
        write_record(out, record(f"student{number:05}", letters))
    return out

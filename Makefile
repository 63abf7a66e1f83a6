# Thin: each target is also written out in the README, for machines without make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
PYTHON := python
endif

PIP = $(BIN)/python -m pip install --disable-pip-version-check --progress-bar on --constraint constraints.txt
# One process more than there are cores. The tests of a file stay together, for they share what is costly to make; the files begin
# in the order of tests/course/conftest.py, the longest first.
BY_FILE := --numprocesses auto --dist loadfile --no-loadscope-reorder

.PHONY: setup demo test quick surfaces lint verify bench clean

setup: $(VENV)/installed

$(VENV)/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c "import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 14) else 'You have Python %d.%d; 3.11 to 3.14 is needed. Name another one: make setup PYTHON=python3.12' % v)"
	@echo "1 of 3: making .venv, a Python of its own …"
	@$(PYTHON) -m venv $(VENV)
	@echo "2 of 3: installing everything but PyTorch, a minute or two the first time …"
	@$(PIP) --editable ".[author,instructor]"
	@echo "3 of 3: installing PyTorch, some minutes the first time …"
	@$(PIP) --editable ".[torch]"
	@touch $@
	@printf '%s\n' 'Ready. Activate it in every new terminal: source $(BIN)/activate (on Windows: .venv\Scripts\activate)'

demo: setup
	$(BIN)/course demo

test: setup
	$(BIN)/python -m pytest tests/course -q $(BY_FILE)
	$(BIN)/python -m pytest --solutions -q --numprocesses auto --dist worksteal

quick: setup
	$(BIN)/python -m pytest tests/course -q $(BY_FILE) --quick

surfaces: setup
	COURSE_SURFACES=all $(BIN)/python -m pytest tests/course/test_surfaces_of_days.py -q

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

verify: setup
	$(BIN)/course verify $(DAY)

bench: setup
	$(BIN)/python benchmarks/engine.py

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

# Thin: each target is also written out in the README, for machines without make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
PYTHON := python
endif

.PHONY: setup demo test surfaces lint verify bench clean

setup: $(VENV)/installed

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[author,instructor]"
	@touch $@

demo: setup
	$(BIN)/course demo

test: setup
	$(BIN)/python -m pytest tests/course -q
	$(BIN)/python -m pytest --solutions -q

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

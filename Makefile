# Each target makes the environment in .venv if it is missing.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
CORES ?= $(shell nproc)
CONFIG ?= config/demo.yaml
RESULTS ?= results/demo

.PHONY: demo plan verify test test-all lint format docs bench lock clean

demo: .venv/installed
	$(BIN)/snakemake --cores $(CORES) --configfile config/demo.yaml
	@echo "Open $(CURDIR)/results/demo/report/index.html"

# What a run would do, why, and what it is expected to cost by the records of earlier runs.
plan: .venv/installed
	PYTHONPATH=workflow $(BIN)/python -m beholder.report.plan --configfile $(CONFIG)

# Are the results those that their records describe?
verify: .venv/installed
	PYTHONPATH=workflow $(BIN)/python -m beholder.report.verify $(RESULTS)

test: .venv/installed
	$(BIN)/python -m pytest -m "not slow"

test-all: .venv/installed
	$(BIN)/python -m pytest

lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/mypy
	$(BIN)/snakemake --lint --configfile config/demo.yaml

format: .venv/installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/snakefmt Snakefile workflow

# The config's schema and key table, from the typed model.
docs: .venv/installed
	PYTHONPATH=workflow $(BIN)/python -m beholder.config.documentation

bench: .venv/installed
	@for file in benchmarks/*.py; do echo "== $$file"; PYTHONPATH=workflow $(BIN)/python $$file || exit 1; done

# Without dependencies, because the lock lists them all: mediapipe and grad-cam name two more builds of OpenCV, which
# would overwrite each other's files.
.venv/installed: envs/requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) and "Beholder needs Python 3.11 (set PYTHON=...), not " + sys.version.split()[0])'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r envs/requirements.lock
	@touch $@

lock:
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet -r envs/requirements.in
	.venv-lock/bin/python -m pip freeze --exclude pip --exclude setuptools --exclude opencv-contrib-python > envs/requirements.lock
	rm -rf .venv-lock

clean:
	rm -rf results work logs .snakemake

# Every target sets up what it needs; Python 3.11 or later is all that must be there.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SAM := .venv-sam/bin
S3RVER := tests/links/node_modules/.stamp

.PHONY: demo test check lint build bench lock clean

demo: $(VENV)/run.stamp  ## run the whole job on the bundled sample account
	$(BIN)/debrief demo

test: $(VENV)/dev.stamp $(if $(shell command -v npm),$(S3RVER))  ## all tests, offline; those of tests/links take npm
	$(BIN)/python -m pytest

check: lint test  ## what CI runs

lint: $(VENV)/dev.stamp .venv-sam/stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	PYTHONPATH=functions $(BIN)/lint-imports
	$(BIN)/cfn-lint template.yaml infra/*.yaml
	AWS_DEFAULT_REGION=eu-west-1 SAM_CLI_TELEMETRY=0 $(SAM)/sam validate --lint

build: .venv-sam/stamp  ## what `sam deploy` uploads
	PATH="$(CURDIR)/$(SAM):$$PATH" AWS_DEFAULT_REGION=eu-west-1 SAM_CLI_TELEMETRY=0 $(SAM)/sam build

bench: .venv-bench/stamp $(VENV)/dev.stamp  ## measured, not asserted: see docs/performance.md
	.venv-bench/bin/python -m benchmarks.extraction
	.venv-bench/bin/python -m benchmarks.load
	.venv-bench/bin/python -m benchmarks.scale
	.venv-bench/bin/python -m benchmarks.rendering
	.venv-bench/bin/python -m benchmarks.rivals
	$(BIN)/python -m benchmarks.coldstart
	$(BIN)/python -m benchmarks.coldstart --imports
	$(BIN)/python -m benchmarks.usage
	$(BIN)/python -m benchmarks.cost

lock: .venv-lock/stamp  ## resolve all requirement files again
	cd requirements && ../.venv-lock/bin/python lock.py

clean:
	rm -rf $(VENV) tests/links/node_modules .venv-sam .venv-bench .venv-lock .aws-sam out

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Debrief needs Python 3.11 or later; set PYTHON=python3.x")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements/run.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/run.txt
	$(BIN)/python requirements/link.py
	touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/run.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/dev.txt
	touch $@

$(S3RVER): tests/links/package-lock.json
	-npm ci --prefix tests/links --ignore-scripts --no-audit --no-fund --silent && touch $@

.venv-sam/stamp: requirements/sam.txt
	$(PYTHON) -m venv .venv-sam
	.venv-sam/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/sam.txt
	touch $@

.venv-bench/stamp: requirements/run.txt requirements/bench.txt
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
	  -r requirements/run.txt -r requirements/bench.txt
	.venv-bench/bin/python requirements/link.py
	touch $@

.venv-lock/stamp:
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet --disable-pip-version-check uv
	touch $@

# Every target sets up what it needs; Python 3.11 or later is all that must be there. `make` alone lists the targets.
PYTHON ?= python3
PYTHON313 ?= python3.13
VENV := .venv
BIN := $(VENV)/bin
SAM := .venv-sam/bin
S3RVER := tests/links/node_modules/.stamp
GRADERS := tests/audit/node_modules/.stamp
NPM := $(shell command -v npm)
# Files that are new or changed, and keys, which .gitignore hides.
LEFT := git status --porcelain; git ls-files --others --ignored --exclude='*.key' -- . ':!.venv*' ':!**/node_modules'

.PHONY: help demo unit test check lint format faults mutants audit generated licences build deploy status package bench deployed lock clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s%s\n", $$1, $$2}' Makefile

demo: $(VENV)/run.stamp  ## run the whole job on the bundled sample account
	@$(BIN)/debrief demo

unit: $(VENV)/dev.stamp  ## run the fast tests, in under half a minute
	$(BIN)/python -m pytest -q -m "not slow" tests/unit

test: $(VENV)/dev.stamp $(if $(NPM),$(S3RVER))  ## run all tests, offline; those of tests/links need npm
	$(BIN)/python -m pytest

faults: $(VENV)/dev.stamp  ## break every call, interleave two workers, change settings between stages; takes hours
	PYTHONPATH=functions:standin:tests $(BIN)/python -m support.broken session --every
	PYTHONPATH=functions:standin:tests $(BIN)/python -m support.broken interrupted --every
	PYTHONPATH=functions:standin:tests $(BIN)/python -m support.interleaved
	PYTHONPATH=functions:standin:tests $(BIN)/python -m support.settings_changed
	PYTHONPATH=functions:standin:tests LIVES=500 $(BIN)/python -m pytest -n0 tests/faults/test_life.py

mutants: $(VENV)/dev.stamp  ## plant small mistakes, and list those that no test notices; takes hours
	PYTHONPATH=functions:standin:tests $(BIN)/python -m support.mutants

check: lint  ## lint and run all tests, as CI does; fails when the tests leave files behind
	@before="$$($(LEFT))" && $(MAKE) test && after="$$($(LEFT))" && if [ "$$before" != "$$after" ]; then \
	  echo "The tests changed files of the working tree:" >&2; echo "$$after" >&2; exit 1; fi

lint: $(VENV)/dev.stamp .venv-sam/stamp  ## check format, style, types, import rules, templates and licences
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	PYTHONPATH=functions:standin $(BIN)/lint-imports
	$(BIN)/cfn-lint template.yaml infra/*.yaml
	AWS_DEFAULT_REGION=eu-west-1 SAM_CLI_TELEMETRY=0 $(SAM)/sam validate --lint
	PYTHONPATH=tests $(BIN)/python -m audit bandit licences

format: $(VENV)/dev.stamp  ## format the code and correct what ruff can
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

audit: $(VENV)/dev.stamp .venv-audit/stamp $(if $(NPM),$(GRADERS))  ## run third-party checks over everything; needs npm
	PYTHONPATH=functions:standin:tests $(BIN)/python -m audit.samples out/audit
	PYTHONPATH=tests .venv-audit/bin/python -m audit

generated: $(VENV)/dev.stamp  ## write again what follows from the definitions of metrics: labels, SQL tables, docs
	PYTHONPATH=functions:standin:tests $(BIN)/python -m support.generated

licences: $(VENV)/dev.stamp  ## write requirements/licences.md
	PYTHONPATH=tests $(BIN)/python -m audit.licences

build: .venv-sam/stamp  ## build what `sam deploy` uploads
	PATH="$(CURDIR)/$(SAM):$$PATH" AWS_DEFAULT_REGION=eu-west-1 SAM_CLI_TELEMETRY=0 $(SAM)/sam build --parallel

deploy: $(VENV)/run.stamp  ## build, and deploy to AWS by samconfig.toml, which `debrief setup` writes
	@$(BIN)/python -m debrief.cli.setup.deployment check
	@mkdir -p .aws-sam && echo "Building, which takes a few minutes. The log is .aws-sam/build.log."
	@$(MAKE) --no-print-directory build >.aws-sam/build.log 2>&1 || { tail -n 40 .aws-sam/build.log >&2; \
	  echo "The build failed; nothing was deployed. The lines above say why. Correct it, then run make deploy again." >&2; exit 2; }
	@$(BIN)/python -m debrief.cli.setup.deployment deploy $(SAM)/sam

status: $(VENV)/run.stamp  ## print what the deployed stack did with the sessions of the last two days
	@$(BIN)/python -m debrief.cli.setup.deployment status

package: build  ## upload the build to BUCKET and write .aws-sam/debrief.json, a template that needs no SAM
	@test -n "$(BUCKET)" || { echo "Say which S3 bucket takes the code: make package BUCKET=…" >&2; exit 2; }
	@test -n "$(AWS_DEFAULT_REGION)" || { echo "Set AWS_DEFAULT_REGION, the region of the bucket and the stack." >&2; exit 2; }
	SAM_CLI_TELEMETRY=0 $(SAM)/sam package --s3-bucket "$(BUCKET)" --output-template-file .aws-sam/packaged.yaml
	$(SAM)/python infra/to_cloudformation.py .aws-sam/packaged.yaml .aws-sam/debrief.json "$(AWS_DEFAULT_REGION)"

deployed: $(VENV)/dev.stamp .venv-sam/stamp .venv-deployed/stamp  ## deploy to an AWS emulator and check the stack; needs Python 3.13
	PYTHONPATH=functions:standin:tests $(BIN)/python -m deployed --sam $(SAM)/sam --python .venv-deployed/bin/python

bench: .venv-bench/stamp $(VENV)/dev.stamp  ## measure; see docs/performance.md
	.venv-bench/bin/python -m benchmarks.archive
	.venv-bench/bin/python -m benchmarks.portal
	.venv-bench/bin/python -m benchmarks.extraction
	.venv-bench/bin/python -m benchmarks.load
	.venv-bench/bin/python -m benchmarks.scale
	.venv-bench/bin/python -m benchmarks.rendering
	.venv-bench/bin/python -m benchmarks.rivals
	$(BIN)/python -m benchmarks.coldstart
	$(BIN)/python -m benchmarks.coldstart --imports
	$(BIN)/python -m benchmarks.usage
	$(BIN)/python -m benchmarks.ledger
	$(BIN)/python -m benchmarks.digest
	$(BIN)/python -m benchmarks.registrants
	$(BIN)/python -m benchmarks.cost

lock: .venv-lock/stamp  ## resolve all requirement files again, with the newest versions
	cd requirements && ../.venv-lock/bin/python lock.py

clean:  ## remove what the other targets made
	rm -rf $(VENV) tests/links/node_modules tests/audit/node_modules .venv-sam .venv-deployed .venv-audit .venv-bench .venv-lock .aws-sam out

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Debrief needs Python 3.11 or later; set PYTHON=python3.x")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements/run.txt requirements/link.py pyproject.toml | $(BIN)/python
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

.venv-deployed/stamp: requirements/deployed.txt
	@$(PYTHON313) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null || { \
	  echo "This needs Python 3.13, as the functions have. Install it, or set PYTHON313=/path/to/python3.13." >&2; exit 1; }
	$(PYTHON313) -m venv .venv-deployed
	.venv-deployed/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
	  -r requirements/deployed.txt
	touch $@

.venv-audit/stamp: requirements/audit.txt
	$(PYTHON) -m venv .venv-audit
	.venv-audit/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/audit.txt
	touch $@

$(GRADERS): tests/audit/package-lock.json
	npm ci --prefix tests/audit --ignore-scripts --no-audit --no-fund --silent
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

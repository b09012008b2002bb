# One word each. Needs only Python 3.11 or later, make and a package index.

PYTHON ?= python3
UV ?= uv
PROCESSES ?= 3
KILLS ?= 1000

VENV := .venv
PY := $(VENV)/bin/python
PIP_INSTALL := $(PY) -m pip install --disable-pip-version-check --no-input --quiet
LOCK := $(UV) pip compile --quiet --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11

BROWSER := package.json package-lock.json hatch_build.py

HOUSE := tests/test_house.py tests/test_lock.py tests/render/test_words.py

# What `make lint test` has asked in lint is not asked again.
LINTED := $(if $(filter lint,$(MAKECMDGOALS)),$(HOUSE))

TORTURE := $(patsubst %,tests/delivery/test_%.py,kills swept stopping many)

.DEFAULT_GOAL := help
.PHONY: help demo test nightly telling torture lint format bench wheel bill audit lock clean

help:  ## say what each word does
	@sed -n 's/^\([a-z]*\):.*  ## /\1\t/p' Makefile | expand -t 10

demo: $(VENV)/runtime  ## the invented country on http://127.0.0.1:8000
	$(VENV)/bin/tracker demo

test: $(VENV)/dev  ## the whole test suite
	$(PY) -m pytest -n $(PROCESSES) --dist loadgroup $(LINTED:%=--ignore=%)

nightly: $(VENV)/dev  ## the whole test suite, with what counts in thousands at its full size, and `make telling`
	NIGHTLY=true $(PY) -m pytest -n $(PROCESSES) --dist loadgroup
	$(PY) -m bench.telling

telling: $(VENV)/dev  ## whether the time of an answer tells what its words must not
	$(PY) -m bench.telling

torture: $(VENV)/dev  ## kill the sender a thousand times (KILLS) and at every system call, stop it a hundred times
	NIGHTLY=true KILLS=$(KILLS) $(PY) -m pytest -n $(PROCESSES) --dist loadgroup $(TORTURE)

lint: $(VENV)/dev  ## style, types, the rules of the house, words in three languages
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -m pytest $(HOUSE)

format: $(VENV)/dev  ## let ruff lay out the code
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench: $(VENV)/dev  ## measure speed on this machine
	$(PY) -m bench

wheel: $(VENV)/dev  ## build the package into dist/
	$(PY) -m build --wheel --no-isolation

bill: $(VENV)/dev  ## the bill of materials (CycloneDX) as dist/bill.cdx.json
	mkdir -p dist
	$(PY) -m supply bill > dist/bill.cdx.json

audit: $(VENV)/dev  ## ask the OSV service at ADVISORIES_URL for known faults of what is locked (make ends with 2 whatever is wrong)
	$(PY) -m supply check

lock:  ## choose versions anew; the only word that needs uv
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) --group build -c requirements.lock -o requirements-build.lock
	$(LOCK) pyproject.toml --group dev --extra postgres --extra notify -c requirements.lock -c requirements-build.lock \
		-o requirements-dev.lock
	$(PY) hatch_build.py

clean:  ## remove the environment and everything that was built
	rm -rf $(VENV) tracker/web/static/vendor build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find tracker tests alembic -name __pycache__ -type d -prune -exec rm -rf {} +

# Each environment is built once; it is built again when its lock or pyproject.toml changes.

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or later is needed: make PYTHON=python3.12 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# Installing the checkout passes hatch_build.py, which fetches the browser files where they are missing.
$(VENV)/runtime: requirements.lock requirements-build.lock pyproject.toml $(BROWSER) | $(PY)
	$(PIP_INSTALL) --require-hashes -r requirements.lock -r requirements-build.lock
	$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev: requirements-dev.lock $(VENV)/runtime
	@echo "Installing the tools of development from requirements-dev.lock into $(VENV); this is done once."
	$(PIP_INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

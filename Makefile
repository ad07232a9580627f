# Sets everything up on a machine that has only Python (3.11 or newer, with venv) and make.
#   make test PYTHON=python3.13 VENV=.venv313     another Python, beside the first

PYTHON ?= python3
VENV ?= .venv
ARGS ?=

RUN = $(VENV)/bin/
PIP = $(RUN)python -m pip --quiet --disable-pip-version-check --no-input install
RUNTIME = $(VENV)/.runtime-installed
DEV = $(VENV)/.dev-installed
LOCALSTACK = .venv-localstack

.DEFAULT_GOAL := help
.PHONY: help demo test localstack lint docs site visual bench pictures snapshots dist clean

help:  ## What can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

demo: $(RUNTIME)  ## See an alarm arrive in Slack, both on this machine (ARGS=--exit ends by itself)
	@$(RUN)tocsin demo $(ARGS)

# The tests start many Pythons: what one of them has compiled the others take, whatever the shell says about bytecode.
test: $(DEV)  ## The whole test suite (ARGS="tests/test_words.py -k korean" for a part)
	@PYTHONDONTWRITEBYTECODE= $(RUN)python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

# It wants versions of its own, and Python 3.12 or 3.13. Its plugin is built from a copy, which may be littered.
localstack: $(LOCALSTACK)/.installed  ## Install an emulator of AWS; then make test ARGS="-n 0 tests/localstack" (PYTHON=python3.13)

$(LOCALSTACK)/.installed: tests/localstack/requirements.txt $(wildcard tests/localstack/plugin/*)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 12), (3, 13)))' || { \
	  echo 'LocalStack needs Python 3.12 or 3.13. Name one: make localstack PYTHON=python3.13' >&2; exit 1; }
	@echo 'Setting up $(LOCALSTACK) (once, a minute or more) …'
	@$(PYTHON) -m venv $(LOCALSTACK)
	@$(LOCALSTACK)/bin/python -m pip --quiet --disable-pip-version-check --no-input install \
	  --requirement tests/localstack/requirements.txt
	@rm -rf $(LOCALSTACK)/plugin && cp -r tests/localstack/plugin $(LOCALSTACK)/plugin
	@$(LOCALSTACK)/bin/python -m pip --quiet --disable-pip-version-check --no-input install \
	  --no-build-isolation --no-deps $(LOCALSTACK)/plugin
	@touch $@

lint: $(DEV)  ## Style, types and the floor plan
	@$(RUN)ruff check .
	@$(RUN)mypy
	@PYTHONPATH=tests $(RUN)python -m house

docs: $(DEV)  ## Write docs/reference.md, kinds.md and cost.md anew from the commands, the kinds and the stack
	@$(RUN)python docs/reference.py
	@$(RUN)python docs/kinds.py
	@$(RUN)python docs/cost.py

site: $(DEV)  ## Write site/: the gallery of all events, as Slack shows their messages
	@$(RUN)python docs/site.py

bench: $(DEV)  ## Measure, and rewrite the tables in docs/performance.md (ARGS=evaluator for one)
	@$(RUN)python bench/run.py $(ARGS)

pictures: $(DEV)  ## Take docs/pictures/*.png anew (needs chromium)
	@$(RUN)python docs/pictures.py

visual: $(DEV)  ## Compare our drawing of messages with another renderer's, in build/visual/ (needs npm and Chromium)
	@$(RUN)python -m pytest tests/visual/alike.py

snapshots: $(DEV)  ## Write tests/events/**/*.snap.json anew; read the diff before you commit it
	@TOCSIN_SNAPSHOTS=write $(RUN)python -m pytest tests/test_events.py

dist: $(RUNTIME)  ## Build the Lambda package and the wheel in dist/, the same bytes each time
	@$(RUN)python -m tocsin_cli.artefacts dist
	@$(RUN)python -m hatchling build --target wheel --directory dist

clean:  ## Remove what was set up, built or cached
	rm -rf $(VENV) $(LOCALSTACK) build dist site .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUNTIME): pyproject.toml requirements/runtime.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo 'tocsin needs Python 3.11 or newer, and "$(PYTHON)" is not one. Name one: make PYTHON=python3.12 …' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo '"$(PYTHON)" has no venv module. On Debian and Ubuntu: apt-get install python3-venv' >&2; exit 1; }
	@echo 'Setting up $(VENV) (once, less than a minute) …'
	@$(RUN)python -c '' 2>/dev/null || $(PYTHON) -m venv $(VENV)
	@$(PIP) --requirement requirements/runtime.txt
	@$(PIP) --no-build-isolation --no-deps --editable .
	@touch $@

$(DEV): requirements/dev.txt $(RUNTIME)
	@echo 'Adding what the tests need to $(VENV) …'
	@$(PIP) --requirement requirements/dev.txt
	@touch $@

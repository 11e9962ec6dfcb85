# One command each; `make run` needs python3 (3.11 or newer) with venv, make and certificates.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := -m pip --disable-pip-version-check --quiet install --require-hashes
PIP := $(BIN)/python $(INSTALL) --only-binary :all:
DOCTR := .venv-doctr
DOCTR_PIP := $(DOCTR)/bin/python $(INSTALL) --no-deps

.PHONY: run setup test check format lock clean doctr

run: $(VENV)/base.done
	@exec $(BIN)/python -m portal.embedded.supervisor

setup: $(VENV)/base.done
	@$(BIN)/python -m portal.embedded.supervisor setup

# A file of tests stays together: what it sets up once serves all of it.
test: $(VENV)/dev.done
	@$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

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

# A second reader in an environment of its own (docs/engines.md): 1.5 GB, with CUDA 7 GB.
doctr: $(DOCTR)/done

# Writes the hashed locks from requirements/*.in; needs pip-tools. That of docTR is made from PyPI
# alone: its torch names the CUDA libraries, which other builds leave out.
lock:
	@for name in base dev; do \
		pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header \
			--no-emit-index-url --no-emit-find-links \
			--output-file requirements/$$name.txt requirements/$$name.in; done
	@PIP_FIND_LINKS= PIP_CONFIG_FILE=/dev/null pip-compile --quiet --generate-hashes --strip-extras \
		--no-header --no-emit-index-url --unsafe-package torch --unsafe-package opencv-python \
		--output-file requirements/doctr.txt requirements/doctr.in
	@sed -i '/^# WARNING/,$$d' requirements/doctr.txt

clean:
	@rm -rf $(VENV) $(DOCTR) var

$(VENV)/bin/python:
	@echo "Making a virtual environment"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/base.done: requirements/base.txt | $(VENV)/bin/python
	@echo "Installing what the portal needs, about a minute the first time"
	@$(PIP) -r requirements/base.txt
	@touch $@

# bagit comes as source alone.
$(VENV)/dev.done: requirements/dev.txt $(VENV)/base.done
	@echo "Installing what tests and checks need"
	@$(PIP) --no-binary bagit -r requirements/dev.txt
	@touch $@

# Every package is named, so none is looked for: opencv-python, which docTR asks for, needs libGL.
# langdetect comes as source alone and is built with the setuptools that came before it. A torch
# without CUDA is taken where pip finds one and there is no GPU; else that of PyPI, with its libraries.
$(DOCTR)/done: requirements/doctr.txt requirements/torch.txt requirements/torch-cpu.txt
	@echo "Installing docTR, some minutes"
	@$(PYTHON) -m venv $(DOCTR)
	@awk -v to=$(DOCTR) '/^[a-z]/ { part = /^(nvidia|cuda|triton)/ ? "cuda" : /^langdetect/ ? "source" : "wheels" } \
		{ print > (to "/" part ".txt") }' requirements/doctr.txt
	@$(DOCTR_PIP) --only-binary :all: -r $(DOCTR)/wheels.txt
	@$(DOCTR_PIP) --no-build-isolation -r $(DOCTR)/source.txt
	@{ [ ! -e /dev/nvidiactl ] && $(DOCTR_PIP) -r requirements/torch-cpu.txt 2>/dev/null; } || \
		$(DOCTR_PIP) --only-binary :all: -r requirements/torch.txt -r $(DOCTR)/cuda.txt
	@touch $@

# make demo    set up and answer a spoken question      make demo QUESTION=my.wav
# make listen  the hands-free conversation              make test   set up and pass all tests
# make check   format, lint, types                      make clean  remove what was set up

PYTHON   ?= $(or $(shell for p in python3 python3.13 python3.12 python3.11; do $$p -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null && command -v $$p && break; done),python3)
QUESTION ?= examples/question.flac
ANSWER   ?= out/answer.wav
VENV     := .venv
SKILL    := $(VENV)/bin/voice-skill

.PHONY: demo listen test check clean help
.DEFAULT_GOAL := help

help:
	@sed -n 's/^# //p' Makefile

demo: $(VENV)/.installed
	@mkdir -p "$(dir $(ANSWER))"
	@$(SKILL) ask --audio "$(QUESTION)" --out "$(ANSWER)"

listen: $(VENV)/.installed
	@$(SKILL) listen

test: $(VENV)/.installed-dev
	@$(VENV)/bin/python -m pytest --cov --cov-report=term:skip-covered

check: $(VENV)/.installed-dev
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy

$(VENV)/.installed: pyproject.toml scripts/bootstrap.py
	@$(PYTHON) scripts/bootstrap.py $(VENV) piper,espeak
	@touch $@

$(VENV)/.installed-dev: pyproject.toml scripts/bootstrap.py
	@$(PYTHON) scripts/bootstrap.py $(VENV) dev
	@touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) out build dist .coverage .mypy_cache .ruff_cache .pytest_cache

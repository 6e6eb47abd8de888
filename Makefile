# make demo: see it work.  make test: the tests.  make check: what CI runs.
PYTHON ?= python3.11
VENV ?= .venv
BIN := $(VENV)/bin
CASE := fixtures/cases/phishing/iodef-2.xml

.PHONY: demo test check reference accept clean

$(VENV)/.installed: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -e '.[dev]'
	touch $@

demo: $(VENV)/.installed
	mkdir -p demo-out
	$(BIN)/dragoman translate $(CASE) --to stix-2.1 -o demo-out/phishing.stix.json --report demo-out/to-stix.html
	$(BIN)/dragoman translate demo-out/phishing.stix.json --to iodef-2 -o demo-out/phishing.iodef.xml --report demo-out/to-iodef.html
	$(BIN)/dragoman translate $(CASE) --to base -o demo-out/phishing.base.json --report demo-out/to-base.html
	$(BIN)/dragoman diff $(CASE) demo-out/phishing.iodef.xml
	@echo
	@echo 'demo-out/ holds the STIX bundle, the IODEF document that came back from it, the base message, and a report of each:'
	@ls demo-out

test: $(VENV)/.installed
	$(BIN)/python -m pytest -n auto

check: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n auto

reference: $(VENV)/.installed
	$(BIN)/python docs/generate.py

accept: $(VENV)/.installed
	$(BIN)/python -m pytest tests/test_goldens.py --accept

clean:
	rm -rf $(VENV) demo-out dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis

# `make demo` and `make test` are all one needs; each first builds .venv when the pinned requirements have changed.
.DEFAULT_GOAL := help
.PHONY: help demo test test-all pytest simulate planted kill mutants bench lint lock clean pictures translations ready-run ready-dev

PYTHON ?= python3
UV ?= $(shell uv --version >/dev/null 2>&1 && echo uv || { $(PYTHON) -m uv --version >/dev/null 2>&1 && echo $(PYTHON) -m uv; })
BIN := .venv/bin
STAMP := $(shell cat requirements.txt requirements-dev.txt pyproject.toml | cksum | tr ' ' -)
COMPILE = $(UV) pip compile pyproject.toml --universal --generate-hashes --no-strip-extras --no-header --quiet

help:
	@echo "make demo   start the app, its worker and a pretend e-conomic (settings: PORT, SANDBOX_PORT, INSTANCE)"
	@echo "make test   ruff, mypy and every test, with a real browser and a real PostgreSQL where found"
	@echo "make test-all  the same, every test of engine and pages on both databases"
	@echo "make simulate  play HISTORIES= (1000) more random histories; they add up in test-results/simulation.md"
	@echo "make planted  let the simulator hunt the bugs of tests/planted (HISTORIES= 300 each, JOBS= 1; goes on where it stopped)"
	@echo "make kill   kill the running processes 1,000 times under load and report (KILLS=, MINUTES=; goes on where it stopped)"
	@echo "make mutants  break the pure core in every small way and count what its unit tests notice (mutmut)"
	@echo "make bench  the matcher next to Splink and recordlinkage, in an environment of its own (about 600 MB)"
	@echo "make lint   ruff and mypy only"
	@echo "make lock   renew every requirements*.txt (needs uv)"
	@echo "make translations  find the texts of the app and bring the English catalogue up to date"
	@echo "make pictures  take the pictures of the README and the help page from the running app"
	@echo "make clean  remove .venv and what tests leave behind; instance/ stays"

demo: ready-run
	@$(BIN)/webapp demo

lint: ready-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

# A file's tests stay in one worker: the guide's go on from one another, and expensive fixtures are made once. One worker
# more than most small machines have cores, for tests of real processes mostly wait. An empty PYTHONDONTWRITEBYTECODE is
# none: scores of processes are started, and compiling takes each longer than all the rest. tests/kinds.py says which
# of the two databases a test has.
WORKERS ?= 3
test: DATABASES = --one-database
test test-all: ready-dev
	@$(MAKE) --no-print-directory -j 2 lint pytest DATABASES=$(DATABASES)

pytest: ready-dev
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(DATABASES)

KILLS ?= 1000
MINUTES ?= 60
kill: ready-dev
	$(BIN)/python -m tests.kills.campaign --kills $(KILLS) --minutes $(MINUTES)

pictures: ready-dev
	$(BIN)/python -m pytest tests/browser/take_pictures.py

HISTORIES ?= 1000
simulate: ready-dev
	@mkdir -p test-results
	@$(BIN)/webapp simulate --histories $(HISTORIES) --resume test-results/simulation.json --report test-results/simulation.md

JOBS ?= 1
planted: HISTORIES = 300
planted: ready-dev
	@$(BIN)/python -m tests.planted --histories $(HISTORIES) --jobs $(JOBS)

mutants: ready-dev
	@test -x $(BIN)/mutmut || $(if $(UV),$(UV) pip install --quiet --python $(BIN)/python,$\
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input) --require-hashes -r requirements-mutants.txt
	@$(BIN)/mutmut run && $(BIN)/mutmut results

# The rivals are big and none of the app's business, so they never enter .venv.
RIVALS := .venv-bench
RIVALS_STAMP = $(shell cat requirements-bench.txt pyproject.toml | cksum | tr ' ' -)
bench:
	@test -f $(RIVALS)/.made-$(RIVALS_STAMP) || { echo "Building $(RIVALS) from requirements-bench.txt ..."; \
		rm -rf $(RIVALS); $(if $(UV),$(UV) venv --quiet --python $(PYTHON) $(RIVALS),$(PYTHON) -m venv $(RIVALS)) && \
		$(call into_rivals,--require-hashes -r requirements-bench.txt) && \
		$(call into_rivals,--no-deps --no-build-isolation --editable .) && touch $(RIVALS)/.made-$(RIVALS_STAMP); }
	@$(RIVALS)/bin/webapp bench matching

into_rivals = $(if $(UV),$(UV) pip install --quiet --python $(RIVALS)/bin/python $(1),$\
	$(RIVALS)/bin/python -m pip install --quiet --disable-pip-version-check --no-input $(1))

lock:
	@test -n "$(UV)" || { echo "make lock needs uv: $(PYTHON) -m pip install uv" >&2; exit 1; }
	$(COMPILE) --upgrade --group install -o requirements.txt
	$(COMPILE) --upgrade --group install --group dev --extra postgres -c requirements.txt -o requirements-dev.txt
	$(COMPILE) --upgrade --group install --extra bench -c requirements.txt -o requirements-bench.txt
	$(subst pyproject.toml,,$(COMPILE)) --upgrade --group mutants -c requirements-dev.txt -o requirements-mutants.txt
	@! grep -n '://' requirements*.txt

clean:
	rm -rf .venv .venv-bench mutants test-results .kills .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
	find webapp tests -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment. A full one (dev) also serves the demo. One made elsewhere, or broken, is made anew.
ready-run:
	@test -f .venv/.dev-$(STAMP) || test -f .venv/.run-$(STAMP) || { $(call build,run,requirements.txt); }

ready-dev:
	@test -f .venv/.dev-$(STAMP) || { $(call build,dev,requirements-dev.txt); }

define build
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "This needs Python 3.11 or newer, and '$(PYTHON)' is older or missing (name another with PYTHON=...)." >&2; exit 1; }; \
	test -n "$(UV)" || $(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "This needs Python's venv module (Debian and Ubuntu: apt-get install python3-venv)." >&2; exit 1; }; \
	echo "Building .venv from $(2) ..."; \
	test "$$(cat .venv/.home 2>/dev/null)" = "$$(pwd)" && $(BIN)/python -c '' 2>/dev/null || rm -rf .venv; \
	$(if $(UV),$(call install_with_uv,$(2)),$(call install_with_pip,$(2))) && \
	pwd > .venv/.home && rm -f .venv/.run-* .venv/.dev-* && touch .venv/.$(1)-$(STAMP)
endef

define install_with_uv
	{ test -x $(BIN)/python || $(UV) venv --quiet --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" .venv; } && \
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r $(1) && \
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
endef

define install_with_pip
	{ $(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv .venv; } && \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r $(1) && \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps --no-build-isolation --editable .
endef

# Texts are Danish in the code; this finds them, and English stands beside them in webapp/translations/en_GB.
BABEL = $(BIN)/pybabel -q
CATALOGUE = webapp/translations
translations: ready-dev
	$(BABEL) extract -F $(CATALOGUE)/babel.cfg -k _l -k lazy_gettext -k N_ --no-location --sort-output -o $(CATALOGUE)/messages.pot .
	$(BABEL) update -i $(CATALOGUE)/messages.pot -d $(CATALOGUE) -l en_GB --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date -w 120
	rm $(CATALOGUE)/messages.pot
	$(BABEL) compile -d $(CATALOGUE)

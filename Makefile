# Everything goes through bootstrap.py, which needs nothing but Python.
PYTHON ?= python3
BOOT = $(PYTHON) bootstrap.py
PY = .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help run test sure lint setup clock migrate sync demo seed bench lock clean

help:            ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1 /p' $(MAKEFILE_LIST) | awk '{ name = $$1; $$1 = ""; printf "  make %-9s%s\n", name, $$0 }'

run:             ## set up, start database, web, clock and simulators, load the demo once, print the address
	@$(BOOT) run

test:            ## set up and run every test, browser tests included; ARGS="..." goes to pytest
	@$(BOOT) test $(ARGS)

sure:            ## style, import contracts and every test: before a change is proposed
	@$(BOOT) sure $(ARGS)

lint:            ## style and import contracts
	@$(BOOT) lint

setup:           ## only set up: virtual environment, packages, browser code
	@$(BOOT) setup

clock:           ## the clock process alone, on the local data
	@$(BOOT) app clock

migrate:         ## bring the database forward
	@$(BOOT) app migrate

sync:            ## deploy and activate what stands in bpmn/
	@$(BOOT) app sync

demo:            ## load the demonstration data once
	@$(BOOT) app demo

seed:            ## load N consistent cases in bulk, for benchmarks: make seed N=100000
	@$(BOOT) app seed $(N)

bench:           ## print one line per figure: name, value, mark, holds or short; SCALE=... changes the amount of data
	@$(BOOT) bench $(ARGS)

COMPILE = $(PY) -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header
lock: setup      ## make the lockfiles anew from setup.cfg
	$(PY) -m pip install -q uv==0.13.9
	$(COMPILE) setup.cfg -o requirements.lock
	$(COMPILE) setup.cfg --extra dev -c requirements.lock -o requirements-dev.lock
	sed -i '1i # Exact versions with hashes; made from setup.cfg by `make lock`, never edited by hand.' requirements.lock requirements-dev.lock

clean:           ## forget everything that can be made again; data in var/ stay
	rm -rf .venv node_modules app/static/dist .pytest_cache .ruff_cache

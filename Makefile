# Everything this project can do. Needs Python >= 3.11 with venv, git and make, nothing else.
.DEFAULT_GOAL := help
.PHONY: help install demo run doctor migrate manifest test lint check audit bench chaos catalogs configuration gallery pictures clean

# The interpreter that is found; set PYTHON=/path/to/python to choose another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
  $$p -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := .venv
UV_VERSION := 0.13.9
UV := .uv/bin/uv
# Certificates: SSL_CERT_FILE, else the system's, so that a proxy that signs with its own is trusted; empty if there are none.
CERTIFICATES = $(shell $(PYTHON) -c 'import ssl; print(ssl.get_default_verify_paths().cafile or "")')
SYSTEM_CERTS = UV_SYSTEM_CERTS=$(or $(UV_SYSTEM_CERTS),$(if $(CERTIFICATES),true,false))
SYNC = $(SYSTEM_CERTS) UV_PYTHON=$$(.uv/bin/python -c 'import sys; print(sys.executable)') $(UV) sync --locked --quiet
RUN := .venv/bin/python
ARGS ?=
# STRICT=1: a test skipped for want of Postgres, a browser or promtool is a failure.
STRICT ?=
# what the tests leave out, by its markers
LEFT_OUT = chaos or install
SECONDS ?= 60
SEED ?=

help: ## list these targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

$(UV):
	@test -n "$(PYTHON)" || { echo "No Python >= 3.11 with venv was found. Install one, or set PYTHON=/path/to/python."; exit 1; }
	$(PYTHON) -m venv .uv
	PIP_CERT="$${PIP_CERT:-$(CERTIFICATES)}" .uv/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/.installed: $(UV) pyproject.toml uv.lock
	$(SYNC)
	@touch $@

install: .venv/.installed ## make .venv ready: the interpreter that is found, the locked packages

demo: install ## the real bot against a simulated Slack and Confluence (ARGS=--once plays it to the end)
	@$(RUN) -m bot demo $(ARGS)

run: install ## the bot itself, with the settings of the environment or .env
	$(RUN) -m bot

doctor: install ## check the installation: one line for each check, with the fix
	@$(RUN) -m bot doctor $(ARGS)

migrate: install ## bring the database up to date (every start does so too)
	@$(RUN) -m bot migrate

manifest: install ## print the manifest of the Slack app: with URL=https://… for HTTP, else for Socket Mode
	@$(RUN) -m bot manifest $(if $(URL),--url "$(URL)",--socket)

test: lint ## all tests but chaos and installing, with lint, types and import contracts (STRICT=1: nothing may be skipped)
	STRICT=$(STRICT) $(RUN) -m pytest -n 3 --dist worksteal -m "not ($(LEFT_OUT))" $(ARGS)

lint: install ## ruff, mypy strict, import contracts
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

check: LEFT_OUT = chaos
check: test ## what CI runs: the tests, chaos on both databases, installing as a platform and a newcomer do, and the demo played to its end
	STRICT=$(STRICT) $(RUN) -m pytest -m chaos
	$(RUN) -m bot demo --once

audit: $(UV) ## the locked dependencies against the known vulnerabilities of osv.dev
	@$(SYSTEM_CERTS) $(UV) audit --frozen --no-progress --preview-features audit-command $(ARGS) || { status=$$?; \
	  test $$status -ne 2 || echo "Nothing was checked: osv.dev did not answer. Try again with a network;" \
	    "behind a proxy set HTTPS_PROXY." >&2; exit $$status; }

bench: install ## the performance figures, each against a peer in the same run
	@$(SYNC) --group bench
	$(RUN) -m benchmarks $(ARGS)

chaos: install ## break the bot on purpose for SECONDS=60 with SEED=…
	$(RUN) -m tests.chaos --seconds $(SECONDS) $(if $(SEED),--seed $(SEED)) $(ARGS)

catalogs: install ## bring the translations up to date with the code
	$(RUN) -m sandbox.update_catalogs

configuration: install ## write docs/configuration.md from the settings in the code
	$(RUN) -m sandbox.configuration

gallery: install ## every message of every scenario in every language, on one page
	$(RUN) -m bot gallery $(ARGS)

pictures: install ## take the pictures of the README (docs/*.png): the demo in Chromium
	$(RUN) -m sandbox.pictures $(ARGS)

clean: ## remove what install and the tests left
	rm -rf .uv .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage

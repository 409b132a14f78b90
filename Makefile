# Each target works alone on a fresh clone: what it needs is built first, and rebuilt when a
# requirements file changes.
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8501
DEMO ?= data/demo
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check
MLFLOW := .venv-mlflow
BENCHMARKS := $(filter-out benchmarks/_%,$(sort $(wildcard benchmarks/*.py)))

.DELETE_ON_ERROR:
.PHONY: run demo test check format bench chromium mlflow

# The worker ends with the app; a training run does not, and the next start finds it again. A worker
# that crashed is started again, one that was refused (2: there is another) is not.
run: demo  ## Start the app on this machine, and the worker that trains in its queue.
	@trap 'kill $$app $$keeper 2>/dev/null; wait' EXIT; trap 'exit 130' INT; trap 'exit 143' TERM HUP; \
	( trap 'kill $$worker 2>/dev/null; wait; exit 0' TERM; \
	  while :; do \
	    $(BIN)/python -m sgus worker & worker=$$!; wait $$worker; \
	    case $$? in 0|2) break;; esac; sleep 1; \
	  done ) & keeper=$$!; \
	$(BIN)/python -m streamlit run app.py --server.port $(PORT) & app=$$!; wait $$app

# Simulated images with known truth, so that the app has something to show; made once, in under a
# minute. The app starts without them too.
demo: $(VENV)/.run-ready
	@test -e $(DEMO) || { \
	  echo "First start: making the demo cohort of simulated images (under a minute)"; \
	  $(BIN)/python -m sgus phantom --preset demo --out $(DEMO) >/dev/null \
	  && echo "Made: $(DEMO)" \
	  || echo "The demo cohort could not be made, for the reason above; the app starts without it. Try again: make demo" >&2; \
	}

check: $(VENV)/.dev-ready  ## Style, formatting and types.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: check chromium mlflow  ## Everything that has to hold, in a real browser too.
	$(BIN)/python -m pytest

format: $(VENV)/.dev-ready  ## Put imports and layout in order.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The baselines need real graded images: make bench COHORT=data/NAME. Those that train for hours,
# compare phantoms with real images or need the machine for themselves are started by hand.
BY_HAND := $(addprefix benchmarks/,agreement_coverage.py baselines.py consensus_ceiling.py \
  fault_campaign.py heads.py many_sessions.py phantom_pretraining.py phantom_published.py \
  phantom_realism.py)
bench: $(VENV)/.bench-ready  ## Side by side with peers; minutes, not seconds.
	@test -n "$(BENCHMARKS)" || { echo "benchmarks/ holds no benchmark"; exit 1; }
	@for file in $(filter-out $(BY_HAND),$(BENCHMARKS)); do \
	  echo "== $$file"; $(BIN)/python $$file || exit 1; \
	done
	@echo "== benchmarks/baselines.py"
	@if [ -n "$(COHORT)" ]; then $(BIN)/python benchmarks/baselines.py "$(COHORT)"; \
	else echo "left out: name a cohort with its splits, make bench COHORT=data/NAME"; fi

$(VENV)/.run-ready: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 ...")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.dev-ready: requirements-dev.txt requirements-track.txt $(VENV)/.run-ready
	$(PIP) -r requirements-dev.txt
	@touch $@

$(VENV)/.bench-ready: requirements-bench.txt $(VENV)/.run-ready
	$(PIP) -r requirements-bench.txt
	@touch $@

# The tests of --track start a real tracking server, in an environment of its own, so that what it
# needs never decides the app's packages. SGUS_MLFLOW_PYTHON names another one, SGUS_SKIP_MLFLOW=1 skips them.
mlflow: $(if $(SGUS_SKIP_MLFLOW)$(SGUS_MLFLOW_PYTHON),,$(MLFLOW)/.ready)

$(MLFLOW)/.ready: requirements-mlflow.txt requirements-track.txt
	test -x $(MLFLOW)/bin/python || $(PYTHON) -m venv $(MLFLOW)
	$(MLFLOW)/bin/python -m pip install --disable-pip-version-check -q -r requirements-mlflow.txt
	@touch $@

# The browser tests drive the distribution's own Chromium. Where it cannot be installed here they
# fail and say how to; SGUS_SKIP_BROWSER=1 skips them, SGUS_CHROMIUM names another one.
chromium:
	@if [ -n "$$SGUS_SKIP_BROWSER$$SGUS_CHROMIUM" ] || command -v chromium >/dev/null; then exit 0; fi; \
	sudo=""; [ "$$(id -u)" = 0 ] || sudo="sudo -n"; \
	if command -v apt-get >/dev/null && $$sudo true 2>/dev/null; then \
	  echo "Installing Chromium for the browser tests"; \
	  $$sudo apt-get update -qq \
	    && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends chromium >/dev/null \
	    || echo "Chromium could not be installed: the browser tests will say how to"; \
	fi

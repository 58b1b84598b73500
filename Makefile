# Targets of the project; `make` alone lists them. All work in .venv, which `make setup` creates; nothing else on the machine changes.
# A target whose lane isn't there yet says what is missing and fails: a lane that silently passes would be a lie.
SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest
# With the versions that the lanes were last green with: a release of somebody else's is met when we choose to (`make constraints`).
PIP := $(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt
STAMP := $(VENV)/.installed
TOOLS := $(VENV)/.tools
# What a rebuild depends on. The folders stand for added and deleted files.
NATIVE := CMakeLists.txt pyproject.toml $(shell find grader -name '*.cpp' -o -name '*.h' -o -name '*.inc' -o -name '*.map' 2>/dev/null) \
          $(shell find grader/emulator -type d -not -name __pycache__ 2>/dev/null)
# Beside the base install. torch, ray and their like come along with the first code that uses them.
EXTRAS := dev
WORKERS := 2

.PHONY: help setup constraints explore demo test verify wheel lint format bench fuzz fuzz-coverage aarch64 redteam gpu wheelhouse docs test-wheel test-docker test-postgres test-ray test-oracles test-browser test-frameworks test-legacy clean

help:
	@echo "make setup    .venv with everything (needs Python 3.11 or newer and g++)"
	@echo "make demo     grade real submissions with no GPU and write out/demo/index.html"
	@echo "make test     the fast lane (under 10 minutes)       make lint     ruff, mypy, import-linter, clang-format"
	@echo "make verify   references, starters and mutants       make bench    speed, beside plain C++"
	@echo "make wheel    what students install, in dist/"
	@echo "other lanes:  test-wheel test-docker test-postgres test-ray test-oracles test-browser test-frameworks test-legacy redteam fuzz fuzz-coverage aarch64 gpu docs"

$(BIN)/python:
	@python=; for name in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	  if $$name -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then python=$$name; break; fi; done; \
	if [ -z "$$python" ]; then \
	  echo "Python 3.11 or newer with its venv module is needed and was not found (Debian, Ubuntu: apt-get install python3 python3-venv)" >&2; exit 3; fi; \
	$$python -m venv $(VENV)

# The build's own requirements first, since the package is then built without isolation: an isolated build starts from nothing each time.
$(TOOLS): pyproject.toml constraints.txt | $(BIN)/python
	@command -v g++ >/dev/null || { echo "g++ is needed and was not found (Debian, Ubuntu: apt-get install g++)" >&2; exit 3; }
	$(BIN)/python -c 'import tomllib; print("\n".join(tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"]))' > $(VENV)/requirements.txt
	$(PIP) -r $(VENV)/requirements.txt
	@touch $@

# Compiles only what changed (build/ stays) and installs the package in place: Python files are read from here.
$(STAMP): $(TOOLS) $(NATIVE)
	@echo "building (the first time takes a few minutes) …"
	PATH="$(CURDIR)/$(BIN):$$PATH" $(PIP) --no-build-isolation -e '.[$(EXTRAS)]'
	@touch $@

# The packages of an extra, beside the rest: $(call extra,ray)
extra = $(BIN)/python -c 'import tomllib; print("\n".join(tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["$(1)"]))' \
  > $(VENV)/$(1).txt && $(PIP) -r $(VENV)/$(1).txt

setup: $(STAMP)
	@$(BIN)/grader --version

# The newest versions of everything, into this .venv; then constraints.txt holds what they are. Run all lanes before it is committed.
constraints: $(STAMP)
	$(BIN)/python -m pip install -q --disable-pip-version-check --upgrade --upgrade-strategy eager --no-build-isolation -e '.[dev,bench,browser,ray,docker]' scikit-build-core nanobind cmake ninja
	(sed -n '/^#/p' constraints.txt; $(BIN)/python -m pip freeze --exclude-editable) > $(VENV)/constraints.txt && mv $(VENV)/constraints.txt constraints.txt

demo: $(STAMP)
	$(BIN)/python demo/run.py

test: $(STAMP)
	$(PYTEST) -q -n $(WORKERS) -m "not gpu and not slow and not docker and not browser and not postgres and not oracle and not frameworks and not legacy" $(ARGS)

verify: $(STAMP)
	$(BIN)/grader verify $(ARGS)

# What students install: no answer is in it, tests/test_wheel.py holds that. For staff: ARGS="-C cmake.define.WARPGRADE_COURSE=staff"
wheel: $(STAMP)
	rm -rf dist
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pip wheel -q --disable-pip-version-check --no-deps --no-build-isolation -w dist -C build-dir=build/wheel $(ARGS) .
	@ls dist/*.whl

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	find grader kernels -name '*.cpp' -o -name '*.h' -o -name '*.cuh' | xargs $(BIN)/clang-format --dry-run --Werror

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	find grader kernels -name '*.cpp' -o -name '*.h' -o -name '*.cuh' | xargs $(BIN)/clang-format -i

# numba: its CUDA simulator is one of those that we are measured against.
$(VENV)/.bench: pyproject.toml | $(STAMP)
	$(call extra,bench)
	@touch $@

bench: $(STAMP) $(VENV)/.bench
	$(BIN)/python -m benchmarks.run $(ARGS)

# ARGS="--minutes 30 --seed N"; by itself one minute
fuzz: $(STAMP)
	$(BIN)/python -m tests.fuzz $(ARGS)

# The property tests with examples that nobody has seen yet; the other lanes always take the same ones, so that red means a change of ours.
explore: $(STAMP)
	$(PYTEST) -q -n $(WORKERS) -m "hypothesis and not slow" --hypothesis-profile explore $(ARGS)

# Which lines of the PTX parser and loader the fuzzer executes: a core with gcov, in build/coverage
fuzz-coverage: $(STAMP)
	PATH="$(CURDIR)/$(BIN):$$PATH" cmake -S . -B build/coverage -G Ninja -DCMAKE_BUILD_TYPE=Release -DWARPGRADE_V4=OFF -DWARPGRADE_COVERAGE=ON -DPython_EXECUTABLE=$(CURDIR)/$(BIN)/python >/dev/null
	PATH="$(CURDIR)/$(BIN):$$PATH" cmake --build build/coverage --target _core
	$(BIN)/python -m tests.fuzz.coverage $(ARGS)

$(VENV)/.ray: pyproject.toml | $(STAMP)
	$(call extra,ray)
	@touch $@

# The gradebook's whole suite on a PostgreSQL server that the tests start, beside SQLite
test-postgres: $(STAMP)
	@$(BIN)/python -m tests.gradebook.server
	$(PYTEST) -q -m postgres tests/gradebook $(ARGS)

# A cluster of three nodes on this machine, one of which is killed
test-ray: $(STAMP) $(VENV)/.ray
	$(PYTEST) -q -m slow tests/engine tests/contracts/test_engine.py $(ARGS)

# Layers against PyTorch and the detector against OpenCV; afterwards `grader verify` compares with them too. And what else takes long of the
# layers: their ladders' tables, and that every solution compiles without a warning.
$(VENV)/.oracles: pyproject.toml constraints.txt | $(STAMP)
	$(call extra,oracles)
	@touch $@

test-oracles: $(STAMP) $(VENV)/.oracles
	$(PYTEST) -q -n $(WORKERS) -m "oracle or slow" tests/assignments tests/darknet $(ARGS)

# The core, the device and the runtime for 64-bit Arm, and their tests under qemu
aarch64: $(STAMP)
	@for name in aarch64-linux-gnu-g++ qemu-aarch64-static; do command -v $$name >/dev/null || { \
	  echo "not run: no $$name on this machine (Debian, Ubuntu: apt-get install g++-aarch64-linux-gnu qemu-user-static)" >&2; exit 3; }; done
	PATH="$(CURDIR)/$(BIN):$$PATH" cmake -S . -B build/aarch64 -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_TOOLCHAIN_FILE=tools/aarch64.cmake \
	  -DWARPGRADE_PYTHON=OFF -DWARPGRADE_PTX_RUN=ON >/dev/null
	PATH="$(CURDIR)/$(BIN):$$PATH" cmake --build build/aarch64
	$(PYTEST) -q -n $(WORKERS) tests/aarch64 $(ARGS)

# Needs no registry: .venv if there is one that works, else one made of what the machine has and of wheelhouse/.
gpu:
	@python3 tools/gpu.py run $(ARGS)

# On a machine with a registry, for one without: make wheelhouse PYTHON_VERSION=3.12 ARGS=--no-compiler
wheelhouse:
	@python3 tools/gpu.py wheelhouse $(if $(PYTHON_VERSION),--python $(PYTHON_VERSION)) $(ARGS)

# playwright drives the machine's own Chromium; its own download of one isn't wanted.
$(VENV)/.browser: pyproject.toml | $(STAMP)
	$(call extra,browser)
	@touch $@

test-browser: $(STAMP) $(VENV)/.browser
	@[ -n "$$CHROMIUM" ] || command -v chromium chromium-browser google-chrome-stable google-chrome >/dev/null || { \
	  echo "not run: no Chromium on this machine (Debian, Ubuntu: apt-get install chromium fonts-noto-cjk; or name one in CHROMIUM)" >&2; exit 3; }
	$(PYTEST) -q -m browser tests/browser $(ARGS)

missing = @echo "not run: $(1)" >&2; exit 3

# What students install, opened and tried in a clean environment; the page that shows every output, in Korean too
test-wheel: $(STAMP)
	$(PYTEST) -q -m slow tests/test_wheel.py tests/test_walkthrough.py $(ARGS)

# The sandboxes' contract and whole gradings in containers, on an engine that the tests start and stop
test-docker: $(STAMP)
	@$(BIN)/python -m tests.docker.engine
	$(PYTEST) -q -m docker tests/contracts tests/docker $(ARGS)

# Interpreters of their own, with what their assignments' code runs in. Some hundred MiB each, once.
$(VENV)/.lane-%: grader/lanes/table.py | $(STAMP)
	$(BIN)/grader lane make $*
	@touch $@

# The assignments of PyTorch, TensorFlow and notebooks: their tests, and that they grade as they promise
test-frameworks: $(VENV)/.lane-jupyter $(VENV)/.lane-torch $(VENV)/.lane-tensorflow
	$(PYTEST) -q -n $(WORKERS) -m frameworks tests $(ARGS)
	$(BIN)/grader verify -q 16_torch_op 17_tf_op 20_nb_dl_basics 21_nb_frameworks

# Caffe wants a CPython 3.8 and Caffe2 a 3.9: on PATH, of pyenv, or of uv. Lane caffe2 borrows headers of lane torch.
test-legacy: $(VENV)/.lane-torch
	@for name in caffe caffe2; do $(BIN)/grader lane make $$name || { echo "not run: no interpreter for $$name (see the line above)" >&2; exit 3; }; done
	$(PYTEST) -q -n $(WORKERS) -m legacy tests $(ARGS)
	$(BIN)/grader verify -q 18_caffe_caffe2

# Every trick of tests/hostile in both sandboxes; without an engine in `local` only, and it says so.
redteam: $(STAMP)
	$(BIN)/python -m tests.hostile.run $(ARGS)
	@$(BIN)/python -m tests.docker.engine $(BIN)/python -m tests.hostile.run --sandbox docker $(ARGS); status=$$?; \
	if [ $$status = 3 ]; then echo "docker: left out, see above; the counts are those of local"; else exit $$status; fi

docs: ; $(call missing,the documentation is plain Markdown in docs/; it has no build yet)

clean:
	rm -rf build out dist

# What can be done with this repository; `make help` lists it. README.md says what it is.
# Written for GNU make 3.81 and later, which is what macOS has.

# Debug kernels are 200 times slower, so tests run in release too. One set of flags for build and
# test means that nothing is compiled twice.
SWIFT_FLAGS := -c release -Xswiftc -enable-testing
BNFOLD := .build/release/bnfold
# What `make install` installs and `make bench` measures: runtimes and libraries inside.
STATIC := .build/static/release/bnfold
VENV := .build/venv
PYTHON := $(VENV)/bin/python
# Another environment, for what other tools pin themselves.
PEERS_VENV := .build/peers
SCORE ?= ../shared/score.py
PREFIX ?= /usr/local
# Only the tests whose name matches: make test FILTER=LayeringTests
FILTER ?=

.DEFAULT_GOAL := help
.PHONY: help setup build demo test test-report fuzz-fold bench instructions peers score schemas conformance verification experiment samples lint static order install clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what is missing (apt or brew) and say so
	@.ci/setup

build: setup ## Build .build/release/bnfold
	swift build $(SWIFT_FLAGS) --product bnfold

demo: build ## Fold a bundled sample and show the table
	@mkdir -p .build/demo
	$(BNFOLD) fold samples/cnn.onnx -o .build/demo/cnn.folded.onnx --explain

test: setup $(VENV)/installed ## Build and run all tests (FILTER=name for some)
	swift build $(SWIFT_FLAGS) --build-tests
	@.ci/environment $(PYTHON) swift test $(SWIFT_FLAGS) --skip-build \
	  $(if $(FILTER),--filter '$(FILTER)')

fuzz-fold: setup $(VENV)/installed ## Fold 20000 random blocks (CASES=n), verify each, break each
	swift build $(SWIFT_FLAGS) --build-tests
	@BNFOLD_FUZZ_FOLD=$(or $(CASES),20000) .ci/environment $(PYTHON) \
	  swift test $(SWIFT_FLAGS) --skip-build --filter PropertyTests

test-report: $(VENV)/installed ## Open the HTML reports in a headless Chromium (after make test or build)
	@.ci/setup --browser
	@test -x $(BNFOLD) || $(MAKE) --no-print-directory build
	@$(PYTHON) Tests/Browser/check_pages.py $(BNFOLD) "$$(command -v chromium || command -v chromium-browser || command -v google-chrome)" \
	  .build/pages $(dir $(SCORE))corpus

bench: static $(VENV)/installed $(if $(PEERS),$(PEERS_VENV)/installed) ## Measure speed and memory, write docs/performance.md (PEERS=1: other tools too)
	@$(PYTHON) samples/bench/bench.py --bnfold $(STATIC) --write docs/performance.md \
	  $(if $(PEERS),--peers $(PEERS_VENV)/bin/python)

instructions: $(VENV)/installed ## Hold instruction counts against those on record (RECORD=1: record)
	@.ci/setup --instructions
	@test -x $(BNFOLD) || $(MAKE) --no-print-directory build
	@$(PYTHON) samples/bench/instructions.py --bnfold $(BNFOLD) $(if $(RECORD),--record)

peers: build $(PEERS_VENV)/installed ## Count the nodes that bnfold and other tools leave; write docs/peers.md
	@$(PEERS_VENV)/bin/python samples/peers/compare.py --bnfold $(BNFOLD) \
	  --work .build/peers-results --markdown docs/peers.md

score: build $(VENV)/installed ## Judge bnfold over ../shared/corpus, without and with verification
	@test -f $(SCORE) || { echo "score: there is no $(SCORE)" >&2; exit 1; }
	@status=0; \
	$(PYTHON) $(SCORE) --bnfold $(BNFOLD) || status=$$?; \
	$(PYTHON) $(SCORE) --bnfold $(BNFOLD) --verify || status=$$?; \
	exit $$status

schemas: ## Generate the C of Sources/CModelSchemas from schemas/*.proto
	@.ci/setup --schemas
	schemas/generate.sh

conformance: ## Run ONNX's own backend tests and write docs/conformance.md
	@BNFOLD_WRITE_CONFORMANCE=1 $(MAKE) --no-print-directory test FILTER=ConformanceTests

verification: $(VENV)/installed $(PEERS_VENV)/installed ## Plant every error, verify other tools' folds, write docs/verification.md
	@BNFOLD_WRITE_VERIFICATION=1 BNFOLD_PEERS_PYTHON="$(CURDIR)/$(PEERS_VENV)/bin/python" \
	  $(MAKE) --no-print-directory test \
	  FILTER='FilePlantTests|FalseAlarmTests'

experiment: setup ## Train with and without batch normalization, fold what was trained (STEPS=n)
	swift build $(SWIFT_FLAGS) --product bn-experiment
	.build/release/bn-experiment -o .build/experiment --steps $(or $(STEPS),20000)

samples: $(VENV)/installed ## Make the models of samples/ anew from their recipes
	@$(PYTHON) samples/make_samples.py

lint: ## Hold the Swift code against .swift-format
	@swift format lint -s -r Package.swift Sources Tests

static: setup ## Build .build/static/release/bnfold, runtimes and libraries inside
	@.ci/static .build/static

order: static ## Record which functions a start runs, for the linker of `make static`
	@.ci/setup --instructions
	@python3 samples/bench/start_order.py --bnfold $(STATIC) --write .ci/start.order

install: static ## Put one release binary, runtimes and libraries inside, into PREFIX/bin
	install -d "$(DESTDIR)$(PREFIX)/bin"
	install -m755 $(STATIC) "$(DESTDIR)$(PREFIX)/bin/bnfold"

clean: ## Remove everything that was built
	rm -rf .build

$(VENV)/installed: .ci/requirements.txt
	@.ci/venv $(VENV) $<

$(PEERS_VENV)/installed: .ci/peers.txt
	@.ci/venv $(PEERS_VENV) $<

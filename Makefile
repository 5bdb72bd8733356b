# `make` lists the targets. ARGS goes to the program: make run ARGS=--help
# BOT is 1, or the URL of the server if that is not http://localhost:8080.

ARGS     ?=
FUZZTIME ?= 30s

GOLANGCI_LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

# js/wasm test binaries run in Node. Its loader gives the environment to the
# program inside 12 KB, which a CI's own may exceed.
WASM      := GOOS=js GOARCH=wasm CGO_ENABLED=0
WASM_EXEC  = env -i "PATH=$(PATH)" "HOME=$(HOME)" $(shell go env GOROOT)/lib/wasm/go_js_wasm_exec

NETWORKS := ^TestNetworks

# A program with the race detector waits when it ends, so that goroutines can still
# report: a second, if nothing else is said. lint has vetted what is tested.
RACE := CGO_ENABLED=1 GORACE=atexit_sleep_ms=100
TEST := go test -vet=off -count=1

# These do less with -short. test-full runs them without, but for the tests that it
# runs for even longer.
SHORTER := ./services/matchmaking/... ./services/signaling/... ./wasmclient/p2p ./wasmclient/ui
LONGER  := ^TestEverybodySurvives(OnSockets|Nodes)$$

.PHONY: help run attack loadtest bench build release screenshots icons doctor needs test lint lint-proto lint-go test-wasm test-go test-survival test-networks test-readme test-pages test-full fuzz generate image

help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## Build the Wasm client and serve everything on http://localhost:8080. BOT=1 adds a bot for those who are alone.
ifdef BOT
	@bot=$$(mktemp) && go build -o $$bot ./wasmclient/examples/echo-bot || exit; \
	$$bot $(if $(findstring ://,$(BOT)),$(BOT),http://localhost:8080) & \
	trap "kill $$! 2>/dev/null; rm -f $$bot" EXIT; trap : INT TERM; \
	go run ./services/cmd/wasmp2pchat $(ARGS)
else
	go run ./services/cmd/wasmp2pchat $(ARGS)
endif

attack: ## Attack a server of this machine, and print what honest people notice of each attack.
	go run ./services/cmd/attack $(ARGS)

loadtest: ## Let many people use a server of this machine: make loadtest ARGS='pair --transport h2c'.
	go run ./services/cmd/loadtest $(ARGS)

bench: release ## Compare with the predecessor, PeerServer and PeerJS, and write BENCHMARKS.md. Takes 15 minutes.
	go run ./services/cmd/bench $(ARGS)

build: ## Build the Wasm client into wasmclient/web/dist.
	go run ./wasmclient/web/build

release: ## Build it as small as it gets, and say which packages grew. Fails above the budget.
	go run ./wasmclient/web/build -release

# The fonts that pictures are drawn with are named in wasmclient/e2e/fonts.conf.
screenshots: ## Write docs/screenshots from the page, in Chromium.
	go test -count=1 ./wasmclient/e2e -run='^TestScreenshots$$' -screenshots=$(CURDIR)/docs/screenshots

icons: ## Draw the icons of the page, and the picture of links to it, in Chromium.
	go test -count=1 ./wasmclient/e2e -run='^TestIcons$$' -icons=$(CURDIR)/wasmclient/web

doctor: ## Say what is needed, what is there, and how to install the rest.
	@sh .ci/doctor

needs: # as doctor, but installs as root
	@sh .ci/doctor --install

test: needs ## Run every check, the cheap ones first.
	$(MAKE) --no-print-directory lint release test-wasm test-go
	$(MAKE) --no-print-directory --jobs=3 test-survival test-networks test-readme
	$(MAKE) --no-print-directory test-pages

lint: lint-proto lint-go ## Run all linters.

lint-proto: ## Lint the contract: style, format, breaking changes.
	go tool buf lint
	go tool buf format --diff --exit-code
	go tool buf breaking --against proto/contract.binpb

lint-go: ## Lint Go, what go vet checks included, natively and as js/wasm.
	go run $(GOLANGCI_LINT) run --allow-parallel-runners
	go run -exec='env $(WASM)' $(GOLANGCI_LINT) run --allow-parallel-runners ./wasmclient/...

test-wasm: ## Test the packages of the client as js/wasm in Node.
	$(WASM) $(TEST) -timeout=6m -exec='$(WASM_EXEC)' $$($(WASM) go list ./wasmclient/... | grep -v -e /e2e$$ -e /web$$ -e /web/)

# The packages that wait for most of their time come first, and tests beside
# each other, as those of the network and of a store wait for most of theirs.
test-go: ## Test all packages with the race detector, but for what follows.
	$(RACE) $(TEST) -race -short -parallel=4 -skip='^TestEverybodySurvives|$(NETWORKS)' $$(go list ./wasmclient/... ./... | grep -v -e /wasmclient/e2e$$ -e /internal/readme$$)

test-survival: ## Let 1,650 pairs meet while networks, people and nodes fail, and say how it went.
	$(RACE) $(TEST) -race -short -v -run='^TestEverybodySurvives' ./wasmclient/p2p

# By themselves they say how long people take to meet. As a part of test, they run beside
# survival and the READMEs, which also wait for half of their time.
test-networks: release ## Let people meet across NATs, and say how long it took. Needs root on Linux.
	$(TEST) -v -run='$(NETWORKS)' ./services/turnserver

test-readme: ## Type what the READMEs say into a fresh clone.
	$(TEST) ./services/internal/readme

# By themselves: browsers take the whole machine.
test-pages: release ## Test the real program in browsers.
	$(TEST) -short -timeout=15m ./wasmclient/e2e

test-full: test ## As test, then for longer: a million operations, 5,000 pairs on simulated networks and 10,000 on sockets, people who leave, every attack on the page and look of it, a file of 2 GB, engines on a store for 2,000 seeds, every planted fault, make bench in small.
	$(TEST) -timeout=15m ./services/cmd/bench
	$(RACE) $(TEST) -race -timeout=1h -skip='$(LONGER)' $(SHORTER)
	E2E_LEAVINGS=40 $(TEST) -timeout=1h -run='SeenSoon$$|^TestHostileChats|^TestAChatOutlives|^TestForm$$|^TestAxeFindsNothing$$|^TestTwoGigabytes$$' ./wasmclient/e2e
	WASMP2PCHAT_SEEDS=2000 $(TEST) -timeout=1h -run='^TestContract$$' ./services/matchmaking/matchmakingredis ./services/signaling/signalingredis
	WASMP2PCHAT_PAIRINGS=5000 $(TEST) -timeout=1h -v -run='^TestEverybodySurvives(OnSockets|Nodes)$$' ./wasmclient/p2p

fuzz: ## Search for input that breaks something, FUZZTIME for each target.
	@for package in $$(go list ./...); do \
	  for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz'); do \
	    echo "$$package $$target"; \
	    go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$package || exit 1; \
	  done; \
	done

generate: ## Write gen/ from proto/. Needs npx.
	go tool buf generate
	sh .ci/conformance generate

image: ## Renew the image breaking changes are measured against. At a release only.
	go tool buf build --output proto/contract.binpb

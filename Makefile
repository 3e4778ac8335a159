GO          ?= go
GOFUMPT     ?= mvdan.cc/gofumpt@v0.12.0
STATICCHECK ?= honnef.co/go/tools/cmd/staticcheck@v0.8.2

TESTFLAGS ?= -timeout 20m
# Packages in which goroutines meet: "make race" tests them under the race detector, but for comparisons with Python.
RACE      ?= ./torch ./torch/aten ./nn ./datasets ./datasets/catalog ./datasets/emoji10 ./datasets/shards ./datasets/table \
	./trainer ./trainer/hooks ./trainer/profiler ./trainer/progress ./trainer/runlog ./trainer/tensorboard ./tokenizers \
	./serve/... ./distributed/launch ./multimodal/columns ./multimodal/image ./internal/goroutine ./internal/libtorch \
	./internal/source
FUZZTIME  ?= 10s
TIME      ?= 5s

# The tests are a hundred programs, each linked with libtorch, for which binutils' older linker gold, where it is here, takes a
# third of the time. Flags of one's own come after it and count more.
fast_link = GOFLAGS="$$(! command -v ld.gold >/dev/null || echo -ldflags=-extldflags=-fuse-ld=gold) $$($(GO) env GOFLAGS)" && export GOFLAGS &&

# Commands that compare with Python start with this: it finds or installs the Python and names it in PYTHON.
with_python = PYTHON="$$(scripts/setup-python.sh)" && export PYTHON &&

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

.PHONY: setup
setup: ## find or install libtorch and a fast BLAS
	@scripts/setup-libtorch.sh

.PHONY: build
build: setup ## build bin/multitorch
	$(GO) build -o bin/multitorch ./cmd/multitorch

.PHONY: train
train: build ## train the image and text model on Emoji-10
	bin/multitorch train

.PHONY: test
test: setup ## run all tests
	@$(with_python) $(fast_link) $(GO) test $(TESTFLAGS) ./...

.PHONY: race
race: setup ## run the tests of packages in which goroutines meet under the race detector
	@$(fast_link) MULTITORCH_NO_TWIN=1 $(GO) test -race $(TESTFLAGS) $(RACE)

.PHONY: lint
lint: setup ## check the form of Go code and shell scripts
	@unformatted="$$($(GO) run $(GOFUMPT) -l .)" || exit; \
	[ -z "$$unformatted" ] || { echo "gofumpt would change:"; echo "$$unformatted"; exit 1; }
	@scripts/long-lines.sh || { echo "lines of more than 140 characters"; exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...
	@if command -v shellcheck >/dev/null; then shellcheck -x scripts/*.sh .ci/run; \
	else echo "shellcheck is not installed: the shell scripts were not checked"; fi

.PHONY: page
page: ## try the server's page in headless Chromium (SHOTS=DIR keeps pictures of it)
	@chromium="$$(command -v chromium || command -v chromium-browser || command -v google-chrome)" || \
		{ echo "make page needs Chromium: apt-get install chromium"; exit 1; }; \
	MULTITORCH_CHROMIUM="$$chromium" MULTITORCH_SHOTS="$(SHOTS)" $(GO) test -count=1 -v -run 'TestPage$$' ./serve

.PHONY: postgres
postgres: ## try indexes in PostgreSQL with pgvector (MULTITORCH_POSTGRES=postgres://…, a database to write to)
	@[ -n "$$MULTITORCH_POSTGRES" ] || { echo "make postgres needs MULTITORCH_POSTGRES=postgres://user@host/database, a" \
		"database with pgvector (Debian 12 has none; pip's pgserver brings one)"; exit 1; }
	$(GO) test -count=1 -v -run Postgres ./serve/index

# A checkpoint of fashion-mnist and a picture of clothes.
CHECKPOINT ?= runs/fashion-mnist-cnn-seed0/checkpoint.safetensors
.PHONY: serve-bench
serve-bench: build ## measure the server against Flask, and under overload, reload and stop (CHECKPOINT=FILE PICTURE=FILE)
	@GO="$(GO)" scripts/bench/serve/run.sh "$(CHECKPOINT)" "$(PICTURE)"

.PHONY: parity
parity: setup ## compare with PyTorch, bit for bit
	@$(with_python) $(GO) test -count=1 -v -run Parity $(TESTFLAGS) ./...

SWEEP ?= 2026
.PHONY: sweep
sweep: setup ## compare thousands of small computations with PyTorch (SWEEP is the seed)
	@$(with_python) MULTITORCH_SWEEP="$(SWEEP)" $(GO) test -count=1 -v -run 'NumbersAsInPython|RandomProgramsAsInPython' $(TESTFLAGS) ./torch

# Rows that take long (LONG=1): each is a run of "multitorch results", of one seed.
LONG_RESULTS = dialogue "dialogue --question english" "dialogue --question dialogue" "dialogue --input pixels --models focus,film" \
	speech "speech --more" "speech --strict"

.PHONY: results
results: build ## train every model of every task and write the README's table (half an hour; LONG=1: also the long rows, hours)
	for task in emoji10 "emoji10 --text tags" fashion-mnist retrieval; do \
		bin/multitorch results $$task --write cmd/multitorch/results.json --readme README.md || exit; \
	done
ifdef LONG
	for task in $(LONG_RESULTS); do \
		bin/multitorch results $$task --seeds 0 --write cmd/multitorch/results.json --readme README.md || exit; \
	done
endif

.PHONY: bench
bench: build ## measure against PyTorch, side by side
	@$(with_python) $(GO) run ./scripts/bench

.PHONY: whisper
whisper: setup ## compare Whisper's transcripts, speed and memory with Transformers' (MULTITORCH_TRANSFORMERS names its Python)
	@$(GO) run ./scripts/whisper $(WHISPER)

.PHONY: tensorboard
tensorboard: setup ## have TensorBoard read what is written for it (MULTITORCH_TENSORBOARD names a Python that has it)
	@test -n "$$MULTITORCH_TENSORBOARD" || { echo "set MULTITORCH_TENSORBOARD to a Python with the package tensorboard"; exit 1; }
	@$(GO) test ./trainer/tensorboard -count=1 -v -run TestTensorBoardReads

.PHONY: memory
memory: setup ## compare the memory of hand-written loops with PyTorch's
	@$(with_python) $(GO) run ./scripts/memory

RANDOM ?= 1000000
.PHONY: tokenizers
tokenizers: ## compare tokenizers with PyPI's (MULTITORCH_TRANSFORMERS names its Python): RANDOM strings of each kind, an hour
	$(GO) run ./scripts/tokenizers -random $(RANDOM)

.PHONY: matrix
matrix: ## test on several versions of libtorch (as root; MATRIX chooses) and print a table
	@GO="$(GO)" scripts/matrix.sh

.PHONY: cuda
cuda: setup ## run the device checks on a GPU and print a table; without one, say why not
	@$(GO) run ./scripts/cuda

.PHONY: fuzz
fuzz: setup ## run every fuzz test for FUZZTIME
	@GO="$(GO)" FUZZTIME="$(FUZZTIME)" scripts/fuzz.sh

.PHONY: stress
stress: setup ## run goroutines hard for TIME in each mode, under every allocator that is here
	@$(GO) run ./scripts/stress -time $(TIME)

.PHONY: host
host: setup ## try the toolkit inside foreign programs, vendored, beside other C++ and under AddressSanitizer
	@GO="$(GO)" scripts/host.sh

.PHONY: mutants
mutants: setup ## read 20,000 damaged files of every kind, within 8 GB and 2 s each
	@$(GO) run ./scripts/mutants

KILLS ?= 200
.PHONY: kills
kills: setup ## kill saves, fetches and set-ups KILLS times each, and runs of each task 20 times, and look at what is left
	MULTITORCH_KILLS="$(KILLS)" $(GO) test -count=1 -v -run Killed -timeout 120m \
		./internal/atomicfile ./torch ./trainer ./cmd/multitorch ./internal/source ./scripts

DISTURBANCES ?= 20
.PHONY: distributed
distributed: setup ## kill, stop and cut off ranks DISTURBANCES times (network namespaces: as root), and measure training with several
	@network=1; if [ "$$(id -u)" != 0 ] || ! command -v ip >/dev/null; then network=; echo "not root, or without ip: no network is cut"; fi; \
	MULTITORCH_DISTURBANCES="$(DISTURBANCES)" MULTITORCH_NETWORK=$$network MULTITORCH_SCALING=1 \
		$(GO) test -count=1 -v -run 'Disturbed|CutNetwork|Bytes|Overlap|Scaling' -timeout 120m ./distributed

.PHONY: generate
generate: setup ## write package torch/aten from the operators' schemas
	@$(GO) run ./scripts/genaten torch/aten

.PHONY: coverage
coverage: ## list what PyTorch's public functions and classes have no counterpart here, and why
	@$(GO) run ./scripts/coverage

.PHONY: doctor
doctor: build ## say what was found and whether it works
	bin/multitorch doctor

.PHONY: clean
clean: ## remove what was built; libtorch, data and results stay
	rm -rf bin build

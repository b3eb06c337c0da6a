# The front door: `make help` lists what there is. Each target sets up what it needs.

SHELL := /bin/bash
.DEFAULT_GOAL := help

# A build tells its progress on a terminal; in CI it speaks only when something is wrong.
quiet := $(if $(filter true,$(CI)),--quiet)
release := --configuration release
# Tests reach internal declarations, which other builds keep closed: a folder of their own, so that
# neither build undoes the other.
tests := $(release) --scratch-path .build-tests
swift_sources := Sources Tests Benchmarks Examples Scripts Package.swift

.PHONY: help
help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(firstword $(MAKEFILE_LIST)) | \
	  awk -F '|' '{ printf "make %-15s %s\n", $$1, $$2 }'

.PHONY: run
run: bootstrap ## Train simple-cnn on the bundled digits, and say how good it is
	@swift build $(release) --product fovea $(quiet)
	@swift run $(release) --skip-build fovea train mnist-mini --model simple-cnn \
	  --epochs 5 --batch-size 64 --schedule one-cycle --max-lr 0.06

.PHONY: test
test: bootstrap ## Build everything in release and run the tests
	@swift build $(tests) --build-tests -Xswiftc -enable-testing $(quiet)
	@swift test $(tests) --skip-build --disable-xctest --quiet

.PHONY: test-full
test-full: ## As test, with 100,000 damaged files a format, every slow case, TensorBoard, and the kernels for ARM
	@python=$$(Scripts/tensorboard-python.sh) && \
	  PYTHON=$$python FOVEA_FULL=1 FOVEA_FUZZ=100000 $(MAKE) --no-print-directory test
	@FOVEA_FULL=1 Scripts/test-neon.sh

.PHONY: bench
bench: bootstrap ## Measure the kernels, against the processor's peak
	@swift run $(release) --package-path Benchmarks $(quiet) fovea-bench-kernels

.PHONY: bench-peers
bench-peers: bootstrap ## Measure in turns with PyTorch, ONNX Runtime, OpenVINO and ncnn
	@Scripts/bench-peers.sh $(ARGUMENTS)

.PHONY: bench-loading
bench-loading: bootstrap ## Measure image files to batches, in turns with PyTorch's DataLoader
	@Scripts/bench-loading.sh $(ARGUMENTS)

.PHONY: bench-accuracy
bench-accuracy: bootstrap ## Train on MNIST from several seeds and print the median accuracies
	@swift run $(release) --package-path Benchmarks $(quiet) fovea-bench-accuracy

.PHONY: format
format: ## Format all Swift sources in place
	@swift format format --in-place --parallel --recursive $(swift_sources)

.PHONY: lint
lint: ## Check format, ranks, imports, links and quoted code
	@swift format lint --strict --parallel --recursive $(swift_sources)
	@swift Scripts/check-ranks.swift
	@swift Scripts/check-docs.swift

.PHONY: docs
docs: bootstrap ## Build the documentation, warnings as errors
	@Scripts/build-docs.sh

.PHONY: clean
clean: ## Remove all build folders; trained networks in runs/ stay
	@rm -rf .build .build-* */.build */*/.build

.PHONY: bootstrap
bootstrap: # Install the system packages that are missing
	@Scripts/bootstrap.sh

# The commands of this package. `make demo` and `make test` do all their set-up themselves.

SWIFT ?= swift
SOURCES := Sources Tests Examples $(wildcard Interop) $(wildcard Benchmarks) Package.swift
C_SOURCES = $(shell find Sources/CEvLoop Sources/CLibev Tests Fuzz Guard Benchmarks/Sources Interop/Sources -name '*.[ch]')

# Homebrew's folders are not on the compiler's own path.
ifeq ($(shell uname -s),Darwin)
BREW := $(shell brew --prefix 2>/dev/null)
FLAGS := $(if $(BREW),-Xcc -I$(BREW)/include -Xlinker -L$(BREW)/lib)
endif

.PHONY: help demo test bench gallery format lint docs clean libev

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: libev ## Build and run the hello example: a passing conversation, then a failing one
	$(SWIFT) run --package-path Examples $(FLAGS) hello

test: libev ## Run the whole test suite
	$(SWIFT) test $(FLAGS)

bench: ## Measure what it costs beside other ways: all jobs, or JOB=roundtrip; QUICK=1 takes fewer rounds
	@SWIFT='$(SWIFT)' Benchmarks/setup.sh
	@Benchmarks/.build/release/bench $(if $(JOB),JOB='$(JOB)') $(if $(QUICK),QUICK='$(QUICK)')

gallery: libev ## Run the gallery of failures and write its pages, captures and texts
	TCPMOCK_GALLERY='$(CURDIR)/Documentation/Gallery' $(SWIFT) test $(FLAGS) --filter GalleryTests
	scripts/gallery.py

format: ## Format all code in place (Swift and C)
	@$(SWIFT) format format --in-place --parallel --recursive $(SOURCES)
	@clang-format -i $(C_SOURCES)

lint: ## Check format, imports and the README's snippets
	@$(SWIFT) format lint --strict --parallel --recursive $(SOURCES)
	@clang-format --dry-run -Werror $(C_SOURCES)
	scripts/check-imports.sh
	python3 scripts/check-readme.py

docs: libev ## Build the documentation of both products; warnings are errors
	TCPMOCK_DOCS=1 $(SWIFT) package --scratch-path .build-docs generate-documentation --target TCPMock --warnings-as-errors
	TCPMOCK_DOCS=1 $(SWIFT) package --scratch-path .build-docs generate-documentation --target TCPMockTesting --warnings-as-errors

clean: ## Remove everything that was built
	rm -rf .build .build-* Examples/.build Interop/.build Interop/.build-* Benchmarks/.build

libev:
	@scripts/ensure-libev.sh

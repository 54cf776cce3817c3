# Two commands: make run, make test. Both install what is missing first.

export TRUNK_OFFLINE := true
export TRUNK_SKIP_VERSION_CHECK := true
export PLUMBLINE_BROWSER_TESTS := required
ifdef CI
export CARGO_INCREMENTAL := 0
endif

.PHONY: help run test build evidence page lint clean
help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile

run: ## build the page and serve it on http://127.0.0.1:8080 (rebuilt when a source changes)
	@.ci/install page
	cargo fetch --locked --target wasm32-unknown-unknown
	trunk serve --release

test: ## check everything: format, lints, page, command line, unit and browser tests
	@.ci/install test
	cargo fmt --check
	$(MAKE) page lint
	cargo test --locked
	cargo test --locked --features web --lib web::
	cargo build --locked --release

build: ## the page into dist/, and target/release/plumbline with the report viewer in it
	@.ci/install page
	$(MAKE) page
	cargo build --locked --release

evidence: ## measure what is claimed of the numbers, in minutes, and print one table
	cargo bench --locked --bench evidence

page:
	cargo fetch --locked --target wasm32-unknown-unknown
	trunk build --release

lint:
	cargo clippy --locked --all-targets -- -D warnings
	cargo clippy --locked --target wasm32-unknown-unknown --features web --lib --bin app -- -D warnings

clean: ## remove everything that was built
	cargo clean
	rm -rf dist

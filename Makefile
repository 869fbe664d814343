# make setup   install the Debian packages that are missing
# make test    everything the tests check, in a few minutes
# make demo    three authorities exchange: cards, agreements, notices, a request, a recall, a revocation, a forgery
#              caught; then their nodes run on, to be tried. make demo CHECK=1 ends with a verdict instead
# make demo-node   one node at work: cases, hits, custody, audit, a forgery caught
# make bench   figures beside their limits, as a table
# make soak    the long tests and the fuzzers, about an hour; three real nodes, killed and cut off from each other, for
#              CORDON_SOAK_SECONDS (300) over each kind of line; CORDON_SEED repeats the moments of a run
# make schema  Sources/Schema and the API's description again, from Protocols/schema; needs protoc and Python 3.9

SHELL := /bin/bash -eu -o pipefail
PACKAGES := librocksdb-dev libsodium-dev libssl-dev pkg-config
SWIFT_BUILD := swift build --jobs 2
RELEASE := .build/release
PROTOC_GEN_SWIFT := .build-protoc/release/protoc-gen-swift

.PHONY: setup build release test format demo demo-check demo-node bench soak fuzz schema clean

setup:
	@command -v swift > /dev/null || { echo "Swift 6.2 or later is needed: see https://www.swift.org/install" >&2; exit 1; }
	@missing=$$(for package in $(PACKAGES); do \
	    dpkg-query -W -f '$${Status}' $$package 2> /dev/null | grep -q '^install ok installed$$' || echo $$package; \
	done); \
	if [ -n "$$missing" ]; then \
	    echo "Installing" $$missing; \
	    as_root=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	    $$as_root apt-get update -qq; \
	    DEBIAN_FRONTEND=noninteractive $$as_root apt-get install -y -qq $$missing > /dev/null; \
	fi

build: setup
	$(SWIFT_BUILD)

release: setup
	$(SWIFT_BUILD) -c release

# The programs are built first: the tests run them.
test: setup format
	$(SWIFT_BUILD)
	$(SWIFT_BUILD) --build-tests
	@log=$$(mktemp); trap "rm $$log" EXIT; swift test --skip-build --disable-xctest 2>&1 | tee $$log \
	    || { echo; echo "What failed:"; grep -A 5 '✘' $$log; exit 1; }

format:
	swift format lint --strict --recursive Package.swift Sources Tests

demo: release
	CHECK="$(CHECK)" Deployments/demo/run $(RELEASE)

# The same with the programs that the tests use, for a verdict.
demo-check: build
	CHECK=1 Deployments/demo/run .build/debug

demo-node: release
	CHECK="$(CHECK)" Deployments/demo/node $(RELEASE)

bench: release
	$(RELEASE)/cordon-bench

soak: setup
	$(SWIFT_BUILD) --build-tests
	CORDON_SOAK=1 swift test --skip-build --disable-xctest --filter 'KillTests|FederationKillTests|flippedBitsOfALargerLog'
	CORDON_SOAK=1 swift test --skip-build --disable-xctest --filter SimulationTests
	$(MAKE) fuzz

fuzz: setup
	Tests/Fuzz/run

# The generator is built from the same release of swift-protobuf that the node is linked with.
schema:
	@command -v protoc > /dev/null || { echo "protoc is needed: apt-get install protobuf-compiler" >&2; exit 1; }
	swift package resolve
	swift build -c release --product protoc-gen-swift \
	    --package-path .build/checkouts/swift-protobuf --scratch-path .build-protoc
	protoc --plugin=$(PROTOC_GEN_SWIFT) --proto_path=Protocols/schema --swift_out=Sources/Schema \
	    --swift_opt=Visibility=Public,UseAccessLevelOnImports=true,FileNaming=DropPath \
	    Protocols/schema/cordon/v1/*.proto
	python3 Protocols/openapi/generate.py

clean:
	rm -rf .build .build-*

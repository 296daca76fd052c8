# Patchbay: `make demo` to see it work, `make test` to check it.
# Every goal installs the Debian packages that it lacks, and says so.

PACKAGES = binutils curl libarchive-dev libcurl4-openssl-dev libjq-dev libmicrohttpd-dev libpq-dev libseccomp-dev libsimdjson-dev libsqlite3-dev libssl-dev \
  libxml2-dev libyaml-dev zlib1g-dev
# The shells whose completions are tested, and what plugins in C are built with.
TEST_PACKAGES = beancount hledger ledger faketime fish gcc jq postgresql zsh
JUDGE_PACKAGES = faketime python3 python3-venv
SUDO = $(if $(filter 0,$(shell id -u)),,sudo)
RELEASE = swift build --configuration release --static-swift-stdlib
BIN = .build/release
SOURCES = Package.swift Sources Plugins SDK Tests
# Where `make install` puts it all; DESTDIR stands in front of it for packages.
PREFIX = /usr/local
INSTALLED = $(DESTDIR)$(PREFIX)
PROGRAMS = patchbay patchbay-worker patchbay-sandbox patchbay-tuf

.PHONY: all build programs sdk marketplace install uninstall demo test nightly judges bench format lint packages clean \
  fuzz sanitize
all: build

test nightly: PACKAGES += $(TEST_PACKAGES)
judges: PACKAGES += $(JUDGE_PACKAGES)
packages:
	@missing=$$(dpkg-query -W -f '$${db:Status-Abbrev} $${Package}\n' $(PACKAGES) 2>/dev/null \
	  | awk '$$1 == "ii" { print $$2 }' | sort > .packages.have; \
	  printf '%s\n' $(PACKAGES) | sort | comm -23 - .packages.have; rm -f .packages.have); \
	if [ -n "$$missing" ]; then \
	  echo "Installing Debian packages:" $$missing; \
	  $(SUDO) apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	fi
	@command -v swift >/dev/null || { echo "Swift 6.2 or later is needed: https://swift.org/install" >&2; exit 1; }

build: programs
	$(RELEASE) --product patchbay-bench

# What is installed and tested: all but the benchmarks.
programs: packages
	$(RELEASE) --product patchbay
	$(RELEASE) --product patchbay-worker
	$(RELEASE) --product patchbay-sandbox
	$(RELEASE) --product patchbay-tuf
	Plugins/build release --static-swift-stdlib >/dev/null
	@$(MAKE) --no-print-directory sdk marketplace

# What the author of a plugin needs, beside the programs.
sdk:
	SDK/assemble $(BIN)/sdk

# A marketplace of the plugins of this repository, with keys made on the spot.
marketplace:
	marketplace/build $(BIN)

# Builds nothing, so that `sudo make install` needs no Swift.
install:
	@for file in $(PROGRAMS) marketplace sdk; do test -e $(BIN)/$$file || \
	  { echo "$(BIN)/$$file is missing: run make build first" >&2; exit 1; }; done
	install -d $(INSTALLED)/bin $(INSTALLED)/share/patchbay
	for name in $(PROGRAMS); do \
	  install -s -m 755 $(BIN)/$$name $(INSTALLED)/bin/$$name || exit 1; done
	rm -rf $(INSTALLED)/share/patchbay/marketplace
	cp -R $(BIN)/marketplace $(INSTALLED)/share/patchbay/marketplace
	SDK/assemble $(INSTALLED)/share/patchbay/sdk

uninstall:
	for name in $(PROGRAMS); do rm -f $(INSTALLED)/bin/$$name; done
	rm -rf $(INSTALLED)/share/patchbay

demo: programs
	@./demo.sh $(BIN)

# What a change must pass: at most 25 minutes on two idle cores.
test: programs lint
	Tests/run

# What takes long: the same tests with many more seeds, operations and kills, fuzzing, sanitizers.
NIGHTLY_FUZZ_SECONDS = 300
nightly: programs lint
	PATCHBAY_TESTS=nightly Tests/run
	Tests/Fuzz/run $(NIGHTLY_FUZZ_SECONDS)
	Tests/Sanitizers/run thread
	Tests/Sanitizers/run address

# What others judge us by: it needs packages of PyPI, and checkouts of their suites, each named by a variable.
TUF_SUITE =
judges: packages
	$(RELEASE) --product patchbay-tuf
	Tests/Conformance/run $(BIN) "$(TUF_SUITE)"

# Looks for inputs that break what reads foreign bytes: all targets, FUZZ_SECONDS each.
FUZZ_SECONDS = 3600
FUZZ_TARGETS =
fuzz: packages
	Tests/Fuzz/run $(FUZZ_SECONDS) $(FUZZ_TARGETS)

# The tests with the hub under ThreadSanitizer, and under AddressSanitizer with leaks.
sanitize: build
	Tests/Sanitizers/run thread
	Tests/Sanitizers/run address

bench: build
	$(BIN)/patchbay-bench all

format:
	swift format --in-place --recursive $(SOURCES)

lint:
	swift format lint --strict --recursive $(SOURCES)

clean:
	rm -rf .build

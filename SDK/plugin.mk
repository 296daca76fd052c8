# How a plugin's file is made and tested. Its Makefile says NAME, PATCHBAY and PATCHBAY_SDK, and then
# includes this. With a Package.swift it is built by Swift, otherwise all of its C files by $(CC).
#
#   make          NAME.so, with plugin.json in it
#   make test     own-tests, which are the plugin's, then what the hub asks of every plugin
#   make pack     one file to publish, when the tests have passed; PACK_FLAGS as in --out FILE
#   make clean
#
# `patchbay plugin dev` runs make and the hub's tests each time that a file is saved.

export PATCHBAY_SDK
# Another SDK makes another file.
SDK_STAMP = $(PATCHBAY_SDK)/plugin.mk
.DEFAULT_GOAL := $(NAME).so
.PHONY: test own-tests pack clean
.DELETE_ON_ERROR:

ifneq ($(wildcard Package.swift),)

# For all calls alike, such as --scratch-path or -v.
SWIFT_FLAGS ?=
RELEASE = swift build -c release --static-swift-stdlib $(SWIFT_FLAGS)

$(NAME).so: $(shell find Sources Entry -name '*.swift') Package.swift plugin.json $(SDK_STAMP)
	$(RELEASE) --product Plugin
	@"$(PATCHBAY_SDK)/embed-manifest" "$$($(RELEASE) --show-bin-path)/libPlugin.so" plugin.json $@

own-tests:
	swift test $(SWIFT_FLAGS)

else

CFLAGS ?= -O2 -Wall -Wextra
ALL_CFLAGS = -std=c11 -iquote Sources -I"$(PATCHBAY_SDK)/include" $(CFLAGS)
# Self-contained, never unloaded, and with one symbol for the hub.
LINK = -shared -fPIC -ffunction-sections -fdata-sections \
  -Wl,--version-script="$(PATCHBAY_SDK)/plugin.map" -Wl,-z,nodelete -Wl,-z,defs \
  -Wl,--gc-sections -Wl,--as-needed -Wl,-s $(LDFLAGS)

$(NAME).so: $(wildcard Sources/*.[ch] Entry/*.c) plugin.json $(SDK_STAMP)
	@mkdir -p .build
	$(CC) $(ALL_CFLAGS) -o .build/$@ $(filter %.c,$^) $(LINK)
	@"$(PATCHBAY_SDK)/embed-manifest" .build/$@ plugin.json $@

TESTS = $(patsubst Tests/%.c,.build/%,$(wildcard Tests/*.c))
.build/%: Tests/%.c $(wildcard Sources/*.[ch]) $(SDK_STAMP)
	@mkdir -p .build
	$(CC) $(ALL_CFLAGS) -g -fsanitize=address,undefined -o $@ $(filter %.c,$^) $(wildcard Entry/*.c)

own-tests: $(TESTS)
	@set -e; for test in $(TESTS); do "$$test"; done

endif

test: $(NAME).so own-tests
	"$(PATCHBAY)" plugin test $(NAME).so

pack: test
	"$(PATCHBAY)" plugin pack $(NAME).so $(PACK_FLAGS)

clean:
	rm -rf .build $(NAME).so

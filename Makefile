# freedmr: one binary, one Makefile (GNU make), everything made stands below build/.
#
#   make                build/freedmr, the server (static when musl-gcc is there), and build/hotspot
#   make run            starts it here, with a first configuration if there is none
#   make test           every check there is; installs the tools for it when it may (see test/need)
#   make cross          build/arm/freedmr, build/arm64/freedmr, build/x86_64/freedmr
#   make bench          this server beside a bare reflector, and what it takes in memory and time
#   make soak           meshes of servers in virtual time, SOAK_SECONDS of them from SEED on
#   make fuzz           libFuzzer, FUZZ_SECONDS for each decoder
#   make lint           clang-tidy, mandoc, shellcheck, layers
#   make install        PREFIX, DESTDIR
#   make dist           a tar of what is committed
#
#   make LOOP=poll      the server with the portable poller and sockets
#   make V=1            shows the commands

CC ?= gcc
CLANG ?= clang
CFLAGS ?= -O2 -g
PREFIX ?= /usr/local
DESTDIR ?=
LOOP ?= epoll
V ?= 0
FUZZ_SECONDS ?= 60
SOAK_SECONDS ?= 600
SEED ?= $(shell date +%s)

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || cat VERSION 2>/dev/null || echo unknown)

ifeq ($(V),0)
Q := @
say = @printf '  %-5s %s\n' $(1) $(2)
else
Q :=
say =
endif

# The last one silences clang where a control message of glibc, which has no fixed size, stands in a struct.
WARN := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
        -Wformat=2 -Wundef -Wpointer-arith -Wcast-qual -Wwrite-strings -Wswitch-enum -Werror \
        -Wno-gnu-variable-sized-type-not-at-end
LANGUAGE := -std=c11 -Iinclude -Itest
POSIX := -D_POSIX_C_SOURCE=200809L
LINUX := -D_GNU_SOURCE

# Floors, lowest first, and below each room what it is linked with. Which includes are allowed is a little
# less, and stands in test/layers.sh.
ROOMS := base dmr conf wire io state core voice parent report command
BELOW_base :=
BELOW_dmr := base
BELOW_conf := base
BELOW_wire := conf dmr base
BELOW_io := wire conf dmr base
BELOW_state := wire conf dmr base
BELOW_core := state wire conf dmr base
BELOW_voice := core state io wire conf dmr base
BELOW_report := io wire conf dmr base
BELOW_parent := voice report core state io wire conf dmr base
BELOW_command := parent $(BELOW_parent)

# One body of the poller and one of the datagram sockets; *_linux.c are the only files with Linux calls.
SOURCES := $(wildcard $(ROOMS:%=modules/%/*.c))
NOT_IN_epoll := modules/io/poller_poll.c modules/io/messages_posix.c
NOT_IN_poll := modules/io/poller_epoll_linux.c modules/io/messages_linux.c

UNIT_TESTS := $(wildcard test/unit/*/t_*.c)
HOTSPOT := test/hotspot.c $(wildcard test/hotspot/*.c)
FUZZERS := $(wildcard test/fuzz/fuzz_*.c)
MESH := $(wildcard test/mesh/*.c)
BENCHES := test/bench/load test/bench/reflector
VERSIONED := $(shell grep -lw VERSION $(SOURCES) freedmr.c 2>/dev/null)

# $(call archives,VARIANT,ROOM): the room and the floors below it.
archives = $(patsubst %,build/obj/$(1)/%.a,$(2) $(BELOW_$(2)))
room_of = $(word 3,$(subst /, ,$(1)))

# $(call link,COMPILER AND FLAGS,LINK FLAGS)
define link
	$(call say,LD,$@)
	$(Q)$(1) -Wl,--gc-sections $(2) -o $@ $(filter %.o,$^) $(filter %.a,$^)
endef

# $(call variant,NAME,COMPILER,FLAGS,LINK FLAGS,LOOP): objects and one archive per room below build/obj/NAME.
define variant
build/obj/$(1)/%.o: %.c Makefile build/how
	$$(call say,CC,$$@)
	@mkdir -p $$(@D)
	$$(Q)$(2) $$(LANGUAGE) $$(if $$(filter %_linux.c test/%,$$<),$$(LINUX),$$(POSIX)) $$(WARN) $(3) \
		$$(OWN) -DVERSION='"$$(VERSION)"' -MMD -MP -c -o $$@ $$<

# Kept, though nothing names the objects of tests.
.PRECIOUS: build/obj/$(1)/%.o

$(VERSIONED:%.c=build/obj/$(1)/%.o): build/version

build/obj/$(1)/modules/report/page.o: build/page.html.gz

$$(foreach r,$$(ROOMS),$$(eval build/obj/$(1)/$$(r).a: \
	$$(patsubst %.c,build/obj/$(1)/%.o,$$(filter-out $$(NOT_IN_$(5)),$$(filter modules/$$(r)/%,$$(SOURCES))))))

build/obj/$(1)/%.a:
	$$(call say,AR,$$@)
	@mkdir -p $$(@D)
	@rm -f $$@
	$$(Q)ar rcs $$@ $$^

$$(foreach t,$$(UNIT_TESTS),$$(eval build/obj/$(1)/$$(t:.c=): \
	build/obj/$(1)/test/harness/t.o $$(call archives,$(1),$$(call room_of,$$(t)))))
$$(foreach f,$$(FUZZERS),$$(eval build/obj/$(1)/$$(f:.c=): $$(FUZZ_MAIN_$(1)) $$(call archives,$(1),command)))
build/obj/$(1)/freedmr: $$(call archives,$(1),command)
build/obj/$(1)/hotspot: $$(HOTSPOT:%.c=build/obj/$(1)/%.o) $$(call archives,$(1),io)
	$$(call link,$(2) $(3),$(4))

build/obj/$(1)/test/sim/run: build/obj/$(1)/test/sim/ways.o $$(call archives,$(1),core)
build/obj/$(1)/test/mesh/run: $$(MESH:%.c=build/obj/$(1)/%.o) $$(call archives,$(1),core)
$(BENCHES:%=build/obj/$(1)/%): build/obj/$(1)/test/bench/bench.o $$(call archives,$(1),wire)

build/obj/$(1)/%: build/obj/$(1)/%.o
	$$(call link,$(2) $(3),$(4))

-include $$(shell find build/obj/$(1) -name '*.d' 2>/dev/null)
endef

build/page.html.gz: modules/report/page.html
	@mkdir -p $(@D)
	$(Q)gzip -9nc $< > $@

MUSL := $(shell command -v musl-gcc 2>/dev/null)
SECTIONS := -ffunction-sections -fdata-sections
SANITIZE := -O1 -g -fsanitize=address -fsanitize=undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
FUZZ_MAIN_san := build/obj/san/test/fuzz/driver.o
FUZZ_MAIN_fuzz :=
CROSS := arm arm64 x86_64

$(eval $(call variant,native,$(or $(MUSL),$(CC)),$(CFLAGS) $(SECTIONS),$(if $(MUSL),-static),epoll))
$(eval $(call variant,poll,$(or $(MUSL),$(CC)),$(CFLAGS) $(SECTIONS),$(if $(MUSL),-static),poll))
$(eval $(call variant,san,$(CC),$(SANITIZE),,epoll))
$(eval $(call variant,fuzz,$(CLANG),$(SANITIZE) -fsanitize=fuzzer-no-link,-fsanitize=fuzzer,epoll))
$(foreach c,$(CROSS),$(eval $(call variant,$(c),cross/gcc $(c),$(CFLAGS) $(SECTIONS),,epoll)))

.DEFAULT_GOAL := all
all: build/freedmr build/hotspot

CHOSEN := $(if $(filter poll,$(LOOP)),poll,native)
build/freedmr: build/obj/$(CHOSEN)/freedmr build/loop
	@cp $< $@
	@$(if $(MUSL),,echo '  note  linked with the system libc; install musl-tools for the static binary')

build/hotspot: build/obj/native/hotspot
	@cp $< $@

# Files that change when what they hold does; what depends on them is made again then.
build/version: holds = $(VERSION)
build/loop: holds = $(LOOP)
build/how: holds = $(or $(MUSL),$(CC)) $(CFLAGS) $(CLANG)
build/version build/loop build/how: always
	@mkdir -p build
	@echo '$(holds)' | cmp -s - $@ || echo '$(holds)' > $@

run: build/freedmr
	@test -e freedmr.conf || build/freedmr init freedmr.conf
	@echo 'Who is there: build/freedmr ctl -s freedmr.sock status'
	@exec build/freedmr -c freedmr.conf

test:
	@test/need
	@+test/run

# What test/run has made before it runs a suite.
made-unit: $(UNIT_TESTS:%.c=build/obj/native/%)
made-san: $(UNIT_TESTS:%.c=build/obj/san/%)
made-sim: $(if $(wildcard test/sim/run.c),build/obj/native/test/sim/run build/obj/san/test/sim/run)
made-fuzz: $(FUZZERS:%.c=build/obj/san/%)
made-mesh: build/obj/native/test/mesh/run build/obj/san/test/mesh/run
made-poll: build/obj/poll/freedmr $(patsubst %.c,build/obj/poll/%,$(filter test/unit/io/% test/unit/voice/%,$(UNIT_TESTS)))
made-e2e: all build/obj/san/freedmr
made-lint: $(patsubst %.c,build/lint/%.tidy,$(wildcard freedmr.c) $(SOURCES))
made-clang: $(FUZZERS:%.c=build/obj/fuzz/%)

cross: $(CROSS:%=build/%/freedmr)
	@wc -c $^ | sed '$$d'

$(CROSS:%=build/cross/%/usr): build/cross/%/usr:
	$(call say,GET,$@)
	$(Q)cross/fetch $*

define cross_rules
$$(SOURCES:%.c=build/obj/$(1)/%.o) build/obj/$(1)/freedmr.o: | build/cross/$(1)/usr
build/$(1)/freedmr: build/obj/$(1)/freedmr
	@mkdir -p $$(@D)
	$$(Q)cross/strip $(1) -o $$@ $$<
endef
$(foreach c,$(CROSS),$(eval $(call cross_rules,$(c))))

# Atomics: the short encoding of ARMv6 has no barrier, and libgcc's brings 4 KB of others along.
build/obj/arm/modules/conf/reload.o: OWN := -marm -fno-lto

bench: all $(BENCHES:%=build/obj/native/%)
	@test/bench/run.py

soak: build/obj/native/test/mesh/run
	@SEED=$(SEED) SOAK_SECONDS=$(SOAK_SECONDS) $<

fuzz: made-fuzz made-clang
	@FUZZ_SECONDS=$(FUZZ_SECONDS) test/fuzz/run

lint:
	@+test/run layers lint

# A file is looked at again when it or a header of its has changed, which its object shows.
build/lint/%.tidy: %.c build/obj/native/%.o .clang-tidy
	$(call say,TIDY,$<)
	@mkdir -p $(@D)
	$(Q)clang-tidy --quiet $< -- $(LANGUAGE) $(if $(filter %_linux.c,$<),$(LINUX),$(POSIX)) \
		-DVERSION='"lint"' $(filter-out -Werror,$(WARN)) > $@.log 2>&1 || { cat $@.log; exit 1; }
	@touch $@

install: build/freedmr
	install -D -m 755 -s build/freedmr $(DESTDIR)$(PREFIX)/bin/freedmr
	for page in $(wildcard man/*.[578]); do \
		install -D -m 644 $$page $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$${page##*/} || exit 1; \
	done
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system $(DESTDIR)$(PREFIX)/share/doc/freedmr
	sed 's,/usr/local,$(PREFIX),' pi/freedmr.service > $(DESTDIR)$(PREFIX)/lib/systemd/system/freedmr.service
	install -m 644 pi/freedmr.conf $(DESTDIR)$(PREFIX)/share/doc/freedmr/freedmr.conf
	install -m 644 man/freedmr-events.schema.json $(DESTDIR)$(PREFIX)/share/doc/freedmr/freedmr-events.schema.json

dist:
	@mkdir -p build/dist
	@git describe --tags --always > build/dist/VERSION
	@name=freedmr-$$(cat build/dist/VERSION) && \
		git archive --prefix=$$name/ --add-file=build/dist/VERSION HEAD | gzip -9n > build/$$name.tar.gz && \
		echo build/$$name.tar.gz

clean:
	rm -rf build

.PHONY: all run test cross bench soak fuzz lint install dist clean always
.PHONY: made-unit made-san made-sim made-mesh made-fuzz made-poll made-e2e made-lint made-clang
.DELETE_ON_ERROR:

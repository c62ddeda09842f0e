# freedmr: one binary, one Makefile (GNU make), everything made stands below build/.
#
#   make                build/freedmr, the server (static when musl-gcc is there), and build/hotspot
#   make run            starts it here, with a first configuration if there is none; CONF, the file
#   make test           every check there is; installs the tools for it when it may (see test/need)
#   make cross          build/arm/freedmr, build/arm64/freedmr, build/x86_64/freedmr
#   make bench          this server beside a bare reflector, and what it takes in memory and time
#   make siege          a call while one flood after the other comes in: what was lost, and the delay
#   make faults         each call of the libc fails once, while a call goes on; FAULTS, options of test/faults/faults.py
#   make soak           meshes of servers in virtual time, SOAK_SECONDS of them from SEED on: test/mesh/README
#   make fuzz           libFuzzer, FUZZ_SECONDS for each decoder, and how many functions of it the corpus reaches
#   make golden         renews test/golden: what the servers of the stories send and report, as digests
#   make coverage       lines, branches and conditions that units, scenarios, meshes, corpora and end-to-end tests take
#   make mutate         N changes of the code chosen by SEED, one at a time: does a test notice? FILES, where
#   make mutate-claims  statements of test/REQUIREMENTS.md made false: do the tests of that line notice? ROWS, of those
#   make lint           clang-tidy, mandoc, shellcheck, layers
#   make install        PREFIX, DESTDIR
#   make dist           build/dist: archives, packages and an image of this version; SIGN_KEY, the key to sign
#                       their sums with (minisign or signify); MAINTAINER, of the packages
#
#   make LOOP=poll      the server with the portable poller and sockets
#   make LTO=           each file optimised by itself: the server is slower by 3 %, and linked in no time
#   make V=1            shows the commands

CC ?= gcc
CLANG ?= clang
CFLAGS ?= -O2 -g
PREFIX ?= /usr/local
DESTDIR ?=
CONF ?= freedmr.conf
LOOP ?= epoll
V ?= 0
FUZZ_SECONDS ?= 60
SOAK_SECONDS ?= 600
SEED ?= $(shell date +%s)

VERSION := $(shell cat VERSION)
# A source archive carries the file COMMIT, a clone asks git: the commit and its time.
COMMIT := $(shell cut -d' ' -f1 COMMIT 2>/dev/null || git describe --always --dirty --abbrev=12 --exclude='*' 2>/dev/null || \
	echo unknown)

ifeq ($(V),0)
Q := @
say = @printf '  %-5s %s\n' $(1) $(2)
else
Q :=
say =
endif

# The last two silence clang: where a control message of glibc, which has no fixed size, is in a struct, and where
# a row of a table gives only the fields that it has.
WARN := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
        -Wformat=2 -Wundef -Wpointer-arith -Wcast-qual -Wwrite-strings -Wswitch-enum -Werror \
        -Wno-gnu-variable-sized-type-not-at-end -Wno-missing-field-initializers
LANGUAGE := -std=c11 -Iinclude -Imodules -Itest
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
SOURCES := $(wildcard $(ROOMS:%=modules/%/*.c) $(ROOMS:%=modules/%/*/*.c))
NOT_IN_epoll := modules/io/poller_poll.c modules/io/messages_posix.c
NOT_IN_poll := modules/io/poller_epoll_linux.c modules/io/messages_linux.c

UNIT_TESTS := $(wildcard test/unit/*/t_*.c)
HOTSPOT := test/hotspot.c $(wildcard test/hotspot/*.c)
FUZZERS := $(wildcard test/fuzz/fuzz_*.c)
MESH := $(wildcard test/mesh/*.c)
SIM := $(wildcard test/sim/*.c)
BENCHES := test/bench/load test/bench/reflector
VERSIONED := $(shell grep -lw VERSION $(SOURCES) $(HOTSPOT) freedmr.c 2>/dev/null)
COMMITTED := modules/command/version.c

# $(call archives,VARIANT,ROOM): the room and the floors below it.
archives = $(patsubst %,build/obj/$(1)/%.a,$(2) $(BELOW_$(2)))
room_of = $(word 3,$(subst /, ,$(1)))
polled_archives = $(patsubst build/obj/native/io.a,build/obj/poll/io.a,$(call archives,native,$(1)))

# $(call polled,COMPILER AND FLAGS,LINK FLAGS): build/obj/poll, of the objects of build/obj/native, but with the portable
# poller and sockets. What else is linked, and how, is the same.
define polled
build/obj/poll/io.a: $$(patsubst %.c,build/obj/native/%.o,$$(filter-out $$(NOT_IN_poll),$$(filter modules/io/%,$$(SOURCES))))
	$$(call say,AR,$$@)
	@mkdir -p $$(@D)
	@rm -f $$@
	$$(Q)$$(AR) rcs $$@ $$^

$$(foreach t,$$(UNIT_TESTS),$$(eval build/obj/poll/$$(t:.c=): \
	build/obj/native/test/harness/t.o $$(call polled_archives,$$(call room_of,$$(t)))))
build/obj/poll/freedmr: $$(call polled_archives,command)

build/obj/poll/%: build/obj/native/%.o
	@mkdir -p $$(@D)
	$$(call link,$(1),$(2))
endef

# $(call link,COMPILER AND FLAGS,LINK FLAGS)
define link
	$(call say,LD,$@)
	$(Q)$(1) $(WHOLE) -Wl,--gc-sections $(2) -o $@ $(filter %.o,$^) $(filter %.a,$^)
endef

# $(call variant,NAME,COMPILER,FLAGS,LINK FLAGS,LOOP): objects and one archive per room below build/obj/NAME.
define variant
build/obj/$(1)/%.o: %.c Makefile build/how
	$$(call say,CC,$$@)
	@mkdir -p $$(@D)
	$$(Q)$(2) $$(LANGUAGE) $$(if $$(filter %_linux.c test/%,$$<),$$(LINUX),$$(POSIX)) $$(WARN) $(3) \
		$$(OWN) -DVERSION='"$$(VERSION)"' $$(if $$(filter $$(COMMITTED),$$<),-DCOMMIT='"$$(COMMIT)"') -MMD -MP -c -o $$@ $$<

# Kept, though nothing names the objects of tests.
.PRECIOUS: build/obj/$(1)/%.o

$(VERSIONED:%.c=build/obj/$(1)/%.o): build/version
$(COMMITTED:%.c=build/obj/$(1)/%.o): build/commit

build/obj/$(1)/modules/report/http/page.o: build/page.html.gz
build/obj/$(1)/modules/report/http/help.o: build/help.txt.gz
build/obj/$(1)/test/unit/io/t_linked.o: build/help.txt.gz
build/obj/$(1)/modules/command/import_keys.o: build/import_keys.txt.gz

$$(foreach r,$$(ROOMS),$$(eval build/obj/$(1)/$$(r).a: \
	$$(patsubst %.c,build/obj/$(1)/%.o,$$(filter-out $$(NOT_IN_$(5)),$$(filter modules/$$(r)/%,$$(SOURCES))))))

build/obj/$(1)/%.a:
	$$(call say,AR,$$@)
	@mkdir -p $$(@D)
	@rm -f $$@
	$$(Q)$$(AR) rcs $$@ $$^

$$(foreach t,$$(UNIT_TESTS),$$(eval build/obj/$(1)/$$(t:.c=): \
	build/obj/$(1)/test/harness/t.o $$(call archives,$(1),$$(call room_of,$$(t)))))
$$(foreach f,$$(FUZZERS),$$(eval build/obj/$(1)/$$(f:.c=): $$(FUZZ_MAIN_$(1)) $$(call archives,$(1),command)))
build/obj/$(1)/freedmr: $$(call archives,$(1),command)
build/obj/$(1)/hotspot: $$(HOTSPOT:%.c=build/obj/$(1)/%.o) $$(call archives,$(1),io)
	$$(call link,$(2) $(3),$(4))

build/obj/$(1)/test/sim/run: $$(SIM:%.c=build/obj/$(1)/%.o) $$(call archives,$(1),voice)
build/obj/$(1)/test/mesh/run: $$(MESH:%.c=build/obj/$(1)/%.o) $$(call archives,$(1),core)
$(BENCHES:%=build/obj/$(1)/%): build/obj/$(1)/test/bench/bench.o $$(call archives,$(1),wire)
build/obj/$(1)/test/bench/cost: $$(call archives,$(1),core)

build/obj/$(1)/%: build/obj/$(1)/%.o
	$$(call link,$(2) $(3),$(4))

-include $$(shell find build/obj/$(1) -name '*.d' 2>/dev/null)
endef

# $(call shared,NAME,COMPILER,FLAGS OF THE LIBRARY,OBJECTS BEFORE THE ROOMS,AND BEHIND): below build/obj/NAME/shared all
# rooms in one library, and tests that load it, so that another can be put in its place, and one holds all counters.
define shared
OBJECTS_$(1) := $(4) $$(patsubst %.c,build/obj/$(1)/%.o,$$(filter-out $$(NOT_IN_epoll),$$(SOURCES))) $(5)
build/obj/$(1)/shared/libfreedmr.so: $$(OBJECTS_$(1))
	$$(call say,LD,$$@)
	@mkdir -p $$(@D)
	$$(Q)$(2) $(3) -shared -o $$@ $$^

$$(UNIT_TESTS:%.c=build/obj/$(1)/shared/%): build/obj/$(1)/test/harness/t.o
$$(FUZZERS:%.c=build/obj/$(1)/shared/%): build/obj/$(1)/test/fuzz/driver.o
build/obj/$(1)/shared/test/sim/run: $$(SIM:%.c=build/obj/$(1)/%.o)
build/obj/$(1)/shared/test/mesh/run: $$(MESH:%.c=build/obj/$(1)/%.o)

build/obj/$(1)/shared/test/%: build/obj/$(1)/test/%.o build/obj/$(1)/shared/libfreedmr.so
	$$(call say,LD,$$@)
	@mkdir -p $$(@D)
	$$(Q)$(2) -o $$@ $$(filter %.o,$$^) -L build/obj/$(1)/shared -lfreedmr

made-$(1): $$(UNIT_TESTS:%.c=build/obj/$(1)/shared/%) $$(FUZZERS:%.c=build/obj/$(1)/shared/%) \
	build/obj/$(1)/shared/test/sim/run build/obj/$(1)/shared/test/mesh/run
.PHONY: made-$(1)
endef

# As it is sent: without comments that have lines of their own, and indentation.
build/page.html: modules/report/http/page.html
	@mkdir -p $(@D)
	$(Q)sed -e 's,^\t*,,' -e '\,^/\*.*\*/$$,d' -e '\,^/\*$$,d' -e '\,^ \*,d' $< > $@

# Likewise.
build/help.txt: modules/report/http/help.txt
build/import_keys.txt: modules/command/import_keys.txt
build/help.txt build/import_keys.txt:
	@mkdir -p $(@D)
	$(Q)sed '/^#/d' $< > $@

build/%.gz: build/%
	$(Q)gzip -9nc $< > $@

MUSL := $(shell command -v musl-gcc 2>/dev/null)
# musl-gcc knows no -static-pie; what that means stands here.
MUSL_LIB := $(if $(MUSL),$(dir $(shell sed -n 's/.*"\(.*musl-gcc.specs\)".*/\1/p' $(MUSL))))
STATIC := $(if $(MUSL),-static -nostartfiles $(addprefix -Xlinker ,-pie --no-dynamic-linker -z text) \
	$(addprefix $(MUSL_LIB),rcrt1.o crti.o crtn.o),-pie)
SECTIONS := -ffunction-sections -fdata-sections
# At any address, and ended where a local array was overrun. Nearly every function of the 32-bit binary would
# look after itself in the strong form: it has the one for those with arrays of characters.
HARDENED := -fPIE -fstack-protector-strong
HARDENED_arm := -fPIE -fstack-protector
# The server is optimised as a whole, where the compiler can: a frame passes through short functions of many files. Tests are
# linked from the same objects, which hold the code of each file as well.
LTO := $(shell echo 'int main(void) { return 0; }' | $(or $(MUSL),$(CC)) -x c -Werror -flto=auto -ffat-lto-objects -o /dev/null - \
	2>/dev/null && echo -flto=auto -ffat-lto-objects)
# Files and lines are enough for what it prints.
SANITIZE := -O1 -g1 -fsanitize=address -fsanitize=undefined -fno-sanitize-recover=all -fno-omit-frame-pointer \
	-DSANDBOX_SANITISED
# Where the compiler can: bounds for arrays at the end of a structure, and garbage in variables that were never set.
STRICT := $(foreach option,-fsanitize=bounds-strict -ftrivial-auto-var-init=pattern,\
	$(shell $(CC) $(option) -x c -c /dev/null -o /dev/null 2>/dev/null && echo $(option)))
COVERAGE_CC := $(or $(shell command -v clang-19 2>/dev/null),$(CLANG))
# All processes count in one file at once, and some branches are the difference of two counts.
COUNTERS := -fprofile-instr-generate -fprofile-update=atomic -fcoverage-mapping -fcoverage-mcdc
FUZZ_MAIN_san := build/obj/san/test/fuzz/driver.o
FUZZ_MAIN_fuzz :=
FUZZ_MAIN_clang :=
CROSS := arm arm64 x86_64
# Not released: of the other byte order. See test/cross.
TRIED := $(CROSS) s390x

$(eval $(call variant,native,$(or $(MUSL),$(CC)),$(CFLAGS) $(SECTIONS) $(HARDENED),$(STATIC),epoll))
$(eval $(call polled,$(or $(MUSL),$(CC)) $(CFLAGS) $(SECTIONS) $(HARDENED),$(STATIC)))
build/obj/native/modules/%.o build/obj/native/freedmr.o: OWN := $(LTO)
build/obj/native/% build/obj/poll/%: WHOLE := $(if $(LTO),-fno-lto)
build/obj/native/freedmr build/obj/poll/freedmr: WHOLE := $(LTO)
$(eval $(call variant,san,$(CC),$(SANITIZE) $(STRICT),,epoll))
$(eval $(call variant,fuzz,$(CLANG),$(SANITIZE) -fsanitize=fuzzer-no-link,-fsanitize=fuzzer,epoll))
# Whether clang takes all of it and it can be linked: run it is not, and so nothing is optimised, which takes longest.
$(eval $(call variant,clang,$(CLANG),$(filter-out -O1 -g1,$(SANITIZE)) -O0 -fsanitize=fuzzer-no-link,-fsanitize=fuzzer,epoll))
# A change that reads or writes beside an array has no other effect that is sure to be seen.
MUTATE := -O2 -fPIC -fsanitize=undefined $(STRICT) -fsanitize-undefined-trap-on-error
$(eval $(call variant,mutate,$(CC),$(MUTATE),,epoll))
$(eval $(call shared,mutate,$(CC)))
$(eval $(call variant,coverage,$(COVERAGE_CC),-O1 -g -fPIC -Wno-error $(COUNTERS),,epoll))
$(eval $(call shared,coverage,$(COVERAGE_CC),$(COUNTERS),build/obj/coverage/test/coverage/first.o,\
	build/obj/coverage/test/coverage/last.o))
# Only the rooms are counted. All processes count in one file: see test/coverage/last.c.
build/obj/coverage/test/%.o build/obj/coverage/freedmr.o: \
	OWN := -fno-profile-instr-generate -fno-coverage-mapping -fno-coverage-mcdc -DCOUNTS='"$(CURDIR)/build/coverage/counts"'
build/obj/coverage/shared/freedmr: build/obj/coverage/freedmr.o build/obj/coverage/shared/libfreedmr.so
	$(call say,LD,$@)
	$(Q)$(COVERAGE_CC) -o $@ $< -L $(@D) -lfreedmr -Wl,-rpath,$(CURDIR)/$(@D)
$(foreach c,$(TRIED),$(eval $(call variant,$(c),cross/gcc $(c),$(CFLAGS) $(SECTIONS) $(or $(HARDENED_$(c)),$(HARDENED)),,epoll)))

.DEFAULT_GOAL := all
all: build/freedmr build/hotspot

CHOSEN := $(if $(filter poll,$(LOOP)),poll,native)
build/freedmr: build/obj/$(CHOSEN)/freedmr build/loop
	@cp $< $@.new && mv -f $@.new $@
	@$(if $(MUSL),,echo '  note  linked with the system libc; install musl-tools for the static binary')

build/hotspot: build/obj/native/hotspot
	@cp $< $@.new && mv -f $@.new $@

# Files that change when what they hold does; what depends on them is made again then.
build/version: holds = $(VERSION)
build/commit: holds = $(COMMIT)
build/loop: holds = $(LOOP)
build/how: holds = $(or $(MUSL),$(CC)) $(CFLAGS) $(LTO) $(CLANG)
build/version build/commit build/loop build/how: always
	@mkdir -p build
	@echo '$(holds)' | cmp -s - $@ || echo '$(holds)' > $@

run: all
	@test -e $(CONF) || build/freedmr init $(CONF) >/dev/null
	@build/freedmr init --show $(CONF)
	@echo 'Status: build/freedmr ctl -s freedmr.sock status'
	@echo 'Stop it with Ctrl-C.'
	@exec build/freedmr -c $(CONF)

test:
	@test/need build
	@+INSTALL=yes test/run

# What test/run has made before it runs a suite.
made-unit: $(UNIT_TESTS:%.c=build/obj/native/%)
made-san: $(UNIT_TESTS:%.c=build/obj/san/%)
made-sim: $(if $(wildcard test/sim/run.c),build/obj/native/test/sim/run build/obj/san/test/sim/run)
made-fuzz: $(FUZZERS:%.c=build/obj/san/%)
made-mesh: build/obj/native/test/mesh/run build/obj/san/test/mesh/run
made-poll: build/obj/poll/freedmr $(patsubst %.c,build/obj/poll/%,$(filter test/unit/io/% test/unit/voice/%,$(UNIT_TESTS)))
made-libcs: $(CROSS:%=build/cross/%/usr)
made-dist: dist
made-cost: build/obj/native/test/bench/cost
made-e2e: all build/obj/san/freedmr
made-lint: $(patsubst %.c,build/lint/%.tidy,$(wildcard freedmr.c) $(SOURCES))
made-stack: $(patsubst %.c,build/lint/%.ci,$(foreach r,base dmr wire state core,$(filter modules/$(r)/%,$(SOURCES))))
made-clang: $(FUZZERS:%.c=build/obj/clang/%)

cross: $(CROSS:%=build/%/freedmr)
	@wc -c $^ | sed '$$d'

$(TRIED:%=build/cross/%/usr): build/cross/%/usr:
	$(call say,GET,$@)
	$(Q)cross/fetch $*

define cross_rules
build/obj/$(1)/%.a: AR := cross/ar $(1)
$$(patsubst %.c,build/obj/$(1)/%.o,$$(SOURCES) $$(HOTSPOT) $$(UNIT_TESTS) freedmr.c test/harness/t.c): | build/cross/$(1)/usr
build/$(1)/freedmr: build/obj/$(1)/freedmr
	@mkdir -p $$(@D)
	$$(Q)cross/strip $(1) -o $$@ $$<
endef
$(foreach c,$(TRIED),$(eval $(call cross_rules,$(c))))

# What is compared there, thousands of times for each input, tells a fuzzer nothing.
$(patsubst %,build/obj/fuzz/modules/%.o,base/blake2b base/deflate base/hash base/inflate base/sha \
	base/siphash conf/nearest core/telling/invariants state/pool): OWN := -fno-sanitize-coverage=trace-cmp

# Atomics: the short encoding of ARMv6 has no barrier, and libgcc's brings 4 KB of others along.
build/obj/arm/modules/conf/reload.o build/obj/arm/modules/voice/keep.o build/obj/arm/modules/wire/recording.o: OWN := -marm -fno-lto

bench: all build/arm/freedmr $(BENCHES:%=build/obj/native/%)
	@test/bench/run.py

siege: all
	@test/siege/siege.py

faults: made-e2e
	@test/faults/faults.py $(FAULTS)

soak: build/obj/native/test/mesh/run
	@SEED=$(SEED) SOAK_SECONDS=$(SOAK_SECONDS) $<

golden: build/obj/native/test/sim/run build/obj/native/test/mesh/run build/obj/native/test/unit/core/t_core_random \
		$(patsubst %,build/obj/san/test/fuzz/fuzz_%,takeover recording core)
	@test/harness/golden >build/golden.sorted && mv build/golden.sorted test/golden

# What the corpora reach is counted by clang 19, if it is there.
made-reach: $(if $(shell command -v clang-19),$(FUZZERS:%.c=build/obj/coverage/shared/%))

fuzz: made-fuzz $(FUZZERS:%.c=build/obj/fuzz/%) made-reach
	@FUZZ_SECONDS=$(FUZZ_SECONDS) test/fuzz/run

# Changes N places of the code, one at a time, and says which no test notices; FILES, only there.
N ?= 100
mutate mutate-claims: export MUTATE_CC = $(CC) $(LANGUAGE) $(POSIX) -DVERSION="$(VERSION)" $(MUTATE)
mutate mutate-claims: export MUTATE_OBJECTS = $(patsubst %.c,build/obj/mutate/%.o,$(filter-out $(NOT_IN_epoll),$(SOURCES)))
mutate: made-mutate
	@test/mutate/mutate.py $(N) $(SEED) $(FILES)

# Each row of test/REQUIREMENTS.md and its like that has a change in test/mutate/claims; ROWS, as in requirements.M32.
mutate-claims: made-mutate build/obj/mutate/freedmr.o all
	@test/mutate/claims.py $(ROWS)

# Which lines and branches the tests take, room by room; what they do not take is listed in build/coverage.
# The faults are counted as well, of a server made of the same objects in the same order.
coverage: export COUNTED_OBJECTS = build/obj/coverage/freedmr.o $(OBJECTS_coverage)
coverage: export COUNTED_CC = $(COVERAGE_CC)
coverage: export COUNTERS := $(COUNTERS)
coverage: made-coverage build/obj/coverage/shared/freedmr all
	@test/coverage/coverage.py

lint:
	@+test/run layers lint

# States of a function that clang's analyzer follows; its own limit, 225000, takes three times as long.
NODES_MAX ?= 60000

# A file is looked at again when it or a header of its has changed, which its object shows.
build/lint/%.tidy: %.c build/obj/native/%.o .clang-tidy
	$(call say,TIDY,$<)
	@mkdir -p $(@D)
	$(Q)clang-tidy --quiet $< -- $(addprefix -Xclang ,-analyzer-config max-nodes=$(NODES_MAX)) \
		$(LANGUAGE) $(if $(filter %_linux.c,$<),$(LINUX),$(POSIX)) -DVERSION='"lint"' -DCOMMIT='"lint"' \
		$(filter-out -Werror,$(WARN)) > $@.log 2>&1 || { cat $@.log; exit 1; }
	@touch $@

# What gcc knows of each function's stack, and of whom it calls, and what its analyzer finds; the object is built again,
# and shows when. A cache of compilers would not write it.
build/lint/%.ci: %.c build/obj/native/%.o
	@mkdir -p $(@D)
	$(Q)CCACHE_DISABLE=1 $(or $(shell command -v gcc),$(CC)) $(LANGUAGE) $(POSIX) $(filter-out -g,$(CFLAGS)) $(SECTIONS) $(HARDENED) -DVERSION='"lint"' \
		-fcallgraph-info=su -fanalyzer -Werror -c -o $(@:.ci=.stack.o) $<
	@mv $(@:.ci=.stack.ci) $@; rm $(@:.ci=.stack.o)

install: build/freedmr
	install -D -m 755 -s build/freedmr $(DESTDIR)$(PREFIX)/bin/freedmr
	for page in $(wildcard man/*.[578]); do \
		install -D -m 644 $$page $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$${page##*/} || exit 1; \
	done
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/zsh/site-functions
	build/freedmr completion bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/freedmr
	build/freedmr completion zsh > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_freedmr
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system $(DESTDIR)$(PREFIX)/share/doc/freedmr
	for unit in freedmr.service freedmr-aliases.service freedmr-aliases.timer; do \
		sed 's,/usr/local,$(PREFIX),' pi/$$unit > $(DESTDIR)$(PREFIX)/lib/systemd/system/$$unit || exit 1; \
	done
	install -m 644 pi/freedmr.conf $(DESTDIR)$(PREFIX)/share/doc/freedmr/freedmr.conf
	install -m 644 man/freedmr-events.schema.json $(DESTDIR)$(PREFIX)/share/doc/freedmr/freedmr-events.schema.json

dist:
	@pi/dist/check
	+$(Q)$(MAKE) --no-print-directory cross
	$(Q)pi/dist/all
	@case $(COMMIT) in *-dirty) echo 'note: there are uncommitted changes; this is not a release' ;; esac
	@ls -s1 --block-size=K build/dist

SIGN_KEY ?=
MAINTAINER ?=
dist: export SIGN_KEY := $(SIGN_KEY)
dist: export MAINTAINER := $(MAINTAINER)

clean:
	rm -rf build

.PHONY: all run test cross bench siege faults soak golden fuzz mutate mutate-claims coverage lint install dist clean always
# Instructions for a message as they are now, the figures `make test` compares with.
cost-baseline: made-cost
	@test/bench/cost.py baseline

.PHONY: made-libcs made-dist made-cost cost-baseline
.PHONY: made-unit made-san made-sim made-mesh made-fuzz made-poll made-e2e made-lint made-clang made-reach made-stack
.DELETE_ON_ERROR:

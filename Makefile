# freedmr: one binary, one Makefile (GNU make), everything made stands below build/.
#
#   make                the server: build/freedmr (static when musl-gcc is there)
#   make LOOP=poll      the same with the portable poller
#   make V=1            shows the commands

CC ?= gcc
CFLAGS ?= -O2 -g
PREFIX ?= /usr/local
DESTDIR ?=
LOOP ?= epoll
V ?= 0

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || cat VERSION 2>/dev/null || echo unknown)

ifeq ($(V),0)
Q := @
say = @printf '  %-5s %s\n' $(1) $(2)
else
Q :=
say =
endif

WARN := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
        -Wformat=2 -Wundef -Wpointer-arith -Wcast-qual -Wwrite-strings -Wswitch-enum -Werror
comma := ,
LANGUAGE := -std=c11 -Iinclude -Itest
POSIX := -D_POSIX_C_SOURCE=200809L
LINUX := -D_GNU_SOURCE

# Floors, lowest first; a room is linked with itself and everything below it.
ROOMS := base dmr conf wire io state core voice parent report command

# One body of the poller and one of the datagram sockets; *_linux.c are the only files with Linux calls.
ifeq ($(LOOP),poll)
NOT_BUILT := modules/io/poller_epoll_linux.c modules/io/udp_linux.c
else
NOT_BUILT := modules/io/poller_poll.c modules/io/udp_posix.c
endif

SOURCES := $(filter-out $(NOT_BUILT),$(wildcard $(ROOMS:%=modules/%/*.c)))


# What a room may use: itself and the floors below (the layer check reads the same picture).
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

# $(call variant,NAME,COMPILER,FLAGS,LINK FLAGS): objects and one archive per room below build/obj/NAME.
define variant
build/obj/$(1)/%.o: %.c Makefile
	$$(call say,CC,$$@)
	@mkdir -p $$(@D)
	$$(Q)$(2) $$(LANGUAGE) $$(if $$(filter %_linux.c test/%,$$<),$$(LINUX),$$(POSIX)) $$(WARN) $(3) -DVERSION='"$$(VERSION)"' -MMD -MP -c -o $$@ $$<

$$(foreach r,$$(ROOMS),$$(eval build/obj/$(1)/$$(r).a: $$(patsubst %.c,build/obj/$(1)/%.o,$$(filter modules/$$(r)/%,$$(SOURCES)))))

build/obj/$(1)/%.a:
	$$(call say,AR,$$@)
	@mkdir -p $$(@D)
	@rm -f $$@
	$$(Q)ar rcs $$@ $$^

build/obj/$(1)/freedmr: build/obj/$(1)/freedmr.o $$(foreach r,command $$(BELOW_command),build/obj/$(1)/$$(r).a)
	$$(call say,LD,$$@)
	$$(Q)$(2) $(3) $(4) -o $$@ $$^

# A unit test of a room is linked with that room and the floors below it.
$$(foreach t,$$(UNIT_TESTS),$$(eval build/obj/$(1)/$$(t:.c=): $$(foreach r,$$(word 3,$$(subst /, ,$$(t))) $$(BELOW_$$(word 3,$$(subst /, ,$$(t)))),build/obj/$(1)/$$(r).a)))
build/obj/$(1)/test/unit/%: build/obj/$(1)/test/unit/%.o build/obj/$(1)/test/harness/t.o
	$$(call say,LD,$$@)
	$$(Q)$(2) $(3) $(4) -o $$@ $$(filter %.o,$$^) $$(filter %.a,$$^)

-include $$(shell find build/obj/$(1) -name '*.d' 2>/dev/null)
endef

UNIT_TESTS := $(wildcard test/unit/*/t_*.c)
MUSL := $(shell command -v musl-gcc 2>/dev/null)

$(eval $(call variant,native,$(or $(MUSL),$(CC)),$(CFLAGS),$(if $(MUSL),-static)))
$(eval $(call variant,san,$(CC),-O1 -g -fsanitize=address$(comma)undefined -fno-sanitize-recover=all -fno-omit-frame-pointer,))

.DEFAULT_GOAL := build/freedmr
build/freedmr: build/obj/native/freedmr
	@cp $< $@
	@$(if $(MUSL),,echo '  note  linked with the system libc; install musl-tools for the static binary')

clean:
	rm -rf build

.PHONY: clean
.SECONDARY:
.DELETE_ON_ERROR:

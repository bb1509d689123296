# pab: `make demo` shows it, `make check` tests it, `make install PREFIX=/usr/local`.
# CC, CFLAGS, LDFLAGS, PREFIX, DESTDIR and SAN=address,undefined are the caller's.
SHELL := /bin/bash
PREFIX ?= /usr/local
VERSION := 0.1

PROGS := pab pab-ls pab-read pab-write pab-edit pab-glob pab-grep pab-exec
UNITS := $(patsubst tests/unit-%.c,%,$(wildcard tests/unit-*.c))
FUZZERS := $(patsubst tests/fuzz-%.c,%,$(wildcard tests/fuzz-*.c))
HELPERS := $(patsubst tests/%.c,%,$(filter-out tests/unit-% tests/fuzz-%,$(wildcard tests/*.c)))

CFLAGS ?= -O2 -g
SAN ?=
B := build/$(if $(SAN),san,std)
WARN := -Wall -Wextra -Wshadow -Wvla -Wformat=2 -Wstrict-prototypes \
	-Wmissing-prototypes -Wwrite-strings $(if $(CI),-Werror)
OURS := -std=c11 $(WARN) -iquote common -include common/pab.h -DPAB_VERSION='"$(VERSION)"' \
	-fno-strict-aliasing -pthread -MMD -MP $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer)
LINK := -pthread $(if $(SAN),-fsanitize=$(SAN)) -Wl,--as-needed

need = $(or $(shell pkg-config --exists $(1) && pkg-config $(2) $(1)),$(error $(1) is missing: run 'make deps'))
ifneq ($(filter-out deps clean,$(or $(MAKECMDGOALS),all)),)
PCRE2_LIBS := $(call need,libpcre2-8,--libs)
MD_LIBS := $(if $(call need,libmd,--libs),-l:libmd.a)
endif

COMMON_O := $(patsubst %.c,$(B)/%.o,$(wildcard common/*.c))
# A program is its cmd/NAME.c and the other files of that program, cmd/NAME_PART.c; pab
# itself has none (they would be everybody's).
parts = $(patsubst %.c,$(B)/%.o,cmd/$(1).c \
	$(if $(filter pab,$(1)),,$(wildcard cmd/$(subst -,_,$(1))_*.c)))
CMD_C := $(wildcard cmd/*.c)

all: $(PROGS:%=$(B)/%) $(B)/pab-serve
.SECONDARY:

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(OURS) $(CFLAGS) -c -o $@ $<

$(B)/libpab.a: $(COMMON_O)
	@rm -f $@
	ar rcs $@ $^

.SECONDEXPANSION:
$(PROGS:%=$(B)/%): $(B)/%: $$(call parts,$$*) $(B)/libpab.a
	$(CC) $(LINK) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(B)/pab-grep: LDLIBS += $(PCRE2_LIBS)
$(B)/pab-read $(B)/pab-write $(B)/pab-edit: LDLIBS += $(MD_LIBS)

# The static executable: every main() under the name of its file.
STATIC_O := $(patsubst cmd/%.c,$(B)/static/%.o,$(CMD_C))
$(B)/static/%.o: cmd/%.c
	@mkdir -p $(@D)
	$(CC) $(OURS) $(CFLAGS) $(if $(filter pab-serve,$*),,-Dmain=main_$(subst -,_,$*)) -c -o $@ $<

$(B)/pab-serve: $(STATIC_O) $(B)/libpab.a
	$(CC) $(LINK) $(if $(SAN),,-static) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lpcre2-8 $(MD_LIBS)

-include $(wildcard $(B)/*/*.d $(B)/*/*/*.d)

clean:
	rm -rf build

.PHONY: all clean

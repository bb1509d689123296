# pab: `make demo` shows it, `make check` tests it, `make install PREFIX=/usr/local`.
# CC, CFLAGS, LDFLAGS, PREFIX, DESTDIR and SAN=address,undefined are the caller's.
SHELL := /bin/bash
PREFIX ?= /usr/local
VERSION := 0.1

PROGS := pab pab-ls pab-read pab-write pab-edit pab-sub pab-patch pab-glob pab-grep pab-exec pab-job pab-rm pab-mv pab-cp pab-mkdir pab-state pab-session pab-rules pab-undo pab-tools pab-mcp pab-doctor
UNITS := $(patsubst tests/unit-%.c,%,$(wildcard tests/unit-*.c))
FUZZERS := $(patsubst tests/fuzz-%.c,%,$(wildcard tests/fuzz-*.c))
HELPERS := $(patsubst tests/%.c,%,$(filter-out tests/unit-% tests/fuzz-%,$(wildcard tests/*.c)))

CFLAGS ?= -O2 -g
B := build/$(if $(SAN),san,std)
WARN := -Wall -Wextra -Wshadow -Wvla -Wformat=2 -Wstrict-prototypes \
	-Wmissing-prototypes -Wwrite-strings $(if $(CI),-Werror)
OURS := -std=c11 $(WARN) -iquote common -include common/pab.h -DPAB_VERSION='"$(VERSION)"' \
	-fno-strict-aliasing -pthread -MMD -MP $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer)
LINK := -pthread $(if $(SAN),-fsanitize=$(SAN)) -Wl,--as-needed

need = $(or $(shell pkg-config --exists $(1) && pkg-config $(2) $(1)),$(error $(1) is missing: run 'make deps'))
ifneq ($(filter-out deps demo check check-asan uninstall clean,$(or $(MAKECMDGOALS),all)),)
PCRE2_LIBS := $(call need,libpcre2-8,--libs)
CJSON_LIBS := $(call need,libcjson,--libs)
CURL_LIBS := $(call need,libcurl,--libs)
MD_LIBS := $(if $(call need,libmd,--libs),-l:libmd.a)
endif

COMMON_O := $(patsubst %.c,$(B)/%.o,$(wildcard common/*.c))
# A program is its cmd/NAME.c and the other files of that program, cmd/NAME_PART.c; pab
# itself has none (they would be everybody's).
parts = $(patsubst %.c,$(B)/%.o,cmd/$(1).c \
	$(if $(filter pab,$(1)),,$(wildcard cmd/$(subst -,_,$(1))_*.c)))
CMD_C := $(wildcard cmd/*.c)

# The suites in which a path is resolved run again where openat2 is forbidden.
ON_THE_WALK := $(filter-out $(patsubst %,tests/%.bats,common pages sessions pab-tools pab-mcp clients sandbox pab-doctor docker),$(wildcard tests/*.bats))

all: $(PROGS:%=$(B)/%) $(B)/pab-serve $(B)/pab-dial
testers: $(HELPERS:%=$(B)/%) $(UNITS:%=$(B)/unit-%)
.SECONDARY:

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(OURS) $(CFLAGS) -c -o $@ $<

# build.o alone knows the hash of the sources, by which a build is called.
SOURCES := $(shell cat common/*.[ch] cmd/*.[ch] | sha256sum | cut -c 1-16)
$(B)/common/build.o $(B)/fuzz/common/build.o: OURS += -DPAB_SOURCES='"$(SOURCES)"'
$(B)/common/build.o: $(B)/sources-$(SOURCES)
$(B)/sources-$(SOURCES):
	@mkdir -p $(@D); rm -f $(B)/sources-*; touch $@

$(B)/libpab.a: $(COMMON_O)
	@rm -f $@; ar rcs $@ $^

.SECONDEXPANSION:
$(PROGS:%=$(B)/%) $(B)/pab-dial: $(B)/%: $$(call parts,$$*) $(B)/libpab.a
	$(CC) $(LINK) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(B)/libpab.a $(LDLIBS) $(MD_LIBS) $(CJSON_LIBS)

# pab-mcp has the programs it runs in itself, each main() under the name of its file.
INSIDE := $(addprefix pab-,edit exec glob grep job ls mv patch read rm write)
$(B)/inside/%.o: $(B)/cmd/%.o
	@mkdir -p $(@D); objcopy --redefine-sym main=main_$(subst -,_,$*) $< $@
$(B)/pab-mcp: $(INSIDE:%=$(B)/inside/%.o) $(filter-out $(INSIDE:%=$(B)/cmd/%.o),$(foreach p,$(INSIDE),$(call parts,$p)))

$(B)/pab-grep $(B)/pab-job $(B)/pab-mcp $(B)/pab-sub: LDLIBS += $(PCRE2_LIBS)
$(B)/pab-session $(B)/pab-dial $(B)/pab-doctor: LDLIBS += $(CURL_LIBS)

# Unit programs stand on the library, helpers of the tests on libc alone.
$(UNITS:%=$(B)/unit-%): $(B)/%: $(B)/tests/%.o $(B)/libpab.a
	$(CC) $(LINK) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(PCRE2_LIBS) $(MD_LIBS) $(CJSON_LIBS) $(CURL_LIBS)

$(HELPERS:%=$(B)/%): $(B)/%: $(B)/tests/%.o
	$(CC) $(LINK) $(CFLAGS) $(LDFLAGS) -o $@ $^

# Fuzzers: clang's libFuzzer over the library and the parts of the programs.
FUZZ_SAN := -fno-sanitize-recover=all -fsanitize=address,undefined
FUZZ_O := $(patsubst %.c,$(B)/fuzz/%.o,$(wildcard common/*.c cmd/pab_*.c))
SECONDS ?= 60

$(B)/fuzz/%.o: %.c
	@mkdir -p $(@D)
	clang $(OURS) -iquote cmd -O1 -g $(FUZZ_SAN),fuzzer-no-link -c -o $@ $<

$(B)/fuzz/libpab.a: $(FUZZ_O)
	@rm -f $@; ar rcs $@ $^

$(FUZZERS:%=$(B)/fuzz-%): $(B)/%: $(B)/fuzz/tests/%.o $(B)/fuzz/libpab.a
	clang -pthread $(FUZZ_SAN),fuzzer -Wl,--as-needed -o $@ $^ $(PCRE2_LIBS) $(MD_LIBS) $(CJSON_LIBS) $(CURL_LIBS)

fuzz: $(FUZZERS:%=fuzz-%)
fuzz-%: $(B)/fuzz-%
	@mkdir -p $(B)/corpus/$* tests/data/fuzz/$*
	$< -max_total_time=$(SECONDS) -artifact_prefix=$(B)/$@- -print_final_stats=0 \
		-verbosity=0 $(B)/corpus/$* tests/data/fuzz/$*

# The static executable: every main() under the name of its file, but for those that
# manage what is on this host.
HERE_ONLY := cmd/pab-state.c cmd/pab_state_% cmd/pab-session.c cmd/pab_session_% cmd/pab-rules.c cmd/pab_rules_% cmd/pab-tools.c cmd/pab_tools_% cmd/pab-mcp.c cmd/pab_mcp_% cmd/pab-doctor.c cmd/pab_doctor_% cmd/pab-dial.c cmd/pab_dial_%
STATIC_O := $(patsubst cmd/%.c,$(B)/static/%.o,$(filter-out $(HERE_ONLY),$(CMD_C)))
$(B)/static/%.o: cmd/%.c
	@mkdir -p $(@D)
	$(CC) $(OURS) $(CFLAGS) $(if $(filter pab-serve,$*),,-Wno-missing-prototypes -DPAB_STATIC -Dmain=main_$(subst -,_,$*)) -c -o $@ $<

$(B)/pab-serve: $(STATIC_O) $(B)/libpab.a
	$(CC) $(LINK) $(if $(SAN),,-static) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lpcre2-8 $(MD_LIBS)

-include $(wildcard $(B)/*/*.d $(B)/*/*/*.d)

# What a person or .ci/run calls. demo and check see to their packages, then build.
deps:
	tests/deps.sh test

demo:
	@tests/deps.sh build
	@$(MAKE) -s all
	@tests/demo.sh $(B)

check:
	tests/deps.sh test
	$(MAKE) all testers
	@tests/engines.sh with $(MAKE) -s suites

suites:
	@PAB_BUILD=$(B) KILL_STEP=3 tests/run.sh tests/*.bats > $(B)/plain.log 2>&1; cat $(B)/plain.log
	@PAB_BUILD=$(B) PAB_VIA=no_openat2 KILL_STEP=5 tests/run.sh $(ON_THE_WALK) > $(B)/walk.log 2>&1; cat $(B)/walk.log
	@PAB_BUILD=$(B) tests/conformance.py > $(B)/conf.log 2>&1; cat $(B)/conf.log
	@tail -qn 1 $(B)/plain.log $(B)/walk.log $(B)/conf.log | awk '{p += $$1; f += $$3} END \
		{printf "%d passed, %d failed\n", p, f; exit f > 0 || p == 0}'

# pab-mv and pab-state are killed thousands of times in their own suites: too long here, and the
# conformance cases go through them. The doctor bounds memory, in which ASan cannot live.
check-asan:
	$(MAKE) SAN=address,undefined all testers
	PAB_BUILD=build/san KILL_STEP=5 tests/run.sh \
		$(filter-out $(addprefix tests/,pab-mv.bats pab-state.bats pab-doctor.bats clients.bats docker.bats),$(wildcard tests/*.bats))
	PAB_BUILD=build/san tests/conformance.py

# The tools as the far end will run them: one static executable under seven names.
check-static: all testers
	mkdir -p $(B)/static-bin
	cd $(B)/static-bin && ln -sf $(addprefix ../,$(PROGS) $(HELPERS)) . && \
		for p in $(filter-out pab pab-state pab-session pab-rules pab-tools pab-mcp pab-doctor,$(PROGS)); do ln -sf ../pab-serve $$p; done
	PAB_BUILD=$(B)/static-bin tests/run.sh $(patsubst %,tests/pab-%.bats,ls read write edit glob grep job sub patch undo)

check-headers:
	for h in common/*.h cmd/*.h; do $(CC) $(filter-out -MMD -MP,$(OURS)) -Werror -fsyntax-only -x c $$h || exit 1; done

# The other architecture, as far as a compiler tells; -idirafter finds the libraries' headers.
check-aarch64:
	for f in common/*.c cmd/*.c; do aarch64-linux-gnu-gcc $(filter-out -MMD -MP,$(OURS)) \
		-iquote cmd -idirafter /usr/include -idirafter /usr/include/$$(gcc -dumpmachine) -Werror -fsyntax-only $$f || exit 1; done

check-links: all; tests/check-links.sh $(B)

check-man:
	mandoc -Tlint -Wwarning man/*.[1-8]
	for p in man/*.[1-8]; do groff -ww -mandoc -Tutf8 -z $$p || exit 1; done

check-install: all; tests/check-install.sh
check-style: ; tests/check-style.sh

# Killed at every single system call, of which the suite takes a slice.
check-kill: all testers
	KILL_STEP=1 PAB_BUILD=$(B) PAB_VIA=no_openat2 tests/run.sh tests/{kill,pab-{cp,mv,patch,rm,state}}.bats

# The cases every backend answers alike, on all that tests/backends.py makes, or on the
# empty place that BACKEND=SPEC names; differ: random operations side by side.
conformance: all testers
	@PAB_BUILD=$(B) tests/conformance.py $(if $(BACKEND),'$(BACKEND)')

differ: all testers
	@PAB_BUILD=$(B) tests/differ.py

bench-% soak-%: all testers
	tests/$@.sh $(B)

D := $(DESTDIR)$(PREFIX)
install: all
	install -d $(addprefix $(D)/,bin libexec/pab share/{bash-completion/completions,zsh/site-functions,fish/vendor_completions.d})
	install -m 755 $(PROGS:%=$(B)/%) $(D)/bin
	install -m 755 $(B)/pab-serve $(B)/pab-dial $(D)/libexec/pab
	for p in man/*.[1-8]; do \
		install -D -m 644 $$p $(D)/share/man/man$${p##*.}/$${p#man/} || exit 1; done
	install -m 644 completions/pab.bash $(D)/share/bash-completion/completions/pab
	install -m 644 completions/_pab $(D)/share/zsh/site-functions
	install -m 644 completions/pab.fish $(D)/share/fish/vendor_completions.d
	for p in $(filter pab-%,$(PROGS)); do ln -sf pab $(D)/share/bash-completion/completions/$$p && \
		ln -sf pab.fish $(D)/share/fish/vendor_completions.d/$$p.fish || exit 1; done

uninstall:
	rm -f $(PROGS:%=$(D)/bin/%) $(D)/libexec/pab/pab-{serve,dial} $(PROGS:%=$(D)/share/bash-completion/completions/%)
	rm -f $(D)/share/zsh/site-functions/_pab $(PROGS:%=$(D)/share/fish/vendor_completions.d/%.fish)
	for p in man/*.[1-8]; do rm -f $(D)/share/man/man$${p##*.}/$${p#man/}; done
	-rmdir $(D)/libexec/pab

clean: ; rm -rf build

.PHONY: all testers deps demo check suites check-asan check-static check-headers check-aarch64 check-links \
	check-man check-install check-style check-kill conformance differ install uninstall clean fuzz

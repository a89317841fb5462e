# SPDX-License-Identifier: GPL-2.0-or-later
# Builds ddload: the program that goes into an initrd (static, musl), the same
# sources as tests and desk tools against the machine's own libraries, and all
# the parts that the demo and the tests work on.  `make help` lists the targets.

# The one place of the version; the commit is what git, or a released tarball, says (scripts/commit).
VERSION := 0.1
COMMIT  := $(or $(COMMIT),$(shell scripts/commit))

# SHARED=1: the program with glibc and the system's shared libraries, no set-up, no download.
BUILD   ?= build$(if $(SHARED),/shared)
DESTDIR ?=
prefix  ?= /usr
sbindir ?= $(prefix)/sbin
mandir  ?= $(prefix)/share/man

# Who gives no -j has one job a processor.
MAKEFLAGS += --no-builtin-rules $(if $(filter 0,$(MAKELEVEL)),-j$(shell nproc))
.SUFFIXES:
.DELETE_ON_ERROR:
export BUILD
export PATH := $(PATH):/usr/sbin:/sbin# depmod, mkfs and others are there

# The rooms of loader/, as data flows: base model process boot module source medium package repository verify
# machine kernel plan apply session handoff flow, and fetch; of ui/: terminal front plain newt. ARCHITECTURE.md tells their jobs.
# fetch is a program of its own; those of its files that no test is linked with need libraries that nothing else does.
fetch_only_c := $(addprefix loader/fetch/,ddload_fetch.c http.c nfs.c entropy.c)
loader_c := $(filter-out $(fetch_only_c),$(wildcard loader/*.c loader/*/*.c))
ui_c     := $(wildcard ui/*.c ui/*/*.c)
helper_c := $(wildcard tests/lib/*.c)
test_c   := $(wildcard tests/unit/*.c)

warnings := -Wall -Wextra $(if $(SHARED),,-Werror) -Wshadow -Wformat=2 -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -Wconversion
common   := -std=c11 -D_GNU_SOURCE $(warnings) -fstack-protector-strong -MMD -MP
# What a file sees besides its own folder; a header is named with its room, "plan/fit.h".
sees     = -iquote loader $(if $(filter-out loader/%,$1),-iquote ui) $(if $(filter tests/%,$1),-iquote tests/lib)

catalogues := $(patsubst ui/po/%.po,$(BUILD)/%.cat,$(wildcard ui/po/*.po))

data := $(catalogues) $(if $(SHARED),,$(BUILD)/pci.ids.xz)# else the system's own pci.ids is read

# What is for the other side, makers of disks and of initrds; their pages are made from what --help says.
builders  := add-to-initrd build-supplemental-pack build-update build-driver-disk combine-supplemental-packs rebuild-iso
man_pages := $(wildcard ui/*.[0-9]) $(builders:%=$(BUILD)/%.1)

all: $(BUILD)/ddload $(BUILD)/ddload-gpgv $(if $(SHARED),,$(BUILD)/ddload-fetch) $(data) $(man_pages)

help:
	@echo 'make            build/ddload, the static program (does the set-up it needs)'
	@echo 'make SHARED=1   build/shared/ddload, with glibc and shared libraries; installs and downloads nothing'
	@echo 'make setup      install the Debian packages that are missing, through apt'
	@echo 'make deps       the static libraries, in build/deps'
	@echo 'make parts      stock kernel, drivers, packs, media, initrd, in build/parts'
	@echo 'make native     the program with glibc: build/native/{plain,asan,ubsan}/ddload'
	@echo 'make unit       unit tests on plain, ASan, UBSan; clang compiles (T=test_rpm: one)'
	@echo 'make static, lint, packs, cases, media, hostile, net, screens, hosts, qemu, initrd, matrix     one suite'
	@echo 'make sbom       build/ddload.spdx.json: what is linked in, versions, licences'
	@echo 'make dist       a release in build/dist: tarball, programs, checksums (KEY=: signed by it)'
	@echo 'make release-check      builds from its tarball without network and compares'
	@echo 'make deb, rpm   packages of that release: build/deb, build/rpm'
	@echo 'make pot        build/ddload.pot, every sentence, for translators'
	@echo 'make audit      is any of it older than what Debian has? (from the fetched package lists)'
	@echo 'make image      build/ddload.img, to be given beside an initrd (scripts/add-to-initrd)'
	@echo 'make test       set-up and every test; make test-all: the slow ones too'
	@echo 'make demo       boot a virtual server and use ddload in it (DEMO=replace)'
	@echo 'make bench      measured against what one could use instead'
	@echo 'make fuzz       fuzz the parsers (TIME=seconds)'
	@echo 'make install    DESTDIR, prefix, libdir, datadir, …;  make uninstall;  make clean;  make distclean'

# --- The set-up.  Both scripts look at what is there first and are quick then.

# NO_SETUP=1: what is missing fails where it is needed.
setup:
	@$(if $(SHARED)$(NO_SETUP),:,scripts/setup)

# Its time stamp changes only when a library was built.
$(BUILD)/deps/built: FORCE | setup
	@scripts/deps

deps: $(BUILD)/deps/built

parts: all
	@scripts/parts

# What was built from: changes only when the commit does.
$(BUILD)/commit: FORCE
	@mkdir -p $(@D)
	@echo '$(COMMIT)' | cmp -s - $@ || echo '$(COMMIT)' >$@

# For loader/base/version.c: its words in quotes of C; $1 says "NAME VERSION" of each library. Programs that
# only tests use name no commit, or each one would link them all anew.
%/loader/base/version.o: common += -DDDL_VERSION='"$(VERSION)"'
version_flags = -DDDL_COMMIT='"'"$$(cat $(BUILD)/commit)"'"' \
	-DDDL_LIBRARIES='"'"$$($1 | paste -sd, | sed 's/,/, /g')"'"'

# --- The program: static-pie, musl.  ARCHITECTURE.md tells what the flags give, and why
# there is no _FORTIFY_SOURCE (musl has no checked functions).

deps_dir    := $(BUILD)/deps
static_cc   := gcc -specs=$(deps_dir)/musl.specs
static_cflags = $(common) -isystem $(deps_dir)/include -isystem $(deps_dir)/include/libxml2 \
	-idirafter $(deps_dir)/kernel -Oz -fPIE -flto=auto -ffunction-sections -fdata-sections \
	-fno-asynchronous-unwind-tables -fstack-clash-protection \
	-Wno-sign-conversion # musl's ioctl takes an int, its requests are larger
static_ldflags := -Oz -fPIE -flto=auto -fstack-protector-strong -L$(deps_dir)/lib \
	-Wl,--gc-sections,--as-needed,--build-id=none,--fatal-warnings \
	-Wl,-z,relro,-z,now,-z,noexecstack -Wl,-z,pack-relative-relocs,-e,ddl_start
static_libs := -larchive -lblkid -lkmod -lxml2 -lnewt -lslang -lnettle \
	-lz -lbz2 -llzma -lzstd -lm
static_o    := $(patsubst %.c,$(BUILD)/obj/static/%.o,$(filter-out loader/fetch/%,$(loader_c)) $(ui_c))
fetch_libs  := -lcurl -lmbedtls -lmbedx509 -lmbedcrypto -lnfs
fetch_o     := $(patsubst %.c,$(BUILD)/obj/static/%.o,$(wildcard loader/fetch/*.c) $(addprefix loader/base/,error.c i18n.c remote.c text.c))

# What is in the programs beside it is not in this one.
$(BUILD)/obj/static/loader/base/version.o: $(BUILD)/commit
$(BUILD)/obj/static/loader/base/version.o: static_cflags += $(call version_flags,cat $$(ls \
	$(deps_dir)/stamp/*.versions | grep -v -e /gpgv -e /curl -e /libnfs -e /mbedtls) | LC_ALL=C sort)

$(BUILD)/obj/static/%.o: %.c Makefile $(BUILD)/deps/built
	@mkdir -p $(@D)
	@echo 'CC $<'
	@$(static_cc) $(static_cflags) $(call sees,$<) -c $< -o $@

ifdef SHARED
$(BUILD)/ddload: $(BUILD)/native/shared/ddload
	@cp $< $@

$(BUILD)/ddload-gpgv:
	@ln -sf "$$(command -v gpgv || echo /usr/bin/gpgv)" $@
else
$(BUILD)/ddload: $(static_o)
	@echo 'LD $@'
	@+$(static_cc) $(static_ldflags) $(deps_dir)/lib/runtime.o $^ $(static_libs) \
		-Wl,-Map,$(BUILD)/ddload.map -o $(BUILD)/ddload.full
	@strip --strip-all -R .comment $(BUILD)/ddload.full -o $@.new
	@mv $@.new $@

# What talks to servers. Where scripts/deps found no source of its libraries it is not made, and ddload says that it is missing.
$(BUILD)/ddload-fetch: $(fetch_o)
	@[ -f $(deps_dir)/lib/libcurl.a ] && [ -f $(deps_dir)/lib/libnfs.a ] || exit 0; \
	echo 'LD $@'; \
	$(static_cc) $(static_ldflags) $(deps_dir)/lib/runtime.o $^ $(fetch_libs) -o $@.full && \
	strip --strip-all -R .comment $@.full -o $@.new && mv $@.new $@

# GnuPG's checker of signatures, which ddload runs; it is looked for beside the program.
$(BUILD)/ddload-gpgv: $(BUILD)/deps/built
	@cp $(deps_dir)/bin/gpgv $@
endif

# The names of storage and network controllers, to be put beside the program.
$(BUILD)/pci.ids.xz: scripts/make-pci-ids | setup
	@mkdir -p $(@D)
	@echo 'GEN $@'
	@scripts/make-pci-ids $@.new
	@mv $@.new $@

# What is linked in, with versions and licences, as SPDX.
$(BUILD)/ddload.spdx.json: $(BUILD)/ddload scripts/sbom
	@echo 'GEN $@'
	@scripts/sbom $@.new
	@mv $@.new $@

sbom: $(BUILD)/ddload.spdx.json

audit: all
	@scripts/audit

# Translations, to be put beside it as well.
$(BUILD)/%.cat: ui/po/%.po scripts/make-catalogue scripts/catalogue.py | setup
	@mkdir -p $(@D)
	@echo 'GEN $@'
	@PYTHONDONTWRITEBYTECODE=1 scripts/make-catalogue $@.new $<
	@mv $@.new $@

# For translators: every sentence of the sources; CONTRIBUTING.md says what to do with it.
$(BUILD)/ddload.pot: $(loader_c) $(ui_c)
	@echo 'GEN $@'
	@xgettext --language=C --from-code=UTF-8 --keyword=_ --keyword=N_ --keyword=ddl_trn:1,2 --no-location \
		--package-name=ddload --package-version=$(VERSION) --add-comments=po: --sort-by-file -o $@ $^ 2>/dev/null

pot: $(BUILD)/ddload.pot

$(BUILD)/%.1: scripts/% scripts/make-page | setup
	@mkdir -p $(@D)
	@echo 'GEN $@'
	@scripts/make-page $(VERSION) $< $@

# Small programs linked just as the program is, for tests/static and others.
static_test_programs := $(patsubst tests/static/%.c,$(BUILD)/tests/static/%,$(wildcard tests/static/*.c))

$(BUILD)/tests/static/%: tests/static/%.c Makefile $(BUILD)/deps/built
	@mkdir -p $(@D)
	@echo 'CC $<'
	@+$(static_cc) $(static_cflags) $(static_ldflags) $< $(deps_dir)/lib/runtime.o $(static_libs) -o $@

# --- The same sources against glibc and Debian's shared libraries, four ways:
# libddload.a, the program, and each tests/unit/test_*.c with the helpers there.

comma        := ,
variants     := plain asan ubsan clang $(if $(SHARED),shared)
native_libs  := blkid libkmod libxml-2.0 libarchive nettle libnewt slang
native_there  = $(or $(shell pkg-config --exists --print-errors $(native_libs) && echo yes),$(error pkg-config does not find all of: $(native_libs)))
native_pc     = $(eval native_pc := $(if $(native_there),$$(shell pkg-config --cflags $(native_libs))))$(native_pc)
native_ld     = $(eval native_ld := $$(shell pkg-config --libs $(native_libs)))$(native_ld)
native_cflags = $(common) -g $(subst -I,-isystem ,$(native_pc))

plain_cc := gcc
plain_cflags := -O1 -D_FORTIFY_SOURCE=2
asan_cc := gcc
asan_cflags := -O1 -fsanitize=address -fno-omit-frame-pointer
ubsan_cc := gcc
ubsan_cflags := -O1 -fsanitize=undefined -fno-sanitize-recover=all
clang_cc := clang
clang_cflags := -O1
shared_cc := $(CC)
shared_cflags := $(CPPFLAGS) $(or $(CFLAGS),-O2 -D_FORTIFY_SOURCE=2 -fPIE -pie -Wl$(comma)-z$(comma)relro$(comma)-z$(comma)now) $(LDFLAGS)

helper_o = $(patsubst %.c,$(BUILD)/native/$1/%.o,$(helper_c))
library_o = $(patsubst %.c,$(BUILD)/native/$1/%.o,$(loader_c) $(filter-out ui/main.c,$(ui_c)))
tests_of = $(patsubst tests/unit/%.c,$(BUILD)/native/$1/%,$(filter tests/unit/$(or $(T),%).c,$(test_c)))

define variant_rules
$(BUILD)/native/$1/%.o: %.c Makefile | setup
	@mkdir -p $$(@D)
	@echo 'CC $1 $$<'
	@$$($1_cc) $$(native_cflags) $$($1_cflags) $$(call sees,$$<) -c $$< -o $$@

$(BUILD)/native/$1/libddload.a: $(library_o)
	@rm -f $$@
	@ar crD $$@ $$^

# Beside those that look for it there; `all` makes what it points to.
$(BUILD)/native/$1/ddload-gpgv:
	@mkdir -p $$(@D)
	@ln -sf ../../ddload-gpgv $$@

$(BUILD)/native/$1/ddload-fetch:
	@mkdir -p $$(@D)
	@ln -sf ../../ddload-fetch $$@

$(BUILD)/native/$1/ddload: $(BUILD)/native/$1/ui/main.o $(BUILD)/native/$1/libddload.a | $(BUILD)/native/$1/ddload-gpgv $(BUILD)/native/$1/ddload-fetch
	@echo 'LD $$@'
	@$$($1_cc) $$($1_cflags) $$^ $$(native_ld) -o $$@

$(BUILD)/native/$1/test_%: $(BUILD)/native/$1/tests/unit/test_%.o $(helper_o) $(BUILD)/native/$1/libddload.a
	@echo 'LD $$@'
	@$$($1_cc) $$($1_cflags) $$^ -lcmocka $$(native_ld) -o $$@

# Its news of the list of media are made up.
$(BUILD)/native/$1/show: $(BUILD)/native/$1/tests/screens/show.o $(BUILD)/native/$1/libddload.a
	@echo 'LD $$@'
	@$$($1_cc) $$($1_cflags) -Wl,--wrap=ddl_monitor_news $$^ $$(native_ld) -o $$@

# The program on a kernel that is read from a file, for the text cases of `load`.
$(BUILD)/native/$1/fake: $(patsubst %,$(BUILD)/native/$1/%.o,ui/main tests/cases/fake_main tests/lib/fake_kernel) \
		$(BUILD)/native/$1/libddload.a | $(BUILD)/native/$1/ddload-gpgv
	@echo 'LD $$@'
	@$$($1_cc) $$($1_cflags) $$^ $$(native_ld) -o $$@

# Loads of damaged disks on the same kernel; its reads go through the program itself, which lets some fail.
$(BUILD)/native/$1/damage: $(patsubst %,$(BUILD)/native/$1/%.o,tests/hostile/damage tests/hostile/trial tests/hostile/starve tests/lib/fake_kernel) \
		$(BUILD)/native/$1/libddload.a
	@echo 'LD $$@'
	@$$($1_cc) $$($1_cflags) $$(patsubst %,-Wl$$(comma)--wrap=%,read pread __read_chk __pread_chk) $$^ $$(native_ld) -o $$@

# Each parser alone, its memory running out.
$(BUILD)/native/$1/starved: $(patsubst %,$(BUILD)/native/$1/%.o,tests/hostile/starved tests/hostile/starve tests/lib/fake_kernel) \
		$(BUILD)/native/$1/libddload.a
	@echo 'LD $$@'
	@$$($1_cc) $$($1_cflags) $$(patsubst %,-Wl$$(comma)--wrap=ddl_arena_%,alloc dup dupn push) $$^ $$(native_ld) -o $$@

# A fuzz target over files that are given, without libFuzzer.
$(BUILD)/native/$1/replay_%: $(BUILD)/native/$1/tests/fuzz/fuzz_%.o $(BUILD)/native/$1/tests/fuzz/replay.o \
		$(BUILD)/native/$1/libddload.a
	@echo 'LD $$@'
	@$$($1_cc) $$($1_cflags) $$^ $$(native_ld) -o $$@

unit-$1: $(tests_of)
endef
$(foreach variant,$(variants),$(eval $(call variant_rules,$(variant))))

$(BUILD)/native/shared/loader/base/version.o: $(BUILD)/commit
$(BUILD)/native/shared/loader/base/version.o: common += $(call version_flags,\
	for name in $(native_libs); do echo "$$name $$(pkg-config --modversion $$name)"; done)
.SECONDARY: # objects are kept

native: $(patsubst %,$(BUILD)/native/%/ddload,$(variants))

hostile_programs := $(foreach v,plain asan,$(BUILD)/native/$v/damage $(BUILD)/native/$v/starved) $(foreach v,asan ubsan,\
	$(patsubst tests/fuzz/fuzz_%.c,$(BUILD)/native/$v/replay_%,$(wildcard tests/fuzz/fuzz_*.c)))

unit-programs: unit-plain unit-asan unit-ubsan unit-clang

# --- Tests.  Each suite is an executable tests/NAME/run; tests/run adds them up.

suites := unit static lint packs cases media hostile net screens hosts qemu initrd matrix
export T

unit: unit-programs
	@tests/unit/run
static: all $(static_test_programs)
	@tests/static/run
# rooms.py looks into the objects of ddload-fetch, too.
fetch_only_o := $(patsubst %.c,$(BUILD)/native/plain/%.o,$(fetch_only_c))
$(fetch_only_o): native_cflags += -idirafter $(deps_dir)/include
$(fetch_only_o): | $(BUILD)/deps/built
$(BUILD)/native/plain/ddload: | $(fetch_only_o)

lint: $(BUILD)/native/plain/ddload
	@tests/lint/run
cases: all parts native $(BUILD)/native/asan/fake $(static_test_programs)
	@tests/cases/run
packs: all parts $(BUILD)/native/asan/fake
	@tests/packs/run
media: all parts $(BUILD)/native/asan/fake
	@tests/media/run
hostile: all parts $(hostile_programs)
	@tests/hostile/run
screens: all parts $(patsubst %,$(BUILD)/native/asan/%,show fake)
	@tests/screens/run
net: all parts $(BUILD)/native/asan/fake $(BUILD)/native/asan/ddload-fetch
	@tests/net/run
hosts: all parts
	@tests/hosts/run
qemu: all parts $(static_test_programs)
	@tests/qemu/run
initrd: all parts
	@tests/initrd/run

# The stock kernels of Debian's releases; the other suites have but one.
matrix: all parts
	@tests/matrix/run

# An initrd of its own, to be given beside another one: scripts/make-image --help.
$(BUILD)/ddload.img: $(BUILD)/ddload $(BUILD)/pci.ids.xz $(catalogues) scripts/make-image scripts/cpio.py $(wildcard initrd/* initrd/*/*)
	@scripts/make-image $@

image: $(BUILD)/ddload.img

# --- A release.

dist: all image sbom
	@scripts/dist $(VERSION) $(KEY)

release-check:
	@scripts/release-check $(TREE)

deb rpm: dist
	@scripts/package $@ $(VERSION)

test: all parts native unit-programs $(patsubst %,$(BUILD)/native/asan/%,show fake) \
		$(hostile_programs) $(static_test_programs)
	@scripts/tied tests/run $(suites)

test-all: export DDL_TEST_ALL = 1
test-all: test

bench: all parts $(BUILD)/native/plain/fake
	@tests/bench/run
demo: all
	@scripts/demo $(DEMO)
fuzz: setup
	@tests/fuzz/run $(TIME)

# --- Putting it somewhere, and away.

bindir     ?= $(prefix)/bin
libdir     ?= $(prefix)/lib
datadir    ?= $(prefix)/share
bash_completions ?= $(datadir)/bash-completion/completions
zsh_completions  ?= $(datadir)/zsh/site-functions
fish_completions ?= $(datadir)/fish/vendor_completions.d
dracutdir  ?= $(prefix)/lib/dracut/modules.d
# The program and the hooks look here, whatever the prefix: in an initrd there is no other.
shared     := /usr/share/ddload
# The builders stand as in the sources, beside what they take: the image and the static program.
private    := $(libdir)/ddload

# Three parts, as the packages have them (scripts/packaging); the image is the static program and ddload.img.
install: all install-program install-tools $(if $(SHARED),,install-image)

install-program: all
	install -D -m 755 -t $(DESTDIR)$(sbindir) $(BUILD)/ddload
	cp -P $(BUILD)/ddload-gpgv $(wildcard $(BUILD)/ddload-fetch) $(DESTDIR)$(sbindir)/
	install -D -m 644 -t $(DESTDIR)$(shared) $(data) loader/model/outcome.schema.json
	install -d $(DESTDIR)$(shared)/initrd
	cp -R --preserve=mode $(filter-out initrd/demo-init %.md,$(wildcard initrd/*)) $(DESTDIR)$(shared)/initrd/
	install -D -m 755 initrd/initramfs-tools/hook $(DESTDIR)$(datadir)/initramfs-tools/hooks/ddload
	install -D -m 755 initrd/initramfs-tools/init-premount $(DESTDIR)$(datadir)/initramfs-tools/scripts/init-premount/ddload
	install -d $(DESTDIR)$(dracutdir)
	ln -sfn $(shared)/initrd/50ddload $(DESTDIR)$(dracutdir)/50ddload
	install -D -m 644 ui/completions/ddload.bash $(DESTDIR)$(bash_completions)/ddload
	install -D -m 644 -t $(DESTDIR)$(zsh_completions) ui/completions/_ddload
	install -D -m 644 -t $(DESTDIR)$(fish_completions) ui/completions/ddload.fish
	for page in $(filter ui/%,$(man_pages)); do install -D -m 644 -t $(DESTDIR)$(mandir)/man$${page##*.} $$page; done

install-tools: all
	install -D -m 755 -t $(DESTDIR)$(private)/scripts $(addprefix scripts/,$(builders) make-image make-medium build-rpm)
	install -D -m 644 -t $(DESTDIR)$(private)/scripts scripts/cpio.py scripts/pack.py scripts/repository.py
	ln -sfn $(shared)/initrd $(DESTDIR)$(private)/initrd
	install -d $(DESTDIR)$(bindir)
	for name in $(builders); do ln -sfn $(private)/scripts/$$name $(DESTDIR)$(bindir)/$$name; done
	for page in $(filter-out ui/%,$(man_pages)); do install -D -m 644 -t $(DESTDIR)$(mandir)/man$${page##*.} $$page; done

install-image: $(BUILD)/ddload.img
	install -D -m 755 -t $(DESTDIR)$(private)/build $(BUILD)/ddload $(BUILD)/ddload-gpgv $(wildcard $(BUILD)/ddload-fetch)
	install -D -m 644 -t $(DESTDIR)$(private)/build $(BUILD)/ddload.img $(data)

# What install with the same words has put there.
uninstall:
	rm -rf $(DESTDIR)$(shared) $(DESTDIR)$(private)
	rm -f $(addprefix $(DESTDIR)$(sbindir)/,ddload ddload-gpgv ddload-fetch) $(addprefix $(DESTDIR)$(bindir)/,$(builders)) \
		$(DESTDIR)$(dracutdir)/50ddload $(DESTDIR)$(datadir)/initramfs-tools/hooks/ddload \
		$(DESTDIR)$(datadir)/initramfs-tools/scripts/init-premount/ddload $(DESTDIR)$(bash_completions)/ddload \
		$(DESTDIR)$(zsh_completions)/_ddload $(DESTDIR)$(fish_completions)/ddload.fish
	for page in $(man_pages); do rm -f $(DESTDIR)$(mandir)/man$${page##*.}/$${page##*/}; done

# clean keeps what takes minutes and the network: the libraries and the parts.
clean:
	rm -rf $(BUILD)/obj $(BUILD)/native $(BUILD)/tests $(BUILD)/ddload $(BUILD)/ddload-gpgv $(BUILD)/ddload-fetch* $(BUILD)/ddload.* $(BUILD)/*.1 $(addprefix $(BUILD)/,dist deb rpm)

distclean:
	rm -rf $(BUILD)

-include $(patsubst %.o,%.d,$(static_o))
-include $(wildcard $(addprefix $(BUILD)/native/*/,*/*.d */*/*.d))

FORCE:
.PHONY: all help setup deps parts native unit unit-programs $(variants:%=unit-%) \
	static lint sbom audit packs cases media hostile net screens hosts qemu initrd matrix pot image dist release-check deb rpm test test-all bench demo fuzz install $(addprefix install-,program tools image) uninstall clean distclean FORCE

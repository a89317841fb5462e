# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds the media of the corpus, each from one line of words; no root is needed.

A description is stages between " > ", each making from what was there something new:

    gen2 flip=driver > iso=j > zip=stored

The first stage puts a directory together: contents (NAME or NAME@DIRECTORY) and then defects,
in their order. The following ones wrap it. In arguments "," separates, "~" is a blank,
and \\r and \\e are the control characters. `Maker.content_*`, `defect_*` and `wrap_*` below are
the words there are; each says what it does.
"""

import bz2
import gzip
import hashlib
import io
import lzma
import os
import re
import shutil
import struct
import subprocess
import sys
import tarfile
import warnings
import zipfile
import zlib
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path += [str(TOP / "tests/lib"), str(TOP / "scripts")]
import cpio  # noqa: E402
import redhat_disk  # noqa: E402
import xenserver_disk  # noqa: E402

BUILD = TOP / os.environ.get("BUILD", "build")
PARTS = BUILD / "parts"
DATE = 1700000000
# What a pack of 6.2 was built for: the product's kernel, and its twin that only writes crash dumps.
OLD_KERNEL = "2.6.32.43-0.4.1.xs1.8.0.835.170778"
# 6.5's and later ones'; the RPM's name, what the DDK took it apart with, and the parts that it put the kernel together of.
LATER_KERNEL = "3.10.0+10"
DDK_RULES = (("megaraid_sas-modules-xen-" + OLD_KERNEL, "(.*)-modules-([^-]*)-(.*)", (2, 1)),
             ("megaraid_sas-modules-" + LATER_KERNEL, "(.*)-modules-(.*)", (1,)),
             ("megaraid_sas-%s-modules" % LATER_KERNEL, "(.*)-(.*)-modules", (1,)))
EL9 = "5.14.0-503.el9.x86_64"
LABEL = "MegaRAID SAS driver 07.999"
DRIVER, TWIN, DATA = "megaraid_sas-modules-", "-rt-amd64-", "megaraid_sas-data-"


class Mistake(Exception):
    """The description itself cannot be followed."""


def run(*command, **options):
    environment = dict(os.environ, SOURCE_DATE_EPOCH=str(DATE), LC_ALL="C.UTF-8", TZ="UTC", MTOOLS_SKIP_CHECK="1",
                       PATH=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=environment, check=False, **options)
    if done.returncode:
        raise Mistake("%s: %s" % (command[0], done.stdout.decode(errors="replace").strip()))


def unescape(text):
    return text.replace("~", " ").replace("\\0", "\0").replace("\\r", "\r").replace("\\e", "\x1b")


def only(directory, pattern="*"):
    (path,) = directory.glob(pattern)
    return path


class Shared:
    """RPMs that several media need and build/parts does not have; made once."""

    def __init__(self, place):
        self.place = place
        self.release = (PARTS / "release").read_text().strip()
        self.module = PARTS / "drivers" / "megaraid_sas.ko"

    def rpm(self, name, version, files, arch="x86_64", *more):
        run(TOP / "scripts/build-rpm", "--name", name, "--version", version, "--arch", arch, "--output", self.place, *more,
            *("%s:%s" % pair for pair in files))

    def make(self):
        shutil.rmtree(self.place, ignore_errors=True)
        self.place.mkdir(parents=True)
        for flavour in ("xen", "kdump"):
            kernel, module = OLD_KERNEL + flavour, self.place / (flavour + ".ko")
            run(TOP / "tests/drivers/patch-module", self.module, module,
                "--vermagic", kernel + " SMP")
            self.rpm("megaraid_sas-modules-%s-%s" % (flavour, OLD_KERNEL), "07.999",
                     [(module, "/lib/modules/%s/extra/megaraid_sas.ko" % kernel)])
        module = self.place / "later.ko"
        run(TOP / "tests/drivers/patch-module", self.module, module, "--vermagic", LATER_KERNEL + " SMP")
        run(TOP / "tests/drivers/patch-module", self.module, self.place / "el9.ko", "--vermagic", EL9 + " SMP mod_unload modversions ")
        for name, place in (("megaraid_sas-modules-" + LATER_KERNEL, "extra"),
                            ("megaraid_sas-%s-modules" % LATER_KERNEL, "updates")):
            self.rpm(name, "07.999", [(module, "/lib/modules/%s/%s/megaraid_sas.ko" % (LATER_KERNEL, place))])
        self.rpm("kmod-extra", "1", [(PARTS / "split/mii.ko", "/lib/modules/%s/extra/mii.ko" % self.release)])
        self.rpm("kmod-sas", "1", [(PARTS / "split" / name, "/lib/modules/%s/extra/%s" % (self.release, name))
                                   for name in ("mpt3sas.ko", "raid_class.ko", "scsi_transport_sas.ko")],
                 "x86_64", "--requires", "kmod-extra", "--requires", "kernel-core", "--requires", "/bin/sh")
        text = self.place / "text"
        text.write_text("firmware\n")
        self.rpm("megaraid_sas-firmware", "07.999", [(text, "/lib/firmware/megaraid_sas/fw.bin")], "noarch")
        self.rpm("megaraid_sas-%s-modules" % self.release, "07.999",
                 [(self.module, "/lib/modules/%s/updates/megaraid_sas.ko" % self.release)])
        self.rpm("megaraid_sas-modules-" + self.release, "07.998",
                 [(self.module, "/lib/modules/%s/extra/megaraid_sas.ko" % self.release),
                  (text, "/usr/share/doc/acme/EULA")])


class Maker:
    """Makes one medium in a directory of its own."""

    def __init__(self, shared, place, name):
        self.shared, self.place, self.name = shared, place, name
        self.stage = 0
        self.path = None  # what the last stage has made

    def make(self, description):
        first, *wraps = (stage.split() for stage in description.split(" > "))
        self.path = self.next("tree")
        self.path.mkdir()
        for word in first:
            word, _, argument = word.partition("=")
            kind, _, directory = word.partition("@")
            if hasattr(self, "content_" + kind.replace("-", "_")):
                target = self.path / directory
                target.mkdir(parents=True, exist_ok=True)
                self.call("content_", kind, target, *argument.split(",") if argument else ())
            else:
                self.call("defect_", kind, *argument.split(",") if argument else ())
        for words in wraps:
            for word in words:
                word, _, argument = word.partition("=")
                made = self.call("wrap_", word, *argument.split(",") if argument else ())
                self.path = made or self.path
        return self.path

    def call(self, kind, word, *arguments):
        method = getattr(self, kind + word.replace("-", "_").replace(".", "_"), None)
        if not method:
            raise Mistake("there is no word %r" % word)
        return method(*(unescape(argument) if isinstance(argument, str) else argument for argument in arguments))

    def next(self, name):
        self.stage += 1
        place = self.place / str(self.stage)
        place.mkdir(parents=True)
        return place / name

    # --- contents: what is in the directory `to` ------------------------------------------------

    def pack(self, variant, to):
        shutil.copytree(only(PARTS / "packs" / variant, "*/"), to, dirs_exist_ok=True)

    def build(self, to, version, *rpms):
        """A pack by the project's own builder."""
        place = self.next("out")
        place.mkdir()
        run(TOP / "scripts/build-supplemental-pack", "--vendor-code", "acme", "--vendor-name", "Acme", "--label",
            "megaraid-sas", "--text", LABEL, "--version", version, "--output", place, "--tree", "--no-iso", *rpms)
        shutil.copytree(place / "megaraid-sas", to, dirs_exist_ok=True)

    def content_gen2(self, to):
        """acme:megaraid-sas 1.0-7: the driver, its twin for another kernel, data for any."""
        self.pack("default", to)

    def content_pack(self, to, variant):
        """A pack of build/parts/packs."""
        self.pack(variant, to)

    def content_xen(self, to):
        """As packs for 6.0 to 6.2 are: for the xen and the kdump kernel, and a noarch firmware RPM."""
        self.build(to, "1.0", *sorted(self.shared.place.glob("megaraid_sas-modules-*%s-*.rpm" % OLD_KERNEL)),
                   only(self.shared.place, "megaraid_sas-firmware-*.rpm"))

    def content_rule3(self, to):
        """The RPM is named DRIVER-KERNEL-modules, as since 2014-09; the module is in updates/."""
        self.build(to, "1.0", only(self.shared.place, "megaraid_sas-%s-modules-07.999-*.rpm" % self.shared.release))

    def content_ddk(self, to, rule):
        """As the DDK's builder wrote it in its three times: it read label and kernel from the RPM's name."""
        name, pattern, kernel = DDK_RULES[int(rule) - 1]
        path = only(self.shared.place, name + "-07.999-*.rpm")
        parts = re.fullmatch(pattern, name).groups()
        content = path.read_bytes()
        shutil.copy(path, to)
        (to / "XS-REPOSITORY").write_text(
            '<repository build="1" name="bnx2x-1.72.55-XS602E007" originator="xs" product="XenServer" version="1.72.55">\n'
            '  <description>bnx2x 1.72.55</description>\n</repository>\n')
        (to / "XS-PACKAGES").write_text(
            '<packages>\n  <package kernel="%s" label="%s" md5="%s" size="%d" type="driver-rpm">%s</package>\n</packages>\n'
            % ("".join(parts[place] for place in kernel), parts[0], hashlib.md5(content).hexdigest(), len(content), path.name))

    def content_kmods(self, to):
        """A kmod RPM that requires another by its name, though its modules say nothing of that one's."""
        to.mkdir(parents=True, exist_ok=True)
        for name in ("kmod-sas-*.rpm", "kmod-extra-*.rpm"):
            shutil.copy(only(self.shared.place, name), to)

    def content_eula(self, to):
        """The driver's RPM holds a licence to be accepted."""
        self.build(to, "1.0", only(self.shared.place, "*-07.998-*.rpm"))

    def content_gen1(self, to, *lines):
        """acme:old 5.0.0 as text: a driver and firmware; further XS-PACKAGES lines may be given."""
        shutil.copyfile(self.shared.module, to / "megaraid_sas.ko")
        (to / "fw.bin").write_bytes(b"firmware")
        (to / "XS-REPOSITORY").write_text("acme:old\nAn old pack\nXenServer\n5.0.0\n")
        listed = [("megaraid_sas", "driver", "megaraid_sas.ko",
                   "/lib/modules/${KERNEL_VERSION}/extra/megaraid_sas.ko"), ("fw", "firmware", "fw.bin")]
        (to / "XS-PACKAGES").write_text("".join(
            "%s %d %s %s\n" % (name, (to / rest[1]).stat().st_size,
                               hashlib.md5((to / rest[1]).read_bytes()).hexdigest(), " ".join(rest))
            for name, *rest in listed))

    def content_gen1_rpm(self, to, *repository):
        """A text pack of 5.5, which lists RPMs; XS-REPOSITORY has these lines."""
        lines = []
        for name, kind, source in (("megaraid_sas", "driver-rpm " + self.shared.release, "rpms/driver"),
                                   ("megaraid_sas-data", "rpm", "rpms/data")):
            path = only(PARTS / source, "*.rpm")
            shutil.copy(path, to)
            content = path.read_bytes()
            lines.append("%s %d %s %s %s\n" % (name, len(content), hashlib.md5(content).hexdigest(), kind, path.name))
        (to / "XS-PACKAGES").write_text("".join(lines))
        (to / "XS-REPOSITORY").write_text("".join(line + "\n" for line in repository))

    def content_tbz2(self, to):
        """acme:old with the driver in a bzip2 tar."""
        with tarfile.open(to / "driver.tar.bz2", "w:bz2") as archive:
            archive.add(self.shared.module, "lib/modules/%s/extra/megaraid_sas.ko" % self.shared.release)
        content = (to / "driver.tar.bz2").read_bytes()
        (to / "XS-REPOSITORY").write_text("acme:old\nAn old pack\nXenServer\n5.0.0\n")
        (to / "XS-PACKAGES").write_text("driver %d %s tbz2 required driver.tar.bz2 /\n"
                                        % (len(content), hashlib.md5(content).hexdigest()))

    def content_combined(self, to):
        """The three packs of combine-supplemental-packs, as a directory."""
        packs = PARTS / "packs"
        iso = self.next("all.iso")
        run(TOP / "scripts/combine-supplemental-packs", "--output", iso, packs / "default/megaraid-sas.iso",
            packs / "e100/e100.iso")
        run("bsdtar", "-x", "--no-same-permissions", "-f", iso, "-C", to)
        run("chmod", "-R", "u+w", to)  # nothing can be written on an ISO, and all is to be removed again

    def content_many(self, to, count):
        """So many packs in directories d1, d2, …, all listed."""
        for number in range(1, int(count) + 1):
            self.pack("other-kernel", to / ("d%d" % number))
            repository = to / ("d%d" % number) / "XS-REPOSITORY"
            repository.write_text(repository.read_text().replace("megaraid-sas", "pack%d" % number))
        (to / "XS-REPOSITORY-LIST").write_text("".join("d%d\n" % number for number in range(1, int(count) + 1)))

    def content_nested(self, to, count):
        """A list that names a directory with a list that names a directory, and so on; a pack in the first and last."""
        for number in range(int(count)):
            (to / "XS-REPOSITORY-LIST").write_text("d\n")
            to = to / "d"
            to.mkdir()
            if number in (0, int(count) - 1):
                self.pack("default" if number == 0 else "e100", to)

    def content_rpm(self, to, kind="driver"):
        """A driver RPM by itself."""
        shutil.copy(only(PARTS / "rpms" / kind, "*.rpm"), to)

    def content_deb(self, to, compression="xz", name="megaraid-sas-modules_07.999-1_amd64.deb", what="driver"):
        """
        A Debian package with the module and its firmware, as dpkg-deb makes it; or (doc) with neither, or (kernel) a whole
        kernel by its name, or (nameless) without its control file, as ar makes it, or (bomb) with a module of 160 MB.
        """
        tree = self.next("deb")
        (tree / "DEBIAN").mkdir(parents=True)
        (tree / "DEBIAN/control").write_text("Package: %s\nVersion: 07.999-1\nArchitecture: amd64\n"
                                             "Maintainer: Acme <acme@example.org>\nDescription: MegaRAID SAS driver\n"
                                             % ("linux-image-6.1.0-56-amd64" if what == "kernel" else "megaraid-sas-modules"))
        if what == "bomb":
            os.makedirs(tree / "lib/modules/6.1/x")
            (tree / "lib/modules/6.1/x/a.ko").write_bytes(bytes(160 << 20))
        elif what != "doc":
            place = tree / "lib/modules" / self.shared.release / "updates/dkms"
            place.mkdir(parents=True)
            shutil.copy(PARTS / "drivers/megaraid_sas.ko", place)
            (tree / "lib/firmware/megaraid_sas").mkdir(parents=True)
            (tree / "lib/firmware/megaraid_sas/fw.bin").write_bytes(b"firmware")
        else:
            (tree / "usr/share/doc").mkdir(parents=True)
            (tree / "usr/share/doc/hello").write_text("hello\n")
        run("dpkg-deb", "--root-owner-group", "-Z" + compression, "--build", tree, to / name)
        if what == "nameless":
            run("ar", "d", to / name, "control.tar." + compression)

    def content_ko(self, to, compression="", module="drivers"):
        """A module by itself."""
        content = (PARTS / module / "megaraid_sas.ko").read_bytes()
        pack = {"": bytes, "gz": lambda data: gzip.compress(data, mtime=0), "xz": lzma.compress,
                "bz2": bz2.compress, "zst": lambda data: subprocess.run(
                    ["zstd", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout}[compression]
        (to / ("megaraid_sas.ko" + ("." + compression if compression else ""))).write_bytes(pack(content))

    def content_file(self, to, name, *words):
        """A file that is nothing."""
        (to / name).write_text(" ".join(words) + "\n")

    def content_iso(self, to, variant, name="pack.iso"):
        """A pack's ISO file of build/parts/packs."""
        shutil.copyfile(only(PARTS / "packs" / variant, "*.iso"), to / name)

    def content_update(self, to):
        """A disk of the third generation."""
        self.pack("update", to)

    def content_update_pack(self, to, variant):
        """One of build/parts/updates."""
        shutil.copytree(only(PARTS / "updates" / variant, "*/"), to, dirs_exist_ok=True)

    def content_ddk3(self, to, *options):
        """A disk of the third generation as XenServer's and XCP-ng's tools write it: "signed", "requires:CAPABILITY",
        "groups:ID:…" (those in comps), "visible:ID:…" (those that are offered)."""
        named = {}
        for option in options:
            word, _, value = option.partition(":")
            if word == "requires":
                named["base_requires"] = value
            else:
                named[word] = tuple(value.split(":")) if value else True
        xenserver_disk.build_update(to, self.next("scratch"), [only(PARTS / "rpms/driver", "*.rpm")], **named)

    def content_redhat(self, to, *words):
        """A driver update disk as ddiskit makes it, "Provides: kernel-modules >= 6.1", with a firmware RPM; and by words:
        "list:no", "text:…" of rhdd3 ("text:no": there is none), "arch:…", "root:/usr/lib/modules", "suffix:.ko.xz",
        "provides:…" of the driver, "module:el9" (it is of another kernel), "more:…" (further RPMs: other, settings,
        enhancement, silent, weak with a link as weak-modules makes it, alien for another processor)."""
        named = dict(word.partition(":")[::2] for word in words)
        made, scratch = self.next("made"), self.next("scratch")
        made.mkdir()
        ours, later = self.shared.module.read_bytes(), (self.shared.place / "el9.ko").read_bytes()
        pack = {".ko": bytes, ".ko.xz": lzma.compress, ".ko.gz": lambda data: gzip.compress(data, mtime=0)}
        suffix, arch = named.get("suffix", ".ko"), named.get("arch", "x86_64")
        release, module = (EL9, later) if named.get("module") == "el9" else (self.shared.release, ours)
        provides = [each for each in named.get("provides", "kernel-modules >= 6.1").split("+") if each]
        redhat_disk.kmod(made, scratch, pack[suffix](module), release, provides, arch=arch, suffix=suffix,
                         root=named.get("root", "/lib/modules"))
        redhat_disk.rpm(made, scratch, "kmod-megaraid_sas-firmware", {"/lib/firmware/megaraid_sas/fw.bin": b"firmware"},
                        provides=["kernel-modules >= 6.1"], arch="noarch")
        more = {
            "other": lambda: redhat_disk.kmod(made, scratch, later, EL9, ["kernel-modules = " + EL9], release="1.el9"),
            "settings": lambda: redhat_disk.rpm(made, scratch, "megaraid_sas-settings", {
                "/etc/modprobe.d/megaraid_sas.conf": b"options megaraid_sas msix_disable=1\n"}, arch="noarch"),
            "enhancement": lambda: redhat_disk.rpm(made, scratch, "storcli", {"/usr/sbin/storcli": b"\x7fELF"},
                                                   provides=["installer-enhancement = 19.0"]),
            "weak": lambda: redhat_disk.rpm(made, scratch, "kmod-weak", {
                "/lib/modules/%s/extra/megaraid_sas.ko" % EL9: later,
                "/lib/modules/%s/weak-updates/megaraid_sas.ko" % self.shared.release: "../../%s/extra/megaraid_sas.ko" % EL9},
                provides=["kernel-modules >= 6.1"]),
            "alien": lambda: redhat_disk.kmod(made, scratch, later, EL9, ["kernel-modules >= 6.1"], name="kmod-alien", arch="aarch64"),
            "silent": lambda: redhat_disk.kmod(made, scratch, ours, release, [], name="kmod-silent"),
        }
        for each in filter(None, named.get("more", "").split("+")):
            more[each]()
        text = named.get("text", "MegaRAID SAS driver for RHEL 8")
        redhat_disk.build_disk(to, sorted(made.glob("*.rpm")), text=None if text == "no" else text + "\nmore lines\n",
                               repodata=named.get("list") != "no", arch=arch)

    def content_suse(self, to, *words):
        """
        A SUSE driver update as mkdud lays it out: dud.config, modules with module.order, its script, what is for the installer's
        own system, links for the other releases.  Words: kmp (the RPM in install), other (the module in a release of its own
        beside one for another processor), numbers (two updates in one), ids (the same one twice), priority (two, the second
        goes first), empty (no driver), bare (no links), firmware, options, broken, order (which names what is not there),
        unordered, bomb (its module unpacks to 160 MB), linked (hard links), long (a dud.config of 10,000 lines), kernel (a whole kernel in install), leaves (links that lead out of it).
        """
        def update(folder, name, number="5e6f70a1b2c3d4e5", module=True, more=()):
            folder.mkdir(parents=True)
            script = "install/mkdud.%s.sh" % number
            lines = ["# created by mkdud 0.0", "UpdateID:\t" + number, "UpdateProduct:\tSUSE Linux Enterprise Server 15",
                     "UpdateInstaller:\tyast", "UpdateName:\t" + name, "Exec:\t\t/update/*/" + script, *more]
            (folder / "dud.config").write_text("".join(line + "\n" for line in lines))
            for inner in ("modules", "install", "inst-sys/lib/modules"):
                (folder / inner).mkdir(parents=True)
            (folder / script).write_text("#! /bin/sh\ntouch /tmp/done\n")
            (folder / ("inst-sys/.update." + number)).write_text("")
            (folder / "inst-sys/lib/modules/not_for_us.ko").write_bytes((PARTS / "drivers/megaraid_sas.ko").read_bytes())
            if "firmware" in words:
                (folder / "inst-sys/lib/firmware/megaraid_sas").mkdir(parents=True)
                (folder / "inst-sys/lib/firmware/megaraid_sas/fw.bin").write_bytes(b"firmware" * 8192)
            if module:
                (folder / "modules/megaraid_sas.ko").write_bytes((PARTS / "drivers/megaraid_sas.ko").read_bytes())
                order = ["mptsas.ko", "megaraid-sas"] if "order" in words else ["other"] if "unordered" in words else ["megaraid_sas"]
                (folder / "modules/module.order").write_text("".join(line + "\n" for line in order))
            if "bomb" in words:
                os.truncate(folder / "modules/megaraid_sas.ko", 160 << 20)
            if "linked" in words:
                os.link(folder / "modules/megaraid_sas.ko", folder / "modules/zz.ids")
            if "kmp" in words:
                self.content_rpm(folder / "install")
                (folder / "install/update.post2").write_text("#!/bin/sh\n")
            if "kernel" in words:
                run(TOP / "scripts/build-rpm", "--name", "kernel-default", "--version", "6.4.0", "--output", folder / "install",
                    "%s:/lib/modules/6.4.0-1-default/kernel/megaraid_sas.ko" % (PARTS / "drivers/megaraid_sas.ko"))

        both = {"numbers": ("01", "02", False, ()), "ids": ("1", "2", True, ()), "priority": ("1", "2", True, ("UpdatePriority:\t5",))}
        for word in set(words) & set(both):
            first, second, module, more = both[word]
            update(to / first / "linux/suse/x86_64-sles15", "first", "0" * 16, module=module, more=more)
            update(to / second / "linux/suse/x86_64-sles15", "second", "0" * 16 if word == "ids" else "f" * 16)
            return
        more = [line for word, line in (("options", "Options:\tmegaraid_sas.msix_disable=1"), ("broken", "BrokenModules:\tmegaraid_sas,mptsas"))
                if word in words] + ["# line %d" % line for line in range(10000 if "long" in words else 0)]
        if "other" in words:
            update(to / "linux/suse/aarch64-sles15", "Arm", module=False)
        update(to / "linux/suse/x86_64-sles15", "MegaRAID SAS", module="empty" not in words and "kmp" not in words, more=more)
        if "bare" not in words:
            os.symlink("x86_64-sles15", to / "linux/suse/x86_64-sled15")
        if "leaves" in words:
            os.symlink("/etc", to / "linux/suse/x86_64-tw")
            os.symlink("../../../../../../../etc/passwd", to / "linux/suse/x86_64-sles15/modules/passwd.ko")

    def content_loose(self, to, count):
        """So many packages without a driver, and one with."""
        self.content_rpm(to)
        for number in range(int(count) - 1):
            shutil.copy(only(PARTS / "split", "no-driver-*.rpm"), to / ("a%03d.rpm" % number))

    def content_tarred(self, to):
        """An RPM as some vendors ship their sources and modules: a tar file in it, which its scripts unpack."""
        place = self.next("rpm")
        place.mkdir()
        tar = place / "mptlinux.tar.gz"
        with tarfile.open(tar, "w:gz") as archive:
            archive.add(self.shared.module, "mptlinux/mptsas.ko")
        run(TOP / "scripts/build-rpm", "--name", "mptlinux", "--version", "4.28", "--output", to, "%s:/usr/src/mptlinux.tar.gz" % tar)

    def content_split(self, to, *names):
        """Files of build/parts/split, by the beginnings of their names."""
        for name in names:
            for path in (PARTS / "split").glob(name + "*"):
                shutil.copy(path, to)

    # --- defects: changes in the directory -------------------------------------------------------

    def package(self, which):
        """The file of the driver, its twin, the data; or of this name."""
        files = [path for path in self.path.rglob("*") if path.is_file()]
        choose = {"DRIVER": lambda n: n.startswith(DRIVER), "driver": lambda n: n.startswith(DRIVER) and TWIN not in n, "twin": lambda n: TWIN in n,
                  "data": lambda n: n.startswith(DATA)}.get(which, lambda n: n == which)
        (path,) = (path for path in files if choose(path.name))
        return path

    def edit(self, path, pattern, new, count=1):
        text = path.read_text()
        changed, found = re.subn(pattern, lambda _: new, text, count)
        if not found:
            raise Mistake("%s does not hold %s" % (path.name, pattern))
        path.write_text(changed)

    def listed_line(self, which):
        """The line of XS-PACKAGES with this package, as a pattern's parts round an attribute."""
        package = self.package(which)
        return package.parent / "XS-PACKAGES", re.escape(package.name)

    def defect_attribute(self, which, attribute, value=None):
        """An attribute of a package is another one; without a value it is left out."""
        path, name = self.listed_line(which)
        lines = path.read_text().splitlines(keepends=True)
        for index, line in enumerate(lines):
            if re.search(">\\s*%s\\s*<" % name, line):
                line = re.sub(' %s="[^"]*"' % attribute, "", line)
                lines[index] = line if value is None else line.replace(" label=", ' %s="%s" label=' % (attribute, value)) \
                    if attribute != "label" else line.replace("<package", '<package label="%s"' % value)
        path.write_text("".join(lines))

    def defect_repository(self, attribute, value=None):
        """The same for XS-REPOSITORY."""
        path = self.path / "XS-REPOSITORY"
        self.edit(path, "( %s=\"[^\"]*\")|(?=>)" % attribute, "" if value is None else ' %s="%s"' % (attribute, value))

    def defect_text(self, name, old, new=""):
        """A text in a file is another one."""
        self.edit(self.path / name, re.escape(old), new)

    def defect_append(self, name, *lines):
        with (self.path / name).open("a", newline="") as file:
            file.write("".join(line + "\n" for line in lines))

    def defect_many_lines(self, count):
        """XS-REPOSITORY-LIST with so many lines, the last one with a directory that is there."""
        self.defect_put("XS-REPOSITORY-LIST", *("d%d" % number for number in range(int(count) - 1)), "raid")

    def defect_put(self, name, *lines):
        """A file with these lines."""
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        with (self.path / name).open("w", newline="") as file:
            file.write("".join(line + "\n" for line in lines))

    def defect_flip(self, which):
        """One byte in the middle of a file is another one."""
        path = self.package(which)
        content = bytearray(path.read_bytes())
        content[len(content) * 3 // 4] ^= 0x55
        path.write_bytes(content)

    def defect_short(self, which, size="2000"):
        os.truncate(self.package(which), int(size))

    def defect_agree(self, which):
        """XS-PACKAGES has the size and MD5 that the package has now."""
        path, name = self.listed_line(which)
        content = self.package(which).read_bytes()
        if not path.read_text().startswith("<"):
            self.edit(path, r"\d+ \w{32}(?= \w+ %s)" % name, "%d %s" % (len(content), hashlib.md5(content).hexdigest()))
            return
        self.edit(path, r'md5="\w*" size="\d*"(?=[^>]*>%s)' % name,
                  'md5="%s" size="%d"' % (hashlib.md5(content).hexdigest(), len(content)))

    def defect_drop(self, which):
        """The file is not there."""
        self.package(which).unlink()

    def defect_remove(self, name):
        (self.path / name).unlink()

    def defect_rename(self, which, new):
        """XS-PACKAGES names the file so; the file itself keeps its name."""
        path, name = self.listed_line(which)
        self.edit(path, "(?<=>)%s(?=<)" % name, new)

    def defect_twice(self, which):
        """A package is listed twice."""
        path, name = self.listed_line(which)
        line = next(line for line in path.read_text().splitlines(keepends=True) if re.search(name, line))
        self.edit(path, re.escape(line), line + line)

    def defect_packages(self, count, there=""):
        """So many packages are listed besides; they are there only with "there"."""
        if (self.path / "update.xml").exists():
            self.more_of_update(int(count))
            return
        lines, path = [], self.path / "XS-PACKAGES"
        xml = path.read_text().startswith("<")
        for number in range(int(count)):
            name, content = "%d" % number, b"firmware %d" % number
            if there:
                (self.path / name).write_bytes(content)
            fields = hashlib.md5(content).hexdigest(), len(content), name
            lines.append('<package label="l" md5="%s" size="%d" type="firmware">%s</package>\n' % fields if xml
                         else "l {1} {0} firmware {2}\n".format(*fields))
        if xml:
            self.edit(path, "</packages>", "".join(lines) + "</packages>")
        else:
            self.defect_append("XS-PACKAGES", "".join(lines).rstrip("\n"))

    def more_of_update(self, count):
        """The same in primary: update-megaraid-sas requires them all."""
        filler = "".join(
            '<package type="rpm"><name>p%d</name><arch>noarch</arch><version ver="1" rel="1"/><checksum type="sha256">'
            '%064x</checksum><size package="1"/><location href="Packages/%d"/><format><rpm:provides>'
            '<rpm:entry name="more"/></rpm:provides></format></package>\n' % (n, n, n) for n in range(count))
        self.defect_metadata("primary", "<rpm:requires>", '<rpm:requires><rpm:entry name="more"/>')
        self.defect_metadata("primary", "</metadata>", filler + "</metadata>", "agree")

    def defect_large(self, pattern, size="1048577"):
        """A file gets so many bytes by a comment at its end; a packed one by rubbish."""
        path = only(self.path, pattern)
        length = int(size) - path.stat().st_size
        with path.open("ab") as file:
            if path.suffix == ".gz":
                file.truncate(int(size))
            else:
                file.write(b"<!--%s-->" % (b" " * (length - 7)))

    def defect_edit(self, name, pattern, new=""):
        """What fits a pattern in a file is another text, the first time."""
        self.edit(self.path / name, pattern, new)

    def defect_metadata(self, which, old, new, agree=""):
        """A text (or what fits a pattern, after "re:") in primary or comps of the third generation, everywhere; with
        "agree" repomd.xml has the new sums."""
        for path in sorted((self.path / "repodata").glob("*-%s.xml*" % which)):
            packed = path.read_bytes()
            plain = gzip.decompress(packed) if path.suffix == ".gz" else packed
            pattern = old[3:] if old.startswith("re:") else re.escape(old)
            plain, found = re.subn(pattern.encode(), lambda _: new.encode(), plain)
            if not found:
                raise Mistake("%s does not hold %s" % (path.name, old))
            content = gzip.compress(plain, mtime=0) if path.suffix == ".gz" else plain
            path.write_bytes(content)
            if agree:
                self.edit(self.path / "repodata/repomd.xml",
                          r'<data type="[^"]*">(?:(?!</data>)[\s\S])*%s[\s\S]*?</data>' % re.escape(path.name),
                          '<data type="%s"><checksum type="sha256">%s</checksum><location href="repodata/%s"/></data>'
                          % ("primary" if which == "primary" else "group" if plain is content else "group_gz",
                             hashlib.sha256(content).hexdigest(), path.name))

    def defect_flip_listed(self, kind):
        """A byte of a file that repomd.xml lists is another one."""
        path = only(self.path / "repodata", "*-%s.xml.gz" % kind)
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 0x55
        path.write_bytes(content)

    def defect_drop_listed(self, kind):
        """A file that repomd.xml lists is not there."""
        only(self.path / "repodata", "*-%s.xml.gz" % kind).unlink()

    def defect_link(self, name, target):
        (self.path / name).unlink(missing_ok=True)
        (self.path / name).symlink_to(target)

    # --- wraps: what it is then in -------------------------------------------------------------

    def tree(self):
        """What is there as a directory: a file goes into one."""
        if self.path.is_dir():
            return self.path
        tree = self.next("tree")
        tree.mkdir()
        shutil.copyfile(self.path, tree / self.path.name)
        return tree

    def dated(self, tree):
        for path in [tree, *tree.rglob("*")]:
            os.utime(path, (DATE, DATE), follow_symlinks=False)
        return tree

    def wrap_dir(self):
        return self.tree()

    def wrap_alone(self):
        """The one file in the directory, by itself."""
        return only(self.path)

    def wrap_in(self, directory):
        """In a folder of a stick."""
        tree = self.next("tree")
        source = self.tree()
        shutil.copytree(source, tree / directory, symlinks=True)
        return tree

    def wrap_iso(self, kind="jr", label=LABEL, name="pack.iso"):
        """ISO 9660 with Joliet (j; short: its names have 64 characters), Rock Ridge (r), both, or neither (plain)."""
        options = {"jr": ["-J", "-joliet-long", "-r"], "j": ["-J", "-joliet-long"], "short": ["-J"], "r": ["-r"],
                   "plain": [], "plain2": ["-iso-level", "2"], "plain3": ["-iso-level", "3"]}[kind]
        image, tree = self.next(name), self.dated(self.tree())
        # The files lie in the order of their names, last one first; else in the order in which the directory was read.
        order = self.next("order")
        order.write_text("".join("%s %d\n" % (path, weight) for weight, path in enumerate(sorted(tree.rglob("*")))
                                 if path.is_file() and not re.search(r"[\s\\[*?]", str(path))))
        run("genisoimage", "-quiet", "-no-pad", "-input-charset", "utf-8", *options, "-V", label[:32],
            "-sort", order, "-o", image, tree)
        return image

    def wrap_beside(self, *names):
        """Checksum files next to the file: "iso.md5", "md5", "metadata.md5", … of it; NAME:wrong, or NAME:garbled."""
        (tree,), content = self.place.glob("1/tree"), self.path.read_bytes()
        metadata = [tree / name for name in ("XS-REPOSITORY", "XS-PACKAGES", "update.xml", "repodata/repomd.xml")]
        inside = b"".join(path.read_bytes() for path in metadata if path.exists())
        folder = self.tree()
        for name in names:
            name, _, how = name.partition(":")
            kind = hashlib.sha256 if name.endswith("sha256") else hashlib.md5
            of = inside if "metadata" in name else content
            digest = kind(b"another" if how == "wrong" else of).hexdigest()
            (folder / (self.path.stem + "." + name)).write_text("<html>\n" if how == "garbled" else digest + "  " + self.path.name + "\n")
        return folder

    def wrap_hybrid(self):
        """ISO 9660 that starts from a stick, too: with boot code and a partition table in its first blocks."""
        tree = self.tree()
        (tree / "boot").mkdir()
        (tree / "boot" / "bios.bin").write_bytes(b"\xfa\xf4" * 2048)
        (tree / "boot" / "efi.img").write_bytes(b"efi " * 16384)
        code = self.next("code")
        code.write_bytes(b"\x90" * 432)
        image = self.next("pack.iso")
        run("xorriso", "-as", "mkisofs", "-quiet", "-J", "-joliet-long", "-r", "-V", "INSTALLER", "-c", "boot/boot.cat",
            "-b", "boot/bios.bin", "-no-emul-boot", "-boot-load-size", "4", "-eltorito-alt-boot", "-e", "boot/efi.img",
            "-no-emul-boot", "-isohybrid-gpt-basdat", "-G", code, "-part_like_isohybrid", "-o", image, self.dated(tree))
        return image

    def wrap_table(self, kind):
        """ISO 9660 on a stick of which the first blocks hold a table that is not the ISO's own: "rubbish", or one of
        partitions that are "elsewhere", or the marks of another file system ("fat")."""
        content = bytearray(self.path.read_bytes())
        if kind == "rubbish":
            content[:32768] = hashlib.shake_128(b"rubbish").digest(32768)
        elif kind == "fat":
            content[3:11], content[54:62], content[82:90] = b"mkfs.fat", b"FAT16   ", b"FAT32   "
        else:
            for entry, start in ((446, 1), (462, 99999999)):
                content[entry:entry + 16] = struct.pack("<B3sB3sII", 0x80, b"\0\2\0", 0x0C, b"\xfe\xff\xff", start, 88888)
        content[510:512] = b"\x55\xaa"
        self.path.write_bytes(content)

    def wrap_rebuilt(self):
        """The pack put into an installer's ISO, which has a pack of its own, by rebuild-iso."""
        installer = Maker(self.shared, self.next("installer"), self.name).make("pack@packages.main=e100 > hybrid")
        image = self.next("installer.iso")
        run(TOP / "scripts/rebuild-iso", "--include", self.path, installer, image)
        return image

    def wrap_zip(self, kind="deflated", *names):
        """A zip, stored or deflated; with further files, as vendors put in sums and source code."""
        tree, image = self.tree(), self.next("pack.zip")
        with zipfile.ZipFile(image, "w") as archive:
            for path in sorted(tree.rglob("*")):
                if path.is_file():
                    entry = zipfile.ZipInfo(str(path.relative_to(tree)), (2023, 11, 14, 0, 0, 0))
                    entry.compress_type = zipfile.ZIP_STORED if kind == "stored" else zipfile.ZIP_DEFLATED
                    archive.writestr(entry, path.read_bytes())
            for name in names:
                archive.writestr(zipfile.ZipInfo(name, (2023, 11, 14, 0, 0, 0)), "x" * 3000)
        return image

    def wrap_tar(self, compression=""):
        """A tar, or tar.gz, tar.bz2, tar.xz."""
        tree, image = self.tree(), self.next("pack.tar" + ("." + compression if compression else ""))
        plain = io.BytesIO()
        with tarfile.open(fileobj=plain, mode="w") as archive:
            archive.add(self.dated(tree), ".")
        pack = {"": bytes, "gz": lambda data: gzip.compress(data, mtime=0), "bz2": bz2.compress, "xz": lzma.compress}
        image.write_bytes(pack[compression](plain.getvalue()))
        return image

    def wrap_again(self, part, name):
        """The zip or tar has one more file of this name, with what a file of build/parts has."""
        content = (PARTS / part).read_bytes()
        if self.path.suffix == ".zip":
            with warnings.catch_warnings(), zipfile.ZipFile(self.path, "a") as archive:
                warnings.simplefilter("ignore")  # that the name is there already
                archive.writestr(zipfile.ZipInfo(name, (2023, 11, 14, 0, 0, 0)), content)
        else:
            with tarfile.open(self.path, "a") as archive:
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))

    def wrap_cpio(self, compression="gz", form="newc", name="driver.dud"):
        """
        What mkdud writes: cpio of the files and links in it, or the old binary form; compressed or not.  form=absolute: names
        that begin with "/", and one that leads out of it.
        """
        plain = self.next("plain.cpio")
        tree = self.tree()
        names = sorted(str(path.relative_to(tree)) for path in [tree, *tree.rglob("*")])
        if form == "absolute":
            with open(plain, "wb") as to:
                archive = cpio.Archive(to, DATE)
                for each in names:
                    if (tree / each).is_file():
                        archive.entry("/" + each, 0o100644, (tree / each).read_bytes())
                archive.entry("../../linux/suse/x86_64-sles15/modules/out.ko", 0o100644, b"out")
                archive.finish()
        with open(plain, "ab") as to:
            subprocess.run(["true"] if form == "absolute" else ["cpio", "--quiet", "-o", "-H", form, "--owner=0:0"], cwd=tree, input="\n".join(names).encode(), stdout=to,
                           stderr=subprocess.DEVNULL, check=True)
        packed = self.next(name)
        with open(plain, "rb") as content, open(packed, "wb") as to:
            subprocess.run({"gz": ["gzip", "-9nc"], "xz": ["xz", "-c"], "none": ["cat"]}[compression], stdin=content, stdout=to, check=True)
        return packed

    def wrap_fat(self, *options):
        return self.medium("fat", options)

    def wrap_ext4(self, *options):
        return self.medium("ext4", options)

    def medium(self, kind, options):
        image = self.next("stick.img")
        run(TOP / "scripts/make-medium", "--kind", kind, *("--" + option for option in options), image, self.tree())
        return image

    def wrap_partition(self):
        """A classic partition table with what there is in its one partition."""
        image = self.next("stick.img")
        run(TOP / "scripts/make-medium", "--kind", "iso", "--partition", image, self.tree())
        return image

    def wrap_called(self, name):
        """Under another name."""
        path = self.next(name)
        if self.path.is_dir():
            shutil.copytree(self.path, path, symlinks=True)
        else:
            shutil.copyfile(self.path, path)
        return path

    def wrap_packed(self, how, name=None):
        """The image compressed as a whole by gzip, xz, bzip2 or zstd, as vendors give them away."""
        tool, end = {"gz": (["gzip", "-9nc"], ".gz"), "xz": (["xz", "-c"], ".xz"), "bz2": (["bzip2", "-c"], ".bz2"),
                     "zst": (["zstd", "-qc"], ".zst")}[how]
        packed = self.next(name or self.path.name + end)
        with open(self.path, "rb") as content, open(packed, "wb") as to:
            subprocess.run(tool, stdin=content, stdout=to, check=True)
        return packed

    def wrap_dictionary(self, beside=None):
        """An .xz file says that unpacking it takes a dictionary of 1.5 GiB, as anybody can write it; or one beside it does."""
        content = bytearray(self.path.read_bytes())
        size = (content[12] + 1) * 4
        place = content.index(b"\x21\x01", 13)
        content[place + 2] = 37
        content[12 + size - 4:12 + size] = struct.pack("<I", zlib.crc32(content[12:12 + size - 4]))
        if not beside:
            self.path.write_bytes(content)
            return None
        folder = self.tree()
        (folder / beside).write_bytes(content)
        return folder

    def wrap_cut(self, percent):
        """Only this much of it."""
        os.truncate(self.path, self.path.stat().st_size * int(percent) // 100)

    def wrap_spoil(self, percent):
        """A kilobyte at this place is other bytes."""
        content = bytearray(self.path.read_bytes())
        at = len(content) * int(percent) // 100
        content[at:at + 1024] = bytes(byte ^ 0xA5 for byte in content[at:at + 1024])
        self.path.write_bytes(content)

# SPDX-License-Identifier: GPL-2.0-or-later
"""The packages of a driver disk, and the ISO: what all its builders in scripts/ share.

Each package is checked by what it holds, with errors that name the file.
"""

import hashlib
import os
import re
import subprocess
import sys
import tarfile
import tempfile

VOLUME_ID_LENGTH = 32

MODULE_PATH = re.compile(r"/lib/modules/([^/]+)/.*\.ko(\.(gz|xz|bz2|zst))?")
# Where a driver RPM may put what is no module.
DRIVER_DATA = ("/lib/firmware/", "/etc/", "/usr/share/doc/", "/usr/share/licenses/")
RPM_MAGIC = b"\xed\xab\xee\xdb"
BZIP2_MAGIC = b"BZh"


class Failure(Exception):
    """Something in what was given that a person has to put right."""


def warn(text):
    print("%s: warning: %s" % (os.path.basename(sys.argv[0]), text), file=sys.stderr)


def run(command, **options):
    """Run a tool and give what it printed; its own words become the failure's."""
    try:
        return subprocess.run(command, check=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, **options).stdout
    except FileNotFoundError as error:
        raise Failure("%s is not installed" % command[0]) from error
    except subprocess.CalledProcessError as error:
        words = error.stderr.decode(errors="replace").strip()
        raise Failure("%s failed: %s" % (command[0], words or error.returncode)) from error


# --- packages -------------------------------------------------------------------------------


class Package:
    """One package of the pack, with what XS-PACKAGES says of it."""

    def __init__(self, path, scratch):
        self.path = path
        self.file_name = os.path.basename(path)
        self.provides = set()
        self.requires = set()
        self.data = []  # what a driver RPM has beside its modules
        try:
            with open(path, "rb") as source:
                content = source.read()
        except OSError as error:
            raise Failure("%s: %s" % (path, error.strerror)) from error
        self.attributes = {"md5": hashlib.md5(content).hexdigest(), "size": str(len(content))}
        if content.startswith(RPM_MAGIC):
            self.read_rpm(scratch)
        elif content.startswith(BZIP2_MAGIC):
            self.read_tar()
        else:
            raise Failure("%s: this is neither an RPM nor a .tar.bz2" % path)

    def read_tar(self):
        try:
            with tarfile.open(self.path, "r:bz2") as archive:
                archive.getmembers()
        except (tarfile.TarError, OSError, EOFError) as error:
            raise Failure("%s: not a whole .tar.bz2: %s" % (self.path, error)) from error
        label = re.sub(r"\.(tar\.bz2|tbz2|tbz)$", "", self.file_name)
        self.attributes.update(label=label, root="/", type="tbz2")

    def query(self, scratch, form):
        """Ask rpm about this file; its data base is kept out of the person's home."""
        environment = dict(os.environ, HOME=scratch, LC_ALL="C")
        try:
            return run(["rpm", "-qp", "--nosignature", "--qf", form, self.path],
                       env=environment).decode(errors="replace")
        except Failure as failure:
            raise Failure("%s: cannot be read as an RPM: %s" % (self.path, failure)) from failure

    def read_rpm(self, scratch):
        name, group = self.query(scratch, "%{NAME}\n%{GROUP}").split("\n")[:2]
        files = self.query(scratch, "[%{FILEMODES:perms} %{FILENAMES}\n]").splitlines()
        files = [line.split(" ", 1)[1] for line in files if not line.startswith("d")]
        self.provides = set(self.query(scratch, "[%{PROVIDES}\n]").split("\n")) | set(files)
        self.requires = set(self.query(scratch, "[%{REQUIRES}\n]").split("\n"))
        if group.endswith("/Kernel"):
            self.read_driver(scratch, name, files)
        else:
            self.read_other(name, group, files)

    def read_other(self, name, group, files):
        for path in files:
            if path.startswith("/lib/modules/"):
                raise Failure(
                    "%s: has %s, but its group is \"%s\"; a driver RPM's group must end in "
                    "\"/Kernel\", else no installer loads it" % (self.path, path, group))
            if path.startswith("/boot/vmlinu"):
                raise Failure("%s: has %s; a pack must not bring a kernel" % (self.path, path))
        self.attributes.update(label=name, type="rpm")

    def read_driver(self, scratch, name, files):
        kernels = sorted({match.group(1) for match in map(MODULE_PATH.fullmatch, files) if match})
        data = [path for path in files if not MODULE_PATH.fullmatch(path)]
        for path in data:
            if not path.startswith(DRIVER_DATA) and not path.endswith("EULA"):
                raise Failure("%s: has %s; a driver RPM holds modules below /lib/modules and "
                              "data below %s" % (self.path, path, ", ".join(DRIVER_DATA)))
        if len(kernels) > 1:
            raise Failure("%s: has modules for %s; a driver RPM is for one kernel"
                          % (self.path, " and ".join(kernels)))
        if not kernels:
            self.attributes.update(kernel="any", label=name, type="driver-rpm")
            return
        kernel = kernels[0]
        self.check_modules(scratch, kernel)
        self.data = data
        self.attributes.update(kernel=kernel, label=name, type="driver-rpm")

    def check_modules(self, scratch, kernel):
        """Hold every module's vermagic against the directory that it is in."""
        tree = tempfile.mkdtemp(dir=scratch)
        try:
            payload = run(["rpm2cpio", self.path])
            run(["cpio", "-i", "-d", "--quiet", "--no-absolute-filenames", "./lib/modules/*",
                 "lib/modules/*"], input=payload, cwd=tree)
        except Failure as failure:
            raise Failure("%s: cannot be unpacked: %s" % (self.path, failure)) from failure
        for directory, _, names in sorted(os.walk(os.path.join(tree, "lib", "modules"))):
            for name in sorted(names):
                path = os.path.join(directory, name)
                if not MODULE_PATH.fullmatch(path[len(tree):]):
                    continue
                environment = dict(os.environ, LC_ALL="C",
                                   PATH=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
                try:
                    words = run(["modinfo", "-F", "vermagic", path], env=environment)
                except Failure as failure:
                    raise Failure("%s: %s is no kernel module: %s"
                                  % (self.path, name, failure)) from failure
                built_for = (words.decode(errors="replace").split() or ["nothing"])[0]
                if built_for != kernel:
                    raise Failure("%s: %s is in the directory of kernel %s, but was built for %s"
                                  % (self.path, path[len(tree):], kernel, built_for))


def label_of_driver(package):
    """The driver's name within the RPM's, by whichever of the three rules fits."""
    name, kernel = package.attributes["label"], package.attributes["kernel"]
    old = re.fullmatch(r"(.*)-modules-([^-]*)-(.*)", name)
    if old and old.group(3) + old.group(2) == kernel:
        return old.group(1)
    for rest in ("-modules-" + kernel, "-" + kernel + "-modules"):
        if name.endswith(rest) and name != rest:
            return name[:-len(rest)]
    warn("%s: the name \"%s\" does not tell the kernel %s as DRIVER-modules-FLAVOUR-VERSION, "
         "DRIVER-modules-KERNEL or DRIVER-KERNEL-modules would; tools that go by the name "
         "will take it for another kernel's" % (package.path, name, kernel))
    return name


def make_iso(tree, iso, text, maker, date):
    """ISO 9660 with Joliet and Rock Ridge of a directory; the volume id is the text, cut."""
    environment = dict(os.environ, SOURCE_DATE_EPOCH=str(date), TZ="UTC", LC_ALL="C.UTF-8")
    run(["xorriso", "-as", "mkisofs", "-quiet", "-J", "-joliet-long", "-r",
         "-V", text[:VOLUME_ID_LENGTH], "-A", maker, "-o", iso, tree], env=environment)


def date_tree(tree, date):
    """Everything in a directory, and itself, gets one date and the modes of a disk."""
    for directory, _, names in os.walk(tree, topdown=False):
        for name in names:
            os.chmod(os.path.join(directory, name), 0o644)
            os.utime(os.path.join(directory, name), (date, date))
        os.chmod(directory, 0o755)
        os.utime(directory, (date, date))

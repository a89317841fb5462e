# SPDX-License-Identifier: GPL-2.0-or-later
"""Is what ddload leaves in /run/ddload/packs a repository that the product's installer can install from?

The disk is made as the product's own tools make it (tests/lib/xenserver_disk.py) and loaded on a made-up
kernel; the copy is then read as dnf reads a repository, by createrepo_c itself, and by gpgv.
"""

import gzip
import hashlib
import os
import pathlib
import subprocess
import sys
from xml.etree import ElementTree

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.append(str(TOP / "tests/lib"))
import xenserver_disk  # noqa: E402

FAKE = TOP / os.environ.get("BUILD", "build") / "native/asan/fake"
REPO = "{http://linux.duke.edu/metadata/repo}"
COMMON = "{http://linux.duke.edu/metadata/common}"
RPM = "{http://linux.duke.edu/metadata/rpm}"
KERNEL = """device address=0000:03:00.0 modalias=pci:v00001000d00000060sv00001000sd00001013bc01sc04i00 disks=sda
module name=scsi_mod tree=/lib/modules/scsi_mod.ko loaded
module name=megaraid_sas version=07.999.00.00-ddl1 srcversion=%s pack needs=scsi_mod binds=0000:03:00.0
"""


def expect(condition, words):
    if not condition:
        raise AssertionError(words)


def load(bench, disk):
    """What lies in packs/ after a load of the disk."""
    root = bench.fresh()
    for directory in ("sys/class/block", "run"):
        (root / directory).mkdir(parents=True)
    source = subprocess.run(["modinfo", "-F", "srcversion", bench.module], check=True, stdout=subprocess.PIPE, text=True).stdout
    (root / "fake-kernel").write_text(KERNEL % source.strip())
    done = subprocess.run([FAKE, "load", "--plain", "--product", "xs:main=8.2.1", "--root", root, disk.name], cwd=disk.parent,
                          stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
                          env=dict(os.environ, FAKE_RELEASE=bench.release))
    expect(done.returncode == 0, "status %d: %s" % (done.returncode, done.stderr))
    return root / "run/ddload/packs/megaraid-sas"


def tested(path, checksum, size):
    content = path.read_bytes()
    expect(checksum.get("type") == "sha256" and hashlib.sha256(content).hexdigest() == checksum.text, "%s: checksum" % path)
    expect(len(content) == size, "%s: size" % path)
    return content


def packages_of(copy):
    """As dnf reads it: every file of repomd.xml by its checksum, packed and open; the packages by name."""
    packages = {}
    for data in ElementTree.parse(copy / "repodata/repomd.xml").findall(REPO + "data"):
        path = copy / data.find(REPO + "location").get("href")
        expect(path.exists(), "repomd.xml lists %s, which is not there" % path.name)
        content = tested(path, data.find(REPO + "checksum"), int(data.findtext(REPO + "size")))
        opened = data.find(REPO + "open-checksum")
        if opened is not None:
            plain = gzip.decompress(content)
            expect(hashlib.sha256(plain).hexdigest() == opened.text, "%s: open checksum" % path.name)
        if data.get("type") == "primary":
            for package in ElementTree.fromstring(gzip.decompress(content)).findall(COMMON + "package"):
                packages[package.findtext(COMMON + "name")] = package
    return packages


def install(copy, targets):
    """The packages that an installation of the targets takes, each tested; the product has what is not among them."""
    packages, taken, missing = packages_of(copy), {}, set()
    while targets:
        name = targets.pop()
        if name in taken:
            continue
        if name not in packages:
            missing.add(name)
            continue
        taken[name] = package = packages[name]
        tested(copy / package.find(COMMON + "location").get("href"), package.find(COMMON + "checksum"),
               int(package.find(COMMON + "size").get("package")))
        targets += [entry.get("name") for entry in package.iterfind("%sformat/%srequires/%sentry" % (COMMON, RPM, RPM))]
    return set(taken), missing


def test_handoff_of_the_products_own_disk(bench):
    scratch = bench.fresh() / "scratch"
    disk = xenserver_disk.build_update(bench.fresh() / "disk", scratch, [bench.driver], signed=True,
                                       base_requires="product-version = 8.2.1")
    copy = load(bench, disk)
    update = ElementTree.parse(copy / "update.xml").getroot()
    taken, missing = install(copy, [update.get("control"), "update-" + update.get("name-label")])
    expect(taken == {"control-megaraid-sas", "update-megaraid-sas", "megaraid_sas-modules-" + bench.release}, taken)
    expect({name for name in missing if not name.startswith(("/", "rpmlib("))} == {"product-version"}, missing)
    names = {path.relative_to(disk) for path in disk.rglob("*") if path.is_file()}
    expect(names == {path.relative_to(copy) for path in copy.rglob("*") if path.is_file()}, names)
    ring = bench.fresh() / "ring.gpg"
    xenserver_disk.run(scratch, "gpg", "--batch", "--output", ring, "--dearmor", copy / update.get("key"))
    for name in ("update.xml", "repodata/repomd.xml"):
        xenserver_disk.run(scratch, "gpgv", "--quiet", "--keyring", ring, copy / (name + ".asc"), copy / name)
    # reads all that repomd.xml lists, and makes its data bases anew of it
    xenserver_disk.run(scratch, "sqliterepo_c", "--force", copy)


def test_handoff_of_our_own_disk(bench):
    disk = TOP / os.environ.get("BUILD", "build") / "parts/updates/signed/megaraid-sas"
    copy = load(bench, disk)
    taken, _ = install(copy, ["update-megaraid-sas"])
    expect(taken == {"update-megaraid-sas", "megaraid_sas-modules-" + bench.release, "megaraid_sas-data"}, taken)

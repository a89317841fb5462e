# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes driver disks as the tools of XenServer and XCP-ng write them, not as ours do.

`build_update` is a disk of the third generation as XenServer's build-update makes it, and with the groups
of XCP-ng's create-driver-disk: a document type before the groups, the product's requirement in a package
control-LABEL of its own, every file that createrepo makes, update.xml and all else signed.
"""

import os
import shutil
import subprocess
from pathlib import Path

DATE = "1700000000"
UUID = "6854ab19-f807-4444-b94f-3ce7d64efe50"
KEY_NAME = "RPM-GPG-KEY-DDK-Test"
DOCTYPE = '<!DOCTYPE comps PUBLIC "-//Red Hat, Inc.//DTD Comps info//EN" "comps.dtd">\n'
GROUP = """  <group>
   <id>%s</id>
   <default>False</default>
   <uservisible>%s</uservisible>
   <name>%s</name>
   <description></description>
    <packagelist>
      <packagereq type="mandatory">update-%s</packagereq>
    </packagelist>
  </group>
"""


def run(scratch, *command, **options):
    """A tool that may keep its things in `scratch`, with the dates that all have here."""
    environment = dict(os.environ, HOME=str(scratch), GNUPGHOME=str(scratch / "keys"), LC_ALL="C.UTF-8", TZ="UTC",
                       SOURCE_DATE_EPOCH=DATE)
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment,
                          check=False, **options)
    if done.returncode:
        raise RuntimeError("%s: %s" % (command[0], done.stderr.decode(errors="replace").strip()))
    return done.stdout.decode()


def make_key(scratch):
    """A key of our own, and its public half; `end_agent` when all is signed."""
    (scratch / "keys").mkdir(mode=0o700)
    run(scratch, "gpg", "--batch", "--quiet", "--passphrase", "", "--quick-gen-key", "DDK Test <ddk@acme.example>", "rsa2048",
        "sign", "never")
    return run(scratch, "gpg", "--batch", "--armor", "--export")


def end_agent(scratch):
    run(scratch, "gpgconf", "--kill", "all")


def sign(scratch, path):
    run(scratch, "gpg", "--batch", "--yes", "--armor", "--detach-sign", path)


def empty_rpm(scratch, name, version, requires, to):
    """A package without files: update-LABEL, control-LABEL."""
    spec = scratch / (name + ".spec")
    spec.write_text("Name: %s\nVersion: %s\nRelease: 1\nSummary: %s\nLicense: GPLv2\nBuildArch: noarch\n%s"
                    "\n%%description\n%s\n\n%%files\n" % (name, version, name, "".join("Requires: %s\n" % each for each in requires),
                                                         name))
    defines = {"_topdir": scratch / "top", "_rpmdir": to, "_dbpath": scratch / "db", "_buildhost": "ddk",
               "use_source_date_epoch_as_buildtime": "1", "_build_name_fmt": "%%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm"}
    run(scratch, "rpmbuild", "-bb", "--quiet", *(word for pair in defines.items() for word in ("--define", "%s %s" % pair)), spec)


def update_text(label, version, description, attributes):
    attributes = {"installation-size": "12345", "name-label": label, "uuid": UUID, "version": version, **attributes}
    return "  <update%s>\n    <name-description>%s</name-description>\n  </update>\n" % (
        "".join(' %s="%s"' % pair for pair in sorted(attributes.items())), description)


def build_update(to, scratch, rpms, *, label="megaraid-sas", version="1.0", description="A driver", base_requires=None, signed=False,
                 groups=("update", "drivers"), visible=("drivers",), compression="gz"):
    """The disk's tree in `to`. `groups`: ids in comps; `visible`: those that a person is offered."""
    scratch.mkdir(parents=True)
    packages = to / "Packages"
    packages.mkdir(parents=True)
    key = make_key(scratch) if signed else None
    attributes = {"key": KEY_NAME} if signed else {}
    for path in rpms:
        shutil.copy(path, packages)
    if base_requires:
        empty_rpm(scratch, "control-" + label, version, [base_requires], packages)
        attributes["control"] = "control-" + label
    names = [run(scratch, "rpm", "-qp", "--nosignature", "--qf", "%{NAME} >= %{VERSION}-%{RELEASE}", path) for path in rpms]
    empty_rpm(scratch, "update-" + label, version, names, packages)
    (to / "update.xml").write_text(update_text(label, version, description, attributes))
    if signed:
        (to / KEY_NAME).write_text(key)
        sign(scratch, to / "update.xml")
        run(scratch, "rpmsign", "--define", "_gpg_name DDK Test", "--define", "__gpg " + shutil.which("gpg"), "--rpmv3", "--addsign",
            *sorted(packages.glob("*.rpm")))
    comps = scratch / "groups-drivers.xml"
    comps.write_text(DOCTYPE + "<comps>\n" + "".join(GROUP % (group, group in visible, group, label) for group in groups) +
                     "</comps>\n")
    for path in [comps, *to.rglob("*")]:
        os.utime(path, (int(DATE), int(DATE)))
    run(scratch, "createrepo_c", "--quiet", "--workers=1", "--revision=" + DATE, "--set-timestamp-to-revision", "--database",
        "--general-compress-type=" + compression, "--groupfile", comps, to)
    if signed:
        sign(scratch, to / "repodata/repomd.xml")
        end_agent(scratch)
    return to

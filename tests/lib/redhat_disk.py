# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes driver update disks as Red Hat's ddiskit and ELRepo write them, not as ours does.

`kmod` is an RPM as kmodtool's templates make it: NAME and VERSION of the driver, a release with the distribution's
name in it, the module below /lib/modules/KERNEL/extra, a depmod.d file that lets it win, a `kernel-modules` provide
and what %post runs; `build_disk` the tree of a disk: rhdd3, rpms/ARCH, repodata by createrepo_c, a source RPM.
"""

import os
import shutil
import subprocess

DATE = "1700000000"
SPEC = """Name: %(name)s
Version: %(version)s
Release: %(release)s
Summary: %(summary)s
Group: System Environment/Kernel
License: GPLv2
URL: http://www.kernel.org/
%(arch)s
AutoReqProv: no
%(provides)s

%%description
This package provides the %(name)s kernel module(s).

%%install
mkdir -p %%{buildroot}
cp -a %(tree)s/. %%{buildroot}/

%%post
if [ -e "/boot/System.map-%(kernel)s" ]; then
	/usr/sbin/depmod -aeF "/boot/System.map-%(kernel)s" "%(kernel)s" > /dev/null || :
fi
modules=( $(find /lib/modules/%(kernel)s/extra | grep '\\.ko$') )
if [ -x "/sbin/weak-modules" ]; then
	printf '%%s\\n' "${modules[@]}" | /sbin/weak-modules --add-modules
fi

%%files
%%defattr(644,root,root,755)
%(files)s
"""


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=dict(os.environ, LC_ALL="C.UTF-8", TZ="UTC", SOURCE_DATE_EPOCH=DATE, **options), check=False)
    if done.returncode:
        raise RuntimeError("%s: %s" % (command[0], done.stdout.decode(errors="replace").strip()))


def rpm(to, scratch, name, files, *, version="1.0", release="1.el8", provides=(), arch="x86_64", summary="", kernel="", payload="w6.xzdio"):
    """An RPM of {path in it: bytes, or what a link leads to}; `provides` are its capabilities. Its path."""
    scratch.mkdir(parents=True)
    tree = scratch / "tree"
    for path, content in files.items():
        target = tree / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            target.symlink_to(content)
        else:
            target.write_bytes(content)
    spec = scratch / (name + ".spec")
    spec.write_text(SPEC % {
        "name": name, "version": version, "release": release, "summary": summary or name + " kernel module(s)", "kernel": kernel,
        "arch": "BuildArch: noarch" if arch == "noarch" else "", "tree": tree, "files": "\n".join(files),
        "provides": "\n".join("Provides: " + each for each in provides)})
    defines = {"_topdir": scratch / "top", "_rpmdir": to, "_dbpath": scratch / "db", "_buildhost": "ddiskit",
               "use_source_date_epoch_as_buildtime": "1", "_binary_payload": payload, "__os_install_post": "%{nil}",
               "debug_package": "%{nil}", "_build_id_links": "none", "_build_name_fmt": "%%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm"}
    target = () if arch == "noarch" else ("--target", arch + "-linux")
    run("rpmbuild", "-bb", "--quiet", *target, *(word for pair in defines.items() for word in ("--define", "%s %s" % pair)), spec,
        HOME=str(scratch))
    shutil.rmtree(scratch)
    return to / ("%s-%s-%s.%s.rpm" % (name, version, release, arch))


def kmod(to, scratch, module, kernel, provides, *, name="kmod-megaraid_sas", driver="megaraid_sas", root="/lib/modules", suffix=".ko",
         **options):
    """The driver's RPM; `root`: where modules lie (newer ones: /usr/lib/modules)."""
    files = {"%s/%s/extra/%s/%s%s" % (root, kernel, driver, driver, suffix): module,
             "/etc/depmod.d/%s.conf" % driver: ("override %s %s weak-updates/%s\n" % (driver, kernel, driver)).encode()}
    return rpm(to, scratch, name, files, provides=provides, kernel=kernel, **options)


def build_disk(to, rpms, *, text="Driver Update Disk version 3\n", repodata=True, arch="x86_64", options=()):
    """The tree of a disk with these RPMs."""
    folder = to / "rpms" / arch
    folder.mkdir(parents=True, exist_ok=True)
    for path in rpms:
        shutil.copy(path, folder)
    if text is not None:
        (to / "rhdd3").write_text(text)
    if repodata:
        run("createrepo_c", "--quiet", "--no-database", "--set-timestamp-to-revision", "--revision", DATE, *options, folder)
    (to / "src").mkdir(exist_ok=True)

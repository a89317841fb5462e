# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of scripts/build-driver-disk, and of the worked example in scripts/example: that each disk keeps its family's rules, by
other tools than ours where there are such, and that ddload takes it.

Run by tests/packs/run, which gives each test its Bench.
"""

import gzip
import json
import os
import pathlib
import shutil
import subprocess

from together import builder, content_of, expect, names_on, refuses, volume_id

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = TOP / os.environ.get("BUILD", "build")
PROGRAM = BUILD / "native/asan/ddload"
UUID = "5f0c1f6e-7a51-4b7f-9d64-0f8a3d1c2b9e"


def disk(bench, family, *inputs, output=None, name="megaraid-sas", **options):
    output = output or bench.fresh()
    words = [word for key, value in options.items() if key != "more" for word in ("--" + key, value)]
    more = ["--", *options["more"]] if "more" in options else []
    return output, builder("build-driver-disk", "--family", family, "--name", name, "--version", "7.999", "--description",
                           "MegaRAID SAS driver", "--output", output, *words, *inputs, *more)


def made(bench, family, *inputs, **options):
    output, result = disk(bench, family, *inputs, **options)
    expect(result.returncode == 0, result.stderr)
    return [pathlib.Path(line) for line in result.stdout.splitlines()], output


def firmware(bench):
    path = bench.fresh() / "fw.bin"
    path.write_bytes(b"firmware")
    return "%s:/lib/firmware/megaraid_sas/fw.bin" % path


def the_pack(bench, path):
    """The one pack that ddload finds on it."""
    done = subprocess.run([PROGRAM, "list", "--json", "--kernel", bench.release, path], stdout=subprocess.PIPE, text=True, check=True)
    packs = [pack for medium in json.loads(done.stdout)["media"] for pack in medium["packs"]]
    expect(len(packs) == 1, packs)
    return packs[0]


def drivers_of(pack):
    return sorted(module["name"] for package in pack["packages"] for module in package["modules"])


def taken_apart(bench, path, words):
    tree = bench.fresh()
    content = path.read_bytes()
    subprocess.run(words, cwd=tree, input=gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content, check=True)
    return tree


def test_family_redhat(bench):
    (iso,), _ = made(bench, "redhat", bench.module, firmware(bench))
    expect(volume_id(iso) == "OEMDRV", volume_id(iso))
    names = names_on(iso)
    (rpm,) = [name for name in names if name.endswith(".rpm")]
    expect("/rhdd3" in names and rpm.startswith("/rpms/x86_64/kmod-megaraid-sas-7.999-") and "/rpms/x86_64/repodata/repomd.xml" in names, names)
    expect(content_of(iso, "/rhdd3") == b"MegaRAID SAS driver\n", "rhdd3")
    copy = bench.fresh() / "a.rpm"
    copy.write_bytes(content_of(iso, rpm))
    said = subprocess.run(["rpm", "-qp", "--provides", "--list", copy], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    expect("kernel-modules >= 6.1.0" in said, said)
    expect("/lib/modules/%s/extra/megaraid-sas/megaraid_sas.ko" % bench.release in said and "/etc/depmod.d/megaraid-sas.conf" in said, said)
    pack = the_pack(bench, iso)
    expect((pack["family"], pack["identifier"], drivers_of(pack)) == ("redhat", "kmod-megaraid-sas", ["megaraid_sas"]), pack)


def test_family_redhat_two_dashes_only_are_cut(bench):
    scope = {}
    text = (TOP / "scripts/build-driver-disk").read_text()
    exec(text[text.index("def kernel_modules"):text.index("def make_rpm")], scope)
    for kernel, wanted in (("5.14.0-503.el9.x86_64", "kernel-modules = 5.14.0-503.el9.x86_64"), ("4.19.0+1", "kernel-modules = 4.19.0+1"),
                           ("6.1.0-56-amd64", "kernel-modules >= 6.1.0")):
        expect(scope["kernel_modules"](kernel) == wanted, kernel)


def test_family_redhat_refuses_what_would_be_passed_over(bench):
    output, result = disk(bench, "redhat", bench.driver)
    refuses(result, output / "megaraid-sas.iso", bench.driver.name, "kernel-modules")


def test_family_suse(bench):
    (dud,), _ = made(bench, "suse", bench.module, firmware(bench), dist="leap15.6")
    tree = taken_apart(bench, dud, ["cpio", "-idm", "--quiet"]) / "linux/suse/x86_64-leap15.6"
    expect((tree / "modules/module.order").read_text() == "megaraid_sas\n", "module.order")
    expect((tree / "modules/megaraid_sas.ko").read_bytes() == bench.module.read_bytes(), "the module")
    expect((tree / "inst-sys/lib/firmware/megaraid_sas/fw.bin").read_bytes() == b"firmware", "the firmware")
    config = dict(line.split(":\t") for line in (tree / "dud.config").read_text().splitlines())
    expect(len(config["UpdateID"]) == 16 and config["UpdateName"] == "MegaRAID SAS driver 7.999", config)
    (rpm,) = (tree / "install").iterdir()
    expect(rpm.name.startswith("megaraid-sas-kmp-default-7.999-"), rpm)
    pack = the_pack(bench, dud)
    expect((pack["family"], pack["identifier"], pack["description"]) == ("suse", config["UpdateID"], "MegaRAID SAS driver 7.999"), pack)


def test_family_suse_from_an_rpm(bench):
    (dud,), _ = made(bench, "suse", bench.driver)
    pack = the_pack(bench, dud)
    expect(drivers_of(pack) == ["megaraid_sas", "megaraid_sas"], pack["packages"])


def test_family_suse_one_kernel(bench):
    output, result = disk(bench, "suse", bench.driver, bench.twin)
    refuses(result, output / "megaraid-sas.dud", "megaraid_sas.ko", "one for each kernel")


def test_family_debian(bench):
    (image,), _ = made(bench, "debian", bench.module, firmware(bench), codename="bookworm")
    part = "%s@@1M" % image
    environment = dict(os.environ, MTOOLS_SKIP_CHECK="1")
    label = subprocess.run(["mlabel", "-s", "-i", part, "::"], stdout=subprocess.PIPE, text=True, check=True, env=environment).stdout
    expect("OEMDRV" in label, label)
    place = bench.fresh()
    subprocess.run(["mcopy", "-i", part, "::/debian-drivers/bookworm/*", place], check=True, env=environment)
    (deb,) = place.iterdir()
    name = "megaraid-sas-modules-" + bench.release
    expect(deb.name == name + "_7.999-1_amd64.deb", deb)
    fields = subprocess.run(["dpkg-deb", "-f", deb, "Package", "Version", "Architecture"], stdout=subprocess.PIPE, text=True, check=True).stdout
    expect(fields == "Package: %s\nVersion: 7.999-1\nArchitecture: amd64\n" % name, fields)
    listed = subprocess.run(["dpkg-deb", "-c", deb], stdout=subprocess.PIPE, text=True, check=True).stdout
    expect("./lib/modules/%s/updates/megaraid_sas.ko" % bench.release in listed and "./lib/firmware/megaraid_sas/fw.bin" in listed, listed)
    expect(all(" root/root " in line for line in listed.splitlines()), listed)
    pack = the_pack(bench, deb)
    expect((pack["identifier"], drivers_of(pack)) == (deb.name, ["megaraid_sas"]), pack)


def test_family_debian_takes_debs(bench):
    (image,), place = made(bench, "debian", bench.module)
    subprocess.run(["mcopy", "-i", "%s@@1M" % image, "::/debian-drivers/*.deb", place], check=True, env=dict(os.environ, MTOOLS_SKIP_CHECK="1"))
    (deb,) = place.glob("*.deb")
    (again,), _ = made(bench, "debian", deb)
    expect(again.read_bytes() == image.read_bytes(), "the same package gives another disk")
    output, result = disk(bench, "redhat", deb)
    refuses(result, output / "megaraid-sas.iso", deb.name, "RPMs and modules")


def test_family_xenserver(bench):
    files, _ = made(bench, "xenserver", bench.module, more=("--uuid", UUID))
    expect([path.name for path in files] == ["megaraid-sas.iso", "megaraid-sas.iso.sha256"], files)
    expect(the_pack(bench, files[0])["family"] == "xenserver-update", files)
    files, _ = made(bench, "xenserver-xml", bench.module, more=("--vendor-code", "acme", "--vendor-name", "Acme"))
    pack = the_pack(bench, files[0])
    expect((pack["family"], pack["identifier"]) == ("xenserver-xml", "acme:megaraid-sas"), pack)


def test_family_same_bytes(bench):
    for family in ("redhat", "suse", "debian"):
        (first,), _ = made(bench, family, bench.module, firmware(bench))
        (second,), _ = made(bench, family, bench.module, firmware(bench))
        expect(first.read_bytes() == second.read_bytes(), family)


def test_family_refuses(bench):
    text = bench.fresh() / "text.ko"
    text.write_text("no module\n")
    for inputs, options, words in (((text,), {}, ("no kernel module",)), ((bench.fresh() / "x.txt",), {}, ("x.txt",)),
                                   ((firmware(bench),), {}, ("none is given",)), ((bench.module,), {"dist": "../x"}, ("--dist",)),
                                   ((bench.module,), {"name": "A b"}, ("--name",)), ((bench.module,), {"more": ("--key", "x")}, ("--key",))):
        output, result = disk(bench, "suse", *inputs, **options)
        refuses(result, output / "megaraid-sas.dud", *words)
        expect(not list(output.iterdir()), "something was left behind")


def test_family_worked_example(bench):
    """One make: source, module, packages, a disk of each family; each is the one pack of its driver."""
    out = bench.fresh()
    environment = {key: value for key, value in os.environ.items() if key not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    done = subprocess.run(["make", "-s", "-C", TOP / "scripts/example", "HEADERS=%s" % (BUILD / "parts/headers"), "OUT=%s" % out],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment, check=False)
    expect(done.returncode == 0, done.stdout)
    deb = out / "deb"
    deb.mkdir()
    subprocess.run(["mcopy", "-i", "%s@@1M" % (out / "debian/acme-demo.img"), "::/debian-drivers/*", deb], check=True,
                   env=dict(os.environ, MTOOLS_SKIP_CHECK="1"))
    disks = {"redhat": out / "redhat/acme-demo.iso", "suse": out / "suse/acme-demo.dud", "bare": next(deb.iterdir()),
             "xenserver-update": out / "xenserver/acme-demo.iso", "xenserver-xml": out / "xenserver-xml/acme-demo.iso"}
    for family, path in disks.items():
        pack = the_pack(bench, path)
        expect(pack["family"] == family and set(drivers_of(pack)) == {"acme_demo"}, pack)
    shutil.rmtree(out)

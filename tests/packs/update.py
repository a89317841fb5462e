# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of scripts/build-update: what it writes and signs, and what it refuses.

Run by tests/packs/run, which gives each test its Bench. The key is made here, below the
bench's directory; its agent is ended when the directory goes.
"""

import gzip
import hashlib
import os
import pathlib
import subprocess
from xml.etree import ElementTree

BUILDER = pathlib.Path(__file__).resolve().parent.parent.parent / "scripts" / "build-update"
UUID = "3f5cbd4e-35c3-4e1d-8b3b-5a6b3cbe3a6e"
DATE = "1700000000"
REPO = "{http://linux.duke.edu/metadata/repo}"
COMMON = "{http://linux.duke.edu/metadata/common}"
RPM = "{http://linux.duke.edu/metadata/rpm}"
LABEL = "megaraid-sas"
META = "update-megaraid-sas-1.0-1.noarch.rpm"


def expect(condition, words):
    if not condition:
        raise AssertionError(words)


def build(bench, *packages, drop=(), **changes):
    """Run the builder with good options, changed as told; its result and directory."""
    out = bench.fresh()
    options = {"uuid": UUID, "label": LABEL, "version": "1.0", "description": "A \"driver\" & more",
               "output": str(out / "update.iso"), "tree": str(out / "tree")}
    options.update({key.replace("_", "-"): value for key, value in changes.items()})
    words = ["--%s=%s" % (key, value) for key, value in options.items() if key not in drop]
    done = subprocess.run([BUILDER, *words, *packages], stdout=subprocess.PIPE, check=False,
                          stderr=subprocess.PIPE, text=True,
                          env=dict(os.environ, SOURCE_DATE_EPOCH=DATE, GNUPGHOME=str(keys(bench))))
    return done, out


def good(result):
    done, out = result
    expect(done.returncode == 0, "status %d: %s" % (done.returncode, done.stderr))
    return out


def refused(result, *words, status=1):
    done, out = result
    expect(done.returncode == status, "status %d: %s" % (done.returncode, done.stderr))
    for word in words:
        expect(str(word) in done.stderr, "does not say %r: %s" % (str(word), done.stderr))
    expect("Traceback" not in done.stderr, done.stderr)
    expect(not list(out.iterdir()), "something was left in the output directory")


def gpg(bench, *words):
    return subprocess.run(["gpg", "--batch", "--quiet", *words], check=True, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=dict(os.environ, GNUPGHOME=str(keys(bench)))).stdout


def keys(bench):
    """The bench's GNUPGHOME with the key of "Acme Updates" in it."""
    if not hasattr(bench, "keys"):
        bench.keys = bench.fresh()
        bench.keys.chmod(0o700)
        gpg(bench, "--passphrase", "", "--quick-gen-key", "Acme Updates <u@acme.example>",
            "rsa2048", "sign", "never")
    return bench.keys


def end_agent(bench):
    """gpg leaves its agent running."""
    if hasattr(bench, "keys"):
        subprocess.run(["gpgconf", "--kill", "all"], check=False,
                       env=dict(os.environ, GNUPGHOME=str(bench.keys)))


def part(tree, kind):
    """A file of repodata, by its type, held against the checksum in repomd.xml."""
    data = ElementTree.parse(tree / "repodata" / "repomd.xml").find(
        "%sdata[@type='%s']" % (REPO, kind))
    content = (tree / data.find(REPO + "location").get("href")).read_bytes()
    expect(hashlib.sha256(content).hexdigest() == data.findtext(REPO + "checksum"), kind)
    return gzip.decompress(content) if kind == "primary" else content


def test_update_layout(bench):
    out = good(build(bench, bench.driver, bench.data))
    tree = out / "tree"
    expect((tree / "update.xml").read_text() == (
        '<update installation-size="%d" name-label="megaraid-sas" uuid="%s" version="1.0">\n'
        '  <name-description>A "driver" &amp; more</name-description>\n</update>\n'
        % (bench.driver.stat().st_size + bench.data.stat().st_size, UUID)),
        (tree / "update.xml").read_text())
    names = sorted(path.name for path in (tree / "Packages").iterdir())
    expect(names == sorted([bench.driver.name, bench.data.name, META]), names)
    expect(sorted(path.name for path in tree.iterdir()) == ["Packages", "repodata", "update.xml"],
           list(tree.iterdir()))
    expect(not (tree / "repodata" / "repomd.xml.asc").exists(), "signed without a key")
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "update.iso.sha256"], cwd=out,
                   check=True)


def test_update_primary_and_group(bench):
    tree = good(build(bench, bench.driver, bench.data,
                      base_requires="product-version = 8.2.0, kernel")) / "tree"
    primary = ElementTree.fromstring(part(tree, "primary"))
    packages = {each.find(COMMON + "location").get("href"): each
                for each in primary.iter(COMMON + "package")}
    driver = packages["Packages/" + bench.driver.name]
    expect(driver.findtext(COMMON + "checksum") ==
           hashlib.sha256(bench.driver.read_bytes()).hexdigest(), "the driver's checksum")
    meta = packages["Packages/" + META]
    needs = {(each.get("name"), each.get("flags")) for each in meta.iter(RPM + "entry")}
    for need in (("megaraid_sas-modules-" + bench.release, "EQ"), ("megaraid_sas-data", "EQ"),
                 ("product-version", "EQ"), ("kernel", None)):
        expect(need in needs, "%s is not among %s" % (need, needs))
    comps = ElementTree.fromstring(part(tree, "group"))
    expect([(group.findtext("id"), [each.text for each in group.iter("packagereq")])
            for group in comps.iter("group")] == [("drivers", ["update-megaraid-sas"])],
           ElementTree.tostring(comps))


def test_update_groupfile(bench):
    comps = bench.fresh() / "groups.xml"
    comps.write_text("<comps><group><id>drivers</id><packagelist><packagereq>other</packagereq>"
                     "</packagelist></group></comps>")
    tree = good(build(bench, bench.driver, groupfile=comps)) / "tree"
    expect(part(tree, "group") == comps.read_bytes(), "not the group file that was given")
    comps.write_text("<comps>")
    refused(build(bench, bench.driver, groupfile=comps), comps, "not well-formed")
    refused(build(bench, bench.driver, groupfile=comps.parent / "none"), "none")


def test_update_without_driver_has_no_group(bench):
    other = bench.rpm("acme-tools", (b"x", "/opt/acme/tool"), group="Applications/System")
    tree = good(build(bench, other)) / "tree"
    expect("comps" not in (tree / "repodata" / "repomd.xml").read_text(), "a group of no drivers")


def test_update_same_bytes_twice(bench):
    first, second = (good(build(bench, bench.driver, bench.data)) for _ in range(2))
    expect((first / "update.iso").read_bytes() == (second / "update.iso").read_bytes(), "differ")


def test_update_iso(bench):
    out = good(build(bench, bench.driver))
    for option in ("-J", "-R"):
        names = subprocess.run(["isoinfo", option, "-f", "-i", out / "update.iso"], check=True,
                               stdout=subprocess.PIPE, text=True).stdout.split()
        for name in ("/update.xml", "/repodata/repomd.xml", "/Packages/" + META):
            expect(name in names, "%s: %s" % (option, names))
    with open(out / "update.iso", "rb") as source:
        source.seek(16 * 2048 + 40)
        expect(source.read(32).rstrip() == LABEL.encode(), "the volume id")


def test_update_signed(bench):
    given = bench.driver.read_bytes()
    tree = good(build(bench, bench.driver, key="Acme Updates")) / "tree"
    expect(bench.driver.read_bytes() == given, "the file that was given was changed")
    key = tree / ("RPM-GPG-KEY-" + LABEL)
    expect('key="%s"' % key.name in (tree / "update.xml").read_text(), "update.xml: key")
    ring = bench.fresh() / "ring.gpg"
    gpg(bench, "--output", str(ring), "--dearmor", str(key))
    for name in ("repodata/repomd.xml", "update.xml"):
        subprocess.run(["gpgv", "--quiet", "--keyring", ring, tree / (name + ".asc"), tree / name], check=True,
                       stderr=subprocess.PIPE)
    data = bench.fresh()
    subprocess.run(["rpm", "--dbpath", data, "--import", key], check=True)
    for path in (tree / "Packages").iterdir():
        said = subprocess.run(["rpm", "--dbpath", data, "-Kv", path], check=True, text=True,
                              stdout=subprocess.PIPE).stdout
        expect(sum("RSA" in line and line.endswith("OK") for line in said.splitlines()) == 2, said)


def test_update_keyfile(bench):
    path = bench.fresh() / "RPM-GPG-KEY-Acme"
    path.write_text(gpg(bench, "--armor", "--export", "Acme Updates") if keys(bench) else "")
    tree = good(build(bench, bench.driver, key="Acme Updates", keyfile=path)) / "tree"
    expect((tree / path.name).read_bytes() == path.read_bytes(), "not the key file that was given")
    refused(build(bench, bench.driver, keyfile=path), "--keyfile")
    refused(build(bench, bench.driver, key="Nobody"), "Nobody")


def test_update_option_rules(bench):
    for option in ("uuid", "label", "version", "description", "output"):
        refused(build(bench, bench.driver, drop=(option, "tree")), "--" + option, status=2)
    for option, values in (("uuid", ("", "x", UUID[:-1])), ("label", ("", "a b", "../up", ".x")),
                           ("version", ("", "1-2", "1 0")), ("description", ("", "two\nlines")),
                           ("base_requires", ("a b", "a = ", "%{lua:x} y"))):
        for value in values:
            refused(build(bench, bench.driver, **{option: value}), "--" + option.replace("_", "-"))
    refused(build(bench), "RPM", status=2)


def test_update_warns_of_names(bench):
    module = (bench.module, "/lib/modules/%s/updates/megaraid_sas.ko" % bench.release)
    for name, fits in (("megaraid_sas-modules-" + bench.release, True), ("megaraid_sas", False)):
        done, out = build(bench, bench.rpm(name, module))
        good((done, out))
        expect(("warning" in done.stderr) != fits, "%s: %s" % (name, done.stderr))


def test_update_checks_packages(bench):
    wrong = bench.rpm("megaraid_sas-modules-6.1.0-99-amd64",
                      (bench.module, "/lib/modules/6.1.0-99-amd64/extra/megaraid_sas.ko"))
    refused(build(bench, wrong), wrong, "6.1.0-99-amd64", bench.release)
    tar = bench.fresh() / "docs.tar.bz2"
    subprocess.run(["tar", "-C", BUILDER.parent, "-cjf", tar, "lib.sh"], check=True)
    refused(build(bench, tar), tar)
    text = bench.fresh() / "text.rpm"
    text.write_text("no RPM")
    refused(build(bench, text), text)
    same = bench.fresh() / bench.driver.name
    same.write_bytes(bench.driver.read_bytes())
    refused(build(bench, bench.driver, same), same)

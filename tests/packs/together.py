# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of the builders that put finished packs together: combine-supplemental-packs, rebuild-iso.

Run by tests/packs/run, which gives each test its Bench.
"""

import hashlib
import os
import pathlib
import select
import shutil
import subprocess
import time

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = TOP / os.environ.get("BUILD", "build")
PARTS = BUILD / "parts"
PACKS = PARTS / "packs"
RAID = PACKS / "default" / "megaraid-sas.iso"
NETWORK = PACKS / "e100" / "e100.iso"
MBR_CODE = 440


def expect(condition, words):
    if not condition:
        raise AssertionError(words)


def builder(script, *arguments):
    """Run one of the builders; its result."""
    return subprocess.run([TOP / "scripts" / script, *map(str, arguments)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False,
                          env=dict(os.environ, SOURCE_DATE_EPOCH="1700000000"))


def done_well(result):
    expect(result.returncode == 0, "status %d: %s" % (result.returncode, result.stderr))
    return result


def refuses(result, output, *words, status=1):
    """It stopped, said these words, and wrote nothing."""
    expect(result.returncode == status, "status %d, not %d: %s" % (result.returncode, status, result.stderr))
    for word in words:
        expect(str(word) in result.stderr, "does not say %r: %s" % (str(word), result.stderr))
    expect("Traceback" not in result.stderr, result.stderr)
    expect(not output.exists() and not list(output.parent.glob(".*")), "something was left behind")


def names_on(iso, option="-R"):
    done = subprocess.run(["isoinfo", option, "-f", "-i", iso], check=True, stdout=subprocess.PIPE, text=True)
    return sorted(done.stdout.split())


def content_of(iso, name, option="-R"):
    return subprocess.run(["isoinfo", option, "-x", name, "-i", iso], check=True, stdout=subprocess.PIPE).stdout


def volume_id(iso):
    with open(iso, "rb") as source:
        source.seek(16 * 2048 + 40)
        return source.read(32).decode().rstrip()


def combine(output, *arguments):
    return builder("combine-supplemental-packs", "--output", output, *arguments)


def pack_directory(bench, originator, name, version="1.0"):
    """A pack with one small package, as a directory."""
    tree = bench.fresh() / "pack"
    tree.mkdir()
    content = ("firmware of %s" % originator).encode()
    (tree / "blob.tar.bz2").write_bytes(content)
    (tree / "XS-REPOSITORY").write_text('<repository name="%s" originator="%s" product="XenServer" version="%s">\n'
                                        '  <description>x</description>\n</repository>\n' % (name, originator, version))
    (tree / "XS-PACKAGES").write_text('<packages>\n  <package label="blob" md5="%s" root="/" size="%d" type="tbz2">'
                                      'blob.tar.bz2</package>\n</packages>\n'
                                      % (hashlib.md5(content).hexdigest(), len(content)))
    return tree


# --- combine-supplemental-packs ---------------------------------------------------------------


def test_combine(bench):
    output = bench.fresh() / "all.iso"
    result = done_well(combine(output, "--vol", "Acme drivers", RAID, NETWORK))
    expect(volume_id(output) == "Acme drivers", volume_id(output))
    expect(content_of(output, "/XS-REPOSITORY-LIST") == b"packages.megaraid-sas\npackages.e100\n",
           content_of(output, "/XS-REPOSITORY-LIST"))
    for name, pack in (("megaraid-sas", PACKS / "default"), ("e100", PACKS / "e100")):
        for path in (pack / name).iterdir():
            place = "/packages.%s/%s" % (name, path.name)
            for option in ("-R", "-J"):
                expect(content_of(output, place, option) == path.read_bytes(), "%s %s differs" % (option, place))
        fingerprint = (pack / (name + ".metadata.md5")).read_text().strip()
        expect("in packages.%s, metadata MD5: %s\n" % (name, fingerprint) in result.stdout, result.stdout)
    subprocess.run(["md5sum", "--check", "--strict", "--quiet", "all.iso.md5"], cwd=output.parent, check=True)
    expect(sorted(path.name for path in output.parent.iterdir()) == ["all.iso", "all.iso.md5"], "more is there")


def test_combine_same_bytes_twice(bench):
    one, two = bench.fresh() / "all.iso", bench.fresh() / "all.iso"
    for output in (one, two):
        done_well(combine(output, RAID, NETWORK))
    expect(one.read_bytes() == two.read_bytes(), "differs")


def test_links_and_fifos_of_an_image(bench):
    """What a foreign image holds in place of its files is neither followed nor waited for."""
    output, secret = bench.fresh() / "all.iso", bench.fresh() / "secret"
    secret.write_text("XenServer\n")
    for name in ("XS-REPOSITORY", "XS-PACKAGES", "blob.tar.bz2"):
        for put, words in ((lambda path: path.symlink_to(secret), ("link", "not below it")), (os.mkfifo, ("is no file",))):
            tree = pack_directory(bench, "acme", "a")
            (tree / name).unlink()
            put(tree / name)
            image = tree.parent / "image.iso"
            subprocess.run(["genisoimage", "-quiet", "-R", "-o", image, tree], check=True)
            for pack in (tree, image):
                result = combine(output, pack)
                expect(any(word in result.stderr for word in words), "%s: %s" % (name, result.stderr))
                refuses(result, output)
    tree = pack_directory(bench, "acme", "a")
    os.mkfifo(tree / "XS-REPOSITORY-LIST")
    subprocess.run(["genisoimage", "-quiet", "-R", "-o", tree.parent / "image.iso", tree], check=True)
    refuses(combine(output, tree.parent / "image.iso"), output, "is no file")
    refuses(builder("rebuild-iso", tree.parent / "image.iso", output, "--include", RAID), output, "is no file")


def test_combine_takes_directories_and_combined_ones(bench):
    first, second = bench.fresh() / "two.iso", bench.fresh() / "three.iso"
    done_well(combine(first, RAID, NETWORK))
    done_well(combine(second, pack_directory(bench, "emca", "e100"), first))
    expect(content_of(second, "/XS-REPOSITORY-LIST") ==
           b"packages.emca.e100\npackages.megaraid-sas\npackages.acme.e100\n",
           content_of(second, "/XS-REPOSITORY-LIST"))
    text = subprocess.run([BUILD / "ddload", "list", second, "--kernel", bench.release], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    for identifier in ("acme:megaraid-sas", "acme:e100", "emca:e100"):
        expect(identifier in text, text)


def test_combine_takes_the_first_generation(bench):
    tree = bench.fresh() / "old"
    tree.mkdir()
    (tree / "fw.bin").write_bytes(b"firmware")
    (tree / "XS-REPOSITORY").write_text("acme:old\nAn old pack\nXenServer\n5.0.0\n")
    (tree / "XS-PACKAGES").write_text("fw 8 %s firmware fw.bin\n" % hashlib.md5(b"firmware").hexdigest())
    output = bench.fresh() / "all.iso"
    result = done_well(combine(output, tree, NETWORK))
    expect("acme:old 5.0.0 in packages.old" in result.stdout, result.stdout)
    expect("/packages.old/fw.bin" in names_on(output), names_on(output))


def test_combine_refuses_the_same_pack_twice(bench):
    output = bench.fresh() / "all.iso"
    newer = PACKS / "newer" / "megaraid-sas.iso"
    refuses(combine(output, RAID, newer), output, RAID, newer, "both hold acme:megaraid-sas")
    refuses(combine(output, RAID, RAID), output, "acme:megaraid-sas")
    tree = pack_directory(bench, "acme", "twice")
    shutil.copytree(tree, tree / "packages.main")
    refuses(combine(output, tree), output, "both hold acme:twice")


def test_combine_refuses_what_is_no_whole_pack(bench):
    output = bench.fresh() / "all.iso"
    refuses(combine(output, PACKS / "no-driver" / "other.iso"), output, "other.iso", "no XS-REPOSITORY")
    refuses(combine(output, PACKS / "corrupt" / "megaraid-sas.iso"), output, "corrupt", ".rpm",
            "size and checksum")
    refuses(combine(output, PACKS / "bad-xml" / "megaraid-sas.iso"), output, "bad-xml", "cannot be understood")
    refuses(combine(output, PACKS / "other-xml" / "megaraid-sas.iso"), output, "cannot be understood")
    refuses(combine(output, bench.fresh() / "none.iso"), output, "none.iso", "no such file")
    refuses(combine(output, TOP / "COPYING"), output, "cannot be read as an ISO")
    missing = pack_directory(bench, "acme", "missing")
    (missing / "blob.tar.bz2").unlink()
    refuses(combine(output, missing), output, "blob.tar.bz2", "No such file")
    out = pack_directory(bench, "acme", "out")
    text = (out / "XS-PACKAGES").read_text()
    for name in ("../secret", "/etc/passwd"):
        (out / "XS-PACKAGES").write_text(text.replace("blob.tar.bz2", name))
        refuses(combine(output, out), output, name, "not below it")
    (out / "XS-PACKAGES").write_text(text)
    for line in ("../up", "/etc"):
        (out / "XS-REPOSITORY-LIST").write_text(line + "\n")
        refuses(combine(output, out), output, line, "not below it")
    doctype = pack_directory(bench, "acme", "doctype")
    (doctype / "XS-PACKAGES").write_text("<!DOCTYPE x>" + text)
    refuses(combine(output, doctype), output, "document type")


def test_combine_options(bench):
    output = bench.fresh() / "all.iso"
    refuses(combine(output), output, "PACK", status=2)
    refuses(builder("combine-supplemental-packs", RAID), output, "--output", status=2)
    for volume in ("", " ", "two\nlines", "x" * 33):
        refuses(combine(output, "--vol", volume, RAID), output, "--vol")
    place = bench.fresh() / "pack.iso"
    shutil.copyfile(RAID, place)
    result = combine(place, place)
    expect(result.returncode == 1 and "one of the packs" in result.stderr, result.stderr)
    expect(place.read_bytes() == RAID.read_bytes(), "the pack was changed")
    result = combine(place.parent / "none" / "all.iso", RAID)
    expect(result.returncode == 1 and "Traceback" not in result.stderr, result.stderr)


# --- rebuild-iso --------------------------------------------------------------------------------


def installer(bench, joliet=True):
    """An installer's ISO: boot images for BIOS and UEFI, boot code in its first block, a pack, a list."""
    place = bench.fresh()
    tree = place / "tree"
    shutil.copytree(PACKS / "e100" / "e100", tree / "packages.main")
    (tree / "boot").mkdir()
    (tree / "boot" / "bios.bin").write_bytes(b"\xfa\xf4" * 2048)
    (tree / "boot" / "efi.img").write_bytes(b"efi " * 16384)
    (tree / "XS-REPOSITORY-LIST").write_text("packages.main")  # without an end of line
    (place / "code").write_bytes(bytes(range(256)) + b"\x90" * 176)
    iso = place / "installer.iso"
    subprocess.run(["xorriso", "-as", "mkisofs", "-quiet", *(["-J"] if joliet else []), "-r", "-V", "INSTALLER 6",
                    "-c", "boot/boot.cat", "-b", "boot/bios.bin", "-no-emul-boot", "-boot-load-size", "4",
                    "-eltorito-alt-boot", "-e", "boot/efi.img", "-no-emul-boot", "-isohybrid-gpt-basdat",
                    "-G", place / "code", "-part_like_isohybrid", "-o", iso, tree],
                   check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return iso


def boot_records(iso):
    """What xorriso says of the boot catalogue, without block numbers; and of each image its bytes."""
    done = subprocess.run(["xorriso", "-indev", iso, "-report_el_torito", "plain"], check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    lines, images = [], []
    for line in done.stdout.splitlines():
        if line.startswith("El Torito boot img :") and line.split()[-1].isdigit():
            with open(iso, "rb") as source:
                source.seek(int(line.split()[-1]) * 2048)
                images.append(source.read(2048))
        if not line.startswith("El Torito catalog"):
            lines.append(line.rsplit(None, 1)[0] if images and line.startswith("El Torito boot img") else line)
    return lines, images


def rebuild(output, *arguments):
    return builder("rebuild-iso", *arguments, output)


def test_rebuild(bench):
    original, output = installer(bench), bench.fresh() / "new.iso"
    answers = bench.fresh() / "answers.xml"
    answers.write_text("<installation/>\n")
    before = original.read_bytes()
    result = done_well(rebuild(output, "--answerfile", answers, "--include", RAID, original))
    expect(original.read_bytes() == before, "the input was changed")
    expect(volume_id(output) == "INSTALLER 6", volume_id(output))
    expect(len(boot_records(original)[1]) == 2, boot_records(original))
    expect(boot_records(output) == boot_records(original), "%s\n%s" % (boot_records(output), boot_records(original)))
    expect(output.read_bytes()[:MBR_CODE] == before[:MBR_CODE], "the boot code in the first block differs")
    expect(output.read_bytes()[510:512] == b"\x55\xaa", "the first block is no boot record any more")
    fingerprint = (PACKS / "default" / "megaraid-sas.metadata.md5").read_text().strip()
    expect(fingerprint in result.stdout, result.stdout)
    added = ["/packages.megaraid-sas"] + ["/packages.megaraid-sas/" + path.name
                                          for path in (PACKS / "default" / "megaraid-sas").iterdir()]
    for option in ("-R", "-J"):
        expect(names_on(output, option) == sorted(names_on(original, option) + added + ["/answers.xml"]),
               names_on(output, option))
        expect(content_of(output, "/XS-REPOSITORY-LIST", option) == b"packages.main\npackages.megaraid-sas\n", option)
        expect(content_of(output, "/answers.xml", option) == answers.read_bytes(), option)
        for path in (PACKS / "default" / "megaraid-sas").iterdir():
            expect(content_of(output, "/packages.megaraid-sas/" + path.name, option) == path.read_bytes(), path)
    text = subprocess.run([BUILD / "ddload", "list", output, "--kernel", bench.release], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    expect("acme:megaraid-sas" in text and "acme:e100" in text, text)


def isolinux_installer(bench):
    """An installer's ISO as they are made: ISOLINUX, which is told where it lies, its isohybrid MBR, an EFI image."""
    place = bench.fresh()
    tree = place / "tree"
    shutil.copytree(PACKS / "e100" / "e100", tree / "packages.main")
    (tree / "boot" / "isolinux").mkdir(parents=True)
    for name in ("/usr/lib/ISOLINUX/isolinux.bin", "/usr/lib/syslinux/modules/bios/ldlinux.c32"):
        shutil.copy(name, tree / "boot" / "isolinux")
    (tree / "boot" / "isolinux" / "isolinux.cfg").write_text("SERIAL 0 115200\nPROMPT 1\nTIMEOUT 0\nDEFAULT x\n"
                                                             "LABEL x\n KERNEL x\n")
    efi = tree / "boot" / "efi.img"
    with open(efi, "wb") as image:
        image.truncate(1 << 20)
    subprocess.run(["mkfs.fat", "-n", "EFI-IMAGE", efi], check=True, stdout=subprocess.PIPE,
                   env=dict(os.environ, PATH=os.environ.get("PATH", "") + ":/usr/sbin:/sbin"))
    iso = place / "installer.iso"
    subprocess.run(["xorriso", "-as", "mkisofs", "-quiet", "-J", "-r", "-V", "XenServer-8", "-c", "boot/isolinux/boot.cat",
                    "-b", "boot/isolinux/isolinux.bin", "-no-emul-boot", "-boot-load-size", "4", "-boot-info-table",
                    "-isohybrid-mbr", "/usr/lib/ISOLINUX/isohdpfx.bin", "-eltorito-alt-boot", "-e", "boot/efi.img",
                    "-no-emul-boot", "-isohybrid-gpt-basdat", "-o", iso, tree],
                   check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return iso, efi


def boots(drive):
    """Does ISOLINUX come to its prompt?"""
    said, until = b"", time.monotonic() + 90
    with subprocess.Popen(["qemu-system-x86_64", "-accel", "tcg", "-nodefaults", "-no-reboot", "-m", "64", "-display", "none",
                           "-serial", "stdio", "-drive", drive], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as machine:
        while b"boot:" not in said and time.monotonic() < until:
            if select.select([machine.stdout], [], [], 1)[0]:
                more = os.read(machine.stdout.fileno(), 4096)
                if not more:
                    break
                said += more
        machine.kill()
    expect(b"ISOLINUX" in said and b"boot:" in said, "%s: %r" % (drive, said[-300:]))


def test_rebuild_isolinux_boots(bench):
    """From a CD, and written to a stick; and the EFI image is where its partition and its boot record say."""
    original, efi = isolinux_installer(bench)
    output, answers = bench.fresh() / "new.iso", bench.fresh() / "answers.xml"
    answers.write_text("<installation/>\n")
    done_well(rebuild(output, "--answerfile", answers, "--include", RAID, original))
    expect(volume_id(output) == "XenServer-8", volume_id(output))
    expect(output.read_bytes()[:432] == original.read_bytes()[:432], "another boot code in the first block")
    boots("media=cdrom,format=raw,readonly=on,file=%s" % output)
    boots("format=raw,snapshot=on,file=%s" % output)
    content = output.read_bytes()
    kind, start = content[446 + 16 + 4], int.from_bytes(content[446 + 16 + 8:446 + 16 + 12], "little")
    expect(kind == 0xEF, "the second partition is of the type %#x" % kind)
    expect(content[start * 512:start * 512 + efi.stat().st_size] == efi.read_bytes(), "its partition is not the EFI image")
    lines, images = boot_records(output)
    expect(len(images) == 2 and images[1] == efi.read_bytes()[:2048], lines)


def test_rebuild_label_and_no_joliet(bench):
    original, output = installer(bench, joliet=False), bench.fresh() / "new.iso"
    done_well(rebuild(output, "--label", "FACTORY 7", original))
    expect(volume_id(output) == "FACTORY 7", volume_id(output))
    listing = subprocess.run(["isoinfo", "-d", "-i", output], check=True, stdout=subprocess.PIPE, text=True).stdout
    expect("NO Joliet present" in listing, listing)
    expect(names_on(output) == names_on(original), names_on(output))


def test_rebuild_without_packs(bench):
    """An installer without a repository, without a list, and without boot records."""
    tree, original, output = bench.fresh(), bench.fresh() / "plain.iso", bench.fresh() / "new.iso"
    (tree / "vmlinuz").write_bytes(b"kernel")
    subprocess.run(["genisoimage", "-quiet", "-r", "-o", original, tree], check=True)
    done_well(rebuild(output, "--include", RAID, original))
    expect(content_of(output, "/XS-REPOSITORY-LIST") == b"packages.megaraid-sas\n", "another list")
    expect(content_of(output, "/vmlinuz") == b"kernel", "the kernel is another one")


def test_rebuild_twice(bench):
    original, one, two = installer(bench), bench.fresh() / "one.iso", bench.fresh() / "two.iso"
    other = pack_directory(bench, "emca", "disks")
    done_well(rebuild(one, "--include", RAID, original))
    done_well(rebuild(two, "--include", other, one))
    expect(content_of(two, "/XS-REPOSITORY-LIST") == b"packages.main\npackages.megaraid-sas\npackages.disks\n",
           content_of(two, "/XS-REPOSITORY-LIST"))
    expect(boot_records(two) == boot_records(original), "the boot records differ")
    refuses(rebuild(bench.fresh() / "three.iso", "--include", RAID, two), bench.place / "none",
            "both hold acme:megaraid-sas")


def test_rebuild_refuses(bench):
    original, output = installer(bench), bench.fresh() / "new.iso"
    refuses(rebuild(output, original), output, "nothing to do")
    refuses(rebuild(output, "--include", NETWORK, original), output, original, NETWORK, "both hold acme:e100")
    refuses(rebuild(output, "--include", PACKS / "corrupt" / "megaraid-sas.iso", original), output,
            "size and checksum")
    refuses(rebuild(output, "--answerfile", bench.fresh() / "none.xml", original), output, "none.xml")
    taken = bench.fresh() / "BOOT"  # Joliet and installers do not tell capitals apart
    taken.write_text("x")
    refuses(rebuild(output, "--answerfile", taken, original), output, "BOOT already")
    for label in ("", "x" * 33, "two\nlines"):
        refuses(rebuild(output, "--label", label, original), output, "--label")
    refuses(rebuild(output, "--label", "X", TOP / "COPYING"), output, "COPYING", "no ISO 9660")
    refuses(rebuild(output, "--label", "X", output.parent / "none.iso"), output, "none.iso")
    before = original.read_bytes()
    result = rebuild(original, "--label", "X", original)
    expect(result.returncode == 1 and "the input" in result.stderr and original.read_bytes() == before, result.stderr)
    short = bench.fresh() / "short.iso"
    short.write_bytes(before[:40000])
    refuses(rebuild(output, "--label", "X", short), output)


def test_together_help(bench):
    for script, options in (("combine-supplemental-packs", "output vol"), ("rebuild-iso", "answerfile include label")):
        text = done_well(builder(script, "--help")).stdout
        for option in options.split():
            expect("--" + option in text, option)
        expect("Exit status" in text and os.path.basename(script) in text, text)

# SPDX-License-Identifier: GPL-2.0-or-later
"""Finished packs, read again: the repositories on an ISO or in a directory, and what they list.

For the builders that put packs together; what they copy is checked here first, with errors
that name the pack and the file.
"""

import errno
import hashlib
import os
import re
import stat
from xml.etree import ElementTree

from pack import Failure, run

METADATA = ("XS-REPOSITORY", "XS-PACKAGES")
LIST = "XS-REPOSITORY-LIST"
# Where readers look besides what the list names.
USUAL = ("", "packages", "packages.main", "packages.linux", "packages.site")
WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def below(tree, name, said_by):
    """A relative path below the tree that does not lead out of it, by ".." or by a link."""
    path = os.path.normpath(os.path.join(tree, name))
    real = os.path.realpath(path)
    if os.path.isabs(name) or not (real + "/").startswith(os.path.realpath(tree) + "/"):
        raise Failure("%s: names \"%s\", which is not below it" % (said_by, name))
    return path


def read_plain(path, said_by):
    """The bytes of what is a file: a link is not followed and a FIFO not waited for, as an image may hold either."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as source:
            if not stat.S_ISREG(os.fstat(source.fileno()).st_mode):
                raise Failure("%s: %s is no file" % (said_by, os.path.basename(path)))
            return source.read()
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise Failure("%s: %s is a link, which is not followed" % (said_by, os.path.basename(path))) from error
        raise


def listed(content):
    """The directories that the bytes of an XS-REPOSITORY-LIST name, none twice."""
    lines = content.decode("utf-8-sig", errors="replace").split("\n")
    return list(dict.fromkeys(line.strip() for line in lines if line.strip()))


def is_xml(content):
    if b"<!DOCTYPE" in content:
        raise ValueError("it has a document type")
    return content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"


def identity(content):
    """Originator, name and version from the bytes of an XS-REPOSITORY of either generation."""
    if is_xml(content):
        top = ElementTree.fromstring(content).attrib
        found = (top["originator"], top["name"],
                 "-".join(top[key] for key in ("version", "build") if key in top))
    else:
        lines = [line.strip() for line in content.decode("utf-8-sig").split("\n") if line.strip()]
        found = (*lines[0].split(":"), lines[3])
    if len(found) != 3 or not all(map(WORD.fullmatch, found)):
        raise ValueError("\"%s\" is no identifier and version" % " ".join(found))
    return found


def packages(content):
    """Name, size and MD5 of each package that the bytes of an XS-PACKAGES list."""
    if is_xml(content):
        return [((element.text or "").strip(), int(element.attrib["size"]), element.attrib["md5"])
                for element in ElementTree.fromstring(content).iter("package")]
    lines = [line.split() for line in content.decode("utf-8-sig").split("\n") if line.strip()]
    place = {"tbz2": 5, "driver": 4, "firmware": 4}
    return [(fields[place[fields[3]]], int(fields[1]), fields[2]) for fields in lines]


class Repository:
    """One repository: what identifies it, and its files."""

    def __init__(self, source, directory):
        self.source, self.directory = source, directory
        self.content = {}
        for name in METADATA:
            self.content[name] = read_plain(os.path.join(directory, name), source)
        try:
            self.originator, self.name, self.version = identity(self.content["XS-REPOSITORY"])
            self.packages = packages(self.content["XS-PACKAGES"])
        except (ElementTree.ParseError, KeyError, IndexError, ValueError) as error:
            raise Failure("%s: its metadata cannot be understood: %s" % (source, error)) from error
        for file, size, digest in self.packages:
            self.check(file, size, digest)

    def check(self, file, size, digest):
        path = below(self.directory, file, self.source)
        try:
            content = read_plain(path, self.source)
        except OSError as error:
            raise Failure("%s: lists %s, which cannot be read: %s" % (self.source, file, error.strerror)) from error
        if len(content) != size or hashlib.md5(content).hexdigest() != digest.lower():
            raise Failure("%s: %s does not have the size and checksum that the pack lists; fetch the pack again"
                          % (self.source, file))

    @property
    def identifier(self):
        return "%s:%s" % (self.originator, self.name)

    @property
    def fingerprint(self):
        return hashlib.md5(b"".join(self.content[name] for name in METADATA)).hexdigest()

    def copy_to(self, directory):
        """The metadata, byte for byte, and the packages that it lists."""
        for name in (*METADATA, *(file for file, _, _ in self.packages)):
            target = os.path.join(directory, name)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "wb") as copy:
                copy.write(read_plain(os.path.join(self.directory, name), self.source))


def repositories(source, tree):
    """All repositories of an unpacked pack, in the order that readers find them."""
    directories = list(USUAL)
    place = os.path.join(tree, LIST)
    if os.path.lexists(place):
        directories += listed(read_plain(place, source))
    found = {}
    for directory in directories:
        path = below(tree, directory, "%s: %s" % (source, LIST)) if directory else tree
        if path not in found and all(os.path.lexists(os.path.join(path, name)) for name in METADATA):
            found[path] = Repository(source, path)
    if not found:
        raise Failure("%s: holds no XS-REPOSITORY with an XS-PACKAGES beside it, so it is no supplemental pack"
                      % source)
    return list(found.values())


def open_pack(path, scratch):
    """The repositories of a pack: an ISO, which is unpacked below scratch, or a directory."""
    if os.path.isdir(path):
        return repositories(path, path)
    if not os.path.isfile(path):
        raise Failure("%s: there is no such file" % path)
    tree = os.path.join(scratch, "%d" % len(os.listdir(scratch)))
    os.mkdir(tree)
    try:
        run(["bsdtar", "-x", "--no-same-permissions", "-f", os.path.abspath(path), "-C", tree])
    except Failure as failure:
        raise Failure("%s: cannot be read as an ISO: %s" % (path, failure)) from failure
    return repositories(path, tree)


def open_packs(paths, scratch, there=()):
    """The repositories of several packs; the same one twice, or one that is `there`, is refused."""
    result, seen = [], dict(there)
    for path in paths:
        for repository in open_pack(path, scratch):
            other = seen.get(repository.identifier)
            seen[repository.identifier] = path
            if other is not None:
                raise Failure("%s and %s both hold %s; leave one of them out"
                              % (other, path, repository.identifier))
            result.append(repository)
    return result


def directory_names(packs, taken=()):
    """A directory for each repository: packages.NAME, with the originator where that is not enough."""
    names, result = [pack.name for pack in packs], []
    taken = {name.lower() for name in taken} | {name.lower() for name in USUAL}
    for pack in packs:
        name = "packages." + pack.name
        if names.count(pack.name) > 1 or name.lower() in taken:
            name = "packages.%s.%s" % (pack.originator, pack.name)
        if name.lower() in taken:
            raise Failure("%s: its directory %s is there already" % (pack.source, name))
        taken.add(name.lower())
        result.append(name)
    return result


def list_bytes(names):
    """XS-REPOSITORY-LIST."""
    return "".join(name + "\n" for name in names).encode()


def tell(packs, names):
    """One line for each, with the fingerprint that a person compares."""
    for repository, name in zip(packs, names):
        print("%s %s in %s, metadata MD5: %s"
              % (repository.identifier, repository.version, name, repository.fingerprint))

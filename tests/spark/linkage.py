"""What the classes of a jar refer to in others, and which of that is missing in a folder of jars.

A jar that was compiled against one version of Spark may name methods that another version has with other parameters.
The JVM notices when such a call runs, which a test may never reach; here every reference of every class is looked up.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# A reference: the class, and the name and type of its member, which are empty for the class itself.
Reference = tuple[str, str, str]
_WIDE = {3: 4, 4: 4, 5: 8, 6: 8, 8: 2, 15: 3, 16: 2, 17: 4, 18: 4, 19: 2, 20: 2, 9: 4, 10: 4, 11: 4, 12: 4, 7: 2}


# What all objects have, so that looking above need not end in the JDK.
_OF_OBJECTS = {"getClass", "hashCode", "equals", "toString", "notify", "notifyAll", "wait", "clone"}
_WITHOUT_MEMBERS = {"java/lang/Object", "java/io/Serializable", "java/lang/Cloneable"}


@dataclass(frozen=True)
class Class:
    """A class file: what stands above it, its members, and what it refers to."""

    above: list[str]
    members: set[tuple[str, str]]
    references: set[Reference]


class ClassPath:
    """Classes of jars, read when they are first asked for."""

    def __init__(self, jars: list[Path]) -> None:
        self._jars = [zipfile.ZipFile(jar) for jar in jars]
        self._places = {name: jar for jar in reversed(self._jars) for name in jar.namelist() if name.endswith(".class")}
        self._read: dict[str, Class] = {}

    def find(self, name: str) -> Class | None:
        """A class by its name with slashes."""
        if name not in self._read:
            place = self._places.get(f"{name}.class")
            if place is None:
                return None
            self._read[name] = read_class(place.read(f"{name}.class"))
        return self._read[name]

    def has(self, reference: Reference) -> bool:
        """Whether a class or a member is there. What the JDK brings is taken for granted."""
        owner, name, kind = reference
        found = self.find(owner)
        if found is None:
            return is_of_the_jdk(owner)
        if not name or (name, kind) in found.members:
            return True
        above = [] if name == "<init>" else [each for each in found.above if each not in _WITHOUT_MEMBERS]
        return name in _OF_OBJECTS or any(self.has((each, name, kind)) for each in above)


def is_of_the_jdk(name: str) -> bool:
    """Whether the JDK brings a class."""
    return name.startswith(("java/", "javax/", "jdk/", "sun/"))


def missing(jar: Path, present: ClassPath) -> dict[str, list[Reference]]:
    """References of the jar's classes that lead nowhere, by the class that has them."""
    own = ClassPath([jar])
    lost: dict[str, list[Reference]] = {}
    with zipfile.ZipFile(jar) as archive:
        for name in archive.namelist():
            if name.endswith(".class"):
                references = read_class(archive.read(name)).references
                found = sorted(each for each in references if own.find(each[0]) is None and not present.has(each))
                if found:
                    lost[name.rpartition("/")[2].removesuffix(".class")] = found
    return lost


def read_class(content: bytes) -> Class:
    """Reads a class file as chapter 4 of the JVM's specification describes it."""
    constants, at = _constants(content)
    text = {number: value for number, (tag, value) in constants.items() if tag == 1}

    def name(number: int) -> str:
        return text[struct.unpack(">H", constants[number][1])[0]]

    above_at = at + 4
    parent, count = struct.unpack_from(">HH", content, above_at)
    interfaces = struct.unpack_from(f">{count}H", content, above_at + 4)
    at = above_at + 4 + 2 * count
    members: set[tuple[str, str]] = set()
    for _ in range(2):
        (count,) = struct.unpack_from(">H", content, at)
        at += 2
        for _ in range(count):
            _, called, kind, attributes = struct.unpack_from(">HHHH", content, at)
            members.add((text[called], text[kind]))
            at += 8
            for _ in range(attributes):
                at += 6 + struct.unpack_from(">I", content, at + 2)[0]
    above = [name(number) for number in (parent, *interfaces) if number]
    return Class(above, members, set(_references(constants, text, name)))


def _references(constants, text, name) -> Iterator[Reference]:  # type: ignore[no-untyped-def]
    for tag, value in constants.values():
        if tag in (9, 10, 11):
            owner, both = struct.unpack(">HH", value)
            called, kind = struct.unpack(">HH", constants[both][1])
            if not name(owner).startswith("["):
                yield name(owner), text[called], text[kind]
        elif tag == 7:
            (number,) = struct.unpack(">H", value)
            if not text[number].startswith("["):
                yield text[number], "", ""


def _constants(content: bytes) -> tuple[dict[int, tuple[int, object]], int]:
    (count,) = struct.unpack_from(">H", content, 8)
    constants: dict[int, tuple[int, object]] = {}
    at, number = 10, 1
    while number < count:
        tag = content[at]
        if tag == 1:
            (length,) = struct.unpack_from(">H", content, at + 1)
            constants[number] = (tag, content[at + 3 : at + 3 + length].decode("utf-8", "replace"))
            at += 3 + length
        else:
            constants[number] = (tag, content[at + 1 : at + 1 + _WIDE[tag]])
            at += 1 + _WIDE[tag]
        number += 2 if tag in (5, 6) else 1
    return constants, at

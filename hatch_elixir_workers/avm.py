r"""Writes and reads .avm archives (packbeam).

    magic[24]   then sections   size:32 flags:32 reserved:32 name\0 pad4 data pad4   then   0:32 0:32 0:32 "end\0"

Big-endian. `size` is the whole section, its header and padded name included. A plain file's data starts with its own
`size:32`; `Section.data` is without it. Same sections, same bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hatch_elixir_workers.errors import AvmError

MAGIC = b"#!/usr/bin/env AtomVM\n\0\0"
START = 1
CODE = 2
FILE = 4

_HEADER = struct.Struct(">III")
_END = _HEADER.pack(0, 0, 0) + b"end\0"


@dataclass(frozen=True, slots=True)
class Section:
    """One entry of an archive: a module (`flags & CODE`, perhaps `START`) or a plain file (`FILE`)."""

    name: str
    flags: int
    data: bytes

    @property
    def is_file(self) -> bool:
        """Whether it is a plain file."""
        return bool(self.flags & FILE)


def module_section(module: str, beam: bytes, *, start: bool = False) -> Section:
    """A module's section; `beam` is what `beam.strip` returns."""
    return Section(f"{module}.beam", CODE | START if start else CODE, beam)


def file_section(name: str, data: bytes) -> Section:
    """A plain file's section; `name` is like `my_app/priv/file`."""
    return Section(name, FILE, data)


def write_avm(sections: Iterable[Section]) -> bytes:
    """The archive with these sections in this order. The entry module must come before all others.

    Raises ValueError for a section that no reader could find again: no flags, NUL in its name, a module whose size
    is not a multiple of 4, a name used twice.
    """
    out = bytearray(MAGIC)
    names: set[str] = set()
    for section in sections:
        if section.name in names:
            raise ValueError(f"section {section.name}: there are two of that name")
        names.add(section.name)
        out += _section_bytes(section)
    return bytes(out + _END)


def _section_bytes(section: Section) -> bytes:
    name = section.name.encode("utf-8")
    if not name or b"\0" in name:
        raise ValueError(f"section {section.name!r}: a name is not empty and has no NUL")
    if section.flags == 0:
        raise ValueError(f"section {section.name}: flags 0 would end every search")
    if not section.is_file and len(section.data) % 4:
        raise ValueError(f"section {section.name}: {len(section.data)} bytes are not a multiple of 4")
    data = struct.pack(">I", len(section.data)) + section.data if section.is_file else section.data
    body = _padded(name + b"\0") + _padded(data)
    return _HEADER.pack(_HEADER.size + len(body), section.flags, 0) + body


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def read_avm(data: bytes, path: Path | str = "<memory>") -> list[Section]:
    """The sections of an archive, the end section left out; `path` is only for messages. Raises AvmError."""
    if data[: len(MAGIC)] != MAGIC:
        raise AvmError(path, "magic", 0, "not an .avm archive: it does not start with AtomVM's magic bytes")
    return list(_read_sections(data, path))


def _read_sections(data: bytes, path: Path | str) -> Iterator[Section]:
    offset = len(MAGIC)
    while True:
        if len(data) - offset < _HEADER.size:
            raise AvmError(path, "end", offset, "truncated: there is no end section")
        size, flags, _reserved = _HEADER.unpack_from(data, offset)
        if size == 0:
            return
        yield _read_section(data, offset, size, flags, path)
        offset += size


def _read_section(data: bytes, offset: int, size: int, flags: int, path: Path | str) -> Section:
    end = offset + size
    if size <= _HEADER.size or size % 4 or end > len(data):
        raise AvmError(path, "?", offset, f"a section of {size} bytes, {len(data) - offset} are left")
    name_start = offset + _HEADER.size
    name_end = data.find(b"\0", name_start, end)
    if name_end < 0:
        raise AvmError(path, "?", name_start, "the section's name does not end")
    name = data[name_start:name_end].decode("utf-8", "backslashreplace")
    body_start = name_start + (name_end - name_start + 4 & ~3)
    if flags & FILE:
        return Section(name, flags, _file_data(data, body_start, end, name, path))
    return Section(name, flags, data[body_start:end])


def _file_data(data: bytes, start: int, end: int, name: str, path: Path | str) -> bytes:
    if end - start < 4:
        raise AvmError(path, name, start, "truncated: the file's size is missing")
    (size,) = struct.unpack_from(">I", data, start)
    if size > end - start - 4:
        raise AvmError(path, name, start, f"a file of {size} bytes in a section with {end - start - 4}")
    return data[start + 4 : start + 4 + size]

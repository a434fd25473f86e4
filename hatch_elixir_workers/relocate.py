"""Takes the folders of the building machine out of compiled modules: same input, same bytes, wherever it was built.

    Line chunk   version:32 flags:32 n_instructions:32 n_lines:32 n_names:32  items  names (len:16, UTF-8)

The compiler writes absolute file names into `Line` for some modules (consolidated protocols, Erlang dependencies).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from pathlib import PurePath

from hatch_elixir_workers.beam import BeamModule, Chunk
from hatch_elixir_workers.beam_code import CompactReader

_HEADER = struct.Struct(">IIIII")
_TAG_I = 1


def relocated(module: BeamModule, roots: Sequence[PurePath]) -> BeamModule:
    """The module with file names relative to the root they are below, or without their folder when below none."""
    line = module.chunk("Line")
    if line is None or not any(_is_absolute(location.file) for location in module.lines if location is not None):
        return module
    chunks = [Chunk("Line", _relocated_line(line, roots)) if chunk.id == "Line" else chunk for chunk in module.chunks]
    return BeamModule(module.path, tuple(chunks))


def folders_within(module: BeamModule, roots: Iterable[PurePath]) -> list[str]:
    """The roots whose path is part of the module's literals: `__DIR__`, `__ENV__.file` and the like."""
    haystack = module.literal_table + (module.chunk("StrT") or b"")
    return [str(root) for root in roots if str(root).encode() in haystack]


def _relocated_line(data: bytes, roots: Sequence[PurePath]) -> bytes:
    *_, n_lines, n_names = _HEADER.unpack_from(data)
    start = _end_of_items(data, n_lines)
    out = bytearray(data[:start])
    for name in _names(data, start, n_names):
        encoded = _relative(name, roots).encode()
        out += struct.pack(">H", len(encoded)) + encoded
    return bytes(out)


def _end_of_items(data: bytes, n_lines: int) -> int:
    """An item is a line (`i`), or a new file (`a`) that the next line belongs to."""
    reader = CompactReader(data, _HEADER.size, ())
    while n_lines:
        tag, _ = reader.tagged()
        n_lines -= tag == _TAG_I
    return reader.pos


def _names(data: bytes, pos: int, count: int) -> Iterable[str]:
    for _ in range(count):
        (size,) = struct.unpack_from(">H", data, pos)
        yield data[pos + 2 : pos + 2 + size].decode("utf-8")
        pos += 2 + size


def _is_absolute(name: str) -> bool:
    return PurePath(name).is_absolute()


def _relative(name: str, roots: Sequence[PurePath]) -> str:
    path = PurePath(name)
    if not path.is_absolute():
        return name
    for root in sorted(roots, key=lambda each: len(each.parts), reverse=True):
        if path.is_relative_to(root):
            return path.relative_to(root).as_posix()
    return path.name

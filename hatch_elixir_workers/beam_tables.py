"""The tables of a .beam file: what each chunk but `Code` holds (beam-format, Chunks).

    AtU8              count:32, then (len:8, UTF-8); OTP 28: -count:32, then (len as a compact `u`, UTF-8)
    ImpT, ExpT, LocT  n:32, then triples of words; FunT the same with six
    LitT              size:32 + zlib, or 0:32 + plain; LitU is the plain payload alone: n:32, then (size:32, term)
    Line              version:32 flags:32 n_instructions:32 n_lines:32 n_names:32, then compact items, then names

Every function takes the data of one chunk and raises ChunkError with the offset in it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from hatch_elixir_workers.beam_code import TAG_A, TAG_I, CompactReader
from hatch_elixir_workers.beam_file import MAX_BEAM_BYTES, ChunkError, inflate

_LINE_HEADER = struct.Struct(">5I")


class Location(NamedTuple):
    """A place in a source file, as the compiler wrote it: often a path relative to the project."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


def read_atoms(data: bytes) -> tuple[str, ...]:
    """The atoms of `AtU8`; the first is the module's name."""
    if len(data) < 4:
        raise ChunkError(0, "truncated")
    (count,) = struct.unpack_from(">i", data)
    if count == 0 or abs(count) > len(data) - 4:
        raise ChunkError(0, f"{abs(count)} atoms in {len(data) - 4} bytes")
    reader = CompactReader(data, 4, ())
    return tuple([_read_atom(reader, compact_length=count < 0) for _ in range(abs(count))])


def _read_atom(reader: CompactReader, *, compact_length: bool) -> str:
    start = reader.pos
    if start >= len(reader.data):
        raise ChunkError(start, "truncated before an atom")
    if compact_length:
        size = reader.number()
    else:
        size = reader.data[start]
        reader.pos += 1
    name = reader.data[reader.pos : reader.pos + size]
    if len(name) < size:
        raise ChunkError(start, "truncated within an atom")
    reader.pos += size
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        raise ChunkError(start, f"atom {name!r} is not UTF-8") from None


def read_rows(data: bytes, width: int) -> Iterator[tuple[int, tuple[int, ...]]]:
    """(offset, row) of a table of rows of `width` words."""
    if len(data) < 4:
        raise ChunkError(0, "truncated")
    (count,) = struct.unpack_from(">I", data)
    if count * width * 4 > len(data) - 4:
        raise ChunkError(0, f"{count} entries in {len(data) - 4} bytes")
    row = struct.Struct(f">{width}I")
    for offset in range(4, 4 + count * width * 4, width * 4):
        yield offset, row.unpack_from(data, offset)


def inflate_literals(data: bytes) -> bytes:
    """The payload of `LitT`: the content of `LitU`."""
    if len(data) < 4:
        raise ChunkError(0, "truncated")
    (size,) = struct.unpack_from(">I", data)
    if size == 0:
        return data[4:]
    if size > MAX_BEAM_BYTES:
        raise ChunkError(0, f"a literal table of {size} bytes")
    table = inflate(data[4:], size, 4)
    if len(table) != size:
        raise ChunkError(0, f"{size} bytes are announced, {len(table)} came out")
    return table


def split_literals(table: bytes) -> tuple[tuple[int, bytes], ...]:
    """(offset in the table, external term) of every literal of `LitU`."""
    if len(table) < 4:
        raise ChunkError(0, "truncated")
    (count,) = struct.unpack_from(">I", table)
    if count * 4 > len(table) - 4:
        raise ChunkError(0, f"{count} literals in {len(table) - 4} bytes")
    literals: list[tuple[int, bytes]] = []
    offset = 4
    for index in range(count):
        size = struct.unpack_from(">I", table, offset)[0] if offset + 4 <= len(table) else len(table)
        if size > len(table) - offset - 4:
            raise ChunkError(offset, f"truncated within literal {index} of {count}")
        literals.append((offset + 4, table[offset + 4 : offset + 4 + size]))
        offset += 4 + size
    return tuple(literals)


def read_lines(data: bytes, own_file: str) -> tuple[Location | None, ...]:
    """The locations of `Line`, which `line` instructions index; entry 0 is None: unknown. `own_file` is file 0."""
    if len(data) < _LINE_HEADER.size:
        raise ChunkError(0, "truncated")
    version, _flags, _instructions, count, name_count = _LINE_HEADER.unpack_from(data)
    if version != 0:
        raise ChunkError(0, f"line table version {version} is unknown")
    if count + name_count > len(data) - _LINE_HEADER.size:
        left = len(data) - _LINE_HEADER.size
        raise ChunkError(12, f"{count} lines and {name_count} names in {left} bytes")
    reader = CompactReader(data, _LINE_HEADER.size, ())
    items = _read_line_items(reader, count)
    names = [own_file, *(_read_file_name(reader) for _ in range(name_count))]
    return (None, *(_resolve_line(offset, file, line, names) for offset, file, line in items))


def _read_line_items(reader: CompactReader, count: int) -> list[tuple[int, int, int]]:
    """(offset, file, line) of every item; an atom-tagged item switches the current file and counts for nothing."""
    items: list[tuple[int, int, int]] = []
    file = 0
    while len(items) < count:
        start = reader.pos
        tag, value = reader.tagged()
        if tag == TAG_A:
            file = value
        elif tag == TAG_I:
            items.append((start, file, value))
        else:
            raise ChunkError(start, f"line item with tag {tag}")
    return items


def _read_file_name(reader: CompactReader) -> str:
    start = reader.pos
    if start + 2 > len(reader.data):
        raise ChunkError(start, "truncated before a file name")
    (size,) = struct.unpack_from(">H", reader.data, start)
    name = reader.data[start + 2 : start + 2 + size]
    if len(name) < size:
        raise ChunkError(start, "truncated within a file name")
    reader.pos = start + 2 + size
    return name.decode("utf-8", "replace")


def _resolve_line(offset: int, file: int, line: int, names: list[str]) -> Location:
    if file >= len(names):
        raise ChunkError(offset, f"file {file} of {len(names)}")
    return Location(names[file], line)

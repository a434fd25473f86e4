"""Writes what `beam_code.py` and `beam_tables.py` read: compact terms and the tables of a .beam."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence

from hatch_elixir_workers.beam_code import TAG_A, TAG_I, TAG_U
from hatch_elixir_workers.beam_tables import Location

_ONE_BYTE_MAX = 15
_TWO_BYTES_MAX = 2047
_ATOM_LENGTH_MAX = 255
_LINE_HEADER = struct.Struct(">5I")


def compact(tag: int, value: int) -> bytes:
    """One compact term that is not extended (`beam_code.py` has the layout)."""
    if 0 <= value <= _ONE_BYTE_MAX:
        return bytes((value << 4 | tag,))
    if 0 <= value <= _TWO_BYTES_MAX:
        return bytes((value >> 3 & 0b11100000 | 0b01000 | tag, value & 0xFF))
    size = max(2, (value + (value < 0)).bit_length() // 8 + 1)
    data = value.to_bytes(size, "big", signed=True)
    if size <= 8:
        return bytes(((size - 2) << 5 | 0b11000 | tag,)) + data
    return bytes((0b11111000 | tag,)) + compact(TAG_U, size - 9) + data


def atoms_chunk(atoms: Iterable[str]) -> bytes:
    """`AtU8`; lengths are single bytes, as OTP 24 to 27 write them, unless a name is too long for that."""
    names = [atom.encode() for atom in atoms]
    if all(len(name) <= _ATOM_LENGTH_MAX for name in names):
        return struct.pack(">i", len(names)) + b"".join(bytes((len(name),)) + name for name in names)
    return struct.pack(">i", -len(names)) + b"".join(compact(TAG_U, len(name)) + name for name in names)


def rows_chunk(rows: Sequence[Sequence[int]]) -> bytes:
    """`ImpT`, `ExpT`, `LocT`, `FunT`."""
    return struct.pack(">I", len(rows)) + b"".join(struct.pack(f">{len(row)}I", *row) for row in rows)


def literals_chunk(literals: Sequence[bytes]) -> bytes:
    """`LitU`: external terms, each with its size."""
    return struct.pack(">I", len(literals)) + b"".join(struct.pack(">I", len(term)) + term for term in literals)


def lines_chunk(lines: Sequence[Location], own_file: str, *, flags: int, instructions: int) -> bytes:
    """`Line`: `lines` are what `line` instructions index from 1 on; `own_file` is file 0."""
    files = {own_file: 0}
    items = bytearray()
    current = 0
    for file, line in lines:
        index = files.setdefault(file, len(files))
        if index != current:
            items += compact(TAG_A, index)
            current = index
        items += compact(TAG_I, line)
    names = [name.encode() for name in list(files)[1:]]
    header = _LINE_HEADER.pack(0, flags, instructions, len(lines), len(names))
    return header + bytes(items) + b"".join(struct.pack(">H", len(name)) + name for name in names)

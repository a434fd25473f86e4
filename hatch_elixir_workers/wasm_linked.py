r"""Reads linked WebAssembly that still knows its symbols and relocations (`wasm-ld --emit-relocs`).

    module       "\0asm" version:32   then sections   id size data
    code (10)    count   bodies: size, body
    data (11)    count   segments: 0 i32.const address end, or 1; size, bytes
    "linking"    version, then subsections; the symbol table (8): kind flags what-it-is
    "reloc.X"    section count   entries: type offset symbol [addend]

Numbers are LEB128. Offsets of relocations count from the first byte of their section's data.
WebAssembly Object File Linking (tool-conventions).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from hatch_elixir_workers import leb128
from hatch_elixir_workers.errors import VmError

CUSTOM, IMPORT, FUNCTION, EXPORT, START, ELEMENT, CODE, DATA = 0, 2, 3, 7, 8, 9, 10, 11
_MAGIC = b"\0asm\1\0\0\0"

FUNCTION_SYMBOL, DATA_SYMBOL, _SECTION_SYMBOL = 0, 1, 3
_SYMBOL_TABLE = 8
_UNDEFINED, _EXPLICIT_NAME = 0x10, 0x40

FUNCTION_INDEX_LEB, TABLE_INDEX_SLEB, TABLE_INDEX_I32 = 0, 1, 2
_MEMORY_ADDR_LEB, _MEMORY_ADDR_SLEB, _MEMORY_ADDR_I32, TYPE_INDEX_LEB, _GLOBAL_INDEX_LEB = 3, 4, 5, 6, 7
_FUNCTION_OFFSET_I32, _SECTION_OFFSET_I32, _TABLE_NUMBER_LEB = 8, 9, 20
_WITH_ADDEND = frozenset(
    {_MEMORY_ADDR_LEB, _MEMORY_ADDR_SLEB, _MEMORY_ADDR_I32, _FUNCTION_OFFSET_I32, _SECTION_OFFSET_I32}
)
# What they write is padded to five bytes; the value may be signed or not.
UNSIGNED_LEBS = frozenset({FUNCTION_INDEX_LEB, _MEMORY_ADDR_LEB, TYPE_INDEX_LEB, _GLOBAL_INDEX_LEB, _TABLE_NUMBER_LEB})
SIGNED_LEBS = frozenset({TABLE_INDEX_SLEB, _MEMORY_ADDR_SLEB})
PADDED_BYTES = 5
_KNOWN_RELOCATIONS = UNSIGNED_LEBS | SIGNED_LEBS | {TABLE_INDEX_I32, _MEMORY_ADDR_I32}

_ACTIVE, _I32_CONST, _END = 0, 0x41, 0x0B


class Section(NamedTuple):
    """`name` is that of a custom section."""

    id: int
    name: str
    data: bytes


class Symbol(NamedTuple):
    """A function, or a run of bytes in a data segment. `segment` is None where it is not defined here."""

    kind: int
    name: str
    function: int
    segment: int | None
    offset: int
    size: int


class Relocation(NamedTuple):
    """At `offset` of its section's data stands what the number of `symbol` in the symbol table decides.

    If the type is `TYPE_INDEX_LEB` it is the number of a type instead.
    """

    type: int
    offset: int
    symbol: int
    addend: int


class Run(NamedTuple):
    """Bytes of a section's data: `data[start:end]`."""

    start: int
    end: int


@dataclass(frozen=True)
class Linked:
    """`bodies[i]` is function `imported + i`, of type `types[i]`. `roots` are the functions that the host calls.

    Segment `i` stands at `segments[i]` of the data section, and at `addresses[i]` of the memory.
    """

    sections: tuple[Section, ...]
    imported: int
    types: tuple[int, ...]
    bodies: tuple[Run, ...]
    segments: tuple[Run, ...]
    addresses: tuple[int, ...]
    roots: tuple[int, ...]
    symbols: tuple[Symbol, ...]
    code_relocations: tuple[Relocation, ...]
    data_relocations: tuple[Relocation, ...]

    @property
    def functions(self) -> int:
        """How many there are, imported ones too."""
        return self.imported + len(self.bodies)


class Reader(leb128.Reader):
    """Reads numbers and strings."""

    def bytes(self) -> bytes:
        """As many bytes as the number in front says."""
        size = self.unsigned()
        self.at += size
        if self.at > len(self.data):
            raise IndexError
        return self.data[self.at - size : self.at]

    def name(self) -> str:
        """A name in UTF-8."""
        return self.bytes().decode("utf-8")


def signed(value: int) -> bytes:
    """Signed LEB128, as short as can be."""
    out = bytearray()
    while not -0x40 <= value < 0x40:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*out, value & 0x7F))


def read_linked(data: bytes, unwanted: Collection[str] = ()) -> Linked:
    """The machine, whose roots are the functions that it exports, but for the `unwanted`. Raises VmError."""
    try:
        return _linked(tuple(read_sections(data)), unwanted)
    except (IndexError, KeyError, ValueError) as error:
        raise VmError(f"the linkable virtual machine is damaged ({type(error).__name__}: {error})") from None


def write_sections(sections: Iterable[Section]) -> bytes:
    """A module of these sections, none of them custom."""
    return _MAGIC + b"".join(bytes((each.id,)) + leb128.unsigned(len(each.data)) + each.data for each in sections)


def read_sections(data: bytes) -> Iterator[Section]:
    """All sections, in order."""
    if data[: len(_MAGIC)] != _MAGIC:
        raise ValueError("no WebAssembly")
    reader = Reader(data, len(_MAGIC))
    while reader.at < len(data):
        number, content = reader.byte(), reader.bytes()
        name = Reader(content).name() if number == CUSTOM else ""
        yield Section(number, name, content)


def _linked(sections: tuple[Section, ...], unwanted: Collection[str]) -> Linked:
    known = {section.id: section.data for section in sections}
    custom = {section.name: section.data for section in sections if section.id == CUSTOM}
    imported = _imported_functions(known[IMPORT])
    roots = [index for name, index in _exported_functions(known[EXPORT]) if name not in unwanted]
    if START in known:
        roots.append(Reader(known[START]).unsigned())
    types = Reader(known[FUNCTION])
    segments = [*read_segments(known[DATA])]
    return Linked(
        sections=sections,
        imported=imported,
        types=tuple(types.unsigned() for _ in range(types.unsigned())),
        bodies=tuple(read_bodies(known[CODE])),
        segments=tuple(run for _, run in segments),
        addresses=tuple(address for address, _ in segments),
        roots=tuple(roots),
        symbols=tuple(_symbols(custom["linking"])),
        code_relocations=tuple(_relocations(custom["reloc.CODE"])),
        data_relocations=tuple(_relocations(custom["reloc.DATA"])),
    )


def _imported_functions(data: bytes) -> int:
    reader, functions = Reader(data), 0
    for _ in range(reader.unsigned()):
        module, name, kind = reader.name(), reader.name(), reader.byte()
        if kind != 0:
            raise ValueError(f"the import {module}.{name} is no function")
        reader.unsigned()
        functions += 1
    return functions


def _exported_functions(data: bytes) -> Iterator[tuple[str, int]]:
    reader = Reader(data)
    for _ in range(reader.unsigned()):
        name, kind, index = reader.name(), reader.byte(), reader.unsigned()
        if kind == 0:
            yield name, index


def read_bodies(data: bytes) -> Iterator[Run]:
    """Where the functions' bodies stand in the code section's data."""
    reader = Reader(data)
    for _ in range(reader.unsigned()):
        size = reader.unsigned()
        yield Run(reader.at, reader.at + size)
        reader.at += size


def read_segments(data: bytes) -> Iterator[tuple[int, Run]]:
    """The address of each segment, and where its bytes stand."""
    reader = Reader(data)
    for _ in range(reader.unsigned()):
        mode = reader.unsigned()
        if mode != _ACTIVE:
            raise ValueError(f"a data segment of mode {mode}")
        address = _constant(reader)
        size = reader.unsigned()
        yield address, Run(reader.at, reader.at + size)
        reader.at += size


def _constant(reader: Reader) -> int:
    if reader.byte() != _I32_CONST:
        raise ValueError("a segment whose place is no constant")
    value = reader.signed()
    reader.byte()
    return value


def read_elements(data: bytes) -> tuple[int, list[int]]:
    """Of the one segment that fills the table of functions: the place of the first, and all of them."""
    reader = Reader(data)
    if (reader.unsigned(), reader.unsigned()) != (1, 0):
        raise ValueError("the table of functions has other segments than one that is there from the beginning")
    return _constant(reader), [reader.unsigned() for _ in range(reader.unsigned())]


def write_elements(first: int, functions: Sequence[int]) -> bytes:
    """The segment that `read_elements` reads."""
    place = bytes((_ACTIVE, _I32_CONST)) + signed(first) + bytes((_END,))
    return b"".join([b"\1", place, leb128.unsigned(len(functions)), *map(leb128.unsigned, functions)])


def write_segments(segments: Sequence[tuple[int, bytes]]) -> bytes:
    """A data section: bytes, and the address of the first of them."""
    out = bytearray(leb128.unsigned(len(segments)))
    for address, data in segments:
        out += bytes((_ACTIVE, _I32_CONST)) + signed(address) + bytes((_END,)) + leb128.unsigned(len(data)) + data
    return bytes(out)


def renumber_exports(data: bytes, numbers: Mapping[int, int]) -> bytes:
    """The section of exports with other numbers for functions, without functions that have none."""
    reader, rows = Reader(data), []
    for _ in range(reader.unsigned()):
        start = reader.at
        reader.name()
        kind = reader.byte()
        head, index = data[start : reader.at], reader.unsigned()
        if kind != 0 or index in numbers:
            rows.append(head + leb128.unsigned(numbers[index] if kind == 0 else index))
    return leb128.unsigned(len(rows)) + b"".join(rows)


def _symbols(data: bytes) -> Iterator[Symbol]:
    reader = Reader(data)
    reader.name()
    reader.unsigned()  # version
    while reader.at < len(data):
        number, content = reader.byte(), reader.bytes()
        if number == _SYMBOL_TABLE:
            table = Reader(content)
            for _ in range(table.unsigned()):
                yield _symbol(table)


def _symbol(table: Reader) -> Symbol:
    kind, flags = table.byte(), table.unsigned()
    if kind == DATA_SYMBOL:
        name = table.name()
        if flags & _UNDEFINED:
            return Symbol(kind, name, 0, None, 0, 0)
        return Symbol(kind, name, 0, table.unsigned(), table.unsigned(), table.unsigned())
    index = table.unsigned()
    named = kind != _SECTION_SYMBOL and (not flags & _UNDEFINED or flags & _EXPLICIT_NAME)
    return Symbol(kind, table.name() if named else "", index, None, 0, 0)


def _relocations(data: bytes) -> Iterator[Relocation]:
    reader = Reader(data)
    reader.name()
    reader.unsigned()  # the section they belong to, which their name says, too
    for _ in range(reader.unsigned()):
        kind = reader.byte()
        if kind not in _KNOWN_RELOCATIONS:
            raise ValueError(f"a relocation of type {kind}")
        offset, symbol = reader.unsigned(), reader.unsigned()
        yield Relocation(kind, offset, symbol, reader.signed() if kind in _WITH_ADDEND else 0)

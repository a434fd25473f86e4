"""The `Code` chunk of a .beam: compact terms and generic instructions.

A compact term is a byte `...TTT`, TTT its tag, followed by more bytes when the value does not fit:

    NNNN 0 TTT                              0..15
    NNN 01 TTT  NNNNNNNN                    16..2047
    LLL 11 TTT  bytes[LLL + 2]              big-endian two's complement
    111 11 TTT  u(length - 9)  bytes        the same, 9 bytes or more

    tag  0 u    1 i    2 a    3 x    4 y    5 f    6 h (unused)    7 z (extended)
    0x17 list   0x27 float register   0x37 allocation list   0x47 literal   0x57 typed register
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from hatch_elixir_workers.beam_file import ChunkError
from hatch_elixir_workers.opcodes import ARITIES, IMPORT_OPERAND, MAX_OPCODE, NAMES

TAG_U, TAG_I, TAG_A, TAG_X, TAG_Y, TAG_F, TAG_H, TAG_Z = range(8)
EXT_LIST, EXT_FLOAT_REGISTER, EXT_ALLOC, EXT_LITERAL, EXT_TYPED = 0x17, 0x27, 0x37, 0x47, 0x57
_INT_CODE_END = 3

# |N| >= 2^128 lives in the literal table (beam-format, Compact terms); anything longer is a damaged file.
_MAX_INTEGER_BYTES = 32


@dataclass(frozen=True, slots=True)
class U:
    """A plain number: count, size, index, unit."""

    value: int


@dataclass(frozen=True, slots=True)
class I:  # noqa: E742 - the specification's own name
    """An integer term."""

    value: int


@dataclass(frozen=True, slots=True)
class A:
    """An atom term, by name."""

    name: str


@dataclass(frozen=True, slots=True)
class Nil:
    """The empty list (atom index 0)."""


@dataclass(frozen=True, slots=True)
class X:
    """An X register; a typed register is the same operand, its type is ignored."""

    index: int


@dataclass(frozen=True, slots=True)
class Y:
    """A Y register."""

    index: int


@dataclass(frozen=True, slots=True)
class FR:
    """A float register."""

    index: int


@dataclass(frozen=True, slots=True)
class F:
    """A label; 0 means none."""

    label: int


@dataclass(frozen=True, slots=True)
class Lit:
    """A literal, by its index: `BeamModule.literals[index]`."""

    index: int


@dataclass(frozen=True, slots=True)
class Alloc:
    """What to reserve: (kind, n) pairs; kind 0 words, 1 floats, 2 funs."""

    pairs: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Items:
    """An operand list, as in `select_val` or `put_tuple2`."""

    items: tuple[Operand, ...]


Operand: TypeAlias = "U | I | A | Nil | X | Y | FR | F | Lit | Alloc | Items"


class Instruction(NamedTuple):
    """One generic instruction; `offset` counts from the first byte of the `Code` chunk's data."""

    offset: int
    opcode: int
    name: str
    operands: tuple[Operand, ...]


@lru_cache(maxsize=65536)
def _plain(tag: int, value: int) -> Operand:
    """The operand of every tag that does not depend on the module."""
    if tag == TAG_I:
        return I(value)
    if tag == TAG_X:
        return X(value)
    if tag == TAG_Y:
        return Y(value)
    if tag == TAG_F:
        return F(value)
    return U(value)


_PLAIN_TAGS = (TAG_U, TAG_I, TAG_X, TAG_Y, TAG_F)


class CompactReader:
    """Reads compact terms from `data`; `pos` is the offset of the next byte. Raises ChunkError.

    `atoms` and the number of `literals` are the tables that operands refer to.
    """

    def __init__(self, data: bytes, pos: int, atoms: Sequence[str], literals: int = 0) -> None:
        self.data = data
        self.pos = pos
        self.atoms = atoms
        self.literals = literals
        self._short = self._short_operands()
        self._two_bytes: dict[int, Operand] = {}

    def _short_operands(self) -> list[Operand | None]:
        """Operand of every one-byte term; None where more bytes follow or the byte is damaged."""
        table: list[Operand | None] = [None] * 256
        for value in range(16):
            for tag in _PLAIN_TAGS:
                table[value << 4 | tag] = _plain(tag, value)
            if value <= len(self.atoms):
                table[value << 4 | TAG_A] = A(self.atoms[value - 1]) if value else Nil()
        return table

    def operand(self) -> Operand:
        """The next operand, of any tag."""
        try:
            first = self.data[self.pos]
        except IndexError:
            raise ChunkError(self.pos, "the code ends within an instruction") from None
        short = self._short[first]
        if short is not None:
            self.pos += 1
            return short
        return self._long_operand(first)

    def operands(self, count: int) -> tuple[Operand, ...]:
        """The next `count` operands."""
        # operand() with its common half inlined: most of the time of a build goes by here.
        data, short, found = self.data, self._short, []
        for _ in range(count):
            operand = short[data[self.pos]] if self.pos < len(data) else None
            if operand is not None:
                self.pos += 1
                found.append(operand)
            else:
                found.append(self.operand())
        return tuple(found)

    def number(self) -> int:
        """A `u` term: a count, an index."""
        start = self.pos
        tag, value = self.tagged()
        if tag != TAG_U:
            raise ChunkError(start, f"a plain number was expected, found tag {tag}")
        return value

    def tagged(self) -> tuple[int, int]:
        """Tag and value of the next term that is not extended; only an `i` can be negative."""
        start = self.pos
        try:
            first = self.data[start]
            if first & 0b1000 == 0:
                self.pos += 1
                return first & 0b111, first >> 4
            if first & 0b10000 == 0:
                self.pos += 2
                return first & 0b111, (first & 0b11100000) << 3 | self.data[start + 1]
        except IndexError:
            raise ChunkError(start, "the data ends within a compact term") from None
        value = self._big_value(start, first >> 5)
        if value < 0 and first & 0b111 != TAG_I:
            raise ChunkError(start, f"negative value {value} with tag {first & 0b111}")
        return first & 0b111, value

    def _big_value(self, start: int, length_code: int) -> int:
        self.pos += 1
        size = length_code + 2 if length_code < 7 else 9 + self._size_of_size(start)
        if size > _MAX_INTEGER_BYTES:
            raise ChunkError(start, f"an integer of {size} bytes")
        value = self.data[self.pos : self.pos + size]
        if len(value) < size:
            raise ChunkError(start, "the data ends within a compact term")
        self.pos += size
        return int.from_bytes(value, "big", signed=True)

    def _size_of_size(self, start: int) -> int:
        """The length of a long integer is itself a `u` term, but never a long one."""
        if self.pos < len(self.data) and self.data[self.pos] & 0b11111000 == 0b11111000:
            raise ChunkError(start, "an integer whose length is itself a long integer")
        return self.number()

    def _long_operand(self, first: int) -> Operand:
        if first & 0b111 == TAG_Z:
            return self._extended(first)
        if first & 0b11000 == 0b01000:
            return self._two_byte_operand(first)
        return self._any_operand()

    def _two_byte_operand(self, first: int) -> Operand:
        key = first << 8 | self.data[self.pos + 1] if self.pos + 1 < len(self.data) else -1
        known = self._two_bytes.get(key)
        if known is None:
            known = self._two_bytes[key] = self._any_operand()
        else:
            self.pos += 2
        return known

    def _any_operand(self) -> Operand:
        start = self.pos
        tag, value = self.tagged()
        if tag == TAG_A:
            return self._atom(start, value)
        if tag == TAG_H:
            raise ChunkError(start, "operand with the unused tag 6")
        return _plain(tag, value)

    def _atom(self, start: int, index: int) -> Operand:
        if index > len(self.atoms):
            raise ChunkError(start, f"atom {index} of {len(self.atoms)}")
        return A(self.atoms[index - 1]) if index else Nil()

    def _extended(self, first: int) -> Operand:
        start = self.pos
        self.pos += 1
        if first == EXT_LIST:
            return self._list(start)
        if first == EXT_FLOAT_REGISTER:
            return FR(self.number())
        if first == EXT_ALLOC:
            pairs = self._count(start, 2)
            return Alloc(tuple([(self.number(), self.number()) for _ in range(pairs)]))
        if first == EXT_LITERAL:
            return self._literal(start)
        if first == EXT_TYPED:
            return self._typed_register(start)
        raise ChunkError(start, f"unknown extended operand 0x{first:02x}")

    def _literal(self, start: int) -> Operand:
        index = self.number()
        if index >= self.literals:
            raise ChunkError(start, f"literal {index} of {self.literals}")
        return Lit(index)

    def _count(self, start: int, bytes_each: int) -> int:
        count = self.number()
        if count * bytes_each > len(self.data) - self.pos:
            raise ChunkError(start, f"a list of {count} operands in {len(self.data) - self.pos} bytes")
        return count

    def _list(self, start: int) -> Operand:
        items = []
        for _ in range(self._count(start, 1)):
            if self.pos < len(self.data) and self.data[self.pos] == EXT_LIST:
                raise ChunkError(self.pos, "an operand list within an operand list")
            items.append(self.operand())
        return Items(tuple(items))

    def _typed_register(self, start: int) -> Operand:
        tag, value = self.tagged()
        if tag not in (TAG_X, TAG_Y):
            raise ChunkError(start, f"typed register with tag {tag}")
        self.number()
        return _plain(tag, value)


def decode_instructions(
    code: bytes, start: int, atoms: Sequence[str], *, imports: int = 0, literals: int = 0
) -> Iterator[Instruction]:
    """All instructions from `code[start:]` up to and including `int_code_end`.

    `imports` and `literals` are the sizes of those tables. Raises ChunkError at the first byte that is no instruction,
    and for an index beyond its table.
    """
    reader = CompactReader(code, start, atoms, literals)
    opcode = 0
    while opcode != _INT_CODE_END:
        offset = reader.pos
        if offset >= len(code):
            raise ChunkError(offset, "the code ends without int_code_end")
        opcode = code[offset]
        arity = ARITIES[opcode] if opcode <= MAX_OPCODE else None
        if arity is None:
            raise ChunkError(offset, f"unknown instruction {opcode}")
        reader.pos = offset + 1
        operands = reader.operands(arity)
        name = NAMES[opcode] or ""
        if name in IMPORT_OPERAND:
            _check_import(offset, name, operands[IMPORT_OPERAND[name]], imports)
        yield Instruction(offset, opcode, name, operands)


def _check_import(offset: int, name: str, operand: Operand, imports: int) -> None:
    if not isinstance(operand, U):
        raise ChunkError(offset, f"{name} without an import")
    if operand.value >= imports:
        raise ChunkError(offset, f"import {operand.value} of {imports}")

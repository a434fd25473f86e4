"""Condensed code: the chunk `CodC` of modules in a bundle, from which the machine makes `Code` again.

    CodC   the header of Code:20 bytes   sizes: of Code, of each stream but the last   streams

Numbers are LEB128. The first stream holds the instructions as in `Code`, but references in them are left out, or stand
as a mark where an operand could be something else. What they refer to is in streams of their own, one for each kind,
relative to what came before: most references are to what comes next. So the same instructions are the same bytes
wherever they stand, which halves what gzip makes of code.

    reference            in the first stream   in its own stream
    number of a label    nothing               nothing: labels are numbered as they stand
    jump to a label      MARK_JUMP             below 8: which of the latest different targets, 0 the newest;
                                               else 8 + distance from the latest label, zigzag
    atom                 MARK_ATOM             0: the next one that has not been used; else its number
    literal              MARK_LITERAL          0: likewise; else its number + 1
    import               nothing               the same
    line                 nothing               0: likewise; else its distance from the one that would be next
    row of FunT          MARK_FUN              distance from the row after the latest, zigzag

Atom 1, the module's name, counts as used; so does line 0, which is no line.
"""

from __future__ import annotations

from collections.abc import Sequence

from hatch_elixir_workers import leb128
from hatch_elixir_workers.beam_code import (
    EXT_ALLOC,
    EXT_LIST,
    EXT_LITERAL,
    EXT_TYPED,
    TAG_A,
    TAG_F,
    TAG_U,
    CompactReader,
)
from hatch_elixir_workers.beam_encode import compact
from hatch_elixir_workers.beam_file import ChunkError
from hatch_elixir_workers.opcodes import ARITIES, IMPORT_OPERAND, MAX_OPCODE, NUMBERS

CHUNK = "CodC"

_OPERATIONS, JUMP, ATOM, LITERAL, IMPORT, LINE, FUN = range(7)
STREAMS = 7
_HEADER_BYTES = 20
_TARGETS = 8  # how many targets of jumps are remembered
# The first number of each kind that has not been used when the code begins.
_FIRST = {ATOM: 2, LITERAL: 0, IMPORT: 0, LINE: 1}

MARK_JUMP = compact(TAG_F, 1)
MARK_ATOM = compact(TAG_A, 1)
MARK_LITERAL = bytes((EXT_LITERAL,))
MARK_FUN = compact(TAG_U, 0)

_LABEL, _INT_CODE_END = NUMBERS["label"], NUMBERS["int_code_end"]
# Operands that are plain numbers and refer to something: by instruction, which operand, and its kind.
_BARE = {
    **{NUMBERS[name]: (index, IMPORT) for name, index in IMPORT_OPERAND.items()},
    **{NUMBERS[name]: (0, LINE) for name in ("line", "executable_line", "debug_line")},
    **{NUMBERS[name]: (0, FUN) for name in ("make_fun2", "make_fun3", "call_fun2")},
}


class Condenser:
    """Takes the parts of the code in their order and fills the streams."""

    def __init__(self) -> None:
        self._streams = [bytearray() for _ in range(STREAMS)]
        self._next = dict(_FIRST)
        self._labels = 0
        self._targets: list[int] = []
        self._next_fun = 0

    def plain(self, data: bytes) -> None:
        """Instructions and operands without a reference, as in `Code`."""
        self._streams[_OPERATIONS] += data

    def label(self, number: int) -> None:
        """The number of the label that stands here: one more than that of the one before."""
        self._labels = number

    def jump(self, label: int) -> None:
        """The operand that is a label."""
        self._streams[_OPERATIONS] += MARK_JUMP
        known = label in self._targets
        number = self._targets.index(label) if known else _TARGETS + zigzag(label - self._labels)
        self._streams[JUMP] += leb128.unsigned(number)
        remember(self._targets, label)

    def atom(self, number: int) -> None:
        """The operand that is an atom, by its number in `AtU8` from 1 on."""
        self._streams[_OPERATIONS] += MARK_ATOM
        self._number(ATOM, number, number)

    def literal(self, number: int) -> None:
        """The operand that is a literal."""
        self._streams[_OPERATIONS] += MARK_LITERAL
        self._number(LITERAL, number, number + 1)

    def import_(self, number: int) -> None:
        """The import that an instruction calls."""
        self._number(IMPORT, number, number + 1)

    def line(self, number: int) -> None:
        """The line that an instruction names, 0 for none."""
        self._number(LINE, number, self._next[LINE] - number)

    def fun(self, row: int) -> None:
        """The row of `FunT` that an instruction names."""
        self._streams[_OPERATIONS] += MARK_FUN
        self._streams[FUN] += leb128.unsigned(zigzag(row - self._next_fun))
        self._next_fun = row + 1

    def _number(self, kind: int, number: int, otherwise: int) -> None:
        is_next = number == self._next[kind]
        self._streams[kind] += leb128.unsigned(0 if is_next else otherwise)
        self._next[kind] += is_next

    def chunk(self, code: bytes) -> bytes:
        """The data of `CodC`; `code` is that of `Code`, which is to be restored from it."""
        return joined(code[:_HEADER_BYTES], len(code) - _HEADER_BYTES, self._streams)


def split(data: bytes) -> tuple[bytes, int, list[bytes]]:
    """The header of `Code`, how long it is without that, and the streams, of the data of `CodC`. Raises ChunkError."""
    if len(data) < _HEADER_BYTES:
        raise ChunkError(0, "truncated")
    reader = Stream(data, _HEADER_BYTES)
    total, *sizes = [reader.unsigned() for _ in range(STREAMS)]
    streams = [reader.take(size) for size in sizes]
    return data[:_HEADER_BYTES], total, [*streams, data[reader.at :]]


def joined(header: bytes, total: int, streams: Sequence[bytes | bytearray]) -> bytes:
    """The data of `CodC` from what `split` returns."""
    return header + b"".join([*map(leb128.unsigned, [total, *map(len, streams[:-1])]), *streams])


def restored(data: bytes) -> bytes:
    """`Code` from the data of `CodC`. Raises ChunkError."""
    header, total, streams = split(data)
    code = _Restorer(streams).code()
    if len(code) != total:
        raise ChunkError(_HEADER_BYTES, f"{total} bytes of code are announced, {len(code)} came out")
    return header + code


class Stream(leb128.Reader):
    """Reads one stream. Raises ChunkError where it is cut off."""

    def byte(self) -> int:
        """The next byte."""
        if self.at >= len(self.data):
            raise ChunkError(self.at, "truncated")
        return super().byte()

    def take(self, size: int) -> bytes:
        """The next bytes."""
        if size > len(self.data) - self.at:
            raise ChunkError(self.at, "truncated")
        self.at += size
        return self.data[self.at - size : self.at]


class _Restorer:
    """Writes `Code`, but for its header, from the streams."""

    def __init__(self, streams: Sequence[bytes]) -> None:
        self.streams = [Stream(data) for data in streams]
        self.next = dict(_FIRST)
        self.labels = 0
        self.targets: list[int] = []
        self.next_fun = 0
        self.out = bytearray()

    def code(self) -> bytes:
        opcode = None
        while opcode != _INT_CODE_END:
            opcode = self._byte()
            self.out.append(opcode)
            if opcode == _LABEL:
                self.labels += 1
                self.out += compact(TAG_U, self.labels)
            else:
                self._operands(opcode)
        return bytes(self.out)

    def _operands(self, opcode: int) -> None:
        arity = ARITIES[opcode] if opcode <= MAX_OPCODE else None
        if arity is None:
            raise ChunkError(self.streams[_OPERATIONS].at - 1, f"unknown instruction {opcode}")
        bare, kind = _BARE.get(opcode, (None, 0))
        for index in range(arity):
            if index != bare:
                self._operand(self._byte())
            elif kind == FUN:
                self._fun()
            else:
                self.out += compact(TAG_U, self._number(kind))

    def _operand(self, first: int) -> None:
        if first == MARK_JUMP[0]:
            self.out += compact(TAG_F, self._target())
        elif first == MARK_ATOM[0]:
            self.out += compact(TAG_A, self._number(ATOM))
        elif first == EXT_LITERAL:
            self.out.append(first)
            self.out += compact(TAG_U, self._number(LITERAL))
        else:
            self._plain(first)

    def _target(self) -> int:
        number = self.streams[JUMP].unsigned()
        if number < _TARGETS and number >= len(self.targets):
            raise ChunkError(self.streams[JUMP].at, f"jump to target {number} of {len(self.targets)}")
        label = self.targets[number] if number < _TARGETS else self.labels + unzigzag(number - _TARGETS)
        remember(self.targets, label)
        return label

    def _plain(self, first: int) -> None:
        """An operand that is as in `Code`, with all that belongs to it."""
        if first == EXT_TYPED:
            self.out.append(first)
            self._operand(self._byte())
            self._value()
        elif first in (EXT_LIST, EXT_ALLOC):
            self.out.append(first)
            for _ in range(self._value() * (2 if first == EXT_ALLOC else 1)):
                self._operand(self._byte())
        elif first & 7 == 7:
            self.out.append(first)
            self._value()
        else:
            self._copy(first)

    def _byte(self) -> int:
        return self.streams[_OPERATIONS].byte()

    def _value(self) -> int:
        return self._copy(self._byte())

    def _copy(self, first: int) -> int:
        """A compact term as it is; its value."""
        stream = self.streams[_OPERATIONS]
        reader = CompactReader(stream.data, stream.at - 1, ())
        _, value = reader.tagged()
        self.out += stream.data[stream.at - 1 : reader.pos]
        stream.at = reader.pos
        return value

    def _fun(self) -> None:
        first = self._byte()
        if first != MARK_FUN[0]:
            self._operand(first)
            return
        row = self.next_fun + unzigzag(self.streams[FUN].unsigned())
        self.next_fun = row + 1
        self.out += compact(TAG_U, row)

    def _number(self, kind: int) -> int:
        written = self.streams[kind].unsigned()
        if written == 0:
            self.next[kind] += 1
            return self.next[kind] - 1
        if kind == LINE:
            return self.next[LINE] - written
        return written if kind == ATOM else written - 1


def remember(targets: list[int], label: int) -> None:
    """Moves the label to the front of the latest targets."""
    if label in targets:
        targets.remove(label)
    targets.insert(0, label)
    del targets[_TARGETS:]


def zigzag(value: int) -> int:
    """Numbers near 0 become small ones: 0, -1, 1, -2, …"""
    return value << 1 if value >= 0 else ~value << 1 | 1


def unzigzag(value: int) -> int:
    """What `zigzag` was given."""
    return ~(value >> 1) if value & 1 else value >> 1

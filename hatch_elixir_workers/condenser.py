"""Condensed code from `Code`; `condensed.py` has the layout."""

from __future__ import annotations

from collections.abc import Sequence

from hatch_elixir_workers import cache, leb128
from hatch_elixir_workers.beam_code import (
    EXT_ALLOC,
    EXT_LIST,
    EXT_LITERAL,
    EXT_TYPED,
    TAG_A,
    TAG_F,
    TAG_H,
    TAG_I,
    TAG_U,
    TAG_Z,
    CompactReader,
)
from hatch_elixir_workers.beam_encode import compact
from hatch_elixir_workers.beam_file import ChunkError
from hatch_elixir_workers.condensed import (
    ALLOCATED,
    ARITY,
    ATOM,
    CALLEE,
    CHOICE_MAX,
    CHOICES,
    FRAME,
    FUN,
    FUNC_INFO,
    HEADER_BYTES,
    IMPORT,
    INT_CODE_END,
    JUMP,
    LABEL,
    LINE,
    LITERAL,
    MARK_ATOM,
    MARK_FUN,
    MARK_JUMP,
    NAME,
    NEVER_GO_ON,
    OPERANDS,
    OPERATIONS,
    OWN,
    OWN_NAME,
    PARAMETERS,
    PLAIN,
    STREAMS,
    TARGET,
    TARGETS,
    State,
    joined,
    remember,
    zigzag,
)
from hatch_elixir_workers.opcodes import ARITIES, MAX_OPCODE

# Part of the cache key: raise it when the same code is condensed differently.
CONDENSED_VERSION = 2


def condensed(code: bytes, arities: Sequence[int]) -> bytes:
    """The data of `CodC` for that of `Code`, and the arities of its imports; kept by content.

    Raises ChunkError for code that no compiler makes: it has no such form.
    """
    key = cache.digest([b"condensed", str(CONDENSED_VERSION).encode(), bytes(arities), code])
    known = cache.load("condensed", key)
    if known is None:
        known = _Condenser(code, arities).chunk()
        cache.store("condensed", key, known)
    return known


class _Condenser(State):
    """Reads `Code` and fills the streams."""

    def __init__(self, code: bytes, arities: Sequence[int]) -> None:
        super().__init__()
        self.code = code
        self.arities = arities
        self.reader = CompactReader(code, HEADER_BYTES, ())
        self.out = [bytearray() for _ in range(STREAMS)]

    def chunk(self) -> bytes:
        streams = self.streams()
        if self.code[:HEADER_BYTES] != self.header():
            raise ChunkError(0, "the header does not say what the instructions do")
        return joined(self.code[:HEADER_BYTES], len(self.code) - HEADER_BYTES, [*streams, self.function_stream()])

    def streams(self) -> list[bytearray]:
        goes_on = False
        while True:
            at, opcode = self.reader.pos, self._byte()
            if opcode != INT_CODE_END and (opcode > MAX_OPCODE or ARITIES[opcode] is None):
                raise ChunkError(at, f"unknown instruction {opcode}")
            self.highest = max(self.highest, opcode)
            if goes_on:
                self.out[OPERATIONS].append(opcode)
            elif opcode not in (LABEL, INT_CODE_END):
                raise ChunkError(at, f"instruction {opcode}, which cannot be reached")
            if opcode == INT_CODE_END:
                return self.out
            if opcode == LABEL:
                self._expect(compact(TAG_U, self.label()))
            else:
                self._operands(opcode)
            goes_on = opcode not in NEVER_GO_ON
            self.after_head = opcode == FUNC_INFO

    def _byte(self) -> int:
        if self.reader.pos >= len(self.code):
            raise ChunkError(self.reader.pos, "truncated")
        self.reader.pos += 1
        return self.code[self.reader.pos - 1]

    def _expect(self, data: bytes) -> None:
        at = self.reader.pos
        if self.code[at : at + len(data)] != data:
            raise ChunkError(at, f"{data.hex()} was expected")
        self.reader.pos += len(data)

    def _operands(self, opcode: int) -> None:
        kinds = OPERANDS.get(opcode, ())
        for kind in kinds:
            self._special(kind)
        for _ in range((ARITIES[opcode] or 0) - len(kinds)):
            self._operand()

    def _special(self, kind: int) -> None:
        if kind == PLAIN:
            self._operand()
        elif kind == TARGET:
            self._jump(self._value(TAG_F), self.targets)
        elif kind == CALLEE:
            self._jump(self._value(TAG_F), self.callees)
        elif kind == CHOICES:
            self._choices()
        elif kind == OWN:
            self._expect(OWN_NAME)
        elif kind == NAME:
            number = self._value(TAG_A)
            self._number(ATOM, number, number)
            self.head = (number, 0)
        elif kind == PARAMETERS:
            self.head = (self.head[0], self._value(TAG_U))
            self.out[OPERATIONS] += compact(TAG_U, self.head[1])
        elif kind == ARITY:
            self._arity()
        elif kind == IMPORT:
            number = self._value(TAG_U)
            self._number(IMPORT, number, number + 1)
        elif kind == LINE:
            number = self._value(TAG_U)
            self._number(LINE, number, self.next[LINE] - number)
        elif kind == FUN:
            self._fun()
        else:
            self._frame(kind)

    def _arity(self) -> None:
        """It goes without saying when it is that of the import, which follows."""
        at, arity = self.reader.pos, self._value(TAG_U)
        after = self.reader.pos
        number = self._value(TAG_U)
        self.reader.pos = after
        if number >= len(self.arities) or self.arities[number] != arity:
            raise ChunkError(at, f"import {number} is called with {arity} arguments")

    def _frame(self, kind: int) -> None:
        size = self._value(TAG_U)
        if kind == FRAME:
            self.out[OPERATIONS] += compact(TAG_U, 0 if size == self.frame else size + 1)
            self.frame = size
        else:
            self.out[OPERATIONS] += compact(TAG_U, size)
            self.frame = size if kind == ALLOCATED else self.frame - size

    def _operand(self) -> None:
        """An operand of any kind."""
        at, operations = self.reader.pos, self.out[OPERATIONS]
        first = self._byte()
        self.reader.pos = at
        if first & 7 == TAG_Z:
            self._extended()
            return
        tag, value = self.reader.tagged()
        if tag == TAG_F and value:
            operations += MARK_JUMP
            self._jump(value, self.targets)
        elif tag == TAG_A and value:
            operations += MARK_ATOM
            self._number(ATOM, value, value)
        else:
            operations += self.code[at : self.reader.pos]

    def _extended(self) -> None:
        operations, first = self.out[OPERATIONS], self._byte()
        operations.append(first)
        if first == EXT_LITERAL:
            number = self._value(TAG_U)
            self._number(LITERAL, number, number + 1)
        elif first == EXT_TYPED:
            self._operand()
            operations += compact(TAG_U, self._value(TAG_U))
        else:
            count = self._value(TAG_U)
            operations += compact(TAG_U, count)
            parts = {EXT_LIST: 1, EXT_ALLOC: 2}.get(first, 0)
            for _ in range(count * parts):
                self._operand()

    def _choices(self) -> None:
        self._expect(bytes((EXT_LIST,)))
        operations, count = self.out[OPERATIONS], self._value(TAG_U)
        operations += bytes((EXT_LIST,)) + compact(TAG_U, count)
        choice, label = 0, self.labels
        for _ in range(count // 2):
            at = self.reader.pos
            tag, value = self.reader.tagged() if self.code[at] & 7 == TAG_I else (None, 0)
            if tag == TAG_I and 0 <= value <= CHOICE_MAX:
                operations += compact(TAG_H, zigzag(value - choice))
                choice = value
            else:
                self.reader.pos = at
                self._operand()
            before, label = label, self._value(TAG_F)
            self.out[JUMP] += leb128.unsigned(zigzag(label - before))

    def _fun(self) -> None:
        if self.code[self.reader.pos] & 7 != TAG_U:
            self._operand()
            return
        row = self._value(TAG_U)
        self.out[OPERATIONS] += MARK_FUN
        self.out[FUN] += leb128.unsigned(zigzag(row - self.next_fun))
        self.next_fun = row + 1

    def _jump(self, label: int, latest: list[int]) -> None:
        known = label in latest
        number = latest.index(label) if known else TARGETS + zigzag(label - self.labels)
        self.out[JUMP] += leb128.unsigned(number)
        remember(latest, label)

    def _number(self, kind: int, number: int, otherwise: int) -> None:
        is_next = number == self.next[kind]
        if not is_next and otherwise <= 0:
            raise ChunkError(self.reader.pos, f"number {number} of its kind, which is not the next one")
        self.out[kind] += leb128.unsigned(0 if is_next else otherwise)
        self.next[kind] += is_next

    def _value(self, tag: int) -> int:
        at = self.reader.pos
        if at >= len(self.code) or self.code[at] & 7 != tag:
            raise ChunkError(at, f"an operand with tag {tag} was expected")
        return self.reader.tagged()[1]

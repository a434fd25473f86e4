"""`Code` from condensed code; `condensed.py` has the layout."""

from __future__ import annotations

from collections.abc import Sequence

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
    CHOICES,
    FRAME,
    FUN,
    FUNC_INFO,
    FUNCTIONS,
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
    TARGET,
    TARGETS,
    State,
    Stream,
    remember,
    split,
    unzigzag,
)
from hatch_elixir_workers.opcodes import ARITIES, MAX_OPCODE


def restored(data: bytes, arities: Sequence[int]) -> bytes:
    """`Code` from the data of `CodC` and the arities of the imports. Raises ChunkError."""
    header, total, streams = split(data)
    restorer = Restorer(streams, arities)
    code = restorer.code()
    if len(code) != total:
        raise ChunkError(HEADER_BYTES, f"{total} bytes of code are announced, {len(code)} came out")
    if streams[FUNCTIONS] != restorer.function_stream():
        raise ChunkError(HEADER_BYTES, "functions are announced that are not there")
    return header + code


class Restorer(State):
    """Writes `Code`, but for its header, from the streams, of which it does not need the last."""

    def __init__(self, streams: Sequence[bytes], arities: Sequence[int]) -> None:
        super().__init__()
        self.streams = [Stream(data) for data in streams]
        self.arities = arities
        self.called = 0
        self.out = bytearray()

    def code(self) -> bytes:
        """Raises ChunkError."""
        opcode, goes_on = None, False
        while opcode != INT_CODE_END:
            opcode = self._byte() if goes_on else INT_CODE_END if self._is_at_end() else LABEL
            self.out.append(opcode)
            self.highest = max(self.highest, opcode)
            if opcode == LABEL:
                self.out += compact(TAG_U, self.label())
            elif opcode != INT_CODE_END:
                self._operands(opcode)
            goes_on = opcode not in NEVER_GO_ON
            self.after_head = opcode == FUNC_INFO
        return bytes(self.out)

    def _is_at_end(self) -> bool:
        operations = self.streams[OPERATIONS]
        return operations.at == len(operations.data)

    def _operands(self, opcode: int) -> None:
        arity = ARITIES[opcode] if opcode <= MAX_OPCODE else None
        if arity is None:
            raise ChunkError(self.streams[OPERATIONS].at - 1, f"unknown instruction {opcode}")
        kinds = OPERANDS.get(opcode, ())
        for kind in kinds:
            self._special(kind)
        for _ in range(arity - len(kinds)):
            self._operand(self._byte())

    def _special(self, kind: int) -> None:
        if kind == PLAIN:
            self._operand(self._byte())
        elif kind == TARGET:
            self.out += compact(TAG_F, self._target(self.targets))
        elif kind == CALLEE:
            self.out += compact(TAG_F, self._target(self.callees))
        elif kind == CHOICES:
            self._choices()
        elif kind == OWN:
            self.out += OWN_NAME
        elif kind == NAME:
            self.head = (self._number(ATOM), 0)
            self.out += compact(TAG_A, self.head[0])
        elif kind == PARAMETERS:
            self.head = (self.head[0], self._plain_number())
            self.out += compact(TAG_U, self.head[1])
        elif kind == ARITY:
            self._arity()
        elif kind == FUN:
            self._fun()
        elif kind in (IMPORT, LINE):
            self.out += compact(TAG_U, self._number(kind))
        else:
            self._frame(kind)

    def _arity(self) -> None:
        stream, before = self.streams[IMPORT], self.next[IMPORT]
        at, number = stream.at, self._number(IMPORT)
        stream.at, self.next[IMPORT] = at, before
        if number >= len(self.arities):
            raise ChunkError(at, f"import {number} of {len(self.arities)}")
        self.out += compact(TAG_U, self.arities[number])

    def _frame(self, kind: int) -> None:
        size = self._plain_number()
        if kind == FRAME:
            self.frame = size - 1 if size else max(self.frame, 0)
            size = self.frame
        else:
            self.frame = size if kind == ALLOCATED else self.frame - size
        self.out += compact(TAG_U, size)

    def _operand(self, first: int) -> None:
        if first == MARK_JUMP[0]:
            self.out += compact(TAG_F, self._target(self.targets))
        elif first == MARK_ATOM[0]:
            self.out += compact(TAG_A, self._number(ATOM))
        elif first == EXT_LITERAL:
            self.out.append(first)
            self.out += compact(TAG_U, self._number(LITERAL))
        else:
            self._plain(first)

    def _choices(self) -> None:
        self.out.append(self._byte())
        choice, label = 0, self.labels
        for _ in range(self._value() // 2):
            first = self._byte()
            if first & 7 == TAG_H:
                choice += unzigzag(self._read(first)[0])
                self.out += compact(TAG_I, choice)
            else:
                self._operand(first)
            label += unzigzag(self.streams[JUMP].unsigned())
            self.out += compact(TAG_F, label)

    def _target(self, latest: list[int]) -> int:
        number = self.streams[JUMP].unsigned()
        if number < TARGETS and number >= len(latest):
            raise ChunkError(self.streams[JUMP].at, f"jump to target {number} of {len(latest)}")
        label = latest[number] if number < TARGETS else self.labels + unzigzag(number - TARGETS)
        remember(latest, label)
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
        elif first & 7 == TAG_Z:
            self.out.append(first)
            self._value()
        else:
            self._copy(first)

    def _byte(self) -> int:
        return self.streams[OPERATIONS].byte()

    def _value(self) -> int:
        return self._copy(self._byte())

    def _plain_number(self) -> int:
        return self._read(self._byte())[0]

    def _copy(self, first: int) -> int:
        """A compact term as it is; its value."""
        value, data = self._read(first)
        self.out += data
        return value

    def _read(self, first: int) -> tuple[int, bytes]:
        """Value and bytes of a compact term whose first byte has been read."""
        stream = self.streams[OPERATIONS]
        start = stream.at - 1
        if first & 0b1000 == 0:
            return first >> 4, stream.data[start : stream.at]
        reader = CompactReader(stream.data, start, ())
        _, value = reader.tagged()
        stream.at = reader.pos
        return value, stream.data[start : stream.at]

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

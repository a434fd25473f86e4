"""A module with some of its functions only: its chunks are written anew, without what only the others needed.

Functions keep their order, their instructions, their names and lines, so that whatever runs prints the same, stack
traces and the numbers of funs included. Everything else is numbered anew, in the order of first use: labels, atoms,
imports, literals, lines, rows of `FunT`, offsets into `StrT`. `FunT` keeps the index and the unique number of each fun.

Left out altogether: `LocT`, which the machine does not read, and `Type` with the typed registers that refer to it.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Collection, Iterator, Sequence

from hatch_elixir_workers.beam import Chunk
from hatch_elixir_workers.beam_code import EXT_LITERAL, TAG_A, TAG_F, TAG_U
from hatch_elixir_workers.beam_encode import atoms_chunk, compact, lines_chunk, literals_chunk, rows_chunk
from hatch_elixir_workers.beam_file import ChunkError
from hatch_elixir_workers.beam_parts import (
    ATOM,
    FUN,
    IMPORT,
    JUMP,
    KIND_BITS,
    LABEL,
    LINE,
    LITERAL,
    STRING,
    FunctionParts,
    Parts,
)
from hatch_elixir_workers.beam_tables import Location
from hatch_elixir_workers.condensed import CHUNK
from hatch_elixir_workers.condensed_term import condensed_term
from hatch_elixir_workers.condenser import condensed
from hatch_elixir_workers.errors import InternalError
from hatch_elixir_workers.opcodes import NUMBERS
from hatch_elixir_workers.table_columns import columns_read, narrowed

_KIND_MASK = (1 << KIND_BITS) - 1
_CODE_HEADER = struct.Struct(">5I")
_CODE_SUB_HEADER_BYTES = 16
_EXTENDED_LITERAL = bytes((EXT_LITERAL,))


def prune(
    parts: Parts,
    functions: Collection[tuple[str, int]],
    heads: Collection[tuple[str, int]],
    *,
    condense: bool = False,
) -> list[Chunk]:
    """The chunks of the module with these functions, by name and arity; names it does not have are ignored.

    With `condense` code and large literals are as `condensed.py` and `condensed_term.py` describe them, which only our
    own machine reads.

    Of `heads` only the heads are kept: functions that are called in here and whose own code is never run. Everything
    that the kept functions call within the module has to be among `functions` or `heads`; else `InternalError`.
    """
    kept = []
    for function in parts.functions:
        if (function.name, function.arity) in functions:
            kept.append(function)
        elif (function.name, function.arity) in heads:
            kept.append(_head(function))
    return _Pruning(parts, kept, condense=condense).chunks()


def _head(function: FunctionParts) -> FunctionParts:
    """Up to the entry label, then a jump to func_info: should it be called after all, no clause matches."""
    head = function.pieces[: function.head]
    failure = next(piece for piece in head if isinstance(piece, int) and piece & _KIND_MASK == LABEL)
    jump = (bytes((NUMBERS["jump"],)), failure & ~_KIND_MASK | JUMP)
    has_line = any(isinstance(piece, int) and piece & _KIND_MASK == LINE for piece in head)
    return function._replace(pieces=(*head, *jump), highest_opcode=NUMBERS["line" if has_line else "jump"])


def _narrowed_tables(parts: Parts, kept: Sequence[FunctionParts]) -> Iterator[tuple[int, bytes]]:
    """The literals of tables of which not all columns are read, by their index."""
    functions = {(each.name, each.arity) for each in kept}
    for table in parts.tables:
        columns = columns_read(table, functions) if table.function in functions else None
        if columns is not None:
            yield table.literal, narrowed(parts.literals[table.literal], parts.literals[table.default], columns)


class _Pruning:
    """The new tables while they are filled; a `dict` holds new numbers by what they stand for."""

    def __init__(self, parts: Parts, kept: Sequence[FunctionParts], *, condense: bool) -> None:
        self.condense = condense
        self.parts = parts
        self.kept = kept
        self.packed = {**dict(enumerate(parts.literals)), **dict(_narrowed_tables(parts, kept))}
        self.atoms: dict[str, int] = {parts.name: 1}
        self.imports: dict[int, int] = {}
        self.literals: dict[bytes, int] = {}
        self.lines: dict[tuple[str, int], int] = {}
        self.strings = bytearray()
        references = [piece for each in kept for piece in each.pieces if isinstance(piece, int)]
        # In the order of the code, so that those of a function stay together.
        labels = [piece >> KIND_BITS for piece in references if piece & _KIND_MASK == LABEL]
        self.labels = {label: number for number, label in enumerate(labels, 1)}
        # In the order of FunT, by which the machine finds the index that a fun was sent with.
        funs = sorted({piece >> KIND_BITS for piece in references if piece & _KIND_MASK == FUN})
        self.funs = {row: number for number, row in enumerate(funs)}

    def chunks(self) -> list[Chunk]:
        """In the order of `beam.KEPT_CHUNKS`."""
        code = self._code()
        tables = {
            "StrT": bytes(self.strings),
            "ImpT": self._import_rows(),
            "ExpT": self._export_rows(),
            "FunT": self._fun_rows(),
            "LitU": literals_chunk([self._packed_literal(literal) for literal in self.literals]),
            "Line": self._line_table(),
        }
        absent = {"FunT": not self.funs, "LitU": not self.literals, "Line": self.parts.line_flags is None}
        # Last, because the others name atoms too.
        atoms = Chunk("AtU8", atoms_chunk(self.atoms))
        return [atoms, code, *(Chunk(name, data) for name, data in tables.items() if not absent.get(name))]

    # -- code ---------------------------------------------------------------------------------------------------------

    def _code(self) -> Chunk:
        operands = [self._operands()[kind] for kind in range(_KIND_MASK + 1)]
        known: dict[int, bytes] = {}
        out = bytearray()
        for function in self.kept:
            for piece in function.pieces:
                if isinstance(piece, bytes):
                    out += piece
                    continue
                if piece not in known:
                    known[piece] = operands[piece & _KIND_MASK](piece >> KIND_BITS)
                out += known[piece]
        out.append(NUMBERS["int_code_end"])
        code = self._code_header() + bytes(out)
        return self._condensed(code) if self.condense else Chunk("Code", code)

    def _condensed(self, code: bytes) -> Chunk:
        """Code that has no condensed form stays as it is: every machine reads that."""
        try:
            return Chunk(CHUNK, condensed(code, [self.parts.imports[row][2] for row in self.imports]))
        except ChunkError:
            return Chunk("Code", code)

    def _code_header(self) -> bytes:
        highest = max((function.highest_opcode for function in self.kept), default=NUMBERS["int_code_end"])
        return _CODE_HEADER.pack(_CODE_SUB_HEADER_BYTES, 0, highest, len(self.labels) + 1, len(self.kept))

    def _operands(self) -> dict[int, Callable[[int], bytes]]:
        """By the kind of a reference: for the old index, the bytes of the new one in `Code`."""
        return {
            LABEL: lambda index: compact(TAG_U, self.labels[index]),
            JUMP: lambda index: compact(TAG_F, self._target(index)),
            ATOM: lambda index: compact(TAG_A, self._atom(self.parts.atoms[index - 1])),
            LITERAL: self._literal,
            IMPORT: lambda index: compact(TAG_U, self.imports.setdefault(index, len(self.imports))),
            LINE: self._line,
            FUN: lambda index: compact(TAG_U, self.funs[index]),
            STRING: self._string,
        }

    def _target(self, label: int) -> int:
        if label not in self.labels:
            raise InternalError(f"{self.parts.name}: code that is kept jumps to label {label}, which is not")
        return self.labels[label]

    def _literal(self, index: int) -> bytes:
        return _EXTENDED_LITERAL + compact(TAG_U, self.literals.setdefault(self.packed[index], len(self.literals)))

    def _line(self, index: int) -> bytes:
        location = self.parts.lines[index] if index < len(self.parts.lines) else None
        return compact(TAG_U, 0 if location is None else self.lines.setdefault(location, len(self.lines) + 1))

    def _string(self, index: int) -> bytes:
        tag, offset, size_bytes = self.parts.strings[index]
        data = self.parts.string_table[offset : offset + size_bytes]
        found = self.strings.find(data)
        if found < 0:
            found = len(self.strings)
            self.strings += data
        return compact(tag, found)

    # -- tables -------------------------------------------------------------------------------------------------------

    def _atom(self, name: str) -> int:
        return self.atoms.setdefault(name, len(self.atoms) + 1)

    def _import_rows(self) -> bytes:
        imports = [self.parts.imports[index] for index in self.imports]
        return rows_chunk([(self._atom(module), self._atom(name), arity) for module, name, arity in imports])

    def _export_rows(self) -> bytes:
        kept = {function.label for function in self.kept}
        exports = [each for each in self.parts.exports if each[2] in kept]
        return rows_chunk([(self._atom(name), arity, self.labels[label]) for name, arity, label in exports])

    def _fun_rows(self) -> bytes:
        funs = [self.parts.lambdas[row] for row in self.funs]
        return rows_chunk([(self._atom(name), arity, self._target(label), *rest) for name, arity, label, *rest in funs])

    def _packed_literal(self, external: bytes) -> bytes:
        return condensed_term(external) if self.condense else external

    def _line_table(self) -> bytes:
        return lines_chunk(
            [Location(*each) for each in self.lines],
            f"{self.parts.name}.erl",
            flags=self.parts.line_flags or 0,
            instructions=sum(function.line_instructions for function in self.kept),
        )

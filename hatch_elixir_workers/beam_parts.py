"""A module taken apart: the code of each function, with every reference to something outside of it marked.

    pieces   bytes that stay as they are, and numbers that refer to what gets a new number: index << 3 | kind

        LABEL    of a label: where it stands         JUMP     to a label
        ATOM     of the module's atoms, from 1 on    LITERAL  of `raw_literals`
        IMPORT   of its imports                      LINE     of its locations
        FUN      of the rows of FunT                 STRING   of `Parts.strings`

`prune.py` puts some of the functions together again. Parts depend on the bytes of the .beam alone and are cached under
their digest: a module is decoded once.
"""

from __future__ import annotations

import marshal
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple, TypeAlias

from hatch_elixir_workers import cache
from hatch_elixir_workers.beam import BeamModule, Function, parse_beam
from hatch_elixir_workers.beam_code import (
    EXT_ALLOC,
    EXT_FLOAT_REGISTER,
    EXT_LIST,
    FR,
    TAG_A,
    TAG_F,
    TAG_I,
    TAG_U,
    TAG_X,
    TAG_Y,
    A,
    Alloc,
    F,
    I,
    Instruction,
    Items,
    Lit,
    Nil,
    Operand,
    U,
    X,
    Y,
)
from hatch_elixir_workers.beam_encode import compact
from hatch_elixir_workers.literal_tables import with_lookups
from hatch_elixir_workers.opcodes import IMPORT_OPERAND
from hatch_elixir_workers.ranges import CLASS_OF, Lookups
from hatch_elixir_workers.switches import with_branches
from hatch_elixir_workers.table_columns import Table, find_tables

# Part of the cache key: raise it when the same module comes apart differently.
PARTS_VERSION = 6

LABEL, JUMP, ATOM, LITERAL, IMPORT, LINE, FUN, STRING = range(8)
KIND_BITS = 3

_NUMBER_OPERAND = {
    "label": (0, LABEL),
    "make_fun2": (0, FUN),
    "make_fun3": (0, FUN),
    "call_fun2": (0, FUN),
    "line": (0, LINE),
    "executable_line": (0, LINE),
    "debug_line": (0, LINE),
    **{name: (index, IMPORT) for name, index in IMPORT_OPERAND.items()},
}
# Instructions that address `StrT`: which operand is the offset, which the size, and how many bits its unit has.
_STRING_OPERANDS = {"bs_put_string": (1, 0, 8), "bs_match_string": (3, 2, 1)}
# A segment of `bs_create_bin`: type, index, unit, flags, value, size. The value of a `string` is its offset in `StrT`.
_SEGMENT_WORDS, _SEGMENT_VALUE, _SEGMENT_SIZE = 6, 4, 5

Piece: TypeAlias = "bytes | int"


class FunctionParts(NamedTuple):
    """One function; `label` is its entry. Its head is `pieces[:head]`: up to the entry label, func_info included."""

    name: str
    arity: int
    label: int
    highest_opcode: int
    line_instructions: int
    head: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Parts:
    """What a module is made of. Plain tuples, for the cache.

    imports   (module, function, arity)         lambdas   rows of FunT, the name in front
    exports   (function, arity, label)          strings   (tag of the operand, offset, size in bytes) in `string_table`

    `tables` are functions that are nothing but lookups.

    `has_records` says that there are native records (OTP 29), whose chunk refers to atoms and literals, too.
    """

    name: str
    atoms: tuple[str, ...]
    imports: tuple[tuple[str, str, int], ...]
    exports: tuple[tuple[str, int, int], ...]
    lambdas: tuple[tuple[str, int, int, int, int, int], ...]
    literals: tuple[bytes, ...]
    lines: tuple[tuple[str, int] | None, ...]
    line_flags: int | None
    string_table: bytes
    strings: tuple[tuple[int, int, int], ...]
    has_records: bool
    functions: tuple[FunctionParts, ...]
    tables: tuple[Table, ...] = ()


def module_parts(
    data: bytes,
    path: str,
    *,
    ranges: bool = False,
    ascii_only: bool = False,
    branches: Mapping[tuple[str, int], Collection[str]] | None = None,
) -> Parts:
    """The parts of a .beam file's bytes; `path` is for messages. Raises `BeamError`. See `take_apart`.

    `branches` names, for functions that begin by choosing among names (`switches.py`), those that can be asked for.
    """
    narrowed = {function: sorted(names) for function, names in sorted((branches or {}).items())}
    key = cache.digest(
        [b"parts", repr((PARTS_VERSION, ranges, ascii_only, narrowed)).encode(), sys.version.encode(), data]
    )
    stored = cache.load("parts", key)
    known = _from_cache(stored) if stored is not None else None
    if known is None:
        module = parse_beam(data, path)
        functions = [
            with_branches(each, narrowed[each.name, each.arity]) if (each.name, each.arity) in narrowed else each
            for each in module.functions
        ]
        known = take_apart(module, functions, ranges=ranges, ascii_only=ascii_only)
        cache.store("parts", key, _to_cache(known))
    return known


def _to_cache(parts: Parts) -> bytes:
    tables = {each.name: getattr(parts, each.name) for each in fields(parts)}
    rows = {"functions": tuple(map(tuple, parts.functions)), "tables": tuple(map(tuple, parts.tables))}
    return marshal.dumps({**tables, **rows})


def _from_cache(stored: bytes) -> Parts | None:
    try:
        # As trustworthy as the .pyc files of this package, which are the same kind of file in the same user's hands.
        tables = marshal.loads(stored)  # noqa: S302
        functions = tuple(FunctionParts(*each) for each in tables["functions"])
        return Parts(**{**tables, "functions": functions, "tables": tuple(Table(*each) for each in tables["tables"])})
    except (ValueError, EOFError, TypeError, KeyError):
        return None


def take_apart(
    module: BeamModule,
    functions: Iterable[Function] | None = None,
    *,
    ranges: bool = False,
    ascii_only: bool = False,
) -> Parts:
    """Reads all of the module once, or these of its functions.

    With `ranges`, decisions are lookups; with `ascii_only`, too, they say nothing of other characters (`ranges.py`).
    """
    apart = _Apart(module, ranges=ranges, ascii_only=ascii_only)
    written = tuple(apart.function(each) for each in (module.functions if functions is None else functions))
    line = module.chunk("Line")
    return Parts(
        name=module.name,
        atoms=module.atoms,
        imports=tuple(map(tuple, (*module.imports, CLASS_OF))),  # type: ignore[arg-type]
        exports=tuple(map(tuple, module.exports)),  # type: ignore[arg-type]
        lambdas=tuple(
            (each.function, each.arity, each.label, each.index, each.num_free, each.old_uniq) for each in module.lambdas
        ),
        literals=tuple(apart.literals),
        lines=tuple(None if each is None else (each.file, each.line) for each in module.lines),
        line_flags=None if line is None else int.from_bytes(line[4:8], "big"),
        string_table=module.chunk("StrT") or b"",
        strings=tuple(apart.strings),
        has_records=module.chunk("Recs") is not None,
        functions=written,
        tables=tuple(apart.tables()),
    )


class _Apart:
    """Writes functions as pieces."""

    def __init__(self, module: BeamModule, *, ranges: bool, ascii_only: bool) -> None:
        self.strings: dict[tuple[int, int, int], int] = {}
        self.literals = [data for _, data in module.raw_literals]
        self._lookups: dict[tuple[str, int], Sequence[Instruction]] = {}
        labels = [each.operands[0].value for each in module.instructions if each.name == "label"]  # type: ignore[union-attr]
        lookups = Lookups(max(labels, default=0) + 1, len(module.imports), self._new_literal, ascii_only)
        self._ranges = lookups if ranges else None
        self._module = module
        self._atoms = {name: index for index, name in enumerate(module.atoms, 1)}
        # By type first: two operands of different types are never equal, but their hashes often are.
        self._known: dict[type, dict[Operand, Piece]] = {}

    def function(self, function: Function) -> FunctionParts:
        code = with_lookups(function, self._module.raw_literals, self._new_literal)
        if code is not function.instructions:
            self._lookups[function.name, function.arity] = code
        if self._ranges is not None:
            code = self._ranges.instead_of_decisions(code, function.label)
        entry = next(index for index, each in enumerate(code, 1) if _is_label(each, function.label))
        head = _joined(self._pieces(code[:entry]))
        return FunctionParts(
            name=function.name,
            arity=function.arity,
            label=function.label,
            highest_opcode=max(instruction.opcode for instruction in code),
            line_instructions=sum(_NUMBER_OPERAND.get(each.name) == (0, LINE) for each in code),
            head=len(head),
            pieces=(*head, *_joined(self._pieces(code[entry:]))),
        )

    def tables(self) -> list[Table]:
        """Of the functions that have been written."""
        if not self._lookups:
            return []
        functions = {(each.name, each.arity): each for each in self._module.functions}
        code = {key: self._lookups.get(key, each.instructions) for key, each in functions.items()}
        labels = {key: each.label for key, each in functions.items()}
        named = {each.label for each in self._module.exports} | {each.label for each in self._module.lambdas}
        return find_tables(code, labels, named)

    def _new_literal(self, data: bytes) -> int:
        self.literals.append(data)
        return len(self.literals) - 1

    def _pieces(self, code: Iterable[Instruction]) -> Iterator[Piece]:
        for instruction in code:
            yield bytes((instruction.opcode,))
            for operand in self._operands(instruction):
                yield from self._operand(operand)

    def _operands(self, instruction: Instruction) -> tuple[Operand | Piece, ...]:
        """The operands; where a plain number refers to something, the reference instead."""
        name, operands = instruction.name, instruction.operands
        if name in _NUMBER_OPERAND:
            index, kind = _NUMBER_OPERAND[name]
            return _with_reference(operands, index, kind)
        if name in _STRING_OPERANDS:
            offset, size, unit_bits = _STRING_OPERANDS[name]
            string = self._string(operands[offset], operands[size], unit_bits)
            return (*operands[:offset], string, *operands[offset + 1 :])
        if name == "bs_create_bin" and isinstance(operands[-1], Items):
            return (*operands[:-1], *self._segments(operands[-1].items))
        return operands

    def _segments(self, items: tuple[Operand, ...]) -> tuple[Operand | Piece, ...]:
        """The operand list of segments, written out."""
        words: list[Operand | Piece] = list(items)
        for start in range(0, len(items) - _SEGMENT_WORDS + 1, _SEGMENT_WORDS):
            if items[start] == A("string"):
                value, size = items[start + _SEGMENT_VALUE], items[start + _SEGMENT_SIZE]
                words[start + _SEGMENT_VALUE] = self._string(value, size, 8)
        return (_list_head(len(items)), *words)

    def _string(self, offset: Operand, size: Operand, unit_bits: int) -> int:
        tag = TAG_U if isinstance(offset, U) else TAG_I
        key = (tag, _value(offset), (_value(size) * unit_bits + 7) // 8)
        return self.strings.setdefault(key, len(self.strings)) << KIND_BITS | STRING

    def _operand(self, operand: Operand | Piece) -> Iterator[Piece]:
        if isinstance(operand, int | bytes):
            yield operand
        elif isinstance(operand, Items):
            yield _list_head(len(operand.items))
            for item in operand.items:
                yield from self._operand(item)
        else:
            known = self._known.setdefault(type(operand), {})
            if operand not in known:
                known[operand] = self._piece(operand)
            yield known[operand]

    def _piece(self, operand: Operand) -> Piece:
        match operand:
            case A(name):
                return self._atoms[name] << KIND_BITS | ATOM
            case F(label) if label:
                return label << KIND_BITS | JUMP
            case Lit(index):
                return index << KIND_BITS | LITERAL
        return _plain_bytes(operand)


def _plain_bytes(operand: Operand) -> bytes:
    """An operand that refers to nothing."""
    match operand:
        case U(value):
            return compact(TAG_U, value)
        case I(value):
            return compact(TAG_I, value)
        case Nil():
            return compact(TAG_A, 0)
        case X(index):
            return compact(TAG_X, index)
        case Y(index):
            return compact(TAG_Y, index)
        case F(label):
            return compact(TAG_F, label)
        case FR(index):
            return bytes((EXT_FLOAT_REGISTER,)) + compact(TAG_U, index)
        case Alloc(pairs):
            numbers = b"".join(compact(TAG_U, number) for pair in pairs for number in pair)
            return bytes((EXT_ALLOC,)) + compact(TAG_U, len(pairs)) + numbers
    raise TypeError(operand)


def _is_label(instruction: Instruction, label: int) -> bool:
    return instruction.name == "label" and instruction.operands[0] == U(label)


def _with_reference(operands: tuple[Operand, ...], index: int, kind: int) -> tuple[Operand | Piece, ...]:
    operand = operands[index]
    if not isinstance(operand, U):  # `call_fun2` with an atom
        return operands
    return (*operands[:index], operand.value << KIND_BITS | kind, *operands[index + 1 :])


def _list_head(length: int) -> bytes:
    return bytes((EXT_LIST,)) + compact(TAG_U, length)


def _value(operand: Operand) -> int:
    return operand.value if isinstance(operand, U | I) else 0


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    """Neighbouring bytes become one piece."""
    joined: list[Piece] = []
    run = bytearray()
    for piece in pieces:
        if isinstance(piece, bytes):
            run += piece
            continue
        if run:
            joined.append(bytes(run))
            run.clear()
        joined.append(piece)
    return [*joined, bytes(run)] if run else joined

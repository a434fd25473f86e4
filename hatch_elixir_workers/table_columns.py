"""Tables of rows, of which the code that is kept reads some columns only.

    f(160) -> {0, [], {noBreak, …}};      called as      {CCC, Canonical, _} = f(CodePoint)
    f(168) -> {0, [], {compat, …}};
    f(_) -> {0, [], []}.

Where a local function is nothing but a lookup (`literal_tables.py`) and all who call it take elements out of the tuple
and do nothing else with it, an element that none of them takes may as well be that of the last clause. Rows that become
equal to that of the last clause are left out: `unicode_util:unicode_table/1` holds compatibility decompositions and
categories, which composing characters does not need.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from hatch_elixir_workers import cache, etf
from hatch_elixir_workers.beam_code import F, Instruction, Items, Lit, Operand, U, X

Key = tuple[str, int]


class Table(NamedTuple):
    """A lookup in `literal`, a map of tuples, else `default`, a tuple: both index the module's literals.

    `readers` are the functions that call it, each with the columns that it reads; None stands for all of them.
    """

    function: Key
    literal: int
    default: int
    readers: tuple[tuple[Key, tuple[int, ...] | None], ...]


def find_tables(
    functions: Mapping[Key, Sequence[Instruction]], labels: Mapping[Key, int], named: Collection[int]
) -> list[Table]:
    """Those of a module, from its code with lookups; `labels` are the entries, and who is `named` elsewhere is left."""
    tables = []
    for key, code in functions.items():
        found = None if labels[key] in named else _lookup(code)
        if found is not None:
            readers = [
                (reader, columns) for reader, other in functions.items() for columns in _reads(other, labels[key])
            ]
            tables.append(Table(key, *found, tuple(readers)))
    return tables


def columns_read(table: Table, kept: Collection[Key]) -> frozenset[int] | None:
    """Which columns these functions read; None when it may be all of them."""
    columns: set[int] = set()
    for reader, some in table.readers:
        if reader in kept:
            if some is None:
                return None
            columns.update(some)
    return frozenset(columns)


def narrowed(literal: bytes, default: bytes, columns: frozenset[int]) -> bytes:
    """The map, as an external term, without what stands in other columns."""
    key = cache.digest([b"columns", repr(sorted(columns)).encode(), literal, default])
    known = cache.load("columns", key)
    if known is None:
        known = _narrowed(literal, default, columns)
        cache.store("columns", key, known)
    return known


def _narrowed(literal: bytes, default: bytes, columns: frozenset[int]) -> bytes:
    table, otherwise = etf.decode(literal), etf.decode(default)
    if not isinstance(table, etf.Map) or not isinstance(otherwise, tuple):
        return literal
    rows = []
    for key, row in table.pairs:
        if not isinstance(row, tuple) or len(row) != len(otherwise):
            return literal
        kept = tuple(
            mine if at in columns else other for at, (mine, other) in enumerate(zip(row, otherwise, strict=True))
        )
        if kept != otherwise:
            rows.append((key, kept))
    return etf.encode(etf.Map(tuple(rows)))


def _lookup(code: Sequence[Instruction]) -> tuple[int, int] | None:
    """The literals of a function that is a lookup and nothing else."""
    at = next((at for at, each in enumerate(code) if each.name == "func_info"), len(code)) + 2
    match [(each.name, each.operands) for each in code[at:]]:
        case [
            ("move", (Lit(table), X(register))),
            ("get_map_elements", (F(fail), X(source), Items((X(0), X(0))))),
            ("return", _),
            ("label", (U(label),)),
            ("move", (Lit(default), X(0))),
            ("return", _),
        ] if fail == label and register == source != 0:
            return table, default
    return None


def _reads(code: Sequence[Instruction], label: int) -> Iterable[tuple[int, ...] | None]:
    """What each place that names this label reads of the result; None where it is no plain call."""
    places = {each.operands[0].value: at for at, each in enumerate(code) if each.name == "label"}  # type: ignore[union-attr]
    for at, each in enumerate(code):
        if F(label) in each.operands:
            yield _taken(code, at + 1, places) if each.name == "call" else None


# What does nothing with x0 unless it names it. All but `jump` may go on behind, and at their label.
_HARMLESS = frozenset(
    {"line", "label", "move", "jump", "get_tuple_element", "put_list", "put_tuple2", "test_heap", "allocate"}
    | {"is_nil", "is_lt", "is_ge", "is_eq_exact", "is_ne_exact", "is_nonempty_list"}
)


def _taken(code: Sequence[Instruction], start: int, places: Mapping[int, int]) -> tuple[int, ...] | None:
    """The elements that are taken out of the tuple in x0 from here on; None when it goes elsewhere."""
    taken: set[int] = set()
    seen: set[int] = set()
    waiting = [start]
    while waiting:
        at = waiting.pop()
        while at not in seen:
            seen.add(at)
            name, operands = code[at].name, code[at].operands
            if name not in _HARMLESS:
                return None
            if name == "get_tuple_element" and operands[0] == X(0):
                taken.add(operands[1].value)  # type: ignore[union-attr]
                operands = operands[1:]
            if X(0) in _flat(operands[:-1] if name in _WRITES else operands):
                return None
            if name in _WRITES and operands[-1] == X(0):
                break
            waiting += [places[operand.label] for operand in operands if isinstance(operand, F)]
            if name == "jump":
                break
            at += 1
    return tuple(sorted(taken))


# Their last operand is where the result goes; `put_tuple2` has it first, and is left to be harmless without x0.
_WRITES = frozenset({"move", "get_tuple_element", "put_list"})


def _flat(operands: Iterable[Operand]) -> Iterable[Operand]:
    for operand in operands:
        if isinstance(operand, Items):
            yield from operand.items
        else:
            yield operand

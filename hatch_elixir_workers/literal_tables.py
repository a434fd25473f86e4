"""Functions that choose one of many literals by a number become a lookup in one literal map.

    select_val x0 Fail [k1 L1, k2 L2, …]             move {literal, #{k1 => v1, k2 => v2, …}} xN
    L1: move {literal, v1} x0; return         =>     get_map_elements Fail xN [x0, x0]
    L2: move {literal, v2} x0; return …              return

Tables of Unicode are compiled to such functions, with thousands of branches (`unicode_util:unicode_table/1`); only key
and value of a branch are worth their bytes. xN is a register that the function does not use.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from hatch_elixir_workers.beam import Function
from hatch_elixir_workers.beam_code import F, I, Instruction, Items, Lit, Operand, X
from hatch_elixir_workers.opcodes import NUMBERS

# Below this a lookup costs more time than it saves bytes.
MIN_BRANCHES = 256

_VERSION, _MAP_EXT, _INTEGER_EXT = 131, 116, 98
_INTEGERS = range(-(2**31), 2**31)
# After these the next instruction is only reached through its label.
_ENDS = frozenset({"return", "jump", "select_val", "call_only", "call_last", "call_ext_only", "call_ext_last"})

AddLiteral = Callable[[bytes], int]


def with_lookups(function: Function, literals: Sequence[tuple[int, bytes]], add: AddLiteral) -> Sequence[Instruction]:
    """The function's instructions, with lookups in literal maps where they can be; `add` takes a literal's bytes."""
    code = function.instructions
    for index, instruction in enumerate(code):
        if instruction.name == "select_val" and (table := _table(code, instruction, literals)) is not None:
            branches, entries = table
            lookup = _lookup(instruction, add(_map(entries)), _unused_register(code))
            dropped = {number for start in branches for number in range(start, start + 3)}
            kept = (each for number, each in enumerate(code) if number > index and number not in dropped)
            return [*code[:index], *lookup, *kept]
    return code


def _table(
    code: Sequence[Instruction], select: Instruction, literals: Sequence[tuple[int, bytes]]
) -> tuple[set[int], list[tuple[int, bytes]]] | None:
    """Where the branches begin, and (key, literal) of each; None unless all of them are literals and nothing else."""
    source, _, list_ = select.operands
    items = list_.items if isinstance(list_, Items) else ()
    if not isinstance(source, X) or len(items) < 2 * MIN_BRANCHES:
        return None
    starts = {each.operands[0].value: at for at, each in enumerate(code) if each.name == "label"}  # type: ignore[union-attr]
    used = Counter(label for each in code for label in _labels(each.operands))
    here = Counter(label for label in _labels(items))
    branches: set[int] = set()
    entries: list[tuple[int, bytes]] = []
    for key, target in zip(items[::2], items[1::2], strict=True):
        start = starts[target.label] if isinstance(target, F) else 0
        literal = _literal_of(code[start - 1 : start + 3])
        if literal is None or not isinstance(key, I) or key.value not in _INTEGERS:
            return None
        if isinstance(target, F) and used[target.label] != here[target.label]:
            return None
        branches.add(start)
        entries.append((key.value, literals[literal][1][1:]))
    return branches, entries


def _literal_of(code: Sequence[Instruction]) -> int | None:
    """The literal that this branch returns; `code` begins with the instruction in front of its label."""
    match [(each.name, each.operands) for each in code]:
        case [(before, _), ("label", _), ("move", (Lit(index), X(0))), ("return", _)] if before in _ENDS:
            return index
    return None


def _labels(operands: Sequence[Operand]) -> Iterator[int]:
    for operand in operands:
        if isinstance(operand, F):
            yield operand.label
        elif isinstance(operand, Items):
            yield from _labels(operand.items)


def _unused_register(code: Sequence[Instruction]) -> X:
    return X(1 + max(_x_registers([operand for each in code for operand in each.operands]), default=0))


def _x_registers(operands: Sequence[Operand]) -> Iterator[int]:
    for operand in operands:
        if isinstance(operand, X):
            yield operand.index
        elif isinstance(operand, Items):
            yield from _x_registers(operand.items)


def _lookup(select: Instruction, literal: int, table: X) -> list[Instruction]:
    source, fail, _ = select.operands
    parts: list[tuple[str, tuple[Operand, ...]]] = [
        ("move", (Lit(literal), table)),
        ("get_map_elements", (fail, table, Items((source, X(0))))),
        ("return", ()),
    ]
    return [Instruction(select.offset, NUMBERS[name], name, operands) for name, operands in parts]


def _map(entries: Sequence[tuple[int, bytes]]) -> bytes:
    """The external term of the map, keys in order."""
    pairs = b"".join(struct.pack(">Bi", _INTEGER_EXT, key) + value for key, value in sorted(entries))
    return struct.pack(">BBI", _VERSION, _MAP_EXT, len(entries)) + pairs

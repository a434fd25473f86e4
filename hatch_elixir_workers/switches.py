"""Functions that begin by choosing among names: `f(a, …) -> …; f(b, …) -> …`.

    label Entry                              label Entry
    select_val x0 Default [a L1, b L2, …]    is_tuple L x0, …
                                             label L
                                             select_val x0 Default [a L1, b L2, …]

Who can name all first arguments that are ever passed can leave the branches of the others out. A branch is what its
label leads to within the function; branches may share code, with each other and with the default.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from hatch_elixir_workers.beam import Function
from hatch_elixir_workers.beam_code import A, F, Instruction, Items, Operand, X
from hatch_elixir_workers.opcodes import NUMBERS

# After these the next instruction is only reached through its label.
ENDS = frozenset(
    {"return", "jump", "select_val", "select_tuple_arity", "func_info", "badmatch", "if_end", "case_end"}
    | {"try_case_end", "badrecord", "call_only", "call_last", "call_ext_only", "call_ext_last", "apply_last"}
)
# Their label is the entry of a function, not a place that this one goes on at.
_CALLS = frozenset({"call", "call_only", "call_last"})


class Switch(NamedTuple):
    """`at` is the index of the `select_val`, `default` and those of `branches` are labels."""

    at: int
    default: int
    branches: dict[str, int]


def switch_of(function: Function) -> Switch | None:
    """None when the function does not begin like that."""
    code = function.instructions
    places = places_of(code)
    at = places.get(function.label, len(code)) + 1
    if at < len(code) and code[at].name == "is_tuple" and code[at].operands[1] == X(0):
        (otherwise,) = _labels(code[at].operands[:1])
        at = places[otherwise] + 1
    if at >= len(code) or code[at].name != "select_val":
        return None
    source, default, items = code[at].operands
    if source != X(0) or not isinstance(default, F) or not isinstance(items, Items):
        return None
    names, targets = items.items[::2], items.items[1::2]
    branches = {
        name.name: target.label
        for name, target in zip(names, targets, strict=True)
        if isinstance(name, A) and isinstance(target, F)
    }
    return Switch(at, default.label, branches) if len(branches) == len(names) else None


def leads_to(code: Sequence[Instruction], labels: Iterable[int]) -> set[int]:
    """The indices of all instructions that can run after a jump to one of these labels."""
    places = places_of(code)
    found: set[int] = set()
    waiting = [places[label] for label in labels]
    while waiting:
        at = waiting.pop()
        while at < len(code) and at not in found:
            found.add(at)
            if code[at].name not in _CALLS:
                waiting += [places[label] for label in _labels(code[at].operands)]
            if code[at].name in ENDS:
                break
            at += 1
    return found


def with_branches(function: Function, names: Collection[str]) -> Function:
    """The function with these branches of its switch only, if it has one."""
    switch = switch_of(function)
    if switch is None:
        return function
    kept = {name: label for name, label in switch.branches.items() if name in names}
    code = list(function.instructions)
    select = code[switch.at]
    pairs = tuple(operand for name, label in kept.items() for operand in (A(name), F(label)))
    operands = (select.operands[0], F(switch.default), Items(pairs))
    code[switch.at] = select._replace(operands=operands) if pairs else _jump(select, switch.default)
    entry = places_of(code)[function.label]
    reached = {*range(entry), *leads_to(code, [function.label])}
    return Function(
        function.name,
        function.arity,
        function.label,
        tuple(each for at, each in enumerate(code) if at in reached),
        tuple(each for at, each in enumerate(function.line_refs) if at in reached),
    )


def branch(function: Function, switch: Switch, name: str) -> Function:
    """What runs when the first argument is `name`, behind the switch."""
    reached = sorted(leads_to(function.instructions, [switch.branches[name]]))
    return Function(
        function.name,
        function.arity,
        function.label,
        tuple(function.instructions[at] for at in reached),
        tuple(function.line_refs[at] for at in reached),
    )


def _jump(instead_of: Instruction, label: int) -> Instruction:
    return Instruction(instead_of.offset, NUMBERS["jump"], "jump", (F(label),))


def places_of(code: Sequence[Instruction]) -> dict[int, int]:
    """The index of each label."""
    return {each.operands[0].value: at for at, each in enumerate(code) if each.name == "label"}  # type: ignore[union-attr]


def _labels(operands: Iterable[Operand]) -> Iterator[int]:
    for operand in operands:
        if isinstance(operand, F) and operand.label:
            yield operand.label
        elif isinstance(operand, Items):
            yield from _labels(operand.items)

"""Decisions about one number become a lookup in a table of ranges, which the machine does (`atomvm:class_of/2`).

    select_val x0 F [1 L1, 2 L1, 9 L2, …]        bif2 F atomvm:class_of {literal, {Starts, Classes}} x0 xN
    …                                     =>     select_val xN F [0 L1, 1 L2, …]
    label F                                      …
    is_ge G x0 768                               label L1
    is_ge L2 879 x0                              …

    Starts     a tuple of integers in ascending order: where the ranges begin
    Classes    a binary: the class of the numbers before the first range, then that of each; 255 for none

`class_of` fails for what is no integer and for the class none. xN is a register that the function does not use.

Where no characters beyond ASCII can be there (`foreign_atoms.py`), a table says nothing of them.

What compilers make of clauses for ranges of code points are trees of thousands of comparisons. Such a tree is walked
once with the set of all integers; what arrives at each instruction that decides nothing is a class. What is no number
compares greater than any (OTP's order of terms) and equal to none, so it arrives at one place. A float could arrive
elsewhere: the functions of `MODULES` get code points from those who call them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from hatch_elixir_workers import etf
from hatch_elixir_workers.beam import MFA
from hatch_elixir_workers.beam_code import F, I, Instruction, Items, Lit, Operand, U, X
from hatch_elixir_workers.opcodes import NUMBERS
from hatch_elixir_workers.switches import leads_to, places_of

CLASS_OF = MFA("atomvm", "class_of", 2)
MODULES = frozenset({"unicode_util", "Elixir.String.Tokenizer", "Elixir.String.Unicode"})

# Below this many comparisons, and this many for each class, they are as small.
MIN_COMPARISONS, MIN_EACH = 24, 4
MAX_CLASSES = 32
NO_CLASS = 255
# The machine's small integers hold these everywhere.
_BOUNDS = range(-(2**26), 2**26)
_ALL = (-(2**27), 2**27)
_ASCII = (0, 127)

Interval = tuple[int, int]  # both ends included


class Table(NamedTuple):
    """See above; `exits` holds the index of the instruction for each class."""

    starts: tuple[int, ...]
    classes: bytes
    exits: tuple[int, ...]


class _Set(NamedTuple):
    """Integers, and whether what is no number is here, too."""

    intervals: tuple[Interval, ...]
    others: bool

    def __bool__(self) -> bool:
        return bool(self.intervals) or self.others


class _Split(NamedTuple):
    """Where a decision sends a set: to labels, and on behind it."""

    jumps: tuple[tuple[int, _Set], ...]
    rest: _Set


@dataclass
class Decisions:
    """What arrives at each exit, by the index of its first instruction that is neither label nor jump."""

    comparisons: int = 0
    exits: dict[int, list[Interval]] = field(default_factory=dict)
    others: int | None = None


@dataclass
class Lookups:
    """What the functions of a module share.

    Labels from `next_label` on are free, `import_` is that of `CLASS_OF`, `add` gives the index of a literal's bytes.
    `ascii_only` says that no other characters are asked about.
    """

    next_label: int
    import_: int
    add: Callable[[bytes], int]
    ascii_only: bool = False

    def instead_of_decisions(self, code: Sequence[Instruction], entry: int) -> Sequence[Instruction]:
        """The code of the function with this entry label, with lookups for its large decisions."""
        while (found := _first_large(code)) is not None:
            at, register, decisions = found
            if self.ascii_only:
                decisions = decide(code, places_of(code), at, register, _ASCII) or decisions
            replaced = self._replaced(code, at, decisions)
            reached = {*range(places_of(replaced)[entry]), *leads_to(replaced, [entry])}
            code = [each for index, each in enumerate(replaced) if index in reached]
        return code

    def _replaced(self, code: Sequence[Instruction], at: int, decisions: Decisions) -> list[Instruction]:
        """The code with a lookup at `at`. What that no longer reaches is still there."""
        table = table_of(decisions)
        inserted: dict[int, Instruction] = {}
        labels = {exit_: self._label(code, exit_, inserted) for exit_ in decisions.exits}
        fail = F(0 if decisions.others is None else labels[decisions.others])
        lookup = self._lookup(_decides(code[at]) or X(0), fail, table, [labels[exit_] for exit_ in table.exits], code)
        rewritten: list[Instruction] = []
        for index, each in enumerate(code):
            if index in inserted:
                rewritten.append(inserted[index])
            rewritten += lookup if index == at else [each]
        return rewritten

    def _label(self, code: Sequence[Instruction], index: int, inserted: dict[int, Instruction]) -> int:
        """The label in front of an instruction; a new one is `inserted` there if there is none."""
        before = code[index - 1]
        if before.name == "label":
            return _label(before.operands[0])
        inserted[index] = _instruction("label", U(self.next_label))
        self.next_label += 1
        return self.next_label - 1

    def _lookup(
        self, number: X, fail: F, table: Table, labels: Sequence[int], code: Sequence[Instruction]
    ) -> list[Instruction]:
        if not labels:
            return [_instruction("jump", fail)]
        found = X(_unused_register(code))
        literal = self.add(etf.encode((table.starts, table.classes)))
        choices = Items(tuple(each for class_, label in enumerate(labels) for each in (I(class_), F(label))))
        one, several = _instruction("jump", F(labels[0])), _instruction("select_val", found, fail, choices)
        return [
            _instruction("bif2", fail, U(self.import_), Lit(literal), number, found),
            one if len(labels) == 1 else several,
        ]


def _first_large(code: Sequence[Instruction]) -> tuple[int, X, Decisions] | None:
    """The first decision that is worth a table, about which register, with all that follow from it."""
    places = places_of(code)
    for at, instruction in enumerate(code):
        register = _decides(instruction)
        if register is not None:
            decisions = decide(code, places, at, register)
            if decisions is not None and decisions.comparisons >= max(MIN_COMPARISONS, MIN_EACH * len(decisions.exits)):
                return at, register, decisions
    return None


def _decides(instruction: Instruction) -> X | None:
    """The register that this instruction compares with integers and nothing else."""
    match instruction.name, instruction.operands:
        case "select_val", (X() as register, F(), Items(items)) if all(isinstance(key, I) for key in items[::2]):
            numbers = [key.value for key in items[::2] if isinstance(key, I)]
        case (("is_lt" | "is_ge" | "is_eq_exact" | "is_ne_exact"), (F(), X() as register, I(number))):
            numbers = [number]
        case (("is_lt" | "is_ge" | "is_eq_exact" | "is_ne_exact"), (F(), I(number), X() as register)):
            numbers = [number]
        case "is_integer", (F(), X() as register):
            numbers = []
        case _:
            return None
    return register if all(number in _BOUNDS for number in numbers) else None


def decide(
    code: Sequence[Instruction], places: dict[int, int], start: int, register: X, numbers: Interval = _ALL
) -> Decisions | None:
    """Follows these integers from `start` on. None when they arrive at too many places."""
    decisions = Decisions()
    seen: set[int] = set()
    waiting = [(start, _Set((numbers,), others=True))]
    while waiting:
        at, here = waiting.pop()
        instruction = code[at]
        if instruction.name == "label":
            waiting.append((at + 1, here))
        elif instruction.name == "jump":
            waiting.append((places[_label(instruction.operands[0])], here))
        elif _decides(instruction) == register:
            if at not in seen:
                seen.add(at)
                decisions.comparisons += _weight(instruction)
            split = _split(instruction, here)
            arriving = [*((places[label], some) for label, some in split.jumps), (at + 1, split.rest)]
            waiting += [(index, some) for index, some in arriving if some]
        else:
            decisions.exits.setdefault(at, []).extend(here.intervals)
            decisions.others = at if here.others else decisions.others
            if len(decisions.exits) > MAX_CLASSES:
                return None
    return decisions


def _weight(instruction: Instruction) -> int:
    last = instruction.operands[-1]
    return len(last.items) // 2 if isinstance(last, Items) else 1


def _split(instruction: Instruction, here: _Set) -> _Split:
    low, high = _ALL
    match instruction.name, instruction.operands:
        case "select_val", (_, F(fail), Items(items)):
            keys = [
                (key.value, _label(to)) for key, to in zip(items[::2], items[1::2], strict=True) if isinstance(key, I)
            ]
            return _select(keys, fail, here)
        case "is_lt", (F(fail), X(), I(number)):
            return _passing(fail, here, (low, number - 1), others=False)
        case "is_lt", (F(fail), I(number), X()):
            return _passing(fail, here, (number + 1, high), others=True)
        case "is_ge", (F(fail), X(), I(number)):
            return _passing(fail, here, (number, high), others=True)
        case "is_ge", (F(fail), I(number), X()):
            return _passing(fail, here, (low, number), others=False)
        case "is_eq_exact", (F(fail), *operands):
            return _passing(fail, here, _only(operands), others=False)
        case "is_ne_exact", (F(fail), *operands):
            equal = _passing(0, here, _only(operands), others=False)
            ((_, unequal),) = equal.jumps
            return _Split(((fail, equal.rest),), unequal)
        case _:  # is_integer
            return _passing(_label(instruction.operands[0]), here, _ALL, others=False)


def _only(operands: Iterable[Operand]) -> Interval:
    (number,) = (each.value for each in operands if isinstance(each, I))
    return number, number


def _passing(fail: int, here: _Set, passes: Interval, *, others: bool) -> _Split:
    """A test that these integers pass, and what is no number if `others`."""
    low, high = passes
    inside = _Set(_within(here, low, high), here.others and others)
    outside = (*_within(here, _ALL[0], low - 1), *_within(here, high + 1, _ALL[1]))
    return _Split(((fail, _Set(outside, here.others and not others)),), inside)


def _within(here: _Set, low: int, high: int) -> tuple[Interval, ...]:
    cut = ((max(low, first), min(high, last)) for first, last in here.intervals)
    return tuple((first, last) for first, last in cut if first <= last)


def _select(keys: Iterable[tuple[int, int]], fail: int, here: _Set) -> _Split:
    jumps: dict[int, list[Interval]] = {}
    left: list[Interval] = []
    waiting = sorted(keys, reverse=True)
    for first, last in sorted(here.intervals):
        while waiting and waiting[-1][0] < first:
            waiting.pop()
        while waiting and waiting[-1][0] <= last:
            key, label = waiting.pop()
            jumps.setdefault(label, []).append((key, key))
            if first < key:
                left.append((first, key - 1))
            first = key + 1
        if first <= last:
            left.append((first, last))
    to_labels = tuple((label, _Set(tuple(some), others=False)) for label, some in jumps.items())
    return _Split((*to_labels, (fail, _Set(tuple(left), here.others))), _Set((), others=False))


def table_of(decisions: Decisions) -> Table:
    """The table of these decisions; the class none goes where that goes which is no number."""
    exits = sorted(exit_ for exit_ in decisions.exits if exit_ != decisions.others)
    numbers = {exit_: number for number, exit_ in enumerate(exits)}
    rows = sorted(
        (first, last, numbers.get(exit_, NO_CLASS)) for exit_, some in decisions.exits.items() for first, last in some
    )
    starts: list[int] = []
    classes = [rows[0][2]]
    for first, _, number in rows[1:]:
        if number != classes[-1]:
            starts.append(first)
            classes.append(number)
    return Table(tuple(starts), bytes(classes), tuple(exits))


def _instruction(name: str, *operands: Operand) -> Instruction:
    return Instruction(0, NUMBERS[name], name, operands)


def _label(operand: Operand) -> int:
    if isinstance(operand, F):
        return operand.label
    return operand.value if isinstance(operand, U) else 0


def _unused_register(code: Sequence[Instruction]) -> int:
    return 1 + max(_x_registers([operand for each in code for operand in each.operands]), default=0)


def _x_registers(operands: Iterable[Operand]) -> Iterator[int]:
    for operand in operands:
        if isinstance(operand, X):
            yield operand.index
        elif isinstance(operand, Items):
            yield from _x_registers(operand.items)

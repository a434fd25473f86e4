"""Tables of ranges decide as the comparisons did that they stand for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from hatch_elixir_workers import etf
from hatch_elixir_workers.beam import Function, read_beam
from hatch_elixir_workers.beam_code import F, I, Instruction, Items, X
from hatch_elixir_workers.beam_parts import take_apart
from hatch_elixir_workers.ranges import (
    CLASS_OF,
    MIN_COMPARISONS,
    MIN_EACH,
    MODULES,
    NO_CLASS,
    Lookups,
    Table,
    decide,
    table_of,
)
from hatch_elixir_workers.switches import places_of

CompileErl = Callable[..., Path]
_TESTS = frozenset({"select_val", "is_lt", "is_ge", "is_eq_exact", "is_ne_exact", "is_integer"})

SCRIPTS = "".join(
    f"script(C) when C >= {first}, C =< {last} -> {name};\n"
    for first, last, name in [(65 + 40 * n, 70 + 40 * n, ["latin", "greek", "other"][n % 3]) for n in range(30)]
)
SOURCE = f"""-module(scripts).
-export([script/1, even/1, few/1, each/1]).
{SCRIPTS}script(7) -> seven;
script(_) -> none.

{"".join(f"even({n}) -> true;" for n in range(0, 100, 2))}
even(_) -> false.

few(1) -> one;
few(2) -> two;
few(_) -> many.

{"".join(f"each({n}) -> {{{n}}};" for n in range(60))}
each(_) -> none.
"""


def functions(path: Path) -> dict[str, Function]:
    return {function.name: function for function in read_beam(path).functions}


def rewritten(function: Function, *, ascii_only: bool = False) -> tuple[Sequence[Instruction], list[bytes]]:
    literals: list[bytes] = []

    def add(literal: bytes) -> int:
        literals.append(literal)
        return len(literals) - 1

    lookups = Lookups(100_000, 0, add, ascii_only)
    return lookups.instead_of_decisions(function.instructions, function.label), literals


def names(code: Sequence[Instruction]) -> set[str]:
    return {each.name for each in code}


@pytest.mark.parametrize("name", ["script", "even"])
def test_large_decisions_become_lookups(compile_erl: CompileErl, name: str) -> None:
    code, literals = rewritten(functions(compile_erl(SOURCE))[name])
    assert len(literals) == 1
    assert "bif2" in names(code)
    assert not names(code) & {"is_lt", "is_ge", "is_eq_exact"}


def test_tables_of_ascii_are_shorter(compile_erl: CompileErl) -> None:
    _, (all_,) = rewritten(functions(compile_erl(SOURCE))["script"])
    _, (ascii_,) = rewritten(functions(compile_erl(SOURCE))["script"], ascii_only=True)
    assert len(ascii_) < len(all_)
    starts, classes = etf.decode(ascii_)  # type: ignore[misc]
    assert starts == (7, 8, 65, 71, 105, 111)
    assert len(classes) == len(starts) + 1  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["few", "each", "module_info"])
def test_others_stay(compile_erl: CompileErl, name: str) -> None:
    function = functions(compile_erl(SOURCE))[name]
    code, literals = rewritten(function)
    assert (list(code), literals) == (list(function.instructions), [])


def test_every_label_that_is_named_is_there(compile_erl: CompileErl) -> None:
    for function in functions(compile_erl(SOURCE)).values():
        code, _ = rewritten(function)
        places = places_of(code)
        for each in code:
            operands = [
                *each.operands,
                *(item for some in each.operands if isinstance(some, Items) for item in some.items),
            ]
            assert all(operand.label in places for operand in operands if isinstance(operand, F) and operand.label)


def test_only_where_it_is_asked_for(compile_erl: CompileErl) -> None:
    beam = read_beam(compile_erl(SOURCE))
    assert tuple(CLASS_OF) in take_apart(beam, ranges=True).imports
    opcodes = [{piece for piece in each.pieces if isinstance(piece, bytes)} for each in take_apart(beam).functions]
    with_ranges = [
        {piece for piece in each.pieces if isinstance(piece, bytes)} for each in take_apart(beam, ranges=True).functions
    ]
    assert opcodes != with_ranges


class _Other:
    """What is no number compares greater than any of them, and equal to none."""


def runs(code: Sequence[Instruction], places: dict[int, int], at: int, register: X, value: int | _Other) -> int:
    """The instruction at which the comparisons of a register end, one by one."""
    while True:
        name, operands = code[at].name, code[at].operands
        if name == "label":
            at += 1
        elif name == "jump":
            at = places[operands[0].label]  # type: ignore[union-attr]
        elif name not in _TESTS or not compares(operands, register):
            return at
        else:
            at = places[label] if (label := fails(name, operands, value)) else at + 1


def compares(operands: Sequence[object], register: X) -> bool:
    others = [each for each in operands if not isinstance(each, F) and each != register]
    numbers = [item for each in others for item in (each.items[::2] if isinstance(each, Items) else [each])]
    return register in operands and all(isinstance(each, I) for each in numbers)


def fails(name: str, operands: Sequence[object], value: int | _Other) -> int:
    """The label that is jumped to, 0 when it goes on."""
    if name == "select_val":
        keys, default = operands[2].items, operands[1].label  # type: ignore[attr-defined]
        found = [to.label for key, to in zip(keys[::2], keys[1::2], strict=True) if key.value == value]
        return int(found[0] if found else default)
    label = int(operands[0].label)  # type: ignore[attr-defined]
    if name == "is_integer":
        return 0 if isinstance(value, int) else label
    left, right = (each.value if isinstance(each, I) else value for each in operands[1:])
    passes = {"is_lt": less(left, right), "is_ge": not less(left, right)}
    passes |= {"is_eq_exact": left == right, "is_ne_exact": left != right}
    return 0 if passes[name] else label


def less(left: int | _Other, right: int | _Other) -> bool:
    if isinstance(left, _Other) or isinstance(right, _Other):
        return isinstance(right, _Other) and not isinstance(left, _Other)
    return left < right


def looked_up(table: Table, value: int | _Other, otherwise: int | None) -> int | None:
    class_ = NO_CLASS if isinstance(value, _Other) else table.classes[sum(start <= value for start in table.starts)]
    return otherwise if class_ == NO_CLASS else table.exits[class_]


def decisions(code: Sequence[Instruction]) -> Iterator[tuple[int, X]]:
    for at, each in enumerate(code):
        register = next((operand for operand in each.operands if isinstance(operand, X)), None)
        if each.name in _TESTS and register is not None and compares(each.operands, register):
            yield at, register


def values_to_try(code: Sequence[Instruction]) -> list[int]:
    """On both sides of every number that is compared with: between those nothing can change."""
    operands = [operand for each in code for operand in each.operands]
    flat = [item for each in operands for item in (each.items if isinstance(each, Items) else [each])]
    numbers = {each.value for each in flat if isinstance(each, I)}
    return sorted({0, -1, 0x10FFFF, -(2**25), 2**25} | {number + by for number in numbers for by in (-1, 0, 1)})


def assert_the_same(function: Function, *, ascii_only: bool = False) -> int:
    """For the first large decision of a function; how many values were tried."""
    code = function.instructions
    places = places_of(code)
    for at, register in decisions(code):
        found = decide(code, places, at, register)
        if found is None or found.comparisons < max(MIN_COMPARISONS, MIN_EACH * len(found.exits)):
            continue
        tried: list[int | _Other] = [*values_to_try(code), _Other()]
        if ascii_only:
            found = decide(code, places, at, register, (0, 127))
            assert found is not None
            tried = [*range(128), _Other()]
        table = table_of(found)
        for value in tried:
            assert looked_up(table, value, found.others) == runs(code, places, at, register, value), (
                function.name,
                value,
            )
        return len(tried)
    return 0


@pytest.mark.parametrize("name", ["script", "even"])
def test_tables_decide_as_the_comparisons(compile_erl: CompileErl, name: str) -> None:
    assert assert_the_same(functions(compile_erl(SOURCE))[name]) > 60


@pytest.mark.parametrize("name", ["script", "even"])
def test_tables_of_ascii_decide_likewise(compile_erl: CompileErl, name: str) -> None:
    assert assert_the_same(functions(compile_erl(SOURCE))[name], ascii_only=True) == 129


def test_tables_of_the_tokenizer_do(beam_named: Callable[[str], Path]) -> None:
    of_tokenizer = functions(beam_named("Elixir.String.Tokenizer")).values()
    assert sum(assert_the_same(function, ascii_only=True) for function in of_tokenizer) >= 129


@pytest.mark.parametrize("module", sorted(MODULES))
def test_tables_of_unicode(beam_named: Callable[[str], Path], module: str) -> None:
    tried = sum(assert_the_same(function) for function in functions(beam_named(module)).values())
    assert tried > 1000

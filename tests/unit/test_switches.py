from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hatch_elixir_workers.beam import BeamModule, Function, read_beam
from hatch_elixir_workers.beam_code import A, F, Items
from hatch_elixir_workers.switches import branch, switch_of, with_branches

SOURCE = """-module(sample).
-export([choose/2, tuple_first/1, other/2, second/2]).

choose(one, X) -> {first, X};
choose(two, [X]) -> lists:reverse(X);
choose(three, X) -> choose(one, X);
choose(_, X) -> {none, X}.

tuple_first({tagged, X}) -> X;
tuple_first(one) -> first;
tuple_first(two) -> second;
tuple_first(three) -> third.

other(X, one) -> X;
other(X, two) -> {X}.

second(1, X) -> X;
second(2, X) -> {X};
second(3, X) -> [X].
"""


@pytest.fixture(scope="module")
def functions(compile_erl: Callable[..., Path]) -> dict[str, Function]:
    module: BeamModule = read_beam(compile_erl(SOURCE))
    return {function.name: function for function in module.functions}


def atoms(function: Function) -> set[str]:
    """Behind the head."""
    found = set()
    for instruction in function.instructions:
        for operand in instruction.operands if instruction.name != "func_info" else ():
            found |= {
                each.name
                for each in (operand.items if isinstance(operand, Items) else (operand,))
                if isinstance(each, A)
            }
    return found


@pytest.mark.parametrize("name", ["choose", "tuple_first"])
def test_a_switch_is_found(functions: dict[str, Function], name: str) -> None:
    switch = switch_of(functions[name])
    assert switch is not None
    assert switch.branches.keys() == {"one", "two", "three"}


@pytest.mark.parametrize("name", ["other", "second", "module_info"])
def test_others_are_none(functions: dict[str, Function], name: str) -> None:
    assert switch_of(functions[name]) is None
    assert with_branches(functions[name], ()) is functions[name]


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        (["one", "two", "three"], {"one", "two", "three", "first", "none"}),
        (["one"], {"one", "first", "none"}),
        (["three"], {"three", "one", "none"}),
        ([], {"none"}),
    ],
)
def test_only_what_is_asked_for_is_kept(functions: dict[str, Function], kept: list[str], expected: set[str]) -> None:
    function = with_branches(functions["choose"], kept)
    assert atoms(function) == expected
    assert len(function.instructions) == len(function.line_refs)
    labels = {each.operands[0].value for each in function.instructions if each.name == "label"}  # type: ignore[union-attr]
    own = {each.operands[0].value for each in functions["choose"].instructions if each.name == "label"}  # type: ignore[union-attr]
    targets = {operand.label for each in function.instructions for operand in each.operands if isinstance(operand, F)}
    assert targets & own <= labels | {0}


def test_without_a_name_the_default_is_left(functions: dict[str, Function]) -> None:
    names = [each.name for each in with_branches(functions["choose"], ()).instructions]
    assert "jump" in names
    assert "select_val" not in names


def test_a_branch_is_what_runs_for_its_name(functions: dict[str, Function]) -> None:
    function = functions["choose"]
    switch = switch_of(function)
    assert switch is not None
    assert atoms(branch(function, switch, "one")) == {"first"}
    # Its clause may not match.
    assert atoms(branch(function, switch, "two")) == {"none"}
    assert "select_val" not in [each.name for each in branch(function, switch, "three").instructions]

"""A pruned module against the whole one: what its instructions mean is the same, and nothing else is in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hatch_elixir_workers import cache, mix
from hatch_elixir_workers.beam import BeamModule, Function, parse_beam, read_beam, strip
from hatch_elixir_workers.beam_code import A, F, Instruction, Items, Lit, U
from hatch_elixir_workers.beam_parts import Parts, module_parts, take_apart
from hatch_elixir_workers.errors import InternalError
from hatch_elixir_workers.opcodes import IMPORT_OPERAND
from hatch_elixir_workers.prune import prune

CompileErl = Callable[..., Path]
Key = tuple[str, int]

SOURCE = """-module(sample).
-export([kept/1, other/2]).

kept(X) ->
    Y = helper(X, "a literal"),
    F = fun(Z) -> {Y, Z, 123456789012345678901234567890, -70000} end,
    {lists:map(F, X), maps:get(x, #{x => <<"kept string", X/binary>>})}.

helper(<<"matched", Rest/binary>>, L) -> {Rest, L, other_atom};
helper(X, L) -> native(X), {X, L}.

native(_) -> erlang:nif_error(undef).

other(X, Y) ->
    G = fun() -> {X, "unused literal", unused_atom, <<"unused string", Y/binary>>} end,
    string:unused(G).
"""

KEPT: set[Key] = {("kept", 1), ("helper", 2), ("-kept/1-fun-0-", 2)}


def pruned(parts: Parts, functions: set[Key], heads: set[Key] = frozenset()) -> BeamModule:  # type: ignore[assignment]
    return parse_beam(strip(BeamModule(parts.name, tuple(prune(parts, functions, heads)))))


def meaning(module: BeamModule, function: Function) -> Iterator[tuple[Any, ...]]:
    """Instructions with everything they refer to in place of its number; labels are numbered by first use."""
    labels: dict[int, int] = {}
    for instruction in function.instructions:
        yield (instruction.name, *_operands(module, instruction, labels))


def _operands(module: BeamModule, instruction: Instruction, labels: dict[int, int]) -> Iterator[Any]:
    name = instruction.name
    operands: tuple[Any, ...] = instruction.operands
    for index, operand in enumerate(operands):
        if not isinstance(operand, U):
            yield _operand(module, operand, labels)
        elif name == "label":
            yield labels.setdefault(operand.value, len(labels))
        elif IMPORT_OPERAND.get(name) == index:
            yield module.imports[operand.value]
        elif name == "line":
            yield module.location(operand.value)
        elif name in ("make_fun2", "make_fun3", "call_fun2") and index == 0:
            made = module.lambdas[operand.value]
            yield made.function, made.arity, made.index, made.num_free, made.old_uniq
        elif name == "bs_match_string" and index == 3:
            yield _string(module, operand.value, (operands[2].value + 7) // 8)
        elif name == "bs_put_string" and index == 1:
            yield _string(module, operand.value, operands[0].value)
        else:
            yield operand
    if name == "bs_create_bin":
        items = operands[-1].items
        strings = [index for index in range(0, len(items), 6) if items[index] == A("string")]
        yield [_string(module, items[index + 4].value, items[index + 5].value) for index in strings]


def _operand(module: BeamModule, operand: Any, labels: dict[int, int]) -> Any:
    if isinstance(operand, F):
        return "label", labels.setdefault(operand.label, len(labels)) if operand.label else None
    if isinstance(operand, Lit):
        return "literal", module.raw_literals[operand.index][1]
    if isinstance(operand, Items):
        items = list(operand.items)
        for index in range(0, len(items), 6):
            if items[index] == A("string") and len(items) % 6 == 0:
                items[index + 4] = U(0)  # an offset: what is there is compared apart
        return [_operand(module, item, labels) for item in items]
    return operand


def _string(module: BeamModule, offset: int, size: int) -> bytes:
    return (module.chunk("StrT") or b"")[offset : offset + size]


def all_functions(module: BeamModule) -> set[Key]:
    return {(each.name, each.arity) for each in module.functions}


@pytest.fixture(scope="module")
def sample(compile_erl: CompileErl) -> BeamModule:
    return read_beam(compile_erl(SOURCE))


def test_kept_functions_mean_the_same(sample: BeamModule) -> None:
    module = pruned(take_apart(sample), KEPT, {("native", 1)})
    module.verify()
    whole = {(each.name, each.arity): each for each in sample.functions}
    for function in module.functions:
        if function.name != "native":
            assert list(meaning(module, function)) == list(meaning(sample, whole[function.name, function.arity]))


def test_nothing_else_is_left(sample: BeamModule) -> None:
    module = pruned(take_apart(sample), KEPT, {("native", 1)})
    assert [(each.function, each.arity) for each in module.exports] == [("kept", 1)]
    assert not {"other", "unused_atom", "unused", "module_info", "get_module_info"} & set(module.atoms)
    assert {str(each) for each in module.imports} == {"lists:map/2", "erlang:map_get/2"}
    assert len(module.lambdas) == 1
    assert b"unused" not in module.literal_table + (module.chunk("StrT") or b"")
    assert module.chunk("LocT") is None


def test_of_what_never_runs_the_head_is_kept(sample: BeamModule) -> None:
    module = pruned(take_apart(sample), KEPT, {("native", 1)})
    (head,) = [each for each in module.functions if each.name == "native"]
    names = [each.name for each in head.instructions]
    assert names == ["label", "line", "func_info", "label", "jump"]
    assert head.instructions[-1].operands == (F(head.instructions[0].operands[0].value),)  # type: ignore[union-attr]


def test_a_function_that_is_called_and_not_kept_is_our_mistake(sample: BeamModule) -> None:
    with pytest.raises(InternalError, match="sample: code that is kept jumps to label"):
        prune(take_apart(sample), {("kept", 1)}, set())


def test_a_module_without_functions(sample: BeamModule) -> None:
    module = pruned(take_apart(sample), set())
    module.verify()
    assert module.atoms == ("sample",)
    assert module.functions == ()


def test_parts_come_from_the_cache(compile_erl: CompileErl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache.CACHE_VARIABLE, str(tmp_path))
    data = compile_erl(SOURCE).read_bytes()
    first = module_parts(data, "sample.beam")
    monkeypatch.setattr("hatch_elixir_workers.beam_parts.parse_beam", lambda *_: pytest.fail("not from the cache"))
    assert module_parts(data, "sample.beam") == first
    (entry,) = (tmp_path / "parts").iterdir()
    entry.write_bytes(b"damaged")
    monkeypatch.undo()
    monkeypatch.setenv(cache.CACHE_VARIABLE, str(tmp_path))
    assert module_parts(data, "sample.beam") == first


LIBRARIES = [
    "lists",
    "gen_server",
    "binary",
    "erl_scan",
    "Elixir.URI",
    "Elixir.Calendar.ISO",
    "Elixir.Base",
    "uri_string",
]


@pytest.mark.parametrize("name", LIBRARIES)
def test_modules_of_the_installed_libraries(name: str) -> None:
    toolchain = mix.toolchain()
    folders = [*toolchain.elixir_lib_dirs, *toolchain.erl_lib_dirs]
    whole = read_beam(next(folder / f"{name}.beam" for folder in folders if (folder / f"{name}.beam").exists()))
    module = pruned(take_apart(whole), all_functions(whole))
    module.verify()
    assert [list(meaning(module, each)) for each in module.functions] == [
        list(meaning(whole, each)) for each in whole.functions
    ]
    assert [(each.function, each.arity) for each in module.exports] == [
        (each.function, each.arity) for each in whole.exports
    ]

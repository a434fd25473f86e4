from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hatch_elixir_workers import cache
from hatch_elixir_workers.beam import MFA, read_beam
from hatch_elixir_workers.errors import BeamError
from hatch_elixir_workers.facts import Call, FunctionFacts, module_facts, read_facts

SOURCE = """-module(sample).
-export([calls/1, funs/0, builds/2, dynamic/2, struct/1, compares/1, spawns/1, puts/2, asks/1, makes/1, selects/2]).

calls(X) ->
    helper(lists:reverse(X)).

helper(X) -> element(1, X).

funs() -> [fun helper/1, fun lists:map/2].

builds(A, B) -> {A, my_atom, [B | {other, #{key => inner}}]}.

dynamic(Module, Name) -> [Module:handle(a, b), Module:Name(c)].

struct(X) -> [#{'__struct__' => 'Elixir.Range', first => 1}, X#{'__struct__' => 'Elixir.MapSet'}].

compares(enum) -> 1;
compares(X) when X =:= guard -> 2.

spawns(X) -> {spawn(worker, run, [X]), {child, start, []}}.

puts(X, Y) -> {in_tuple, beside, X, Y}.

asks(Module) -> erlang:function_exported(Module, handle, 2) orelse erlang:function_exported(Module, module_info, 0).

makes(Module) -> fun Module:handle_call/3.

selects(Name, Args) -> [apply(lists, Name, Args), lists:Name(a)].
"""

CompileErl = Callable[..., Path]


@pytest.fixture(scope="module")
def functions(compile_erl: CompileErl) -> dict[tuple[str, int], FunctionFacts]:
    return read_facts(read_beam(compile_erl(SOURCE))).functions


def targets(facts: FunctionFacts) -> set[MFA]:
    return {call.target for call in facts.calls}


def test_calls_and_their_lines(functions: dict[tuple[str, int], FunctionFacts]) -> None:
    assert functions["calls", 1].calls == (Call(MFA("lists", "reverse", 1), "sample.erl", 5),)
    assert functions["calls", 1].locals == (("helper", 1),)
    assert targets(functions["helper", 1]) == {MFA("erlang", "element", 2)}


def test_funs(functions: dict[tuple[str, int], FunctionFacts]) -> None:
    facts = functions["funs", 0]
    assert facts.funs == (MFA("lists", "map", 2),)
    (made,) = facts.locals
    assert ("helper", 1) in (made, *functions[made].locals)


def test_atoms_that_are_built(functions: dict[tuple[str, int], FunctionFacts]) -> None:
    assert {"my_atom", "other", "inner"} <= set(functions["builds", 2].atoms)


def test_atoms_that_are_only_compared(functions: dict[tuple[str, int], FunctionFacts]) -> None:
    assert functions["compares", 1].atoms == ()


def test_dynamic_calls(functions: dict[tuple[str, int], FunctionFacts]) -> None:
    assert functions["dynamic", 2].applies == (("handle", 2), (None, 1))


def test_a_fun_of_a_computed_module_is_a_dynamic_call(functions: dict[tuple[str, int], FunctionFacts]) -> None:
    assert functions["makes", 1].applies == (("handle_call", 3),)


def test_structs_are_told_from_other_atoms(functions: dict[tuple[str, int], FunctionFacts]) -> None:
    assert functions["struct", 1].structs == ("Elixir.MapSet", "Elixir.Range")
    assert "Elixir.Range" not in functions["struct", 1].atoms


def test_pairs(functions: dict[tuple[str, int], FunctionFacts]) -> None:
    assert {("worker", "run"), ("child", "start")} <= set(functions["spawns", 1].pairs)
    assert ("in_tuple", "beside") in functions["puts", 2].pairs


def test_on_load(compile_erl: CompileErl) -> None:
    beam = compile_erl("-module(loads).\n-on_load(setup/0).\n-export([a/0]).\nsetup() -> ok.\na() -> 1.\n")
    assert read_facts(read_beam(beam)).on_load == ("setup", 0)


def test_protocols_are_known(beam_named: Callable[[str], Path]) -> None:
    assert read_facts(read_beam(beam_named("Elixir.Enumerable"))).is_protocol
    assert not read_facts(read_beam(beam_named("Elixir.Enum"))).is_protocol


def test_the_cache_gives_back_what_was_read(
    compile_erl: CompileErl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(cache.CACHE_VARIABLE, str(tmp_path))
    beam = compile_erl(SOURCE)
    data = beam.read_bytes()
    first = module_facts(data, str(beam))
    assert len(list(tmp_path.rglob("*"))) == 2
    assert module_facts(data, "elsewhere") == first == read_facts(read_beam(beam))


def test_damaged_entries_are_made_again(
    compile_erl: CompileErl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(cache.CACHE_VARIABLE, str(tmp_path))
    data = compile_erl(SOURCE).read_bytes()
    first = module_facts(data, "a")
    (entry,) = (tmp_path / "facts").iterdir()
    entry.write_bytes(entry.read_bytes()[:-20])
    assert module_facts(data, "a") == first


def test_damaged_modules_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache.CACHE_VARIABLE, str(tmp_path))
    with pytest.raises(BeamError, match=r"^here/a\.beam: chunk FOR1, offset 0: "):
        module_facts(b"FOR1", "here/a.beam")


def test_asking_for_a_function_is_a_dynamic_call(functions: dict[tuple[str, int], FunctionFacts]) -> None:
    assert functions["asks", 1].applies == (("handle", 2),)


CASED = """-module(cased).
-export([ascii/1, both/2, other/2, branch/1, swapped/2, fun_of/0]).
ascii(S) -> {'Elixir.String':downcase(S, ascii), 'Elixir.String':upcase(hd([S]), ascii)}.
both(S, M) -> {'Elixir.String':downcase(S, ascii), 'Elixir.String':downcase(S, M)}.
other(S, T) -> f(T, ascii), 'Elixir.String':downcase(S, T).
branch(S) -> M = case S of <<>> -> ascii; _ -> default end, 'Elixir.String':downcase(S, M).
swapped(S, T) -> 'Elixir.String':upcase(ascii, f(T, S)).
fun_of() -> fun 'Elixir.String':downcase/2.
f(A, B) -> {A, B}.
"""


def test_what_is_always_called_for_ascii(compile_erl: CompileErl) -> None:
    functions = read_facts(read_beam(compile_erl(CASED))).functions
    down, up = (MFA("Elixir.String", name, 2) for name in ("downcase", "upcase"))
    assert functions["ascii", 1].ascii == (down, up)
    assert {name: functions[name, arity].ascii for name, arity in functions if name != "ascii"} == {
        name: () for name, _ in functions if name != "ascii"
    }


def test_computed_names_in_a_known_module(functions: dict[tuple[str, int], FunctionFacts]) -> None:
    assert functions["selects", 2].selects == (("lists", None), ("lists", 1))
    assert functions["selects", 2].applies == ()


EXPLAINER = """-module(erl_stdlib_errors).
-export([format_error/2]).

format_error(Name, X) -> format_ets_error(Name, X).

format_ets_error(lookup, X) -> lists:reverse(X);
format_ets_error(insert, X) -> {not_a_tuple, X};
format_ets_error(_, _) -> unknown.
"""


def test_the_branches_of_explainers_have_facts_of_their_own(compile_erl: CompileErl) -> None:
    facts = read_facts(read_beam(compile_erl(EXPLAINER))).functions["format_ets_error", 2]
    assert (facts.atoms, facts.calls) == (("unknown",), ())
    assert targets(facts.branches["lookup"]) == {MFA("lists", "reverse", 1)}
    assert facts.branches["insert"].atoms == ("not_a_tuple",)


def test_branches_are_kept_in_the_cache(
    compile_erl: CompileErl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(cache.CACHE_VARIABLE, str(tmp_path))
    data = compile_erl(EXPLAINER).read_bytes()
    first = module_facts(data, "a")
    assert module_facts(data, "a") == first
    assert first.functions["format_ets_error", 2].branches.keys() == {"lookup", "insert"}

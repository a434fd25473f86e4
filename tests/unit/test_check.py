from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hatch_elixir_workers.beam import MFA
from hatch_elixir_workers.check import Missing, check, evaluation, require_nothing_missing, show, told
from hatch_elixir_workers.collect import Origin, Source, Universe, universe
from hatch_elixir_workers.errors import SourceError
from hatch_elixir_workers.shake import reach

CompileErl = Callable[..., Path]

APP = """-module(my_app).
-export([start/0]).
start() ->
    lib:fine(),
    lib:wrong_arity(1),
    gone:f(),
    lib:outer(),
    lib:native().
"""

LIB = """-module(lib).
-export([fine/0, wrong_arity/2, outer/0, native/0, missing_native/0]).
fine() -> ok.
wrong_arity(_, _) -> ok.
outer() -> inner(), ok.
inner() ->
    deep:er(),
    missing_native().
native() -> erlang:nif_error(undef).
missing_native() -> erlang:nif_error(undef).
"""


@pytest.fixture
def missing(compile_erl: CompileErl) -> list[Missing]:
    app, lib = compile_erl(APP), compile_erl(LIB)
    everything: Universe = universe([(Origin.APP, [app.parent]), (Origin.OTP, [lib.parent])])
    natives = frozenset({MFA("lib", "native", 0), MFA("erlang", "nif_error", 1)})
    return check(everything, reach(everything, [(MFA("my_app", "start", 0), "test")], natives))


def test_everything_missing_is_told_with_line_and_reason(missing: list[Missing]) -> None:
    assert [str(each) for each in missing] == [
        "my_app.erl:5: :my_app.start/0 calls :lib.wrong_arity/1: the module has it with 2 arguments only",
        "my_app.erl:6: :my_app.start/0 calls :gone.f/0: no application, dependency or library has this module",
        "my_app.erl:7: :my_app.start/0 calls :deep.er/0 through :lib.outer/0 -> :lib.inner/0: "
        "no application, dependency or library has this module",
        "my_app.erl:7: :my_app.start/0 calls :lib.missing_native/0 through :lib.outer/0 -> :lib.inner/0: "
        "the virtual machine does not have this native function",
    ]


def test_what_one_call_leads_to_is_one_message(missing: list[Missing]) -> None:
    assert told(missing) == [
        "my_app.erl:5: :my_app.start/0 calls :lib.wrong_arity/1: the module has it with 2 arguments only",
        "my_app.erl:6: :my_app.start/0 calls :gone.f/0: no application, dependency or library has this module",
        "my_app.erl:7: :my_app.start/0 calls :deep.er/0 through :lib.outer/0 -> :lib.inner/0: "
        "no application, dependency or library has this module. And 1 more that this call leads to",
    ]


def test_other_calls_of_the_project_are_named(compile_erl: CompileErl) -> None:
    """The walk comes to a function once; whoever does without that one call must know of the others."""
    ways = "".join(f"way{number}() -> lib:outer().\n" for number in range(8))
    calls = ", ".join(f"way{number}()" for number in range(8))
    app = compile_erl(
        f"-module(my_app).\n-export([start/0, last/0]).\nstart() -> gone:f(), {calls}.\nlast() -> gone:f().\n{ways}"
    )
    lib = compile_erl("-module(lib).\n-export([outer/0]).\nouter() -> lost:f().\n")
    everything = universe([(Origin.APP, [app.parent]), (Origin.OTP, [lib.parent])])
    found = check(
        everything, reach(everything, [(MFA("my_app", name, 0), "test") for name in ("start", "last")], frozenset())
    )
    named = ", ".join(f":my_app.way{number}/0 (my_app.erl:{number + 5})" for number in range(1, 6))
    assert [str(each) for each in found] == [
        "my_app.erl:3: :my_app.start/0 calls :gone.f/0, as does :my_app.last/0 (my_app.erl:4): "
        "no application, dependency or library has this module",
        f"my_app.erl:5: :my_app.way0/0 calls :lost.f/0 through :lib.outer/0, as do {named} and 2 more: "
        "no application, dependency or library has this module",
    ]


def test_what_a_dependency_could_use_is_one_message(compile_erl: CompileErl, tmp_path: Path) -> None:
    """Of a library with adapters for others; what the application itself lacks comes first."""
    app = compile_erl("-module(z_app).\n-export([start/0]).\nstart() -> adapter:a(), lost:f().\n")
    source = compile_erl(
        "-module(adapter).\n-export([a/0]).\na() ->\n  'Elixir.Other.Json':encode(x),\n"
        "  'Elixir.Other.Json':decode(x),\n  sodium:f(),\n  lists:nothing().\n"
    )
    ebin = tmp_path / "lib" / "jwt-1.0" / "ebin"
    ebin.mkdir(parents=True)
    (ebin / "adapter.beam").write_bytes(source.read_bytes())
    lists = compile_erl("-module(lists).\n-export([some/0]).\nsome() -> ok.\n")
    everything = universe([(Origin.APP, [app.parent]), (Origin.DEPENDENCY, [ebin]), (Origin.OTP, [lists.parent])])
    everything.sources = {
        name: each for name, each in everything.sources.items() if name in ("z_app", "adapter", "lists")
    }
    missing = check(everything, reach(everything, [(MFA("z_app", "start", 0), "test")]))
    assert len(missing) == 5
    assert told(missing) == [
        "z_app.erl:3: :z_app.start/0 calls :lost.f/0: no application, dependency or library has this module",
        "adapter.erl:7: :adapter.a/0 calls :lists.nothing/0: the module does not export it",
        "jwt calls modules that no application, dependency or library has: Other.Json (adapter.erl:4), :sodium "
        "(adapter.erl:6). Where they are optional there is nothing to do; otherwise add what has them to `deps`",
    ]


NIF = """-module(fast).
-on_load(init/0).
-export([encode/1]).
init() -> erlang:load_nif("fast", 0).
encode(_) -> erlang:nif_error(not_loaded).
"""


def test_native_libraries_of_dependencies(compile_erl: CompileErl) -> None:
    app = compile_erl("-module(uses).\n-export([start/0]).\nstart() -> fast:encode(x), theirs:hash().\n")
    fast = compile_erl(NIF)
    theirs = compile_erl(NIF.replace("fast", "theirs").replace("encode/1", "hash/0").replace("encode(_)", "hash()"))
    folders = [(Origin.APP, [app.parent]), (Origin.DEPENDENCY, [fast.parent]), (Origin.OTP, [theirs.parent])]
    everything = universe(folders)
    known = {"fast": Origin.DEPENDENCY, "theirs": Origin.OTP}
    for name, origin in known.items():
        everything.sources[name] = Source(name, everything.sources[name].path, origin)
    natives = frozenset({MFA("erlang", "load_nif", 2), MFA("erlang", "nif_error", 1), MFA("theirs", "hash", 0)})
    found = check(everything, reach(everything, [(MFA("uses", "start", 0), "test")], natives))
    assert [str(each) for each in found if each.target.function == "load_nif"] == [
        "fast.erl:4: :fast.init/0 calls :erlang.load_nif/2: it can only refuse. A worker loads no native libraries, "
        "and without this one :fast.encode/1 can only fail"
    ]


FALLBACK = """-module(fallback).
-on_load(init/0).
-export([encode/1, unused/1]).
init() -> case erlang:load_nif("fallback", 0) of ok -> ok; {error, _} -> ok end.
encode(Term) -> term_to_binary(Term).
unused(_) -> erlang:nif_error(not_loaded).
"""


def test_a_native_library_with_erlang_code_for_all_that_is_reached_is_not_missed(compile_erl: CompileErl) -> None:
    app = compile_erl("-module(falls).\n-export([start/0]).\nstart() -> fallback:encode(x).\n")
    folders = [(Origin.APP, [app.parent]), (Origin.DEPENDENCY, [compile_erl(FALLBACK).parent])]
    everything = universe(folders)
    natives = frozenset({MFA("erlang", "load_nif", 2), MFA("erlang", "term_to_binary", 1)})
    reached = reach(everything, [(MFA("falls", "start", 0), "test")], natives)
    assert MFA("fallback", "init", 0) in reached.functions
    assert check(everything, reached) == []


OPENING = """-module(opening).
-export([start/1]).
start(Name) ->
    {ok, Log} = file:open(Name, [append, raw]),
    file:open(Name, write),
    file:open(Name, [read, raw, binary]),
    file:open(<<"data">>, [ram, write]),
    file:open(Name, Log),
    file:open(Name, [read]).
"""


def test_files_that_are_opened_as_no_worker_can(compile_erl: CompileErl) -> None:
    opening, file = compile_erl(OPENING), compile_erl("-module(file).\n-export([open/2]).\nopen(_, _) -> ok.\n")
    start = [(MFA("opening", "start", 1), "test")]
    everything = universe([(Origin.APP, [opening.parent]), (Origin.STAND_IN, [file.parent])])
    refused = (
        "opening.erl:{}: :opening.start/1 calls :file.open/2: it can only refuse to open a file in this way. A worker"
    )
    found = [str(each).partition(" has")[0] for each in check(everything, reach(everything, start))]
    assert found == [refused.format(line) for line in (4, 5, 9)]
    of_otp = universe([(Origin.APP, [opening.parent]), (Origin.OTP, [file.parent])])
    assert check(of_otp, reach(of_otp, start)) == []


def test_strict(missing: list[Missing]) -> None:
    require_nothing_missing([])
    with pytest.raises(SourceError) as caught:
        require_nothing_missing(missing)
    lines = str(caught.value).splitlines()
    assert lines[0] == "reachable code calls functions that cannot run:"
    assert lines[1:-1] == [str(each) for each in missing]
    assert lines[-1] == "Do without them, or set `strict = false` to build with warnings."


def test_unexported_functions(compile_erl: CompileErl) -> None:
    app = compile_erl("-module(an_app).\n-export([start/0]).\nstart() -> other:hidden().\n")
    other = compile_erl("-module(other).\n-export([shown/0]).\nshown() -> hidden().\nhidden() -> self().\n")
    everything = universe([(Origin.APP, [app.parent, other.parent])])
    (missing,) = check(everything, reach(everything, [(MFA("an_app", "start", 0), "test")]))
    assert str(missing) == "an_app.erl:3: :an_app.start/0 calls :other.hidden/0: the module does not export it"


def test_what_has_no_place_is_told_first(compile_erl: CompileErl) -> None:
    """A release may come without the debug information that knows lines."""
    app = compile_erl("-module(app_q).\n-export([start/0]).\nstart() -> gone:f(), bare:g().\n")
    bare = compile_erl("-module(bare).\n-export([g/0]).\n-compile(no_line_info).\ng() -> gone:h().\n")
    everything = universe([(Origin.APP, [app.parent, bare.parent])])
    missing = check(everything, reach(everything, [(MFA("app_q", "start", 0), "test")]))
    assert [(each.target.function, each.file) for each in missing] == [("h", None), ("f", "app_q.erl")]


def test_natives_of_a_machine_that_nobody_knows(compile_erl: CompileErl) -> None:
    """Whatever is Erlang's may be one of its natives; what is Elixir's may not."""
    app = compile_erl(
        "-module(app_n).\n-export([start/0]).\nstart() ->\n  lib_n:stub(),\n  lib_n:other(),\n  'Elixir.Lib':f(),\n"
        "  'Elixir.AtomVM.Wasi':read_stdin(),\n  none:f().\n"
    )
    lib = compile_erl("-module(lib_n).\n-export([stub/0]).\nstub() -> erlang:nif_error(undef).\n")
    elixir = compile_erl("-module('Elixir.Lib').\n-export([g/0]).\ng() -> ok.\n")
    everything = universe([(Origin.APP, [app.parent]), (Origin.OTP, [lib.parent, elixir.parent])])
    reached = reach(everything, [(MFA("app_n", "start", 0), "test")])
    missing = check(everything, reached, natives_known=False)
    assert [show(each.target) for each in missing] == ["Lib.f/0", ":none.f/0"]
    known = check(everything, reached)
    assert {":lib_n.stub/0", ":lib_n.other/0"} < {show(each.target) for each in known}


def test_reasons_of_the_reviewed_list(compile_erl: CompileErl) -> None:
    app = compile_erl(
        "-module(app_r).\n-export([start/0]).\nstart() ->\n"
        '  ports(),\n  file:write_file("a", "b"),\n  file:read_file(\'Elixir.Mix\':env()).\n'
        "ports() ->\n  erts_internal:open_port(a, []).\n"
    )
    ports = compile_erl(
        "-module(erts_internal).\n-export([open_port/2]).\nopen_port(_, _) -> erlang:nif_error(undef).\n"
    )
    file = compile_erl(
        "-module(file).\n-export([write_file/2, read_file/1]).\n"
        "write_file(_, _) -> {error, erofs}.\nread_file(_) -> {error, enoent}.\n"
    )
    mix = compile_erl("-module('Elixir.Mix').\n-export([env/0]).\nenv() -> prod.\n")
    libraries = [(Origin.STAND_IN, [file.parent]), (Origin.OTP, [ports.parent]), (Origin.ELIXIR, [mix.parent])]
    everything = universe([(Origin.APP, [app.parent]), *libraries])
    natives = frozenset({MFA("erlang", "nif_error", 1)})
    missing = check(everything, reach(everything, [(MFA("app_r", "start", 0), "test")], natives))
    assert [str(each) for each in missing] == [
        "app_r.erl:5: :app_r.start/0 calls :file.write_file/2: "
        "it can only refuse. A worker has no file system; priv/ files can be read.",
        "app_r.erl:6: :app_r.start/0 calls Mix.env/0: it can only refuse. Mix builds a project and is not in what it "
        "has built: keep what it says in a module attribute, `@env Mix.env()`.",
        "app_r.erl:8: :app_r.ports/0 calls :erts_internal.open_port/2: the virtual machine does not have this native "
        "function. There is no operating system to start programs or load drivers from.",
    ]


def test_without_a_line_of_a_call_the_function_tells_the_place(compile_erl: CompileErl) -> None:
    """A pair of atoms leads to `gone`; nothing calls it."""
    app = compile_erl("-module(app_p).\n-export([start/0]).\n\nstart() ->\n  {lib_p, run}.\n")
    lib = compile_erl("-module(lib_p).\n-export([run/0]).\nrun() -> gone:f().\n")
    everything = universe([(Origin.APP, [app.parent]), (Origin.OTP, [lib.parent])])
    (missing,) = check(everything, reach(everything, [(MFA("app_p", "start", 0), "test")]))
    assert str(missing).startswith("app_p.erl:4: :app_p.start/0 calls :gone.f/0 through :lib_p.run/0: ")


@pytest.mark.parametrize(
    ("mfa", "text"),
    [(MFA("Elixir.Enum", "map", 2), "Enum.map/2"), (MFA("lists", "map", 2), ":lists.map/2")],
)
def test_show(mfa: MFA, text: str) -> None:
    assert show(mfa) == text


def test_evaluated_code_is_told_of(compile_erl: CompileErl) -> None:
    app = compile_erl(
        "-module(my_app).\n-export([start/0, plain/0]).\nplain() -> ok.\nstart() ->\n    code_of:text(1).\n"
    )
    library = compile_erl("-module(code_of).\n-export([text/1]).\ntext(X) -> elixir:eval_forms(X, X, X).\n")
    elixir = compile_erl("-module(elixir).\n-export([eval_forms/3]).\neval_forms(X, _, _) -> X.\n")
    everything = universe([(Origin.APP, [app.parent]), (Origin.ELIXIR, [library.parent, elixir.parent])])
    told = evaluation(everything, reach(everything, [(MFA("my_app", "start", 0), "test")]))
    assert told is not None
    assert told.startswith(
        "my_app.erl:5: :my_app.start/0 evaluates code, and what that calls is not seen: packed for it "
    )
    assert "Access, Atom, Enum, " in told
    assert told.endswith("String, String.Chars, Tuple; name what else it needs in `keep`")
    assert evaluation(everything, reach(everything, [(MFA("my_app", "plain", 0), "test")])) is None
    inside = [(MFA("code_of", "text", 1), "test")]
    assert evaluation(everything, reach(everything, inside)) is None, "nothing of the application does it"

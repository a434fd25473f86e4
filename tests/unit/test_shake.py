"""The rules of `shake.py`, one by one, on small worlds; then on what is installed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from hatch_elixir_workers import mix
from hatch_elixir_workers.beam import MFA
from hatch_elixir_workers.collect import Origin, Source, Universe, universe
from hatch_elixir_workers.explainers import MADE_BY_THE_MACHINE
from hatch_elixir_workers.facts import Call, FunctionFacts, ModuleFacts
from hatch_elixir_workers.roots import STRUCTS_THAT_WAIT, exported_roots
from hatch_elixir_workers.shake import _OF_STRUCT, Reach, reach

Functions = dict[str, FunctionFacts]


def key(text: str) -> tuple[str, int]:
    name, _, arity = text.rpartition("/")
    return name, int(arity)


def mfa(text: str) -> MFA:
    module, _, function = text.partition(":")
    return MFA(module, *key(function))


def does(
    *calls: str,
    local: Iterable[str] = (),
    funs: Iterable[str] = (),
    atoms: Iterable[str] = (),
    pairs: Iterable[tuple[str, str]] = (),
    structs: Iterable[str] = (),
    applies: Iterable[tuple[str | None, int]] = (),
    selects: Iterable[tuple[str, int | None]] = (),
    ascii_: Iterable[str] = (),
) -> FunctionFacts:
    return FunctionFacts(
        calls=tuple(Call(mfa(call), "lib/a.ex", 1) for call in calls),
        locals=tuple(key(each) for each in local),
        funs=tuple(mfa(each) for each in funs),
        atoms=tuple(atoms),
        pairs=tuple(pairs),
        structs=tuple(structs),
        applies=tuple(applies),
        selects=tuple(selects),
        ascii=tuple(map(mfa, ascii_)),
    )


class World:
    def __init__(self) -> None:
        self.universe = Universe({})

    def add(
        self, module: str, origin: Origin, private: Iterable[str] = (), on_load: str = "", /, **functions: FunctionFacts
    ) -> None:
        """Functions are written `name__arity`; `private` ones are not exported."""
        facts = {key(name.replace("__arity_", "/")): each for name, each in functions.items()}
        exports = frozenset(facts) - {key(each) for each in private}
        self.universe.sources[module] = Source(module, Path(f"{module}.beam"), origin)
        self.universe._facts[module] = ModuleFacts(module, exports, facts, key(on_load) if on_load else None)

    def reach(self, *roots: str, natives: Iterable[str] = (), declining: Iterable[str] = ()) -> Reach:
        sets = (frozenset(map(mfa, each)) for each in (natives, declining))
        return reach(self.universe, [(mfa(root), "root") for root in roots], *sets)


@pytest.fixture
def world() -> World:
    return World()


def names(result: Reach) -> list[str]:
    return [str(each) for each in result.functions]


def test_calls_lead_on_and_the_rest_stays_away(world: World) -> None:
    world.add(
        "app",
        Origin.APP,
        ["b/1"],
        a__arity_0=does(local=["b/1"]),
        b__arity_1=does("lib:f/2"),
        c__arity_0=does("lib:g/0"),
    )
    world.add("lib", Origin.OTP, f__arity_2=does(), g__arity_0=does())
    result = world.reach("app:a/0")
    assert names(result) == ["app:a/0", "app:b/1", "lib:f/2"]
    assert result.modules == ["app", "lib"]
    assert result.unresolved == []


def test_funs_in_literals(world: World) -> None:
    world.add("app", Origin.APP, a__arity_0=does(funs=["lib:f/2", "gone:f/0"]))
    world.add("lib", Origin.OTP, f__arity_2=does())
    result = world.reach("app:a/0")
    assert names(result) == ["app:a/0", "lib:f/2"]
    assert [each.call.target for each in result.unresolved] == [MFA("gone", "f", 0)]


def test_natives_are_leaves(world: World) -> None:
    world.add("app", Origin.APP, a__arity_0=does("lib:f/0", "host:call/1"))
    world.add("lib", Origin.OTP, f__arity_0=does("lib:g/0"), g__arity_0=does())
    result = world.reach("app:a/0", natives=["lib:f/0", "host:call/1"])
    assert names(result) == ["app:a/0", "lib:f/0", "host:call/1"]
    assert result.modules == ["app"]
    assert result.unresolved == []


def test_declining_natives_go_on_in_their_module(world: World) -> None:
    world.add("app", Origin.APP, a__arity_0=does("lib:f/0", "host:call/1"))
    world.add("lib", Origin.OTP, f__arity_0=does("lib:g/0"), g__arity_0=does())
    natives = ["lib:f/0", "host:call/1"]
    result = world.reach("app:a/0", natives=natives, declining=natives)
    assert names(result) == ["app:a/0", "lib:f/0", "host:call/1", "lib:g/0"]
    assert result.by_module == {"app": {("a", 0)}, "lib": {("f", 0), ("g", 0)}}
    assert result.natives == {mfa("host:call/1")}


def test_what_never_runs(world: World) -> None:
    add_environments(world)
    world.add("app", Origin.APP, a__arity_0=does("warns:a/0", "lib:f/0"))
    world.add("lib", Origin.OTP, f__arity_0=does())
    world.add("warns", Origin.ELIXIR, a__arity_0=does("Elixir.IO:warn/2"))
    result = world.reach("app:a/0", natives=["lib:f/0"])
    assert result.never_run == {"lib": {("f", 0)}, "Elixir.Macro.Env": {("stacktrace", 1)}}


def test_what_is_missing_is_told_with_its_place(world: World) -> None:
    world.add("app", Origin.APP, a__arity_0=does("lib:f/0", "nowhere:f/0"))
    world.add("lib", Origin.OTP, f__arity_1=does())
    result = world.reach("app:a/0")
    assert [(str(each.caller), str(each.call.target), each.call.line) for each in result.unresolved] == [
        ("app:a/0", "lib:f/0", 1),
        ("app:a/0", "nowhere:f/0", 1),
    ]


def test_literal_pairs(world: World) -> None:
    world.add("lib", Origin.OTP, a__arity_0=does(atoms=["other", "run", "stop"], pairs=[("other", "run")]))
    world.add("other", Origin.OTP, run__arity_1=does(), run__arity_2=does(), stop__arity_0=does())
    assert names(world.reach("lib:a/0")) == ["lib:a/0", "other:run/1", "other:run/2"]


def test_in_an_application_atoms_of_one_function_are_a_pair(world: World) -> None:
    world.add("app", Origin.APP, a__arity_0=does(atoms=["run", "x", "other"]))
    world.add("other", Origin.OTP, run__arity_1=does(), stop__arity_0=does())
    assert names(world.reach("app:a/0")) == ["app:a/0", "other:run/1"]


@pytest.mark.parametrize("module", ["Elixir.Worker", "worker"])
def test_modules_of_the_application_as_values(world: World, module: str) -> None:
    world.add("app", Origin.APP, a__arity_0=does(atoms=[module]))
    world.add(module, Origin.APP, ["hidden/0"], init__arity_1=does(), other__arity_9=does(), hidden__arity_0=does())
    assert names(world.reach("app:a/0")) == ["app:a/0", f"{module}:init/1", f"{module}:other/9"]


@pytest.mark.parametrize("first", ["names", "calls"])
def test_modules_of_libraries_as_values(world: World, first: str) -> None:
    order = ["names:a/0", "calls:a/1"] if first == "names" else ["calls:a/1", "names:a/0"]
    world.add("names", Origin.ELIXIR, a__arity_0=does(atoms=["Elixir.Server"]))
    world.add("calls", Origin.OTP, a__arity_1=does(applies=[("init", 1), (None, 1)]))
    world.add("Elixir.Server", Origin.ELIXIR, init__arity_1=does(), other__arity_1=does())
    assert set(names(world.reach(*order))) == {"names:a/0", "calls:a/1", "Elixir.Server:init/1"}


@pytest.mark.parametrize("first", ["names", "calls"])
def test_computed_names_are_atoms_of_their_module(world: World, first: str) -> None:
    order = ["calls:b/0", "calls:a/1"] if first == "names" else ["calls:a/1", "calls:b/0"]
    world.add("app", Origin.OTP, a__arity_0=does(atoms=["Elixir.Server", "other"]))
    world.add("calls", Origin.OTP, a__arity_1=does(applies=[(None, 2)]), b__arity_0=does(atoms=["handle_cast"]))
    world.add(
        "Elixir.Server", Origin.ELIXIR, handle_cast__arity_2=does(), handle_cast__arity_3=does(), other__arity_2=does()
    )
    assert set(names(world.reach("app:a/0", *order))) == {
        "app:a/0",
        "calls:a/1",
        "calls:b/0",
        "Elixir.Server:handle_cast/2",
    }


@pytest.mark.parametrize("roots", [("calls:a/1", "calls:b/0"), ("calls:b/0", "calls:a/1")])
def test_a_computed_name_in_a_known_module(world: World, roots: tuple[str, str]) -> None:
    world.add("calls", Origin.OTP, a__arity_1=does(selects=[("lib", None)]), b__arity_0=does(atoms=["f", "h"]))
    world.add("lib", Origin.OTP, f__arity_2=does(), g__arity_2=does(), h__arity_1=does())
    assert set(names(world.reach(*roots))) == {*roots, "lib:f/2", "lib:h/1"}


def test_a_computed_name_with_a_known_arity(world: World) -> None:
    world.add("calls", Origin.OTP, a__arity_1=does(selects=[("lib", 2)], atoms=["f", "h"]))
    world.add("lib", Origin.OTP, f__arity_2=does(), h__arity_1=does())
    assert names(world.reach("calls:a/1")) == ["calls:a/1", "lib:f/2"]


@pytest.mark.parametrize("first", ["names", "asks", "packs"])
def test_what_every_module_answers(world: World, first: str) -> None:
    """Asking a computed module reaches those that are packed anyway or whose struct is built, and packs no other."""
    roots = {"names": "names:a/0", "asks": "asks:a/1", "packs": "Elixir.Packed:f/0"}
    order = [roots.pop(first), *roots.values()]
    built = does(atoms=["Elixir.Packed", "Elixir.Named"], structs=["Elixir.Struct"])
    world.add("names", Origin.ELIXIR, a__arity_0=built)
    world.add("asks", Origin.OTP, a__arity_1=does(applies=[("__info__", 1)]))
    world.add("Elixir.Packed", Origin.ELIXIR, f__arity_0=does(), __info____arity_1=does())
    world.add("Elixir.Named", Origin.ELIXIR, f__arity_0=does(), __info____arity_1=does())
    world.add("Elixir.Struct", Origin.ELIXIR, f__arity_0=does(), __info____arity_1=does())
    reached = {"Elixir.Packed:f/0", "Elixir.Packed:__info__/1", "Elixir.Struct:__info__/1"}
    assert set(names(world.reach(*order))) == {"names:a/0", "asks:a/1"} | reached


def test_plain_atoms_are_modules_only_where_they_are_called_too(world: World) -> None:
    world.add("stranger", Origin.ELIXIR, a__arity_0=does(atoms=["global"]))
    world.add("friend", Origin.OTP, a__arity_0=does(atoms=["server"]), b__arity_0=does("server:call/1"))
    world.add("calls", Origin.OTP, a__arity_1=does(applies=[("init", 1)]))
    world.add("global", Origin.OTP, init__arity_1=does())
    world.add("server", Origin.OTP, init__arity_1=does(), call__arity_1=does())
    reached = names(world.reach("stranger:a/0", "friend:a/0", "calls:a/1"))
    assert "server:init/1" in reached
    assert "global:init/1" not in reached


def test_plain_atoms_are_modules_for_who_calls_a_computed_one_of_its_application(world: World) -> None:
    """As `public_key` does since OTP 29: the type of a key names the module that decodes it."""
    asn1 = ["PKCS-1", "DSS", "Foreign"]
    world.add("keys", Origin.OTP, a__arity_1=does(local=["b/1"], applies=[("decode", 2)]), b__arity_1=does(atoms=asn1))
    for name in asn1:
        world.add(name, Origin.OTP, decode__arity_2=does(), encode__arity_2=does(), module_info__arity_0=does())
    world.add("names", Origin.OTP, a__arity_0=does(atoms=["plain"], applies=[("module_info", 0), ("decode", 3)]))
    world.add("plain", Origin.OTP, decode__arity_2=does(), module_info__arity_0=does())
    for name in world.universe.sources:
        application = "other-1" if name == "Foreign" else "keys-1"
        world.universe.sources[name] = Source(name, Path(application) / "ebin" / f"{name}.beam", Origin.OTP)
    reached = {"keys:a/1", "keys:b/1", "PKCS-1:decode/2", "DSS:decode/2", "names:a/0"}
    answers = {"PKCS-1:module_info/0", "DSS:module_info/0"}
    assert set(names(world.reach("keys:a/1", "names:a/0"))) == reached | answers


def test_what_boots_starts_the_entry_alone(world: World) -> None:
    """So does what starts applications: it calls `start/1` of a module that is a root."""
    server = "Elixir.ElixirWorkers.Server"
    world.add(
        "atomvm_init", Origin.STAND_IN, boot__arity_1=does(f"{server}:start_applications/1", applies=[("start", 0)])
    )
    world.add(server, Origin.DEPENDENCY, start_applications__arity_1=does(applies=[("start", 1)]))
    world.add("mnesia", Origin.OTP, start__arity_0=does(), start__arity_1=does(), info__arity_0=does())
    world.add("app", Origin.APP, start__arity_0=does("mnesia:info/0", atoms=["mnesia"]))
    reached = names(world.reach("app:start/0", "atomvm_init:boot/1"))
    assert [each for each in reached if each.startswith("mnesia")] == ["mnesia:info/0"]


@pytest.fixture
def given(world: World) -> World:
    """An application, a dependency that calls what it is given, and three libraries."""
    world.add("callee", Origin.DEPENDENCY, run__arity_1=does(applies=[("new", 0), ("init", 1)]))
    world.add("behaviour", Origin.OTP, start__arity_1=does(applies=[("handle", 1)]))
    world.add("orddict", Origin.OTP, new__arity_0=does(), keys__arity_1=does(), handle__arity_1=does())
    world.add("server", Origin.OTP, init__arity_1=does(), tag__arity_1=does())
    libraries = {"xml": "xml-1", "xml_html": "xml-1", "xml_own": "xml-1", "server": "xml-1", "orddict": "stdlib-4"}
    for module, library in libraries.items():
        world.universe.sources[module] = Source(module, Path(library, "ebin", f"{module}.beam"), Origin.OTP)
    for module in ("xml", "xml_html", "xml_own"):
        facts = {("export", 1): does(atoms=["xml_own"])} if module == "xml" else {("tag", 1): does()}
        world.universe._facts[module] = ModuleFacts(module, frozenset(facts), facts)
    return world


@pytest.mark.parametrize("order", [("app:a/0", "callee:run/1"), ("callee:run/1", "app:a/0")])
def test_plain_atoms_of_an_application_count_for_its_own_dynamic_calls(given: World, order: tuple[str, str]) -> None:
    given.add("app", Origin.APP, a__arity_0=does("behaviour:start/1", atoms=["orddict", "server"]))
    reached = names(given.reach(*order))
    assert "orddict:new/0" in reached
    assert {"orddict:keys/1", "orddict:handle/1", "server:init/1"}.isdisjoint(reached)


def test_a_module_that_an_application_gives_to_its_library_is_whole(given: World) -> None:
    given.add("app", Origin.APP, a__arity_0=does("xml:export/1", atoms=["xml_html", "server"]))
    reached = names(given.reach("app:a/0"))
    assert "xml_html:tag/1" in reached
    assert {"xml_own:tag/1", "server:tag/1"}.isdisjoint(reached)
    given.add("other", Origin.APP, a__arity_0=does(atoms=["xml_html"]))
    assert "xml_html:tag/1" not in names(given.reach("other:a/0"))


def test_commands_of_the_shell_are_no_data(world: World) -> None:
    world.add("c", Origin.OTP, l__arity_1=does(), y__arity_1=does())
    world.add("app", Origin.APP, a__arity_0=does(atoms=["c", "l", "y"], pairs=[("c", "y")]))
    assert names(world.reach("app:a/0")) == ["app:a/0", "c:y/1"]


def test_labels_are_no_modules(world: World) -> None:
    pair = [("gen_event", "init_it")]
    world.add("proc_lib", Origin.OTP, a__arity_0=does("gen_event:other/0", atoms=["gen_event"], pairs=pair))
    world.add("calls", Origin.OTP, a__arity_1=does(applies=[("init", 1)]))
    world.add("gen_event", Origin.OTP, init__arity_1=does(), init_it__arity_6=does(), other__arity_0=does())
    reached = names(world.reach("proc_lib:a/0", "calls:a/1"))
    assert [name for name in reached if name.startswith("gen_event")] == ["gen_event:other/0"]


def add_environments(world: World) -> str:
    stacktrace = "Elixir.Macro.Env:stacktrace/1"
    world.add("Elixir.IO", Origin.ELIXIR, warn__arity_2=does(stacktrace))
    world.add("Elixir.Macro.Env", Origin.ELIXIR, stacktrace__arity_1=does("paths:a/0"))
    world.add("paths", Origin.OTP, a__arity_0=does())
    return stacktrace


def test_libraries_have_no_environment_of_a_compiler(world: World) -> None:
    add_environments(world)
    world.add("lib", Origin.ELIXIR, a__arity_0=does("Elixir.IO:warn/2"))
    world.add("app", Origin.APP, a__arity_0=does("lib:a/0"))
    assert names(world.reach("app:a/0")) == ["app:a/0", "lib:a/0", "Elixir.IO:warn/2"]


def test_an_application_warns_of_a_file_and_a_line(world: World) -> None:
    stacktrace = add_environments(world)
    world.add("app", Origin.APP, a__arity_0=does("Elixir.IO:warn/2"))
    assert {stacktrace, "paths:a/0"} <= set(names(world.reach("app:a/0")))


@pytest.mark.parametrize("roots", [("app:a/0", "app:b/0"), ("app:b/0", "app:a/0")])
def test_an_application_may_have_one(world: World, roots: tuple[str, str]) -> None:
    stacktrace = add_environments(world)
    env = does(structs=["Elixir.Macro.Env"])
    world.add("lib", Origin.ELIXIR, a__arity_0=does("Elixir.IO:warn/2"))
    world.add("app", Origin.APP, a__arity_0=does("lib:a/0"), b__arity_0=env)
    assert {stacktrace, "paths:a/0"} <= set(names(world.reach(*roots)))


def test_an_application_calls_what_it_likes(world: World) -> None:
    stacktrace = add_environments(world)
    world.add("app", Origin.APP, a__arity_0=does(stacktrace))
    assert {stacktrace, "paths:a/0"} <= set(names(world.reach("app:a/0")))


def test_the_parent_of_timers_server_is_there_when_something_asks_for_it(world: World) -> None:
    world.add("timer", Origin.OTP, seconds__arity_1=does(), do_start__arity_0=does("supervisor:start_child/2"))
    world.add("supervisor", Origin.OTP, start_child__arity_2=does(), a__arity_0=does(applies=[("init", 1)]))
    sup, start = "atomvm_kernel_sup", "atomvm_kernel_sup:start_link/0"
    world.add(sup, Origin.STAND_IN, start_link__arity_0=does(atoms=[sup]), init__arity_1=does())
    world.add("atomvm_init", Origin.STAND_IN, boot__arity_1=does(start, atoms=[sup]))
    world.add(
        "app", Origin.APP, a__arity_0=does("timer:seconds/1", "supervisor:a/0"), b__arity_0=does("timer:do_start/0")
    )
    without = names(world.reach("atomvm_init:boot/1", "app:a/0"))
    assert not [name for name in without if name.startswith("atomvm_kernel_sup")], "or the boot would find half of it"
    assert {start, f"{sup}:init/1"} <= set(names(world.reach("atomvm_init:boot/1", "app:b/0", "supervisor:a/0")))


def add_protocol(world: World) -> None:
    world.add(
        "Elixir.Size",
        Origin.CONSOLIDATED,
        ["struct_impl_for/1"],
        __protocol____arity_1=does(),
        of__arity_1=does(local=["impl_for!/1"], applies=[("of", 1)]),
        twice__arity_1=does(local=["impl_for!/1"], applies=[("twice", 1)]),
        **{
            "impl_for!__arity_1": does(local=["impl_for/1"]),
            "impl_for__arity_1": does(local=["struct_impl_for/1"], atoms=["Elixir.Size.List", "Elixir.Size.Gone"]),
            "struct_impl_for__arity_1": does(atoms=["Elixir.Size.Cup", "Elixir.Size.Any"]),
        },
    )
    for of_type in ("List", "Any", "Cup"):
        world.add(
            f"Elixir.Size.{of_type}", Origin.APP, of__arity_1=does(), twice__arity_1=does(), __impl____arity_1=does()
        )


def test_protocols_reach_built_in_types(world: World) -> None:
    add_protocol(world)
    reached = names(world.reach("Elixir.Size:of/1"))
    assert {"Elixir.Size.List:of/1", "Elixir.Size.Any:of/1"} <= set(reached)
    assert "Elixir.Size.List:twice/1" not in reached
    assert "Elixir.Size.Cup:of/1" not in reached


@pytest.mark.parametrize("roots", [("app:f0/0", "Elixir.Size:of/1"), ("Elixir.Size:of/1", "app:f0/0")])
@pytest.mark.parametrize("calls", [0, 1, 8])
def test_protocols_reach_structs_that_are_built(world: World, roots: tuple[str, str], calls: int) -> None:
    """Whichever is found first, the protocol's implementations or, behind so many calls, what builds the struct."""
    add_protocol(world)
    chain = {f"f{n}__arity_0": does(local=[f"f{n + 1}/0"]) for n in range(calls)}
    world.add("app", Origin.APP, **chain, **{f"f{calls}__arity_0": does(structs=["Elixir.Cup"])})
    reached = names(world.reach(*roots))
    assert "Elixir.Size.Cup:of/1" in reached
    assert "Elixir.Size.Cup:twice/1" not in reached


@pytest.fixture
def splitting(world: World) -> World:
    world.add("app", Origin.APP, run__arity_0=does("Elixir.String:split/2"), go__arity_0=does("app:run/0"))
    world.add("Elixir.String", Origin.ELIXIR, split__arity_2=does("Elixir.Regex:split/2", "Elixir.Regex:version/0"))
    world.add(
        "Elixir.Regex",
        Origin.ELIXIR,
        split__arity_2=does(),
        version__arity_0=does(),
        compile__arity_1=does(structs=["Elixir.Regex"]),
    )
    return world


def test_without_a_regular_expression_nothing_takes_one(splitting: World) -> None:
    result = splitting.reach("app:run/0")
    assert names(result) == ["app:run/0", "Elixir.String:split/2", "Elixir.Regex:version/0"]
    assert result.parked == {mfa("Elixir.Regex:split/2")}


@pytest.mark.parametrize(
    "more",
    [
        does("Elixir.Regex:compile/1"),
        does(structs=["Elixir.Regex"]),
        does(atoms=["Elixir.Regex"]),
        does("Elixir.Regex:split/2"),
    ],
)
@pytest.mark.parametrize("last", [True, False])
def test_with_a_regular_expression_all_do(splitting: World, more: FunctionFacts, last: bool) -> None:
    splitting.add("more", Origin.APP, run__arity_0=more)
    roots = ["app:run/0", "more:run/0"]
    result = splitting.reach(*(roots if last else roots[::-1]))
    assert mfa("Elixir.Regex:split/2") in result.functions
    assert not result.parked


@pytest.fixture
def inspecting(world: World) -> World:
    world.add("app", Origin.APP, run__arity_0=does("Elixir.Macro:classify/1"))
    world.add("Elixir.Macro", Origin.ELIXIR, classify__arity_1=does("Elixir.String.Tokenizer:tokenize/1"))
    world.add("Elixir.String.Tokenizer", Origin.ELIXIR, tokenize__arity_1=does(NORMAL_FORM))
    world.add("Elixir.Code.Identifier", Origin.ELIXIR, extract_anonymous_fun_parent__arity_1=does(TO_ATOM))
    world.add("Elixir.String", Origin.ELIXIR, to_atom__arity_1=does(TO_ATOM))
    world.add("io_lib", Origin.OTP, fread__arity_2=does("io_lib_fread:fread_atom/6"))
    world.add("io_lib_fread", Origin.OTP, fread_atom__arity_6=does("erlang:list_to_atom/1"))
    world.add("unicode", Origin.OTP, characters_to_nfc_list__arity_1=does())
    world.add("erlang", Origin.OTP, binary_to_atom__arity_2=does(), list_to_atom__arity_1=does())
    return world


NORMAL_FORM, TO_ATOM = "unicode:characters_to_nfc_list/1", "erlang:binary_to_atom/2"


@pytest.mark.parametrize(
    "more",
    [
        does(atoms=["ascii"]),
        does("Elixir.Code.Identifier:extract_anonymous_fun_parent/1"),
        does("Elixir.Macro:classify/1"),
    ],
)
def test_atoms_of_ascii_need_no_normal_form(inspecting: World, more: FunctionFacts) -> None:
    inspecting.add("more", Origin.APP, run__arity_0=more)
    result = inspecting.reach("app:run/0", "more:run/0")
    assert mfa("Elixir.String.Tokenizer:tokenize/1") in result.functions
    assert result.parked == {mfa(NORMAL_FORM)}


SCRIPTS, LATER, FIRST = (f"Elixir.String.Tokenizer:{name}/1" for name in ("scripts", "unicode_continue", "start"))


@pytest.mark.parametrize("atom", ["ascii", "größe"])
def test_atoms_of_ascii_need_no_scripts(world: World, atom: str) -> None:
    world.add("app", Origin.APP, run__arity_0=does("Elixir.Macro:classify/1", atoms=[atom]))
    world.add("Elixir.Macro", Origin.ELIXIR, classify__arity_1=does("Elixir.String.Tokenizer:tokenize/1"))
    world.add(
        "Elixir.String.Tokenizer",
        Origin.ELIXIR,
        tokenize__arity_1=does("Elixir.String.Tokenizer:validate/2", LATER, FIRST),
        validate__arity_2=does("lists:reverse/1", SCRIPTS),
        scripts__arity_1=does(),
        unicode_continue__arity_1=does(),
        start__arity_1=does(),
    )
    world.add("lists", Origin.OTP, reverse__arity_1=does())
    result = world.reach("app:run/0")
    assert {mfa("lists:reverse/1"), mfa(FIRST)} <= result.functions.keys()
    assert result.parked == ({mfa(SCRIPTS), mfa(LATER)} if atom.isascii() else set())
    assert result.has_foreign != atom.isascii()


@pytest.mark.parametrize(
    "more",
    [
        does(atoms=["größe"]),
        does(structs=["Elixir.Größe"]),
        does(TO_ATOM),
        does("Elixir.String:to_atom/1"),
        does("io_lib:fread/2"),
        does("Elixir.String.Tokenizer:tokenize/1"),
        does(NORMAL_FORM),
    ],
)
@pytest.mark.parametrize("last", [True, False])
def test_others_do(inspecting: World, more: FunctionFacts, last: bool) -> None:
    inspecting.add("more", Origin.APP, run__arity_0=more)
    roots = ["app:run/0", "more:run/0"]
    result = inspecting.reach(*(roots if last else roots[::-1]))
    assert mfa(NORMAL_FORM) in result.functions
    assert not result.parked


@pytest.mark.parametrize("reads", [True, False])
@pytest.mark.parametrize("last", [True, False])
def test_what_requests_need_is_followed_once_they_are_made(world: World, reads: bool, last: bool) -> None:
    world.add("app", Origin.APP, write__arity_0=does("io:put_chars/1"), read__arity_0=does(*["io:fread/2"] * reads))
    request = does(pairs=[("io_lib", "fread")])
    world.add("io", Origin.OTP, put_chars__arity_1=request, fread__arity_2=request)
    world.add("io_lib", Origin.OTP, fread__arity_2=does(), fread__arity_3=does())
    roots = ["app:write/0", "app:read/0"]
    result = world.reach(*(roots if last else roots[::-1]))
    assert (mfa("io_lib:fread/3") in result.functions) == reads
    assert (mfa("io_lib:fread/3") in result.parked) != reads


DOWNCASE, OF_UNICODE = "Elixir.String:downcase/2", "Elixir.String.Unicode:downcase/3"


@pytest.mark.parametrize(
    ("more", "tables"),
    [
        (does(DOWNCASE, ascii_=[DOWNCASE]), False),
        (does(DOWNCASE), True),
        (does("Elixir.String:downcase/1"), True),
        (does(funs=[DOWNCASE]), True),
        (does(pairs=[("Elixir.String", "downcase")], atoms=["Elixir.String", "downcase"]), True),
        (does(OF_UNICODE), True),
        (does("Elixir.String:upcase/2"), False),
    ],
)
@pytest.mark.parametrize("last", [True, False])
def test_the_case_of_ascii_needs_no_tables(world: World, more: FunctionFacts, tables: bool, last: bool) -> None:
    world.add("app", Origin.APP, run__arity_0=does(DOWNCASE, ascii_=[DOWNCASE]))
    world.add("more", Origin.APP, run__arity_0=more)
    world.add(
        "Elixir.String",
        Origin.ELIXIR,
        downcase__arity_1=does(local=["downcase/2"]),
        downcase__arity_2=does(OF_UNICODE),
        upcase__arity_2=does("Elixir.String.Unicode:upcase/3"),
    )
    world.add("Elixir.String.Unicode", Origin.ELIXIR, downcase__arity_3=does(), upcase__arity_3=does())
    roots = ["app:run/0", "more:run/0"]
    result = world.reach(*(roots if last else roots[::-1]))
    assert (mfa(OF_UNICODE) in result.functions) == tables
    assert result.parked == (set() if tables else {mfa(OF_UNICODE)})


def test_structs_of_configurations_are_those_that_wait() -> None:
    assert _OF_STRUCT.keys() == STRUCTS_THAT_WAIT


@pytest.mark.parametrize(("caller", "floats"), [("Elixir.Integer:pow/2", False), ("Elixir.Kernel:**/2", True)])
def test_powers_of_integers_need_no_floats(world: World, caller: str, floats: bool) -> None:
    world.add("app", Origin.APP, run__arity_0=does("Elixir.Integer:pow/2", caller))
    world.add("Elixir.Integer", Origin.ELIXIR, pow__arity_2=does("Elixir.Kernel:**/2"))
    world.add("Elixir.Kernel", Origin.ELIXIR, **{"**__arity_2": does("math:pow/2")})
    world.add("math", Origin.OTP, pow__arity_2=does())
    assert (mfa("math:pow/2") in world.reach("app:run/0").functions) == floats


@pytest.mark.parametrize(
    ("reader", "compressed"), [("application:read_term/1", False), ("application:other/1", True), ("app:run/0", True)]
)
def test_terms_of_others_may_be_compressed(world: World, reader: str, compressed: bool) -> None:
    decodes = does("erlang:binary_to_term/1")
    world.add("app", Origin.APP, run__arity_0=decodes)
    world.add("application", Origin.STAND_IN, read_term__arity_1=decodes, other__arity_1=decodes)
    natives = frozenset({mfa("erlang:binary_to_term/1"), mfa("atomvm:inflate/2")})
    result = reach(world.universe, [(mfa("application:read_term/1"), "boots"), (mfa(reader), "a root")], natives)
    assert (mfa("atomvm:inflate/2") in result.functions) == compressed


@pytest.mark.parametrize(
    ("more", "asked"),
    [
        (does(), set()),
        (does(atoms=["functions"]), {"functions"}),
        (does("erlang:binary_to_existing_atom/2"), {"functions", "struct"}),
        (does("erlang:list_to_atom/1"), {"functions", "struct"}),
    ],
)
@pytest.mark.parametrize("last", [True, False])
def test_a_module_says_of_itself_what_is_asked(world: World, more: FunctionFacts, asked: set[str], last: bool) -> None:
    answers = FunctionFacts(branches={name: does(f"Elixir.A:{name}/0") for name in ("functions", "struct")})
    world.add("Elixir.A", Origin.APP, __info____arity_1=answers, functions__arity_0=does(), struct__arity_0=does())
    world.add("erlang", Origin.OTP, binary_to_existing_atom__arity_2=does(), list_to_atom__arity_1=does())
    world.add("app", Origin.APP, ask__arity_0=does("Elixir.A:__info__/1"), more__arity_0=more)
    roots = ["app:ask/0", "app:more/0"]
    result = world.reach(*(roots if last else roots[::-1]))
    assert result.branches.get(mfa("Elixir.A:__info__/1"), set()) == asked
    assert {each.function for each in result.functions if each.module == "Elixir.A"} == {"__info__", *asked}


@pytest.mark.parametrize("name", ["größe", "Elixir.Größe"])
def test_names_are_atoms_too(inspecting: World, name: str) -> None:
    inspecting.add(name, Origin.APP, run__arity_0=does())
    assert mfa(NORMAL_FORM) in inspecting.reach("app:run/0", f"{name}:run/0").functions


@pytest.mark.parametrize("calls", [(), ("ets:new/2",)])
def test_errors_of_a_module_are_explained_once_it_is_reached(world: World, calls: tuple[str, ...]) -> None:
    world.add("app", Origin.APP, run__arity_0=does(atoms=["error_info"]), more__arity_0=does(*calls))
    world.add("ets", Origin.OTP, new__arity_2=does(), whereis__arity_1=does())
    world.add(
        "erl_stdlib_errors",
        Origin.OTP,
        ["format_ets_error/2"],
        format_error__arity_2=does(local=["format_ets_error/2"]),
        format_ets_error__arity_2=does("ets:whereis/1"),
    )
    result = world.reach("app:run/0", "app:more/0")
    explained = mfa("erl_stdlib_errors:format_ets_error/2") in result.functions
    assert explained == bool(calls)
    assert (mfa("ets:whereis/1") in result.functions) == explained


def explained(world: World, *roots: str, natives: Iterable[str] = ()) -> set[str]:
    """The branches of an explainer that are followed; each calls a function of its own name."""
    branches = {name: does(f"why:{name}/0") for name in ("new", "lookup", "insert", "delete")}
    branches["delete"] = does("why:delete/0", atoms=["lookup"])
    world.add("why", Origin.OTP, **{f"{name}__arity_0": does() for name in branches})
    world.add(
        "erl_stdlib_errors",
        Origin.OTP,
        ["format_ets_error/2"],
        format_error__arity_2=does("ets:insert/2", local=["format_ets_error/2"]),
        format_ets_error__arity_2=FunctionFacts(branches=branches),
    )
    world.add("app", Origin.APP, run__arity_0=does(atoms=["error_info"]), a__arity_0=does("ets:new/2"))
    result = world.reach("app:run/0", *roots, natives=natives)
    followed = {each.function for each in result.functions if each.module == "why"}
    assert followed == result.branches.get(mfa("erl_stdlib_errors:format_ets_error/2"), set())
    return followed


ETS = {f"{name}__arity_2": does() for name in ("new", "lookup", "insert", "delete")}


@pytest.mark.parametrize("natives", [(), ("ets:new/2",)])
@pytest.mark.parametrize("first", [True, False])
def test_of_explainers_the_clauses_of_reached_functions_are_followed(
    world: World, natives: tuple[str, ...], first: bool
) -> None:
    world.add("ets", Origin.OTP, **ETS)
    world.add("more", Origin.APP, b__arity_0=does("ets:new/2"))
    roots = ("more:b/0", "app:a/0") if first else ("app:a/0", "more:b/0")
    assert explained(world, *roots, natives=natives) == {"new"}


def test_what_explainers_call_themselves_counts_once_others_call_it(world: World) -> None:
    world.add("ets", Origin.OTP, **ETS)
    world.add("more", Origin.APP, b__arity_0=does("more:c/0"), c__arity_0=does("ets:insert/2"))
    assert explained(world, "app:a/0", "more:b/0") == {"new", "insert"}


def test_names_that_the_module_builds_are_followed(world: World) -> None:
    world.add("ets", Origin.OTP, **{**ETS, "new__arity_2": does(atoms=["insert"])})
    assert explained(world, "app:a/0") == {"new", "insert"}


def test_a_branch_may_ask_for_another(world: World) -> None:
    world.add("ets", Origin.OTP, **ETS)
    world.add("more", Origin.APP, b__arity_0=does("ets:delete/2"))
    assert explained(world, "more:b/0") == {"delete", "lookup"}


@pytest.mark.parametrize("first", [True, False])
def test_where_code_is_evaluated_all_branches_are(world: World, first: bool) -> None:
    world.add("ets", Origin.OTP, **ETS)
    world.add("erl_eval", Origin.OTP, expr__arity_2=does())
    world.add("more", Origin.APP, b__arity_0=does("erl_eval:expr/2"))
    roots = ("more:b/0", "app:a/0") if first else ("app:a/0", "more:b/0")
    assert explained(world, *roots) == {"new", "lookup", "insert", "delete"}


@pytest.mark.parametrize(
    ("last", "expected"),
    [("ets:insert/2", {"new", "insert"}), ("erl_eval:expr/2", {"new", "lookup", "insert", "delete"})],
)
def test_what_is_reached_after_an_explainer_counts_as_well(world: World, last: str, expected: set[str]) -> None:
    world.add("ets", Origin.OTP, **ETS)
    world.add("erl_eval", Origin.OTP, expr__arity_2=does())
    steps = {f"step{n}__arity_0": does(f"far:step{n + 1}/0") for n in range(9)}
    world.add("far", Origin.APP, **steps, step9__arity_0=does(last))
    assert explained(world, "app:a/0", "far:step0/0") == expected


def test_code_that_is_evaluated_names_functions_and_macros_and_no_definitions(world: World) -> None:
    macros = {"MACRO-if__arity_3": does(), "MACRO-defmodule__arity_3": does()}
    world.add("Elixir.Kernel", Origin.ELIXIR, **macros, hd__arity_1=does())
    world.add("Elixir.Enum", Origin.ELIXIR, ["reduce_list/3"], sum__arity_1=does(), reduce_list__arity_3=does())
    world.add("elixir", Origin.ELIXIR, eval_forms__arity_3=does())
    world.add("app", Origin.APP, run__arity_0=does("elixir:eval_forms/3"), other__arity_0=does("Elixir.Enum:sum/1"))
    named = {"Elixir.Enum:sum/1", "Elixir.Kernel:MACRO-if/3", "Elixir.Kernel:hd/1"}
    assert named == {name for name in names(world.reach("app:run/0")) if name.startswith("Elixir.")}


@pytest.mark.parametrize(
    ("calls", "atoms", "expected"),
    [
        ([], [], {"enoent"}),
        ([], ["eacces"], {"enoent", "eacces"}),
        (["erl_posix_msg:message/1"], [], {"enoent", "eacces", "exdev"}),
    ],
)
def test_codes_of_posix(world: World, calls: list[str], atoms: list[str], expected: set[str]) -> None:
    world.add("app", Origin.APP, run__arity_0=does(atoms=["error_info"]), more__arity_0=does(*calls, atoms=atoms))
    world.add("erl_stdlib_errors", Origin.OTP, format_error__arity_2=does("erl_posix_msg:message/1"))
    codes = FunctionFacts(branches=dict.fromkeys(("enoent", "eacces", "exdev"), does()))
    world.add(
        "erl_posix_msg",
        Origin.OTP,
        ["message_1/1"],
        message__arity_1=does(local=["message_1/1"]),
        message_1__arity_1=codes,
    )
    result = world.reach("app:run/0", "app:more/0")
    assert result.branches[mfa("erl_posix_msg:message_1/1")] == expected


def test_the_causes_of_errors_that_the_machine_names_are_known() -> None:
    sources = Path(__file__).parents[2].joinpath("atomvm-wasi").rglob("*.c")
    calls = [
        call
        for path in sources
        for call in re.findall(
            r"return (.*raise_error_info\(.*);|^ +(raise_error_info\(.*);", path.read_text("utf-8"), re.M
        )
    ]
    causes = {atom for call in calls for atom in re.findall(r"ATOM_(\w+)", " ".join(call).split("raise_error_info")[1])}
    assert causes - {"badarg"} == set(MADE_BY_THE_MACHINE["erl_stdlib_errors"])


def test_on_load(world: World) -> None:
    world.add("app", Origin.APP, ["setup/0"], "setup/0", a__arity_0=does(), setup__arity_0=does())
    assert names(world.reach("app:a/0")) == ["app:a/0", "app:setup/0"]


def test_the_boot_runs_on_load_functions_of_all_but_libraries(world: World) -> None:
    run, functions = "atomvm_on_load:run/0", "atomvm_on_load:functions/0"
    world.add("atomvm_on_load", Origin.STAND_IN, run__arity_0=does(functions), functions__arity_0=does())
    world.add("atomvm_init", Origin.STAND_IN, boot__arity_1=does(run, atoms=["atomvm_on_load"]))
    world.add("lib", Origin.OTP, ["load/0"], "load/0", a__arity_0=does(), load__arity_0=does())
    world.add("app", Origin.APP, ["setup/0"], "setup/0", a__arity_0=does(), setup__arity_0=does())
    of_library = world.reach("atomvm_init:boot/1", "lib:a/0")
    assert not [name for name in names(of_library) if name.startswith("atomvm_on_load")]
    assert of_library.on_load == []
    of_application = world.reach("atomvm_init:boot/1", "app:a/0")
    assert {run, functions, "app:setup/0"} <= set(names(of_application))
    assert of_application.on_load == ["app"]


def test_why(world: World) -> None:
    world.add(
        "app", Origin.APP, a__arity_0=does(local=["b/0"]), b__arity_0=does(pairs=[("lib", "f")], atoms=["lib", "f"])
    )
    world.add("lib", Origin.OTP, f__arity_0=does(), g__arity_0=does())
    result = world.reach("app:a/0")
    assert result.why(mfa("lib:f/0")) == [
        (mfa("app:a/0"), "root"),
        (mfa("app:b/0"), "is called"),
        (mfa("lib:f/0"), "is named together with its module"),
    ]
    assert result.why(mfa("lib:g/0")) == []


@pytest.fixture(scope="module")
def installed() -> Universe:
    toolchain = mix.toolchain()
    return universe([(Origin.ELIXIR, toolchain.elixir_lib_dirs), (Origin.OTP, toolchain.erl_lib_dirs)])


def test_the_walk_is_deterministic(installed: Universe) -> None:
    first = reach(installed, exported_roots(installed, "Elixir.Agent", "test"))
    second = reach(installed, exported_roots(installed, "Elixir.Agent", "test"))
    assert list(first.functions.items()) == list(second.functions.items())


def test_an_agent_reaches_its_server_and_no_compiler(installed: Universe) -> None:
    modules = set(reach(installed, [(MFA("Elixir.Agent", "start_link", 1), "test")]).modules)
    assert {"Elixir.Agent.Server", "Elixir.GenServer", "gen_server", "gen", "proc_lib"} <= modules
    assert not {"elixir_compiler", "elixir_expand", "compile", "v3_core", "ssl", "mnesia", "Elixir.Mix"} & modules


def test_callbacks_of_servers_are_reached(installed: Universe) -> None:
    functions = reach(installed, [(MFA("Elixir.Agent", "start_link", 1), "test")]).functions
    for callback in ("init/1", "handle_call/3", "handle_cast/2", "handle_info/2", "code_change/3"):
        assert mfa(f"Elixir.Agent.Server:{callback}") in functions
    assert MFA("gen_server", "init_it", 6) in functions

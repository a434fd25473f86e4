from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hatch_elixir_workers.beam import read_beam
from hatch_elixir_workers.collect import Origin, Universe, universe
from hatch_elixir_workers.config import parse_config
from hatch_elixir_workers.constant import UNKNOWN, constant
from hatch_elixir_workers.errors import ConfigError
from hatch_elixir_workers.etf import Atom
from hatch_elixir_workers.pipeline import say_which_streams_are_unmatched
from hatch_elixir_workers.plugins import load_registry
from hatch_elixir_workers.routes import meet, parse_path, unmatched_streams

KEY = "tool.hatch.build.targets.elixir-workers.streamed-bodies"
APP = """-module('Elixir.App').
-export(['__elixir_workers_app__'/0]).
'__elixir_workers_app__'() -> [{router, 'Elixir.App.Router'}].
"""
ROUTER = """-module('Elixir.%s').
-compile(export_all).
routes() -> %s.
middleware() -> %s.
h(C) -> C.
more() -> [{get, <<"/more/:id">>, {m, f}}].
files() -> <<"/files">>.
computed(X) -> [X].
"""
DEFAULT = "'Elixir.ElixirWorkers.Router':default_middleware()"
ROUTES = """[
  {get, <<"/">>, fun h/1},
  {put, <<"/photos/:name">>, fun(C) -> h(C) end},
  {post, [<<"mails">>, to, <<"parts">>], {m, f}},
  {scope, <<"/admin">>, [], [{any, <<"/uploads/*rest">>, fun h/1}]}
]"""

Application = Callable[..., Universe]


def router(routes: str, middleware: str = DEFAULT, name: str = "App.Router") -> str:
    return ROUTER % (name, routes, middleware)


@pytest.fixture
def application(tmp_path: Path, compile_erl: Callable[..., Path]) -> Application:
    def of(*sources: str) -> Universe:
        for beam in map(compile_erl, (APP, *sources)):
            (tmp_path / beam.name).write_bytes(beam.read_bytes())
        return universe([(Origin.APP, [tmp_path])])

    return of


def unmatched(found: Universe, *paths: str, **more: Any) -> list[str]:
    raw = {"streamed-bodies": dict.fromkeys(paths, "1 MB"), **more}
    config = parse_config(raw, load_registry([]), project_name="a")
    return [each.removeprefix(f"{KEY}.") for each in unmatched_streams(found, "Elixir.App", config)]


def test_paths_that_routes_match(application: Application) -> None:
    found = application(router(ROUTES))
    assert unmatched(found, "/", "/photos/:any", "/photos/one", "/photos/*", "/*", "/:x/uploads/a/b", "/mails/*") == []


def test_paths_that_no_route_matches(application: Application) -> None:
    near = "is matched by no route of App.Router, so no body is streamed there; the nearest are"
    found = application(router(ROUTES))
    assert unmatched(found, "/photo/:name", "/photos", "/photos/a/b", "/photos/:name", "/admin") == [
        f'"/photo/:name" {near} /photos/:name',
        f'"/photos" {near} /photos/:name',
        f'"/photos/a/b" {near} /photos/:name',
        f'"/admin" {near} /admin/uploads/*',
    ]
    assert unmatched(application(router("[]")), "/a") == [
        '"/a" is matched by no route of App.Router, so no body is streamed there'
    ]


def test_forwards(application: Application) -> None:
    outer = router("""[{forward, <<"/api">>, 'Elixir.App.Api'}, {forward, <<"/x">>, 'Elixir.Not.There'}]""")
    found = application(outer, router('[{post, <<"/up/:id">>, fun h/1}]', name="App.Api"))
    assert unmatched(found, "/api/up/1", "/x/any/thing") == []
    assert [each.split()[0] for each in unmatched(found, "/up/1", "/api/down/1")] == ['"/up/1"', '"/api/down/1"']


def test_a_router_that_forwards_to_itself_is_no_endless_loop(application: Application) -> None:
    found = application(router("""[{get, <<"/a">>, fun h/1}, {forward, <<"/b">>, 'Elixir.App.Router'}]"""))
    assert unmatched(found, "/b/b/a") == []
    assert len(unmatched(found, "/c")) == 1


@pytest.mark.parametrize(
    "routes",
    [
        "computed(1)",
        '[{get, <<"/">>, fun h/1} | computed(1)]',
        '[{get, <<"/">>, fun h/1}] ++ computed(1)',
        "lists:append(computed(1), [])",
        "[erlang:hd(computed(1))]",
        "[{get, iolist_to_binary(files()), fun h/1}]",
        "case get() of [] -> []; _ -> more() end",
    ],
)
def test_nothing_is_said_of_routes_that_are_computed(application: Application, routes: str) -> None:
    assert unmatched(application(router(routes)), "/nowhere") == []


def test_functions_without_arguments_are_read(application: Application) -> None:
    found = application(router('[{get, files(), fun h/1}, {post, <<"/a">>, {m, f}} | more()]'))
    assert unmatched(found, "/files", "/a", "/more/1") == []
    assert len(unmatched(found, "/other")) == 1


AUTH = "-module('Elixir.App.Auth').\n-export([call/3]).\ncall(C, _, N) -> %s, N(C).\n"


@pytest.mark.parametrize(
    ("body", "count"), [('maps:get(<<"headers">>, C)', 1), ('maps:get(<<"path_segments">>, C)', 0)]
)
def test_middleware_that_looks_at_paths_may_answer(application: Application, body: str, count: int) -> None:
    found = application(router(ROUTES), AUTH % body)
    assert len(unmatched(found, "/nowhere", middleware=["App.Auth"])) == count
    found = application(router(ROUTES, "[{'Elixir.App.Auth', []}]"), AUTH % body)
    assert len(unmatched(found, "/nowhere")) == count
    assert len(unmatched(application(router(ROUTES)), "/nowhere", middleware=["parse-body"])) == 1


def test_middleware_that_is_computed_may_answer(application: Application) -> None:
    assert unmatched(application(router(ROUTES, "computed(1)")), "/nowhere") == []


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("/", "/", True),
        ("/", "/*", True),
        ("/", "/:a", False),
        ("/a/*", "/a", True),
        ("/a/*", "/:x/b/c", True),
        ("/a/:b", "/a/c/d", False),
        ("/a/b", "/:x/c", False),
        ("//a//b/", "/a/b", True),
    ],
)
def test_two_paths_meet(one: str, other: str, expected: bool) -> None:
    assert meet(parse_path(one), parse_path(other)) is expected
    assert meet(parse_path(other), parse_path(one)) is expected


def test_a_build_warns_of_them_or_fails_where_it_is_strict(application: Application) -> None:
    found, said = application(router(ROUTES)), list[str]()
    raw = {"streamed-bodies": {"/photos": "1 MB", "/": "1 MB"}}
    config = parse_config(raw, load_registry([]), project_name="a")
    say_which_streams_are_unmatched(found, "Elixir.App", config, said.append)
    assert [line.partition(" is ")[0] for line in said] == [f'warning: {KEY}."/photos"']
    with pytest.raises(ConfigError, match=re.escape(f'{KEY}."/photos" is matched by no route')):
        say_which_streams_are_unmatched(found, "Elixir.App", replace(config, strict=True), said.append)
    assert len(said) == 1


def test_constants(compile_erl: Callable[..., Path]) -> None:
    source = """-module(constants).
-compile(export_all).
term() -> {a, [1 | self()], more(), <<"b">>, []}.
more() -> [fun more/0, 2.5].
funs() -> A = more(), B = term(), [B, A | other()].
other() -> self().
branch() -> case node() of a -> 1; _ -> 2 end.
loop() -> loop().
"""
    module = read_beam(compile_erl(source))
    term: Any = (Atom("a"), [1, UNKNOWN], [UNKNOWN, 2.5], b"b", [])
    assert constant(module, "term") == term
    assert constant(module, "funs") == [term, [UNKNOWN, 2.5], UNKNOWN]
    assert [constant(module, name) for name in ("branch", "loop", "none", "other")] == [UNKNOWN] * 4

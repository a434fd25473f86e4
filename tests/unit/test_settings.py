from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hatch_elixir_workers import etf
from hatch_elixir_workers.beam import MFA
from hatch_elixir_workers.collect import Origin, Universe, universe
from hatch_elixir_workers.config import Config, parse_config
from hatch_elixir_workers.errors import ConfigError, PluginError
from hatch_elixir_workers.hookspecs import MiddlewareKind
from hatch_elixir_workers.plugins import Registry, load_registry
from hatch_elixir_workers.settings import READER, REPLAY, SETTINGS_FILE, settings_files, settings_roots

KEY = "tool.hatch.build.targets.elixir-workers.middleware"

FRAMEWORK = f"-module('{READER}').\n-export([read/0]).\nread() -> ok.\n"
PARSE_BODY = "-module('Elixir.ElixirWorkers.Middleware.ParseBody').\n-export([call/3]).\ncall(C, _, N) -> N(C).\n"
AUTH = """-module('Elixir.MyApp.Auth').
-export([init/1, call/2, other/0]).
init(O) -> O.
call(C, _) -> C.
other() -> 1.
"""
NO_MIDDLEWARE = "-module('Elixir.MyApp.Page').\n-export([call/1]).\ncall(C) -> C.\n"


def configured(*entries: Any) -> Config:
    return parse_config({"middleware": list(entries)}, load_registry([]), project_name="a")


@pytest.fixture
def application(tmp_path: Path, compile_erl: Callable[..., Path]) -> Callable[..., Universe]:
    def of(*sources: str) -> Universe:
        for beam in map(compile_erl, sources):
            (tmp_path / beam.name).write_bytes(beam.read_bytes())
        return universe([(Origin.APP, [tmp_path])])

    return of


def problems(application: Universe, *entries: Any) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        list(settings_roots(application, configured(*entries)))
    return list(caught.value.problems)


def test_nothing_configured(application: Callable[..., Universe]) -> None:
    config = parse_config({}, load_registry([]), project_name="a")
    assert settings_files(config) == {}
    assert list(settings_roots(application(), config)) == []


def test_an_empty_list_is_said_too() -> None:
    files = settings_files(configured())
    assert files == {SETTINGS_FILE: etf.encode(etf.Map(((etf.Atom("middleware"), []),)))}


def test_the_file_holds_the_entries() -> None:
    (data,) = settings_files(configured("etag", {"use": "MyApp.Auth", "realm": "r"})).values()
    entries: list[etf.Term] = [
        (etf.Atom("Elixir.ElixirWorkers.Middleware.ETag"), [(etf.Atom("weak"), etf.Atom("false"))]),
        (etf.Atom("Elixir.MyApp.Auth"), [(etf.Atom("realm"), b"r")]),
    ]
    assert etf.decode(data) == etf.Map(((etf.Atom("middleware"), entries),))


def test_roots_are_the_callbacks(application: Callable[..., Universe]) -> None:
    found = [root for root, _why in settings_roots(application(FRAMEWORK, PARSE_BODY, AUTH), configured("MyApp.Auth"))]
    assert found == [MFA("Elixir.MyApp.Auth", "init", 1), MFA("Elixir.MyApp.Auth", "call", 2)]


def test_without_the_framework(application: Callable[..., Universe]) -> None:
    assert problems(application(AUTH), "MyApp.Auth") == [
        f"{KEY} needs the framework: add {{:elixir_workers, path: …}} to the deps of mix.exs"
    ]


def test_all_that_is_not_there(application: Callable[..., Universe]) -> None:
    found = problems(application(FRAMEWORK, AUTH, NO_MIDDLEWARE), "MyApp.Auht", "MyApp.Auth", "MyApp.Page", "Qqq")
    assert found == [
        f'{KEY}[0] names "MyApp.Auht", which neither the application nor a dependency has; did you mean "MyApp.Auth"?',
        f'{KEY}[2] names "MyApp.Page", which is no middleware: it has neither call/3 nor call/2',
        f'{KEY}[3] names "Qqq", which neither the application nor a dependency has',
    ]


@pytest.mark.parametrize(
    ("module", "problem"),
    [
        ("MyApp.Other", "no .ex file in {folder} defines MyApp.Other"),
        ("MyApp.Page", "MyApp.Page is none: it has neither call/3 nor call/2"),
    ],
)
def test_what_a_plugin_should_have_brought(
    application: Callable[..., Universe], tmp_path: Path, module: str, problem: str
) -> None:
    registry = Registry({}, {"limit": MiddlewareKind("limit", module, elixir=tmp_path)}, {"limit": "my-limits"})
    config = parse_config({"middleware": ["limit"]}, registry, project_name="a")
    with pytest.raises(PluginError) as caught:
        list(settings_roots(application(FRAMEWORK, NO_MIDDLEWARE), config))
    assert str(caught.value) == f"plugin my-limits: middleware `limit`: {problem.format(folder=tmp_path)}"


def test_a_machine_that_replays(application: Callable[..., Universe]) -> None:
    config = parse_config({}, load_registry([]), project_name="a")
    pair = (etf.Atom("transport"), etf.Atom(REPLAY))
    assert settings_files(config, replay=True) == {SETTINGS_FILE: etf.encode(etf.Map((pair,)))}
    with pytest.raises(ConfigError, match=r"vm\.wasm has only `_start`, which needs the framework"):
        list(settings_roots(application(), config, replay=True))
    framework = application(f"-module('{REPLAY}').\n-export([run/1]).\nrun(_) -> ok.\n")
    roots = {str(mfa) for mfa, _ in settings_roots(framework, config, replay=True)}
    assert roots == {f"{REPLAY}:{call}" for call in ("run/1", "next/1", "respond/2", "pipe/2", "log/3")}

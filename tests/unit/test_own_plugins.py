"""The distributions under plugins/: each loads on the contract, beside all others, and checks its configuration."""

from __future__ import annotations

import base64
import os
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, cast

import pytest
import tomlkit

from hatch_elixir_workers import etf, mix
from hatch_elixir_workers.config import Config, parse_config
from hatch_elixir_workers.errors import ConfigError
from hatch_elixir_workers.paths import priv_dir
from hatch_elixir_workers.plugins import Registry, load_registry
from hatch_elixir_workers.testing.projects import make_project

PLUGINS = sorted((Path(__file__).resolve().parents[2] / "plugins").glob("*/pyproject.toml"))
SESSIONS = "tool.hatch.build.targets.elixir-workers.middleware[0]"


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    entry_points = []
    for project in PLUGINS:
        monkeypatch.syspath_prepend(str(project.parent))
        groups = tomlkit.parse(project.read_text(encoding="utf-8")).unwrap()["project"]["entry-points"]
        entry_points += [EntryPoint(name, value, "elixir_workers") for name, value in groups["elixir_workers"].items()]
    before = set(sys.modules)
    yield load_registry(entry_points)
    for name in set(sys.modules) - before:
        del sys.modules[name]


def sessions(registry: Registry, **options: Any) -> Config:
    entry = {"use": "sessions", "secrets": ["S"], **options}
    return parse_config({"secrets": ["S"], "middleware": [entry, "csrf"]}, registry, project_name="a")


def test_all_of_them_load_together(registry: Registry) -> None:
    assert {"kv", "d1", "queue"} <= set(registry.bindings)
    assert {"scheduled", "queue"} <= set(registry.events)
    assert {"sessions", "csrf"} <= set(registry.middleware)


def test_csrf_stands_behind_sessions(registry: Registry) -> None:
    entry = {"use": "sessions", "secrets": ["S"]}
    for listed in (["csrf"], ["csrf", entry], [entry, "csrf", "parse-body"]):
        with pytest.raises(ConfigError, match=r"elixir.workers.sessions declares"):
            parse_config({"secrets": ["S"], "middleware": listed}, registry, project_name="a")
    parse_config({"secrets": ["S"], "middleware": ["parse-body", entry, "csrf"]}, registry, project_name="a")


REQUIRED = {"cors": {"origins": ["https://a.example"]}, "sessions": {"secrets": ["S"]}}
# Gets `[{Module, Given, Complete}]`: what init/1 makes of what is given must be what it makes of it with all defaults.
SAME_DEFAULTS = r"""
[terms] = System.argv()
nested = fn depth -> String.duplicate("[", depth) <> String.duplicate("]", depth) end
json = &ElixirWorkers.Body.parse("application/json", &1, &2)

for {module, given, complete} <- terms |> Base.decode64!() |> :erlang.binary_to_term() do
  if function_exported?(Code.ensure_loaded!(module), :init, 1) do
    IO.puts("#{inspect(module)} #{module.init(given) == module.init(complete)}")
  else
    {depth, digits, parts} = {complete[:max_depth], complete[:max_digits], complete[:max_parts]}
    part = fn n -> "--b\r\nContent-Disposition: form-data; name=\"f#{n}\"\r\n\r\n\r\n" end
    form = fn n -> Enum.map_join(1..n, part) <> "--b--" end
    posted = &ElixirWorkers.Body.parse("multipart/form-data; boundary=b", form.(&1), &2)

    for opts <- [given, complete] do
      {:ok, _} = json.(nested.(depth), opts)
      {:error, _} = json.(nested.(depth + 1), opts)
      {:ok, _} = json.(String.duplicate("1", digits), opts)
      {:error, _} = json.(String.duplicate("1", digits + 1), opts)
      {:ok, _} = posted.(parts, opts)
      {:error, {413, _}} = posted.(parts + 1, opts)
    end

    IO.puts("#{inspect(module)} true")
  end
end
"""


def test_declared_defaults_are_those_of_the_modules(registry: Registry, tmp_path: Path) -> None:
    kinds = [kind for kind in registry.middleware.values() if kind.options]
    rows: list[etf.Term] = []
    for kind in kinds:
        given = REQUIRED.get(kind.name, {})
        listed = [{"use": name, **REQUIRED.get(name, {})} for name in (*kind.requires, kind.name)]
        config = parse_config({"secrets": ["S"], "middleware": listed}, registry, project_name="a")
        module, complete = cast("tuple[etf.Term, list[etf.Term]]", (config.middleware or ())[-1].term)
        rows.append((module, complete[: len(given)], complete))
    project = make_project(tmp_path / "app", {"lib/app.ex": "defmodule App do\nend\n"})
    environment = {
        "MIX_ENV": "prod",
        "ELIXIR_WORKERS_PATH": str(priv_dir() / "elixir"),
        "ELIXIR_WORKERS_PLUGINS": os.pathsep.join(sorted({str(kind.elixir) for kind in kinds if kind.elixir})),
    }
    mix.run(["mix", "compile"], cwd=project.folder, environment=environment)
    terms = base64.b64encode(etf.encode(rows)).decode()
    printed = mix.run(["mix", "run", "-e", SAME_DEFAULTS, terms], cwd=project.folder, environment=environment)
    assert printed.splitlines() == [f"{kind.module} true" for kind in kinds]


def test_sessions(registry: Registry) -> None:
    given = {"cookie": "__Host-s", "protection": "signed", "max-age": 60, "same-site": "strict"}
    session, csrf = sessions(registry, **given).middleware or ()
    assert (session.module, csrf.module) == (
        "Elixir.ElixirWorkers.Sessions.Middleware",
        "Elixir.ElixirWorkers.Sessions.CSRF",
    )
    sessions(registry, cookie="s", domain="example.com", path="/app", secure=False)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"secrets": ["OTHER"]}, '.secrets[0] names the secret "OTHER"'),
        ({"secrets": []}, ".secrets must not be empty"),
        ({"cookie": "a b"}, '.cookie must be the name of a cookie such as "session", not "a b"'),
        ({"protection": "none"}, '.protection must be "encrypted" or "signed", not "none"'),
        ({"max-age": 0}, ".max-age must be at least 1, not 0"),
        ({"path": "/a;b"}, '.path must be a path such as "/app", not "/a;b"'),
        ({"same-site": "none", "secure": False}, ' ("sessions") cannot have secure = false and same-site = "none"'),
        ({"cookie": "__Secure-s", "secure": False}, ' ("sessions") cannot have secure = false and the cookie "__Se'),
        ({"cookie": "__Host-s", "domain": "a.example"}, ' ("sessions") cannot have a domain or a path with the cookie'),
        ({"cookie": "__Host-s", "path": "/a"}, ' ("sessions") cannot have a domain or a path with the cookie'),
    ],
)
def test_sessions_that_cannot_be(registry: Registry, options: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        sessions(registry, **options)
    assert [each.startswith(SESSIONS + problem) for each in caught.value.problems] == [True], caught.value.problems

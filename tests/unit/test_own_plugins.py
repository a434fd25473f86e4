"""The distributions under plugins/: each loads on the contract, beside all others, and checks its configuration."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from hatch_elixir_workers.config import Config, parse_config
from hatch_elixir_workers.errors import ConfigError
from hatch_elixir_workers.plugins import Registry, load_registry

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

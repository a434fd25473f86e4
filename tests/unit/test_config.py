from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from hatch_elixir_workers.config import (
    DEFAULT_BODY_LIMIT_BYTES,
    DEFAULT_COMPATIBILITY_DATE,
    HATCHLING_KEYS,
    Config,
    Keep,
    VmPaths,
    parse_config,
)
from hatch_elixir_workers.errors import ConfigError
from hatch_elixir_workers.hookspecs import BindingKind, Field, MiddlewareKind, Option
from hatch_elixir_workers.names import module_atom
from hatch_elixir_workers.plugins import Registry, load_registry

TABLE = "tool.hatch.build.targets.elixir-workers"
KEYS = (
    "bindings, body-limit, compatibility-date, entry, environment, events, keep, limits, middleware, minify, name, "
    "project, secrets, shake, streamed-bodies, strict, vars, vm"
)


def parse(raw: dict[str, Any], registry: Registry | None = None) -> Config:
    return parse_config(raw, registry or load_registry([]), project_name="My_App.Two")


def problems(raw: dict[str, Any], registry: Registry | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse(raw, registry)
    assert all(problem.startswith(f"{TABLE}.") for problem in caught.value.problems)
    return [problem.removeprefix(f"{TABLE}.") for problem in caught.value.problems]


def test_defaults() -> None:
    config = parse({})
    assert config.name == "my-app-two"
    assert config.entry is None
    assert config.project == "."
    assert config.middleware is None
    assert (config.bindings, config.secrets, config.keep) == ((), (), ())
    assert dict(config.vars) == {}
    assert config.body_limit_bytes == DEFAULT_BODY_LIMIT_BYTES
    assert config.environment == "production"
    assert config.compatibility_date == DEFAULT_COMPATIBILITY_DATE
    assert config.strict is False
    assert config.shake == "functions"


def test_another_machine() -> None:
    assert parse({"vm": {"wasm": "vm/a.wasm"}}).vm == VmPaths("vm/a.wasm")
    paths = {"wasm": "vm/a.wasm", "stdlib": "vm/lib.avm", "natives": "vm/natives.json"}
    assert parse({"vm": paths, "limits": {"request-rounds": 5}}).vm == VmPaths(**paths)
    assert parse({}).vm is None


def test_everything_correct() -> None:
    config = parse(
        {
            "name": "shop",
            "entry": "MyApp.Web",
            "project": "worker",
            "middleware": ["security-headers", {"use": "cors", "origins": ["https://example.com"]}],
            "bindings": {"CACHE": {"kind": "kv", "id": "abc", "remote": True}, "DB": {"kind": "d1"}},
            "vars": {"RATE": 1.5, "LIMITS": {"max": [1, 2]}, "ON": True, "TEXT": ""},
            "secrets": ["API_KEY"],
            "body-limit": "2 MiB",
            "streamed-bodies": {"/photos/:name": "50 MB", "/files/*": 10},
            "limits": {"machines": 3, "machine-memory": "8 MiB", "pool-memory": 100_000_000},
            "environment": "development",
            "compatibility-date": "2026-01-31",
            "strict": True,
            "keep": ["MyApp.Job", "MyApp.Job.run/1", ":my_erl.valid?/0", "my_erl"],
            "shake": "modules",
        }
    )
    assert config.name == "shop"
    assert config.entry == "Elixir.MyApp.Web"
    assert config.project == "worker"
    given, defaults = {"origins": ["https://example.com"]}, {"credentials": False, "max-age": 600}
    assert [each.name for each in config.middleware or ()] == ["security-headers", "cors"]
    assert (given | defaults).items() <= (config.middleware or ())[1].options.items()
    assert [(each.name, each.kind.name, dict(each.fields)) for each in config.bindings] == [
        ("CACHE", "kv", {"id": "abc", "remote": True}),
        ("DB", "d1", {}),
    ]
    assert dict(config.vars) == {"RATE": 1.5, "LIMITS": {"max": [1, 2]}, "ON": True, "TEXT": ""}
    assert config.secrets == ("API_KEY",)
    assert config.body_limit_bytes == 2 * 1024 * 1024
    assert dict(config.streamed_bodies) == {"/photos/:name": 50_000_000, "/files/*": 10}
    assert config.limits == {"maxMachines": 3, "memoryCapBytes": 8 * 1024 * 1024, "maxPoolBytes": 100_000_000}
    assert config.environment == "development"
    assert config.compatibility_date == "2026-01-31"
    assert config.strict is True
    assert config.keep == (
        Keep("Elixir.MyApp.Job"),
        Keep("Elixir.MyApp.Job", "run", 1),
        Keep("my_erl", "valid?", 0),
        Keep("my_erl"),
    )


@pytest.mark.parametrize("key", sorted(HATCHLING_KEYS))
def test_keys_of_hatchling_are_none_of_ours(key: str) -> None:
    assert parse({key: object()}) == parse({})


def test_config_cannot_be_changed() -> None:
    config = parse({"vars": {"A": 1}})
    with pytest.raises(AttributeError):
        config.name = "other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        config.vars["A"] = 2  # type: ignore[index]


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        ({"name": 1}, "name must be a string, not an integer"),
        ({"name": ""}, "name must not be empty"),
        (
            {"name": "My Shop"},
            'name must be lower-case letters, digits and hyphens, at most 63, not "My Shop"; try "my-shop"',
        ),
        ({"entry": ["A"]}, "entry must be a string, not an array"),
        ({"entry": "lib/my_app.ex"}, 'entry must be the name of a module, such as "MyApp", not "lib/my_app.ex"'),
        ({"project": True}, "project must be a string, not a boolean"),
        ({"project": "../up"}, 'project must be a folder below pyproject.toml, such as "worker", not "../up"'),
        ({"middleware": "cors"}, "middleware must be an array, not a string"),
        ({"middleware": ["A", 1]}, "middleware[1] must be a string or a table, not an integer"),
        ({"bindings": []}, "bindings must be a table, not an array"),
        ({"bindings": {"A": "kv"}}, "bindings.A must be a table, not a string"),
        ({"bindings": {"A": {}}}, "bindings.A must say its kind: d1, kv"),
        ({"bindings": {"A": {"kind": 7}}}, "bindings.A.kind must be a string, not an integer"),
        (
            {"bindings": {"A": {"kind": "kvs"}}},
            'bindings.A.kind is not a known kind of binding: "kvs"; did you mean "kv"?',
        ),
        (
            {"bindings": {"A": {"kind": "mongo"}}},
            'bindings.A.kind is not a known kind of binding: "mongo"; known kinds: d1, kv',
        ),
        ({"bindings": {"A": {"kind": "kv", "id": 5}}}, "bindings.A.id must be a string, not an integer"),
        ({"bindings": {"A": {"kind": "kv", "remote": "no"}}}, "bindings.A.remote must be true or false, not a string"),
        (
            {"bindings": {"A": {"kind": "d1", "database-id": "x"}}},
            'bindings.A.database-id is not a known key; did you mean "database_id"?',
        ),
        (
            {"bindings": {"a-b": {"kind": "kv"}}},
            "bindings.a-b must be named by letters, digits and underscores, and not begin with a digit",
        ),
        ({"bindings": {"__proto__": {"kind": "kv"}}}, "bindings.__proto__ must not begin with two underscores"),
        ({"vars": "A=1"}, "vars must be a table, not a string"),
        (
            {"vars": {"A": datetime.date(2026, 1, 1)}},
            "vars.A must be a value that JSON has, not a date",
        ),
        ({"vars": {"A": {"b": [float("inf")]}}}, "vars.A.b[0] must be a value that JSON has, not inf"),
        (
            {"vars": {"a b": 1}},
            'vars."a b" must be named by letters, digits and underscores, and not begin with a digit',
        ),
        ({"secrets": {"A": 1}}, "secrets must be an array, not a table"),
        ({"secrets": ["A", "A"]}, 'secrets[1] names "A" a second time'),
        ({"body-limit": True}, 'body-limit must be a number of bytes or a string such as "1 MiB", not a boolean'),
        *(
            (
                {"streamed-bodies": {path: 1}},
                f'streamed-bodies."{path}" must be a path such as "/photos/:name" or "/files/*"',
            )
            for path in ("files/x", "/files/*/x", "/:", "//a", "")
        ),
        ({"streamed-bodies": {"/a": 0}}, 'streamed-bodies."/a" must be at least 1, not 0'),
        ({"streamed-bodies": ["/a"]}, "streamed-bodies must be a table, not an array"),
        ({"body-limit": 0}, "body-limit must be at least 1, not 0"),
        (
            {"body-limit": "1 GB"},
            'body-limit must be a size such as "1 MiB" (units: B, KB, MB, KiB, MiB), not "1 GB"',
        ),
        ({"limits": 5}, "limits must be a table, not an integer"),
        ({"limits": {"machines": 0}}, "limits.machines must be at least 1, not 0"),
        ({"limits": {"machines": "3"}}, "limits.machines must be an integer, not a string"),
        (
            {"limits": {"pool-memory": "1 GB"}},
            'limits.pool-memory must be a size such as "1 MiB" (units: B, KB, MB, KiB, MiB), not "1 GB"',
        ),
        (
            {"limits": {"machine": 3}},
            'limits.machine is not a known key; did you mean "machines"?',
        ),
        ({"environment": False}, "environment must be a string, not a boolean"),
        ({"environment": "prod"}, 'environment must be "production" or "development", not "prod"'),
        ({"compatibility-date": 2026}, "compatibility-date must be a string, not an integer"),
        (
            {"compatibility-date": "2026-13-01"},
            f'compatibility-date must be a date such as "{DEFAULT_COMPATIBILITY_DATE}", not "2026-13-01"',
        ),
        ({"minify": 1}, "minify must be true or false, not an integer"),
        ({"strict": "yes"}, "strict must be true or false, not a string"),
        ({"keep": "A"}, "keep must be an array, not a string"),
        ({"keep": [1]}, "keep[0] must be a string, not an integer"),
        (
            {"keep": ["a.b.c"]},
            'keep[0] must be a module or a function, such as "MyApp.Job" or "MyApp.Job.run/1", not "a.b.c"',
        ),
        ({"shake": "calls"}, 'shake must be "functions" or "modules" or "none", not "calls"'),
        ({"entri": "A"}, 'entri is not a known key; did you mean "entry"?'),
        ({"vm": "a.wasm"}, "vm must be a table, not a string"),
        ({"vm": {}}, 'vm must have "wasm", the file of the machine'),
        ({"vm": {"wasm": 1}}, "vm.wasm must be a string, not an integer"),
        ({"vm": {"wasm": "../a.wasm"}}, 'vm.wasm must be a path below pyproject.toml, not "../a.wasm"'),
        ({"vm": {"wasm": "a", "stdlib": "/b"}}, 'vm.stdlib must be a path below pyproject.toml, not "/b"'),
        ({"vm": {"wasm": "a", "wasn": "b"}}, 'vm.wasn is not a known key; did you mean "wasm"?'),
        ({"limits": {"request-rounds": 0}}, "limits.request-rounds must be at least 1, not 0"),
        ({"zzz": 1}, f"zzz is not a known key; known keys: {KEYS}"),
        (
            {"vars": {"A": 1}, "secrets": ["A"]},
            f'secrets uses the name "A", which {TABLE}.vars uses too',
        ),
        (
            {"bindings": {"A": {"kind": "kv"}}, "vars": {"A": 1}},
            f'vars uses the name "A", which {TABLE}.bindings uses too',
        ),
    ],
)
def test_one_problem(raw: dict[str, Any], problem: str) -> None:
    assert problems(raw) == [problem]


def test_all_problems_at_once() -> None:
    raw = {"entri": "A", "strict": 1, "bindings": {"A": {"kind": "kv", "remote": 1}}, "body-limit": -1}
    assert len(problems(raw)) == 4


def test_required_fields_of_a_kind() -> None:
    kind = BindingKind(
        "flags", "flagship", (Field("app_id", required=True), Field("ttl", int)), ("get",), Path("/flags.js")
    )
    registry = Registry({"flags": kind})
    assert problems({"bindings": {"F": {"kind": "flags", "ttl": "1"}}}, registry) == [
        "bindings.F.ttl must be an integer, not a string",
        'bindings.F must have "app_id"',
    ]
    config = parse({"bindings": {"F": {"kind": "flags", "app_id": "a", "ttl": 1}}}, registry)
    assert dict(config.bindings[0].fields) == {"app_id": "a", "ttl": 1}


def test_fields_with_patterns_lists_and_minima() -> None:
    origin = Field("allow", list, required=True, pattern="https://[a-z.]+", description="an origin")
    fields = (origin, Field("mode", pattern="fast|slow", description='"fast" or "slow"'), Field("size", int, minimum=1))
    registry = Registry({"f": BindingKind("f", None, fields, ("get",), Path("/f.js"))})

    def given(**fields: Any) -> dict[str, Any]:
        return {"bindings": {"F": {"kind": "f", **fields}}}

    assert problems(given(allow=["https://a.b", "x", 1], mode="slower", size=0), registry) == [
        'bindings.F.allow[1] must be an origin, not "x"',
        "bindings.F.allow[2] must be a string, not an integer",
        'bindings.F.mode must be "fast" or "slow", not "slower"',
        "bindings.F.size must be at least 1, not 0",
    ]
    assert problems(given(allow=[]), registry) == ["bindings.F.allow must not be empty"]
    assert problems(given(allow="https://a.b"), registry) == ["bindings.F.allow must be an array, not a string"]
    config = parse(given(allow=["https://a.b"], mode="fast", size=1), registry)
    assert dict(config.bindings[0].fields) == {"allow": ("https://a.b",), "mode": "fast", "size": 1}


def test_toml_dates_are_taken_as_dates() -> None:
    assert parse({"compatibility-date": datetime.date(2026, 2, 3)}).compatibility_date == "2026-02-03"


def test_the_table_that_was_read_is_named() -> None:
    with pytest.raises(ConfigError, match=r"^tool\.hatch\.build\.hooks\.elixir-workers\.strict must be true or false"):
        parse_config({"strict": 1}, load_registry([]), project_name="a", table="tool.hatch.build.hooks.elixir-workers")


@pytest.mark.parametrize(
    ("name", "atom"),
    [("MyApp", "Elixir.MyApp"), ("Elixir.MyApp", "Elixir.MyApp"), (":my_app", "my_app"), ("my_app", "my_app")],
)
def test_module_atom(name: str, atom: str) -> None:
    assert module_atom(name) == atom


def test_middleware_may_name_what_is_configured_behind_it() -> None:
    kind = MiddlewareKind("session", "Session", (Option("key", "secret"), Option("store", "binding", choices=("kv",))))
    registry = Registry(load_registry([]).bindings, {"session": kind}, {"session": "sessions"})
    raw = {
        "middleware": [{"use": "session", "key": "KEY", "store": "CACHE"}],
        "secrets": ["KEY"],
        "bindings": {"CACHE": {"kind": "kv"}},
    }
    assert dict((parse(raw, registry).middleware or ())[0].options) == {"key": "KEY", "store": "CACHE"}
    with pytest.raises(ConfigError) as caught:
        parse({**raw, "secrets": [], "vars": {"KEY": "in the open"}}, registry)
    assert caught.value.problems == (
        f'{TABLE}.middleware[0].key names the secret "KEY", which is not configured: add it to {TABLE}.secrets',
    )

from __future__ import annotations

from pathlib import Path
from typing import Any

import tomlkit

from hatch_elixir_workers.config import parse_config
from hatch_elixir_workers.hookspecs import BindingKind, Field
from hatch_elixir_workers.plugins import Registry, load_registry
from hatch_elixir_workers.wrangler import wrangler_toml


def table(raw: dict[str, Any], registry: Registry | None = None) -> dict[str, Any]:
    config = parse_config(raw, registry or load_registry([]), project_name="shop")
    return tomlkit.parse(wrangler_toml(config)).unwrap()


def test_the_least() -> None:
    written = table({"compatibility-date": "2026-01-01"})
    rules = written.pop("rules")
    assert written == {
        "name": "shop",
        "main": "index.js",
        "compatibility_date": "2026-01-01",
        "compatibility_flags": ["enable_request_signal"],
        "no_bundle": True,
    }
    assert {"type": "Data", "globs": ["**/*.avm"]} in rules
    assert {"type": "CompiledWasm", "globs": ["**/*.wasm"]} in rules


def test_variables_keep_their_types() -> None:
    given = {"TEXT": 'say "hi" \\ €', "RATE": 1.5, "ON": True, "COUNT": 3, "NESTED": {"list": [{"a": 1}]}}
    assert table({"vars": given})["vars"] == given


def test_bindings_and_secrets() -> None:
    written = table(
        {
            "bindings": {
                "CACHE": {"kind": "kv", "id": "1"},
                "DB": {"kind": "d1", "database_name": "n", "database_id": "2"},
                "OTHER": {"kind": "kv"},
            },
            "secrets": ["B", "A"],
        }
    )
    assert written["kv_namespaces"] == [{"binding": "CACHE", "id": "1"}, {"binding": "OTHER"}]
    assert written["d1_databases"] == [{"binding": "DB", "database_name": "n", "database_id": "2"}]
    assert written["secrets"] == {"required": ["B", "A"]}


def test_nested_wrangler_keys() -> None:
    kind = BindingKind("queue", "queues.producers", (Field("queue"),), ("send",), Path("/queue.js"))
    written = table({"bindings": {"Q": {"kind": "queue", "queue": "jobs"}}}, Registry({"queue": kind}))
    assert written["queues"] == {"producers": [{"binding": "Q", "queue": "jobs"}]}


def test_a_kind_that_wrangler_does_not_know() -> None:
    kind = BindingKind("clock", None, (Field("zone"),), ("read",), Path("/clock.js"))
    written = table({"bindings": {"C": {"kind": "clock", "zone": "UTC"}}}, Registry({"clock": kind}))
    assert "UTC" not in str(written)


def test_same_configuration_same_bytes() -> None:
    raw = {"vars": {"B": 1, "A": 2}, "bindings": {"K": {"kind": "kv"}}}
    first = parse_config(raw, load_registry([]), project_name="shop")
    second = parse_config(raw, load_registry([]), project_name="shop")
    assert wrangler_toml(first) == wrangler_toml(second)

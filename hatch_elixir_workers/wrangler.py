"""`wrangler.toml` of a bundle: what `wrangler deploy` needs to take the folder as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tomli_w

from hatch_elixir_workers.config import Binding, Config
from hatch_elixir_workers.events import Event

MAIN = "index.js"
# Tells the worker that a client has gone; no compatibility date includes it.
COMPATIBILITY_FLAGS = ("enable_request_signal",)


def wrangler_toml(config: Config) -> bytes:
    """The file's bytes; keys are in a fixed order, bindings and events in the order of the configuration."""
    return tomli_w.dumps(wrangler_table(config)).encode()


def wrangler_table(config: Config) -> dict[str, Any]:
    """`no_bundle` keeps the files as they are; `.avm` has no rule of its own in wrangler."""
    table: dict[str, Any] = {
        "name": config.name,
        "main": MAIN,
        "compatibility_date": config.compatibility_date,
        "compatibility_flags": list(COMPATIBILITY_FLAGS),
        "no_bundle": True,
        "rules": [
            {"type": "ESModule", "globs": ["**/*.js"]},
            {"type": "CompiledWasm", "globs": ["**/*.wasm"]},
            {"type": "Data", "globs": ["**/*.avm"]},
        ],
    }
    if config.vars:
        table["vars"] = _plain(config.vars)
    if config.secrets:
        table["secrets"] = {"required": list(config.secrets)}
    for binding in config.bindings:
        if binding.kind.wrangler_key is None:
            continue
        _append(table, binding.kind.wrangler_key, _binding_entry(binding))
    for event in config.events:
        if event.kind.wrangler_key is not None:
            _append(table, event.kind.wrangler_key, _event_entry(event))
    return table


def _binding_entry(binding: Binding) -> dict[str, Any]:
    return {binding.kind.binding_field: binding.name, **_plain(binding.fields)}


def _event_entry(event: Event) -> Any:
    return _plain(event.fields) if event.kind.wrangler_value is None else event.fields[event.kind.wrangler_value]


def _append(table: dict[str, Any], dotted_key: str, entry: Any) -> None:
    *parents, last = dotted_key.split(".")
    for parent in parents:
        table = table.setdefault(parent, {})
    table.setdefault(last, []).append(entry)


def _plain(value: Any) -> Any:
    """tomli-w takes dicts and lists only, not read-only views of them."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value

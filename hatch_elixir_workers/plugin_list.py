"""What plugins add, as `elixir-workers plugins` shows it: for people and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from hatch_elixir_workers.hookspecs import BindingKind, EventKind, Field, MiddlewareKind, Option
from hatch_elixir_workers.plugins import HOOKS, Plugin

_TYPE_NAMES = {str: "string", int: "integer", bool: "boolean", list: "strings"}


def as_json(plugins: Sequence[Plugin]) -> list[dict[str, Any]]:
    """One object for each plugin, with the fields of the contract's values; paths are absolute."""
    return [_plain(plugin) for plugin in plugins]


def _plain(value: Any) -> Any:
    """As JSON has it; functions (`check`) and what is not given are left out."""
    if is_dataclass(value):
        members = {each.name: getattr(value, each.name) for each in fields(value)}
        return {name: _plain(each) for name, each in members.items() if each is not None and not _is_function(each)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, type):
        return _TYPE_NAMES[value]
    return value if isinstance(value, str | int) else str(value)


def _is_function(value: Any) -> bool:
    return callable(value) and not isinstance(value, type)


def as_text(plugins: Sequence[Plugin]) -> str:
    """A paragraph for each plugin; problems are not part of it."""
    return "\n\n".join("\n".join(_paragraph(plugin)) for plugin in plugins)


def _paragraph(plugin: Plugin) -> Iterator[str]:
    yield f"{plugin.distribution} {plugin.version} ({plugin.value})"
    for hook in HOOKS:
        for kind in getattr(plugin, hook.field):
            yield f"  {hook.label} {kind.name}{_about(kind)}"
            yield from (f"    {line}" for line in _configurable(kind))


def _about(kind: Any) -> str:
    if isinstance(kind, BindingKind):
        return f" ({kind.wrangler_key or 'no wrangler key'}): {', '.join(kind.operations)}"
    return f" ({kind.module})" if isinstance(kind, MiddlewareKind | EventKind) else ""


def _configurable(kind: Any) -> list[str]:
    entries: tuple[Field | Option, ...] = getattr(kind, "fields", ()) or getattr(kind, "options", ())
    width = max((len(each.name) for each in entries), default=0)
    lines = [f"{each.name:<{width}}  {_kind_of_value(each)}" for each in entries]
    order = [(word, getattr(kind, word, ())) for word in ("requires", "after")]
    return [*lines, *(f"{word} {', '.join(names)}" for word, names in order if names)]


def _kind_of_value(entry: Field | Option) -> str:
    parts = [entry.type if isinstance(entry.type, str) else _TYPE_NAMES[entry.type]]
    if isinstance(entry, Option):
        parts[0] += f": {' | '.join(entry.choices)}" if entry.choices else ""
    elif entry.folder:
        parts[0] = "folder"
    parts += [f"at least {entry.minimum}"] if entry.minimum is not None else []
    parts += [entry.description] if entry.description else []
    if isinstance(entry, Option) and entry.default is not None:
        parts += [f"default {json.dumps(entry.default, ensure_ascii=False)}"]
    return ", ".join([*parts, "required"] if entry.required else parts)

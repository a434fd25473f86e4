"""The plugin host: finds plugins, asks each for what it adds, refuses what cannot be told apart.

pluggy's own entry-point loader skips duplicate names silently and lets unknown hook names pass, so the entry points are
collected and checked here. Nothing depends on the order in which plugins are found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from types import MappingProxyType

import pluggy

from hatch_elixir_workers import hookspecs
from hatch_elixir_workers.errors import PluginError
from hatch_elixir_workers.hookspecs import PROJECT_NAME, BindingKind, Field, hookimpl

_OURS = "hatch-elixir-workers"


@dataclass(frozen=True)
class Registry:
    """Everything plugins have added, by name."""

    bindings: Mapping[str, BindingKind]


class _Builtin:
    """KV and D1, on the same contract as everyone else's binding kinds."""

    @hookimpl
    def elixir_workers_bindings(self) -> Sequence[BindingKind]:
        return (_KV, _D1)


_KV = BindingKind(
    name="kv",
    wrangler_key="kv_namespaces",
    fields=(Field("id"), Field("preview_id"), Field("remote", bool)),
    operations=("get", "get_with_metadata", "put", "delete", "list"),
    javascript="kv.js",
)

_D1 = BindingKind(
    name="d1",
    wrangler_key="d1_databases",
    fields=(
        Field("database_name"),
        Field("database_id"),
        Field("preview_database_id"),
        Field("jurisdiction"),
        Field("migrations_table"),
        Field("migrations_dir"),
        Field("migrations_pattern"),
        Field("remote", bool),
    ),
    operations=("query", "exec", "batch"),
    javascript="d1.js",
)


def load_registry(entry_points: Iterable[metadata.EntryPoint] | None = None) -> Registry:
    """The built-in kinds and those of every installed plugin; raises `PluginError` naming the distribution."""
    found = metadata.entry_points(group=PROJECT_NAME) if entry_points is None else entry_points
    host = pluggy.PluginManager(PROJECT_NAME)
    host.add_hookspecs(hookspecs)
    host.register(_Builtin(), name=_OURS)
    distributions = {_OURS: _OURS}
    for entry_point in _each_name_once(found):
        distributions[entry_point.name] = _distribution(entry_point)
        _register(host, entry_point)
    return Registry(bindings=_collect_bindings(host, distributions))


def _distribution(entry_point: metadata.EntryPoint) -> str:
    return entry_point.dist.name if entry_point.dist is not None else entry_point.value


def _each_name_once(entry_points: Iterable[metadata.EntryPoint]) -> list[metadata.EntryPoint]:
    by_name: dict[str, metadata.EntryPoint] = {}
    for entry_point in sorted(entry_points, key=lambda each: (each.name, _distribution(each))):
        other = by_name.get(entry_point.name)
        if other is not None:
            raise PluginError(
                _distribution(entry_point),
                f"registers `{entry_point.name}`, and so does {_distribution(other)}",
                fix="Uninstall one of the two.",
            )
        by_name[entry_point.name] = entry_point
    return list(by_name.values())


def _register(host: pluggy.PluginManager, entry_point: metadata.EntryPoint) -> None:
    distribution = _distribution(entry_point)
    try:
        plugin = entry_point.load()
    except Exception as error:
        raise PluginError(distribution, f"cannot be imported: {type(error).__name__}: {error}") from error
    try:
        host.register(plugin, name=entry_point.name)
        host.check_pending()
    except pluggy.PluginValidationError as error:
        raise PluginError(distribution, str(error).strip()) from error


def _collect_bindings(host: pluggy.PluginManager, distributions: Mapping[str, str]) -> Mapping[str, BindingKind]:
    kinds: dict[str, BindingKind] = {}
    owners: dict[str, str] = {}
    for implementation in host.hook.elixir_workers_bindings.get_hookimpls():
        distribution = distributions[implementation.plugin_name]
        for kind in _ask(implementation, distribution):
            if kind.name in kinds:
                raise PluginError(
                    distribution, f"adds the binding kind `{kind.name}`, which {owners[kind.name]} adds too"
                )
            kinds[kind.name], owners[kind.name] = kind, distribution
    return MappingProxyType(dict(sorted(kinds.items())))


def _ask(implementation: pluggy.HookImpl, distribution: str) -> Sequence[BindingKind]:
    try:
        kinds: tuple[object, ...] = tuple(implementation.function())  # type: ignore[arg-type]
    except Exception as error:
        raise PluginError(distribution, f"elixir_workers_bindings failed: {type(error).__name__}: {error}") from error
    return [_checked(kind, distribution) for kind in kinds]


def _checked(kind: object, distribution: str) -> BindingKind:
    if not isinstance(kind, BindingKind):
        raise PluginError(distribution, f"elixir_workers_bindings must return BindingKind values, not {kind!r}")
    return kind

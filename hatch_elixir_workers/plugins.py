"""The plugin host: finds plugins, asks each for what it adds, refuses what cannot be told apart.

pluggy's own entry-point loader skips duplicate names silently and lets unknown hook names pass, so the entry points are
collected and checked here. Nothing depends on the order in which plugins are found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from types import MappingProxyType

import pluggy

from hatch_elixir_workers import builtin, hookspecs
from hatch_elixir_workers.errors import PluginError
from hatch_elixir_workers.hookspecs import PROJECT_NAME, BindingKind, MiddlewareKind, hookimpl

_OURS = "hatch-elixir-workers"
_BUILTIN_MIDDLEWARE: Mapping[str, MiddlewareKind] = MappingProxyType({kind.name: kind for kind in builtin.MIDDLEWARE})


@dataclass(frozen=True)
class Registry:
    """Everything that a configuration can name; `middleware` is that of the framework."""

    bindings: Mapping[str, BindingKind]
    middleware: Mapping[str, MiddlewareKind] = field(default_factory=lambda: _BUILTIN_MIDDLEWARE)


class _Builtin:
    """KV and D1, on the same contract as everyone else's binding kinds."""

    @hookimpl
    def elixir_workers_bindings(self) -> Sequence[BindingKind]:
        return builtin.bindings()


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
    if not kind.javascript.is_file():
        raise PluginError(distribution, f"binding kind `{kind.name}`: there is no file {kind.javascript}")
    if kind.elixir is not None and not any(kind.elixir.rglob("*.ex")):
        raise PluginError(distribution, f"binding kind `{kind.name}`: there are no .ex files in {kind.elixir}")
    return kind

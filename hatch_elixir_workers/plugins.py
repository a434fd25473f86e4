"""The plugin host: finds plugins, asks each for what it adds, refuses what cannot be told apart.

pluggy's own entry-point loader skips duplicate names silently and lets unknown hook names pass, so the entry points are
collected and checked here, each with a host of its own. Nothing depends on the order in which plugins are found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import metadata
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pluggy

from hatch_elixir_workers import __version__, builtin, hookspecs
from hatch_elixir_workers.errors import PluginError
from hatch_elixir_workers.hookspecs import PROJECT_NAME, BindingKind, EventKind, MiddlewareKind, hookimpl

OURS = "hatch-elixir-workers"


@dataclass(frozen=True)
class Hook:
    """`elixir_workers_<field>` returns values of `type` for `Plugin.<field>`; `label` is what errors call one."""

    field: str
    type: type
    label: str

    @property
    def name(self) -> str:
        """The function's."""
        return f"{PROJECT_NAME}_{self.field}"


HOOKS = (
    Hook("bindings", BindingKind, "binding kind"),
    Hook("middleware", MiddlewareKind, "middleware"),
    Hook("events", EventKind, "event kind"),
)


@dataclass(frozen=True)
class Plugin:
    """What one entry point, `name = value`, adds, and what is wrong with it; the distribution is that which has it."""

    distribution: str
    version: str
    name: str
    value: str
    bindings: tuple[BindingKind, ...] = ()
    middleware: tuple[MiddlewareKind, ...] = ()
    events: tuple[EventKind, ...] = ()
    problems: tuple[PluginError, ...] = ()

    @property
    def sources(self) -> set[Path]:
        """Its folders of Elixir sources."""
        kinds = [kind for hook in HOOKS for kind in getattr(self, hook.field)]
        return {kind.elixir for kind in kinds if kind.elixir is not None}


@dataclass(frozen=True)
class Registry:
    """Everything that a configuration can name, and the distributions that middleware and events come from."""

    bindings: Mapping[str, BindingKind]
    middleware: Mapping[str, MiddlewareKind] = field(default_factory=dict)
    middleware_owners: Mapping[str, str] = field(default_factory=dict)
    events: Mapping[str, EventKind] = field(default_factory=dict)
    event_owners: Mapping[str, str] = field(default_factory=dict)


class _Builtin:
    """KV, D1, the framework's middleware and cron triggers, on the same contract as everyone else's."""

    @hookimpl
    def elixir_workers_bindings(self) -> Sequence[BindingKind]:
        return builtin.bindings()

    @hookimpl
    def elixir_workers_middleware(self) -> Sequence[MiddlewareKind]:
        return builtin.MIDDLEWARE

    @hookimpl
    def elixir_workers_events(self) -> Sequence[EventKind]:
        return builtin.events()


def load_registry(entry_points: Iterable[metadata.EntryPoint] | None = None) -> Registry:
    """What is built in and what every installed plugin adds; raises `PluginError` naming the distribution."""
    plugins = find_plugins(entry_points)
    for problem in (problem for plugin in plugins for problem in plugin.problems):
        raise problem
    return Registry(
        bindings=_by_name({kind.name: kind for plugin in plugins for kind in plugin.bindings}),
        middleware=_by_name({kind.name: kind for plugin in plugins for kind in plugin.middleware}),
        middleware_owners=_by_name(
            {kind.name: plugin.distribution for plugin in plugins for kind in plugin.middleware}
        ),
        events=_by_name({kind.name: kind for plugin in plugins for kind in plugin.events}),
        event_owners=_by_name({kind.name: plugin.distribution for plugin in plugins for kind in plugin.events}),
    )


def _by_name(values: Mapping[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType(dict(sorted(values.items())))


def find_plugins(entry_points: Iterable[metadata.EntryPoint] | None = None) -> tuple[Plugin, ...]:
    """Our own first, then the installed plugins by the names of their entry points, each with its problems."""
    found = metadata.entry_points(group=PROJECT_NAME) if entry_points is None else entry_points
    ordered = sorted(found, key=lambda each: (each.name, _distribution(each)))
    ours = Plugin(OURS, __version__, OURS, __package__ or "")
    owners: dict[tuple[str, str], str] = {}
    plugins = [_asked(ours, _Builtin()), *map(_loaded, ordered)]
    return tuple(replace(each, problems=(*each.problems, *_conflicts(each, owners))) for each in plugins)


def _distribution(entry_point: metadata.EntryPoint) -> str:
    return entry_point.dist.name if entry_point.dist is not None else entry_point.value


def _loaded(entry_point: metadata.EntryPoint) -> Plugin:
    version = entry_point.dist.version if entry_point.dist is not None else ""
    plugin = Plugin(_distribution(entry_point), version, entry_point.name, entry_point.value)
    try:
        implementation = entry_point.load()
    except Exception as error:
        problem = PluginError(plugin.distribution, f"cannot be imported: {type(error).__name__}: {error}")
        return replace(plugin, problems=(problem,))
    return _asked(plugin, implementation)


def _asked(plugin: Plugin, implementation: object) -> Plugin:
    """With what it adds; a hook that fails adds nothing but a problem."""
    try:
        functions = _functions(plugin, implementation)
    except PluginError as problem:
        return replace(plugin, problems=(problem,))
    added: dict[str, Any] = {}
    problems = []
    for hook in HOOKS:
        try:
            added[hook.field] = tuple(_ask(functions[hook.name], hook, plugin)) if hook.name in functions else ()
        except PluginError as problem:
            problems.append(problem)
    return replace(plugin, **added, problems=tuple(problems))


def _functions(plugin: Plugin, implementation: object) -> dict[str, Any]:
    """The functions that `hookimpl` marks, by the hooks they implement; pluggy checks their names and signatures."""
    host = pluggy.PluginManager(PROJECT_NAME)
    host.add_hookspecs(hookspecs)
    try:
        host.register(implementation, name=plugin.name)
        host.check_pending()
    except Exception as error:
        raise PluginError(plugin.distribution, str(error).strip()) from error
    found = {each.name: each.get_hookimpls() for each in host.get_hookcallers(implementation) or ()}
    if not found:
        raise PluginError(
            plugin.distribution,
            f"`{plugin.value}` has no function that is marked with `hookimpl`",
            fix=f"Mark {' or '.join(hook.name for hook in HOOKS)} in it.",
        )
    for name, (hook, *_) in found.items():
        if hook.wrapper or hook.hookwrapper:
            raise PluginError(plugin.distribution, f"{name} must return what the plugin adds, and wrap no other plugin")
    return {name: hook.function for name, (hook, *_) in found.items()}


def _ask(function: Any, hook: Hook, plugin: Plugin) -> Iterator[Any]:
    try:
        kinds: tuple[Any, ...] = tuple(function())
    except Exception as error:
        text = f"{hook.name} failed: {type(error).__name__}: {error}"
        raise PluginError(plugin.distribution, text) from error
    for kind in kinds:
        if not issubclass(type(kind), hook.type):
            text = f"{hook.name} must return {hook.type.__name__} values, not {kind!r}"
            raise PluginError(plugin.distribution, text)
        for missing in _missing_sources(kind):
            raise PluginError(plugin.distribution, f"{hook.label} `{kind.name}`: {missing}")
        yield kind


def _missing_sources(kind: Any) -> Iterator[str]:
    javascript = getattr(kind, "javascript", None)
    if javascript is not None and not javascript.is_file():
        yield f"there is no file {javascript}"
    if kind.elixir is not None and not any(kind.elixir.rglob("*.ex")):
        yield f"there are no .ex files in {kind.elixir}"


def _conflicts(plugin: Plugin, owners: dict[tuple[str, str], str]) -> Iterator[PluginError]:
    """Names that `owners` have taken; the others are the plugin's from now on."""
    other = owners.setdefault(("entry point", plugin.name), plugin.distribution)
    if other != plugin.distribution:
        text = f"registers `{plugin.name}`, and so does {other}"
        yield PluginError(plugin.distribution, text, fix="Uninstall one of the two.")
    for hook in HOOKS:
        for kind in getattr(plugin, hook.field):
            if (hook.field, kind.name) in owners:
                other = owners[hook.field, kind.name]
                yield PluginError(
                    plugin.distribution,
                    f"adds the {hook.label} `{kind.name}`, which {other} adds too",
                    fix="Uninstall one of the two." if other not in (OURS, plugin.distribution) else None,
                )
            owners.setdefault((hook.field, kind.name), plugin.distribution)

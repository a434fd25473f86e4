"""What the framework reads when it boots (`ElixirWorkers.Settings`): a plain file of the archive, an external term.

    elixir_workers/priv/settings.bin    %{middleware: [{Module, Options}], applications: {Module, [Application]},
                                          events: {Module, [{Kind, Source, Module, Handler}]}, transport: Module}

`Module.start/1` starts the applications, `Module.run/3` handles an event, `Module.run/1` of the transport hands over
requests. There is no such file when there is nothing to say.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence

from hatch_elixir_workers import etf
from hatch_elixir_workers.applications import Application, callback_roots, to_start
from hatch_elixir_workers.beam import MFA
from hatch_elixir_workers.collect import Origin, Universe
from hatch_elixir_workers.config import TARGET_TABLE, Config
from hatch_elixir_workers.errors import ConfigError, PluginError
from hatch_elixir_workers.events import Event
from hatch_elixir_workers.middleware import Middleware
from hatch_elixir_workers.names import module_atom, shown_module

SETTINGS_FILE = "elixir_workers/priv/settings.bin"
READER = "Elixir.ElixirWorkers.Settings"
STARTER = MFA("Elixir.ElixirWorkers.Applications", "start", 1)
REPLAY = "Elixir.ElixirWorkers.Transport.Replay"
_REPLAY_CALLS = (("run", 1), ("next", 1), ("respond", 2), ("pipe", 2), ("log", 3))

EVENTS = MFA("Elixir.ElixirWorkers.Events", "run", 3)

_KEY = f"{TARGET_TABLE}.middleware"
_EVENTS_KEY = f"{TARGET_TABLE}.events"
_CALLS = (("call", 3), ("call", 2))
_CALLBACKS = (("init", 1), *_CALLS)
_HANDLE_EVENT = ("handle_event", 3)


def settings_files(
    config: Config, applications: Sequence[Application] = (), *, replay: bool = False
) -> dict[str, bytes]:
    """The file, by its name in the archive; `replay`: the machine has only `_start`."""
    settings: list[tuple[etf.Term, etf.Term]] = []
    if starting := to_start(applications):
        settings.append((etf.Atom("applications"), (etf.Atom(STARTER.module), [etf.Atom(name) for name in starting])))
    if config.events:
        settings.append((etf.Atom("events"), (etf.Atom(EVENTS.module), [each.term for each in config.events])))
    if config.middleware is not None:
        settings.append((etf.Atom("middleware"), [each.term for each in config.middleware]))
    if replay:
        settings.append((etf.Atom("transport"), etf.Atom(REPLAY)))
    return {SETTINGS_FILE: etf.encode(etf.Map(tuple(settings)))} if settings else {}


def settings_roots(
    universe: Universe, config: Config, applications: Sequence[Application] = (), *, replay: bool = False
) -> Iterator[tuple[MFA, str]]:
    """What the framework calls because configuration or mix.exs name it.

    Raises `ConfigError` for what is not there, `PluginError` when a plugin should have brought it.
    """
    yield from _application_roots(universe, applications)
    if replay:
        yield from _replay_roots(universe)
    for key, wanted in ((_KEY, config.middleware is not None), (_EVENTS_KEY, bool(config.events))):
        if wanted and READER not in universe:
            raise ConfigError([f"{key} needs the framework: add {{:elixir_workers, path: …}} to the deps of mix.exs"])
    problems = [_middleware_problem(universe, i, each) for i, each in enumerate(config.middleware or ())]
    problems += [_event_problem(universe, i, each) for i, each in enumerate(config.events)]
    found = [problem for problem in problems if problem is not None]
    if found:
        raise ConfigError(found)
    for each in config.middleware or ():
        yield from _exported(universe, each.module, _CALLBACKS, "named by `middleware`")
    yield from _event_roots(universe, config.events)


def _event_roots(universe: Universe, events: Sequence[Event]) -> Iterator[tuple[MFA, str]]:
    if events:
        yield EVENTS, "handles events"
    for each in events:
        yield MFA(module_atom(each.kind.module), *_HANDLE_EVENT), f"handles events of kind {each.kind.name}"
        yield from _exported(universe, each.handler, each.kind.callbacks, "named by `events`")


def _exported(
    universe: Universe, module: str, functions: Iterable[tuple[str, int]], reason: str
) -> Iterator[tuple[MFA, str]]:
    for function, arity in functions:
        if (function, arity) in universe.facts(module).exports:
            yield MFA(module, function, arity), reason


def _replay_roots(universe: Universe) -> Iterator[tuple[MFA, str]]:
    if REPLAY not in universe:
        raise ConfigError(
            [
                f"{TARGET_TABLE}.vm.wasm has only `_start`, which needs the framework: "
                "add {:elixir_workers, path: …} to the deps of mix.exs"
            ]
        )
    for function, arity in _REPLAY_CALLS:
        yield MFA(REPLAY, function, arity), "hands over requests to a machine that has only `_start`"


def _application_roots(universe: Universe, applications: Sequence[Application]) -> Iterator[tuple[MFA, str]]:
    for each in applications:
        if each.callback is not None and each.callback not in universe:
            raise ConfigError(
                [f"mix.exs of {each.name}: `mod` names {shown_module(each.callback)}, which is not compiled"]
            )
    if to_start(applications) and STARTER.module in universe:
        yield STARTER, "starts applications before the first request"
        for root, reason in callback_roots(applications):
            if (root.function, root.arity) in universe.facts(root.module).exports:
                yield root, reason


def _middleware_problem(universe: Universe, index: int, middleware: Middleware) -> str | None:
    _require_brought(universe, middleware)
    place = f'{_KEY}[{index}] names "{middleware.name}", which'
    if not _is_applications(universe, middleware.module):
        return f"{place} {_absent(universe, middleware.name)}"
    if not _has_one(universe, middleware.module, _CALLS):
        return f"{place} is no middleware: it has neither call/3 nor call/2"
    return None


def _event_problem(universe: Universe, index: int, event: Event) -> str | None:
    kind = event.kind
    module = module_atom(kind.module)
    if not _is_applications(universe, module) or not _has_one(universe, module, [_HANDLE_EVENT]):
        text = f"event kind `{kind.name}`: there is no {kind.module}.handle_event/3"
        raise PluginError(event.distribution, text)
    place = f'{_EVENTS_KEY}[{index}].handler names "{shown_module(event.handler)}", which'
    if not _is_applications(universe, event.handler):
        return f"{place} {_absent(universe, shown_module(event.handler))}"
    if not _has_one(universe, event.handler, kind.callbacks):
        wanted = " or ".join(f"{function}/{arity}" for function, arity in kind.callbacks)
        return f"{place} handles no events of kind {kind.name}: it must have {wanted}"
    return None


def _require_brought(universe: Universe, middleware: Middleware) -> None:
    kind = middleware.kind
    if kind is None or kind.elixir is None:
        return
    if not _is_applications(universe, middleware.module):
        text = f"middleware `{kind.name}`: no .ex file in {kind.elixir} defines {kind.module}"
        raise PluginError(middleware.distribution, text)
    if not _has_one(universe, middleware.module, _CALLS):
        text = f"middleware `{kind.name}`: {kind.module} is none: it has neither call/3 nor call/2"
        raise PluginError(middleware.distribution, text)


def _is_applications(universe: Universe, module: str) -> bool:
    """Whether it is a module of the application or of a dependency, such as the framework with its plugins."""
    return module in universe and not universe.is_library(module)


def _has_one(universe: Universe, module: str, functions: Iterable[tuple[str, int]]) -> bool:
    return any(function in universe.facts(module).exports for function in functions)


def _absent(universe: Universe, name: str) -> str:
    modules = [shown_module(each) for each in universe.of_origin(Origin.APP, Origin.DEPENDENCY)]
    close = difflib.get_close_matches(name, modules, n=1)
    hint = f'; did you mean "{close[0]}"?' if close else ""
    return f"neither the application nor a dependency has{hint}"

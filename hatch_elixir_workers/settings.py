"""What the framework reads when it boots (`ElixirWorkers.Settings`): a plain file of the archive, an external term.

    elixir_workers/priv/settings.bin    %{middleware: [{Module, Options}], applications: {Module, [Application]}}

`Module.start/1` starts the applications. There is no such file when there is nothing to say.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from hatch_elixir_workers import etf
from hatch_elixir_workers.applications import Application, callback_roots, to_start
from hatch_elixir_workers.beam import MFA
from hatch_elixir_workers.collect import Origin, Universe
from hatch_elixir_workers.config import TARGET_TABLE, Config
from hatch_elixir_workers.errors import ConfigError, PluginError
from hatch_elixir_workers.middleware import Middleware
from hatch_elixir_workers.names import shown_module

SETTINGS_FILE = "elixir_workers/priv/settings.bin"
READER = "Elixir.ElixirWorkers.Settings"
STARTER = MFA("Elixir.ElixirWorkers.Applications", "start", 1)

_KEY = f"{TARGET_TABLE}.middleware"
_CALLS = (("call", 3), ("call", 2))
_CALLBACKS = (("init", 1), *_CALLS)


def settings_files(config: Config, applications: Sequence[Application] = ()) -> dict[str, bytes]:
    """The file, by its name in the archive."""
    settings: list[tuple[etf.Term, etf.Term]] = []
    if starting := to_start(applications):
        settings.append((etf.Atom("applications"), (etf.Atom(STARTER.module), [etf.Atom(name) for name in starting])))
    if config.middleware is not None:
        settings.append((etf.Atom("middleware"), [each.term for each in config.middleware]))
    return {SETTINGS_FILE: etf.encode(etf.Map(tuple(settings)))} if settings else {}


def settings_roots(
    universe: Universe, config: Config, applications: Sequence[Application] = ()
) -> Iterator[tuple[MFA, str]]:
    """What the framework calls because configuration or mix.exs name it.

    Raises `ConfigError` for what is not there, `PluginError` when a plugin should have brought it.
    """
    yield from _application_roots(universe, applications)
    if config.middleware is None:
        return
    if READER not in universe:
        raise ConfigError([f"{_KEY} needs the framework: add {{:elixir_workers, path: …}} to the deps of mix.exs"])
    problems = [_problem(universe, i, each) for i, each in enumerate(config.middleware)]
    found = [problem for problem in problems if problem is not None]
    if found:
        raise ConfigError(found)
    for each in config.middleware:
        for function, arity in _CALLBACKS:
            if (function, arity) in universe.facts(each.module).exports:
                yield MFA(each.module, function, arity), "named by `middleware`"


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


def _problem(universe: Universe, index: int, middleware: Middleware) -> str | None:
    _require_brought(universe, middleware)
    place = f'{_KEY}[{index}] names "{middleware.name}", which'
    if middleware.module not in universe or universe.is_library(middleware.module):
        modules = [shown_module(name) for name in universe.of_origin(Origin.APP, Origin.DEPENDENCY)]
        close = difflib.get_close_matches(middleware.name, modules, n=1)
        hint = f'; did you mean "{close[0]}"?' if close else ""
        return f"{place} neither the application nor a dependency has{hint}"
    if not _is_middleware(universe, middleware.module):
        return f"{place} is no middleware: it has neither call/3 nor call/2"
    return None


def _require_brought(universe: Universe, middleware: Middleware) -> None:
    kind = middleware.kind
    if kind is None or kind.elixir is None:
        return
    if middleware.module not in universe or universe.is_library(middleware.module):
        text = f"middleware `{kind.name}`: no .ex file in {kind.elixir} defines {kind.module}"
        raise PluginError(middleware.distribution, text)
    if not _is_middleware(universe, middleware.module):
        text = f"middleware `{kind.name}`: {kind.module} is none: it has neither call/3 nor call/2"
        raise PluginError(middleware.distribution, text)


def _is_middleware(universe: Universe, module: str) -> bool:
    return any(call in universe.facts(module).exports for call in _CALLS)

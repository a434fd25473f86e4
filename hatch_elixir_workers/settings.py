"""What the framework reads when it boots (`ElixirWorkers.Settings`): a plain file of the archive, an external term.

    elixir_workers/priv/settings.bin    %{middleware: [{Module, Options}]}

There is no such file when the configuration leaves everything to the application.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from hatch_elixir_workers import etf
from hatch_elixir_workers.beam import MFA
from hatch_elixir_workers.collect import Origin, Universe
from hatch_elixir_workers.config import TARGET_TABLE, Config
from hatch_elixir_workers.errors import ConfigError
from hatch_elixir_workers.middleware import Middleware
from hatch_elixir_workers.names import shown_module

SETTINGS_FILE = "elixir_workers/priv/settings.bin"
READER = "Elixir.ElixirWorkers.Settings"

_KEY = f"{TARGET_TABLE}.middleware"
_CALLS = (("call", 3), ("call", 2))
_CALLBACKS = (("init", 1), *_CALLS)


def settings_files(config: Config) -> dict[str, bytes]:
    """The file, by its name in the archive."""
    if config.middleware is None:
        return {}
    entries = [each.term for each in config.middleware]
    return {SETTINGS_FILE: etf.encode(etf.Map(((etf.Atom("middleware"), entries),)))}


def settings_roots(universe: Universe, config: Config) -> Iterator[tuple[MFA, str]]:
    """What the framework calls because the configuration names it. Raises `ConfigError` for what is not there."""
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


def _problem(universe: Universe, index: int, middleware: Middleware) -> str | None:
    place = f'{_KEY}[{index}] names "{middleware.name}", which'
    if middleware.module not in universe or universe.is_library(middleware.module):
        modules = [shown_module(name) for name in universe.of_origin(Origin.APP, Origin.DEPENDENCY)]
        close = difflib.get_close_matches(middleware.name, modules, n=1)
        hint = f'; did you mean "{close[0]}"?' if close else ""
        return f"{place} neither the application nor a dependency has{hint}"
    if not any(call in universe.facts(middleware.module).exports for call in _CALLS):
        return f"{place} is no middleware: it has neither call/3 nor call/2"
    return None

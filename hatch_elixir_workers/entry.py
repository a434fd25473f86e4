"""The module that does `use ElixirWorkers.App`, found in compiled code: it exports `__elixir_workers_app__/0`."""

from __future__ import annotations

import difflib

from hatch_elixir_workers.collect import Origin, Universe
from hatch_elixir_workers.config import TARGET_TABLE
from hatch_elixir_workers.errors import ConfigError, SourceError
from hatch_elixir_workers.names import shown_module

_MARK = ("__elixir_workers_app__", 0)
_START = ("start", 0)
_KEY = f"{TARGET_TABLE}.entry"


def find_entry(universe: Universe, configured: str | None) -> str:
    """The entry module's atom. Raises `ConfigError` or `SourceError` naming the candidates and the key `entry`."""
    modules = list(universe.of_origin(Origin.APP, Origin.DEPENDENCY))
    if configured is not None:
        return _check_configured(universe, configured, modules)
    marked = [name for name in universe.of_origin(Origin.APP) if _MARK in universe.facts(name).exports]
    if len(marked) == 1:
        return _check_start(universe, marked[0])
    if marked:
        names = ", ".join(shown_module(name) for name in marked)
        raise ConfigError(
            [f"{_KEY} must say which module to start: {len(marked)} modules do `use ElixirWorkers.App`: {names}"]
        )
    raise SourceError(
        "no module of the application does `use ElixirWorkers.App`",
        fix=f"Add `use ElixirWorkers.App, router: …` to one, or name the module to start in {_KEY}.",
    )


def _check_configured(universe: Universe, configured: str, modules: list[str]) -> str:
    if configured in modules:
        return _check_start(universe, configured)
    close = difflib.get_close_matches(shown_module(configured), [shown_module(name) for name in modules], n=1)
    hint = f'; did you mean "{close[0]}"?' if close else ""
    raise ConfigError([f'{_KEY} names "{shown_module(configured)}", which the application does not have{hint}'])


def _check_start(universe: Universe, name: str) -> str:
    if _START not in universe.facts(name).exports:
        raise SourceError(
            f"{shown_module(name)} has no start/0",
            fix="`use ElixirWorkers.App` defines it; remove what hides it, or define it.",
        )
    return name

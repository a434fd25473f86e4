"""What runs when modules are loaded: `-on_load` functions of the application and of its dependencies.

`atomvm/on_load.bin` in the archive is `[{Module, Function}]`, dependencies first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hatch_elixir_workers import etf
from hatch_elixir_workers.collect import Origin, Universe

if TYPE_CHECKING:  # a build with nothing new walks nothing
    from hatch_elixir_workers.shake import Reach

ON_LOAD_FILE = "atomvm/on_load.bin"


def on_load_functions(universe: Universe, reach: Reach) -> tuple[tuple[str, str], ...]:
    """Module and function of each that is reached, in the order in which they run."""
    order = sorted(reach.on_load, key=lambda name: (universe.sources[name].origin is Origin.APP, name))
    found = ((name, universe.facts(name).on_load) for name in order)
    return tuple((name, function[0]) for name, function in found if function is not None)


def on_load_file(functions: Sequence[tuple[str, str]]) -> dict[str, bytes]:
    """The archive's file for these, none when there are none."""
    if not functions:
        return {}
    return {ON_LOAD_FILE: etf.encode([(etf.Atom(module), etf.Atom(function)) for module, function in functions])}

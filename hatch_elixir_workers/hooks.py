"""Registration for hatchling; imported for every third-party plugin that anyone looks up, so it imports late."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hatchling.plugin import hookimpl

if TYPE_CHECKING:
    from hatch_elixir_workers.build_hook import ElixirWorkersBuildHook
    from hatch_elixir_workers.builder import ElixirWorkersBuilder


@hookimpl
def hatch_register_builder() -> type[ElixirWorkersBuilder]:
    """The target `elixir-workers`."""
    from hatch_elixir_workers.builder import ElixirWorkersBuilder

    return ElixirWorkersBuilder


@hookimpl
def hatch_register_build_hook() -> type[ElixirWorkersBuildHook]:
    """The hook of the same name."""
    from hatch_elixir_workers.build_hook import ElixirWorkersBuildHook

    return ElixirWorkersBuildHook

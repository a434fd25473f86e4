"""The Elixir that plugins bring: which folders a configuration needs, and whose mistakes are whose."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from hatch_elixir_workers.config import Config
from hatch_elixir_workers.errors import CommandError, PluginError, UserError
from hatch_elixir_workers.plugins import OURS, find_plugins

# Modules at the margin, as the formatter leaves them; those within others have their names too.
_MODULE = re.compile(r"^(?:defmodule|defprotocol)\s+([A-Z][\w.]*)", re.M)


def plugin_sources(config: Config) -> list[Path]:
    """The folders of Elixir sources that the kinds of these bindings, this middleware and these events bring."""
    bound = [binding.kind.elixir for binding in config.bindings]
    wrapped = [each.kind.elixir for each in config.middleware or () if each.kind is not None]
    handled = [event.kind.elixir for event in config.events]
    return sorted({folder for folder in (*bound, *wrapped, *handled) if folder is not None})


def require_distinct_modules(sources: Sequence[Path], framework: Path) -> None:
    """Raises `PluginError` when two folders define one module: all of them are compiled together with the framework."""
    defined: dict[str, Path] = {}
    for folder in (framework / "lib", *sources):
        for file in sorted(folder.rglob("*.ex")):
            for name in _MODULE.findall(file.read_text("utf-8", errors="replace")):
                other = defined.setdefault(name, folder)
                if other != folder:
                    raise PluginError(
                        _owners([folder]), f"{file} defines {name}, as {_owners([other])} does in {other}"
                    )


def blamed(error: CommandError, sources: Sequence[Path]) -> UserError:
    """The same error, of the plugins whose sources mix names in it, if there are some: it shows them by full paths."""
    named = [folder for folder in sources if f"{folder}{os.sep}" in error.stdout + error.stderr]
    return PluginError(_owners(named), f"Elixir sources do not compile\n{error}") if named else error


def _owners(folders: Sequence[Path]) -> str:
    """The distributions whose folders these are."""
    owners = {plugin.distribution for plugin in find_plugins() if not plugin.sources.isdisjoint(folders)}
    return " and ".join(sorted(owners)) or OURS

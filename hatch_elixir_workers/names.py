"""Names of modules, as people write them and as the virtual machine knows them."""

from __future__ import annotations

import re

MODULE = re.compile(r"[A-Z][A-Za-z0-9_]*(\.[A-Z][A-Za-z0-9_]*)*\Z|:?[a-z][A-Za-z0-9_@]*\Z")


def module_atom(name: str) -> str:
    """`MyApp.Router` -> `Elixir.MyApp.Router`; `:my_app` and `my_app` -> `my_app`."""
    if name.startswith("Elixir."):
        return name
    return f"Elixir.{name}" if name[:1].isupper() else name.removeprefix(":")


def shown_module(atom: str) -> str:
    """`Elixir.MyApp.Router` -> `MyApp.Router`."""
    return atom.removeprefix("Elixir.")

"""What of the code is packed, and what a build says of it; the same as last time when no module it read has changed.

    cache   selection/<digest of all that decides but the code>
            marshal of {"read": {module: sha256}, "modules": [(name, origin, beam)], "warnings", "natives", "reasons",
                                                                     "privs", "on_load"}

A walk depends on what decides where it begins, on which modules there are, and on the bytes of those it has read. So an
earlier result holds when each module that was read then has the same bytes now.
"""

from __future__ import annotations

import hashlib
import marshal
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hatch_elixir_workers import cache as store
from hatch_elixir_workers.beam import MFA
from hatch_elixir_workers.collect import Universe

_KIND = "selection"


@dataclass(frozen=True)
class Selection:
    """`modules` are (name, origin, .beam as it is packed); `natives` those of the machine that are reached.

    `reasons` is what `why.py` keeps of the walk, `privs` are atoms: of dependencies so named priv/ is asked for.
    `on_load` are module and function of what runs when modules are loaded.
    """

    modules: tuple[tuple[str, str, bytes], ...]
    warnings: tuple[str, ...]
    natives: tuple[MFA, ...]
    reasons: bytes
    privs: tuple[str, ...] = ()
    on_load: tuple[tuple[str, str], ...] = ()


def key_of(universe: Universe, decisions: Iterable[str]) -> str:
    """The key for these decisions: the modules that there are and this package's own code decide, too."""
    modules = "\n".join(
        f"{name} {source.origin.value} {source.application}" for name, source in sorted(universe.sources.items())
    )
    return store.digest([own_code().encode(), modules.encode(), *(each.encode() for each in decisions)])


def recall(key: str, universe: Universe) -> Selection | None:
    """What was selected under this key, None when a module has changed since or nothing is known."""
    stored = store.load(_KIND, key)
    if stored is None:
        return None
    try:
        # As trustworthy as the .pyc files of this package, which are the same kind of file in the same user's hands.
        table = marshal.loads(stored)  # noqa: S302
        if any(_digest(universe.data(name)) != digest for name, digest in table["read"].items()):
            return None
        natives = tuple(MFA(*each) for each in table["natives"])
        modules, warnings, privs, on_load = (table[each] for each in ("modules", "warnings", "privs", "on_load"))
        return Selection(modules, warnings, natives, table["reasons"], privs, on_load)
    except (ValueError, EOFError, TypeError, KeyError, AttributeError):
        return None


def keep(key: str, universe: Universe, selection: Selection) -> None:
    """Keeps what was selected from what has been read of the universe."""
    table = {
        "read": {name: _digest(data) for name, data in universe.read().items()},
        "modules": selection.modules,
        "warnings": selection.warnings,
        "natives": tuple(map(tuple, selection.natives)),
        "reasons": selection.reasons,
        "privs": selection.privs,
        "on_load": selection.on_load,
    }
    store.store(_KIND, key, marshal.dumps(table))


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


@cache
def own_code() -> str:
    """A digest of this package's code, which decides all that it makes."""
    folder = Path(__file__).parent
    files = [path for path in sorted(folder.iterdir()) if path.suffix in (".py", ".toml")]
    return store.digest(path.read_bytes() for path in files)

"""Which dependencies' priv/ folders an archive needs.

A project's own priv/ is packed as it is. Most dependencies have theirs for the compiler or for native code, so one is
packed when reached code asks where it is: `:code.priv_dir(:greeter)`, `Application.app_dir(:greeter, "priv/a.txt")`.
The name is an atom that reached functions of the asking module build.
"""

from __future__ import annotations

from hatch_elixir_workers.beam import MFA
from hatch_elixir_workers.collect import Universe
from hatch_elixir_workers.shake import Reach

_ASKING = frozenset(
    {
        *(MFA("code", "lib_dir", arity) for arity in (1, 2)),
        MFA("code", "priv_dir", 1),
        *(MFA("Elixir.Application", "app_dir", arity) for arity in (1, 2)),
    }
)


def asked_for(universe: Universe, reach: Reach) -> tuple[str, ...]:
    """The atoms with which code of the project or a dependency may ask for a folder, sorted; names are among them."""
    atoms: dict[str, set[str]] = {}
    asking: set[str] = set()
    for mfa in reach.functions:
        if universe.is_library(mfa.module) or mfa.module not in universe:
            continue
        function = universe.facts(mfa.module).functions.get((mfa.function, mfa.arity))
        if function is not None:
            atoms.setdefault(mfa.module, set()).update(function.atoms)
            if not _ASKING.isdisjoint(call.target for call in function.calls):
                asking.add(mfa.module)
    return tuple(sorted({atom for module in asking for atom in atoms[module]}))

"""Why a function is in an archive: the chain of the walk, from a root to it, as `reasons.py` has kept it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from hatch_elixir_workers import reasons
from hatch_elixir_workers.beam import MFA
from hatch_elixir_workers.check import show
from hatch_elixir_workers.errors import UserError
from hatch_elixir_workers.names import module_atom
from hatch_elixir_workers.shake import Edge

_MAX_NAMED = 5


@dataclass(frozen=True)
class Reasons:
    """What `remember` kept of one archive."""

    edges: dict[MFA, Edge]

    @cached_property
    def modules(self) -> dict[str, list[MFA]]:
        """The functions of each module, in the order in which they were reached."""
        modules: dict[str, list[MFA]] = {}
        for mfa in self.edges:
            modules.setdefault(mfa.module, []).append(mfa)
        return modules

    def chain(self, mfa: MFA) -> list[tuple[MFA, Edge]]:
        """From a root to `mfa`, which has to be here."""
        chain: list[tuple[MFA, Edge]] = []
        current: MFA | None = mfa
        while current is not None:
            edge = self.edges[current]
            chain.append((current, edge))
            current = edge.source
        return chain[::-1]


def recall(archive: bytes, path: Path) -> Reasons:
    """What is known of this archive; `path` is for the message. Raises UserError when it is nothing."""
    rows = reasons.rows(archive)
    if rows is None:
        raise UserError(
            f"{path}: nothing is known of how this archive was made",
            fix="It is kept in the cache of whoever builds: build or pack it again here, and ask again.",
        )
    functions = [MFA(module, function, arity) for module, function, arity, *_ in rows]
    return Reasons(
        {
            mfa: Edge(None if source is None else functions[source], reason, place)
            for mfa, (*_, source, reason, place) in zip(functions, rows, strict=True)
        }
    )


def explain(reasons: Reasons, name: str) -> str:
    """The chain to a function (`Enum.map/2`, `:lists.map/2`), or to the first function of a module that was reached.

    Raises UserError when nothing reaches it.
    """
    found = next((mfa for mfa in _meant(name) if mfa in reasons.edges), None)
    if found is None:
        module = module_atom(name)
        if module not in reasons.modules:
            raise UserError(f"nothing reaches {name}", fix=_hint(reasons, name))
        found = reasons.modules[module][0]
    return "\n".join(_lines(reasons.chain(found)))


def _meant(name: str) -> Iterator[MFA]:
    """What `Module.function/arity` can mean: names of functions may hold a dot or a slash, too."""
    path, _, arity = name.rpartition("/")
    if not arity.isdecimal():
        return
    for index, character in enumerate(path):
        if character in ".:" and 0 < index < len(path) - 1:
            yield MFA(module_atom(path[:index]), path[index + 1 :], int(arity))


def _hint(reasons: Reasons, name: str) -> str:
    module = next((mfa.module for mfa in _meant(name) if mfa.module in reasons.modules), None)
    if module is not None:
        wanted = name.rpartition("/")[0]
        return f"Of that module are reached: {_some(reasons.modules[module], wanted)}."
    shown = [show(MFA(module, "", 0)).partition("/")[0][:-1] for module in reasons.modules]
    path = name.rpartition("/")[0]
    close = difflib.get_close_matches(path.rpartition(".")[0] or path or name, shown, n=1)
    return f"Did you mean {close[0]}?" if close else "`elixir-workers list` shows the modules of an archive."


def _some(functions: Iterable[MFA], wanted: str) -> str:
    """A few of them, those with similar names first."""
    shown = sorted(map(show, functions), key=lambda each: -difflib.SequenceMatcher(None, each, wanted).ratio())
    more = [f"{len(shown) - _MAX_NAMED} more"] if len(shown) > _MAX_NAMED else []
    return ", ".join([*shown[:_MAX_NAMED], *more])


def _lines(chain: list[tuple[MFA, Edge]]) -> Iterator[str]:
    for depth, (mfa, edge) in enumerate(chain):
        place = f" ({edge.place})" if edge.place else ""
        arrow = "  " if depth == 0 else "→ "
        yield f"{arrow}{show(mfa)}  {edge.reason}{place}"

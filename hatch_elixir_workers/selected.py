"""What of the code is packed: walks, checks and takes it apart. `selection.py` keeps the result between builds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from hatch_elixir_workers import reasons, shake
from hatch_elixir_workers.beam import MFA, BeamModule, strip
from hatch_elixir_workers.check import Missing, check, evaluation, require_nothing_missing, told
from hatch_elixir_workers.collect import Origin, Source, Universe
from hatch_elixir_workers.config import Config
from hatch_elixir_workers.machine import Machine
from hatch_elixir_workers.names import shown_module
from hatch_elixir_workers.on_load import on_load_functions
from hatch_elixir_workers.privs import asked_for
from hatch_elixir_workers.relocate import folders_within, relocated
from hatch_elixir_workers.selection import Selection
from hatch_elixir_workers.shaken import shaken, shaken_modules

_MAX_WARNINGS = 20

Report = Callable[[str], None]


def selected(
    universe: Universe,
    starts: Sequence[tuple[MFA, str]],
    machine: Machine,
    config: Config,
    source_roots: Sequence[Path],
) -> Selection:
    """What is reached from these starts on this machine, as it is packed. Raises `ElixirWorkersError`."""
    warnings: list[str] = []
    reach = shake.reach(universe, starts, machine.natives, machine.declining)
    missing = check(universe, reach, natives_known=machine.natives_known)
    report_missing(missing, strict=config.strict, warn=warnings.append)
    evaluated = None if config.keep or config.shake == "none" else evaluation(universe, reach)
    if evaluated is not None:
        warnings.append(f"warning: {evaluated}")
    names = shaken_modules(universe, reach, config.shake)
    modules = packable(universe, reach, names, config.shake, source_roots, warnings.append, condense=machine.is_own)
    return Selection(
        modules=tuple((source.name, source.origin.value, strip(module)) for source, module in modules.items()),
        warnings=tuple(warnings),
        natives=tuple(mfa for mfa in reach.functions if mfa in machine.natives),
        reasons=reasons.packed(reach),
        privs=asked_for(universe, reach),
        on_load=on_load_functions(universe, reach),
    )


def report_missing(missing: Sequence[Missing], *, strict: bool, warn: Report) -> None:
    """Warns of them, or raises when the configuration is strict."""
    if strict:
        require_nothing_missing(missing)
    messages = told(missing)
    for each in messages[:_MAX_WARNINGS]:
        warn(f"warning: {each}")
    if len(messages) > _MAX_WARNINGS:
        left = len(messages) - _MAX_WARNINGS
        warn(f"warning: {left} more calls lead to what is missing; `strict = true` lists all of them")


def packable(
    universe: Universe,
    reach: shake.Reach,
    names: Sequence[str],
    level: str,
    source_roots: Sequence[Path],
    warn: Report,
    *,
    condense: bool,
) -> dict[Source, BeamModule]:
    """These modules as they are packed, shaken and without the folders of this machine.

    Only our own machine reads what is condensed.
    """
    modules = {universe.sources[name]: shaken(universe, reach, name, level, condense=condense) for name in names}
    for source, module in modules.items():
        if source.origin in (Origin.APP, Origin.DEPENDENCY, Origin.CONSOLIDATED):
            _warn_of_folders(module, source_roots, warn)
            modules[source] = relocated(module, source_roots)
    return modules


def _warn_of_folders(module: BeamModule, source_roots: Sequence[Path], warn: Report) -> None:
    for folder in folders_within(module, source_roots):
        warn(
            f"warning: {shown_module(module.name)} holds the path {folder} (from `__DIR__` or `__ENV__`?): "
            "the bundle will differ when it is built in another folder"
        )

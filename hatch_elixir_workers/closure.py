"""What `elixir-workers pack` adds to the beams it is given: all they need from the installed OTP and Elixir.

The same walk as in a build (`shake.py`), for beams without a mix project around them. Their exported functions are the
roots, with those of the virtual machine's boot module.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hatch_elixir_workers import mix
from hatch_elixir_workers.app_files import installed_names, known_applications
from hatch_elixir_workers.applications import APPLICATIONS_FILE, startable_file
from hatch_elixir_workers.beam import BeamModule
from hatch_elixir_workers.check import Missing, check
from hatch_elixir_workers.collect import (
    READERS_OF_APPLICATIONS,
    Origin,
    Source,
    Universe,
    machine_files,
    stand_ins,
    universe,
)
from hatch_elixir_workers.config import DEFAULT_SHAKE
from hatch_elixir_workers.consolidation import consolidated, is_protocol
from hatch_elixir_workers.machine import Machine, load_machine
from hatch_elixir_workers.names import shown_module
from hatch_elixir_workers.on_load import on_load_file, on_load_functions
from hatch_elixir_workers.paths import priv_dir
from hatch_elixir_workers.roots import BOOT_MODULE, exported_roots
from hatch_elixir_workers.shake import Reach, reach
from hatch_elixir_workers.shaken import shaken, shaken_modules

_ASKED_FOR_APPLICATIONS = frozenset({"application", "Elixir.Application"})


@dataclass(frozen=True)
class Closure:
    """The modules and plain files to pack, and what is to be said of them.

    `missing` is what the named modules call themselves but nothing provides; `warnings` are lines.
    """

    modules: dict[str, BeamModule]
    files: dict[str, bytes]
    missing: tuple[Missing, ...]
    warnings: tuple[str, ...]
    reach: Reach


def with_stdlib(
    named: Mapping[str, BeamModule],
    level: str = DEFAULT_SHAKE,
    *,
    resources: Sequence[Path] = (),
    condense: bool = False,
) -> Closure:
    """The named modules and everything they can reach, at a level of `shake`; with condensed code if wanted.

    `resources` are the .app files of their applications. Raises MissingToolError, BeamError, SourceError.
    """
    everything = _universe(named)
    roots = [root for name in sorted(named) for root in exported_roots(everything, name, "is named")]
    if BOOT_MODULE in everything:
        roots += exported_roots(everything, BOOT_MODULE, "boots the virtual machine")
    machine = installed_machine()
    # Before the virtual machine has been built nobody can say what it lacks.
    natives, declining = (machine.natives, machine.declining) if machine else (frozenset(), frozenset())
    reached = reach(everything, roots, natives, declining)
    names = sorted({*shaken_modules(everything, reached, level), *named})
    modules = {name: shaken(everything, reached, name, level, condense=condense) for name in names}
    missing = [each for each in check(everything, reached) if not each.via and each.in_application] if machine else []
    files, told = _applications(everything, reached, resources, modules)
    told += _unconsolidated(everything, named)
    files |= on_load_file(on_load_functions(everything, reached))
    return Closure(modules, {**machine_files(mix.toolchain()), **files}, tuple(missing), tuple(told), reached)


def _applications(
    everything: Universe, reached: Reach, resources: Sequence[Path], modules: Mapping[str, BeamModule]
) -> tuple[dict[str, bytes], list[str]]:
    """The file that says what the applications are, where somebody reads it; and what to say of them."""
    if READERS_OF_APPLICATIONS.isdisjoint(modules):
        return {}, []
    origins = {everything.sources[name].origin for name in modules if name in everything.sources}
    is_elixir = Origin.ELIXIR in origins or any(name.startswith("Elixir.") for name in modules)
    elixir = [name for name, runs in (("elixir", is_elixir), ("logger", "Elixir.Logger" in modules)) if runs]
    installed = mix.toolchain()
    asked = _asked_for(everything, reached) & installed_names(installed)
    known = known_applications(resources, asked, installed, elixir=elixir)
    return {APPLICATIONS_FILE: startable_file(known.running, known.startable, modules)}, known.warnings


def _asked_for(everything: Universe, reached: Reach) -> set[str]:
    """The atoms of named modules that call `application`."""
    functions = [mfa for mfa in reached.functions if mfa.module in everything and not everything.is_library(mfa.module)]
    facts = {mfa: everything.facts(mfa.module).functions.get((mfa.function, mfa.arity)) for mfa in functions}
    asking = {
        mfa.module
        for mfa, each in facts.items()
        if each is not None and any(call.target.module in _ASKED_FOR_APPLICATIONS for call in each.calls)
    }
    return {atom for mfa, each in facts.items() if each is not None and mfa.module in asking for atom in each.atoms}


def _unconsolidated(everything: Universe, named: Mapping[str, BeamModule]) -> Iterator[str]:
    for name, module in sorted(named.items()):
        if is_protocol(module) and everything.sources[name].origin is not Origin.CONSOLIDATED:
            yield (
                f"{module.path} is packed as it is: the protocol {shown_module(name)} has no debug information, "
                "without which it cannot be consolidated. It works, more slowly; pack what `mix compile` wrote, "
                "before anything strips it"
            )


def machine_for(closure: Closure) -> bytes:
    """The virtual machine with the natives that these modules can reach. Raises VmError."""
    machine = load_machine(priv_dir())
    return machine.for_modules(closure.modules, closure.reach.functions)


def installed_machine() -> Machine | None:
    """None before it has been built."""
    priv = priv_dir()
    return load_machine(priv) if (priv / "natives.json").is_file() else None


def _universe(named: Mapping[str, BeamModule]) -> Universe:
    installed = mix.toolchain()
    found = universe(
        [
            (Origin.CONSOLIDATED, [consolidated(named.values(), installed)]),
            (Origin.STAND_IN, [stand_ins(priv_dir() / "stdlib", installed)]),
            (Origin.ELIXIR, installed.elixir_lib_dirs),
            (Origin.OTP, installed.erl_lib_dirs),
        ]
    )
    for name, module in named.items():
        if name not in found or found.sources[name].origin is not Origin.CONSOLIDATED:
            found.sources[name] = Source(name, Path(module.path), Origin.APP)
    return found

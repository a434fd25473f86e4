"""What `elixir-workers pack` adds to the beams it is given: all they need from the installed OTP and Elixir.

The same walk as in a build (`shake.py`), for beams without a mix project around them. Their exported functions are the
roots, with those of the virtual machine's boot module.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hatch_elixir_workers import cache, mix
from hatch_elixir_workers.beam import BeamModule
from hatch_elixir_workers.check import Missing, check
from hatch_elixir_workers.collect import Origin, Source, Universe, library_files, machine_files, stand_ins, universe
from hatch_elixir_workers.config import DEFAULT_SHAKE
from hatch_elixir_workers.machine import Machine, load_machine
from hatch_elixir_workers.paths import priv_dir
from hatch_elixir_workers.relocate import relocated
from hatch_elixir_workers.roots import BOOT_MODULE, exported_roots
from hatch_elixir_workers.shake import Reach, reach
from hatch_elixir_workers.shaken import shaken, shaken_modules

_CONSOLIDATE = Path(__file__).with_name("consolidate.exs")


@dataclass(frozen=True)
class Closure:
    """The modules and plain files to pack, and what the named modules call themselves but nothing provides."""

    modules: dict[str, BeamModule]
    files: dict[str, bytes]
    missing: tuple[Missing, ...]
    reach: Reach


def with_stdlib(named: Mapping[str, BeamModule], level: str = DEFAULT_SHAKE, *, condense: bool = False) -> Closure:
    """The named modules and everything they can reach, at a level of `shake`; with condensed code if wanted.

    Raises MissingToolError, BeamError.
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
    modules = {name: _packable(everything, reached, name, level, condense=condense) for name in names}
    missing = [each for each in check(everything, reached) if not each.via and each.in_application] if machine else []
    installed = mix.toolchain()
    files = {**machine_files(installed), **library_files(installed, modules)}
    return Closure(modules, files, tuple(missing), reached)


def _packable(everything: Universe, reached: Reach, name: str, level: str, *, condense: bool) -> BeamModule:
    """A consolidated protocol is compiled here, and would carry the folder it was compiled in."""
    module = shaken(everything, reached, name, level, condense=condense)
    consolidated = everything.sources[name].origin is Origin.CONSOLIDATED
    return relocated(module, [Path.cwd()]) if consolidated else module


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
            (Origin.CONSOLIDATED, [_consolidated(named, installed)]),
            (Origin.STAND_IN, [stand_ins(priv_dir() / "stdlib", installed)]),
            (Origin.ELIXIR, installed.elixir_lib_dirs),
            (Origin.OTP, installed.erl_lib_dirs),
        ]
    )
    for name, module in named.items():
        if name not in found or found.sources[name].origin is not Origin.CONSOLIDATED:
            found.sources[name] = Source(name, Path(module.path), Origin.APP)
    return found


def _consolidated(named: Mapping[str, BeamModule], installed: mix.Toolchain) -> Path:
    """The folder of consolidated protocols: Elixir's own, and those that named modules define or implement."""
    involved = sorted(name for name, module in named.items() if _is_protocol_or_implementation(module))
    elixir = next(folder for folder in installed.elixir_lib_dirs if folder.parent.name == "elixir")
    files = [*sorted(elixir.glob("*.beam")), *(Path(named[name].path) for name in involved)]
    key = cache.digest([b"consolidated", installed.otp_release.encode(), *(file.read_bytes() for file in files)])

    def fill(folder: Path) -> None:
        own = folder / "own"
        own.mkdir()
        for name in involved:
            (own / f"{name}.beam").write_bytes(Path(named[name].path).read_bytes())
        mix.run(["elixir", str(_CONSOLIDATE), str(folder), str(elixir), str(own)])

    return cache.folder("consolidated", key, fill)


def _is_protocol_or_implementation(module: BeamModule) -> bool:
    exports = {(export.function, export.arity) for export in module.exports}
    return ("__protocol__", 1) in exports or ("__impl__", 1) in exports

"""From compiled modules to the bytes of an archive."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from hatch_elixir_workers import condensed_archive
from hatch_elixir_workers.avm import Section, file_section, module_section, write_avm
from hatch_elixir_workers.beam import BeamModule, read_beam, strip
from hatch_elixir_workers.errors import UserError


def collect_beams(paths: Iterable[Path]) -> dict[str, BeamModule]:
    """The modules in these .beam files and folders (searched to any depth), by name.

    Raises UserError for a path that is not there or a module that two different files define; BeamError.
    """
    modules: dict[str, BeamModule] = {}
    for file in _beam_files(paths):
        module = read_beam(file)
        known = modules.setdefault(module.name, module)
        if known is not module and strip(known) != strip(module):
            raise UserError(
                f"module {module.name} is in two files that differ: {known.path} and {module.path}",
                fix="Name only one of them.",
            )
    return modules


def _beam_files(paths: Iterable[Path]) -> Iterable[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        files = sorted(path.rglob("*.beam"))
        if not files:
            raise UserError(f"{path}: there is no .beam file in this folder", fix="Compile the project first.")
        yield from files


def find_start_module(modules: Mapping[str, BeamModule], name: str) -> str:
    """The full name of the start module; `name` may leave out `Elixir.`. Raises UserError."""
    for candidate in (name, f"Elixir.{name}", name.removeprefix(":")):
        if candidate in modules:
            _check_start_function(modules[candidate])
            return candidate
    close = difflib.get_close_matches(name, [module.removeprefix("Elixir.") for module in modules], n=1)
    hint = f"Did you mean {close[0]}?" if close else f"Packed are: {', '.join(sorted(modules)[:10])}"
    raise UserError(f"start module {name} is not among the packed modules", fix=hint)


def _check_start_function(module: BeamModule) -> None:
    if not any((export.function, export.arity) == ("start", 0) for export in module.exports):
        raise UserError(
            f"{module.path}: start module {module.name} does not export start/0",
            fix="Define `start/0` in it, or name another module with --start.",
        )


def build_archive(
    modules: Mapping[str, BeamModule],
    start: str,
    files: Mapping[str, bytes] | None = None,
    *,
    library: Collection[str] | None = None,
) -> bytes:
    """`write_archive` of these modules, stripped."""
    return write_archive({name: strip(module) for name, module in modules.items()}, start, files, library=library)


def write_archive(
    beams: Mapping[str, bytes],
    start: str,
    files: Mapping[str, bytes] | None = None,
    *,
    library: Collection[str] | None = None,
) -> bytes:
    """The archive: the start module, the other modules by name, the plain files by name. Same input, same bytes.

    `beams` are what `beam.strip` returns. The archive is condensed when `library` is given, the names of the modules
    that are of Elixir or OTP; then code may be condensed, too. Raises UserError for names that an archive cannot hold.
    """
    names = [start, *sorted(name for name in beams if name != start)]
    sections: list[Section] = [module_section(name, beams[name], start=name == start) for name in names]
    sections += [file_section(name, data) for name, data in sorted((files or {}).items())]
    try:
        return write_avm(sections) if library is None else condensed_archive.condense(sections, library)
    except ValueError as error:
        raise UserError(f"these modules and files cannot be packed: {error}") from None

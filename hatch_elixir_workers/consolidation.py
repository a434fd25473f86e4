"""Protocols consolidated where mix has not: for `elixir-workers pack`, and for projects that want none consolidated."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from hatch_elixir_workers import cache, mix
from hatch_elixir_workers.beam import BeamModule, read_beam
from hatch_elixir_workers.beam_file import write_chunks
from hatch_elixir_workers.relocate import relocated

_CONSOLIDATE = Path(__file__).with_name("consolidate.exs")
_PROTOCOL, _IMPLEMENTATION = ("__protocol__", 1), ("__impl__", 1)
# Where it runs, since file names in what it writes are below this folder: the same for everybody.
_WORKING_FOLDER = Path("/")


def is_protocol(module: BeamModule) -> bool:
    """Elixir's `defprotocol` made it."""
    return _PROTOCOL in _exports(module)


def consolidated(modules: Iterable[BeamModule], installed: mix.Toolchain) -> Path:
    """The folder of consolidated protocols: Elixir's own, and those among these modules, with implementations of both.

    A protocol without debug information is not there. Made once for the same content.
    """
    wanted = (Path(each.path) for each in modules if not _exports(each).isdisjoint((_PROTOCOL, _IMPLEMENTATION)))
    involved = sorted(wanted, key=lambda file: file.name)
    elixir = next(folder for folder in installed.elixir_lib_dirs if folder.parent.name == "elixir")
    files = [_CONSOLIDATE, *sorted(elixir.glob("*.beam")), *involved]
    key = cache.digest([b"consolidated", installed.otp_release.encode(), *(file.read_bytes() for file in files)])

    def fill(folder: Path) -> None:
        own = folder / "own"
        own.mkdir()
        for file in involved:
            (own / file.name).write_bytes(file.read_bytes())
        command = [mix.tool("elixir"), str(_CONSOLIDATE), str(folder), str(elixir), str(own)]
        mix.run(command, cwd=_WORKING_FOLDER)
        for file in sorted(folder.glob("*.beam")):
            file.write_bytes(write_chunks(relocated(read_beam(file), [_WORKING_FOLDER]).chunks))

    return cache.folder("consolidated", key, fill)


def _exports(module: BeamModule) -> set[tuple[str, int]]:
    return {(export.function, export.arity) for export in module.exports}

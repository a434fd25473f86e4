"""All of the installed OTP and Elixir: the packer and the machine read every function, and what is absent is known."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from hatch_elixir_workers.absent import Group, absent
from hatch_elixir_workers.avm import file_section, read_avm, write_avm
from hatch_elixir_workers.condensed_archive import SECTION

TESTS = Path(__file__).resolve().parent
sys.path[:0] = [str(TESTS / "vm"), str(TESTS / "support")]
machines = importlib.import_module("machines")
libraries = importlib.import_module("libraries")


@pytest.mark.parametrize("condensed", [False, True], ids=["whole", "condensed"])
def test_every_function_of_the_libraries_loads(tmp_path: Path, *, condensed: bool) -> None:
    modules = libraries.installed(with_stand_ins=False)
    archive = tmp_path / "libraries.avm"
    archive.write_bytes(libraries.archive(modules, condensed=condensed))
    machine = machines.build("native")
    loaded = subprocess.run([machine.binary, "--check-load", archive], capture_output=True, text=True, check=False)
    *failures, counts = loaded.stdout.splitlines()
    assert failures == []
    assert counts.startswith(f"{len(modules.sources)} modules, ")
    assert len(modules.sources) > 1000
    assert loaded.returncode == 0


def test_every_unresolved_function_is_known_with_its_reason() -> None:
    functions = libraries.unresolved(libraries.installed(with_stand_ins=True), libraries.natives())
    assert [str(mfa) for mfa in libraries.unnamed(functions, absent())] == []


def test_damage_is_found(tmp_path: Path) -> None:
    modules = libraries.installed(with_stand_ins=False)
    content = bytearray(libraries.archive(type(modules)({"lists": modules.sources["lists"]})))
    content[content.index(b"Code") + 28] = 255  # the first instruction, behind the headers of the chunk and the code
    (tmp_path / "damaged.avm").write_bytes(content)
    machine = machines.build("native")
    loaded = subprocess.run(
        [machine.binary, "--check-load", tmp_path / "damaged.avm"], capture_output=True, text=True, check=False
    )
    assert loaded.returncode == 2
    assert "lists: module lists: damaged chunk Code: unknown instruction 255" in loaded.stdout


def check_load(archive: Path, content: bytes) -> subprocess.CompletedProcess[str]:
    archive.write_bytes(content)
    binary = machines.build("native").binary
    return subprocess.run([binary, "--check-load", archive], capture_output=True, text=True, check=False)


def test_damage_of_a_condensed_archive_is_found(tmp_path: Path) -> None:
    modules = libraries.installed(with_stand_ins=False)
    some = type(modules)({name: modules.sources[name] for name in ("erl_lint", "lists", "maps")})
    content = libraries.archive(some, condensed=True)
    stream = read_avm(content)[0].data
    whole = check_load(tmp_path / "whole.avm", content)
    assert (whole.returncode, whole.stdout[:9]) == (0, "3 modules")

    # `erl_lint` is in the second block: the others do not need what is missing.
    cut = check_load(tmp_path / "cut.avm", write_avm([file_section(SECTION, stream[:-1000])]))
    assert cut.returncode == 2
    assert cut.stdout.splitlines()[0] == "erl_lint: module erl_lint: damaged chunk Code"
    assert "3 modules" in cut.stdout
    assert "; 1 failed" in cut.stdout

    for size in (0, 1, 5, 200):
        short = check_load(tmp_path / "short.avm", write_avm([file_section(SECTION, stream[:size])]))
        assert short.returncode == 2
        assert "the condensed archive is damaged" in short.stderr


@pytest.mark.parametrize("group", absent(), ids=lambda group: group.title)
def test_no_group_names_a_native(group: Group) -> None:
    """A name without `*` that the machine has by now does not belong into the list."""
    there = {str(mfa) for mfa in libraries.natives()}
    assert [pattern for pattern in group.patterns if pattern in there] == []

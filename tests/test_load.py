"""All of the installed OTP and Elixir: the packer and the machine read every function, and what is absent is known."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from hatch_elixir_workers.absent import Group, absent

TESTS = Path(__file__).resolve().parent
sys.path[:0] = [str(TESTS / "vm"), str(TESTS / "support")]
machines = importlib.import_module("machines")
libraries = importlib.import_module("libraries")


@pytest.mark.parametrize("taken_apart", [False, True], ids=["whole", "taken apart"])
def test_every_function_of_the_libraries_loads(tmp_path: Path, *, taken_apart: bool) -> None:
    modules = libraries.installed(with_stand_ins=False)
    archive = tmp_path / "libraries.avm"
    archive.write_bytes(libraries.archive(modules, taken_apart=taken_apart))
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


@pytest.mark.parametrize("group", absent(), ids=lambda group: group.title)
def test_no_group_names_a_native(group: Group) -> None:
    """A name without `*` that the machine has by now does not belong into the list."""
    there = {str(mfa) for mfa in libraries.natives()}
    assert [pattern for pattern in group.patterns if pattern in there] == []

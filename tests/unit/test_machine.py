from __future__ import annotations

from pathlib import Path

import pytest

from hatch_elixir_workers.beam import MFA
from hatch_elixir_workers.errors import VmError
from hatch_elixir_workers.machine import load_machine


@pytest.fixture
def priv(tmp_path: Path) -> Path:
    (tmp_path / "atomvm.wasm").write_bytes(b"\0asm")
    (tmp_path / "atomvm-linkable.wasm").write_bytes(b"\0asm")
    (tmp_path / "natives.json").write_text(
        '{"vm_version": "0.1.0", "natives": [["crypto", "hash_nif", 2], ["lists", "sort", 1]],'
        ' "declining": [["lists", "sort", 1]]}'
    )
    return tmp_path


def test_a_machine(priv: Path) -> None:
    machine = load_machine(priv)
    assert machine.version == "0.1.0"
    assert machine.natives == {MFA("lists", "sort", 1), MFA("crypto", "hash_nif", 2)}
    assert machine.declining == {MFA("lists", "sort", 1)}
    assert machine.wasm == priv / "atomvm.wasm"


def test_code_that_evaluates_gets_the_whole_machine(priv: Path) -> None:
    assert load_machine(priv).for_modules(["lists", "erl_eval"], []) == b"\0asm"


@pytest.mark.parametrize("part", ["atomvm.wasm", "atomvm-linkable.wasm", "natives.json"])
def test_a_part_is_missing(priv: Path, part: str) -> None:
    (priv / part).unlink()
    with pytest.raises(VmError) as caught:
        load_machine(priv)
    assert str(caught.value) == (
        f"{priv / part} is missing: the virtual machine has not been built.\n"
        "Install hatch-elixir-workers from a wheel, which carries it; in a checkout of its sources, "
        "run `make vm` (or `pip install .`)."
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"vm_version": "1", "natives": [["a"]]}',
        '{"natives": []}',
        '{"vm_version": "1", "natives": []}',
    ],
)
def test_damaged_natives(priv: Path, text: str) -> None:
    (priv / "natives.json").write_text(text)
    with pytest.raises(VmError, match=r"natives\.json is damaged \("):
        load_machine(priv)

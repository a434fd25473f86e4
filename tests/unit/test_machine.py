from __future__ import annotations

from pathlib import Path

import pytest

from hatch_elixir_workers.beam import MFA
from hatch_elixir_workers.errors import VmError
from hatch_elixir_workers.machine import load_machine


@pytest.fixture
def priv(tmp_path: Path) -> Path:
    (tmp_path / "atomvm.wasm").write_bytes(b"\0asm")
    (tmp_path / "atomvm-core.wasm").write_bytes(b"\0asm")
    (tmp_path / "natives.json").write_text(
        '{"vm_version": "0.1.0", "core": {"wasm": "atomvm-core.wasm", "lacks": [["crypto", "hash_nif", 2]]},'
        ' "natives": [["crypto", "hash_nif", 2], ["lists", "sort", 1]], "declining": [["lists", "sort", 1]]}'
    )
    return tmp_path


def test_a_machine(priv: Path) -> None:
    machine = load_machine(priv)
    assert machine.version == "0.1.0"
    assert machine.natives == {MFA("lists", "sort", 1), MFA("crypto", "hash_nif", 2)}
    assert machine.declining == {MFA("lists", "sort", 1)}
    assert machine.wasm == priv / "atomvm.wasm"


def test_the_core_is_for_applications_that_reach_nothing_beyond_it(priv: Path) -> None:
    machine = load_machine(priv)
    assert machine.smallest_with([]) == priv / "atomvm-core.wasm"
    assert machine.smallest_with([MFA("erlang", "length", 1)]) == priv / "atomvm-core.wasm"
    assert machine.smallest_with([MFA("erlang", "length", 1), MFA("crypto", "hash_nif", 2)]) == priv / "atomvm.wasm"


def test_a_machine_without_core(priv: Path) -> None:
    (priv / "natives.json").write_text('{"vm_version": "0.1.0", "natives": [["erlang", "length", 1]], "declining": []}')
    assert load_machine(priv).smallest_with([]) == priv / "atomvm.wasm"


@pytest.mark.parametrize("part", ["atomvm.wasm", "atomvm-core.wasm", "natives.json"])
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
        '{"vm_version": "1", "core": 1, "natives": []}',
    ],
)
def test_damaged_natives(priv: Path, text: str) -> None:
    (priv / "natives.json").write_text(text)
    with pytest.raises(VmError, match=r"natives\.json is damaged \("):
        load_machine(priv)

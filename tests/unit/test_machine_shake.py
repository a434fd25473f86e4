"""The machine with some natives only, run: what it has works, what it lacks is `undef`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hatch_elixir_workers import wasm_linked as wasm
from hatch_elixir_workers.beam import MFA, read_beam
from hatch_elixir_workers.errors import VmError
from hatch_elixir_workers.machine import Machine, load_machine
from hatch_elixir_workers.machine_shake import shake_machine
from hatch_elixir_workers.pack import build_archive
from hatch_elixir_workers.paths import priv_dir

SOURCE = """-module(shaken).
-export([start/0]).

start() ->
    erlang:display(erlang:atom_to_list(seen)),
    erlang:display(catch erlang:md5(<<"text">>)),
    erlang:display(catch lists:member(b, [a, b])).
"""
DISPLAY = frozenset({MFA("erlang", "display", 1), MFA("erlang", "atom_to_list", 1)})
MD5 = MFA("erlang", "md5", 1)


@pytest.fixture(scope="module")
def machine() -> Machine:
    return load_machine(priv_dir())


@pytest.fixture(scope="module")
def linkable(machine: Machine) -> bytes:
    assert machine.linkable is not None
    return machine.linkable.read_bytes()


@pytest.fixture
def printed(compile_erl: Callable[..., Path], tmp_path: Path) -> Callable[[bytes], list[str]]:
    def run(shaken: bytes) -> list[str]:
        beam = read_beam(compile_erl(SOURCE))
        (tmp_path / "shaken.avm").write_bytes(build_archive({beam.name: beam}, beam.name))
        (tmp_path / "vm.wasm").write_bytes(shaken)
        command = ["run", str(tmp_path / "shaken.avm"), "--vm", str(tmp_path / "vm.wasm")]
        module = [sys.executable, "-m", "hatch_elixir_workers", *command]
        done = subprocess.run(module, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    return run


def test_natives_that_are_reached_work(machine: Machine, printed: Callable[[bytes], list[str]]) -> None:
    seen, digest, member = printed(machine.with_natives(DISPLAY | {MD5, MFA("lists", "member", 2)}))
    assert seen == '"seen"'
    assert digest.startswith("<<28,178")
    assert member == "true"


def test_natives_that_are_not_reached_are_undefined(machine: Machine, printed: Callable[[bytes], list[str]]) -> None:
    seen, digest, member = printed(machine.with_natives(DISPLAY))
    assert seen == '"seen"'
    assert digest.startswith("{'EXIT',{undef,[{erlang,md5,[<<")
    assert member.startswith("{'EXIT',{undef,[{lists,member,[b,[a,b]]")


def test_what_only_other_natives_need_is_gone(linkable: bytes) -> None:
    linked = wasm.read_linked(linkable)
    code = {natives: _bodies(shake_machine(linkable, natives)) for natives in (DISPLAY, DISPLAY | {MD5})}
    kept = [len(bodies) for bodies in code.values()]
    assert kept[0] < kept[1] < len(linked.bodies) * 2 / 3
    trap = bytes((0, 0, 0x0B))
    for bodies in code.values():
        assert bodies[-1] == trap
        assert bodies.count(trap) < 5


def _exports(machine: bytes) -> list[str]:
    data = next(section.data for section in wasm.read_sections(machine) if section.id == wasm.EXPORT)
    reader = wasm.Reader(data)
    return [(reader.name(), reader.byte(), reader.unsigned())[0] for _ in range(reader.unsigned())]


def test_a_machine_for_workers_is_no_command(linkable: bytes) -> None:
    command, worker = (shake_machine(linkable, DISPLAY, is_command=each) for each in (True, False))
    assert {*_exports(command)} - {*_exports(worker)} == {"_start"}
    assert len(_bodies(worker)) < len(_bodies(command)) - 20


def test_no_zeros_are_written(linkable: bytes) -> None:
    linked = wasm.read_linked(linkable)
    data = next(
        section.data for section in wasm.read_sections(shake_machine(linkable, DISPLAY)) if section.id == wasm.DATA
    )
    whole = next(section.data for section in linked.sections if section.id == wasm.DATA)
    assert b"\0" * 16 not in data
    assert len(data) < len(whole) / 4
    segments = [*wasm.read_segments(data)]
    ends = [address + run.end - run.start for address, run in segments]
    assert all(end < address for end, (address, _) in zip(ends, segments[1:], strict=False))
    now, before = _memory(data), _memory(whole)
    assert all(byte in (0, was) for byte, was in zip(now, before, strict=False))
    assert len(now) <= len(before)


def _memory(data: bytes) -> bytes:
    memory = bytearray()
    for address, run in wasm.read_segments(data):
        memory += bytes(address - len(memory))
        memory += data[run.start : run.end]
    return bytes(memory)


def _bodies(machine: bytes) -> list[bytes]:
    code = next(section.data for section in wasm.read_sections(machine) if section.id == wasm.CODE)
    return [code[run.start : run.end] for run in wasm.read_bodies(code)]


def test_the_same_natives_are_the_same_machine(linkable: bytes) -> None:
    assert shake_machine(linkable, [MD5, *sorted(DISPLAY)]) == shake_machine(linkable, DISPLAY | {MD5})


def test_a_machine_without_the_table_of_natives(linkable: bytes) -> None:
    assert linkable.count(b"native_rows") == 1
    with pytest.raises(VmError, match="has no table of natives"):
        shake_machine(linkable.replace(b"native_rows", b"native_sows"), DISPLAY)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "no WebAssembly"),
        (b"\0asm\1\0\0\0", "KeyError"),
        (b"\0asm\1\0\0\0\x01\x7f", "IndexError"),
    ],
)
def test_a_damaged_machine(data: bytes, problem: str) -> None:
    with pytest.raises(VmError, match=rf"linkable virtual machine is damaged.*{problem}"):
        shake_machine(data, [])

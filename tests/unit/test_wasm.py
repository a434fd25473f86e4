from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from hatch_elixir_workers.paths import vm_path
from hatch_elixir_workers.wasm import FUNCTION, GLOBAL, MEMORY, TABLE, TAG, Import, Interface, WasmError, read_interface

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
start_only = importlib.import_module("start_only").start_only

HEADER = b"\0asm\1\0\0\0"


def section(number: int, content: bytes) -> bytes:
    return bytes([number, len(content)]) + content


def name(text: str) -> bytes:
    return bytes([len(text)]) + text.encode()


def test_imports_of_every_kind_and_exports() -> None:
    imports = [
        (name("a") + name("f") + b"\0\x85\1", Import("a", "f", FUNCTION)),
        (name("a") + name("t") + b"\1\x70\1\1\2", Import("a", "t", TABLE)),
        (name("a") + name("m") + b"\2\0\x80\2", Import("a", "m", MEMORY)),
        (name("b") + name("g") + b"\3\x7f\1", Import("b", "g", GLOBAL)),
        (name("b") + name("é") + b"\4\0\1", Import("b", "é", TAG)),
    ]
    # "é" is two bytes.
    imports[4] = (name("b") + b"\2" + "é".encode() + b"\4\0\1", imports[4][1])
    exports = name("run") + b"\0\5" + name("memory") + b"\2\0"
    module = HEADER + section(0, b"custom") + section(2, b"\5" + b"".join(raw for raw, _ in imports))
    interface = read_interface(module + section(7, b"\2" + exports))
    assert interface == Interface(tuple(each for _, each in imports), {"run": FUNCTION, "memory": MEMORY})
    assert interface.functions == {"run"}


def test_a_module_without_either() -> None:
    assert read_interface(HEADER) == Interface((), {})


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "does not begin with the bytes of a WebAssembly module"),
        (b"#!/usr/bin/env AtomVM\n\0\0", "does not begin with the bytes of a WebAssembly module"),
        (b"\0asm\x0d\0\1\0", "version 0d000100, not a module of version 1"),
        (HEADER + b"\2\5\1", "ends in the middle of a section"),
        (HEADER + section(2, b"\2" + name("a")), "ends in the middle of a section"),
        (HEADER + section(2, b"\1" + name("a") + name("f") + b"\x09"), "the import a.f is of the unknown kind 9"),
        (HEADER + section(7, b"\1\1\xff\0\0"), "a name in it is not UTF-8"),
        (HEADER + b"\2\xff\xff\xff\xff\xff\1", "a number in it has more than 32 bits"),
    ],
)
def test_bytes_that_are_no_module(data: bytes, why: str) -> None:
    with pytest.raises(WasmError, match=why):
        read_interface(data)


def test_the_machine_of_this_checkout() -> None:
    interface = read_interface(vm_path().read_bytes())
    assert {each.module for each in interface.imports} == {"wasi_snapshot_preview1"}
    assert {"_start", "vm_boot", "vm_run"} <= interface.functions
    assert interface.exports["memory"] == MEMORY
    assert read_interface(start_only(vm_path().read_bytes())) == Interface(
        interface.imports, {"memory": MEMORY, "_start": FUNCTION}
    )

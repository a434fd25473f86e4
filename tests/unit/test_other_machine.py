from __future__ import annotations

import importlib
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hatch_elixir_workers.avm import file_section, module_section, write_avm
from hatch_elixir_workers.beam import MFA, parse_beam, strip
from hatch_elixir_workers.check import check
from hatch_elixir_workers.collect import Origin, universe
from hatch_elixir_workers.config import TARGET_TABLE, VmPaths
from hatch_elixir_workers.errors import ConfigError
from hatch_elixir_workers.other_machine import REACTOR_EXPORTS, WASI_FUNCTIONS, other_machine, read_library
from hatch_elixir_workers.paths import priv_dir, vm_path
from hatch_elixir_workers.pipeline import say_what_the_library_lacks
from hatch_elixir_workers.selection import Selection
from hatch_elixir_workers.shake import reach
from hatch_elixir_workers.shaken import shaken, shaken_modules

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
start_only = importlib.import_module("start_only").start_only

CompileErl = Callable[..., Path]

HEADER = b"\0asm\1\0\0\0"
LISTS = "-module(lists).\n-export([reverse/1, mine/0]).\nreverse(L) -> erlang:nif_error(L).\nmine() -> ok.\n"
BOARD = "-module(board).\n-export([pins/0]).\npins() -> gone:f().\n"


def both(paths: VmPaths, root: Path) -> None:
    other_machine(paths, root)
    read_library(paths, root)


def problems(paths: VmPaths, root: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        both(paths, root)
    prefix = f"{TARGET_TABLE}.vm."
    assert all(problem.startswith(prefix) for problem in caught.value.problems)
    return [problem.removeprefix(prefix).replace(str(root), "ROOT") for problem in caught.value.problems]


def wasm(imports: list[tuple[str, str, bytes]], exports: list[tuple[str, bytes]]) -> bytes:
    def name(text: str) -> bytes:
        return bytes([len(text)]) + text.encode()

    def section(number: int, entries: list[bytes]) -> bytes:
        content = bytes([len(entries)]) + b"".join(entries)
        assert len(content) < 128
        return bytes([number, len(content)]) + content

    wanted = section(2, [name(module) + name(field) + kind for module, field, kind in imports])
    return HEADER + wanted + section(7, [name(field) + kind for field, kind in exports])


MEMORY = ("memory", b"\2\0")
START = ("_start", b"\0\0")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "vm.wasm").write_bytes(wasm([("wasi_snapshot_preview1", "fd_write", b"\0\0")], [MEMORY, START]))
    return tmp_path


def test_a_machine_with_start_alone(root: Path) -> None:
    machine = other_machine(VmPaths("vm.wasm"), root)
    assert (machine.is_reactor, machine.is_own, machine.natives_known, machine.version) == (False, False, False, None)
    assert machine.wasm == root / "vm.wasm"
    assert machine.for_modules(["lists"], [MFA("crypto", "hash_nif", 2)]) == machine.wasm.read_bytes()


def test_a_machine_that_a_worker_can_call(root: Path) -> None:
    (root / "vm.wasm").write_bytes(vm_path().read_bytes())
    (root / "natives.json").write_bytes((priv_dir() / "natives.json").read_bytes())
    machine = other_machine(VmPaths("vm.wasm", natives="natives.json"), root)
    assert (machine.is_reactor, machine.natives_known) == (True, True)
    assert MFA("lists", "reverse", 1) in machine.natives
    assert machine.declining < machine.natives
    (root / "vm.wasm").write_bytes(start_only(vm_path().read_bytes()))
    assert other_machine(VmPaths("vm.wasm"), root).is_reactor is False


def test_lists_are_those_of_the_worker() -> None:
    worker = priv_dir() / "worker"
    exports = re.search(r"const EXPORTS = Object.freeze\([^\[]*\[(.*?)\]\)", (worker / "vm.js").read_text(), re.S)
    assert exports is not None
    assert set(re.findall(r'"(\w+)"', exports[1])) == REACTOR_EXPORTS
    wasi = (worker / "wasi.js").read_text()
    named = set(re.findall(r"^    (\w+): \(", wasi, re.M)) | set(
        re.findall(r'"(\w+)"', wasi.partition("NOT_SUPPORTED")[2])
    )
    assert named >= WASI_FUNCTIONS


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"nothing", "cannot be used: it does not begin with the bytes of a WebAssembly module"),
        (
            wasm(
                [("env", "emscripten_sleep", b"\0\0"), ("wasi_snapshot_preview1", "fd_dup", b"\0\0")], [MEMORY, START]
            ),
            "imports env.emscripten_sleep (function), wasi_snapshot_preview1.fd_dup (function); "
            "a worker has the functions of wasi_snapshot_preview1 and nothing else: "
            "this is a build for browsers, by Emscripten; take one for WASI",
        ),
        (
            wasm([("env", f"f{i}", b"\0\0") for i in range(7)], [MEMORY, START]),
            "imports env.f0 (function), env.f1 (function), env.f2 (function), env.f3 (function), env.f4 (function) "
            "and 2 more; a worker has the functions of wasi_snapshot_preview1 and nothing else",
        ),
        (
            wasm([("wasi_snapshot_preview1", "memory", b"\2\0\1")], [MEMORY, START]),
            "imports wasi_snapshot_preview1.memory (memory); "
            "a worker has the functions of wasi_snapshot_preview1 and nothing else",
        ),
        (wasm([], [START]), 'does not export its memory as "memory"'),
        (
            wasm([], [MEMORY, ("main", b"\0\0")]),
            "exports neither `_start` nor what a worker calls (docs/reference/host-abi.md)",
        ),
    ],
)
def test_a_file_that_is_no_machine(root: Path, content: bytes, problem: str) -> None:
    (root / "vm.wasm").write_bytes(content)
    (told,) = problems(VmPaths("vm.wasm"), root)
    assert told == f"wasm names ROOT/vm.wasm, which {problem}"


def test_all_that_is_wrong_with_a_module_is_said_at_once(root: Path) -> None:
    (root / "vm.wasm").write_bytes(wasm([("env", "f", b"\0\0")], []))
    assert len(problems(VmPaths("vm.wasm"), root)) == 3


def test_files_that_are_not_there(root: Path) -> None:
    assert problems(VmPaths("no.wasm"), root) == ['wasm names "no.wasm", and there is no file ROOT/no.wasm']
    assert problems(VmPaths("vm.wasm", natives="n.json"), root) == [
        'natives names "n.json", and there is no file ROOT/n.json'
    ]
    assert problems(VmPaths("vm.wasm", stdlib="lib.avm"), root) == [
        'stdlib names "lib.avm", and there is no file ROOT/lib.avm'
    ]
    (root / "lib").mkdir()
    assert problems(VmPaths("vm.wasm", stdlib="lib"), root) == [
        'stdlib names "lib", and there are no .beam files in ROOT/lib'
    ]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is no JSON (Expecting value: line 1 column 1 (char 0))"),
        (HEADER + b"\xff" * 1000, "it is no JSON (invalid start byte)"),
        (b"[]", 'it is no object with "natives"'),
        (b"{}", 'it is no object with "natives"'),
        (b'{"natives": 1}', '"natives" is no array'),
        (b'{"natives": [["lists", "sort", 1], ["a"]]}', '"natives" has ["a"]'),
        (b'{"natives": ["lists:sort/1"]}', '"natives" has "lists:sort/1"'),
        (b'{"natives": [["a", "b", "1"]]}', '"natives" has ["a", "b", "1"]'),
        (b'{"natives": [["a", "b", -1]]}', '"natives" has ["a", "b", -1]'),
        (b'{"natives": [["a", "b", 256]]}', '"natives" has ["a", "b", 256]'),
        (b'{"natives": [["a", "b", true]]}', '"natives" has ["a", "b", true]'),
        (b'{"natives": [], "declining": [1]}', '"declining" has 1'),
        (b'{"natives": [["%s", 1]]}' % (b"a" * 100), f'"natives" has ["{"a" * 58}'),
    ],
)
def test_natives_that_are_none(root: Path, content: bytes, why: str) -> None:
    (root / "n.json").write_bytes(content)
    (told,) = problems(VmPaths("vm.wasm", natives="n.json"), root)
    assert (
        told == f'natives names ROOT/n.json, which is no table of natives, {{"natives": [["lists", "sort", 1]]}}: {why}'
    )


def archive(root: Path, *beams: Path, **files: bytes) -> None:
    modules = [module_section(each.stem, strip(parse_beam(each.read_bytes()))) for each in beams]
    (root / "lib.avm").write_bytes(write_avm([*modules, *(file_section(name, data) for name, data in files.items())]))


def test_a_library_is_an_archive_or_a_folder(root: Path, compile_erl: CompileErl) -> None:
    beams = [compile_erl(LISTS), compile_erl(BOARD)]
    archive(root, *beams, note=b"text")
    packed = read_library(VmPaths("vm.wasm", stdlib="lib.avm"), root)
    assert packed is not None
    assert sorted(path.name for path in packed.folder.iterdir()) == ["board.beam", "lists.beam"]
    assert dict(packed.files) == {"note": b"text"}
    (root / "lib" / "ebin").mkdir(parents=True)
    for beam in beams:
        (root / "lib" / "ebin" / beam.name).write_bytes(beam.read_bytes())
    folder = read_library(VmPaths("vm.wasm", stdlib="lib"), root)
    assert folder is not None
    assert sorted(path.name for path in folder.folder.iterdir()) == ["board.beam", "lists.beam"]
    assert read_library(VmPaths("vm.wasm"), root) is None


def test_libraries_that_cannot_be_read(root: Path, compile_erl: CompileErl) -> None:
    paths = VmPaths("vm.wasm", stdlib="lib.avm")
    (root / "lib.avm").write_bytes(b"nothing")
    assert problems(paths, root)[0].startswith("stdlib names no archive: ROOT/lib.avm")
    (root / "lib.avm").write_bytes(write_avm([file_section("a", b"b")]))
    assert problems(paths, root) == ["stdlib names an archive without a module: ROOT/lib.avm"]
    (root / "lib.avm").write_bytes(write_avm([module_section("lists", b"FOR1")]))
    assert problems(paths, root)[0].startswith("stdlib holds a module that cannot be read: lists.beam")
    board = strip(parse_beam(compile_erl(BOARD).read_bytes()))
    (root / "lib.avm").write_bytes(write_avm([module_section("lists", board)]))
    assert problems(paths, root) == ['stdlib holds module "board" under the name "lists"']


APP = """-module(my_app).
-export([start/0]).
start() ->
    lists:reverse([]), lists:sort([]), other:native(), gone:f(), atomvm:anything(), 'Elixir.AtomVM.Pins':read(1),
    'Elixir.Text':upper(), 'Elixir.Text':lower().
"""
TEXT = "-module('Elixir.Text').\n-export([upper/0]).\nupper() -> ok.\n"
INSTALLED_LISTS = "-module(lists).\n-export([sort/1]).\nsort(L) -> L.\n"
OTHER = "-module(other).\n-export([native/0]).\nnative() -> erlang:nif_error(undef).\n"


def test_the_check_knows_the_library_and_nothing_of_natives(root: Path, compile_erl: CompileErl) -> None:
    archive(root, compile_erl(LISTS), compile_erl(BOARD), compile_erl(TEXT))
    library = read_library(VmPaths("vm.wasm", stdlib="lib.avm"), root)
    assert library is not None
    installed = [compile_erl(INSTALLED_LISTS).parent, compile_erl(OTHER).parent]
    everything = universe(
        [(Origin.APP, [compile_erl(APP).parent]), (Origin.VM_STDLIB, [library.folder]), (Origin.OTP, installed)]
    )
    reached = reach(everything, [(MFA("my_app", "start", 0), "test")])
    told = [str(each) for each in check(everything, reached, natives_known=False)]
    assert [line.partition(" calls ")[2] for line in told] == [
        ":gone.f/0: no application, dependency or library has this module",
        "Text.lower/0: the module does not export it",
    ]
    known = [str(each).partition(" calls ")[2].partition(":")[0] for each in check(everything, reached)]
    assert len(known) > 1, "with known natives, what is none of them is missing"
    # All of the library is packed, and whole; of the installed modules what is reached.
    names = shaken_modules(everything, reached, "functions")
    assert names == ["Elixir.Text", "board", "lists", "my_app", "other"]
    exports = {(each.function, each.arity) for each in shaken(everything, reached, "lists", "functions").exports}
    assert {("reverse", 1), ("mine", 0)} <= exports


def test_a_natives_table_needs_no_more_than_natives(root: Path) -> None:
    (root / "n.json").write_text(json.dumps({"natives": [["lists", "reverse", 1]]}))
    machine = other_machine(VmPaths("vm.wasm", natives="n.json"), root)
    assert (machine.natives, machine.declining) == (frozenset({MFA("lists", "reverse", 1)}), frozenset())


def test_what_the_library_lacks_is_said(tmp_path: Path) -> None:
    for name in ("logger", "file", "code", "atomvm_init"):
        (tmp_path / f"{name}.erl").write_text("")
    packed = (("Elixir.A", "app"), ("code", "otp"), ("file", "vm-stdlib"), ("lists", "otp"), ("logger", "otp"))
    told: list[str] = []
    modules = tuple((name, origin, b"") for name, origin in packed)
    say_what_the_library_lacks(Selection(modules, (), (), b""), tmp_path, told.append)
    (line,) = told
    assert line.startswith(
        f"warning: the library that {TARGET_TABLE}.vm.stdlib names lacks code, logger: packed are those of"
    )
    say_what_the_library_lacks(Selection(modules[2:4], (), (), b""), tmp_path, told.append)
    assert len(told) == 1

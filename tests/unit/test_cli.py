from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import wasmtime

from hatch_elixir_workers import __version__
from hatch_elixir_workers.condensed_archive import read_archive_file

CompileErl = Callable[..., Path]

HELLO = "-module(hello).\n-export([start/0]).\nstart() -> lists:sum([1, 2, 3]).\n"


def command(
    *arguments: str | Path, cwd: Path | None = None, stdin: str = "", **variables: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hatch_elixir_workers", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **variables},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture(scope="module")
def hello(compile_erl: CompileErl) -> Path:
    return compile_erl(HELLO)


@pytest.fixture
def packed(hello: Path, tmp_path: Path) -> Path:
    done = command("pack", "-o", tmp_path / "hello.avm", "--start", "hello", "--no-stdlib", hello)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return tmp_path / "hello.avm"


def vm(tmp_path: Path, body: str) -> Path:
    """A machine whose `_start` is this WebAssembly text."""
    source = f"""(module
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes (param i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "path_open"
        (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
      (memory (export "memory") 1)
      (data (i32.const 600) "hello.avm")
      (func (export "_start") {body}))"""
    path = tmp_path / "machine.wasm"
    path.write_bytes(wasmtime.wat2wasm(source))
    return path


def test_version() -> None:
    assert command("--version").stdout == f"elixir-workers, version {__version__}\n"


def test_pack_only_what_is_named(packed: Path) -> None:
    assert [section.name for section in read_archive_file(packed)] == ["hello.beam"]


def test_pack_with_what_it_needs(hello: Path, tmp_path: Path) -> None:
    done = command("pack", "-o", tmp_path / "a.avm", "--start", "hello", hello)
    assert (done.returncode, done.stderr) == (0, "")
    names = [section.name for section in read_archive_file(tmp_path / "a.avm")]
    assert names[0] == "hello.beam"
    assert "lists.beam" in names
    assert "gen_tcp.beam" not in names


def test_list(packed: Path) -> None:
    size = len(read_archive_file(packed)[0].data)
    assert json.loads(command("list", packed, "--json").stdout) == [
        {"name": "hello.beam", "flags": ["start", "code"], "size": size}
    ]
    assert command("list", packed).stdout == f"{size:>9}  start+code  hello.beam\n{size:>9}  1 entries\n"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["pack", "-o", "x.avm", "--start", "m"], 2, "Missing argument 'BEAM_OR_DIR...'"),
        (["pack", "-o", "x.avm", "."], 2, "Missing option '--start'"),
        (["pack", "-o", "x.avm", "--start", "m", "none.beam"], 2, "'none.beam' does not exist"),
        (["pack", "-o", "x.avm", "--start", "m", "."], 1, "error: .: there is no .beam file in this folder\nCompile"),
        (["pack", "-o", "x.avm", "--start", "m", "bad.txt"], 1, "error: bad.txt: chunk FOR1, offset 0: not a .beam"),
        (["list", "none.avm"], 1, "error: none.avm: section file, offset 0: cannot be read: No such file"),
        (["list", "bad.txt"], 1, "error: bad.txt: section magic, offset 0: not an .avm archive"),
        (["run", "none.avm", "--vm", "bad.txt"], 1, "error: none.avm: there is no such archive\n"),
        (["run", "bad.txt", "--vm", "none.wasm"], 1, "error: none.wasm: the virtual machine is not there\nCheck --vm."),
        (["run", "bad.txt", "--vm", "bad.txt"], 4, "error: bad.txt: the virtual machine cannot be loaded"),
        (["frobnicate"], 2, "No such command 'frobnicate'"),
    ],
)
def test_bad_input_is_one_message_and_an_exit_code(
    tmp_path: Path, arguments: list[str], code: int, message: str
) -> None:
    (tmp_path / "bad.txt").write_text("not what you think")
    done = command(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (code, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.txt"]


def test_pack_into_a_folder_that_cannot_be_made(hello: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = command("pack", "-o", tmp_path / "file" / "x.avm", "--start", "hello", "--no-stdlib", hello)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("code", [0, 1, 3, 125])
def test_run_gives_the_machines_exit_code(packed: Path, tmp_path: Path, code: int) -> None:
    assert command("run", packed, "--vm", vm(tmp_path, f"(call $exit (i32.const {code}))")).returncode == code


def test_run_to_the_end_is_exit_code_0(packed: Path, tmp_path: Path) -> None:
    assert command("run", packed, "--vm", vm(tmp_path, "nop")).returncode == 0


def test_run_hands_over_arguments(packed: Path, tmp_path: Path) -> None:
    body = """
      (drop (call $args_sizes (i32.const 0) (i32.const 4)))
      (drop (call $args (i32.const 8) (i32.const 100)))
      (i32.store (i32.const 0) (i32.const 100))
      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))"""
    done = command("run", packed, "--vm", vm(tmp_path, body), "one", "--two")
    assert done.stdout == "atomvm\0hello.avm\0one\0--two\0"


def test_run_connects_stdin_stdout_and_stderr(packed: Path, tmp_path: Path) -> None:
    body = """
      (i32.store (i32.const 0) (i32.const 100)) (i32.store (i32.const 4) (i32.const 50))
      (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 4)))
      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
      (drop (call $write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 8)))"""
    done = command("run", packed, "--vm", vm(tmp_path, body), stdin="ping é")
    assert (done.stdout, done.stderr) == ("ping é", "ping é")


# path_open of hello.avm in the first preopened folder, with rights and flags; the error number is the exit code.
OPEN = """(call $exit (call $open (i32.const 3) (i32.const 0) (i32.const 600) (i32.const 9)
            (i32.const {flags}) (i64.const {rights}) (i64.const 0) (i32.const 0) (i32.const 0)))"""
RIGHT_FD_READ, RIGHT_FD_WRITE, OFLAGS_TRUNC = 2, 64, 8


def test_run_shows_the_archives_folder_and_nothing_can_be_written_there(packed: Path, tmp_path: Path) -> None:
    reading = vm(tmp_path, OPEN.format(flags=0, rights=RIGHT_FD_READ))
    assert command("run", packed.name, "--vm", reading, cwd=packed.parent).returncode == 0
    writing = vm(tmp_path, OPEN.format(flags=OFLAGS_TRUNC, rights=RIGHT_FD_WRITE))
    before = packed.read_bytes()
    assert command("run", packed, "--vm", writing).returncode != 0
    assert packed.read_bytes() == before


def test_run_follows_a_link_to_the_archive(packed: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "link.avm").symlink_to(packed)
    reading = vm(tmp_path, OPEN.format(flags=0, rights=RIGHT_FD_READ))
    assert command("run", tmp_path / "elsewhere" / "link.avm", "--vm", reading).returncode == 0


def test_a_trap_is_a_clean_message_and_exit_code_4(packed: Path, tmp_path: Path) -> None:
    done = command("run", packed, "--vm", vm(tmp_path, "unreachable"))
    assert done.returncode == 4
    assert done.stderr.startswith("error: the virtual machine crashed: ")
    assert "unreachable" in done.stderr
    assert "Traceback" not in done.stderr


# ---------------------------------------------------------------- plugins


@pytest.fixture
def site(tmp_path: Path) -> Callable[[str, str], str]:
    """Installs a plugin of one module as pip would; the folder for PYTHONPATH."""

    def install(distribution: str, source: str) -> str:
        module = distribution.replace("-", "_")
        (tmp_path / f"{module}.py").write_text(
            "from pathlib import Path\nfrom hatch_elixir_workers.hookspecs import *\n"
            f"from hatch_elixir_workers.hookspecs import hookimpl\nHERE = Path(__file__).parent\n{source}"
        )
        info = tmp_path / f"{module}-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.2\n")
        (info / "entry_points.txt").write_text(f"[elixir_workers]\n{module} = {module}\n")
        return str(tmp_path)

    return install


LIMIT = """
OPTIONS = (
    Option("per-minute", "integer", required=True, minimum=1),
    Option("mode", "atom", choices=("a", "b")),
    Option("key", "string", pattern="[a-z]+", description="the name of a key"),
)
@hookimpl
def elixir_workers_middleware():
    return [MiddlewareKind("limit", "Limit", OPTIONS, lambda options: None)]
"""


def test_plugins_lists_what_is_built_in() -> None:
    done = command("plugins")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == f"hatch-elixir-workers {__version__} (hatch_elixir_workers)"
    assert "  binding kind d1 (d1_databases): query, batch, bookmark" in lines
    assert "    migrations_dir       folder" in lines
    assert "  middleware etag (ElixirWorkers.Middleware.ETag)" in lines
    assert "  event kind scheduled (ElixirWorkers.Scheduled)" in lines


def test_plugins_lists_what_is_installed(site: Callable[[str, str], str]) -> None:
    done = command("plugins", PYTHONPATH=site("my-limits", LIMIT))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.partition("\n\n")[2].splitlines() == [
        "my-limits 1.2 (my_limits)",
        "  middleware limit (Limit)",
        "    per-minute  integer, at least 1, required",
        "    mode        atom: a | b",
        "    key         string, the name of a key",
    ]


def test_plugins_as_json(site: Callable[[str, str], str]) -> None:
    done = command("plugins", "--json", PYTHONPATH=site("my-limits", LIMIT))
    ours, found = json.loads(done.stdout)
    assert [kind["name"] for kind in ours["bindings"]] == ["kv", "d1"]
    assert Path(ours["bindings"][0]["javascript"]).is_file()
    assert ours["bindings"][1]["fields"][-1] == {
        "name": "remote",
        "type": "boolean",
        "required": False,
        "folder": False,
        "pattern": ".+",
        "description": "",
    }
    assert {key: found[key] for key in ("distribution", "version", "name", "value", "bindings", "problems")} == {
        "distribution": "my-limits",
        "version": "1.2",
        "name": "my_limits",
        "value": "my_limits",
        "bindings": [],
        "problems": [],
    }
    (limit,) = found["middleware"]
    assert sorted(limit) == ["after", "module", "name", "options", "requires"]
    assert limit["options"][1]["choices"] == ["a", "b"]
    (cors, *_) = ours["middleware"]
    defaults = {option["name"]: option.get("default") for option in cors["options"]}
    assert (defaults["origins"], defaults["headers"], defaults["credentials"]) == (None, ["content-type"], False)


def test_plugins_names_the_distribution_of_each_problem(site: Callable[[str, str], str]) -> None:
    site("broken-one", "import nowhere_to_be_found\n")
    path = site("broken-two", LIMIT + "@hookimpl\ndef elixir_workers_bindings():\n    return [1]\n")
    done = command("plugins", "--json", PYTHONPATH=path)
    assert done.returncode == 1
    errors = [
        "plugin broken-one: cannot be imported: ModuleNotFoundError: No module named 'nowhere_to_be_found'",
        "plugin broken-two: elixir_workers_bindings must return BindingKind values, not 1",
    ]
    assert done.stderr.splitlines() == [f"error: {each}" for each in errors]
    _ours, one, two = json.loads(done.stdout)
    assert (one["problems"], two["problems"]) == ([errors[0]], [errors[1]])
    assert [kind["name"] for kind in two["middleware"]] == ["limit"]

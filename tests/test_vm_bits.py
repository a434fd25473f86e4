"""Bit strings, binaries, Unicode, atoms as text and external terms of the VM, against `erl`.

`bits_oracle.erl` makes up calls and lets `erl` answer them; `bits_test.c` runs the same calls on the VM's own natives:
on the machine itself with sanitizers (64-bit words) and as WebAssembly (32-bit words).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
VM = ROOT / "atomvm-wasi"
NATIVES = ["asn1", "atom", "binary", "binary_search", "checksum", "external", "unicode"]
MACHINE = [
    *["arena", "atom", "bignum", "bits", "buffer", "compare", "copy", "decimal", "etf_decode", "etf_encode", "hash"],
    *["heap", "integer", "integer_text", "iolist", "literal", "map", "memory", "number_text", "resource", "sort"],
]
SOURCES = [
    "test/bits_test.c",
    "test/stubs.c",
    *[f"src/{name}.c" for name in MACHINE],
    *[f"src/natives/{name}.c" for name in NATIVES],
]
OPTIONS = ["-std=c17", "-Wall", "-Wextra", "-Werror", "-Isrc"]
ZIG = [sys.executable, "-m", "ziglang"]
KINDS = ["match", "build", "binary", "unicode", "external"]

Runner = Callable[[str, Path], str]


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """The output of a command; its errors too when it fails."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300, errors="replace")
    assert done.returncode == 0, f"{command[0]}: {done.stdout[-4000:]}{done.stderr[-4000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, int], Path]:
    """Writes the cases of a kind, as `erl` answers them, into a file."""
    if shutil.which("erl") is None:
        pytest.skip("needs erl, the Erlang runtime that the VM is compared with")
    work = tmp_path_factory.mktemp("bits_oracle")
    run("erlc", "-o", str(work), str(VM / "test/bits_oracle.erl"))

    def write(kind: str, seed: int) -> Path:
        path = work / f"{kind}-{seed}"
        call = f'bits_oracle:main(["{kind}", "{seed}", "{path}"])'
        run("erl", "-noshell", "-pa", str(work), "-eval", call)
        return path

    return write


@pytest.fixture(scope="module")
def native(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """Runs the test program on this machine, with sanitizers."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("needs a C compiler with sanitizers")
    work = tmp_path_factory.mktemp("bits_native")
    digest = [*ZIG, "build-obj", "-O", "ReleaseSafe", "-fPIC", "-fstrip", "-fno-stack-check"]
    run(*digest, f"-femit-bin={work / 'digest.o'}", "src/digest.zig", cwd=VM)
    sanitize = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"]
    run(compiler, *OPTIONS, *sanitize, *SOURCES, str(work / "digest.o"), "-lm", "-o", str(work / "bits_test"), cwd=VM)
    return lambda mode, cases: run(work / "bits_test", mode, cases)


@pytest.fixture(scope="module")
def wasm(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """Runs the test program as WebAssembly."""
    wasmtime = pytest.importorskip("wasmtime")
    work = tmp_path_factory.mktemp("bits_wasm")
    target = ["-target", "wasm32-wasi"]
    digest = [*ZIG, "build-obj", *target, "-O", "ReleaseSmall", "-fstrip"]
    run(*digest, f"-femit-bin={work / 'digest.o'}", "src/digest.zig", cwd=VM)
    program = work / "bits_test.wasm"
    run(*ZIG, "cc", *target, "-O2", *OPTIONS, *SOURCES, str(work / "digest.o"), "-o", str(program), cwd=VM)
    engine = wasmtime.Engine()
    module = wasmtime.Module.from_file(engine, str(program))

    def start(mode: str, cases: Path) -> str:
        linker, store, wasi = wasmtime.Linker(engine), wasmtime.Store(engine), wasmtime.WasiConfig()
        linker.define_wasi()
        output = work / "output"
        wasi.argv = ["bits_test", mode, f"/cases/{cases.name}"]
        wasi.preopen_dir(str(cases.parent), "/cases")
        wasi.stdout_file = str(output)
        store.set_wasi(wasi)
        code = 0
        try:
            linker.instantiate(store, module).exports(store)["_start"](store)
        except wasmtime.ExitTrap as trap:
            code = trap.code
        text = output.read_text(errors="replace")
        assert code == 0, text[-4000:]
        return text

    return start


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_answers_as_erl_does(kind: str, seed: int, oracle: Callable[[str, int], Path], native: Runner) -> None:
    assert native("cases", oracle(kind, seed)).endswith(" 0 failed\n")


@pytest.mark.parametrize("kind", KINDS)
def test_answers_as_erl_does_with_32_bit_words(kind: str, oracle: Callable[[str, int], Path], wasm: Runner) -> None:
    assert wasm("cases", oracle(kind, 3)).endswith(" 0 failed\n")


@pytest.mark.parametrize("seed", [1, 2])
def test_damaged_external_terms_are_refused(seed: int, oracle: Callable[[str, int], Path], native: Runner) -> None:
    assert " hostile, " in native("hostile", oracle("hostile", seed))


def test_damaged_external_terms_are_refused_with_32_bit_words(oracle: Callable[[str, int], Path], wasm: Runner) -> None:
    assert " hostile, " in wasm("hostile", oracle("hostile", 3))

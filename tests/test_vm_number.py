"""The VM's numbers, comparison, hashes and printing against OTP's results: natively with sanitizers, and as wasm32."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import wasmtime

VM = Path(__file__).resolve().parents[1] / "atomvm-wasi"
TESTED = ["bignum", "integer", "integer_text", "compare", "hash", "phash", "phash2", "number_text", "decimal", "print"]
NATIVES = ["natives/erlang_number", "natives/number_text"]
NEEDED = ["arena", "atom", "bits", "buffer", "copy", "etf_decode", "etf_encode", "heap", "map", "memory", "sort"]
SOURCES = ["test/number_test.c", "test/stubs.c", *(f"src/{name}.c" for name in [*TESTED, *NATIVES, *NEEDED])]
WARNINGS = ["-std=c17", "-Wall", "-Wextra", "-Werror", "-Isrc"]
STACK_BYTES = 256 * 1024

Program = Callable[[Path | None], str]
"""Runs the test program on a file of cases, or on the terms it builds itself; returns what it prints."""


def compile_test(program: Path, *options: str) -> None:
    """Builds number_test.c for the target that the options name."""
    command = [sys.executable, "-m", "ziglang", "cc", *WARNINGS, *options, *SOURCES, "-lm", "-o", str(program)]
    subprocess.run(command, cwd=VM, check=True)


def native_program(directory: Path) -> Program:
    """64-bit words; undefined behaviour ends the program; a small stack."""
    program = directory / "number_test"
    compile_test(program, "-O1", "-g", "-fsanitize=undefined", "-fno-sanitize-recover=undefined")

    def run(cases: Path | None) -> str:
        argument = "" if cases else "built"
        command = f"ulimit -s {STACK_BYTES // 1024}; exec {program} {argument} < {cases or '/dev/null'}"
        return subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=300).stdout

    return run


def wasm_program(directory: Path) -> Program:
    """32-bit words, as the VM runs in the end."""
    program = directory / "number_test.wasm"
    compile_test(program, "-target", "wasm32-wasi", "-O2", f"-Wl,-z,stack-size={STACK_BYTES}")
    engine = wasmtime.Engine()
    module = wasmtime.Module.from_file(engine, str(program))
    linker = wasmtime.Linker(engine)
    linker.define_wasi()

    def run(cases: Path | None) -> str:
        printed = directory / "printed"
        config = wasmtime.WasiConfig()
        config.argv = ["number_test"] if cases else ["number_test", "built"]
        config.stdin_file = str(cases or "/dev/null")
        config.stdout_file = str(printed)
        store = wasmtime.Store(engine)
        store.set_wasi(config)
        start = linker.instantiate(store, module).exports(store)["_start"]
        assert isinstance(start, wasmtime.Func)
        with contextlib.suppress(wasmtime.ExitTrap):  # the program says what failed
            start(store)
        return printed.read_text()

    return run


@pytest.fixture(scope="module", params=[native_program, wasm_program])
def program(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Program:
    """The compiled test program."""
    built: Program = request.param(tmp_path_factory.mktemp("number"))
    return built


@pytest.fixture(scope="module")
def make_cases(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """Writes a file of calls with what erl makes of them."""
    if shutil.which("erlc") is None:
        pytest.fail("there is no Erlang/OTP: run .ci/setup")
    directory = tmp_path_factory.mktemp("oracle")
    subprocess.run(["erlc", str(VM / "test" / "number_oracle.erl")], cwd=directory, check=True)

    def make(seed: int) -> Path:
        cases = directory / f"cases{seed}"
        if not cases.exists():
            command = ["erl", "-noshell", "-run", "number_oracle", "cases", str(seed), str(cases)]
            subprocess.run(command, cwd=directory, check=True, timeout=300)
        return cases

    return make


@pytest.mark.parametrize("seed", [1, 2])
def test_numbers_and_terms_behave_like_otp(program: Program, make_cases: Callable[[int], Path], seed: int) -> None:
    assert program(make_cases(seed)) == "0 failures\n"


def test_built_terms_deep_alike_and_at_the_limit(program: Program) -> None:
    assert program(None) == "0 failures\n"

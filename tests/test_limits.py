"""Memory and other limits: whatever runs out, a defined error comes of it, and the machine goes on."""

from __future__ import annotations

import importlib
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from hatch_elixir_workers.cli import main

TESTS = Path(__file__).resolve().parent
sys.path[:0] = [str(TESTS / "vm")]
machines = importlib.import_module("machines")
oracle_module = importlib.import_module("oracle")
machine: Callable[[str], Any] = cache(machines.build)

MEMORY_CAP = str(48 << 20)
ATOMS_CAP = str(256 << 20)  # the table is full before it
# A sanitizer's report has an exit code of its own.
SANITIZERS = {"ASAN_OPTIONS": "exitcode=99:detect_leaks=0", "UBSAN_OPTIONS": "exitcode=99"}
DEFINED = (0, 1, 2, 3)

LIMITS = ["recursion", "hoarding", "mailbox", "binaries", "processes", "atoms", "tables", "loop", "big"]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`limits.erl`, packed."""
    if shutil.which("erlc") is None:
        pytest.fail("there is no Erlang/OTP: run .ci/setup")
    folder = tmp_path_factory.mktemp("limits")
    subprocess.run(["erlc", "-o", str(folder), str(TESTS / "calls" / "limits.erl")], check=True)
    packed = folder / "limits.avm"
    main(["pack", "-o", str(packed), "--start", "limits", str(folder / "limits.beam")], standalone_mode=False)
    return packed


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("build", ["native", "wasm"])
def test_a_limit_ends_a_process_and_not_the_machine(build: str, limit: str, archive: Path) -> None:
    reason = "killed" if limit == "loop" else "system_limit"
    outcome = machine(build).run(archive, LIMIT=limit, ATOMVM_MEMORY_CAP=ATOMS_CAP if limit == "atoms" else MEMORY_CAP)
    assert (outcome.code, outcome.stdout.decode()) == (0, f"{limit} {reason}\nintact 50500\n"), outcome.stderr


def test_a_memory_cap_that_is_no_number(archive: Path) -> None:
    outcome = machine("native").run(archive, ATOMVM_MEMORY_CAP="1G")
    assert (outcome.code, outcome.stderr) == (2, "atomvm: ATOMVM_MEMORY_CAP is not a number of bytes\n")


SMALL = "-module(small).\n-export([start/0]).\nstart() -> lists:sum(lists:seq(1, 10)).\n"


@pytest.mark.parametrize("build", ["native", "wasm"])
def test_a_memory_cap_that_is_too_small(build: str, tmp_path: Path) -> None:
    """The machine says that it cannot start, or its first process ends for want of memory and the reason is told."""
    (tmp_path / "small.erl").write_text(SMALL)
    subprocess.run(["erlc", "small.erl"], cwd=tmp_path, check=True)
    packed = tmp_path / "small.avm"
    main(["pack", "-o", str(packed), "--start", "small", str(tmp_path / "small.beam")], standalone_mode=False)
    outcomes = [machine(build).run(packed, ATOMVM_MEMORY_CAP=str(kib << 10)) for kib in range(0, 640, 16)]
    assert outcomes[0].code == 3
    assert outcomes[-1].code == 0
    for outcome in outcomes:
        if outcome.code == 3:
            assert re.fullmatch(r"atomvm: \S*small\.avm: out of memory\n", outcome.stderr)
        elif outcome.code == 1:
            assert re.search("^(error: system_limit|exit: {system_limit,memory})$", outcome.stderr, re.M), (
                outcome.stderr
            )
        else:
            assert (outcome.code, outcome.stderr) == (0, "")


def sampled_programs() -> list[Any]:
    """Oracle programs that are quick on the hostile build."""
    wanted = [
        "otp/otp_",
        "ex_process/",
        "ets/ets_basic",
        "ets/ets_match",
        "map/map_flat",
        "binary/bin_sub",
        "ex_regex/re_basic",
    ]
    wanted += ["exception/exc_stack", "process/proc_link", "process/proc_alias", "bif/bif_binary", "io/io_format_basic"]
    return [
        program
        for program in oracle_module.programs()
        if any(program.id.startswith(name) for name in wanted) and not program.skip_hostile
    ]


def stepped(
    variable: Callable[[random.Random], dict[str, str]], seed: int, steps: int, build: str = "hostile"
) -> list[str]:
    """Runs programs with the variable set to many values. What none of the defined ends is, as text."""
    rng = random.Random(seed)
    oracle = oracle_module.Oracle()
    programs = rng.choices(sampled_programs(), k=steps)
    archives = oracle.archives(list({program.id: program for program in programs}.values()))
    wrong = []
    for program in programs:
        environment = variable(rng)
        outcome = machine(build).run(archives[program.id], **SANITIZERS, **environment)
        same = outcome.stdout.replace(b"\r\n", b"\n") == oracle.expected[program.id].stdout
        told = same or outcome.stderr.strip() != ""
        if outcome.code not in DEFINED or not told:
            wrong.append(f"{program.id} {environment}: exit code {outcome.code}\n{outcome.stderr[:3000]}")
    return wrong


def test_the_memory_cap_is_anywhere_for_32_bit_words() -> None:
    def variable(rng: random.Random) -> dict[str, str]:
        return {"ATOMVM_MEMORY_CAP": str(int(10 ** rng.uniform(5, 6.8)))}

    assert stepped(variable, seed=3, steps=40, build="wasm") == []


def test_allocations_fail_at_any_place() -> None:
    def variable(rng: random.Random) -> dict[str, str]:
        return {"ATOMVM_FAIL_ALLOCATIONS": f"{int(10 ** rng.uniform(1, 4.3))},{rng.choice([1, 1, 3, 10, 1000])}"}

    assert stepped(variable, seed=1, steps=20) == []


def test_the_memory_cap_is_anywhere() -> None:
    def variable(rng: random.Random) -> dict[str, str]:
        return {"ATOMVM_MEMORY_CAP": str(int(10 ** rng.uniform(5, 6.8)))}

    assert stepped(variable, seed=2, steps=20) == []

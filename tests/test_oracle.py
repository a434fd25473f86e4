"""Every program under ``tests/vm/`` prints the same on ``erl`` and on each build of the VM."""

from __future__ import annotations

import difflib
import importlib
import os
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import pytest

VM_TESTS = Path(__file__).resolve().parent / "vm"
SUPPORT = VM_TESTS.parent / "support"

# The oracle's worker processes import it by name, too, and take this path over.
sys.path[:0] = [str(VM_TESTS), str(SUPPORT)]
beam_support = importlib.import_module("beam_support")
machines = importlib.import_module("machines")
oracle_module = importlib.import_module("oracle")
sort_maps = importlib.import_module("maps_text").sort_maps
PROGRAMS = oracle_module.programs()


class Runs:
    """Runs the programs that were selected, two at a time, ahead of the tests that look at their outcomes."""

    def __init__(self, items: list[pytest.Item], pool: ThreadPoolExecutor) -> None:
        self.oracle = oracle_module.Oracle()
        self._pool = pool
        self._futures: dict[tuple[str, str], Future[Any]] = {}
        self._selected = [key for item in items if (key := _key(item))]
        self._programs = {program.id: program for program in PROGRAMS}
        self._machine = cache(machines.build)
        self._archives: dict[str, Path] = {}

    def outcome(self, build: str, program: Any) -> Any:
        self._start(build, program.id)
        return self._futures[build, program.id].result()

    def _start(self, build: str, program_id: str) -> None:
        if (build, program_id) in self._futures:
            return
        # A worker of pytest-xdist runs a few of the selected tests only, so it starts them one by one.
        ahead = [(build, program_id)] if "PYTEST_XDIST_WORKER" in os.environ else self._selected
        machine = self._machine(build)
        wanted = [key for key in ahead if key[0] == build]
        self._archives.update(self.oracle.archives([self._programs[key[1]] for key in wanted]))
        for key in wanted:
            self._futures[key] = self._pool.submit(machine.run, self._archives[key[1]])


def _key(item: pytest.Item) -> tuple[str, str] | None:
    callspec = getattr(item, "callspec", None)
    params: dict[str, Any] = callspec.params if callspec else {}
    if "build" not in params or "program" not in params or _skipped(params["build"], params["program"]):
        return None
    return params["build"], params["program"].id


def _skipped(build: str, program: Any) -> str | None:
    reason: str | None = program.skip_hostile if build == "hostile" else None
    return reason


@pytest.fixture(scope="module")
def runs(request: pytest.FixtureRequest) -> Iterator[Runs]:
    pool = ThreadPoolExecutor(max_workers=os.cpu_count() or 1)
    yield Runs(request.session.items, pool)
    pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.id)
@pytest.mark.parametrize("build", machines.BUILDS)
def test_prints_the_same_as_erl(build: str, program: Any, runs: Runs) -> None:
    if reason := _skipped(build, program):
        pytest.skip(reason)
    expected = runs.oracle.expected[program.id]
    outcome = runs.outcome(build, program)
    if not _same(outcome.stdout.replace(b"\r\n", b"\n"), expected.stdout):
        pytest.fail(f"{program.path}\n{_difference(expected.stdout, outcome)}", pytrace=False)
    if outcome.code != (1 if expected.crash else 0):
        pytest.fail(f"{program.path}: exit code {outcome.code}\n{outcome.stderr[-4000:]}", pytrace=False)
    if expected.crash:
        kind, reason = expected.crash.splitlines()[:2]
        assert kind in outcome.stderr
        assert reason in outcome.stderr


@pytest.mark.parametrize("program", oracle_module.as_bundled(), ids=lambda program: program.id)
def test_prints_the_same_on_a_machine_shaken_for_it(program: Any) -> None:
    oracle = oracle_module.Oracle()
    archive, machine = oracle.shaken_machine(program)
    outcome = machines.WasmMachine(machine, optimize=False).run(archive)
    expected = oracle.expected[program.id]
    if not _same(outcome.stdout.replace(b"\r\n", b"\n"), expected.stdout):
        pytest.fail(f"{program.path}\n{_difference(expected.stdout, outcome)}", pytrace=False)
    assert outcome.code == (1 if expected.crash else 0), outcome.stderr[-4000:]


def _same(printed: bytes, expected: bytes) -> bool:
    if printed == expected or oracle_module.otp_release() < 26:
        return printed == expected
    return bool(
        sort_maps(printed.decode(errors="surrogateescape")) == sort_maps(expected.decode(errors="surrogateescape"))
    )


def _difference(expected: bytes, outcome: Any) -> str:
    lines = difflib.unified_diff(
        expected.decode(errors="backslashreplace").splitlines(),
        outcome.stdout.decode(errors="backslashreplace").splitlines(),
        "erl",
        "VM",
        lineterm="",
        n=1,
    )
    text = "\n".join(line[:300] for line in list(lines)[:40])
    return f"{text}\nexit code {outcome.code}\n{outcome.stderr[-4000:]}"


def test_programs_print_the_same_twice_on_erl(tmp_path: Path) -> None:
    oracle = oracle_module.Oracle()
    oracle.run_on_erl(tmp_path)
    assert oracle.read(tmp_path) == oracle.expected


def test_the_documented_cases_are_there() -> None:
    """The page may lag behind: it never claims more than there is."""
    if oracle_module.otp_release() != 25:
        pytest.skip("docs/reference/beam-support.md has the numbers under OTP 25")
    documented = beam_support.written(beam_support.PAGE.read_text(encoding="utf-8"))
    counted = beam_support.counted()
    assert documented.keys() == counted.keys()
    assert {topic for topic, numbers in documented.items() if numbers > counted[topic]} == set()
    assert sum(cases for _, cases in documented.values()) >= 2000

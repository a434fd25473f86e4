"""`make test`: every suite, a line for each, and one total.

`suites.py [NAME…]` runs the suites named. What a suite printed is in `.cache/logs/NAME.log`, and on the console too
when it failed. The exit code is 0 only when every suite ran and nothing failed in it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from example import (
    BIN,
    BINDINGS_SAMPLE,
    D1_TODO,
    EXAMPLES,
    FETCH_CASES,
    GALLERY,
    HELLO,
    KV_COUNTER,
    LOAD,
    NODE,
    OUTBOX,
    PLUGINS,
    QUEUES,
    R2_CASES,
    REPLAYED,
    REPOSITORY,
    SESSIONS,
    STREAMS,
    TOKENS,
    StepError,
    hatch_build,
    hatch_build_replayed,
)

LOGS = REPOSITORY / ".cache" / "logs"
PYTHON = sys.executable
SHOWN_LINES = 150
_FRAMEWORK = REPOSITORY / "priv" / "elixir"


@dataclass(frozen=True)
class Counts:
    """Tests of one suite."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self) -> str:
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    output: str


@dataclass(frozen=True)
class Suite:
    """A name, how it is run, and how its output is counted. `alone`: it keeps all processors busy by itself."""

    name: str
    run: Callable[[], Ran]
    count: Callable[[str], Counts]
    alone: bool = False


@dataclass(frozen=True)
class Result:
    suite: Suite
    counts: Counts
    output: str
    seconds: float


# ---------------------------------------------------------------- what each tool prints


def count_pytest(output: str) -> Counts:
    """The last line: `1 failed, 203 passed, 2 skipped in 9.12s`."""
    lines = [line for line in output.splitlines() if re.search(r"\bin \d+\.\d+s", line)]
    numbers = dict(_named_numbers(lines[-1])) if lines else {}
    failed = numbers.get("failed", 0) + numbers.get("error", 0) + numbers.get("errors", 0)
    return Counts(numbers.get("passed", 0), failed, numbers.get("skipped", 0))


def _named_numbers(line: str) -> list[tuple[str, int]]:
    return [(name, int(number)) for number, name in re.findall(r"(\d+) (\w+)", line)]


def count_mix(output: str) -> Counts:
    """`12 doctests, 140 tests, 1 failure, 2 skipped`, or since Elixir 1.19 `140 passed` and so on."""
    lines = [line for line in output.splitlines() if re.search(r"\d+ (tests?|passed|failures?)\b", line)]
    numbers = dict(_named_numbers(lines[-1])) if lines else {}
    failed = numbers.get("failure", 0) + numbers.get("failures", 0) + numbers.get("failed", 0)
    skipped = numbers.get("skipped", 0)
    kinds = ("doctest", "doctests", "property", "properties", "test", "tests")
    passed = numbers.get("passed", sum(numbers.get(kind, 0) for kind in kinds) - failed - skipped)
    return Counts(passed, failed, skipped)


def count_node(output: str) -> Counts:
    """The closing lines `ℹ pass 80`, `ℹ fail 0`, `ℹ skipped 0`."""
    numbers = {
        name: int(number) for name, number in re.findall(r"^\S+ (pass|fail|cancelled|skipped) (\d+)$", output, re.M)
    }
    failed = numbers.get("fail", 0) + numbers.get("cancelled", 0)
    return Counts(numbers.get("pass", 0), failed, numbers.get("skipped", 0))


def count_checks(output: str) -> Counts:
    """The lines that `_checks` writes."""
    return Counts(len(re.findall(r"^ok: ", output, re.M)), len(re.findall(r"^failed: ", output, re.M)))


# ---------------------------------------------------------------- the suites


def _command(command: Sequence[str | Path], folder: Path = REPOSITORY, **environment: str) -> Ran:
    # Colours and terminal widths of the caller must not get into what tests compare.
    variables = {**os.environ, "NO_COLOR": "1", **environment}
    variables["PATH"] = f"{BIN}{os.pathsep}{variables.get('PATH', '')}"
    for name in ("MIX_ENV", "FORCE_COLOR"):
        variables.pop(name, None)
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    return Ran(done.returncode, done.stdout)


def _checks(commands: Sequence[tuple[Sequence[str | Path], Path]]) -> Ran:
    """Runs all commands, also after one has failed."""
    output, code = "", 0
    for command, folder in commands:
        ran = _command(command, folder, MYPYPATH="tests/support:tests/vm")
        shown = " ".join(Path(part).name if isinstance(part, Path) else part for part in command)
        output += f"{ran.output}{'failed' if ran.code else 'ok'}: {shown}\n"
        code = code or ran.code
    return Ran(code, output)


def _lint() -> Ran:
    mix_format = ["mix", "format", "--check-formatted"]
    return _checks(
        [
            ([BIN / "ruff", "check", "."], REPOSITORY),
            ([BIN / "ruff", "format", "--check", "."], REPOSITORY),
            ([BIN / "mypy"], REPOSITORY),
            ([BIN / "mypy", "tests/support", "tests/doc_examples", "bench"], REPOSITORY),
            (mix_format, _FRAMEWORK),
            *(
                (mix_format, example)
                for example in (*EXAMPLES, BINDINGS_SAMPLE, QUEUES, FETCH_CASES, R2_CASES, SESSIONS)
            ),
        ]
    )


def _pytest(*arguments: str) -> Ran:
    return _command([PYTHON, "-m", "pytest", "-q", *arguments])


def _machine() -> Ran:
    """The tests of the machine beside the oracle: all modules of `tests/` itself."""
    return _pytest("tests", "--ignore=tests/unit", "--ignore=tests/build", f"--ignore={ORACLE}")


def _mix_test(folder: Path) -> Ran:
    return _command(["mix", "test"], folder)


def _worker() -> Ran:
    projects = (*EXAMPLES, BINDINGS_SAMPLE, FETCH_CASES, LOAD, R2_CASES, STREAMS, TOKENS)
    bundles = {_bundle_variable(project): str(hatch_build(project)) for project in projects}
    bundles |= {f"{project.name.upper()}_REPLAY_BUNDLE": str(hatch_build_replayed(project)) for project in REPLAYED}
    tests = sorted([*(REPOSITORY / "tests" / "worker").glob("*.test.mjs"), *PLUGINS.glob("*/tests/*.test.mjs")])
    return _command(
        [NODE, "--test", "--test-reporter=spec", "--test-concurrency=2", *tests],
        REPOSITORY,
        **{"PYTHON": PYTHON, **bundles},
    )


def _bundle_variable(project: Path) -> str:
    """The name of a project's folder; that of the application which a plugin is tested with is the plugin's."""
    name = project.parents[1].name if project.is_relative_to(PLUGINS) else project.name
    return f"{name.upper()}_BUNDLE"


ORACLE = "tests/test_oracle.py"

# Two run side by side in this order: the quickest answer first, then the longest, so that both ends meet.
SUITES = [
    Suite("lint", _lint, count_checks),
    Suite("unit", lambda: _pytest("tests/unit", "plugins", "--ignore-glob=*/test_in_workerd.py"), count_pytest),
    Suite("build", lambda: _pytest("tests/build"), count_pytest),
    Suite("machine", _machine, count_pytest),
    Suite("framework", lambda: _mix_test(_FRAMEWORK), count_mix),
    Suite("hello", lambda: _mix_test(HELLO), count_mix),
    Suite("bindings", lambda: _mix_test(BINDINGS_SAMPLE), count_mix),
    Suite("d1_todo", lambda: _mix_test(D1_TODO), count_mix),
    Suite("kv_counter", lambda: _mix_test(KV_COUNTER), count_mix),
    Suite("outbox", lambda: _mix_test(OUTBOX), count_mix),
    Suite("gallery", lambda: _mix_test(GALLERY), count_mix),
    Suite("queues", lambda: _mix_test(QUEUES), count_mix),
    Suite("sessions", lambda: _mix_test(SESSIONS), count_mix),
    Suite("fetch", lambda: _mix_test(FETCH_CASES), count_mix),
    Suite("r2", lambda: _mix_test(R2_CASES), count_mix),
    Suite("worker", _worker, count_node),
    Suite("oracle", lambda: _pytest(ORACLE), count_pytest, alone=True),
]


# ---------------------------------------------------------------- running them

_console = Lock()


def run_suite(suite: Suite) -> Result:
    """Runs one suite to its end. A suite in which nothing ran, or that ended badly without a count, has failed."""
    start = time.monotonic()
    try:
        ran = suite.run()
    except (StepError, OSError) as error:
        ran = Ran(1, f"{error}\n")
    counts = suite.count(ran.output)
    if (ran.code != 0 or counts.passed == 0) and counts.failed == 0:
        counts = Counts(counts.passed, 1, counts.skipped)
    result = Result(suite, counts, ran.output, time.monotonic() - start)
    (LOGS / f"{suite.name}.log").write_text(ran.output, encoding="utf-8")
    with _console:
        report(result)
    return result


def report(result: Result) -> None:
    """One line, and the end of the output when something failed."""
    if result.counts.failed:
        lines = result.output.splitlines()
        if len(lines) > SHOWN_LINES:
            print(f"… {len(lines) - SHOWN_LINES} more lines in .cache/logs/{result.suite.name}.log")
        print("\n".join(lines[-SHOWN_LINES:]))
    for line in result.output.splitlines() if result.counts.skipped else ():
        if re.match(r"SKIPPED |﹣ |.* # SKIP", line):
            print(f"  {line}")
    print(f"{result.suite.name:<10} {result.counts} in {result.seconds:.0f} s", flush=True)


def run_all(suites: Sequence[Suite]) -> list[Result]:
    """Two at a time, then one by one those that need the whole machine."""
    with ThreadPoolExecutor(max_workers=min(2, os.cpu_count() or 1)) as pool:
        futures: list[Future[Result]] = [pool.submit(run_suite, suite) for suite in suites if not suite.alone]
        results = [future.result() for future in futures]
    return results + [run_suite(suite) for suite in suites if suite.alone]


def main(names: Sequence[str]) -> int:
    known = {suite.name: suite for suite in SUITES}
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"no such suite: {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    LOGS.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    results = run_all([known[name] for name in names] if names else SUITES)
    print(f"\n{'suite':<10} result")
    for result in results:
        print(f"{result.suite.name:<10} {result.counts} in {result.seconds:.0f} s")
    total = sum((result.counts for result in results), Counts())
    print(f"{total} in {time.monotonic() - start:.0f} s")
    return 1 if total.failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

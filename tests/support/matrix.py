"""`make test-matrix`: other releases of OTP and Elixir.

Their libraries load, the oracle's programs and generated calls give the same on `erl` and on the machine, the examples
of Elixir's documentation run, examples/hello is built, tested and asked over HTTP. What a step's tests printed is in
`.cache/logs/SUITE.STEP.log` when they failed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from example import BIN, HELLO, NODE, REPOSITORY, StepError, copy_project, hatch_build, run
from toolchains import TOOLCHAINS, Toolchain

T = TypeVar("T")

WORK = REPOSITORY / ".cache" / "matrix"
LOGS = REPOSITORY / ".cache" / "logs"
HELLO_TESTS = REPOSITORY / "tests" / "worker" / "hello.test.mjs"
FRAMEWORK = REPOSITORY / "priv" / "elixir"


def check(toolchain: Toolchain) -> None:
    """Every step under one toolchain; raises StepError at the first that fails."""
    step("install", toolchain.install)
    step("versions", lambda: check_versions(toolchain))
    environment = {**toolchain.environment(), "ELIXIR_WORKERS_CACHE": str(WORK / toolchain.suite / "cache")}
    oracle = {**environment, "ORACLE_LENIENT": "1"}
    step("libraries load", partial(tests, toolchain, "load", environment, "tests/test_load.py"))
    for build in ("native", "wasm"):
        step(f"oracle ({build})", partial(tests, toolchain, build, oracle, "tests/test_oracle.py", "-k", f"{build}-"))
    step("generated calls", partial(tests, toolchain, "calls", environment, "tests/test_calls.py"))
    step("documentation", partial(tests, toolchain, "examples", environment, "tests/test_doc_examples.py"))
    framework = copy_project(FRAMEWORK, WORK / toolchain.suite / "elixir")
    step("mix test (framework)", lambda: run(["mix", "test"], framework, environment))
    project = copy_project(HELLO, WORK / toolchain.suite / "hello")
    paths = {"ELIXIR_WORKERS_PATH": str(framework)}
    step("mix test (hello)", lambda: run(["mix", "test"], project, {**environment, **paths}))
    bundle = step("hatch build", lambda: hatch_build(project, environment))
    command = [str(NODE), "--test", "--test-reporter=spec", str(HELLO_TESTS)]
    worker = {"HELLO_BUNDLE": str(bundle), "PYTHON": str(BIN / "python"), "NO_COLOR": "1"}
    step("hello in workerd", lambda: run(command, REPOSITORY, worker))


def tests(toolchain: Toolchain, name: str, environment: Mapping[str, str], *arguments: str) -> None:
    """Runs these tests under the toolchain. Raises StepError with the end of what they printed."""
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    variables = {**os.environ, **environment}
    done = subprocess.run(command, cwd=REPOSITORY, env=variables, capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    print(f"  {lines[-1] if lines else done.stderr}", flush=True)
    if done.returncode != 0:
        log = LOGS / f"{toolchain.suite}.{name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(done.stdout + done.stderr, encoding="utf-8")
        raise StepError("\n".join([*lines[-40:], f"all of it is in {log.relative_to(REPOSITORY)}"]))


def check_versions(toolchain: Toolchain) -> None:
    """A suite of Debian that has moved on does not test what the matrix promises."""
    otp, elixir = toolchain.versions()
    print(f"  OTP {otp}, Elixir {elixir}", flush=True)
    if otp != toolchain.otp or not elixir.startswith(f"{toolchain.elixir}."):
        wanted = f"OTP {toolchain.otp} and Elixir {toolchain.elixir}"
        raise StepError(f"Debian {toolchain.suite} has OTP {otp} and Elixir {elixir} now, not {wanted}")


def step(name: str, work: Callable[[], T]) -> T:
    """Does one thing and prints how long it took."""
    start = time.monotonic()
    result = work()
    print(f"  ok {name} in {time.monotonic() - start:.0f} s", flush=True)
    return result


def main(suites: Sequence[str]) -> int:
    chosen = [toolchain for toolchain in TOOLCHAINS if not suites or toolchain.suite in suites]
    failed = []
    for toolchain in chosen:
        print(f"Debian {toolchain.suite}: OTP {toolchain.otp}, Elixir {toolchain.elixir}", flush=True)
        try:
            check(toolchain)
        except (StepError, subprocess.SubprocessError, OSError) as error:
            print(f"  failed: {error}", flush=True)
            failed.append(toolchain.suite)
    print(f"{len(chosen) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

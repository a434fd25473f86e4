"""Module `re` of the VM against OTP's: thousands of calls made at random, with whole and with damaged patterns."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from hatch_elixir_workers import etf
from hatch_elixir_workers.cli import main

TESTS = Path(__file__).resolve().parent
SUPPORT = TESTS / "support"
sys.path[:0] = [str(TESTS / "vm"), str(SUPPORT)]
machines = importlib.import_module("machines")
re_cases = importlib.import_module("re_cases")
machine: Callable[[str], Any] = cache(machines.build)

CASES_MODULE = """-module(re_eval_cases).
-export([cases/0]).
cases() -> <<{bytes}>>.
"""


@dataclass(frozen=True)
class Mix:
    """What the patterns of a run are like: see `re_cases.case`."""

    seed: int
    count: int
    rare: float
    broken: float
    soup: float = 0.0


NOT_SUPPORTED = (b"(?[", b"(*sr:", b"(*asr:", b"(*scs:")

PLAIN = Mix(seed=1, count=4000, rare=0.05, broken=0.02)
RARE = Mix(seed=2, count=4000, rare=0.8, broken=0.05)
BROKEN = Mix(seed=3, count=4000, rare=0.2, broken=0.9)
EVERYTHING = Mix(seed=4, count=1200, rare=0.5, broken=0.3, soup=0.3)
SOUP = Mix(seed=5, count=6000, rare=0.5, broken=0.05, soup=1)


@dataclass(frozen=True)
class Calls:
    """Calls with what erl makes of them, and the archive that makes them on the VM."""

    cases: list[Any]
    expected: list[Any]
    archive: Path


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Mix], Calls]:
    """Makes the calls of a mix, once."""
    if shutil.which("erlc") is None:
        pytest.fail("there is no Erlang/OTP: run .ci/setup")
    return cache(lambda mix: make_calls(mix, tmp_path_factory.mktemp("re")))


def make_calls(mix: Mix, folder: Path) -> Calls:
    made = re_cases.cases(mix.seed, mix.count, mix.rare, mix.broken, mix.soup)
    # What the machine says of PCRE2 (OTP 28 and later) that it does not have: docs/differences-from-otp.md.
    cases = [case for case in made if not any(part in re_cases.pattern_of(case) for part in NOT_SUPPORTED)]
    source = folder / "re_eval_cases.erl"
    source.write_text(CASES_MODULE.format(bytes=",".join(map(str, etf.encode(cases)))))
    subprocess.run(["erlc", str(source), str(SUPPORT / "re_eval.erl")], cwd=folder, check=True)
    results = folder / "results"
    command = ["erl", "-noshell", "-run", "re_eval", "main", str(results)]
    subprocess.run(command, cwd=folder, check=True, timeout=300, capture_output=True)
    archive = folder / "re_eval.avm"
    beams = [str(folder / "re_eval.beam"), str(folder / "re_eval_cases.beam")]
    main(["pack", "-o", str(archive), "--start", "re_eval", *beams], standalone_mode=False)
    expected = etf.decode(results.read_bytes())
    assert isinstance(expected, list)
    return Calls(cases, expected, archive)


@pytest.mark.parametrize(
    ("build", "mix"),
    [
        ("native", PLAIN),
        ("native", RARE),
        ("native", BROKEN),
        ("native", SOUP),
        ("hostile", EVERYTHING),
        ("wasm", EVERYTHING),
    ],
    ids=["plain", "rare", "broken", "soup", "hostile", "wasm"],
)
def test_calls_give_what_they_give_on_otp(calls: Callable[[Mix], Calls], build: str, mix: Mix) -> None:
    made = calls(mix)
    outcome = machine(build).run(made.archive)
    assert (outcome.code, outcome.stderr) == (0, "")
    got = etf.decode(outcome.stdout)
    assert isinstance(got, list)
    different = [row for row in zip(made.cases, made.expected, got, strict=True) if row[1] != row[2]]
    assert different == []


def test_most_patterns_are_good_and_many_match(calls: Callable[[Mix], Calls]) -> None:
    """The comparison means something."""
    expected = calls(PLAIN).expected
    good = [result for kind, result in expected if kind == etf.Atom("ok")]
    matches = [
        result
        for result in good
        if result == etf.Atom("match") or (isinstance(result, tuple) and result[0] == etf.Atom("match"))
    ]
    assert len(good) > 0.8 * len(expected)
    assert len(matches) > 0.2 * len(expected)

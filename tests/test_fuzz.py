"""Damaged and generated input on the hostile build (support/fuzz.py): some new, and all that once went wrong."""

from __future__ import annotations

import importlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent / "support"))
fuzz = importlib.import_module("fuzz")

ROUNDS = {"archives": 6, "terms": 1, "patterns": 1, "bits": 1, "calls": 1}


@pytest.fixture(scope="module")
def fuzzer() -> Iterator[Any]:
    if shutil.which("erlc") is None:
        pytest.fail("there is no Erlang/OTP: run .ci/setup")
    made = fuzz.Fuzzer()
    yield made
    made.close()


@pytest.mark.parametrize("kind", ROUNDS)
def test_damaged_input_is_an_error_and_never_a_crash(kind: str, fuzzer: Any) -> None:
    kept = {path.name: fuzzer.again(path) for path in sorted(fuzz.SEEDS.glob(f"{kind}-*"))}
    assert {name: wrong for name, wrong in kept.items() if wrong} == {}
    assert [text for seed in range(ROUNDS[kind]) for text in fuzzer.rounds()[kind](seed)] == []

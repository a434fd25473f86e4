"""Elixir's documentation runs alike on ``erl`` and on the VM (tests/doc_examples/)."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).resolve().parent
sys.path[:0] = [str(TESTS / "doc_examples"), str(TESTS / "vm")]
doc_examples = importlib.import_module("doc_examples")


@pytest.fixture(scope="module")
def examples() -> Any:
    return doc_examples.Examples()


@pytest.fixture(scope="module")
def expected(examples: Any) -> dict[str, str]:
    return dict(examples.on_erl())


@pytest.mark.parametrize("build", doc_examples.machines.BUILDS)
def test_examples_give_the_same_as_on_erl(build: str, examples: Any, expected: dict[str, str]) -> None:
    actual, end = examples.on_machine(build)
    reviewed = {group.id for group in examples.run if examples.kind(group) == doc_examples.DIFFERS}
    differing = {group.id: group for group in examples.differing(expected, actual)}
    new = [group for id, group in differing.items() if id not in reviewed]
    shown = [examples.difference(group, expected, actual) for group in new[:20]]
    assert not new, f"{len(new)} groups differ without a review; {end}\n\n" + "\n\n".join(shown)
    assert not reviewed - differing.keys(), f"these do not differ any more: remove them from {doc_examples.REVIEWED}"


def test_every_group_that_runs_gives_something_on_erl(examples: Any, expected: dict[str, str]) -> None:
    silent = [group.id for group in examples.run if not expected.get(group.id)]
    assert not silent
    assert len(examples.run) > 1900


def test_what_does_not_compile_is_reviewed(examples: Any) -> None:
    broken = {group.id: group.complaint for group in examples.groups if group.complaint}
    not_run = {group.id for group in examples.groups if examples.kind(group) == doc_examples.NOT_RUN}
    assert not {id: complaint for id, complaint in broken.items() if id not in not_run}
    assert not not_run - broken.keys(), f"these compile: run them, and remove them from {doc_examples.REVIEWED}"


def test_what_varies_on_erl_is_reviewed(examples: Any, expected: dict[str, str]) -> None:
    again = examples.on_erl()
    kinds = (doc_examples.NUMBERS_VARY, doc_examples.ORDER_VARIES)
    varying = {group.id for group in examples.run if examples.kind(group) in kinds}
    shown = {id: doc_examples.without_identities(text) for id, text in expected.items()}
    changed = {id for id, text in shown.items() if doc_examples.without_identities(again[id]) != text}
    assert changed <= varying, "these differ between two runs on erl: review them"


def test_documented_counts_are_true(examples: Any) -> None:
    documented = doc_examples.sections(doc_examples.DOCUMENT.read_text(encoding="utf-8"))
    section = documented.get(examples.heading, "(none)").strip()
    assert section == examples.section().strip(), f"run {doc_examples.__file__} --write"

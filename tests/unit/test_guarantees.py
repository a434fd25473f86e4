"""docs/reference/guarantees.md: every test that it names exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = (REPOSITORY / "docs" / "reference" / "guarantees.md").read_text(encoding="utf-8")
NAMED = re.findall(r"^- `([^`]+)`: (.+)$", PAGE, re.M)

# How a test of this name begins, by kind of file.
DEFINITIONS = {
    ".py": ("def {}(",),
    ".exs": ('test "{}" do',),
    ".ex": ('{{"{}",',),
    ".mjs": ('test("{}",', "test(`{}`,"),
}


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_named_tests_exist(file: str, name: str) -> None:
    path = REPOSITORY / file
    text = path.read_text(encoding="utf-8")
    assert any(definition.format(name) in text for definition in DEFINITIONS[path.suffix])


def test_each_guarantee_is_there_and_shown() -> None:
    sections = re.split(r"^### ", PAGE, flags=re.M)[1:]
    assert [int(section.partition(".")[0]) for section in sections] == list(range(1, 27))
    assert [section for section in sections if "\n- `" not in section] == []

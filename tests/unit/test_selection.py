from __future__ import annotations

from pathlib import Path

import pytest

from hatch_elixir_workers import cache
from hatch_elixir_workers.beam import MFA
from hatch_elixir_workers.collect import Origin, Source, Universe
from hatch_elixir_workers.selection import Selection, keep, key_of, recall

SELECTION = Selection((("read", "app", b"beam"),), ("warning: a",), (MFA("erlang", "self", 0),), b"reasons", ("words",))


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(cache.CACHE_VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "app-1.0" / "ebin"
    folder.mkdir(parents=True)
    for name in ("read", "other"):
        (folder / f"{name}.beam").write_bytes(name.encode())
    return folder


def universe(folder: Path, *names: str) -> Universe:
    return Universe({name: Source(name, folder / f"{name}.beam", Origin.APP) for name in names or ("read", "other")})


@pytest.fixture
def key(folder: Path) -> str:
    """Kept after a walk that has read one of the two modules."""
    walked = universe(folder)
    walked.data("read")
    key = key_of(walked, ["decision"])
    keep(key, walked, SELECTION)
    return key


def test_nothing_has_changed(folder: Path, key: str) -> None:
    assert key_of(universe(folder), ["decision"]) == key
    assert recall(key, universe(folder)) == SELECTION


def test_a_module_that_was_read_has_changed(folder: Path, key: str) -> None:
    (folder / "read.beam").write_bytes(b"changed")
    assert recall(key, universe(folder)) is None


def test_a_module_that_was_not_read_has_changed(folder: Path, key: str) -> None:
    (folder / "other.beam").write_bytes(b"changed")
    assert recall(key, universe(folder)) == SELECTION


def test_other_decisions_and_other_modules_have_another_key(folder: Path, key: str) -> None:
    assert key_of(universe(folder), ["another"]) != key
    assert key_of(universe(folder, "read", "other", "new"), ["decision"]) != key
    assert recall("0" * 64, universe(folder)) is None


def test_a_damaged_entry(folder: Path, key: str, own_cache: Path) -> None:
    (own_cache / "selection" / key).write_bytes(b"damaged")
    assert recall(key, universe(folder)) is None

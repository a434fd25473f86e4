from __future__ import annotations

from pathlib import Path

import pytest

from hatch_elixir_workers import cache


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(cache.CACHE_VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_what_is_stored_is_loaded() -> None:
    assert cache.load("kind", "key") is None
    cache.store("kind", "key", b"data")
    cache.store("kind", "key", b"newer")
    assert cache.load("kind", "key") == b"newer"
    assert cache.load("other", "key") is None


def test_parts_of_a_digest_are_told_apart() -> None:
    assert cache.digest([b"ab", b"c"]) != cache.digest([b"a", b"bc"])
    assert cache.digest([b"a", b"b"]) == cache.digest(iter([b"a", b"b"]))


def test_a_cache_that_cannot_be_written_is_done_without(own_cache: Path) -> None:
    own_cache.write_text("a file, not a folder")
    cache.store("kind", "key", b"data")
    assert cache.load("kind", "key") is None


def test_folders_are_filled_once() -> None:
    filled = []

    def fill(folder: Path) -> None:
        filled.append(folder)
        (folder / "a").write_text("1")

    first = cache.folder("kind", "key", fill)
    assert cache.folder("kind", "key", fill) == first
    assert (first / "a").read_text() == "1"
    assert len(filled) == 1


def test_a_failing_fill_leaves_nothing(own_cache: Path) -> None:
    def fill(folder: Path) -> None:
        (folder / "a").write_text("1")
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        cache.folder("kind", "key", fill)
    assert list((own_cache / "kind").iterdir()) == []


def test_of_two_builds_that_fill_a_folder_at_once_the_first_wins(own_cache: Path) -> None:
    def first(folder: Path) -> None:
        (folder / "a").write_text("first")

    def fill(folder: Path) -> None:
        (folder / "a").write_text("second")
        cache.folder("kind", "key", first)

    found = cache.folder("kind", "key", fill)
    assert (found / "a").read_text() == "first"
    assert list((own_cache / "kind").iterdir()) == [found]


def test_a_folder_that_cannot_be_made_is_an_error(own_cache: Path) -> None:
    def fill(folder: Path) -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        cache.folder("kind", "key", fill)
    assert list((own_cache / "kind").iterdir()) == []


def test_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(cache.CACHE_VARIABLE)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert cache.cache_dir() == tmp_path / ".cache" / "hatch-elixir-workers"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache.cache_dir() == tmp_path / "xdg" / "hatch-elixir-workers"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", "/nonexistent")
    assert cache.cache_dir().name.startswith("hatch-elixir-workers-")

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hatch_elixir_workers import cache, mix
from hatch_elixir_workers.collect import Origin, Universe, stand_ins, universe
from hatch_elixir_workers.errors import BeamError, CommandError

CompileErl = Callable[..., Path]


@pytest.fixture
def folders(compile_erl: CompileErl) -> list[tuple[Origin, list[Path]]]:
    app = compile_erl("-module(both).\n-export([of_app/0]).\nof_app() -> 1.\n")
    library = compile_erl("-module(both).\n-export([of_library/0]).\nof_library() -> 1.\n")
    other = compile_erl("-module(other).\n-export([f/0]).\nf() -> 1.\n")
    return [(Origin.APP, [app.parent]), (Origin.OTP, [library.parent, other.parent, Path("/nowhere")])]


@pytest.fixture
def found(folders: list[tuple[Origin, list[Path]]]) -> Universe:
    return universe(folders)


def test_the_first_origin_wins(found: Universe) -> None:
    assert ("of_app", 0) in found.facts("both").exports
    assert found.sources["both"].origin is Origin.APP
    assert list(found.of_origin(Origin.OTP)) == ["other"]
    assert list(found.of_origin(Origin.OTP, Origin.APP)) == ["both", "other"]


def test_membership(found: Universe) -> None:
    assert "both" in found
    assert "nobody" not in found
    assert found.is_library("other")
    assert not found.is_library("both")
    assert not found.is_library("nobody")


def test_parsed_modules(found: Universe) -> None:
    assert found.module("other").name == "other"


def test_a_file_that_has_gone(found: Universe) -> None:
    path = found.sources["other"].path
    path.unlink()
    with pytest.raises(BeamError, match=r"other\.beam: chunk file, offset 0: cannot be read: No such file"):
        found.facts("other")


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(cache.CACHE_VARIABLE, str(tmp_path / "cache"))
    return tmp_path


def test_stand_ins_are_compiled_once_for_the_same_sources(own_cache: Path) -> None:
    sources = own_cache / "stdlib"
    sources.mkdir()
    (sources / "file.erl").write_text('-module(file).\n-export([f/0]).\n-include("a.hrl").\nf() -> ?A.\n')
    (sources / "a.hrl").write_text("-define(A, 1).\n")
    first = stand_ins(sources, mix.toolchain())
    assert [path.name for path in first.iterdir()] == ["file.beam"]
    assert stand_ins(sources, mix.toolchain()) == first
    (sources / "a.hrl").write_text("-define(A, 2).\n")
    assert stand_ins(sources, mix.toolchain()) != first


def test_stand_ins_that_do_not_compile(own_cache: Path) -> None:
    (own_cache / "bad.erl").write_text("-module(bad).\nf(\n")
    with pytest.raises(CommandError, match="`erlc"):
        stand_ins(own_cache, mix.toolchain())
    assert list((own_cache / "cache" / "stand-ins").iterdir()) == []


def test_no_stand_ins_at_all(own_cache: Path) -> None:
    assert list(stand_ins(own_cache / "nowhere", mix.toolchain()).iterdir()) == []

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hatch_elixir_workers.avm import CODE, FILE, START, read_avm
from hatch_elixir_workers.beam import parse_beam, strip
from hatch_elixir_workers.errors import BeamError, UserError
from hatch_elixir_workers.pack import build_archive, collect_beams, find_start_module

CompileErl = Callable[..., Path]


def erl(name: str, value: int = 1) -> str:
    return f"-module('{name}').\n-export([start/0, value/0]).\nstart() -> value().\nvalue() -> {value}.\n"


@pytest.fixture
def app(tmp_path: Path, compile_erl: CompileErl) -> Path:
    (tmp_path / "app" / "ebin").mkdir(parents=True)
    for name in ("b", "Elixir.A", "c"):
        shutil.copy(compile_erl(erl(name)), tmp_path / "app" / "ebin")
    return tmp_path / "app"


def test_folders_are_searched_to_any_depth(app: Path) -> None:
    assert sorted(collect_beams([app])) == ["Elixir.A", "b", "c"]


def test_the_start_module_comes_first_then_names_in_order(app: Path) -> None:
    archive = build_archive(collect_beams([app]), "b", {"app/priv/x": b"1", "app/priv/a": b"2"})
    assert [(section.name, section.flags) for section in read_avm(archive)] == [
        ("b.beam", CODE | START),
        ("Elixir.A.beam", CODE),
        ("c.beam", CODE),
        ("app/priv/a", FILE),
        ("app/priv/x", FILE),
    ]


def test_packed_modules_are_stripped(app: Path) -> None:
    modules = collect_beams([app])
    for section in read_avm(build_archive(modules, "b")):
        module = parse_beam(section.data)
        assert section.data == strip(modules[module.name])


def test_the_same_beams_in_another_folder_give_the_same_bytes(app: Path, tmp_path: Path) -> None:
    shutil.copytree(app, tmp_path / "other" / "place")
    one = build_archive(collect_beams([app]), "b")
    two = build_archive(collect_beams(sorted((tmp_path / "other").rglob("*.beam"), reverse=True)), "b")
    assert one == two


def test_one_module_named_twice_is_fine(app: Path) -> None:
    assert sorted(collect_beams([app, app / "ebin" / "b.beam"])) == ["Elixir.A", "b", "c"]


def test_two_different_modules_of_one_name(app: Path, compile_erl: CompileErl) -> None:
    other = compile_erl(erl("b", 2))
    with pytest.raises(UserError) as caught:
        collect_beams([app, other])
    assert str(caught.value) == (
        f"module b is in two files that differ: {app}/ebin/b.beam and {other}\nName only one of them."
    )


def test_a_folder_without_beams(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"there is no \.beam file in this folder\nCompile the project first\."):
        collect_beams([tmp_path])


def test_a_truncated_beam_is_named(app: Path) -> None:
    damaged = app / "ebin" / "b.beam"
    damaged.write_bytes(damaged.read_bytes()[:100])
    with pytest.raises(BeamError, match=rf"^{damaged}: chunk FOR1, offset 4: truncated"):
        collect_beams([app])


@pytest.mark.parametrize(("given", "found"), [("A", "Elixir.A"), ("Elixir.A", "Elixir.A"), ("b", "b"), (":b", "b")])
def test_start_module_names(app: Path, given: str, found: str) -> None:
    assert find_start_module(collect_beams([app]), given) == found


def test_an_unknown_start_module(app: Path) -> None:
    modules = collect_beams([app])
    with pytest.raises(UserError) as caught:
        find_start_module(modules, "bb")
    assert str(caught.value) == "start module bb is not among the packed modules\nDid you mean b?"
    with pytest.raises(UserError) as caught:
        find_start_module(modules, "Unlike.Anything")
    assert caught.value.fix == "Packed are: Elixir.A, b, c"


def test_a_module_whose_name_no_archive_can_hold(compile_erl: CompileErl, tmp_path: Path) -> None:
    data = compile_erl(erl("n_ul")).read_bytes().replace(b"\x04n_ul", b"\x04n\0ul")
    (tmp_path / "nul.beam").write_bytes(data)
    with pytest.raises(UserError, match="a name is not empty and has no NUL"):
        build_archive(collect_beams([tmp_path]), "n\0ul")


def test_a_start_module_without_start(compile_erl: CompileErl) -> None:
    path = compile_erl("-module(nostart).\n-export([go/0]).\ngo() -> 1.\n")
    with pytest.raises(UserError) as caught:
        find_start_module(collect_beams([path]), "nostart")
    assert str(caught.value) == (
        f"{path}: start module nostart does not export start/0\n"
        "Define `start/0` in it, or name another module with --start."
    )

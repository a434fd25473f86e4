from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from hatch_elixir_workers.beam import BeamModule, parse_beam, read_beam, strip
from hatch_elixir_workers.relocate import folders_within, relocated

CompileErl = Callable[..., Path]

SOURCE = """-module(placed).
-export([a/1, b/1]).
-file("{root}/src/placed.erl", 4).
a(X) -> b(X) + 1.
-file("{root}/include/deep/other.hrl", 300).
b(X) -> a(X) + 1.
"""


def files(module: BeamModule) -> set[str]:
    return {location.file for location in module.lines if location is not None}


def test_file_names_become_relative_to_their_root(compile_erl: CompileErl) -> None:
    roots = [PurePosixPath("/home/me"), PurePosixPath("/home/me/project")]
    module = read_beam(compile_erl(SOURCE.format(root="/home/me/project")))
    moved = relocated(module, roots)
    assert files(module) == {"/home/me/project/src/placed.erl", "/home/me/project/include/deep/other.hrl"}
    assert files(moved) == {"src/placed.erl", "include/deep/other.hrl"}
    assert [line and line.line for line in moved.lines] == [line and line.line for line in module.lines]
    assert files(parse_beam(strip(moved))) == files(moved)


def test_file_names_below_no_root_lose_their_folder(compile_erl: CompileErl) -> None:
    module = read_beam(compile_erl(SOURCE.format(root="/elsewhere")))
    assert files(relocated(module, [PurePosixPath("/home/me")])) == {"placed.erl", "other.hrl"}


def test_same_source_in_two_folders_is_the_same_module(compile_erl: CompileErl) -> None:
    one = read_beam(compile_erl(SOURCE.format(root="/a")))
    two = read_beam(compile_erl(SOURCE.format(root="/somewhere/else")))
    assert strip(one) != strip(two)
    assert strip(relocated(one, [PurePosixPath("/a")])) == strip(relocated(two, [PurePosixPath("/somewhere/else")]))


def test_relative_names_are_left_alone(beam_named: Callable[[str], Path]) -> None:
    module = read_beam(beam_named("Elixir.Enum"))
    assert relocated(module, [PurePosixPath("/")]) is module


@pytest.mark.parametrize(
    "literal", ['<<"/home/me/file.txt">>', '{"/home/me/file.txt"}', '<<(b(c))/binary, "/home/me/file.txt">>']
)
@pytest.mark.parametrize(("root", "found"), [("/home/me", ["/home/me"]), ("/home/you", [])])
def test_paths_in_literals(compile_erl: CompileErl, literal: str, root: str, found: list[str]) -> None:
    source = f"-module(holds).\n-export([a/0, b/1]).\na() -> {literal}.\nb(X) -> X.\n"
    assert folders_within(read_beam(compile_erl(source)), [PurePosixPath(root)]) == found

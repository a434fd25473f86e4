"""Large choices among literals, on `erl`: the function with a lookup answers as the one that was compiled."""

from __future__ import annotations

import struct
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from hatch_elixir_workers.beam import BeamModule, Chunk, read_beam, strip, write_chunks
from hatch_elixir_workers.beam_file import read_chunks
from hatch_elixir_workers.beam_parts import take_apart
from hatch_elixir_workers.literal_tables import MIN_BRANCHES
from hatch_elixir_workers.prune import prune

CompileErl = Callable[..., Path]


def source(name: str, branches: int, value: str = "{{value, {0}}}", more: str = "") -> str:
    clauses = "".join(f"table({7 * key - 900}) -> {value.format(key % 50)};\n" for key in range(branches))
    return f"""-module({name}).
-export([table/1, start/0]).
start() -> [answer(Key) || Key <- lists:seq(-1000, 9000) ++ [1.0, a, {{}}, 1 bsl 70, -(1 bsl 70)]].
answer(Key) -> try table(Key) catch error:Reason -> {{error, Reason}} end.
{clauses}{more}table(Key) when is_atom(Key) -> {{atom, Key}};
table(Key) when is_integer(Key), Key > 8000 -> Key.
"""


def taken_apart(beam: Path) -> BeamModule:
    parts = take_apart(read_beam(beam))
    functions = {(each.name, each.arity) for each in parts.functions}
    return BeamModule(str(beam), tuple(prune(parts, functions, ())))


def names(module: BeamModule) -> list[str]:
    return [each.name for function in module.functions if function.name == "table" for each in function.instructions]


def for_erl(module: BeamModule) -> bytes:
    """`erl` reads `LitT`, the machine `LitU`."""
    chunks = read_chunks(strip(module), module.path)
    packed = [
        Chunk("LitT", struct.pack(">I", len(chunk.data)) + zlib.compress(chunk.data)) if chunk.id == "LitU" else chunk
        for chunk in chunks
    ]
    return write_chunks(packed)


def answers(folder: Path, module: str) -> str:
    command = ["erl", "-noshell", "-pa", str(folder), "-eval", f'io:format("~0tp~n", [{module}:start()]), halt().']
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout


def test_the_answers_are_the_same(compile_erl: CompileErl, tmp_path: Path) -> None:
    beam = compile_erl(source("tables", MIN_BRANCHES + 50))
    module = taken_apart(beam)
    assert "select_val" not in names(module)
    assert names(module).count("get_map_elements") == 1
    (tmp_path / "tables.beam").write_bytes(for_erl(module))
    assert answers(tmp_path, "tables") == answers(beam.parent, "tables")


@pytest.mark.parametrize(
    ("name", "branches", "value"),
    [("few", MIN_BRANCHES - 1, "{{value, {0}}}"), ("computed", MIN_BRANCHES, "{{value, {0}, self()}}")],
)
def test_others_stay_as_they_are(compile_erl: CompileErl, name: str, branches: int, value: str) -> None:
    module = taken_apart(compile_erl(source(name, branches, value)))
    assert "select_val" in names(module)
    assert "get_map_elements" not in names(module)


def test_a_choice_of_which_one_branch_does_more_stays(compile_erl: CompileErl) -> None:
    module = taken_apart(compile_erl(source("one_does_more", MIN_BRANCHES, more="table(-1000) -> start();\n")))
    assert "get_map_elements" not in names(module)

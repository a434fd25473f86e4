"""Tables without the columns that nothing reads answer on `erl` as the whole ones."""

from __future__ import annotations

import struct
import subprocess
import zlib
from collections.abc import Callable, Collection
from pathlib import Path

import pytest

from hatch_elixir_workers import mix
from hatch_elixir_workers.beam import BeamModule, Chunk, read_beam, strip, write_chunks
from hatch_elixir_workers.beam_file import read_chunks
from hatch_elixir_workers.beam_parts import Parts, take_apart
from hatch_elixir_workers.etf import Map
from hatch_elixir_workers.facts import read_facts
from hatch_elixir_workers.prune import prune
from hatch_elixir_workers.table_columns import columns_read

CompileErl = Callable[..., Path]
Key = tuple[str, int]

ROWS = "".join(f"table({7 * key}) -> {{{key % 5}, [{key}], {{c, {key % 3}}}}};\n" for key in range(300))
SOURCE = f"""-module(rows).
-export([first/1, second/1, both/1, whole/1, later/1]).
first(X) -> {{A, _, _}} = table(X), {{A}}.
second(X) -> case table(X) of {{_, [], _}} -> none; {{_, B, _}} -> {{some, B}} end.
both(X) -> case table(X) of {{0, _, C}} -> {{zero, C}}; {{_, _, C}} -> C end.
whole(X) -> [table(X)].
later(X) -> {{_, _, C}} = Row = table(X), lists:reverse([C, Row]).
{ROWS}table(_) -> {{0, [], []}}.
"""


@pytest.fixture(scope="module")
def parts(compile_erl: CompileErl) -> Parts:
    return take_apart(read_beam(compile_erl(SOURCE)))


@pytest.mark.parametrize(
    ("kept", "columns"),
    [
        ([], []),
        (["first"], [0]),
        (["second"], [1]),
        (["both"], [0, 2]),
        (["first", "second"], [0, 1]),
        (["first", "whole"], None),
        (["later"], None),
    ],
)
def test_the_columns_that_are_read(parts: Parts, kept: list[str], columns: list[int] | None) -> None:
    (table,) = parts.tables
    assert table.function == ("table", 1)
    found = columns_read(table, {(name, 1) for name in kept})
    assert found == (None if columns is None else frozenset(columns))


def test_rows_like_the_default_are_left_out(parts: Parts, tmp_path: Path) -> None:
    module = pruned(parts, {("first", 1), ("table", 1)})
    (table,) = [each for each in module.literals if isinstance(each, Map)]
    assert [row for _, row in table.pairs if row[1:] != ([], [])] == []  # type: ignore[index]
    assert len(table.pairs) == 300 - 60
    whole = pruned(parts, {("first", 1), ("whole", 1), ("table", 1)})
    assert [len(each.pairs) for each in whole.literals if isinstance(each, Map)] == [300]


def test_a_table_that_others_may_call_stays_whole(compile_erl: CompileErl) -> None:
    exported = SOURCE.replace("-module(rows).", "-module(exported).").replace("[first/1", "[table/1, first/1")
    named = SOURCE.replace("-module(rows).", "-module(named).").replace("{A}", "fun table/1")
    for source in (exported, named):
        assert take_apart(read_beam(compile_erl(source))).tables == ()


def pruned(parts: Parts, functions: Collection[Key]) -> BeamModule:
    return BeamModule(parts.name, tuple(prune(parts, functions, ())))


def closure(module: BeamModule, start: Key) -> set[Key]:
    facts, found, waiting = read_facts(module), set(), [start]
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += facts.functions[key].locals
    return found


def for_erl(module: BeamModule) -> bytes:
    """`erl` reads `LitT`, the machine `LitU`."""
    chunks = read_chunks(strip(module), module.path)
    packed = [
        Chunk("LitT", struct.pack(">I", len(chunk.data)) + zlib.compress(chunk.data)) if chunk.id == "LitU" else chunk
        for chunk in chunks
    ]
    return write_chunks(packed)


HASHES = """-module(hashes).
-export([run/1]).
run(Name) ->
    Sum = lists:foldl(fun(Text, Sum) -> erlang:phash2({Sum, all(Name, Text)}) end, 0, texts()),
    io:format("~s ~w", [filename:dirname(code:which(unicode_util)), Sum]), halt().
all(Name, Text) -> case unicode_util:Name(Text) of [Head | Tail] -> [Head | all(Name, Tail)]; [] -> [] end.
texts() ->
    [[C] || C <- lists:seq(0, 16#10FFFF)]
        ++ [[A, B] || A <- lists:seq($A, $z) ++ lists:seq(16#1F00, 16#1FFF), B <- lists:seq(16#300, 16#345)]
        ++ [[$a, A, B] || A <- lists:seq(16#300, 16#36F), B <- lists:seq(16#300, 16#36F)].
"""


def hashed(function: str, *folders: Path) -> list[str]:
    """Where unicode_util was found, and a hash over what it makes of every code point and of many sequences."""
    paths = [argument for folder in folders for argument in ("-pa", str(folder))]
    command = ["erl", "-noshell", *paths, "-eval", f"hashes:run({function})."]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=True).stdout.split()


@pytest.mark.parametrize("function", ["nfc", "nfkd"])
def test_normal_forms_of_every_code_point(compile_erl: CompileErl, function: str, tmp_path: Path) -> None:
    beam = next(
        folder / "unicode_util.beam"
        for folder in mix.toolchain().erl_lib_dirs
        if folder.parent.name.startswith("stdlib")
    )
    module = read_beam(beam)
    parts = take_apart(module)
    small = pruned(parts, closure(module, (function, 1)))
    if function == "nfc":
        assert len(small.literal_table) < 0.7 * len(module.literal_table)
    (tmp_path / "unicode_util.beam").write_bytes(for_erl(small))
    hashes = compile_erl(HASHES).parent
    assert hashed(function, hashes, tmp_path) == [str(tmp_path), hashed(function, hashes)[1]]

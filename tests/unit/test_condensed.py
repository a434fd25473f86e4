"""Condensed code, and the code that is restored from it."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from hatch_elixir_workers import condensed, mix
from hatch_elixir_workers.beam import BeamModule, Chunk, parse_beam, read_beam, strip, write_chunks
from hatch_elixir_workers.beam_file import ChunkError
from hatch_elixir_workers.beam_parts import Parts, take_apart
from hatch_elixir_workers.condenser import condensed as condense
from hatch_elixir_workers.errors import BeamError
from hatch_elixir_workers.opcodes import NUMBERS
from hatch_elixir_workers.prune import prune
from hatch_elixir_workers.restorer import restored


def library(name: str) -> BeamModule:
    tools = mix.toolchain()
    folders = [*tools.elixir_lib_dirs, *tools.erl_lib_dirs]
    return read_beam(next(folder / f"{name}.beam" for folder in folders if (folder / f"{name}.beam").is_file()))


def chunks(parts: Parts, *, condense: bool) -> dict[str, bytes]:
    functions = {(function.name, function.arity) for function in parts.functions}
    return {chunk.id: chunk.data for chunk in prune(parts, functions, (), condense=condense)}


# Large ones, with bit strings, funs, floats, literals, strings and more than 2047 labels.
@pytest.mark.parametrize("name", ["Elixir.Enum", "Elixir.String.Unicode", "erl_eval", "math", "gen_statem", "unicode"])
def test_the_code_that_is_restored_is_the_code(name: str) -> None:
    parts = take_apart(library(name))
    plain, small = chunks(parts, condense=False), chunks(parts, condense=True)
    restored_code = restored(small.pop(condensed.CHUNK), condensed.arities(small["ImpT"]))
    assert restored_code == plain.pop("Code")
    assert small == plain


def test_what_follows_from_something_else_is_not_written() -> None:
    parts = take_apart(library("lists"))
    plain, small = chunks(parts, condense=False), chunks(parts, condense=True)
    _, total, streams = condensed.split(small[condensed.CHUNK])
    assert total == len(plain["Code"]) - condensed.HEADER_BYTES
    assert sum(map(len, streams)) < 0.85 * total


# label 1, func_info, label 2, and an instruction or two that could be in between.
HEAD = bytes.fromhex("0110 02122200 0120")
END = bytes((NUMBERS["return"], NUMBERS["int_code_end"]))


def header(highest: int) -> bytes:
    return struct.pack(">5I", 16, 0, highest, 3, 1)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (bytes((NUMBERS["call_ext"], 0x20, 0x00)), "import 0 is called with 2 arguments"),
        (bytes((NUMBERS["call_ext"], 0x10, 0x10)), "import 1 is called with 1 arguments"),
        (bytes((NUMBERS["return"], NUMBERS["send"])), "instruction 20, which cannot be reached"),
        (bytes((NUMBERS["is_nil"], 0x10, 0x03)), "an operand with tag 5 was expected"),
        (bytes((NUMBERS["label"], 0x50)), "30 was expected"),
        (b"", "truncated"),
        (bytes((250,)), "unknown instruction 250"),
    ],
)
def test_code_that_no_compiler_makes_is_refused(body: bytes, problem: str) -> None:
    code = header(NUMBERS["return"]) + HEAD + body + (END if problem != "truncated" else b"")
    assert condense(header(NUMBERS["return"]) + HEAD + END, [1])
    with pytest.raises(ChunkError, match=problem):
        condense(code, [1])


@pytest.mark.parametrize("numbers", [(16, 0, 20, 3, 1), (16, 0, 19, 4, 1), (16, 0, 19, 3, 2), (20, 0, 19, 3, 1)])
def test_a_header_that_says_something_else_is_refused(numbers: tuple[int, ...]) -> None:
    with pytest.raises(ChunkError, match="the header does not say"):
        condense(struct.pack(">5I", *numbers) + HEAD + END, [])


def test_functions_are_named_by_their_heads() -> None:
    parts = take_apart(library("lists"))
    functions, heads_only = {(each.name, each.arity) for each in parts.functions}, {("reverse", 2)}
    small = BeamModule("small", tuple(prune(parts, functions - heads_only, heads_only, condense=True)))
    _, _, streams = condensed.split(small.chunk(condensed.CHUNK) or b"")
    heads = [(small.atoms[name - 1], arity, label) for name, arity, label in condensed.functions(streams[-1])]
    assert heads == [(each.name, each.arity, each.label) for each in small.functions]


def test_such_code_is_packed_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hatch_elixir_workers.condenser.NEVER_GO_ON", frozenset({NUMBERS["move"]}))
    monkeypatch.setattr("hatch_elixir_workers.condenser.CONDENSED_VERSION", "another")
    parts = take_apart(library("lists"))
    assert chunks(parts, condense=True)["Code"] == chunks(parts, condense=False)["Code"]


@pytest.mark.parametrize(
    "body",
    [
        bytes((NUMBERS["is_nil"], 0x05, 0x03)),  # to no label
        bytes((NUMBERS["deallocate"], 0x30, NUMBERS["deallocate"], 0x30)),  # of what was not allocated
        bytes((NUMBERS["trim"], 0x30, 0x00, NUMBERS["trim"], 0x10, 0x90)),
        # integers that are negative, far apart, large, and an atom
        bytes((NUMBERS["select_val"], 0x03, 0x15, 0x17, 0x80)) + bytes.fromhex("19ffff15 2115 5907ffffff25 1225"),
        bytes((NUMBERS["call"], 0x10, 0x25, NUMBERS["call"], 0x10, 0xF5)),
    ],
)
def test_unusual_operands_come_back(body: bytes) -> None:
    end = bytes((NUMBERS["int_code_end"],)) if body[0] == NUMBERS["select_val"] else END
    code = header(max(*end, body[0])) + HEAD + body + end
    assert restored(condense(code, []), []) == code


def test_a_condensed_module_is_read_like_any_other() -> None:
    parts = take_apart(library("lists"))
    functions = {(function.name, function.arity) for function in parts.functions}
    plain = BeamModule("plain", tuple(prune(parts, functions, ())))
    small = parse_beam(strip(BeamModule("small", tuple(prune(parts, functions, (), condense=True)))))
    assert small.instructions == plain.instructions
    assert small.chunk(condensed.CHUNK) is not None
    assert "Code" not in {chunk.id for chunk in small.chunks}


@pytest.fixture
def small() -> list[Chunk]:
    parts = take_apart(library("lists"))
    return prune(parts, {(function.name, function.arity) for function in parts.functions}, (), condense=True)


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (lambda data: data[:10], "truncated"),
        (lambda data: data[:25], "truncated"),
        (lambda data: data[:-9], "functions are announced that are not there"),
        (lambda data: data[:20] + bytes((data[20] ^ 1,)) + data[21:], "bytes of code are announced"),
    ],
)
def test_damage_is_named_with_its_chunk(small: list[Chunk], damage: object, problem: str) -> None:
    broken = [Chunk(each.id, damage(each.data)) if each.id == condensed.CHUNK else each for each in small]  # type: ignore[operator]
    with pytest.raises(BeamError, match=rf"{condensed.CHUNK}.*{problem}"):
        _ = parse_beam(write_chunks(broken), Path("broken.beam")).instructions

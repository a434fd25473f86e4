"""Condensed code, and the code that is restored from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from hatch_elixir_workers import condensed, mix
from hatch_elixir_workers.beam import BeamModule, Chunk, parse_beam, read_beam, strip, write_chunks
from hatch_elixir_workers.beam_parts import Parts, take_apart
from hatch_elixir_workers.errors import BeamError
from hatch_elixir_workers.prune import prune


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
    assert condensed.restored(small.pop(condensed.CHUNK)) == plain.pop("Code")
    assert small == plain


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
        (lambda data: data[:-200], "truncated"),
        (lambda data: data[:20] + bytes((data[20] ^ 1,)) + data[21:], "bytes of code are announced"),
    ],
)
def test_damage_is_named_with_its_chunk(small: list[Chunk], damage: object, problem: str) -> None:
    broken = [Chunk(each.id, damage(each.data)) if each.id == condensed.CHUNK else each for each in small]  # type: ignore[operator]
    with pytest.raises(BeamError, match=rf"{condensed.CHUNK}.*{problem}"):
        _ = parse_beam(write_chunks(broken), Path("broken.beam")).instructions

"""Condensed archives, and the sections that are restored from them."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hatch_elixir_workers.avm import Section, file_section, module_section, read_avm, write_avm
from hatch_elixir_workers.beam import ATTRIBUTES, BeamModule, parse_beam, read_beam, strip
from hatch_elixir_workers.beam_file import read_chunks
from hatch_elixir_workers.beam_parts import take_apart
from hatch_elixir_workers.condensed_archive import SECTION, condense, decode_blocks, read_archive, read_archive_file
from hatch_elixir_workers.errors import AvmError
from hatch_elixir_workers.prune import prune

LINE_HEADER_BYTES = 12  # version, flags, and how many instructions name a line, which is not restored
NAMES = ("Elixir.Enum", "erl_eval", "lists", "math", "unicode", "Elixir.Exception")


def pruned(module: BeamModule) -> bytes:
    parts = take_apart(module)
    functions = {(function.name, function.arity) for function in parts.functions}
    attributes = [chunk for chunk in module.chunks if chunk.id == ATTRIBUTES and module.name == "Elixir.Exception"]
    return strip(BeamModule(module.path, (*prune(parts, functions, (), condense=True), *attributes)))


@pytest.fixture(scope="module")
def sections(beam_named: Callable[[str], Path]) -> list[Section]:
    beams = {name: pruned(read_beam(beam_named(name))) for name in NAMES}
    whole = strip(read_beam(beam_named("proplists")))  # as it was compiled: nothing of it is condensed
    modules = [module_section("Elixir.Enum", beams.pop("Elixir.Enum"), start=True)]
    modules += [module_section(name, beam) for name, beam in sorted([*beams.items(), ("proplists", whole)])]
    return [*modules, file_section("app/priv/empty", b""), file_section("app/priv/text", bytes(range(256)))]


def as_read(section: Section) -> object:
    if section.is_file:
        return section
    chunks = {chunk.id: chunk.data for chunk in read_chunks(section.data, section.name)}
    lines = chunks.pop("Line")
    return section.name, section.flags, chunks, lines[LINE_HEADER_BYTES:]


@pytest.mark.parametrize("of_library", [(), NAMES, ("lists", "Elixir.Exception", "erl_eval")])
def test_what_is_restored_is_what_was_condensed(sections: list[Section], of_library: tuple[str, ...]) -> None:
    archive = condense(sections, of_library)
    assert [section.name for section in read_avm(archive)] == [SECTION]
    assert list(map(as_read, read_archive(archive))) == list(map(as_read, sections))
    assert condense(sections, of_library) == archive


def test_a_module_with_a_long_atom_is_one_that_any_machine_reads(compile_erl: Callable[..., Path]) -> None:
    long = "é" * 200  # 400 bytes
    parts = take_apart(read_beam(compile_erl("-module(long). -export([f/0]). f() -> short.")))
    parts = replace(parts, atoms=tuple(long if atom == "short" else atom for atom in parts.atoms))
    beam = strip(BeamModule("long.beam", tuple(prune(parts, {("f", 0)}, (), condense=True))))
    (restored,) = read_archive(condense([module_section("long", beam, start=True)], ()))
    assert "Code" in {chunk.id for chunk in read_chunks(restored.data, restored.name)}
    assert long in parse_beam(restored.data).atoms


def test_blocks_by_when_their_sections_are_asked_for(beam_named: Callable[[str], Path]) -> None:
    library = {"lists", "Elixir.Exception", "Elixir.Inspect.Algebra", "erl_eval", "Elixir.KeyError"}
    own = {"Elixir.App", "Elixir.App.Error", "Elixir.App.OddError", "application"}
    beam = strip(read_beam(beam_named("proplists")))
    modules = [module_section(name, beam, start=name == "Elixir.App") for name in sorted(own | library)]
    files = [file_section(name, b"1") for name in ("app/priv/text", "elixir_workers/priv/settings.bin")]
    blocks = decode_blocks(read_avm(condense([*modules, *files], library))[0].data)
    assert [section_names(block, len(modules) + len(files), blocks[0]) for block in range(len(blocks))] == [
        ["Elixir.App.beam", "Elixir.App.Error.beam", "lists.beam", "elixir_workers/priv/settings.bin"],
        ["Elixir.App.OddError.beam", "Elixir.Inspect.Algebra.beam", "application.beam", "app/priv/text"],
        ["Elixir.Exception.beam", "Elixir.KeyError.beam", "erl_eval.beam"],
    ]


def section_names(block: int, count: int, first: bytes) -> list[str]:
    """Of the directory in the first block, which says of each section in which block it is."""
    assert first[0] == count
    of_blocks, names = first[1 + count : 1 + 2 * count], first[1 + 2 * count :].split(b"\xff")[:count]
    return [name.decode() for name, its in zip(names, of_blocks, strict=True) if its == block]


def test_a_restored_module_is_read_like_any_other(sections: list[Section]) -> None:
    restored = {section.name: section for section in read_archive(condense(sections, ()))}
    for section in sections:
        if not section.is_file:
            one, other = parse_beam(section.data), parse_beam(restored[section.name].data)
            assert (one.instructions, one.literals, one.lines) == (other.instructions, other.literals, other.lines)
            assert (one.exports, one.imports, one.lambdas) == (other.exports, other.imports, other.lambdas)


def test_it_is_smaller_than_what_gzip_makes_of_the_sections(sections: list[Section]) -> None:
    assert len(condense(sections, ())) < 0.8 * len(gzip.compress(write_avm(sections), 9))


def test_an_archive_that_is_not_condensed_is_read_as_it_is(sections: list[Section], tmp_path: Path) -> None:
    (tmp_path / "plain.avm").write_bytes(write_avm(sections))
    assert read_archive_file(tmp_path / "plain.avm") == sections
    with pytest.raises(AvmError, match=r"none\.avm.*cannot be read"):
        read_archive_file(tmp_path / "none.avm")


def test_archives_without_modules_or_without_anything() -> None:
    files = [file_section("a", b"1"), file_section("b", b"")]
    assert read_archive(condense(files, ())) == files
    assert read_archive(condense([], ())) == []


def test_names_that_no_archive_can_hold_are_refused() -> None:
    with pytest.raises(ValueError, match="two of that name"):
        condense([file_section("a", b""), file_section("a", b"")], ())


def test_truncations_and_mutations_give_sections_or_an_error(sections: list[Section]) -> None:
    data = read_avm(condense(sections, NAMES))[0].data
    pick = random.Random(7)
    damaged = [data[: pick.randrange(len(data))] for _ in range(40)]
    for _ in range(60):
        mutant = bytearray(data)
        mutant[pick.randrange(200 if pick.random() < 0.5 else len(data))] ^= pick.randrange(1, 256)
        damaged.append(bytes(mutant))
    failed = 0
    for each in damaged:
        try:
            read_archive(write_avm([file_section(SECTION, each)]), "some.avm")
        except AvmError as error:
            assert SECTION in str(error)
            failed += 1
    assert failed > len(damaged) // 2

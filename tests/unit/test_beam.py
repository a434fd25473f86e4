from __future__ import annotations

import gzip
import struct
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hatch_elixir_workers import beam_file, etf
from hatch_elixir_workers.beam import MFA, BeamModule, Chunk, Location, parse_beam, read_beam, strip, write_chunks
from hatch_elixir_workers.errors import BeamError
from hatch_elixir_workers.etf import Atom, Map

CompileErl = Callable[..., Path]

SAMPLE = """
-module(sample).
-author(someone).
-export([start/0, add/2, table/1]).

start() ->
    F = fun(X) -> add(X, length([X])) end,
    lists:map(F, [1, 2, 3]).

add(A, B) when is_integer(A) -> A + B.

table(Key) ->
    maps:get(Key, #{one => 'Elixir.Some.Module', two => [fun lists:map/2]}, other_module).
"""

CODE_OF_OTP_99 = struct.pack(">5I", 16, 0, 250, 1, 1)
READ_EVERYTHING_LIMIT_CPU_S = 60


@pytest.fixture(scope="module")
def sample(compile_erl: CompileErl) -> BeamModule:
    return read_beam(compile_erl(SAMPLE, "+debug_info"))


def test_every_installed_beam_is_read(installed_beams: list[Path]) -> None:
    """Containers, code, literals, lines and attributes of all of OTP and Elixir, and each survives stripping."""
    started = time.process_time()
    for path in installed_beams:
        module = read_beam(path)
        module.verify()
        code = module.chunk("Code")
        assert code is not None
        assert len(module.functions) == struct.unpack_from(">I", code, 16)[0], path
        again = parse_beam(strip(module))
        assert (again.name, again.raw_literals) == (module.name, module.raw_literals)
        assert again.instructions is not module.instructions
        assert again.chunk("Code") == code
    assert time.process_time() - started < READ_EVERYTHING_LIMIT_CPU_S


def test_tables(sample: BeamModule) -> None:
    assert sample.name == sample.atoms[0] == "sample"
    assert {(export.function, export.arity) for export in sample.exports} == {
        ("start", 0), ("add", 2), ("table", 1), ("module_info", 0), ("module_info", 1),
    }  # fmt: skip
    assert MFA("lists", "map", 2) in sample.imports
    assert MFA("erlang", "+", 2) in sample.imports
    assert str(MFA("lists", "map", 2)) == "lists:map/2"
    assert [(each.function, each.arity, each.num_free) for each in sample.lambdas] == [("-start/0-fun-0-", 1, 0)]
    assert [each.function for each in sample.locals] == ["-start/0-fun-0-"]


def test_attributes(sample: BeamModule) -> None:
    assert sample.attributes["author"] == [Atom("someone")]
    assert isinstance(sample.compile_info["version"], list)
    stripped = parse_beam(strip(sample))
    assert stripped.attributes == sample.attributes
    assert stripped.compile_info == {}


def test_functions_with_their_lines(sample: BeamModule) -> None:
    functions = {(function.name, function.arity): function for function in sample.functions}
    exports = {(export.function, export.arity): export.label for export in sample.exports}
    assert [(each.name, each.arity) for each in sample.functions][:3] == [("start", 0), ("add", 2), ("table", 1)]
    assert all(functions[name].label == label for name, label in exports.items())
    add = functions["add", 2]
    assert [each.name for each in add.instructions if each.name not in ("label", "line")] == [
        "func_info", "is_integer", "gc_bif2", "return",
    ]  # fmt: skip
    plus = [each.name for each in add.instructions].index("gc_bif2")
    assert sample.location(add.line_refs[plus]) == Location("sample.erl", 10)
    assert str(Location("sample.erl", 10)) == "sample.erl:10"


def test_literals(sample: BeamModule) -> None:
    table = Map(
        (
            (Atom("one"), Atom("Elixir.Some.Module")),
            (Atom("two"), [etf.ExternalFun(Atom("lists"), Atom("map"), 2)]),
        )
    )
    assert table in sample.literals
    assert [1, 2, 3] in sample.literals


def test_lines_of_another_file(compile_erl: CompileErl) -> None:
    source = '-module(generated).\n-export([f/1]).\n-file("lib/source.ex", 41).\nf(X) ->\n  hd(X).\n'
    module = read_beam(compile_erl(source))
    assert Location("lib/source.ex", 42) in module.lines


def test_strip_keeps_what_the_machine_reads(sample: BeamModule) -> None:
    stripped = parse_beam(strip(sample))
    assert [chunk.id for chunk in stripped.chunks] == [
        "AtU8", "Code", "StrT", "ImpT", "ExpT", "LocT", "FunT", "LitU", "Type", "Attr", "Line",
    ]  # fmt: skip
    assert stripped.literals == sample.literals
    assert stripped.functions == sample.functions
    assert len(strip(sample)) % 4 == 0


def test_strip_without_lines(sample: BeamModule) -> None:
    stripped = parse_beam(strip(sample, keep_lines=False))
    assert stripped.chunk("Line") is None
    assert stripped.lines == (None,)
    assert {stripped.location(ref) for function in stripped.functions for ref in function.line_refs} == {None}


def test_strip_does_not_depend_on_how_the_file_was_compressed(compile_erl: CompileErl, sample: BeamModule) -> None:
    zipped = read_beam(compile_erl(SAMPLE, "+compressed"))
    assert Path(zipped.path).read_bytes()[:2] == b"\x1f\x8b"
    assert strip(zipped) == strip(sample)


def test_otp_28_atom_table_and_plain_literals(sample: BeamModule) -> None:
    long_name = "é" * 100
    atoms = [*sample.atoms, long_name]
    table = struct.pack(">i", -len(atoms)) + b"".join(_atom_28(atom) for atom in atoms)
    literals = struct.pack(">I", 0) + sample.literal_table
    replaced = {"AtU8": table, "LitT": literals}
    chunks = [Chunk(chunk.id, replaced.get(chunk.id, chunk.data)) for chunk in sample.chunks]
    module = parse_beam(write_chunks(chunks))
    module.verify()
    assert module.atoms == (*sample.atoms, long_name)
    assert module.literals == sample.literals


def _atom_28(name: str) -> bytes:
    data = name.encode()
    size = bytes([len(data) << 4]) if len(data) < 16 else bytes([len(data) >> 8 << 5 | 0b01000, len(data) & 0xFF])
    return size + data


def _with(module: BeamModule, **replaced: bytes) -> bytes:
    return write_chunks([Chunk(chunk.id, replaced.get(chunk.id, chunk.data)) for chunk in module.chunks])


@pytest.mark.parametrize(
    ("replaced", "chunk", "offset", "problem"),
    [
        ({"AtU8": b""}, "AtU8", 0, "truncated"),
        ({"AtU8": b"\0\0\0\0"}, "AtU8", 0, "0 atoms in 0 bytes"),
        ({"AtU8": b"\x7f\xff\xff\xff\0"}, "AtU8", 0, "2147483647 atoms in 1 bytes"),
        ({"AtU8": b"\0\0\0\x02\x01a\x05b"}, "AtU8", 6, "truncated within an atom"),
        ({"AtU8": b"\0\0\0\x01\x02\xff\xff"}, "AtU8", 4, "atom b'\\xff\\xff' is not UTF-8"),
        ({"ImpT": b"\xff\xff\xff\xff"}, "ImpT", 0, "4294967295 entries in 0 bytes"),
        ({"ExpT": struct.pack(">4I", 1, 9999, 0, 1)}, "ExpT", 4, "atom 9999 of {atoms}"),
        ({"Code": b""}, "Code", 0, "truncated"),
        ({"Code": CODE_OF_OTP_99}, "Code", 8, "instruction 250 comes from an OTP release newer than 29"),
        ({"Code": struct.pack(">5I", 16, 7, 1, 1, 1)}, "Code", 4, "instruction format 7 is unknown"),
        ({"Code": struct.pack(">5I", 16, 0, 1, 1, 1) + b"\xc8"}, "Code", 20, "unknown instruction 200"),
        ({"LitT": b"\xff\xff\xff\xff" + zlib.compress(b"")}, "LitT", 0, "a literal table of 4294967295 bytes"),
        ({"LitT": struct.pack(">I", 9) + zlib.compress(bytes(90))}, "LitT", 4, "holds more than 9 bytes"),
        ({"LitT": struct.pack(">I", 9) + zlib.compress(bytes(8))}, "LitT", 0, "9 bytes are announced, 8 came out"),
        ({"LitT": struct.pack(">III", 0, 1, 9) + b"\x83"}, "LitT", 4, "truncated within literal 0 of 1"),
        ({"LitT": struct.pack(">III", 0, 2, 2) + b"\x83\x01\0\0\0\x02\x83j"}, "LitT", 9, "unknown tag 1"),
        ({"Line": struct.pack(">5I", 0, 0, 0, 9, 9)}, "Line", 12, "9 lines and 9 names in 0 bytes"),
        ({"Attr": b"\x83a\x01"}, "Attr", 0, "not a list of pairs"),
    ],
)  # fmt: skip
def test_damage_is_named_with_chunk_and_offset(
    sample: BeamModule, replaced: dict[str, bytes], chunk: str, offset: int, problem: str
) -> None:
    with pytest.raises(BeamError) as caught:
        parse_beam(_with(sample, **replaced), "app/ebin/x.beam").verify()
    problem = problem.format(atoms=len(sample.atoms))
    assert str(caught.value) == f"app/ebin/x.beam: chunk {chunk}, offset {offset}: {problem}"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "x: chunk FOR1, offset 0: not a .beam file: it does not start with FOR1….BEAM"),
        (b"FOR1\0\0\0\x14BEAM", "x: chunk FOR1, offset 4: truncated: 28 bytes are announced, the file has 12"),
        (b"FOR1\0\0\0\x06BEAMab", "x: chunk FOR1, offset 12: 2 stray bytes after the last chunk"),
        (b"FOR1\0\0\0\x0cBEAMCode\0\0\0\x09", "x: chunk Code, offset 0: truncated: 9 bytes are announced, 0 are left"),
        (b"FOR1\0\0\0\x04BEAM", "x: chunk AtU8, offset 0: is missing: compile the module again, with OTP 24 or later"),
        (
            b"\x1f\x8bxxxx",
            "x: chunk FOR1, offset 0: gzip: Error -3 while decompressing data: unknown compression method",
        ),
        (gzip.compress(b"FOR1")[:-9], "x: chunk FOR1, offset 0: gzip: the compressed data ends too early"),
    ],
)
def test_damaged_containers(data: bytes, message: str) -> None:
    with pytest.raises(BeamError) as caught:
        parse_beam(data, "x")
    assert str(caught.value) == message


def test_a_gzip_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beam_file, "MAX_BEAM_BYTES", 1 << 16)
    with pytest.raises(BeamError, match="gzip: holds more than 65536 bytes"):
        parse_beam(gzip.compress(bytes(1 << 20)))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BeamError, match=r"none\.beam: chunk file, offset 0: cannot be read: No such file"):
        read_beam(tmp_path / "none.beam")


FUZZED = ("lists", "gen", "Elixir.Range", "Elixir.Tuple", "erl_stdlib_errors", "proplists", "Elixir.Access")


@pytest.fixture(scope="module")
def real_files(beam_named: Callable[[str], Path]) -> list[bytes]:
    """Real modules as they are installed, gzipped, and stripped (every byte then is in a chunk that is read)."""
    originals = [beam_named(name).read_bytes() for name in FUZZED]
    return [*originals, gzip.compress(originals[0]), *(strip(parse_beam(data)) for data in originals)]


def read_all(data: bytes) -> None:
    """Reads everything; the only exception may be BeamError, which names file, chunk and offset."""
    try:
        module = parse_beam(data, "some.beam")
        module.verify()
        strip(module)
    except BeamError as error:
        assert str(error).startswith(f"some.beam: chunk {error.chunk}, offset {error.offset}: ")
        assert error.offset >= 0


@settings(deadline=None)
@given(st.data())
def test_truncated_files(real_files: list[bytes], data: st.DataObject) -> None:
    file = data.draw(st.sampled_from(real_files))
    cut = file[: data.draw(st.integers(0, len(file) - 1))]
    with pytest.raises(BeamError, match=r"^some\.beam: chunk .{4}, offset \d+: "):
        parse_beam(cut, "some.beam")


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_mutated_files(real_files: list[bytes], data: st.DataObject) -> None:
    file = bytearray(data.draw(st.sampled_from(real_files)))
    for _ in range(data.draw(st.integers(1, 5))):
        position = data.draw(st.integers(0, len(file) - 1))
        removed = data.draw(st.integers(0, 4))
        file[position : position + removed] = data.draw(st.binary(max_size=4))
    read_all(bytes(file))


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_mutated_chunks(real_files: list[bytes], data: st.DataObject) -> None:
    """The container stays whole, so every mutation reaches the reader of its chunk."""
    chunks = list(parse_beam(data.draw(st.sampled_from(real_files))).chunks)
    index = data.draw(st.integers(0, len(chunks) - 1))
    content = bytearray(chunks[index].data)
    position = data.draw(st.integers(0, min(len(content), 200)))
    content[position : position + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    chunks[index] = Chunk(chunks[index].id, bytes(content))
    read_all(write_chunks(chunks))

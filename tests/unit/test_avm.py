from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hatch_elixir_workers.avm import (
    CODE,
    FILE,
    MAGIC,
    START,
    Section,
    file_section,
    module_section,
    read_avm,
    write_avm,
)
from hatch_elixir_workers.condensed_archive import read_archive_file
from hatch_elixir_workers.errors import AvmError

names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40)
modules = st.builds(
    Section,
    names,
    st.sampled_from([CODE, CODE | START]),
    st.binary(max_size=64).map(lambda data: data + bytes(-len(data) % 4)),
)
files = st.builds(Section, names, st.just(FILE), st.binary(max_size=64))
archives = st.lists(st.one_of(modules, files), max_size=6, unique_by=lambda section: section.name)


@given(archives)
def test_round_trip(sections: list[Section]) -> None:
    data = write_avm(sections)
    assert read_avm(data) == sections
    assert write_avm(sections) == data


@given(archives, st.data())
def test_every_truncation_is_an_error(sections: list[Section], data: st.DataObject) -> None:
    archive = write_avm(sections)
    cut = data.draw(st.integers(0, len(archive) - 1 - len(b"end\0")))
    with pytest.raises(AvmError, match=r"^some\.avm: section .*, offset \d+: "):
        read_avm(archive[:cut], "some.avm")


@given(archives, st.data())
def test_mutations_give_sections_or_an_error(sections: list[Section], data: st.DataObject) -> None:
    archive = bytearray(write_avm(sections))
    for _ in range(data.draw(st.integers(1, 4))):
        archive[data.draw(st.integers(0, len(archive) - 1))] = data.draw(st.integers(0, 255))
    try:
        read_avm(bytes(archive))
    except AvmError as error:
        assert 0 <= error.offset <= len(archive)


def test_layout_byte_for_byte() -> None:
    archive = write_avm([module_section("a", b"BEAMDATA", start=True), file_section("app/priv/x", b"hello")])
    start = struct.pack(">III", 12 + 8 + 8, START | CODE, 0) + b"a.beam\0\0" + b"BEAMDATA"
    file = struct.pack(">III", 12 + 12 + 12, FILE, 0) + b"app/priv/x\0\0" + struct.pack(">I", 5) + b"hello\0\0\0"
    end = struct.pack(">III", 0, 0, 0) + b"end\0"
    assert archive == MAGIC + start + file + end
    assert len(MAGIC) == 24


def test_a_file_without_its_size_is_damaged_whatever_follows() -> None:
    empty = struct.pack(">III", 16, FILE, 0) + b"abc\0"
    end = struct.pack(">III", 0, 0, 0) + b"end\0"
    with pytest.raises(AvmError, match=r"section abc, offset 40: truncated: the file's size is missing"):
        read_avm(MAGIC + empty + end)


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        ([Section("", CODE, b"")], "section '': a name is not empty and has no NUL"),
        ([Section("a\0b", CODE, b"")], "section 'a\\x00b': a name is not empty and has no NUL"),
        ([Section("a", 0, b"")], "section a: flags 0 would end every search"),
        ([Section("a.beam", CODE, b"abc")], "section a.beam: 3 bytes are not a multiple of 4"),
        ([Section("a", FILE, b""), Section("a", FILE, b"")], "section a: there are two of that name"),
    ],
)
def test_sections_that_could_not_be_found_again_are_refused(sections: list[Section], message: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        write_avm(sections)
    assert str(caught.value) == message


def test_a_file_that_is_no_archive_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.avm").write_bytes(b"PK\x03\x04" * 10)
    with pytest.raises(AvmError) as caught:
        read_archive_file(tmp_path / "x.avm")
    assert str(caught.value) == (
        f"{tmp_path}/x.avm: section magic, offset 0: not an .avm archive: it does not start with AtomVM's magic bytes"
    )


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(AvmError, match=r"none\.avm: section file, offset 0: cannot be read: No such file"):
        read_archive_file(tmp_path / "none.avm")

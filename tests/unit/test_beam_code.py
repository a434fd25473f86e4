from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hatch_elixir_workers.beam_code import (
    FR,
    A,
    Alloc,
    CompactReader,
    F,
    I,
    Items,
    Lit,
    Nil,
    Operand,
    U,
    X,
    Y,
    decode_instructions,
)
from hatch_elixir_workers.beam_file import ChunkError

ATOMS = tuple(f"atom{index}" for index in range(3000))


def compact(tag: int, value: int) -> bytes:
    """The shortest compact term (beam-format, Compact terms)."""
    if 0 <= value < 16:
        return bytes([value << 4 | tag])
    if 0 <= value < 2048:
        return bytes([value >> 8 << 5 | 0b01000 | tag, value & 0xFF])
    size = max(2, value.bit_length() // 8 + 1)
    data = value.to_bytes(size, "big", signed=True)
    if size <= 8:
        return bytes([size - 2 << 5 | 0b11000 | tag]) + data
    return bytes([0b11111000 | tag]) + compact(0, size - 9) + data


def read(data: bytes) -> Operand:
    reader = CompactReader(data, 0, ATOMS, literals=6)
    operand = reader.operand()
    assert reader.pos == len(data)
    return operand


@given(st.one_of(st.integers(-(2**64), 2**64), st.integers(-(2**128) + 1, 2**128 - 1)))
def test_integers(value: int) -> None:
    assert read(compact(1, value)) == I(value)


@given(st.integers(0, 2**40))
def test_unsigned_operands(value: int) -> None:
    assert read(compact(0, value)) == U(value)
    assert read(compact(3, value)) == X(value)
    assert read(compact(4, value)) == Y(value)
    assert read(compact(5, value)) == F(value)


@given(st.integers(1, len(ATOMS)))
def test_atoms_are_resolved(index: int) -> None:
    assert read(compact(2, index)) == A(ATOMS[index - 1])


@pytest.mark.parametrize(
    ("data", "operand"),
    [
        (b"\x02", Nil()),
        (b"\x17\x30\x13\x12\x01", Items((X(1), A("atom0"), I(0)))),
        (b"\x27\x30", FR(3)),
        (b"\x37\x20\x00\x50\x10\x20", Alloc(((0, 5), (1, 2)))),
        (b"\x47\x50", Lit(5)),
        (b"\x57\x23\x90", X(2)),
        (b"\x57\x24\x08\x20", Y(2)),
        (b"\x19\xff\xff", I(-1)),
        (b"\x09\x10", I(16)),
    ],
)
def test_operands(data: bytes, operand: Operand) -> None:
    assert read(data) == operand


@pytest.mark.parametrize(
    ("data", "offset", "problem"),
    [
        (b"", 0, "the code ends within an instruction"),
        (b"\x09", 0, "the data ends within a compact term"),
        (b"\x19\xff", 0, "the data ends within a compact term"),
        (b"\x18\xff\xff", 0, "negative value -1 with tag 0"),
        (b"\xf9\x00\xff", 0, "the data ends within a compact term"),
        (b"\xf9\xf8\xf8\xf8", 0, "an integer whose length is itself a long integer"),
        (b"\xf9\xe8\xff", 0, "an integer of 2056 bytes"),
        (b"\x06", 0, "operand with the unused tag 6"),
        (b"\x07", 0, "unknown extended operand 0x07"),
        (b"\x17\x90\x02", 0, "a list of 9 operands in 1 bytes"),
        (b"\x17\x10\x17\x00", 2, "an operand list within an operand list"),
        (b"\x37\x20\x00\x00", 0, "a list of 2 operands in 2 bytes"),
        (b"\x47\x60", 0, "literal 6 of 6"),
        (b"\x57\x10\x00", 0, "typed register with tag 0"),
        (b"\x47\x13", 1, "a plain number was expected, found tag 3"),
        (compact(2, 3001), 0, "atom 3001 of 3000"),
    ],
)
def test_damage_is_named_with_its_offset(data: bytes, offset: int, problem: str) -> None:
    with pytest.raises(ChunkError) as caught:
        read(data)
    assert (caught.value.offset, caught.value.problem) == (offset, problem)


@given(st.binary(max_size=60))
def test_any_bytes_give_an_operand_or_an_error(data: bytes) -> None:
    try:
        CompactReader(data, 0, ATOMS[:5]).operand()
    except ChunkError as error:
        assert 0 <= error.offset <= len(data)


def test_instructions() -> None:
    code = bytes([1, 0x10, 64, 0x13, 0x03, 19, 3])
    instructions = list(decode_instructions(code, 0, ()))
    assert [(each.offset, each.name, each.operands) for each in instructions] == [
        (0, "label", (U(1),)),
        (2, "move", (X(1), X(0))),
        (5, "return", ()),
        (6, "int_code_end", ()),
    ]


@pytest.mark.parametrize(
    ("code", "offset", "problem"),
    [
        (b"", 0, "the code ends without int_code_end"),
        (b"\x13", 1, "the code ends without int_code_end"),
        (b"\x13\x00", 1, "unknown instruction 0"),
        (b"\x13\xff", 1, "unknown instruction 255"),
        (b"\x40\x03", 2, "the code ends within an instruction"),
        (b"\x4e\x00\x20\x03", 0, "import 2 of 2"),
        (b"\x4e\x00\x23\x03", 0, "call_ext_only without an import"),
    ],
)
def test_damaged_instructions(code: bytes, offset: int, problem: str) -> None:
    with pytest.raises(ChunkError) as caught:
        list(decode_instructions(code, 0, (), imports=2))
    assert (caught.value.offset, caught.value.problem) == (offset, problem)

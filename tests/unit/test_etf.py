from __future__ import annotations

import random
import struct
import subprocess
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hatch_elixir_workers import etf
from hatch_elixir_workers.errors import EtfError
from hatch_elixir_workers.etf import (
    Atom,
    BitString,
    ExternalFun,
    Fun,
    ImproperList,
    Map,
    Pid,
    Port,
    Reference,
    Term,
)

SHORT_COMPRESSED = b"\x83P\0\0\0\x05" + zlib.compress(b"a\x01")

u32 = st.integers(0, 2**32 - 1)
atoms = st.builds(Atom, st.text(st.characters(exclude_categories=["Cs"]), max_size=255))
pids = st.builds(Pid, atoms, u32, u32, u32)
bit_strings = st.builds(
    lambda data, bits: BitString(data[:-1] + bytes([data[-1] & (0xFF00 >> bits) & 0xFF]), bits),
    st.binary(min_size=1, max_size=20),
    st.integers(1, 7),
)
scalars: st.SearchStrategy[Term] = st.one_of(
    atoms,
    st.integers(),
    st.integers(-(2**4000), 2**4000),
    st.floats(allow_nan=False, allow_infinity=False),
    st.binary(max_size=300),
    bit_strings,
    pids,
    st.builds(Port, atoms, st.integers(0, 2**64 - 1), u32),
    st.builds(Reference, atoms, u32, st.lists(u32, max_size=5).map(tuple)),
    st.builds(ExternalFun, atoms, atoms, st.integers(0, 255)),
)


def _compound(parts: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    return st.one_of(
        st.lists(parts, max_size=8),
        st.lists(st.integers(0, 255), max_size=300),
        st.lists(parts, max_size=8).map(tuple),
        st.builds(Map, st.lists(st.tuples(parts, parts), max_size=5).map(tuple)),
        st.builds(ImproperList, st.lists(parts, min_size=1, max_size=4), atoms),
        st.builds(
            Fun,
            atoms,
            st.integers(0, 255),
            st.binary(min_size=16, max_size=16),
            u32,
            st.integers(0, 2**31),
            st.integers(0, 2**31),
            pids,
            st.lists(parts, max_size=4).map(tuple),
        ),
    )


terms = st.recursive(scalars, _compound, max_leaves=25)


@given(terms)
def test_round_trip(term: Term) -> None:
    assert etf.decode(etf.encode(term)) == term


@given(terms, st.data())
def test_every_truncation_is_an_error(term: Term, data: st.DataObject) -> None:
    encoded = etf.encode(term)
    cut = data.draw(st.integers(0, len(encoded) - 1))
    with pytest.raises(EtfError):
        etf.decode(encoded[:cut])


@given(terms, st.data())
def test_mutations_give_a_term_or_an_error(term: Term, data: st.DataObject) -> None:
    encoded = bytearray(etf.encode(term))
    for _ in range(data.draw(st.integers(1, 4))):
        encoded[data.draw(st.integers(0, len(encoded) - 1))] = data.draw(st.integers(0, 255))
    try:
        etf.encode(etf.decode(bytes(encoded)))
    except EtfError as error:
        assert 0 <= error.offset <= len(encoded)


@given(st.binary(max_size=200))
def test_any_bytes_give_a_term_or_an_error(data: bytes) -> None:
    try:
        etf.decode(b"\x83" + data)
    except EtfError as error:
        assert str(error).startswith("external term, offset ")


@pytest.mark.parametrize(
    ("encoded", "term"),
    [
        (b"a\x07", 7),
        (b"b\xff\xff\xff\xff", -1),
        (b"n\x01\x01\x05", -5),
        (b"o\0\0\0\x01\0\x05", 5),
        (b"d\0\x03\xe9\xe4a", Atom("éäa")),
        (b"s\x01a", Atom("a")),
        (b"v\0\x02\xc3\xa9", Atom("é")),
        (b"w\x02\xc3\xa9", Atom("é")),
        (b"c" + b"1.50000000000000000000e+00".ljust(31, b"\0"), 1.5),
        (b"k\0\x02hi", [104, 105]),
        (b"l\0\0\0\x01a\x01k\0\x01\x02", [1, 2]),
        (b"l\0\0\0\0a\x01", 1),
        (b"l\0\0\0\x01a\x01l\0\0\0\x01a\x02a\x03", ImproperList([1, 2], 3)),
        (b"h\0", ()),
        (b"i\0\0\0\x01j", ([],)),
        (b"t\0\0\0\x02a\x02a\x01a\x01j", Map(((2, 1), (1, [])))),
        (b"M\0\0\0\x01\x03\xff", BitString(b"\xe0", 3)),
        (b"M\0\0\0\x01\x08\xff", b"\xff"),
        (b"gw\x01n\0\0\0\x01\0\0\0\x02\x03", Pid(Atom("n"), 1, 2, 3)),
        (b"fw\x01n\0\0\0\x01\x03", Port(Atom("n"), 1, 3)),
        (b"Yw\x01n\0\0\0\x01\0\0\0\x03", Port(Atom("n"), 1, 3)),
        (b"r\0\x01w\x01n\x03\0\0\0\x07", Reference(Atom("n"), 3, (7,))),
    ],
)
def test_every_tag_that_encode_does_not_write(encoded: bytes, term: Term) -> None:
    assert etf.decode(b"\x83" + encoded) == term


@pytest.mark.parametrize(
    ("encoded", "offset", "cause"),
    [
        (b"", 0, "no bytes at all"),
        (b"\x82a\x01", 0, "version 130, not 131"),
        (b"\x83", 1, "the data ends within a term: 1 bytes needed, 0 left"),
        (b"\x83\x01", 1, "unknown tag 1"),
        (b"\x83a\x01\0", 3, "1 bytes after the term"),
        (b"\x83m\xff\xff\xff\xffabc", 6, "the data ends within a term: 4294967295 bytes needed, 3 left"),
        (b"\x83l\xff\xff\xff\xffj", 6, "4294967295 parts are announced, 1 bytes are left"),
        (b"\x83t\x10\0\0\0jj", 6, "268435456 parts are announced, 2 bytes are left"),
        (b"\x83w\x01\xff", 3, "an atom that is not UTF-8"),
        (b"\x83v\1\0" + b"a" * 256, 260, "an atom of 256 characters"),
        (b"\x83F\x7f\xf0\0\0\0\0\0\0", 2, "float inf"),
        (b"\x83M\0\0\0\x01\x09\xff", 2, "a bit string of 1 bytes with 9 bits in the last"),
        (b"\x83gj", 2, "an atom was expected"),
        (b"\x83P\xff\xff\xff\xff", 2, "a compressed term of 4294967295 bytes"),
        (SHORT_COMPRESSED, 2, "the compressed term does not hold the 5 bytes it announces"),
    ],
)
def test_damage_is_named_with_its_offset(encoded: bytes, offset: int, cause: str) -> None:
    with pytest.raises(EtfError) as caught:
        etf.decode(encoded)
    assert str(caught.value) == f"external term, offset {offset}: {cause}"


@pytest.mark.parametrize("term", [True, float("nan"), Atom("a" * 256), Atom("\ud800"), "text", None, {}])
def test_values_without_an_external_term_are_refused(term: Term) -> None:
    with pytest.raises(EtfError):
        etf.encode([term])


def test_depth_is_limited_by_memory_only() -> None:
    depth = 200_000
    data = b"\x83" + b"h\x01" * depth + b"j"
    assert etf.encode(etf.decode(data)) == data


def test_a_chain_of_list_tails_is_read_in_linear_time() -> None:
    length = 200_000
    data = b"\x83" + b"l\0\0\0\x01a\x01" * length + b"j"
    assert etf.decode(data) == [1] * length


def test_compressed_terms() -> None:
    plain = etf.encode([Atom("x")] * 100)[1:]
    data = b"\x83P" + struct.pack(">I", len(plain)) + zlib.compress(plain)
    assert etf.decode(data) == [Atom("x")] * 100


_ERLANG_TERMS = """
    F = fun(X) -> {X, 1.5} end,
    Terms = [
        self(), make_ref(), hd(erlang:ports()), alias(), fun lists:map/2, F, fun() -> F end,
        'schön', '日本', list_to_atom(lists:duplicate(255, $€)), '', [], {}, #{}, <<>>, "", [a|b],
        0, 255, 256, -1, -(1 bsl 31), 1 bsl 31, -(1 bsl 64), 1 bsl 3000, -(1 bsl 3000),
        0.0, -0.0, 1.0e300, 5.0e-324, 0.1, <<5:3>>, <<1, 2, 1:1>>, <<0:7>>,
        lists:seq(1, 70000), lists:duplicate(65535, 1), lists:duplicate(65536, 1), lists:seq(0, 256),
        list_to_tuple(lists:seq(1, 300)), maps:from_list([{{K, [K]}, #{K => <<K:12>>}} || K <- lists:seq(1, 100)])
    ],
"""


def test_terms_written_by_erl_are_read_and_written_back_as_the_same_terms(tmp_path: Path) -> None:
    script = (
        _ERLANG_TERMS
        + """
        All = [term_to_binary(T, O) || T <- Terms, O <- [[], [compressed], [{minor_version, 0}], [{minor_version, 1}]]],
        ok = file:write_file("erl.etf", term_to_binary(All)), halt().
    """
    )
    _erl(script, tmp_path)
    encoded = etf.decode((tmp_path / "erl.etf").read_bytes())
    assert isinstance(encoded, list)
    assert len(encoded) > 120
    ours = [etf.encode(etf.decode(data)) for data in encoded if isinstance(data, bytes)]
    (tmp_path / "ours.etf").write_bytes(etf.encode([*ours]))
    check = """
        [Theirs, Ours] = [binary_to_term(element(2, file:read_file(F))) || F <- ["erl.etf", "ours.etf"]],
        Pairs = lists:zip(Theirs, Ours),
        [] = [A || {A, B} <- Pairs, not (binary_to_term(A) =:= binary_to_term(B))],
        io:format("~p", [length(Pairs)]), halt().
    """
    assert _erl(check, tmp_path) == str(len(encoded))


def test_terms_written_here_are_read_by_erl(tmp_path: Path) -> None:
    source = random.Random(20261123)
    generated = [_random_term(source, 5) for _ in range(500)]
    (tmp_path / "ours.etf").write_bytes(etf.encode([etf.encode(term) for term in generated]))
    script = """
        {ok, Data} = file:read_file("ours.etf"),
        Again = [term_to_binary(binary_to_term(T)) || T <- binary_to_term(Data)],
        ok = file:write_file("erl.etf", term_to_binary(Again)),
        halt().
    """
    _erl(script, tmp_path)
    returned = etf.decode((tmp_path / "erl.etf").read_bytes())
    assert isinstance(returned, list)
    assert [_ordered(etf.decode(data)) for data in returned if isinstance(data, bytes)] == [*map(_ordered, generated)]


def _erl(script: str, folder: Path) -> str:
    command = ["erl", "+fnu", "-noshell", "-eval", script]  # the script is UTF-8 in any locale
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=60).stdout


def _random_term(source: random.Random, depth: int) -> Term:
    kinds = 6 if depth == 0 else 10
    kind = source.randrange(kinds)
    if kind == 0:
        return source.randrange(-(2 ** source.randrange(1, 600)), 2 ** source.randrange(1, 600))
    if kind == 1:
        return source.uniform(-1e10, 1e10) * 10.0 ** source.randrange(-200, 200)
    if kind == 2:
        return Atom("".join(source.choice("aé€𝄞 '_\\") for _ in range(source.randrange(20))))
    if kind == 3:
        return source.randbytes(source.randrange(40))
    if kind == 4:
        return BitString(bytes([*source.randbytes(3), 0x80]), source.randrange(1, 8))
    if kind == 5:
        return [*source.randbytes(source.randrange(20))]
    parts = [_random_term(source, depth - 1) for _ in range(source.randrange(1, 6))]
    if kind == 6:
        return parts
    if kind == 7:
        return tuple(parts)
    if kind == 8:
        return ImproperList(parts, Atom("tail"))
    return Map(tuple((index, part) for index, part in enumerate(parts)))


def _ordered(term: Term) -> Term:
    """The same term with the pairs of every map in one order."""
    if isinstance(term, Map):
        return Map(tuple(sorted(((key, _ordered(value)) for key, value in term.pairs), key=repr)))
    if isinstance(term, ImproperList):
        return ImproperList([*map(_ordered, term.items)], term.tail)
    if isinstance(term, list):
        return [*map(_ordered, term)]
    return tuple(map(_ordered, term)) if isinstance(term, tuple) else term

"""Condensed literals, and the terms that are restored from them."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hatch_elixir_workers import condensed_term as form
from hatch_elixir_workers import etf
from hatch_elixir_workers.beam_file import ChunkError
from hatch_elixir_workers.condensed import TERM_VERSION

NUMBERS = st.integers(-(2**31), 2**31 - 1)
LEAVES: st.SearchStrategy[etf.Term] = (
    NUMBERS | st.binary(max_size=3) | st.just([]) | st.sampled_from([etf.Atom("a"), etf.Atom("ü")])
)
ROWS = st.tuples(NUMBERS, LEAVES, st.lists(LEAVES, max_size=3))
TABLES = st.lists(ROWS, max_size=9) | st.dictionaries(NUMBERS, ROWS, max_size=9).map(
    lambda rows: etf.Map(tuple(rows.items()))
)


def table(rows: int) -> bytes:
    """A map of code points to a tag and those that they are made of, as Unicode has it."""
    pairs: list[tuple[etf.Term, etf.Term]] = [(10 * n, (etf.Atom("wide"), [(0, 60000 + n)])) for n in range(rows)]
    return etf.encode(etf.Map(tuple(pairs)))


@given(TABLES)
def test_the_term_that_is_restored_is_the_term(rows: etf.Term) -> None:
    external = etf.encode(rows)
    assert form.restored_term(form._Condenser(external).term()) == external


def test_a_table_is_condensed() -> None:
    external = table(500)
    small = form.condensed_term(external)
    assert small[0] == TERM_VERSION
    assert len(zlib.compress(small)) < len(zlib.compress(external)) / 2
    assert form.restored_term(small) == external


@pytest.mark.parametrize(
    "term",
    [
        [(n, 1.5) for n in range(500)],  # floats
        [1, 2, 3],  # too small
        b"x" * 5000,
    ],
)
def test_what_is_no_table_stays(term: etf.Term) -> None:
    assert form.condensed_term(etf.encode(term)) == etf.encode(term)


def test_terms_of_many_places_stay() -> None:
    term: etf.Term = 1
    for _ in range(form.MAX_DEPTH + 1):
        term = (term, 2)
    assert form.condensed_term(etf.encode([term] * 200)) == etf.encode([term] * 200)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:1],
        lambda data: data[:-3],
        lambda data: data[:1] + bytes((data[1] ^ 1,)) + data[2:],
        lambda data: data.replace(struct.pack(">BI", 116, 500), struct.pack(">BI", 116, 501)),
        lambda data: data.replace(bytes((116,)), bytes((70,)), 1),
    ],
)
def test_damage_is_noticed(damage: object) -> None:
    small = form.condensed_term(table(500))
    with pytest.raises(ChunkError):
        form.restored_term(damage(small))  # type: ignore[operator]

"""Terms for generated calls. Most come from a small pool, so that keys meet their like in lists, maps and tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from hypothesis import strategies as st

from hatch_elixir_workers import etf
from hatch_elixir_workers.etf import Atom, BitString, ExternalFun, ImproperList, Map, Term

T = TypeVar("T")
Terms = st.SearchStrategy[Term]
Draw = st.DrawFn

# Where representations change: small integers and boxed ones of both word sizes, 64 bits, the first of two digits.
_EDGES = [2**n + offset for n in (27, 28, 31, 32, 59, 60, 63, 64, 128) for offset in (-1, 0, 1)]
edges = st.sampled_from(_EDGES)
small_integers = st.integers(-3, 12)
integers: st.SearchStrategy[int] = st.one_of(
    small_integers,
    small_integers,
    st.integers(-300, 300),
    edges,
    edges.map(lambda n: -n),
    st.integers(-(2**200), 2**200),
)
counts: st.SearchStrategy[int] = st.one_of(st.integers(0, 4), st.integers(0, 12), st.integers(0, 300), edges)
sizes = st.integers(0, 70)
floats: st.SearchStrategy[float] = st.one_of(
    st.sampled_from([0.0, -0.0, 1.0, -1.0, 2.0, 0.5, 2.5, 1.0e10, 1.0e22, 1.0e23, 1.0e308, 5.0e-324, 0.1, 123456.789]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(-1000, 1000),
)
# Letters whose case or length changes, marks that combine, clusters of several, non-characters.
_LETTERS = [
    *"abcAB xyz09_-.,\n\t\"'\\~/",
    *"éßÄσςΣİıﬀ",
    "\u0301",
    "\u200d",
    "\u0915",
    "\u094d",
    "\u1f1e",
    "\U0001f469",
    "\U0001f3fd",
]
characters: st.SearchStrategy[int] = st.one_of(
    st.sampled_from([ord(letter) for letter in _LETTERS]),
    st.sampled_from([ord(letter) for letter in "abc"]),
    st.integers(0, 127),
    st.integers(0, 0xD7FF),
    st.sampled_from([0, 0xD7, 0xF7, 0xFF, 0x100, 0xE000, 0xFFFF, 0x10000, 0x10FFFF]),
)
texts: st.SearchStrategy[str] = st.lists(characters, max_size=8).map(lambda codes: "".join(map(chr, codes)))
strings: st.SearchStrategy[list[Term]] = st.lists(characters, max_size=8)
utf8: st.SearchStrategy[bytes] = texts.map(str.encode)
binaries: st.SearchStrategy[bytes] = st.one_of(
    st.sampled_from([b"", b"a", b"abc", b"abab", b"\0", b"\xff"]), st.binary(max_size=12), utf8, st.binary(max_size=100)
)
bit_strings = st.builds(
    lambda data, bits: BitString(data[:-1] + bytes([data[-1] & (0xFF00 >> bits) & 0xFF]), bits),
    st.binary(min_size=1, max_size=6),
    st.integers(1, 7),
)
_ATOMS = ["a", "b", "c", "a", "b", "ok", "error", "undefined", "true", "false", "infinity", "", "two words", "é", "x@y"]
atoms = st.sampled_from([Atom(name) for name in _ATOMS])

_pool: list[Term] = [Atom("a"), Atom("b"), 1, 2, 0, 3, 1.0, 2.0, b"a", [97, 98], [], (), (Atom("a"), 1), (1, 2), [1, 2]]
pool = st.sampled_from(_pool)

FUNS = {
    0: {"any": ["zero"], "wrong": ["crash", "exit", "throw"]},
    1: {
        "boolean": ["yes", "no", "small", "is_atom"],
        "list": ["wrap", "text"],
        "tuple": ["pair"],
        "integer": ["upper", "plus"],
        "any": ["same", "wrap", "pair", "plus", "keep", "is_atom", "upper"],
        "wrong": ["crash", "throw"],
    },
    2: {
        "boolean": ["less_or_equal", "less", "yes", "equal", "keep"],
        "list": ["cons"],
        "tuple": ["pair"],
        "integer": ["sum"],
        "any": ["first", "second", "cons", "pair", "sum", "tag", "keep"],
        "wrong": ["crash"],
    },
    3: {
        "any": ["first", "third", "cons", "zip"],
        "boolean": ["yes"],
        "list": ["cons"],
        "tuple": ["zip"],
        "wrong": ["crash"],
    },
}


def fun(draw: Draw, arity: int, kind: str = "any") -> Term:
    """A fun that returns values of the kind, most often."""
    kinds = FUNS.get(arity, FUNS[1])
    fitting = kinds.get(kind, kinds["any"])
    names = draw(st.sampled_from([fitting, fitting, fitting, kinds["any"], kinds["wrong"]]))
    return ExternalFun(Atom("calls_fun"), Atom(draw(st.sampled_from(names))), arity if arity in FUNS else 1)


def any_term(draw: Draw, depth: int = 3) -> Term:
    """A term of any type."""
    kind = draw(st.integers(0, 15 if depth else 9))
    if kind <= 3:
        return draw(pool)
    scalars: dict[int, Terms] = {4: integers, 5: floats, 6: binaries, 7: bit_strings, 8: atoms}
    if kind in scalars:
        return draw(scalars[kind])
    if kind == 9:
        return fun(draw, draw(st.integers(0, 3)))
    if kind <= 11:
        return many(draw, lambda: any_term(draw, depth - 1), 5)
    if kind <= 13:
        return tuple(many(draw, lambda: any_term(draw, depth - 1), 4))
    if kind == 14:
        return pairs_map(draw, lambda: any_term(draw, depth - 1), lambda: any_term(draw, depth - 1))
    items = many(draw, lambda: any_term(draw, depth - 1), 3)
    return ImproperList(items, draw(atoms)) if items else draw(atoms)


def element(draw: Draw) -> Term:
    """A term of any type, most often one of the pool."""
    return draw(pool) if draw(st.integers(0, 3)) else any_term(draw, 2)


_lengths = st.one_of(st.integers(0, 4), st.integers(0, 4), st.integers(0, 10))
_far_lengths = st.integers(30, 80)


def many(draw: Draw, item: Callable[[], Term], most: int = 10) -> list[Term]:
    """A list of at most that many items, seldom a long one."""
    length = min(draw(_lengths), most)
    if most >= 10 and length == 10:
        length = draw(_far_lengths)
    return [item() for _ in range(length)]


def pairs_map(draw: Draw, key: Callable[[], Term], value: Callable[[], Term]) -> Map:
    """A map: keys that are equal (0.0 and -0.0 are, before OTP 27) are written once."""
    return map_of([(k, value()) for k in many(draw, key, 6)])


_ZERO, _MINUS_ZERO = (etf.encode(zero)[1:] for zero in (0.0, -0.0))


def map_of(pairs: list[tuple[Term, Term]]) -> Map:
    """A map of the pairs whose keys differ."""
    return Map(tuple({etf.encode(k).replace(_MINUS_ZERO, _ZERO): (k, v) for k, v in pairs}.values()))

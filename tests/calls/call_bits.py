"""Functions that build and take apart bit strings, made up as Erlang source, with arguments to call them with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import call_terms as terms
from call_terms import Draw, T, Terms
from caller import call
from hypothesis import strategies as st

from hatch_elixir_workers.etf import Atom, Term

_OPTIONS = [[], [], ["+no_bsm_opt"], ["+no_copt", "+no_ssa_opt"], ["+inline"]]
_OLD_INSTRUCTIONS = [["+r24"], ["+r25"]]


def options(otp: int) -> list[list[str]]:
    """What a compiler may be told, to make other code than it would: that of earlier releases, or less good."""
    return _OPTIONS + (_OLD_INSTRUCTIONS if otp < 28 else [])


_LENGTHS = [
    0,
    1,
    2,
    3,
    4,
    5,
    7,
    8,
    8,
    9,
    12,
    15,
    16,
    16,
    17,
    24,
    28,
    31,
    32,
    33,
    48,
    59,
    60,
    63,
    64,
    65,
    72,
    100,
    128,
    300,
]
_ENDS = ["big", "little", "native"]
_odd_sizes: list[Term] = [*_LENGTHS, -1, -8, Atom("a"), 2**66, 1.0]
_sizes: Terms = st.one_of(st.integers(0, 20), st.integers(0, 20), st.sampled_from(_odd_sizes))
_values: Terms = st.one_of(terms.small_integers, st.integers(0, 255), terms.floats)


@dataclass(frozen=True)
class Function:
    """A function `made`, and argument lists to call it with."""

    source: str
    calls: list[list[Term]] = field(compare=False)


def _one(draw: Draw, *values: T) -> T:
    return draw(st.sampled_from(values))


def _length(draw: Draw, names: list[str]) -> str:
    """An expression for a size: a number, a variable, or something computed."""
    kind = draw(st.integers(0, 5))
    if kind <= 2 or not names:
        return str(_one(draw, *_LENGTHS))
    name = _one(draw, *names)
    return name if kind <= 4 else f"({name} {_one(draw, '*', '+', 'div')} {_one(draw, 1, 2, 8)})"


def _specifiers(draw: Draw, kind: str, sized: bool) -> str:
    parts = [kind]
    if kind in ("integer", "float", "utf16", "utf32") and draw(st.booleans()):
        parts.append(_one(draw, *_ENDS))
    if kind == "integer" and draw(st.booleans()):
        parts.append(_one(draw, "signed", "unsigned"))
    if sized and kind != "bitstring" and draw(st.integers(0, 4)) == 0:  # which means a unit of 1
        parts.append(f"unit:{_one(draw, 1, 2, 3, 7, 8, 16, 32)}")
    return "-".join(draw(st.permutations(parts)))


def _segment(draw: Draw, value: str, names: list[str], kinds: list[str], open_end: bool = True) -> str:
    kind = _one(draw, *kinds)
    if kind in ("utf8", "utf16", "utf32"):
        return f"{value}/{_specifiers(draw, kind, sized=False)}"
    if kind == "float":
        size = _one(draw, "64", "32", "16", *names)
        return f"{value}:{size}/{_specifiers(draw, kind, sized=False)}"
    whole = kind in ("binary", "bitstring")
    if whole and open_end and draw(st.booleans()):
        return f"{value}/{kind}" if draw(st.integers(0, 4)) else f"{value}/binary-unit:{_one(draw, 1, 3, 8, 16, 24)}"
    if not whole and draw(st.integers(0, 3)) == 0:
        return value
    return f"{value}:{_length(draw, names)}/{_specifiers(draw, kind, sized=True)}"


_NUMBERS = ["integer", "integer", "integer", "float", "utf8", "utf16", "utf32"]
_WHOLES = ["binary", "binary", "bitstring"]


def _built(draw: Draw) -> str:
    """A segment of a construction from A (most often a number), B (most often a bit string), or a literal."""
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return _one(
            draw, '"abc"', '"é"/utf8', '"ab"/little-utf16', '"a":16', "-1", "300:4", "1.5/float", "-1.0:32/float"
        )
    if kind == 1:
        return f"(A {_one(draw, '+', 'band', 'bsl')} 3):{_length(draw, ['N'])}"
    return _segment(draw, "A", ["N"], _NUMBERS) if kind <= 5 else _segment(draw, "B", ["N"], _WHOLES)


def _number(draw: Draw) -> Term:
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return terms.any_term(draw, 1)
    return draw(terms.integers) if kind <= 5 else draw(terms.characters if kind <= 7 else terms.floats)


def bits(draw: Draw) -> Term:
    """A bit string: bytes, text, any number of bits, or part of another that begins anywhere; seldom no bit string."""
    kind = draw(st.integers(0, 11))
    if kind == 0:
        return terms.element(draw)
    if kind <= 2:
        return draw(terms.bit_strings)
    if kind <= 5:
        whole = draw(st.binary(min_size=3, max_size=20))
        return call("calls_fun", "without_bits", whole, draw(st.integers(0, 20)))
    if kind == 6:
        return draw(terms.texts).encode(_one(draw, "utf-16-be", "utf-32-be", "utf-16-le"), "surrogatepass")
    return draw(st.one_of(terms.utf8, st.binary(max_size=40), st.binary(max_size=12)))


def _construction(draw: Draw) -> Function:
    segments = [_built(draw) for _ in range(draw(st.integers(1, 5)))]
    source = f"made(A, B, N) -> <<{', '.join(segments)}>>.\n"
    return Function(source, [[_number(draw), bits(draw), draw(_sizes)] for _ in range(4)])


def _appending(draw: Draw) -> Function:
    """A binary that grows at its end, and is read on the way."""
    segment = _built(draw)
    source = (
        "made(A, B, N) -> made(4, <<>>, <<>>, A, B, N).\n"
        "made(0, Old, Acc, _, _, _) -> {Old, Acc};\n"
        f"made(I, _, Acc, A, B, N) -> made(I - 1, Acc, <<Acc/bitstring, {segment}>>, A, B, N).\n"
    )
    return Function(source, [[_number(draw), bits(draw), draw(_sizes)] for _ in range(4)])


def _pattern(draw: Draw, clause: int) -> tuple[str, list[str]]:
    """Segments, and the variables they bind. N and M are bound before: a size and a value."""
    bound: list[str] = []
    sizes = ["N"]
    segments = []
    for place in range(draw(st.integers(1, 5))):
        kind = draw(st.integers(0, 9))
        name = f"X{clause}{place}"
        if kind <= 1:
            segments.append(_one(draw, '"a"', "0", "97", "0:1", "1:3", "-1:8/signed", "1.0/float", '"é"/utf8', "0:N"))
        elif kind == 2:
            segments.append(_segment(draw, _one(draw, "_", "M"), sizes, ["integer", "integer", "float"]))
        elif kind <= 6:
            kinds = _NUMBERS if draw(st.booleans()) else ["integer"]
            segments.append(_segment(draw, name, sizes, kinds))
            bound.append(name)
            if segments[-1].count("/") == 0 or "integer" in segments[-1]:
                sizes.append(name)
        else:
            segments.append(_segment(draw, name, sizes, _WHOLES, open_end=False))
            bound.append(name)
    if draw(st.booleans()):
        rest = f"R{clause}"
        segments.append(_one(draw, f"{rest}/bitstring", f"{rest}/bitstring", f"{rest}/binary", f"{rest}/binary-unit:3"))
        bound.append(rest)
    return ", ".join(segments), bound


def _match(draw: Draw) -> Function:
    clauses = []
    for number in range(1, draw(st.integers(1, 3)) + 1):
        segments, bound = _pattern(draw, number)
        guard = f" when {bound[0]} > M" if bound and draw(st.integers(0, 3)) == 0 else ""
        clauses.append(f"  <<{segments}>>{guard} -> {{{', '.join([str(number), *bound])}}};\n")
    source = f"made(B, N, M) ->\n  case B of\n{''.join(clauses)}  _ -> none\n  end.\n"
    return Function(source, [_match_arguments(draw) for _ in range(6)])


def _match_arguments(draw: Draw) -> list[Term]:
    return [bits(draw), draw(_sizes), draw(_values)]


def _comprehension(draw: Draw) -> Function:
    generator = _segment(draw, "X", ["N"], _NUMBERS)
    test = _one(draw, "", ", X > M", ", is_integer(X)")
    made = _one(draw, "<<X>>", "<<X:N>>", "<<X/float>>", "<<X:16/little>>", "<<X/utf8>>", "<<(X bxor 5):3>>")
    left = _one(draw, f"<< {made} || ", "[X || ", "[{X, M} || ")
    close = " >>" if left.startswith("<<") else "]"
    tail = _one(draw, "", "", ", _:3", ", _/binary")
    tail = tail if tail != ", _/binary" else ", _:N/binary"
    source = f"made(B, N, M) -> {left}<<{generator}{tail}>> <= B{test}{close}.\n"
    return Function(source, [_match_arguments(draw) for _ in range(5)])


def _loop(draw: Draw) -> Function:
    """Clauses that hand what is left of a bit string on."""
    first, bound = _segment(draw, "X", [], _NUMBERS), "X"
    source = (
        "made(B, N, M) -> made(B, N, M, []).\n"
        f"made(<<{first}, R/bitstring>>, N, M, Acc) when length(Acc) < 50, bit_size(R) < 400 -> "
        f"made(R, N, M, [{bound} | Acc]);\n"
        f"made(<<Y:{_one(draw, 1, 3, 8, 12)}, R/bitstring>> = B, N, M, Acc) when length(Acc) < 40 -> "
        "made(R, N, M, [{Y, bit_size(B)} | Acc]);\n"
        "made(R, _, _, Acc) -> {R, Acc}.\n"
    )
    return Function(source, [_match_arguments(draw) for _ in range(5)])


_MAKERS = [_construction, _construction, _appending, _match, _match, _match, _comprehension, _loop]


@st.composite
def functions(draw: Any) -> Function:
    """Functions of any of these kinds."""
    made: Function = draw(st.sampled_from(_MAKERS))(draw)
    return made

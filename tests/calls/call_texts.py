"""Text with a grammar for generated calls: regular expressions with their subjects, and JSON."""

from __future__ import annotations

import call_terms as terms
from call_terms import Draw
from caller import call
from hypothesis import strategies as st

from hatch_elixir_workers.etf import Atom, Map, Term

# ---- regular expressions: what PCRE 8 (OTP 24 to 27) and PCRE2 (OTP 28) read alike ----

_SINGLE = [*"aabbc1é", ".", "\\d", "\\w", "\\s", "\\W", "[ab]", "[^a]", "[a-c1]", "[[:alpha:]]", "\\R"]
_EMPTY = ["^", "$", "\\b", "\\A", "\\z", ""]
_QUANTIFIERS = ["*", "+", "?", "*?", "+?", "??", "{2}", "{1,}", "{0,2}", "*+"]
_GROUPS = ["(", "(", "(?:", "(?<n>", "(?=", "(?!", "(?>", "(?i:"]


def _larger(smaller: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    grouped = st.builds(lambda kind, inside: f"{kind}{inside})", st.sampled_from(_GROUPS), smaller)
    return st.one_of(
        st.builds("{}{}".format, smaller, smaller),
        st.builds("{}{}".format, st.one_of(st.sampled_from(_SINGLE), grouped), st.sampled_from(_QUANTIFIERS)),
        st.builds("{}|{}".format, smaller, smaller),
        grouped,
        st.builds("({})\\1".format, smaller),
    )


_expressions = st.recursive(st.sampled_from([*_SINGLE, *_SINGLE, *_EMPTY]), _larger, max_leaves=8)
_broken = ["(", ")", "[", "*", "a{2", "(?<n", "[b-a]", "\\", "(?z)", "\\2", "[[:nope:]]", "a**b", "(?P>x)"]
patterns: st.SearchStrategy[bytes] = _expressions.map(str.encode)


def _written(draw: Draw, text: str) -> Term:
    """As a binary most often, or as a list."""
    coding = "utf-8" if draw(st.booleans()) else "latin-1"
    return text.encode(coding, "replace") if draw(st.integers(0, 3)) else [*map(ord, text)]


def expression(draw: Draw) -> Term:
    """A regular expression as text or compiled, one in ten broken."""
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return _written(draw, draw(_expressions) + draw(st.sampled_from(_broken)))
    if kind == 1:
        options: list[Term] = draw(st.sampled_from([[], [Atom("caseless")], [Atom("unicode")], [Atom("multiline")]]))
        return call("calls_fun", "compiled", draw(patterns), options)
    return _written(draw, draw(_expressions))


def subject(draw: Draw) -> Term:
    """Text that expressions of `expression` match now and then."""
    return _written(draw, draw(st.text("aabbc1é \n\r-A", max_size=12)))


def replacement(draw: Draw) -> Term:
    """For `re:replace`: text with references to groups, seldom a fun."""
    if draw(st.integers(0, 5)) == 0:
        return terms.fun(draw, 2, "list")
    parts = st.sampled_from(["x", "&", "\\\\1", "\\\\g2", "\\\\g{1}", "\\\\&", "\\\\\\\\", "é", "<", ""])
    return _written(draw, "".join(draw(st.lists(parts, max_size=4))))


# ---- JSON ----

_numbers = [
    "0",
    "-0",
    "1",
    "12",
    "-7",
    "1.5",
    "1e3",
    "1E-2",
    "-1.0e+10",
    "0.1",
    "123456789012345678901234567890",
    "1e400",
]
_strings = ["", "a", "b", "é", "\\n", "\\u00e9", "\\ud83d\\ude00", '\\"', "\\/", "\U0001f600", "a b", "a" * 40]
_bad = [
    "",
    "01",
    "+1",
    ".5",
    "1.",
    "1e",
    "tru",
    "nul",
    '"',
    '"\\x"',
    '"\\ud800"',
    '"\\ude00\\ud83d"',
    '"\t"',
    "[1,]",
    '{"a"}',
    "{1:2}",
    ",",
]
_blank = st.sampled_from(["", "", "", " ", "\n", "\t \r"])
_text_strings = st.one_of(st.sampled_from(_strings), st.text("abcé", max_size=10)).map(lambda text: f'"{text}"')
_scalars = st.one_of(st.sampled_from([*_numbers, "true", "false", "null"]), _text_strings, st.integers().map(str))


def _collection(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    spaced = st.builds("{}{}{}".format, _blank, inside, _blank)
    members = st.builds("{}{}:{}".format, _blank, _text_strings, spaced)
    return st.one_of(
        st.lists(spaced, max_size=4).map(lambda items: f"[{','.join(items)}]"),
        st.lists(members, max_size=4).map(lambda items: f"{{{','.join(items)}}}"),
    )


_json_texts = st.recursive(_scalars, _collection, max_leaves=10)


def json(draw: Draw) -> bytes:
    """A text of JSON, one in five broken or with more behind it."""
    text: str = draw(_blank) + draw(_json_texts) + draw(_blank)
    kind = draw(st.integers(0, 9))
    if kind == 0:
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from(_bad)) + text[at:]
    data = text.encode()
    if kind == 1:
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(st.binary(max_size=2))
    return data


def json_state(draw: Draw) -> Term:
    """What `json:decode_start/3` gives for the first part of a text: `{continue, State}`'s state, if it does."""
    data = json(draw)
    started = call("json", "decode_start", data[: draw(st.integers(0, len(data)))], [], Map(()))
    return call("erlang", "element", 2, started)


_DECODERS = {"array_start": 1, "array_push": 2, "array_finish": 2, "object_start": 1, "object_push": 3}
_DECODERS |= {"object_finish": 2, "float": 1, "integer": 1, "string": 1}


def json_decoders(draw: Draw) -> Map:
    """Funs for `json:decode/3`. One that is none stands alone: which of several is refused is a matter of order."""
    if draw(st.integers(0, 9)) == 0:
        return Map(((Atom(draw(st.sampled_from([*_DECODERS, "other"]))), terms.element(draw)),))
    names = draw(st.lists(st.sampled_from(sorted(_DECODERS)), unique=True, max_size=4))
    made: list[tuple[Term, Term]] = [(Atom(name), terms.fun(draw, _DECODERS[name])) for name in names]
    return Map((*made, (Atom("null"), terms.element(draw))))

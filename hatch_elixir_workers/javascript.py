"""JavaScript without comments, indentation and spaces: what a worker carries of its modules.

Names stay, and code stays on lines of its own, so that a stack trace says something. A parser tells tokens from the
space between them; what it cannot read with certainty is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hatch_elixir_workers import cache

# Part of the cache key: raise it when the same source makes other output.
_VERSION = b"1"

# Nodes of the grammar that are one token here, whatever is in them.
_WHOLE = frozenset({"comment", "html_comment", "regex", "string", "template_string"})
_COMMENTS = frozenset({"comment", "html_comment"})
# Expressions, compiled when first used: a build with nothing changed uses none. Comments that licenses ask to keep:
_KEPT_COMMENT = rb"(?s)/\*!|.*@(license|preserve)\b"
_WORDS = rb"[\w$\\\x80-\xff][\w$#\\\x80-\xff]"
# Ends of tokens and beginnings of the next that would be another token without a space between them: a word behind a
# regular expression, and a point behind a number, too.
_STICKY = rb"\+\+|--|//|/\*|<!|/[\w$\\\x80-\xff]|\d\."


def stripped_once(source: bytes) -> bytes:
    """As `stripped`; as last time for the same source."""
    key = cache.digest([b"javascript", _VERSION, source])
    known = cache.load("javascript", key)
    if known is None:
        known = stripped(source)
        cache.store("javascript", key, known)
    return known


def stripped(source: bytes) -> bytes:
    """The same tokens, and as few characters between them as the language allows, but for the ends of lines.

    `source` itself where the parser finds a mistake, or does not find the same tokens again.
    """
    tokens = _tokens(source)
    if tokens is None:
        return source
    out = b"".join(_spaced(source, tokens)) + b"\n"
    return out if _texts(out) == _texts(source) else source


# A token: where it begins, where it ends, and what the grammar calls it.
_Token = tuple[int, int, str]


def _tokens(source: bytes) -> list[_Token] | None:
    # The parser costs a build something, which one with nothing changed need not pay.
    from tree_sitter import Language, Node, Parser
    from tree_sitter_javascript import language

    def leaves(node: Node) -> Iterator[_Token]:
        if node.child_count == 0 or node.type in _WHOLE:
            if node.end_byte > node.start_byte:
                yield node.start_byte, node.end_byte, node.type
            return
        for child in node.children:
            yield from leaves(child)

    root = Parser(Language(language())).parse(source).root_node
    return None if root.has_error else list(leaves(root))


def _texts(source: bytes) -> list[tuple[str, bytes]] | None:
    """The tokens that count, without their places."""
    tokens = _tokens(source)
    if tokens is None:
        return None
    return [(kind, source[start:end]) for start, end, kind in tokens if kind not in _COMMENTS]


def _spaced(source: bytes, tokens: list[_Token]) -> Iterator[bytes]:
    end, last, gap = 0, b"", b""
    for start, stop, kind in tokens:
        text = source[start:stop]
        gap += source[end:start]
        end = stop
        if kind in _COMMENTS and not re.match(_KEPT_COMMENT, text):
            gap += b"\n" if b"\n" in text else b" "
            continue
        if last:
            yield _separator(last, gap, text)
        yield text
        # Behind a comment that is kept comes what came before.
        last, gap = text, b"\n" if text.startswith(b"//") else b""


def _separator(last: bytes, gap: bytes, following: bytes) -> bytes:
    if b"\n" in gap or b"\r" in gap:
        return b"\n"
    edges = last[-1:] + following[:1]
    return b" " if gap and (re.match(_WORDS, edges) or re.match(_STICKY, edges)) else b""

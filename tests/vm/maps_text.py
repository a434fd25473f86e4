"""Printed maps, whatever the order of their pairs.

Since OTP 26 `erl` orders the atom keys of a small map by the number of each atom, which depends on what was loaded
before; nothing may rely on it, and the machine keeps the order of terms. So under those releases what is printed is
compared with the pairs of every map sorted.
"""

from __future__ import annotations

import re

_OPENING = {"(": ")", "[": "]", "{": "}", "<<": ">>"}
_MAP_START = re.compile(r"#\{|%[\w.]*\{")
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'")


def sort_maps(text: str) -> str:
    """The text with the pairs of every map sorted, and without line breaks and indentation between its pairs."""
    out, at = [], 0
    while at < len(text):
        piece, at = _piece(text, at)
        out.append(piece)
    return "".join(out)


def _piece(text: str, at: int) -> tuple[str, int]:
    """The map, quoted text or character at `at`, and where it ends. What is no whole map stays as it is."""
    if quoted := _QUOTED.match(text, at):
        return quoted.group(), quoted.end()
    if (start := _MAP_START.match(text, at)) and (pairs := _pairs(text, start.end())):
        parts, end = pairs
        return f"{start.group()}{', '.join(sorted(parts))}}}", end
    return text[at], at + 1


def _pairs(text: str, at: int) -> tuple[list[str], int] | None:
    """What stands between the commas from `at` up to the closing brace, and where that ends."""
    parts, part, waiting = [], "", ["}"]
    while at < len(text):
        if text.startswith(waiting[-1], at):
            closing = waiting.pop()
            if not waiting:
                return [each.strip() for each in [*parts, part] if each.strip()], at + 1
            part, at = part + closing, at + len(closing)
        elif text[at] == "," and len(waiting) == 1:
            parts, part, at = [*parts, part], "", at + 1
        elif (opening := next((each for each in _OPENING if text.startswith(each, at)), None)) is not None:
            waiting.append(_OPENING[opening])
            part, at = part + opening, at + len(opening)
        else:
            piece, at = _piece(text, at)
            part += piece
    return None

"""Reads values of a TOML table: every reader returns a usable value and notes what was wrong with the raw one.

A note is one line that starts with the full TOML path. A wrong type reads "must be …, not …", a wrong value says what
would be right, an unknown key says which one was probably meant.
"""

from __future__ import annotations

import datetime
import difflib
import math
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any


class TomlReader:
    """The readers of one table, and the `problems` they found."""

    def __init__(self, table: str) -> None:
        self.table = table
        self.problems: list[str] = []

    def path(self, *keys: str) -> str:
        """The full path of a key of the table."""
        return ".".join([self.table, *(toml_key(key) for key in keys)])

    def note(self, path: str, problem: str) -> None:
        """Adds a problem."""
        self.problems.append(f"{path} {problem}")

    def unknown(self, path: str, key: str, known: Iterable[str]) -> None:
        """Notes a key that is none of `known`."""
        self.note(path, f"is not a known key; {self.did_you_mean(key, known, 'known keys')}")

    def did_you_mean(self, text: str, known: Iterable[str], label: str) -> str:
        """The nearest of `known`, or all of them."""
        close = difflib.get_close_matches(text, list(known), n=1)
        return f'did you mean "{close[0]}"?' if close else f"{label}: {', '.join(sorted(known))}"

    def string(self, path: str, value: Any) -> str | None:
        """A string that is not empty."""
        if not isinstance(value, str):
            self.note(path, f"must be a string, not {toml_type(value)}")
            return None
        if not value:
            self.note(path, "must not be empty")
            return None
        return value

    def boolean(self, path: str, value: Any) -> bool:
        """`true` or `false`."""
        if not isinstance(value, bool):
            self.note(path, f"must be true or false, not {toml_type(value)}")
            return False
        return value

    def integer(self, path: str, value: Any) -> int | None:
        """An integer; TOML's booleans are none."""
        if isinstance(value, bool) or not isinstance(value, int):
            self.note(path, f"must be an integer, not {toml_type(value)}")
            return None
        return value

    def table_of(self, path: str, value: Any) -> Mapping[str, Any]:
        """A table."""
        if not isinstance(value, Mapping):
            self.note(path, f"must be a table, not {toml_type(value)}")
            return {}
        return value

    def array(self, path: str, value: Any) -> list[Any]:
        """An array."""
        if not isinstance(value, list):
            self.note(path, f"must be an array, not {toml_type(value)}")
            return []
        return value

    def choice(self, path: str, value: Any, choices: tuple[str, ...]) -> str:
        """One of `choices`."""
        text = self.string(path, value)
        if text is None or text in choices:
            return text or choices[0]
        allowed = " or ".join(f'"{choice}"' for choice in choices)
        self.note(path, f'must be {allowed}, not "{text}"')
        return choices[0]

    def json(self, path: str, value: Any) -> None:
        """Notes what has no form in JSON."""
        if isinstance(value, Mapping):
            for key, each in value.items():
                self.json(f"{path}.{toml_key(key)}", each)
        elif isinstance(value, list):
            for index, each in enumerate(value):
                self.json(f"{path}[{index}]", each)
        elif isinstance(value, float) and not math.isfinite(value):
            self.note(path, f"must be a value that JSON has, not {value}")
        elif not isinstance(value, str | int | float | bool):
            self.note(path, f"must be a value that JSON has, not {toml_type(value)}")


def frozen(table: Mapping[str, Any]) -> Mapping[str, Any]:
    """A copy that cannot be changed."""
    return MappingProxyType(dict(table))


def toml_key(key: str) -> str:
    """A key as TOML writes it."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'


def toml_type(value: Any) -> str:
    """What TOML calls a value of this type, with its article."""
    for kinds, name in _TOML_TYPES:
        if isinstance(value, kinds):
            return name
    return type(value).__name__


# bool before int and datetime before date: each is a subclass of the other.
_TOML_TYPES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "a boolean"),
    (int, "an integer"),
    (float, "a float"),
    (str, "a string"),
    (list, "an array"),
    (Mapping, "a table"),
    (datetime.datetime, "a date and time"),
    (datetime.date, "a date"),
    (datetime.time, "a time"),
)

"""What a worker cannot do, and why: the reviewed list in `absent.toml`, from which the build takes its reasons."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from hatch_elixir_workers.beam import MFA

tomllib = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
_LIST = Path(__file__).with_name("absent.toml")


@dataclass(frozen=True)
class Group:
    """Functions that cannot run for one reason. Patterns are `module:function/arity` with `*` in any place."""

    title: str
    reason: str
    patterns: tuple[str, ...]

    def names(self, mfa: MFA) -> bool:
        """Whether the function is one of them."""
        return any(fnmatchcase(str(mfa), pattern) for pattern in self.patterns)


@cache
def absent() -> tuple[Group, ...]:
    """Functions that code of OTP or Elixir calls, or declares as native, and that nothing provides."""
    return _groups(_table()["absent"])


@cache
def refused() -> tuple[Group, ...]:
    """Functions that are there and can only answer that they cannot do it."""
    return _groups(_table()["refused"])


def group_of(mfa: MFA, groups: Iterable[Group]) -> Group | None:
    """The first group that names the function."""
    return next((group for group in groups if group.names(mfa)), None)


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads(_LIST.read_text("utf-8"))
    return table


def _groups(tables: Iterable[dict[str, Any]]) -> tuple[Group, ...]:
    return tuple(Group(each["title"], each["reason"], tuple(each["functions"])) for each in tables)

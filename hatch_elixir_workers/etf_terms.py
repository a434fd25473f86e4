"""Erlang terms as Python values, and the tags of the external term format (erl_ext_dist); see `etf.py`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

VERSION = 131

COMPRESSED = 80
NEW_FLOAT = 70
BIT_BINARY = 77
NEW_PID = 88
NEW_PORT = 89
NEWER_REFERENCE = 90
SMALL_INTEGER = 97
INTEGER = 98
FLOAT = 99
ATOM = 100
PORT = 102
PID = 103
SMALL_TUPLE = 104
LARGE_TUPLE = 105
NIL = 106
STRING = 107
LIST = 108
BINARY = 109
SMALL_BIG = 110
LARGE_BIG = 111
NEW_FUN = 112
EXPORT = 113
NEW_REFERENCE = 114
SMALL_ATOM = 115
MAP = 116
ATOM_UTF8 = 118
SMALL_ATOM_UTF8 = 119
V4_PORT = 120

MAX_ATOM_CHARS = 255


@dataclass(frozen=True, slots=True)
class Atom:
    """An atom of at most 255 characters."""

    name: str


@dataclass(frozen=True, slots=True)
class ImproperList:
    """`[a, b | tail]`: at least one item, a tail that is not a list."""

    items: list[Term]
    tail: Term


@dataclass(frozen=True, slots=True)
class Map:
    """A map as its pairs, in the order in which they are written."""

    pairs: tuple[tuple[Term, Term], ...]


@dataclass(frozen=True, slots=True)
class BitString:
    """Bits that do not fill the last byte: its `last_bits` (1..7) highest bits count, the others are 0."""

    data: bytes
    last_bits: int


@dataclass(frozen=True, slots=True)
class Pid:
    """A process identifier."""

    node: Atom
    id: int
    serial: int
    creation: int


@dataclass(frozen=True, slots=True)
class Port:
    """A port identifier."""

    node: Atom
    id: int
    creation: int


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference; `ids` are its 32-bit words."""

    node: Atom
    creation: int
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ExternalFun:
    """`fun module:function/arity`."""

    module: Atom
    function: Atom
    arity: int


@dataclass(frozen=True, slots=True)
class Fun:
    """A fun with its environment; `uniq` is the 16-byte MD5 of its module."""

    module: Atom
    arity: int
    uniq: bytes
    index: int
    old_index: int
    old_uniq: int
    creator: Pid
    free: tuple[Term, ...]


Term: TypeAlias = (
    "Atom | int | float | bytes | BitString | tuple[Term, ...] | list[Term] | ImproperList | Map"
    " | Pid | Port | Reference | ExternalFun | Fun"
)


_STRUCT_KEY = Atom("__struct__")


def subterms(term: Term) -> Iterator[Term]:
    """The term and all its parts; a struct's own `__struct__` atom is left out: it is told apart as a struct."""
    pending: list[Term] = [term]
    while pending:
        current = pending.pop()
        yield current
        if isinstance(current, list | tuple):
            pending.extend(current)
        elif isinstance(current, ImproperList):
            pending.extend([*current.items, current.tail])
        elif isinstance(current, Map):
            pending.extend(part for pair in current.pairs if pair[0] != _STRUCT_KEY for part in pair)

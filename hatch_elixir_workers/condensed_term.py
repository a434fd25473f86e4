"""Condensed literals: external terms in which tables of numbers take little room once the archive is compressed.

    130   size of the external term   number of contexts   size of each context's numbers   structure   numbers

Sizes and numbers are LEB128. The structure is the external term without its version and without its numbers: each is
the tag SMALL_INTEGER alone. A number is written as its distance from the one before it *in the same context*, zigzag
and modulo 2^32; a context is the place within the term: the second element of the tuples in a list, the keys of a map.
So the columns of a table stand apart, and mostly grow in even steps.

Contexts are numbered in the order in which their first number appears. Long tuples and lists have one for all elements.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

from hatch_elixir_workers import leb128
from hatch_elixir_workers.beam_file import ChunkError
from hatch_elixir_workers.condensed import TERM_VERSION, Stream, unzigzag, zigzag

# What the machine has room for (condensed_term.c).
MAX_CONTEXTS, MAX_PLACES, MAX_DEPTH = 32, 256, 16
# Below this size there is little to gain, and above this part of the compressed bytes, too.
MIN_BYTES = 1024
_WORTH_IT = 0.8

_EXTERNAL_VERSION = 131
_SMALL_INTEGER, _INTEGER, _SMALL_TUPLE, _TUPLE, _NIL, _LIST, _MAP = 97, 98, 104, 105, 106, 108, 116
_STRING, _BINARY, _ATOM, _SMALL_ATOM = 107, 109, 118, 119
# Bytes in front of the data of tags that are copied.
_COPIED = {_STRING: 2, _BINARY: 4, _ATOM: 2, _SMALL_ATOM: 1}
_ELEMENT, _KEY, _VALUE = 256, 257, 258
_ROW_MAX = 8  # longer tuples are no rows of a table

Context = tuple[int, ...]


class _NotATableError(Exception):
    """The term holds what this form has no place for."""


def condensed_term(external: bytes) -> bytes:
    """The literal in the form that compresses better: condensed, or as it is."""
    if len(external) < MIN_BYTES:
        return external
    try:
        small = _Condenser(external).term()
    except (_NotATableError, IndexError, struct.error):
        return external
    return small if len(zlib.compress(small, 9)) < _WORTH_IT * len(zlib.compress(external, 9)) else external


def restored_term(data: bytes) -> bytes:
    """The external term of a condensed literal. Raises ChunkError."""
    if data[:1] != bytes((TERM_VERSION,)):
        raise ChunkError(0, "no condensed term")
    head = Stream(data, 1)
    size = head.unsigned()
    sizes = [head.unsigned() for _ in range(head.unsigned())]
    end = len(data) - sum(sizes)
    numbers, at = [], end
    for each in sizes:
        numbers.append(Stream(data[at : at + each]))
        at += each
    external = _Restorer(Stream(data[head.at : max(end, head.at)]), numbers).term()
    if len(external) != size:
        raise ChunkError(1, f"a term of {size} bytes is announced, {len(external)} came out")
    return external


class _Contexts:
    """The latest number of each context, by its place."""

    def __init__(self) -> None:
        self.index: dict[Context, int] = {}
        self.latest: list[int] = []

    def of(self, place: Context) -> int:
        if place not in self.index:
            self.index[place] = len(self.latest)
            self.latest.append(0)
        return self.index[place]


def _slot(arity: int, index: int) -> int:
    return index if arity <= _ROW_MAX else _ELEMENT


class _Condenser:
    def __init__(self, external: bytes) -> None:
        self.data = external
        self.at = 1
        self.structure = bytearray()
        self.contexts = _Contexts()
        self.numbers: list[bytearray] = []
        self.places: set[Context] = set()
        self.size = 1

    def term(self) -> bytes:
        self._term(())
        if self.at != len(self.data) or self.data[0] != _EXTERNAL_VERSION:
            raise _NotATableError
        head = [self.size, len(self.numbers), *map(len, self.numbers)]
        return bytes((TERM_VERSION,)) + b"".join([*map(leb128.unsigned, head), self.structure, *self.numbers])

    def _take(self, size: int) -> bytes:
        data = self.data[self.at : self.at + size]
        if len(data) < size:
            raise IndexError
        self.at += size
        return data

    def _copy(self, size: int) -> bytes:
        data = self._take(size)
        self.structure += data
        self.size += size
        return data

    def _term(self, place: Context) -> None:
        self.places.add(place)
        if len(place) > MAX_DEPTH or len(self.places) > MAX_PLACES:
            raise _NotATableError
        tag = self.data[self.at]
        if tag == _SMALL_INTEGER:
            self._number(self._take(2)[1], place)
        elif tag == _INTEGER:
            self._number(struct.unpack_from(">i", self._take(5), 1)[0], place)
        elif tag in _COPIED:
            self._copy(int.from_bytes(self._copy(1 + _COPIED[tag])[1:], "big"))
        else:
            _parts(self._copy(1)[0], lambda size: int.from_bytes(self._copy(size), "big"), place, self._term)

    def _number(self, value: int, place: Context) -> None:
        context = self.contexts.of(place)
        if context == len(self.numbers):
            self.numbers.append(bytearray())
        if len(self.numbers) > MAX_CONTEXTS:
            raise _NotATableError
        distance = (value - self.contexts.latest[context] + 2**31) % 2**32 - 2**31
        self.contexts.latest[context] = value
        self.structure.append(_SMALL_INTEGER)
        self.numbers[context] += leb128.unsigned(zigzag(distance))
        self.size += len(_integer(value))


class _Restorer:
    def __init__(self, structure: Stream, numbers: list[Stream]) -> None:
        self.structure = structure
        self.numbers = numbers
        self.contexts = _Contexts()
        self.out = bytearray((_EXTERNAL_VERSION,))

    def term(self) -> bytes:
        self._term(())
        return bytes(self.out)

    def _copy(self, size: int) -> bytes:
        data = bytes(self.structure.byte() for _ in range(size))
        self.out += data
        return data

    def _term(self, place: Context) -> None:
        if len(place) > MAX_DEPTH:
            raise ChunkError(0, "a condensed term that is too deep")
        tag = self.structure.byte()
        if tag == _SMALL_INTEGER:
            self._number(place)
            return
        self.out.append(tag)
        if tag in _COPIED:
            self._copy(int.from_bytes(self._copy(_COPIED[tag]), "big"))
            return
        try:
            _parts(tag, lambda size: int.from_bytes(self._copy(size), "big"), place, self._term)
        except _NotATableError:
            raise ChunkError(self.structure.at - 1, f"tag {tag} in a condensed term") from None

    def _number(self, place: Context) -> None:
        context = self.contexts.of(place)
        if context >= len(self.numbers):
            raise ChunkError(0, f"context {context} of {len(self.numbers)}")
        value = self.contexts.latest[context] + unzigzag(self.numbers[context].unsigned())
        self.contexts.latest[context] = (value + 2**31) % 2**32 - 2**31
        self.out += _integer(self.contexts.latest[context])


def _parts(tag: int, count: Callable[[int], int], place: Context, term: Callable[[Context], None]) -> None:
    """Goes through the parts of what has parts; `count` reads a number of so many bytes."""
    if tag in (_SMALL_TUPLE, _TUPLE):
        arity = count(1 if tag == _SMALL_TUPLE else 4)
        for index in range(arity):
            term((*place, _slot(arity, index)))
    elif tag == _LIST:
        for _ in range(count(4) + 1):
            term((*place, _ELEMENT))
    elif tag == _MAP:
        for _ in range(count(4)):
            term((*place, _KEY))
            term((*place, _VALUE))
    elif tag != _NIL:
        raise _NotATableError


def _integer(value: int) -> bytes:
    return bytes((_SMALL_INTEGER, value)) if 0 <= value <= 0xFF else struct.pack(">Bi", _INTEGER, value)

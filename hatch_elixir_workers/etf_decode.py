"""Reads external terms; see `etf.py`."""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Callable

from hatch_elixir_workers.errors import EtfError
from hatch_elixir_workers.etf_terms import (
    ATOM,
    ATOM_UTF8,
    BINARY,
    BIT_BINARY,
    COMPRESSED,
    EXPORT,
    FLOAT,
    INTEGER,
    LARGE_BIG,
    LARGE_TUPLE,
    LIST,
    MAP,
    MAX_ATOM_CHARS,
    NEW_FLOAT,
    NEW_FUN,
    NEW_PID,
    NEW_PORT,
    NEW_REFERENCE,
    NEWER_REFERENCE,
    NIL,
    PID,
    PORT,
    SMALL_ATOM,
    SMALL_ATOM_UTF8,
    SMALL_BIG,
    SMALL_INTEGER,
    SMALL_TUPLE,
    STRING,
    V4_PORT,
    VERSION,
    Atom,
    BitString,
    ExternalFun,
    Fun,
    ImproperList,
    Map,
    Pid,
    Port,
    Reference,
    Term,
)

MAX_INFLATED_BYTES = 256 * 1024 * 1024


def decode(data: bytes) -> Term:
    """The one term in `data`, which starts with 131. Raises EtfError, also when bytes are left over."""
    term, end = decode_prefix(data)
    if end != len(data):
        raise EtfError(end, f"{len(data) - end} bytes after the term")
    return term


def decode_prefix(data: bytes) -> tuple[Term, int]:
    """The term at the start of `data` and the offset behind it. Raises EtfError."""
    if not data:
        raise EtfError(0, "no bytes at all")
    if data[0] != VERSION:
        raise EtfError(0, f"version {data[0]}, not {VERSION}")
    if len(data) > 1 and data[1] == COMPRESSED:
        return _decode_compressed(data)
    reader = _Reader(data, 1)
    return reader.term(), reader.pos


def _decode_compressed(data: bytes) -> tuple[Term, int]:
    if len(data) < 6:
        raise EtfError(1, "the data ends within a compressed term")
    (size,) = struct.unpack_from(">I", data, 2)
    if size > MAX_INFLATED_BYTES:
        raise EtfError(2, f"a compressed term of {size} bytes")
    inflater = zlib.decompressobj()
    try:
        plain = inflater.decompress(data[6:], size + 1)
    except zlib.error as failure:
        raise EtfError(6, str(failure)) from None
    if len(plain) != size or not inflater.eof:
        raise EtfError(2, f"the compressed term does not hold the {size} bytes it announces")
    reader = _Reader(plain, 0)
    term = reader.term()
    if reader.pos != size:
        raise EtfError(6, f"{size - reader.pos} bytes after the compressed term")
    return term, len(data) - len(inflater.unused_data)


class _Container:
    """A compound term that still waits for `missing` of its parts."""

    __slots__ = ("build", "missing", "parts")

    def __init__(self, missing: int, build: Callable[[list[Term]], Term]) -> None:
        self.missing = missing
        self.build = build
        self.parts: list[Term] = []


def _open(containers: list[_Container], new: _Container) -> None:
    """Lists that are the tail of a list are the same list: a chain of them must not cost a copy for each."""
    if containers and containers[-1].missing == 1 and new.build is containers[-1].build is _build_list:
        containers[-1].missing = new.missing
    else:
        containers.append(new)


class _Reader:
    """A cursor over the bytes of one term. Every read is checked against the end."""

    def __init__(self, data: bytes, pos: int) -> None:
        self.data = data
        self.pos = pos

    def term(self) -> Term:
        """The next term, with all it contains."""
        open_containers: list[_Container] = []
        while True:
            value = self._next()
            while True:
                if isinstance(value, _Container):
                    if value.missing:
                        _open(open_containers, value)
                        break
                    value = value.build(value.parts)
                if not open_containers:
                    return value
                container = open_containers[-1]
                container.parts.append(value)
                container.missing -= 1
                if container.missing:
                    break
                value = open_containers.pop()

    def _next(self) -> Term | _Container:
        start = self.pos
        tag = self._u8()
        read = _READERS.get(tag)
        if read is None:
            raise EtfError(start, f"unknown tag {tag}")
        return read(self)

    def _take(self, size: int) -> bytes:
        data = self.data[self.pos : self.pos + size]
        if len(data) < size:
            raise EtfError(self.pos, f"the data ends within a term: {size} bytes needed, {len(data)} left")
        self.pos += size
        return data

    def _u8(self) -> int:
        return self._take(1)[0]

    def _u16(self) -> int:
        return int.from_bytes(self._take(2), "big")

    def _u32(self) -> int:
        return int.from_bytes(self._take(4), "big")

    def _u64(self) -> int:
        return int.from_bytes(self._take(8), "big")

    def _count(self, count: int, bytes_each: int = 1) -> int:
        """A count of parts, each of which needs at least `bytes_each` more bytes."""
        left = len(self.data) - self.pos
        if count * bytes_each > left:
            raise EtfError(self.pos, f"{count} parts are announced, {left} bytes are left")
        return count

    # scalars

    def _small_integer(self) -> Term:
        return self._u8()

    def _integer(self) -> Term:
        return int.from_bytes(self._take(4), "big", signed=True)

    def _small_big(self) -> Term:
        return self._big(self._u8())

    def _large_big(self) -> Term:
        return self._big(self._u32())

    def _big(self, size: int) -> int:
        negative = self._u8()
        value = int.from_bytes(self._take(size), "little")
        return -value if negative else value

    def _new_float(self) -> Term:
        start = self.pos
        value: float = struct.unpack(">d", self._take(8))[0]
        return self._finite(start, value)

    def _old_float(self) -> Term:
        start = self.pos
        text = self._take(31).rstrip(b"\0")
        try:
            value = float(text.decode("ascii"))
        except ValueError:
            raise EtfError(start, f"{text!r} is no float") from None
        return self._finite(start, value)

    def _finite(self, start: int, value: float) -> float:
        if not math.isfinite(value):
            raise EtfError(start, f"float {value}")
        return value

    def _binary(self) -> Term:
        return self._take(self._u32())

    def _bit_binary(self) -> Term:
        start = self.pos
        size, last_bits = self._u32(), self._u8()
        data = self._take(size)
        if last_bits == 8 or (size == 0 and last_bits == 0):
            return data
        if size == 0 or not 1 <= last_bits <= 8:
            raise EtfError(start, f"a bit string of {size} bytes with {last_bits} bits in the last")
        return BitString(data[:-1] + bytes([data[-1] & (0xFF00 >> last_bits) & 0xFF]), last_bits)

    def _string(self) -> Term:
        return list(self._take(self._u16()))

    # atoms

    def _latin1_atom(self) -> Atom:
        return self._checked_atom(self._take(self._u16()).decode("latin-1"))

    def _small_latin1_atom(self) -> Atom:
        return self._checked_atom(self._take(self._u8()).decode("latin-1"))

    def _utf8_atom(self) -> Atom:
        return self._utf8(self._u16())

    def _small_utf8_atom(self) -> Atom:
        return self._utf8(self._u8())

    def _utf8(self, size: int) -> Atom:
        start = self.pos
        try:
            return self._checked_atom(self._take(size).decode("utf-8"))
        except UnicodeDecodeError:
            raise EtfError(start, "an atom that is not UTF-8") from None

    def _checked_atom(self, name: str) -> Atom:
        if len(name) > MAX_ATOM_CHARS:
            raise EtfError(self.pos, f"an atom of {len(name)} characters")
        return Atom(name)

    def _only_atom(self) -> Atom:
        start = self.pos
        read = _ATOM_READERS.get(self._u8())
        if read is None:
            raise EtfError(start, "an atom was expected")
        return read(self)

    # identifiers

    def _pid(self) -> Pid:
        return Pid(self._only_atom(), self._u32(), self._u32(), self._u8())

    def _new_pid(self) -> Pid:
        return Pid(self._only_atom(), self._u32(), self._u32(), self._u32())

    def _port(self) -> Term:
        return Port(self._only_atom(), self._u32(), self._u8())

    def _new_port(self) -> Term:
        return Port(self._only_atom(), self._u32(), self._u32())

    def _v4_port(self) -> Term:
        return Port(self._only_atom(), self._u64(), self._u32())

    def _new_reference(self) -> Term:
        words = self._u16()
        node, creation = self._only_atom(), self._u8()
        return Reference(node, creation, self._words(words))

    def _newer_reference(self) -> Term:
        words = self._u16()
        node, creation = self._only_atom(), self._u32()
        return Reference(node, creation, self._words(words))

    def _words(self, count: int) -> tuple[int, ...]:
        return tuple([self._u32() for _ in range(self._count(count, 4))])

    # funs

    def _export(self) -> Term:
        module, function = self._only_atom(), self._only_atom()
        return ExternalFun(module, function, self._only_integer())

    def _new_fun(self) -> _Container:
        self._u32()  # the size of the whole fun says nothing that its parts do not
        arity, uniq, index, free = self._u8(), self._take(16), self._u32(), self._u32()
        module, old_index, old_uniq = self._only_atom(), self._only_integer(), self._only_integer()
        creator = self._only_pid()

        def build(parts: list[Term]) -> Term:
            return Fun(module, arity, uniq, index, old_index, old_uniq, creator, tuple(parts))

        return _Container(self._count(free), build)

    def _only_integer(self) -> int:
        start = self.pos
        value = self._next()
        if not isinstance(value, int):
            raise EtfError(start, "an integer was expected")
        return value

    def _only_pid(self) -> Pid:
        start = self.pos
        value = self._next()
        if not isinstance(value, Pid):
            raise EtfError(start, "a pid was expected")
        return value

    # compound terms

    def _nil(self) -> Term:
        return []

    def _small_tuple(self) -> _Container:
        return _Container(self._count(self._u8()), tuple)

    def _large_tuple(self) -> _Container:
        return _Container(self._count(self._u32()), tuple)

    def _list(self) -> _Container:
        return _Container(self._count(self._u32()) + 1, _build_list)

    def _map(self) -> _Container:
        return _Container(2 * self._count(self._u32(), 2), _build_map)


def _build_list(parts: list[Term]) -> Term:
    tail = parts.pop()
    if isinstance(tail, list):
        return parts + tail
    if not parts:
        return tail
    return ImproperList(parts, tail)


def _build_map(parts: list[Term]) -> Term:
    return Map(tuple(zip(parts[::2], parts[1::2], strict=True)))


_ATOM_READERS: dict[int, Callable[[_Reader], Atom]] = {
    ATOM: _Reader._latin1_atom,
    SMALL_ATOM: _Reader._small_latin1_atom,
    ATOM_UTF8: _Reader._utf8_atom,
    SMALL_ATOM_UTF8: _Reader._small_utf8_atom,
}

_READERS: dict[int, Callable[[_Reader], Term | _Container]] = {
    **_ATOM_READERS,
    SMALL_INTEGER: _Reader._small_integer,
    INTEGER: _Reader._integer,
    SMALL_BIG: _Reader._small_big,
    LARGE_BIG: _Reader._large_big,
    NEW_FLOAT: _Reader._new_float,
    FLOAT: _Reader._old_float,
    BINARY: _Reader._binary,
    BIT_BINARY: _Reader._bit_binary,
    STRING: _Reader._string,
    NIL: _Reader._nil,
    LIST: _Reader._list,
    SMALL_TUPLE: _Reader._small_tuple,
    LARGE_TUPLE: _Reader._large_tuple,
    MAP: _Reader._map,
    PID: _Reader._pid,
    NEW_PID: _Reader._new_pid,
    PORT: _Reader._port,
    NEW_PORT: _Reader._new_port,
    V4_PORT: _Reader._v4_port,
    NEW_REFERENCE: _Reader._new_reference,
    NEWER_REFERENCE: _Reader._newer_reference,
    EXPORT: _Reader._export,
    NEW_FUN: _Reader._new_fun,
}

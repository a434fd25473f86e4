"""Writes external terms; see `etf.py`."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from hatch_elixir_workers.errors import EtfError
from hatch_elixir_workers.etf_terms import (
    ATOM_UTF8,
    BINARY,
    BIT_BINARY,
    EXPORT,
    INTEGER,
    LARGE_BIG,
    LARGE_TUPLE,
    LIST,
    MAP,
    MAX_ATOM_CHARS,
    NEW_FLOAT,
    NEW_FUN,
    NEW_PID,
    NEWER_REFERENCE,
    NIL,
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


def encode(term: Term) -> bytes:
    """The external term of `term`. Raises EtfError for a value that has none."""
    out = bytearray([VERSION])
    _encode_into(out, term)
    return bytes(out)


def _encode_into(out: bytearray, term: Term) -> None:
    """Appends `term` without its version byte. Parts wait on a stack, as terms or as bytes that are ready."""
    pending: list[Term | _FunEnd] = [term]
    while pending:
        current = pending.pop()
        if isinstance(current, _FunEnd):
            struct.pack_into(">I", out, current.start, len(out) - current.start)
        else:
            pending.extend(reversed(_encode_head(out, current)))


@dataclass(frozen=True, slots=True)
class _FunEnd:
    """Stands behind the last part of a fun, whose size word at `start` counts everything from itself to here."""

    start: int


def _encode_head(out: bytearray, term: Term) -> Sequence[Term | _FunEnd]:
    """Appends the head of one term and returns the parts that follow it, in order."""
    if isinstance(term, bool):
        raise EtfError(len(out), f"{term} is a Python truth value: write Atom({str(term).lower()!r})")
    if isinstance(term, int):
        _encode_integer(out, term)
    elif isinstance(term, float):
        _encode_float(out, term)
    elif isinstance(term, Atom):
        out += _atom_bytes(len(out), term)
    elif isinstance(term, bytes):
        out += struct.pack(">BI", BINARY, _checked_size(out, len(term))) + term
    elif isinstance(term, BitString):
        out += struct.pack(">BIB", BIT_BINARY, _checked_size(out, len(term.data)), term.last_bits) + term.data
    elif isinstance(term, tuple):
        out += _tuple_head(out, len(term))
        return [*term]
    elif isinstance(term, list):
        return _encode_list(out, term)
    elif isinstance(term, ImproperList):
        out += struct.pack(">BI", LIST, _checked_size(out, len(term.items)))
        return [*term.items, term.tail]
    elif isinstance(term, Map):
        out += struct.pack(">BI", MAP, _checked_size(out, len(term.pairs)))
        return [part for pair in term.pairs for part in pair]
    else:
        return _encode_identifier(out, term)
    return []


def _encode_identifier(out: bytearray, term: Term) -> Sequence[Term | _FunEnd]:
    if isinstance(term, Pid):
        out += _pid_bytes(len(out), term)
    elif isinstance(term, Port):
        out += bytes([V4_PORT]) + _atom_bytes(len(out), term.node) + struct.pack(">QI", term.id, term.creation)
    elif isinstance(term, Reference):
        out += struct.pack(">BH", NEWER_REFERENCE, len(term.ids)) + _atom_bytes(len(out), term.node)
        out += struct.pack(f">I{len(term.ids)}I", term.creation, *term.ids)
    elif isinstance(term, ExternalFun):
        out += bytes([EXPORT]) + _atom_bytes(len(out), term.module) + _atom_bytes(len(out), term.function)
        _encode_integer(out, term.arity)
    elif isinstance(term, Fun):
        return _encode_fun(out, term)
    else:
        raise EtfError(len(out), f"{type(term).__name__} is no Erlang term")
    return []


def _encode_fun(out: bytearray, fun: Fun) -> Sequence[Term | _FunEnd]:
    out.append(NEW_FUN)
    start = len(out)
    out += struct.pack(">IB16sII", 0, fun.arity, fun.uniq, fun.index, len(fun.free)) + _atom_bytes(start, fun.module)
    _encode_integer(out, fun.old_index)
    _encode_integer(out, fun.old_uniq)
    out += _pid_bytes(len(out), fun.creator)
    return [*fun.free, _FunEnd(start)]


def _encode_integer(out: bytearray, value: int) -> None:
    if 0 <= value <= 255:
        out += bytes([SMALL_INTEGER, value])
    elif -(1 << 31) <= value < 1 << 31:
        out += struct.pack(">Bi", INTEGER, value)
    else:
        digits = abs(value).to_bytes((abs(value).bit_length() + 7) // 8, "little")
        size = len(digits)
        out += bytes([SMALL_BIG, size]) if size < 256 else struct.pack(">BI", LARGE_BIG, size)
        out += bytes([value < 0]) + digits


def _encode_float(out: bytearray, value: float) -> None:
    if not math.isfinite(value):
        raise EtfError(len(out), f"{value} is no Erlang float")
    out += struct.pack(">Bd", NEW_FLOAT, value)


def _encode_list(out: bytearray, items: list[Term]) -> Sequence[Term]:
    if not items:
        out += bytes([NIL])
        return []
    if len(items) < 1 << 16 and all(type(item) is int and 0 <= item <= 255 for item in items):
        out += struct.pack(">BH", STRING, len(items)) + bytes(item for item in items if isinstance(item, int))
        return []
    out += struct.pack(">BI", LIST, _checked_size(out, len(items)))
    return [*items, []]


def _tuple_head(out: bytearray, size: int) -> bytes:
    return bytes([SMALL_TUPLE, size]) if size < 256 else struct.pack(">BI", LARGE_TUPLE, _checked_size(out, size))


def _atom_bytes(offset: int, atom: Atom) -> bytes:
    if len(atom.name) > MAX_ATOM_CHARS:
        raise EtfError(offset, f"an atom of {len(atom.name)} characters: {MAX_ATOM_CHARS} is the limit")
    try:
        name = atom.name.encode("utf-8")
    except UnicodeEncodeError:
        raise EtfError(offset, f"atom {atom.name!r} has no UTF-8") from None
    size = len(name)
    return (bytes([SMALL_ATOM_UTF8, size]) if size < 256 else struct.pack(">BH", ATOM_UTF8, size)) + name


def _pid_bytes(offset: int, pid: Pid) -> bytes:
    return bytes([NEW_PID]) + _atom_bytes(offset, pid.node) + struct.pack(">III", pid.id, pid.serial, pid.creation)


def _checked_size(out: bytearray, size: int) -> int:
    if size >= 1 << 32:
        raise EtfError(len(out), f"{size} parts: a 32-bit count is the limit")
    return size

r"""What a WebAssembly module imports and exports: the sections that say so, and nothing else of it.

    module   "\0asm" version:u32, then sections  id:u8 size:leb bytes
    import   count, then  module:name field:name kind:u8 description
    export   count, then  field:name kind:u8 index:leb

WebAssembly core specification, 5.5. Integers are unsigned LEB128 of at most 32 bits, little-endian.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

MAGIC = b"\0asm"
VERSION = b"\1\0\0\0"
FUNCTION, TABLE, MEMORY, GLOBAL, TAG = range(5)
KINDS = {FUNCTION: "function", TABLE: "table", MEMORY: "memory", GLOBAL: "global", TAG: "tag"}
_IMPORT_SECTION = 2
_EXPORT_SECTION = 7
_MAX_LEB_BYTES = 5


class WasmError(ValueError):
    """The bytes are no WebAssembly module; the text says why."""


@dataclass(frozen=True)
class Import:
    """`module` and `name` as two texts, and what is imported, one of `KINDS`."""

    module: str
    name: str
    kind: int


@dataclass(frozen=True)
class Interface:
    """What a module wants and what it offers; `exports` are kinds by name."""

    imports: tuple[Import, ...]
    exports: dict[str, int]

    @property
    def functions(self) -> frozenset[str]:
        """The names of the exported functions."""
        return frozenset(name for name, kind in self.exports.items() if kind == FUNCTION)


def read_interface(data: bytes) -> Interface:
    """Raises `WasmError`."""
    if data[:4] != MAGIC:
        raise WasmError("it does not begin with the bytes of a WebAssembly module")
    if data[4:8] != VERSION:
        raise WasmError(
            f"it is a WebAssembly module or component of version {data[4:8].hex()}, not a module of version 1"
        )
    imports: tuple[Import, ...] = ()
    exports: dict[str, int] = {}
    for section, content in _sections(_Reader(data, 8)):
        if section == _IMPORT_SECTION:
            imports = tuple(_import(content) for _ in range(content.leb()))
        elif section == _EXPORT_SECTION:
            exports = dict(_export(content) for _ in range(content.leb()))
    return Interface(imports, exports)


def _sections(reader: _Reader) -> Iterator[tuple[int, _Reader]]:
    while not reader.at_end():
        section = reader.byte()
        yield section, _Reader(reader.bytes(reader.leb()))


def _import(reader: _Reader) -> Import:
    module, name, kind = reader.name(), reader.name(), reader.byte()
    if kind == FUNCTION:
        reader.leb()
    elif kind == TABLE:
        reader.byte()
        _limits(reader)
    elif kind == MEMORY:
        _limits(reader)
    elif kind == GLOBAL:
        reader.bytes(2)
    elif kind == TAG:
        reader.byte()
        reader.leb()
    else:
        raise WasmError(f"the import {module}.{name} is of the unknown kind {kind}")
    return Import(module, name, kind)


def _limits(reader: _Reader) -> None:
    has_maximum = reader.byte() & 1
    reader.leb()
    if has_maximum:
        reader.leb()


def _export(reader: _Reader) -> tuple[str, int]:
    name, kind = reader.name(), reader.byte()
    reader.leb()
    return name, kind


class _Reader:
    def __init__(self, data: bytes, offset: int = 0) -> None:
        self.data = data
        self.offset = offset

    def at_end(self) -> bool:
        return self.offset >= len(self.data)

    def byte(self) -> int:
        return self.bytes(1)[0]

    def bytes(self, count: int) -> bytes:
        end = self.offset + count
        if end > len(self.data):
            raise WasmError("it ends in the middle of a section")
        part = self.data[self.offset : end]
        self.offset = end
        return part

    def leb(self) -> int:
        value = 0
        for index in range(_MAX_LEB_BYTES):
            byte = self.byte()
            value |= (byte & 0x7F) << (7 * index)
            if byte < 0x80:
                return value
        raise WasmError("a number in it has more than 32 bits")

    def name(self) -> str:
        try:
            return self.bytes(self.leb()).decode("utf-8")
        except UnicodeDecodeError:
            raise WasmError("a name in it is not UTF-8") from None

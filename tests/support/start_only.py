"""A machine that has only `_start`: that of this checkout, without its exports for workers."""

from __future__ import annotations

import shutil
from pathlib import Path

from hatch_elixir_workers.wasm import read_interface

_EXPORT_SECTION = 7
_KEPT = ("memory", "_start")


def start_only(wasm: bytes) -> bytes:
    """The module with an export section that has nothing but `memory` and `_start`."""
    out, offset = bytearray(wasm[:8]), 8
    while offset < len(wasm):
        section = wasm[offset]
        size, start = _leb(wasm, offset + 1)
        content = wasm[start : start + size]
        if section == _EXPORT_SECTION:
            content = _kept_exports(content)
        out += bytes([section]) + _as_leb(len(content)) + content
        offset = start + size
    assert sorted(read_interface(bytes(out)).exports) == sorted(_KEPT)
    return bytes(out)


def with_start_only(project: Path, priv: Path) -> None:
    """Gives a project such a machine with its natives, and a pyproject.toml that names it."""
    (project / "vm").mkdir()
    (project / "vm" / "command.wasm").write_bytes(start_only((priv / "atomvm.wasm").read_bytes()))
    shutil.copy(priv / "natives.json", project / "vm" / "natives.json")
    toml = project / "pyproject.toml"
    table = '[tool.hatch.build.targets.elixir-workers.vm]\nwasm = "vm/command.wasm"\nnatives = "vm/natives.json"\n'
    toml.write_text(f"{toml.read_text()}\n{table}")


def _kept_exports(content: bytes) -> bytes:
    count, offset = _leb(content, 0)
    kept = []
    for _ in range(count):
        length, name_start = _leb(content, offset)
        name = content[name_start : name_start + length].decode()
        _, end = _leb(content, name_start + length + 1)
        if name in _KEPT:
            kept.append(content[offset:end])
        offset = end
    return _as_leb(len(kept)) + b"".join(kept)


def _leb(data: bytes, offset: int) -> tuple[int, int]:
    """A number, and the offset behind it."""
    value = shift = 0
    while True:
        byte = data[offset]
        offset += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, offset


def _as_leb(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])

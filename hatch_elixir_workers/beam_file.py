"""The container of a .beam file.

    "FOR1" size:32 "BEAM"   then chunks   id[4] size:32 data   padded with zeros to 4; big-endian

A whole file may be wrapped in gzip.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from hatch_elixir_workers.errors import BeamError

# The largest .beam of any release is below 2 MB. The limit keeps a lying size or a zip bomb from taking the memory.
MAX_BEAM_BYTES = 256 * 1024 * 1024
CONTAINER = "FOR1"

_GZIP_MAGIC = b"\x1f\x8b"
_WBITS_GZIP, _WBITS_ZLIB = 31, 15


class Chunk(NamedTuple):
    """One chunk, as it stands in the file."""

    id: str
    data: bytes


class ChunkError(Exception):
    """Damage within a chunk; `beam.py` adds file and chunk to make it a BeamError."""

    def __init__(self, offset: int, problem: str) -> None:
        super().__init__(problem)
        self.offset = offset
        self.problem = problem


def read_chunks(data: bytes, path: Path | str) -> tuple[Chunk, ...]:
    """All chunks in the order of the file; `path` is only for messages. Raises BeamError."""
    return tuple(_read_container(_gunzip(data, path), path))


def write_chunks(chunks: Iterable[Chunk]) -> bytes:
    """The container with these chunks, in this order."""
    body = b"BEAM" + b"".join(
        chunk.id.encode("latin-1") + struct.pack(">I", len(chunk.data)) + chunk.data + bytes(-len(chunk.data) % 4)
        for chunk in chunks
    )
    return b"FOR1" + struct.pack(">I", len(body)) + body


def inflate(data: bytes, limit: int, offset: int, *, wbits: int = _WBITS_ZLIB) -> bytes:
    """The decompressed data, which must not exceed `limit` bytes; `offset` is for messages. Raises ChunkError."""
    inflater = zlib.decompressobj(wbits)
    try:
        inflated = inflater.decompress(data, limit + 1)
    except zlib.error as failure:
        raise ChunkError(offset, str(failure)) from None
    if len(inflated) > limit:
        raise ChunkError(offset, f"holds more than {limit} bytes")
    if not inflater.eof:
        raise ChunkError(offset, "the compressed data ends too early")
    return inflated


def _gunzip(data: bytes, path: Path | str) -> bytes:
    if not data.startswith(_GZIP_MAGIC):
        return data
    try:
        return inflate(data, MAX_BEAM_BYTES, 0, wbits=_WBITS_GZIP)
    except ChunkError as error:
        raise BeamError(path, CONTAINER, 0, f"gzip: {error.problem}") from None


def _read_container(data: bytes, path: Path | str) -> Iterator[Chunk]:
    if len(data) < 12 or data[:4] != b"FOR1" or data[8:12] != b"BEAM":
        raise BeamError(path, CONTAINER, 0, "not a .beam file: it does not start with FOR1….BEAM")
    (size,) = struct.unpack_from(">I", data, 4)
    end = 8 + size
    if end > len(data):
        raise BeamError(path, CONTAINER, 4, f"truncated: {end} bytes are announced, the file has {len(data)}")
    offset = 12
    while offset < end:
        chunk = _read_chunk(data, offset, end, path)
        yield chunk
        offset += 8 + (len(chunk.data) + 3 & ~3)


def _read_chunk(data: bytes, offset: int, end: int, path: Path | str) -> Chunk:
    if end - offset < 8:
        raise BeamError(path, CONTAINER, offset, f"{end - offset} stray bytes after the last chunk")
    raw_id, size = struct.unpack_from(">4sI", data, offset)
    chunk_id = raw_id.decode("latin-1")
    if not (chunk_id.isascii() and chunk_id.isprintable()):
        raise BeamError(path, CONTAINER, offset, f"{raw_id!r} is no chunk id")
    if size > end - offset - 8:
        raise BeamError(path, chunk_id, 0, f"truncated: {size} bytes are announced, {end - offset - 8} are left")
    return Chunk(chunk_id, data[offset + 8 : offset + 8 + size])

"""Condensed archives: what a bundle holds as `app.avm`, which only our own machine reads (condensed_archive.c).

An archive in AtomVM's format with one plain file, `SECTION`, which holds all sections of the archive that is meant:

    number of blocks   size of each block once decoded   the blocks: one stream of LZMA (raw, lc=2 lp=0 pb=0)

Numbers are LEB128 throughout, texts end with the byte 255. The machine decodes a block, after all before it, when
something in it is first asked for: the first has what the simplest request needs, the second what many do, the third
what is there for errors or for rare characters.

    first block   number of sections; flags of each; the block of each; their names   then as the others:
    block         number of atoms; the atoms   sizes of part 0 of its sections, of part 1, …   all parts 0, parts 1, …

Equal parts of all modules stand together, so that what is alike is near. Atoms are numbered through the archive, in
the order in which modules name them; an atom is written where it is first named. `RAW` is a module or a plain file as
it is. A module whose code is condensed has these parts instead, which are empty where its chunk is absent:

    LITERALS       the literals: of a binary its bytes, of others the external term
    SIZES          number of literals; of each twice its size, and 1 more for a binary
    STRINGS        `StrT`
    FILES          files of its lines, from file 1 on
    ATOMS          number of the next atom; number of atoms; of each 0: the next one, else its number + 1
    EXPORTS        number of rows; name, arity, label: names and labels as zigzag distances from the row before
    IMPORTS        likewise: module and name as distances, arity
    FUNS           likewise: name, arity, label, index, number of free variables; name and label as distances
    UNIQUES        the rest of the rows of `FunT`: 32 bits, big-endian
    LINES          number of lines; of each 1 + zigzag distance from the line before; 0 and a number: file from here on
    CODE           highest opcode, number of labels, of functions, size of `Code`
    OPERATIONS …   the streams of `CodC` (condensed.py); the four bits of each operation that say its kind go first
"""

from __future__ import annotations

import lzma
import struct
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from hatch_elixir_workers import condensed, leb128
from hatch_elixir_workers.avm import START, Section, file_section, read_avm, write_avm
from hatch_elixir_workers.beam_encode import lines_chunk, literals_chunk, rows_chunk
from hatch_elixir_workers.beam_file import Chunk, ChunkError, read_chunks, write_chunks
from hatch_elixir_workers.beam_tables import Location, read_lines, read_rows, split_literals
from hatch_elixir_workers.condensed import Stream, unzigzag, zigzag
from hatch_elixir_workers.errors import AvmError
from hatch_elixir_workers.restorer import restored

SECTION = "elixir_workers/condensed"

(LITERALS, SIZES, STRINGS, FILES, RAW, ATOMS, EXPORTS, IMPORTS, FUNS, UNIQUES, LINES, CODE, OPERATIONS) = range(13)
PARTS = OPERATIONS + condensed.STREAMS
_BINARY = bytes((131, 109))  # how the external term of a binary begins; its size, 32 bits, and its bytes follow
_END = b"\xff"  # which UTF-8 never has
# The tag of an operand is in the lower half of a byte, and the highest bits of a byte are what LZMA judges the next by.
_HALVES_SWAPPED = bytes(byte >> 4 | (byte & 15) << 4 for byte in range(256))

_ROWS = {EXPORTS: "ExpT", IMPORTS: "ImpT", FUNS: "FunT"}
# The width of the rows, and the columns that are written as distances.
_COLUMNS = {EXPORTS: (3, (0, 2)), IMPORTS: (3, (0, 1)), FUNS: (5, (0, 2))}
_CONDENSABLE = frozenset({"AtU8", condensed.CHUNK, "StrT", "ImpT", "ExpT", "FunT", "LitU", "Line"})
_FILTERS: list[dict[str, Any]] = [
    {"id": lzma.FILTER_LZMA1, "preset": 9 | lzma.PRESET_EXTREME, "lc": 2, "lp": 0, "pb": 0, "dict_size": 1 << 24}
]
# More than any archive that Cloudflare takes; a damaged size is not to make this reserve all memory.
_MAX_BYTES = 1 << 28

_FIRST, _COMMON, _RARE = range(3)
# Of Elixir and OTP, what a request begins with that a router answers from a string or a map. A module in the wrong
# block costs time and nothing else.
_FIRST_OF_LIBRARY = frozenset(
    {
        *(f"Elixir.{name}" for name in ("Access", "Enum", "Integer", "Kernel", "Keyword", "List", "Map", "Process")),
        *(f"Elixir.{name}" for name in ("String", "String.Chars", "Enumerable", "Enumerable.List", "Enumerable.Map")),
        *(f"Elixir.String.Chars.{name}" for name in ("Atom", "BitString", "Float", "Integer", "List")),
        *("lists", "maps"),
    }
)
# Of all else, what is there for applications and logs, or for files: stand-ins of ours for modules of OTP.
_LATER = frozenset(
    {"application", "atomvm_elixir_logger", "code", "erl_lint", "erl_prim_loader", "error_handler", "error_logger"}
    | {"file", "global", "init", "logger", "logger_config", "rpc"}
)
_FILES_OF_START = frozenset({"atomvm/otp_release", "elixir_workers/priv/settings.bin"})
# What requests commonly need of OTP; the rest of it is there for what is rare. With Elixir's modules it is the reverse.
_COMMON_OF_OTP = frozenset(
    {"base64", "binary", "gen", "gen_server", "lists", "maps", "proc_lib", "proplists", "supervisor"}
)
_RARE_OF_ELIXIR = frozenset({"Elixir.Exception", "Elixir.String.Tokenizer", "Elixir.String.Unicode"})


def condense(sections: Sequence[Section], library: Collection[str]) -> bytes:
    """The archive that stands for one with these sections; `library` names the modules that are of Elixir or OTP.

    Raises ValueError as `avm.write_avm` does.
    """
    write_avm(sections)
    blocks: list[list[Section]] = [[], [], []]
    for section in sections:
        blocks[_block_of(section, library)].append(section)
    blocks[1:] = filter(None, blocks[1:])
    atoms = _Atoms()
    written = [_directory(blocks) + _block(blocks[0], atoms), *(_block(block, atoms) for block in blocks[1:])]
    return write_avm([file_section(SECTION, encode_blocks(written))])


def encode_blocks(blocks: Sequence[bytes]) -> bytes:
    """The content of `SECTION`."""
    sizes = _numbers([len(blocks), *map(len, blocks)])
    return sizes + lzma.compress(b"".join(blocks), lzma.FORMAT_RAW, filters=_FILTERS)


def decode_blocks(data: bytes) -> list[bytes]:
    """What `encode_blocks` was given. Raises ChunkError, LZMAError."""
    reader = Stream(data)
    sizes = [reader.unsigned() for _ in range(reader.unsigned())]
    if not sizes or sum(sizes) > _MAX_BYTES:
        raise ChunkError(0, f"{len(sizes)} blocks of {sum(sizes)} bytes are announced")
    decoder = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=_FILTERS)
    decoded = Stream(decoder.decompress(data[reader.at :], max_length=sum(sizes)))
    return [decoded.take(size) for size in sizes]


def read_archive(data: bytes, path: Path | str = "<memory>") -> list[Section]:
    """The sections of an archive, condensed or not, in the order that `pack.write_archive` gives them. Raises AvmError.

    Code is as in `CodC` still, which `beam.py` reads; `Line` does not say how many instructions name a line.
    """
    sections = read_avm(data, path)
    if len(sections) != 1 or sections[0].name != SECTION:
        return sections
    try:
        return _restored(sections[0].data)
    except (ChunkError, lzma.LZMAError, IndexError, struct.error, UnicodeDecodeError) as error:
        raise AvmError(path, SECTION, 0, f"damaged: {error}") from None


def read_archive_file(path: Path | str) -> list[Section]:
    """The sections of an archive file, condensed or not. Raises AvmError."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise AvmError(path, "file", 0, f"cannot be read: {error.strerror or error}") from None
    return read_archive(data, path)


def _block_of(section: Section, library: Collection[str]) -> int:
    if section.is_file:
        return _FIRST if section.name in _FILES_OF_START else _COMMON
    name = section.name.removesuffix(".beam")
    if name not in library:
        return _COMMON if name in _LATER or (name.endswith("Error") and not name.endswith(".Error")) else _FIRST
    if _is_rare(name):
        return _RARE
    return _FIRST if name in _FIRST_OF_LIBRARY else _COMMON


def _is_rare(name: str) -> bool:
    if name.startswith("Elixir."):
        return name in _RARE_OF_ELIXIR or name.endswith("Error")
    return name not in _COMMON_OF_OTP


class _Atoms:
    """The atoms of the archive so far."""

    def __init__(self) -> None:
        self.numbers: dict[bytes, int] = {}

    def part(self, atoms: Iterable[bytes]) -> bytes:
        """`ATOMS`."""
        out = [len(self.numbers)]
        for atom in atoms:
            if atom in self.numbers:
                out.append(1 + self.numbers[atom])
            else:
                self.numbers[atom] = len(self.numbers)
                out.append(0)
        return _numbers([out[0], len(out) - 1, *out[1:]])


def _numbers(values: Iterable[int]) -> bytes:
    return b"".join(map(leb128.unsigned, values))


def _directory(blocks: Sequence[Sequence[Section]]) -> bytes:
    sections = [section for block in blocks for section in block]
    flags = [section.flags for section in sections]
    numbers = [index for index, block in enumerate(blocks) for _ in block]
    return _numbers([len(sections), *flags, *numbers]) + _texts(section.name.encode() for section in sections)


def _texts(texts: Iterable[bytes]) -> bytes:
    return b"".join(text + _END for text in texts)


def _block(sections: Sequence[Section], atoms: _Atoms) -> bytes:
    before = len(atoms.numbers)
    rows = [_parts(section, atoms) for section in sections]
    new = list(atoms.numbers)[before:]
    sizes = [len(row[part]) for part in range(PARTS) for row in rows]
    parts = [row[part] for part in range(PARTS) for row in rows]
    return b"".join([_numbers([len(new)]), _texts(new), _numbers(sizes), *parts])


def _parts(section: Section, atoms: _Atoms) -> list[bytes]:
    parts = [b""] * PARTS
    chunks = {} if section.is_file else {chunk.id: chunk.data for chunk in read_chunks(section.data, section.name)}
    if not _is_condensable(chunks):
        parts[RAW] = section.data if condensed.CHUNK not in chunks else _with_code(chunks)
        return parts
    head, total, streams = condensed.split(chunks[condensed.CHUNK])
    _, _, highest, labels, functions = struct.unpack(">5I", head)
    parts[ATOMS] = atoms.part(_atoms(chunks["AtU8"]))
    parts[CODE] = _numbers([highest, labels, functions, total])
    parts[OPERATIONS:] = streams
    parts[OPERATIONS] = streams[0].translate(_HALVES_SWAPPED)
    parts[STRINGS] = chunks.get("StrT", b"")
    _write_rows(parts, chunks)
    if "LitU" in chunks:
        literals = [literal for _, literal in split_literals(chunks["LitU"])]
        parts[SIZES], parts[LITERALS] = _literals(literals)
    if "Line" in chunks:
        parts[LINES], parts[FILES] = _lines(chunks["Line"])
    return parts


def _with_code(chunks: dict[str, bytes]) -> bytes:
    """The module with `Code`, which the machine reads in a module that is not taken apart."""
    code = restored(chunks[condensed.CHUNK], condensed.arities(chunks.get("ImpT", b"")))
    return write_chunks(
        Chunk(*(("Code", code) if name == condensed.CHUNK else (name, data))) for name, data in chunks.items()
    )


def _is_condensable(chunks: dict[str, bytes]) -> bool:
    return (
        condensed.CHUNK in chunks
        and chunks.keys() <= _CONDENSABLE
        and chunks["AtU8"][0] < 0x80  # lengths are single bytes
        and chunks.get("Line", bytes(8))[4:8] == bytes(4)  # no flags
    )


def _atoms(data: bytes) -> Iterator[bytes]:
    at = 4
    while at < len(data):
        yield data[at + 1 : at + 1 + data[at]]
        at += 1 + data[at]


def _write_rows(parts: list[bytes], chunks: dict[str, bytes]) -> None:
    for part, name in _ROWS.items():
        if name not in chunks:
            continue
        width, distances = _COLUMNS[part]
        rows = [row for _, row in read_rows(chunks[name], width + (part == FUNS))]
        out, before = [len(rows)], (0,) * width
        for row in rows:
            out += [zigzag(row[at] - before[at]) if at in distances else row[at] for at in range(width)]
            before = row
        parts[part] = _numbers(out)
        if part == FUNS:
            parts[UNIQUES] = b"".join(struct.pack(">I", row[width]) for row in rows)


def _literals(literals: Sequence[bytes]) -> tuple[bytes, bytes]:
    sizes, out = [len(literals)], bytearray()
    for literal in literals:
        is_binary = literal[: len(_BINARY)] == _BINARY
        content = literal[len(_BINARY) + 4 :] if is_binary else literal
        sizes.append(len(content) << 1 | is_binary)
        out += content
    return _numbers(sizes), bytes(out)


def _lines(data: bytes) -> tuple[bytes, bytes]:
    locations = [each for each in read_lines(data, "") if each is not None]
    files = {"": 0}
    out, file, line = [len(locations)], 0, 0
    for location in locations:
        index = files.setdefault(location.file, len(files))
        if index != file:
            out += [0, index]
        out.append(1 + zigzag(location.line - line))
        file, line = index, location.line
    return _numbers(out), _texts(name.encode() for name in list(files)[1:])


# -- and back ----------------------------------------------------------------------------------------------------------


def _restored(data: bytes) -> list[Section]:
    streams = list(map(Stream, decode_blocks(data)))
    directory = _read_directory(streams[0])
    atoms: list[bytes] = []
    sections = []
    for block, stream in enumerate(streams):
        entries = [(name, flags) for name, flags, its in directory if its == block]
        sections += _read_block(stream, entries, atoms)
        if stream.at != len(stream.data):
            raise ChunkError(stream.at, f"block {block} goes on")
    return sorted(sections, key=lambda each: (not each.flags & START, each.is_file, each.name.removesuffix(".beam")))


def _read_directory(stream: Stream) -> list[tuple[str, int, int]]:
    count = stream.unsigned()
    flags, blocks = ([stream.unsigned() for _ in range(count)] for _ in range(2))
    names = [_text(stream).decode() for _ in range(count)]
    return list(zip(names, flags, blocks, strict=True))


def _text(stream: Stream) -> bytes:
    end = stream.data.find(_END, stream.at)
    if end < 0:
        raise ChunkError(stream.at, "a text that does not end")
    text = stream.take(end - stream.at)
    stream.at += 1
    return text


def _read_block(stream: Stream, entries: Sequence[tuple[str, int]], atoms: list[bytes]) -> list[Section]:
    atoms += [_text(stream) for _ in range(stream.unsigned())]
    part_sizes = [[stream.unsigned() for _ in entries] for _ in range(PARTS)]
    parts = [[stream.take(size) for size in column] for column in part_sizes]
    rows = zip(*parts, strict=True) if entries else ()
    return [Section(name, flags, _section_data(row, atoms)) for (name, flags), row in zip(entries, rows, strict=True)]


def _section_data(parts: Sequence[bytes], atoms: Sequence[bytes]) -> bytes:
    if not parts[CODE]:
        return parts[RAW]
    own = [atoms[number] for number in _read_atoms(parts[ATOMS])]
    chunks = {"AtU8": struct.pack(">i", len(own)) + b"".join(bytes((len(atom),)) + atom for atom in own)}
    code = Stream(parts[CODE])
    highest, labels, functions, total = [code.unsigned() for _ in range(4)]
    head = struct.pack(">5I", 16, 0, highest, labels, functions)
    operations = parts[OPERATIONS].translate(_HALVES_SWAPPED)
    chunks[condensed.CHUNK] = condensed.joined(head, total, [operations, *parts[OPERATIONS + 1 :]])
    chunks["StrT"] = parts[STRINGS]
    for part in (IMPORTS, EXPORTS, FUNS):
        if parts[part]:
            chunks[_ROWS[part]] = _read_rows(parts, part)
    if parts[SIZES]:
        chunks["LitU"] = literals_chunk(_read_literals(parts))
    if parts[LINES]:
        chunks["Line"] = lines_chunk(_read_lines(parts), "", flags=0, instructions=0)
    return write_chunks(Chunk(name, data) for name, data in chunks.items())


def _read_atoms(part: bytes) -> Iterator[int]:
    stream = Stream(part)
    new = stream.unsigned()
    for _ in range(stream.unsigned()):
        number = stream.unsigned()
        yield number - 1 if number else new
        new += not number


def _read_rows(parts: Sequence[bytes], part: int) -> bytes:
    width, distances = _COLUMNS[part]
    stream = Stream(parts[part])
    uniques = struct.iter_unpack(">I", parts[UNIQUES])
    rows: list[list[int]] = []
    before = [0] * width
    for _ in range(stream.unsigned()):
        numbers = [stream.unsigned() for _ in range(width)]
        before = [before[at] + unzigzag(number) if at in distances else number for at, number in enumerate(numbers)]
        rows.append([*before, *(next(uniques) if part == FUNS else ())])
    return rows_chunk(rows)


def _read_literals(parts: Sequence[bytes]) -> list[bytes]:
    sizes, stream = Stream(parts[SIZES]), Stream(parts[LITERALS])
    literals = []
    for _ in range(sizes.unsigned()):
        size = sizes.unsigned()
        content = stream.take(size >> 1)
        literals.append(_BINARY + struct.pack(">I", len(content)) + content if size & 1 else content)
    return literals


def _read_lines(parts: Sequence[bytes]) -> list[Location]:
    names, lines = Stream(parts[FILES]), Stream(parts[LINES])
    files = [""]
    while names.at < len(names.data):
        files.append(_text(names).decode())
    locations: list[Location] = []
    file = line = 0
    count = lines.unsigned()
    while len(locations) < count:
        number = lines.unsigned()
        if number == 0:
            file = lines.unsigned()
            continue
        line += unzigzag(number - 1)
        locations.append(Location(files[file], line))
    return locations

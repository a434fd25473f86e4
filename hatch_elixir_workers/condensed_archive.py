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
it is. A module whose code is condensed has `Attr` there, and these parts, which are empty where its chunk is absent:

    LITERALS       the literals: of a binary its bytes, of others the external term
    SIZES          number of literals; of each twice its size, and 1 more for a binary
    STRINGS        `StrT`
    FILES          files of its lines, from file 1 on
    ATOMS          number of the next atom; number of atoms; of each 0: the next one, else its number + 1
    EXPORTS        number of rows; of each the function, by its place in the code: the zigzag distance from the one
                   behind that of the row before
    IMPORTS        number of rows; module, name, arity: module and name as zigzag distances from the row before
    FUNS           number of rows; the function as in EXPORTS, index, number of free variables
    UNIQUES        the rest of the rows of `FunT`: 32 bits, big-endian
    LINES          number of lines; of each 1 + zigzag distance from the line before; 0 and a number: file from here on
    CODE           size of `Code`, without its header
    OPERATIONS …   the streams of `CodC` (condensed.py); the four bits of each operation that say its kind go first
"""

from __future__ import annotations

import lzma
import struct
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hatch_elixir_workers import condensed, leb128
from hatch_elixir_workers.avm import START, Section, file_section, read_avm, write_avm
from hatch_elixir_workers.beam_encode import lines_chunk, literals_chunk, rows_chunk
from hatch_elixir_workers.beam_file import Chunk, ChunkError, read_chunks, write_chunks
from hatch_elixir_workers.beam_tables import Location, read_lines, read_rows, split_literals
from hatch_elixir_workers.condensed import Stream, unzigzag, zigzag
from hatch_elixir_workers.errors import AvmError
from hatch_elixir_workers.restorer import Restorer, restored

SECTION = "elixir_workers/condensed"

(LITERALS, SIZES, STRINGS, FILES, RAW, ATOMS, EXPORTS, IMPORTS, FUNS, UNIQUES, LINES, CODE, OPERATIONS) = range(13)
PARTS = OPERATIONS + condensed.STREAMS
_BINARY = bytes((131, 109))  # how the external term of a binary begins; its size, 32 bits, and its bytes follow
_END = b"\xff"  # which UTF-8 never has
# The tag of an operand is in the lower half of a byte, and the highest bits of a byte are what LZMA judges the next by.
_HALVES_SWAPPED = bytes(byte >> 4 | (byte & 15) << 4 for byte in range(256))

_IMPORT_COLUMNS, _FUN_COLUMNS = 3, 6
_CONDENSABLE = frozenset({"AtU8", condensed.CHUNK, "StrT", "ImpT", "ExpT", "FunT", "LitU", "Line", "Attr"})
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
    {
        "application",
        "atomvm_elixir_config",
        "atomvm_elixir_logger",
        "code",
        "erl_lint",
        "erl_prim_loader",
        "error_handler",
        "error_logger",
    }
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
    _, total, streams = condensed.split(chunks[condensed.CHUNK])
    places = _places(chunks)
    parts[ATOMS] = atoms.part(_atoms(chunks["AtU8"]))
    parts[CODE] = leb128.unsigned(total)
    parts[OPERATIONS:] = streams[: condensed.STREAMS]
    parts[OPERATIONS] = streams[0].translate(_HALVES_SWAPPED)
    parts[STRINGS] = chunks.get("StrT", b"")
    parts[RAW] = chunks.get("Attr", b"")
    if "ExpT" in chunks:
        parts[EXPORTS] = _exports(chunks["ExpT"], places)
    if "ImpT" in chunks:
        parts[IMPORTS] = _imports(chunks["ImpT"])
    if "FunT" in chunks:
        parts[FUNS], parts[UNIQUES] = _funs(chunks["FunT"], places)
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
        and _named(chunks) <= _places(chunks).keys()
    )


def _places(chunks: dict[str, bytes]) -> dict[condensed.FunctionHead, int]:
    """Where in the code each function comes."""
    _, _, streams = condensed.split(chunks[condensed.CHUNK])
    return {head: place for place, head in enumerate(condensed.functions(streams[condensed.FUNCTIONS]))}


def _named(chunks: dict[str, bytes]) -> set[condensed.FunctionHead]:
    """The functions that the tables name."""
    tables = {"ExpT": 3, "FunT": _FUN_COLUMNS}
    return {row[:3] for name, width in tables.items() if name in chunks for _, row in read_rows(chunks[name], width)}  # type: ignore[misc]


def _atoms(data: bytes) -> Iterator[bytes]:
    at = 4
    while at < len(data):
        yield data[at + 1 : at + 1 + data[at]]
        at += 1 + data[at]


def _exports(table: bytes, places: Mapping[condensed.FunctionHead, int]) -> bytes:
    out, behind = [], 0
    for _, (name, arity, label) in read_rows(table, 3):
        place = places[name, arity, label]
        out.append(zigzag(place - behind))
        behind = place + 1
    return _numbers([len(out), *out])


def _imports(table: bytes) -> bytes:
    out, before = [], (0, 0)
    rows = [row for _, row in read_rows(table, _IMPORT_COLUMNS)]
    for module, name, arity in rows:
        out += [zigzag(module - before[0]), zigzag(name - before[1]), arity]
        before = (module, name)
    return _numbers([len(rows), *out])


def _funs(table: bytes, places: Mapping[condensed.FunctionHead, int]) -> tuple[bytes, bytes]:
    out, uniques, behind = [], [], 0
    for _, (name, arity, label, index, free, unique) in read_rows(table, _FUN_COLUMNS):
        place = places[name, arity, label]
        out += [zigzag(place - behind), index, free]
        uniques.append(struct.pack(">I", unique))
        behind = place + 1
    return _numbers([len(uniques), *out]), b"".join(uniques)


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
    imports = _read_imports(parts[IMPORTS]) if parts[IMPORTS] else b""
    streams = [parts[OPERATIONS].translate(_HALVES_SWAPPED), *parts[OPERATIONS + 1 :]]
    restorer = Restorer(streams, condensed.arities(imports))
    restorer.code()
    total = Stream(parts[CODE]).unsigned()
    chunks[condensed.CHUNK] = condensed.joined(restorer.header(), total, [*streams, restorer.function_stream()])
    chunks["StrT"] = parts[STRINGS]
    if parts[IMPORTS]:
        chunks["ImpT"] = imports
    if parts[EXPORTS]:
        chunks["ExpT"] = _read_exports(parts[EXPORTS], restorer.functions)
    if parts[FUNS]:
        chunks["FunT"] = _read_funs(parts[FUNS], parts[UNIQUES], restorer.functions)
    if parts[SIZES]:
        chunks["LitU"] = literals_chunk(_read_literals(parts))
    if parts[RAW]:
        chunks["Attr"] = parts[RAW]
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


def _read_exports(part: bytes, functions: Sequence[condensed.FunctionHead]) -> bytes:
    stream = Stream(part)
    rows: list[condensed.FunctionHead] = []
    place = -1
    for _ in range(stream.unsigned()):
        place = _next_place(stream, place, functions)
        rows.append(functions[place])
    return rows_chunk(rows)


def _next_place(stream: Stream, before: int, functions: Sequence[condensed.FunctionHead]) -> int:
    place = before + 1 + unzigzag(stream.unsigned())
    if not 0 <= place < len(functions):
        raise ChunkError(stream.at, f"function {place} of {len(functions)}")
    return place


def _read_imports(part: bytes) -> bytes:
    stream = Stream(part)
    rows, module, name = [], 0, 0
    for _ in range(stream.unsigned()):
        module += unzigzag(stream.unsigned())
        name += unzigzag(stream.unsigned())
        rows.append((module, name, stream.unsigned()))
    return rows_chunk(rows)


def _read_funs(part: bytes, uniques: bytes, functions: Sequence[condensed.FunctionHead]) -> bytes:
    stream = Stream(part)
    rows: list[tuple[int, ...]] = []
    place = -1
    for _ in range(stream.unsigned()):
        place = _next_place(stream, place, functions)
        (unique,) = struct.unpack_from(">I", uniques, 4 * len(rows))
        rows.append((*functions[place], stream.unsigned(), stream.unsigned(), unique))
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

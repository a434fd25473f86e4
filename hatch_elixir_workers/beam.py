"""Reads, strips and writes .beam files.

`read_beam(path)` gives a `BeamModule`: the tables are read at once, instructions, literals, lines and attributes when
they are first asked for. Whatever is damaged raises BeamError with file, chunk and offset, at the moment it is read;
`BeamModule.verify()` reads everything.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, TypeVar

from hatch_elixir_workers import condensed, etf
from hatch_elixir_workers.beam_code import A, Instruction, U, decode_instructions
from hatch_elixir_workers.beam_file import Chunk, ChunkError, read_chunks, write_chunks
from hatch_elixir_workers.beam_tables import (
    Location,
    inflate_literals,
    read_atoms,
    read_lines,
    read_rows,
    split_literals,
)
from hatch_elixir_workers.errors import BeamError, EtfError
from hatch_elixir_workers.opcodes import MAX_OPCODE

__all__ = [
    "ATTRIBUTES",
    "KEPT_CHUNKS",
    "MFA",
    "BeamModule",
    "Chunk",
    "Export",
    "Function",
    "Lambda",
    "Location",
    "parse_beam",
    "read_beam",
    "strip",
    "write_chunks",
]

ATTRIBUTES = "Attr"

# Chunks the virtual machine reads, in the order they are written (beam-format, Containers).
KEPT_CHUNKS = (
    "AtU8",
    "Code",
    condensed.CHUNK,
    "StrT",
    "ImpT",
    "ExpT",
    "LocT",
    "FunT",
    "LitU",
    "avmN",
    "Type",
    "Recs",
    ATTRIBUTES,
    "Line",
)

_CODE_HEADER = struct.Struct(">5I")
_CODE_HEADER_BYTES = 16  # what its first word must at least say, which does not count itself
_T = TypeVar("_T")


class MFA(NamedTuple):
    """Module, function, arity."""

    module: str
    function: str
    arity: int

    def __str__(self) -> str:
        return f"{self.module}:{self.function}/{self.arity}"


class Export(NamedTuple):
    """A function that can be called from other modules (ExpT), or a local one (LocT): its entry label."""

    function: str
    arity: int
    label: int


@dataclass(frozen=True, slots=True)
class Lambda:
    """One entry of FunT; `arity` includes the `num_free` free variables."""

    function: str
    arity: int
    label: int
    index: int
    num_free: int
    old_uniq: int


@dataclass(frozen=True)
class Function:
    """One function of the `Code` chunk.

    `label` is its entry label. `instructions` starts at the function's first label (before `func_info`) and ends before
    the next function's. `line_refs[i]` is the line in effect at `instructions[i]`: an index for `BeamModule.location`.
    """

    name: str
    arity: int
    label: int
    instructions: tuple[Instruction, ...]
    line_refs: tuple[int, ...]


@dataclass
class BeamModule:
    """A compiled module.

    Read at once: `path`, `chunks`, `name`, `atoms`, `imports` (MFA list; a call's operand indexes it), `exports`,
    `locals`, `lambdas`.

    Read when first asked for: `instructions`, `functions`, `literals` (terms of `etf.py`), `lines`, `attributes`.
    Import and literal operands of instructions are checked: they index `imports` and `literals`.
    """

    path: str
    chunks: tuple[Chunk, ...]
    atoms: tuple[str, ...] = field(init=False)
    imports: tuple[MFA, ...] = field(init=False)
    exports: tuple[Export, ...] = field(init=False)
    locals: tuple[Export, ...] = field(init=False)
    lambdas: tuple[Lambda, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.atoms = self._read("AtU8", read_atoms)
        self.imports = tuple(
            MFA(self._atom("ImpT", offset, module), self._atom("ImpT", offset, function), arity)
            for offset, (module, function, arity) in self._rows("ImpT", 3)
        )
        self.exports = self._entry_points("ExpT")
        self.locals = self._entry_points("LocT")
        self.lambdas = tuple(
            Lambda(self._atom("FunT", offset, row[0]), *row[1:]) for offset, row in self._rows("FunT", 6)
        )

    @property
    def name(self) -> str:
        """The module's name: its first atom."""
        return self.atoms[0]

    def chunk(self, chunk_id: str) -> bytes | None:
        """The data of a chunk, None when the file has none of that id."""
        return self._chunk_index.get(chunk_id)

    @cached_property
    def instructions(self) -> tuple[Instruction, ...]:
        """Every instruction of the module, in order, `int_code_end` included."""
        return self._read("Code", self._decode_code)

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        """The functions in the order of the code, module_info/0,1 included."""
        return self._read("Code", lambda _: tuple(_split_functions(self)))

    @cached_property
    def literals(self) -> tuple[etf.Term, ...]:
        """The literal table, decoded."""
        return tuple(self._decode_term(self._literal_chunk, data, offset) for offset, data in self.raw_literals)

    @cached_property
    def raw_literals(self) -> tuple[tuple[int, bytes], ...]:
        """The literal table as (offset in the inflated table, external term starting with 131) pairs."""
        if self.chunk(self._literal_chunk) is None:
            return ()
        return self._read(self._literal_chunk, lambda _: tuple(map(_whole, split_literals(self.literal_table))))

    @cached_property
    def literal_table(self) -> bytes:
        """The inflated literal table, the content of a `LitU` chunk; empty when there is none."""
        plain = self.chunk("LitU")
        if plain is not None:
            return plain
        return b"" if self.chunk("LitT") is None else self._read("LitT", inflate_literals)

    @cached_property
    def lines(self) -> tuple[Location | None, ...]:
        """The line table; a `line` instruction's operand indexes it. Entry 0 is None: unknown."""
        if self.chunk("Line") is None:
            return (None,)
        return self._read("Line", lambda data: read_lines(data, f"{self.name}.erl"))

    @cached_property
    def attributes(self) -> dict[str, etf.Term]:
        """Module attributes by name: each a list of all its values. Empty in a stripped file."""
        return self._proplist(ATTRIBUTES)

    @cached_property
    def compile_info(self) -> dict[str, etf.Term]:
        """What the compiler noted about itself: version, options, source. Empty in a stripped file."""
        return self._proplist("CInf")

    def location(self, line_ref: int) -> Location | None:
        """The source line for a `Function.line_refs` entry, None when it is unknown."""
        return self.lines[line_ref] if line_ref < len(self.lines) else None

    def verify(self) -> None:
        """Reads everything that is otherwise read when it is asked for."""
        _ = self.functions, self.literals, self.lines, self.attributes, self.compile_info

    # -- within this file ---------------------------------------------------------------------------------------------

    @cached_property
    def _chunk_index(self) -> dict[str, bytes]:
        index = {chunk.id: chunk.data for chunk in self.chunks}
        if condensed.CHUNK in index and "Code" not in index:
            index["Code"] = self._restored(index[condensed.CHUNK], index.get("ImpT", b""))
        return index

    def _restored(self, data: bytes, imports: bytes) -> bytes:
        try:
            from hatch_elixir_workers.restorer import restored

            return restored(data, condensed.arities(imports))
        except ChunkError as error:
            raise BeamError(self.path, condensed.CHUNK, error.offset, error.problem) from None

    @property
    def _literal_chunk(self) -> str:
        return "LitU" if "LitU" in self._chunk_index else "LitT"

    def _read(self, chunk: str, read: Callable[[bytes], _T]) -> _T:
        """Reads a chunk that must be there; gives a ChunkError the file and the chunk it lacks."""
        data = self.chunk(chunk)
        if data is None:
            raise BeamError(self.path, chunk, 0, "is missing: compile the module again, with OTP 24 or later")
        try:
            return read(data)
        except ChunkError as error:
            raise BeamError(self.path, chunk, error.offset, error.problem) from None

    def _rows(self, chunk: str, width: int) -> list[tuple[int, tuple[int, ...]]]:
        """The rows of a table with their offsets; none when it is absent."""
        return [] if self.chunk(chunk) is None else self._read(chunk, lambda data: list(read_rows(data, width)))

    def _atom(self, chunk: str, offset: int, index: int) -> str:
        if not 1 <= index <= len(self.atoms):
            raise BeamError(self.path, chunk, offset, f"atom {index} of {len(self.atoms)}")
        return self.atoms[index - 1]

    def _entry_points(self, chunk: str) -> tuple[Export, ...]:
        return tuple(
            Export(self._atom(chunk, offset, function), arity, label)
            for offset, (function, arity, label) in self._rows(chunk, 3)
        )

    def _decode_code(self, data: bytes) -> tuple[Instruction, ...]:
        start = _check_code_header(data)
        return tuple(
            decode_instructions(data, start, self.atoms, imports=len(self.imports), literals=len(self.raw_literals))
        )

    def _decode_term(self, chunk: str, data: bytes, offset: int = 0) -> etf.Term:
        try:
            return etf.decode(data)
        except EtfError as error:
            raise BeamError(self.path, chunk, offset + error.offset, error.cause) from None

    def _proplist(self, chunk: str) -> dict[str, etf.Term]:
        data = self.chunk(chunk)
        if data is None:
            return {}
        term = self._decode_term(chunk, data)
        if not isinstance(term, list):
            raise BeamError(self.path, chunk, 0, "not a list of pairs")
        return _merged_pairs(term)


def read_beam(path: Path | str) -> BeamModule:
    """Reads a .beam file. Raises BeamError."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise BeamError(path, "file", 0, f"cannot be read: {error.strerror or error}") from None
    return parse_beam(data, path)


def parse_beam(data: bytes, path: Path | str = "<memory>") -> BeamModule:
    """Reads the bytes of a .beam file; `path` is only for messages. Raises BeamError."""
    return BeamModule(str(path), read_chunks(data, path))


def strip(module: BeamModule, *, keep_lines: bool = True) -> bytes:
    """The module as the virtual machine takes it: only KEPT_CHUNKS, literals inflated (`LitU`), fixed order.

    The same module always gives the same bytes, however its file was compressed. The size is a multiple of 4.
    """
    available = {chunk.id: chunk.data for chunk in module.chunks}
    if "LitT" in available or "LitU" in available:
        available["LitU"] = module.literal_table
    kept = [chunk_id for chunk_id in KEPT_CHUNKS if chunk_id in available and (keep_lines or chunk_id != "Line")]
    return write_chunks(Chunk(chunk_id, available[chunk_id]) for chunk_id in kept)


def _whole(literal: tuple[int, bytes]) -> tuple[int, bytes]:
    """The literal, restored if it is condensed."""
    offset, data = literal
    if data[:1] != bytes((condensed.TERM_VERSION,)):
        return literal
    from hatch_elixir_workers.condensed_term import restored_term

    return offset, restored_term(data)


def _check_code_header(data: bytes) -> int:
    """The offset of the first instruction: `16:32 0:32 highest_opcode:32 labels:32 functions:32`, then code."""
    if len(data) < _CODE_HEADER.size:
        raise ChunkError(0, "truncated")
    header_bytes, version, highest, _labels, _functions = _CODE_HEADER.unpack_from(data)
    if header_bytes < _CODE_HEADER_BYTES or header_bytes + 4 > len(data):
        raise ChunkError(0, f"a sub-header of {header_bytes} bytes")
    if version != 0:
        raise ChunkError(4, f"instruction format {version} is unknown")
    if highest > MAX_OPCODE:
        raise ChunkError(8, f"instruction {highest} comes from an OTP release newer than 29")
    return 4 + int(header_bytes)


def _split_functions(module: BeamModule) -> Iterator[Function]:
    """A function is `label, line*, func_info M F A, label Entry, …` up to the next one or `int_code_end`."""
    code = module.instructions
    starts = [index for index, instruction in enumerate(code) if instruction.name == "func_info"]
    heads = [_function_head(code, index) for index in starts]
    for start, head, end in zip(starts, heads, [*heads, len(code) - 1][1:], strict=True):
        yield _function(module, code[head:end], start - head)


def _function_head(code: tuple[Instruction, ...], func_info: int) -> int:
    head = func_info
    while head > 0 and code[head - 1].name == "line":
        head -= 1
    return head - 1 if head > 0 and code[head - 1].name == "label" else func_info


def _function(module: BeamModule, code: tuple[Instruction, ...], func_info: int) -> Function:
    name, arity = code[func_info].operands[1:]
    following = code[func_info + 1] if func_info + 1 < len(code) else None
    entry = following.operands[0] if following is not None and following.name == "label" else None
    if not isinstance(name, A) or not isinstance(arity, U) or not isinstance(entry, U):
        raise ChunkError(code[func_info].offset, "func_info without name, arity or entry label")
    return Function(name.name, arity.value, entry.value, code, tuple(_line_refs(code)))


def _line_refs(code: tuple[Instruction, ...]) -> Iterator[int]:
    current = 0
    for instruction in code:
        if instruction.name == "line" and isinstance(instruction.operands[0], U):
            current = instruction.operands[0].value
        yield current


def _merged_pairs(entries: list[etf.Term]) -> dict[str, etf.Term]:
    """An attribute that is written several times is several entries; their value lists are joined."""
    pairs: dict[str, etf.Term] = {}
    for entry in entries:
        match entry:
            case (etf.Atom(name), value):
                known = pairs.get(name)
                pairs[name] = [*known, *value] if isinstance(known, list) and isinstance(value, list) else value
    return pairs

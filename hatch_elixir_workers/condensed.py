"""Condensed code: the chunk `CodC` of modules in a bundle, from which the machine makes `Code` again.

`condenser.py` writes it and `restorer.py` reads it, as does condensed.c.

    CodC   the header of Code:20 bytes   sizes: of Code, of each stream but the last   streams   functions

Numbers are LEB128. The first stream holds the instructions as in `Code`, but what they refer to is left out, or stands
as a mark where an operand could be something else. References are in streams of their own, one for each kind, relative
to what came before: most are to what comes next. So the same instructions are the same bytes wherever they stand, which
halves what gzip makes of code.

    operand                           in the first stream   in its own stream
    label that must be one            nothing               JUMP: below 8: which of the latest different targets, 0 the
                                                            newest; else 8 + distance from the latest label, zigzag
    function that is called           nothing               JUMP: likewise, of the latest functions called
    label that may be none            MARK_JUMP             JUMP: as the first
    label of a choice in select_val   nothing               JUMP: distance from the choice before, zigzag
    atom                              MARK_ATOM             ATOM: 0: the next one that was not used yet; else its number
    literal                           MARK_LITERAL          LITERAL: 0: likewise; else its number + 1
    import                            nothing               IMPORT: the same
    line                              nothing               LINE: 0: likewise; else its distance from the next one
    row of FunT                       MARK_FUN              FUN: distance from the row after the latest, zigzag

What follows from something else is left out: the number of a label, since labels are numbered as they stand; a label
behind an instruction that never goes on, and `int_code_end` there, which is the end of the stream; the module in
`func_info`; the arity in `call_ext`. The name in `func_info` is an atom without its mark. The size of a stack frame is
0 where that is what was allocated last, else 1 more. An integer that is a choice is TAG_H and the distance from the one
before, zigzag, while both are from 0 to CHOICE_MAX. The entry of each function begins as the latest that was called,
its `func_info` as the latest target.

Atom 1, the module's name, counts as used; so does line 0, which is no line.

The last stream says of each function name, arity and entry label: what the tables of a module name it by. Archives hold
neither that nor the header, since the instructions say both.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final, TypeAlias

from hatch_elixir_workers import leb128
from hatch_elixir_workers.beam_code import EXT_LITERAL, TAG_A, TAG_F, TAG_U
from hatch_elixir_workers.beam_encode import compact
from hatch_elixir_workers.beam_file import ChunkError
from hatch_elixir_workers.beam_tables import read_rows
from hatch_elixir_workers.opcodes import IMPORT_OPERAND, NUMBERS

# Name (of the module's atoms), arity, label of the entry.
FunctionHead: TypeAlias = tuple[int, int, int]

CHUNK = "CodC"
TERM_VERSION = 130  # how a condensed literal begins (condensed_term.py)

OPERATIONS, JUMP, ATOM, LITERAL, IMPORT, LINE, FUN, FUNCTIONS = range(8)
STREAMS = FUNCTIONS  # that archives have
_HEADER = struct.Struct(">5I")
_SUB_HEADER_BYTES = 16
HEADER_BYTES = _HEADER.size
TARGETS = 8  # how many targets of jumps are remembered
# The first number of each kind that has not been used when the code begins.
FIRST = {ATOM: 2, LITERAL: 0, IMPORT: 0, LINE: 1}
CHOICE_MAX = (1 << 26) - 1

MARK_JUMP = compact(TAG_F, 1)
MARK_ATOM = compact(TAG_A, 1)
MARK_LITERAL = bytes((EXT_LITERAL,))
MARK_FUN = compact(TAG_U, 0)
OWN_NAME = compact(TAG_A, 1)

LABEL, FUNC_INFO, INT_CODE_END = NUMBERS["label"], NUMBERS["func_info"], NUMBERS["int_code_end"]

# What operands are that are not written as in `Code`, besides those that are references of a kind.
PLAIN, TARGET, CALLEE, CHOICES, OWN, NAME, PARAMETERS, ARITY, ALLOCATED, TRIMMED, FRAME = range(10, 21)

_TESTS = (
    *(
        "is_lt",
        "is_ge",
        "is_eq",
        "is_ne",
        "is_eq_exact",
        "is_ne_exact",
        "is_integer",
        "is_float",
        "is_number",
        "is_atom",
    ),
    *(
        "is_pid",
        "is_reference",
        "is_port",
        "is_nil",
        "is_binary",
        "is_list",
        "is_nonempty_list",
        "is_tuple",
        "test_arity",
    ),
    *("is_function", "is_function2", "is_boolean", "is_bitstr", "is_map", "has_map_fields", "get_map_elements"),
    *("is_tagged_tuple", "bs_start_match3", "bs_get_integer2", "bs_get_binary2", "bs_skip_bits2", "bs_test_tail2"),
    *("bs_test_unit", "bs_match_string", "bs_get_utf8", "bs_skip_utf8", "bs_match"),
)
OPERANDS: Final = {
    NUMBERS[name]: kinds
    for name, kinds in {
        **dict.fromkeys((*_TESTS, "jump", "loop_rec", "loop_rec_end", "wait", "wait_timeout"), (TARGET,)),
        **dict.fromkeys(("catch", "try"), (PLAIN, TARGET)),
        **dict.fromkeys(("select_val", "select_tuple_arity"), (PLAIN, TARGET, CHOICES)),
        **{name: (PLAIN,) * operand + (IMPORT,) for name, operand in IMPORT_OPERAND.items()},
        **dict.fromkeys(("line", "executable_line", "debug_line"), (LINE,)),
        **dict.fromkeys(("make_fun2", "make_fun3", "call_fun2"), (FUN,)),
        **dict.fromkeys(("allocate", "allocate_heap", "allocate_zero", "allocate_heap_zero"), (ALLOCATED,)),
        "call": (PLAIN, CALLEE),
        "call_only": (PLAIN, CALLEE),
        "call_last": (PLAIN, CALLEE, FRAME),
        "call_ext": (ARITY, IMPORT),
        "call_ext_only": (ARITY, IMPORT),
        "call_ext_last": (ARITY, IMPORT, FRAME),
        "apply_last": (PLAIN, FRAME),
        "deallocate": (FRAME,),
        "trim": (TRIMMED, FRAME),
        "func_info": (OWN, NAME, PARAMETERS),
    }.items()
}
# After these a label comes, or the end.
NEVER_GO_ON = frozenset(
    NUMBERS[name]
    for name in (
        *("return", "jump", "call_only", "call_last", "call_ext_only", "call_ext_last", "apply_last", "select_val"),
        *("select_tuple_arity", "badmatch", "case_end", "if_end", "try_case_end", "func_info", "loop_rec_end", "wait"),
    )
)


def split(data: bytes) -> tuple[bytes, int, list[bytes]]:
    """The header of `Code`, how long it is without that, and the streams, of the data of `CodC`. Raises ChunkError."""
    if len(data) < HEADER_BYTES:
        raise ChunkError(0, "truncated")
    reader = Stream(data, HEADER_BYTES)
    total, *sizes = [reader.unsigned() for _ in range(FUNCTIONS + 1)]
    streams = [reader.take(size) for size in sizes]
    return data[:HEADER_BYTES], total, [*streams, data[reader.at :]]


def joined(header: bytes, total: int, streams: Sequence[bytes | bytearray]) -> bytes:
    """The data of `CodC` from what `split` returns."""
    return header + b"".join([*map(leb128.unsigned, [total, *map(len, streams[:-1])]), *streams])


def functions(stream: bytes) -> list[FunctionHead]:
    """What the last stream says. Raises ChunkError."""
    reader, found = Stream(stream), []
    while reader.at < len(stream):
        found.append((reader.unsigned(), reader.unsigned(), reader.unsigned()))
    return found


def arities(imports: bytes) -> list[int]:
    """The arity of each import, of the data of `ImpT`. Raises ChunkError."""
    return [arity for _, (_, _, arity) in read_rows(imports, 3)] if imports else []


class Stream(leb128.Reader):
    """Reads one stream. Raises ChunkError where it is cut off."""

    def byte(self) -> int:
        """The next byte."""
        if self.at >= len(self.data):
            raise ChunkError(self.at, "truncated")
        return super().byte()

    def take(self, size: int) -> bytes:
        """The next bytes."""
        if size > len(self.data) - self.at:
            raise ChunkError(self.at, "truncated")
        self.at += size
        return self.data[self.at - size : self.at]


class State:
    """What both directions know after each instruction."""

    def __init__(self) -> None:
        self.next = dict(FIRST)
        self.labels = 0
        self.targets: list[int] = []
        self.callees: list[int] = []
        self.next_fun = 0
        self.frame = 0
        self.after_head = False
        self.head = (0, 0)  # the latest func_info's name and arity
        self.functions: list[FunctionHead] = []
        self.highest = INT_CODE_END

    def header(self) -> bytes:
        """The header of `Code` with these instructions."""
        return _HEADER.pack(_SUB_HEADER_BYTES, 0, self.highest, self.labels + 1, len(self.functions))

    def function_stream(self) -> bytes:
        """The last of the streams."""
        return b"".join(leb128.unsigned(number) for function in self.functions for number in function)

    def label(self) -> int:
        """The number of the label that stands here."""
        self.labels += 1
        if self.after_head:
            self.functions.append((*self.head, self.labels))
            remember(self.callees, self.labels)
            remember(self.targets, self.labels - 1)
            self.after_head = False
        return self.labels


def remember(latest: list[int], label: int) -> None:
    """Moves the label to the front of the latest ones."""
    if label in latest:
        latest.remove(label)
    latest.insert(0, label)
    del latest[TARGETS:]


def zigzag(value: int) -> int:
    """Numbers near 0 become small ones: 0, -1, 1, -2, …"""
    return value << 1 if value >= 0 else ~value << 1 | 1


def unzigzag(value: int) -> int:
    """What `zigzag` was given."""
    return ~(value >> 1) if value & 1 else value >> 1

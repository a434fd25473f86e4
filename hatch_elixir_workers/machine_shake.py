"""The virtual machine with the natives of one application only.

A native is dropped when the application cannot reach it (`shake.py`); with it goes what only it needs, functions and
constants. What refers to what is exact: the linker has left its relocations. A dropped native has no row in the table
of natives any more, so that calling it raises `undef`, as for any function that is not there. The functions that are
left are numbered anew; in the table of functions, whose places are pointers to them, one trap stands for all that are
gone. Data keeps its place; what is dropped is zero, and no zeros are written.

    native_rows (natives.c)   rows of module:32 name:32 arity:32 function:32 may_decline:32
"""

from __future__ import annotations

import re
import struct
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping

from hatch_elixir_workers import leb128
from hatch_elixir_workers import wasm_linked as wasm
from hatch_elixir_workers.beam import MFA
from hatch_elixir_workers.errors import VmError
from hatch_elixir_workers.wasm_linked import Linked, Relocation, Run, Section, Symbol

_COMMAND = "_start"
_ROWS = "native_rows"
_ROW_BYTES = 20
_NAME_AT, _ARITY_AT = 4, 8
_TRAP = bytes((0, 0x00, 0x0B))  # no locals; unreachable; end
_CALL, _END = 0x10, 0x0B
# Fewer zeros than this are cheaper than another segment.
_ZEROS_MIN = 16

# A function by its index, or a symbol of data by its number, negated and less 1.
Node = int


def shake_machine(linkable: bytes, natives: Collection[MFA], *, is_command: bool = True) -> bytes:
    """The machine with these natives; `linkable` is what the linker wrote, relocations included. Raises VmError.

    Without `is_command` it has the exports for workers only, and no `_start`.
    """
    return _Shake(wasm.read_linked(linkable, unwanted=() if is_command else (_COMMAND,))).machine(natives)


class _Shake:
    def __init__(self, linked: Linked) -> None:
        self.linked = linked
        self.content = {section.id: section.data for section in linked.sections}
        self.data_symbols = [
            number
            for number, symbol in enumerate(linked.symbols)
            if symbol.kind == wasm.DATA_SYMBOL and symbol.segment is not None
        ]
        self.by_body = _grouped(linked.bodies, linked.code_relocations)
        self.rows = self._rows_run()

    def machine(self, natives: Collection[MFA]) -> bytes:
        dropped = [run for run, native in self._rows() if native not in natives]
        live = self._live(dropped)
        order = [number for number in range(self.linked.imported, self.linked.functions) if number in live]
        numbers = {number: self.linked.imported + at for at, number in enumerate(order)}
        numbers |= {number: number for number in range(self.linked.imported)}
        # Behind the last one.
        trap = self.linked.imported + len(order)
        first, functions = wasm.read_elements(self.content[wasm.ELEMENT])
        changed = {
            wasm.FUNCTION: self._types(order),
            wasm.EXPORT: wasm.renumber_exports(self.content[wasm.EXPORT], numbers),
            wasm.ELEMENT: wasm.write_elements(first, [numbers.get(number, trap) for number in functions]),
            wasm.CODE: self._code(order, numbers),
            wasm.DATA: wasm.write_segments([*self._segments(self._data(live, dropped))]),
        }
        if wasm.START in self.content:
            changed[wasm.START] = leb128.unsigned(numbers[wasm.Reader(self.content[wasm.START]).unsigned()])
        kept = (each for each in self.linked.sections if each.id != wasm.CUSTOM)
        return wasm.write_sections(Section(each.id, "", changed.get(each.id, each.data)) for each in kept)

    # -- natives ------------------------------------------------------------------------------------------------------

    def _rows_run(self) -> Run:
        found = [
            self.linked.symbols[number] for number in self.data_symbols if self.linked.symbols[number].name == _ROWS
        ]
        if len(found) != 1 or found[0].size % _ROW_BYTES:
            raise VmError("the linkable virtual machine has no table of natives")
        return self._run(found[0])

    def _rows(self) -> Iterator[tuple[Run, MFA]]:
        """Where each row stands in the data section, and its native."""
        words = {each.offset: each for each in self.linked.data_relocations}
        data = self.content[wasm.DATA]
        for start in range(self.rows.start, self.rows.end, _ROW_BYTES):
            module, name = self._text(words[start]), self._text(words[start + _NAME_AT])
            (arity,) = struct.unpack_from("<I", data, start + _ARITY_AT)
            yield Run(start, start + _ROW_BYTES), MFA(module, name, arity)

    def _text(self, pointer: Relocation) -> str:
        data, start = self.content[wasm.DATA], self._run(self.linked.symbols[pointer.symbol]).start + pointer.addend
        return data[start : data.index(0, start)].decode("utf-8")

    def _run(self, symbol: Symbol) -> Run:
        """Where data stands in its section."""
        start = self.linked.segments[symbol.segment or 0].start + symbol.offset
        return Run(start, start + symbol.size)

    # -- what refers to what ------------------------------------------------------------------------------------------

    def _live(self, dropped: Iterable[Run]) -> set[Node]:
        """All that can be reached from outside, or through the rows that are left."""
        without = {run.start for run in dropped}
        edges = self._edges(without)
        live: set[Node] = set()
        waiting: list[Node] = list(self.linked.roots)
        while waiting:
            node = waiting.pop()
            if node not in live:
                live.add(node)
                waiting.extend(edges.get(node, ()))
        return live

    def _edges(self, without: set[int]) -> dict[Node, list[Node]]:
        edges: dict[Node, list[Node]] = {}
        for number, relocations in enumerate(self.by_body):
            edges[self.linked.imported + number] = [*self._targets(relocations), *self._plain_calls(number)]
        runs = sorted((self._run(self.linked.symbols[number]), number) for number in self.data_symbols)
        starts = [run.start for run, _ in runs]
        longest = max((run.end - run.start for run, _ in runs), default=0)
        for each in self.linked.data_relocations:
            if self._row_of(each.offset) in without:
                continue
            targets = list(self._targets([each]))
            at = bisect_right(starts, each.offset)
            while at > 0 and starts[at - 1] + longest > each.offset:
                at -= 1
                run, number = runs[at]
                if run.start <= each.offset < run.end:
                    edges.setdefault(-number - 1, []).extend(targets)
        return edges

    def _row_of(self, offset: int) -> int | None:
        """Where the row starts that this offset of the data section lies in."""
        if not self.rows.start <= offset < self.rows.end:
            return None
        return offset - (offset - self.rows.start) % _ROW_BYTES

    def _targets(self, relocations: Iterable[Relocation]) -> Iterator[Node]:
        for each in relocations:
            if each.type == wasm.TYPE_INDEX_LEB:
                continue
            symbol = self.linked.symbols[each.symbol]
            if symbol.kind == wasm.FUNCTION_SYMBOL:
                yield symbol.function
            elif symbol.kind == wasm.DATA_SYMBOL and symbol.segment is not None:
                yield -each.symbol - 1

    def _plain_calls(self, number: int) -> list[int]:
        """What a function calls that the linker has made: it has no relocations, and does nothing but call others.

        No other function without relocations calls anything.
        """
        body = self.linked.bodies[number]
        if self.by_body[number] or self.content[wasm.CODE][body.start : body.start + 2] != bytes((0, _CALL)):
            return []
        reader, calls = wasm.Reader(self.content[wasm.CODE][: body.end], body.start + 1), []
        while (instruction := reader.byte()) == _CALL:
            calls.append(reader.unsigned())
        if instruction != _END or reader.at != body.end:
            raise VmError("the linkable virtual machine has a function that calls others without relocations")
        return calls

    # -- what is left -------------------------------------------------------------------------------------------------

    def _types(self, order: list[int]) -> bytes:
        types = [self.linked.types[number - self.linked.imported] for number in order]
        return b"".join(map(leb128.unsigned, [len(types) + 1, *types, 0]))

    def _code(self, order: list[int], numbers: Mapping[int, int]) -> bytes:
        out = bytearray(leb128.unsigned(len(order) + 1))
        for number in order:
            body = self._body(number - self.linked.imported, numbers)
            out += leb128.unsigned(len(body)) + body
        return bytes(out) + leb128.unsigned(len(_TRAP)) + _TRAP

    def _body(self, index: int, numbers: Mapping[int, int]) -> bytes:
        """The body with its numbers as short as can be: the linker has padded them."""
        calls = self._plain_calls(index)
        if calls:
            return b"\0" + b"".join(bytes((_CALL,)) + leb128.unsigned(numbers[each]) for each in calls) + bytes((_END,))
        body, code = self.linked.bodies[index], self.content[wasm.CODE]
        at, out = body.start, bytearray()
        for each in self.by_body[index]:
            out += code[at : each.offset]
            at = each.offset + wasm.PADDED_BYTES
            reader = wasm.Reader(code, each.offset)
            if each.type in wasm.SIGNED_LEBS:
                out += wasm.signed(reader.signed())
            else:
                value = reader.unsigned()
                out += leb128.unsigned(numbers[value] if each.type == wasm.FUNCTION_INDEX_LEB else value)
            if reader.at != at:
                raise VmError("the linkable virtual machine has a number that is not padded")
        return bytes(out) + code[at : body.end]

    def _segments(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """What of the data is not zero, which memory is anyway; addresses with bytes."""
        for address, run in zip(self.linked.addresses, self.linked.segments, strict=True):
            start = run.start
            for zeros in re.finditer(rb"\0{%d,}" % _ZEROS_MIN, data[run.start : run.end]):
                yield from _filled(address - run.start, data, start, run.start + zeros.start())
                start = run.start + zeros.end()
            yield from _filled(address - run.start, data, start, run.end)

    def _data(self, live: set[Node], dropped: Iterable[Run]) -> bytes:
        """Zeros for what is dropped, where nothing that is left lies."""
        data = self.content[wasm.DATA]
        out = bytearray(data)
        dead = [self._run(self.linked.symbols[number]) for number in self.data_symbols if -number - 1 not in live]
        for run in dead:
            out[run.start : run.end] = bytes(run.end - run.start)
        for number in self.data_symbols:
            if -number - 1 in live:
                run = self._run(self.linked.symbols[number])
                out[run.start : run.end] = data[run.start : run.end]
        for run in dropped:
            out[run.start : run.end] = bytes(run.end - run.start)
        return bytes(out)


def _filled(distance: int, data: bytes, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    if end > start:
        yield start + distance, data[start:end]


def _grouped(bodies: Iterable[Run], relocations: Iterable[Relocation]) -> list[list[Relocation]]:
    """The relocations of each body, in order."""
    groups: list[list[Relocation]] = []
    waiting = sorted(relocations, key=lambda each: each.offset)
    at = 0
    for body in bodies:
        first = at
        while at < len(waiting) and waiting[at].offset < body.end:
            at += 1
        groups.append(waiting[first:at])
    return groups

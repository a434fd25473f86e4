"""What one module's code refers to, function by function: the edges that `shake.py` walks and `check.py` verifies.

    calls      functions of other modules that are called, with the first line that does
    locals     functions of the same module that are called or made into funs
    funs       `fun m:f/a` within literals
    atoms      atoms that are built, passed or returned (those only compared with are left out)
    pairs      (m, f): atoms that stand side by side in a tuple, a list or a call's arguments, as in `{m, f, args}`
    structs    modules whose struct is built: `%{__struct__: S}` in a literal, or put into a map
    applies    dynamic calls `Module:name(…)`: (name, arity); name is None when it is computed. Whoever asks
               `function_exported(Module, name, arity)` will call it or take another way, so that counts as one
    selects    dynamic calls `m:Name(…)` and `apply(m, Name, Args)` of a known module: (m, arity); arity is None when
               it is computed too
    ascii      of `CASED`, those that are called with the mode `:ascii` each time
    branches   of a function that explains errors and begins by choosing among names (`switches.py`): the facts of each
               branch, by name. Its other facts are those without any branch

Facts depend on the bytes of the .beam alone and are cached under their digest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

from hatch_elixir_workers import cache, etf
from hatch_elixir_workers.beam import MFA, BeamModule, Function, Location, parse_beam
from hatch_elixir_workers.beam_code import A, F, I, Instruction, Items, Lit, Operand, U, X
from hatch_elixir_workers.etf_terms import subterms
from hatch_elixir_workers.explainers import chooses_among
from hatch_elixir_workers.opcodes import IMPORT_OPERAND
from hatch_elixir_workers.switches import branch, switch_of, with_branches

# Part of the cache key: raise it when this file finds more or less than before.
FACTS_VERSION = 9

LocalFunction = tuple[str, int]

# Functions whose second argument says how letters change their case; with `:ascii` they need no tables of Unicode.
CASED = frozenset({MFA("Elixir.String", "downcase", 2), MFA("Elixir.String", "upcase", 2)})
_ASCII, _MODE = A("ascii"), X(1)
# Instructions that leave all X registers as they are.
_LEAVE_REGISTERS = frozenset(
    {"allocate", "allocate_heap", "allocate_zero", "deallocate", "init_yregs", "line", "test_heap", "trim"}
)

_LOCAL_CALLS = {"call": 1, "call_only": 1, "call_last": 1}
_MAKE_FUN = {"make_fun2", "make_fun3"}
_APPLY = {"apply", "apply_last"}
# Called with a module, a name and an arity: asks for a function, or makes `fun Module:name/arity` of it.
_NAMED_FUNCTION = frozenset({MFA("erlang", "function_exported", 3), MFA("erlang", "make_fun", 3)})
_ERLANG_APPLY = MFA("erlang", "apply", 3)
# Instructions whose operands become parts of terms; all others only test, select or address.
_BUILD = {
    "move",
    "put",
    "put_list",
    "put_tuple2",
    "put_map_assoc",
    "put_map_exact",
    "put_record",
    "set_tuple_element",
    "update_record",
}
_STRUCT_KEY = etf.Atom("__struct__")
_PUT_MAP = {"put_map_assoc", "put_map_exact"}
# After these, nothing is known of the X registers; before all but the label, arguments stand in them.
_FORGET_REGISTERS = {
    "label",
    "call",
    "call_ext",
    "call_ext_last",
    "call_ext_only",
    "call_fun",
    "call_fun2",
    "call_last",
    "call_only",
    "apply",
    "apply_last",
}


class Call(NamedTuple):
    """A call out of the module; `file` and `line` of the first place, None when unknown."""

    target: MFA
    file: str | None
    line: int | None


@dataclass(frozen=True)
class FunctionFacts:
    """See the head of this file; every tuple is in order of first appearance, without repetitions.

    `file` and `line` are those of the function's head, None when unknown.
    """

    calls: tuple[Call, ...] = ()
    locals: tuple[LocalFunction, ...] = ()
    funs: tuple[MFA, ...] = ()
    atoms: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    structs: tuple[str, ...] = ()
    applies: tuple[tuple[str | None, int], ...] = ()
    selects: tuple[tuple[str, int | None], ...] = ()
    ascii: tuple[MFA, ...] = ()
    branches: Mapping[str, FunctionFacts] = field(default_factory=dict)
    file: str | None = None
    line: int | None = None


@dataclass(frozen=True)
class ModuleFacts:
    """The facts of a module; `functions` holds local functions and module_info/0,1 too."""

    name: str
    exports: frozenset[LocalFunction]
    functions: dict[LocalFunction, FunctionFacts]
    on_load: LocalFunction | None = None

    @cached_property
    def called_modules(self) -> frozenset[str]:
        """The modules that any function here calls."""
        return frozenset(call.target.module for function in self.functions.values() for call in function.calls)

    @cached_property
    def applied(self) -> frozenset[tuple[str, int]]:
        """The functions, by name and arity, that any function here calls of a computed module."""
        applies = (each for function in self.functions.values() for each in function.applies)
        return frozenset((name, arity) for name, arity in applies if name is not None)

    @property
    def is_protocol(self) -> bool:
        """Elixir's `defprotocol` made it."""
        return ("__protocol__", 1) in self.exports and ("impl_for", 1) in self.exports


def module_facts(data: bytes, path: str) -> ModuleFacts:
    """The facts of a .beam file's bytes; `path` is for messages. Raises `BeamError`."""
    key = cache.digest([b"facts", str(FACTS_VERSION).encode(), data])
    stored = cache.load("facts", key)
    known = _from_cache(stored) if stored is not None else None
    if known is not None:
        return known
    facts = read_facts(parse_beam(data, path))
    cache.store("facts", key, json.dumps(_to_json(facts), separators=(",", ":")).encode())
    return facts


def _from_cache(stored: bytes) -> ModuleFacts | None:
    try:
        return _from_json(json.loads(stored))
    except (ValueError, TypeError, LookupError):
        return None


def read_facts(module: BeamModule) -> ModuleFacts:
    """Reads all instructions of the module once."""
    entries = {function.label: (function.name, function.arity) for function in module.functions}
    functions = {
        (function.name, function.arity): _function_facts(module, entries, function) for function in module.functions
    }
    on_load = next((entries[function.label] for function in module.functions if _is_on_load(function)), None)
    exports = frozenset((export.function, export.arity) for export in module.exports)
    return ModuleFacts(module.name, exports, functions, on_load)


def _function_facts(module: BeamModule, entries: dict[int, LocalFunction], function: Function) -> FunctionFacts:
    switch = switch_of(function) if chooses_among(MFA(module.name, function.name, function.arity)) else None
    if switch is None:
        return _FunctionReader(module, entries, function).read()
    branches = {name: branch(function, switch, name) for name in switch.branches}
    return replace(
        _FunctionReader(module, entries, with_branches(function, ())).read(),
        branches={name: _FunctionReader(module, entries, each).read() for name, each in branches.items()},
    )


def _is_on_load(function: Function) -> bool:
    return any(instruction.name == "on_load" for instruction in function.instructions)


@dataclass
class _FunctionReader:
    """Collects the facts of one function; dicts are ordered sets."""

    module: BeamModule
    entries: dict[int, LocalFunction]
    function: Function
    calls: dict[MFA, int] = field(default_factory=dict)
    locals: dict[LocalFunction, None] = field(default_factory=dict)
    funs: dict[MFA, None] = field(default_factory=dict)
    atoms: dict[str, None] = field(default_factory=dict)
    pairs: dict[tuple[str, str], None] = field(default_factory=dict)
    structs: dict[str, None] = field(default_factory=dict)
    applies: dict[tuple[str | None, int], None] = field(default_factory=dict)
    selects: dict[tuple[str, int | None], None] = field(default_factory=dict)
    # The atom last moved into each X register, as far as the straight line of code tells.
    registers: dict[int, str] = field(default_factory=dict)
    # The same for small integers.
    integers: dict[int, int] = field(default_factory=dict)
    # Whether `ascii` is in the register of the second argument, and whether it was at all calls of each of `CASED`.
    is_ascii: bool = False
    ascii: dict[MFA, bool] = field(default_factory=dict)

    def read(self) -> FunctionFacts:
        for instruction, line_ref in zip(self.function.instructions, self.function.line_refs, strict=True):
            self._read_instruction(instruction, line_ref)
        head = self._head()
        return FunctionFacts(
            calls=tuple(self._call(target, line_ref) for target, line_ref in self.calls.items()),
            locals=tuple(self.locals),
            funs=tuple(self.funs),
            atoms=tuple(self.atoms),
            pairs=tuple(self.pairs),
            structs=tuple(self.structs),
            applies=tuple(self.applies),
            selects=tuple(self.selects),
            ascii=tuple(target for target, always in self.ascii.items() if always),
            file=None if head is None else head.file,
            line=None if head is None else head.line,
        )

    def _head(self) -> Location | None:
        """Where the function stands: the line in effect at `func_info`."""
        for instruction, line_ref in zip(self.function.instructions, self.function.line_refs, strict=True):
            if instruction.name == "func_info":
                return self.module.location(line_ref)
        return None

    def _call(self, target: MFA, line_ref: int) -> Call:
        location = self.module.location(line_ref)
        return Call(target, location.file if location else None, location.line if location else None)

    def _read_instruction(self, instruction: Instruction, line_ref: int) -> None:
        name = instruction.name
        operands = instruction.operands
        if name in _BUILD:
            self._build(name, operands)
        elif name in IMPORT_OPERAND:
            target = self._import(operands[IMPORT_OPERAND[name]])
            self.calls.setdefault(target, line_ref)
            if target in CASED:
                self.ascii[target] = self.ascii.get(target, True) and self.is_ascii
            if target in _NAMED_FUNCTION:
                self._named_function()
            elif target == _ERLANG_APPLY and 0 in self.registers and 1 not in self.registers:
                self.selects[self.registers[0], None] = None
        elif name in _LOCAL_CALLS:
            self._local_call(operands[_LOCAL_CALLS[name]])
        elif name in _MAKE_FUN:
            self._make_fun(operands)
        elif name in _APPLY:
            self._apply(operands[0])
        if name == "move":
            self.is_ascii = operands[0] == _ASCII if operands[1] == _MODE else self.is_ascii
        else:
            self.is_ascii = self.is_ascii and name in _LEAVE_REGISTERS
        if name in _FORGET_REGISTERS:
            self._argument_pairs()
            self.registers.clear()
            self.integers.clear()

    def _build(self, name: str, operands: tuple[Operand, ...]) -> None:
        if name == "move":
            self._track_move(*operands)
        if name == "put_tuple2":
            self._tuple_pairs(operands[1])
        if name in _PUT_MAP:
            self._put_map(operands[4])
            self._values(operands[:4])
        else:
            self._values(operands)

    def _argument_pairs(self) -> None:
        for index, atom in self.registers.items():
            if index + 1 in self.registers:
                self.pairs[atom, self.registers[index + 1]] = None

    def _track_move(self, source: Operand, destination: Operand) -> None:
        if isinstance(destination, X):
            self.registers.pop(destination.index, None)
            self.integers.pop(destination.index, None)
            if isinstance(source, A):
                self.registers[destination.index] = source.name
            elif isinstance(source, I):
                self.integers[destination.index] = source.value

    def _put_map(self, pairs: Operand) -> None:
        items = pairs.items if isinstance(pairs, Items) else ()
        for key, value in zip(items[::2], items[1::2], strict=False):
            if key == A("__struct__") and isinstance(value, A):
                self.structs[value.name] = None
            else:
                self._values((key, value))

    def _tuple_pairs(self, elements: Operand) -> None:
        items = elements.items if isinstance(elements, Items) else ()
        for first, second in pairwise(items):
            if isinstance(first, A) and isinstance(second, A):
                self.pairs[first.name, second.name] = None

    def _values(self, operands: tuple[Operand, ...]) -> None:
        for operand in operands:
            if isinstance(operand, A):
                self.atoms[operand.name] = None
            elif isinstance(operand, Items):
                self._values(operand.items)
            elif isinstance(operand, Lit):
                self._literal(self.module.literals[operand.index])

    def _literal(self, literal: etf.Term) -> None:
        for term in subterms(literal):
            if isinstance(term, etf.Atom):
                self.atoms[term.name] = None
            elif isinstance(term, etf.ExternalFun):
                self.funs[MFA(term.module.name, term.function.name, term.arity)] = None
            elif isinstance(term, etf.Map):
                self._literal_struct(term)
            elif isinstance(term, list | tuple):
                self._literal_pairs(term)

    def _literal_struct(self, term: etf.Map) -> None:
        for key, value in term.pairs:
            if key == _STRUCT_KEY and isinstance(value, etf.Atom):
                self.structs[value.name] = None

    def _literal_pairs(self, term: list[etf.Term] | tuple[etf.Term, ...]) -> None:
        for first, second in pairwise(term):
            if isinstance(first, etf.Atom) and isinstance(second, etf.Atom):
                self.pairs[first.name, second.name] = None

    def _import(self, operand: Operand) -> MFA:
        return self.module.imports[operand.value] if isinstance(operand, U) else MFA("", "", 0)

    def _local_call(self, operand: Operand) -> None:
        if isinstance(operand, F) and operand.label in self.entries:
            self.locals[self.entries[operand.label]] = None

    def _make_fun(self, operands: tuple[Operand, ...]) -> None:
        index = operands[0]
        if isinstance(index, U) and index.value < len(self.module.lambdas):
            made = self.module.lambdas[index.value]
            self.locals[self.entries.get(made.label, (made.function, made.arity))] = None
        self._values(operands[2:])

    def _named_function(self) -> None:
        name, arity = self.registers.get(1), self.integers.get(2)
        if name is not None and arity is not None and name != "module_info":
            self.applies[name, arity] = None

    def _apply(self, operand: Operand) -> None:
        """`apply N`: N arguments, then the module in x[N] and the name in x[N + 1]."""
        if not isinstance(operand, U):
            return
        module, name = self.registers.get(operand.value), self.registers.get(operand.value + 1)
        if module is not None and name is None:
            self.selects[module, operand.value] = None
        else:
            self.applies[name, operand.value] = None


def _to_json(facts: ModuleFacts) -> dict[str, Any]:
    return {
        "name": facts.name,
        "exports": sorted(facts.exports),
        "on_load": facts.on_load,
        "functions": [[*key, _to_row(each)] for key, each in facts.functions.items()],
    }


def _to_row(facts: FunctionFacts) -> list[Any]:
    branches = {name: _to_row(each) for name, each in facts.branches.items()}
    return [
        facts.calls,
        facts.locals,
        facts.funs,
        facts.atoms,
        facts.pairs,
        facts.structs,
        facts.applies,
        facts.selects,
        facts.ascii,
        branches,
        facts.file,
        facts.line,
    ]


def _from_json(data: dict[str, Any]) -> ModuleFacts:
    functions = {(name, arity): _from_row(row) for name, arity, row in data["functions"]}
    exports = frozenset((each[0], each[1]) for each in data["exports"])
    on_load = data["on_load"]
    return ModuleFacts(data["name"], exports, functions, (on_load[0], on_load[1]) if on_load else None)


def _from_row(row: list[Any]) -> FunctionFacts:
    calls, local, funs, atoms, pairs, structs, applies, selects, ascii_, branches, file, line = row
    return FunctionFacts(
        calls=tuple(Call(MFA(*target), file, line) for target, file, line in calls),
        locals=tuple((each[0], each[1]) for each in local),
        funs=tuple(MFA(*each) for each in funs),
        atoms=tuple(atoms),
        pairs=tuple((each[0], each[1]) for each in pairs),
        structs=tuple(structs),
        applies=tuple((each[0], each[1]) for each in applies),
        selects=tuple((each[0], each[1]) for each in selects),
        ascii=tuple(MFA(*each) for each in ascii_),
        branches={name: _from_row(each) for name, each in branches.items()},
        file=file,
        line=line,
    )

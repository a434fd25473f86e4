"""What a function without arguments returns, as far as its code says it: `routes/0`, `middleware/0`.

    def routes, do: [{:get, "/", &home/1} | more()]      [(Atom("get"), b"/", UNKNOWN), *what more/0 returns]

Only code that goes straight from its first instruction to its return is read: terms that are put together, funs, and
calls of functions of the same module that take no arguments. All else, such as a branch or a call of another module, is
UNKNOWN.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from hatch_elixir_workers import etf
from hatch_elixir_workers.beam import MFA, BeamModule, Function
from hatch_elixir_workers.beam_code import A, F, I, Instruction, Items, Lit, Nil, Operand, U, X, Y


class _Unknown:
    """The one value of its class."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()
Value: TypeAlias = "etf.Term | _Unknown | tuple[Value, ...] | list[Value]"
"""A list with an unknown tail ends with UNKNOWN: it may stand for any number of elements."""

_MAX_DEPTH = 8
_NOTHING = {
    "allocate",
    "allocate_heap",
    "allocate_heap_zero",
    "allocate_zero",
    "deallocate",
    "debug_line",
    "executable_line",
    "func_info",
    "init",
    "init_yregs",
    "label",
    "line",
    "test_heap",
}
_GUARD_BIFS = {"bif0", "bif1", "bif2", "gc_bif1", "gc_bif2", "gc_bif3"}
_LOCAL_CALLS = {"call", "call_last", "call_only"}
_REMOTE_CALLS = {"call_ext": 1, "call_ext_last": 1, "call_ext_only": 1}
_RETURNS = {"call_last", "call_only", "call_ext_last", "call_ext_only", "return"}


def constant(module: BeamModule, name: str, known: Mapping[MFA, Value] | None = None, depth: int = 0) -> Value:
    """What `name/0` of the module returns; `known` is what functions of other modules do."""
    function = next((each for each in module.functions if (each.name, each.arity) == (name, 0)), None)
    if function is None or depth > _MAX_DEPTH:
        return UNKNOWN
    return _Frame(module, known or {}, depth).run(function)


class _Frame:
    """The registers of one call."""

    def __init__(self, module: BeamModule, known: Mapping[MFA, Value], depth: int) -> None:
        self.module = module
        self.known = known
        self.depth = depth
        self.registers: dict[X | Y, Value] = {}

    def run(self, function: Function) -> Value:
        for instruction in function.instructions:
            if not self._step(instruction):
                return UNKNOWN
            if instruction.name in _RETURNS:
                return self.registers.get(X(0), UNKNOWN)
        return UNKNOWN

    def _step(self, instruction: Instruction) -> bool:
        """Whether the instruction is one that is understood."""
        name, operands = instruction.name, instruction.operands
        if name in _NOTHING or name == "return":
            return True
        if name == "move":
            self._set(operands[1], self._value(operands[0]))
        elif name == "swap":
            first, second = self._value(operands[0]), self._value(operands[1])
            self._set(operands[0], second)
            self._set(operands[1], first)
        elif name == "put_list":
            self._set(operands[2], _consed(self._value(operands[0]), self._value(operands[1])))
        elif name == "put_tuple2" and isinstance(operands[1], Items):
            self._set(operands[0], tuple(self._value(each) for each in operands[1].items))
        elif name == "make_fun3":
            self._set(operands[1], UNKNOWN)
        elif name == "make_fun2":
            self._set(X(0), UNKNOWN)
        elif name in _GUARD_BIFS:
            self._set(operands[-1], UNKNOWN)
        elif name == "trim" and isinstance(operands[0], U):
            self._trim(operands[0].value)
        else:
            return self._call(instruction)
        return True

    def _call(self, instruction: Instruction) -> bool:
        if instruction.name in _LOCAL_CALLS:
            result = self._local(*instruction.operands[:2])
        elif instruction.name in _REMOTE_CALLS:
            result = self._remote(instruction.operands[_REMOTE_CALLS[instruction.name]])
        else:
            return False
        self.registers = {register: value for register, value in self.registers.items() if isinstance(register, Y)}
        self.registers[X(0)] = result
        return True

    def _local(self, arity: Operand, label: Operand) -> Value:
        if arity != U(0) or not isinstance(label, F):
            return UNKNOWN
        names = [each.name for each in self.module.functions if each.label == label.label]
        return constant(self.module, names[0], self.known, self.depth + 1) if names else UNKNOWN

    def _remote(self, index: Operand) -> Value:
        return self.known.get(self.module.imports[index.value], UNKNOWN) if isinstance(index, U) else UNKNOWN

    def _trim(self, count: int) -> None:
        kept = {each.index: value for each, value in self.registers.items() if isinstance(each, Y)}
        self.registers = {each: value for each, value in self.registers.items() if isinstance(each, X)}
        self.registers.update({Y(index - count): value for index, value in kept.items() if index >= count})

    def _set(self, register: Operand, value: Value) -> None:
        if isinstance(register, X | Y):
            self.registers[register] = value

    def _value(self, operand: Operand) -> Value:
        match operand:
            case A(name):
                return etf.Atom(name)
            case I(number):
                return number
            case Nil():
                return []
            case Lit(index):
                return self.module.literals[index]
            case X() | Y():
                return self.registers.get(operand, UNKNOWN)
        return UNKNOWN


def _consed(head: Value, tail: Value) -> Value:
    if isinstance(tail, list):
        return [head, *tail]
    return [head, UNKNOWN]

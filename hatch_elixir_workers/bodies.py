"""What single bodies of functions say that facts leave out, read when a check asks."""

from __future__ import annotations

from collections.abc import Iterator

from hatch_elixir_workers import etf
from hatch_elixir_workers.beam import MFA, BeamModule, Function
from hatch_elixir_workers.beam_code import A, F, Instruction, Lit, Operand, U, X
from hatch_elixir_workers.facts import LocalFunction
from hatch_elixir_workers.opcodes import IMPORT_OPERAND

_RAISING = frozenset(
    MFA("erlang", name, arity)
    for name, arities in (("error", (1, 2, 3)), ("exit", (1,)), ("nif_error", (1, 2)), ("raise", (3,)), ("throw", (1,)))
    for arity in arities
)
_LOCAL_TAIL_CALLS = {"call_only": 1, "call_last": 1}
_TAIL_CALLS = frozenset({"call_ext_only", "call_ext_last"})
_OTHER_ENDS = frozenset({"return", "apply_last"})
# Instructions that leave the X registers as they are.
_LEAVE_REGISTERS = frozenset(
    {"allocate", "allocate_heap", "allocate_zero", "deallocate", "init_yregs", "line", "test_heap", "trim"}
)

# Functions that open files, with the register of their modes; None where there are none, which means to read.
OPENERS: dict[MFA, int | None] = {
    MFA("file", "open", 2): 1,
    MFA("file", "path_open", 3): 2,
    **{MFA("Elixir.File", name, arity): 1 for name in ("open", "open!") for arity in (2, 3)},
    **{MFA("Elixir.File", name, 1): None for name in ("open", "open!")},
}
_WRITING = frozenset({"append", "exclusive", "write"})


def raising(module: BeamModule) -> frozenset[LocalFunction]:
    """The functions that never return, whatever they are given: all that they end with raises, or never returns."""
    ends = {(function.name, function.arity): _ends(module, function) for function in module.functions}
    entries = {function.label: (function.name, function.arity) for function in module.functions}
    returning = {name for name, (returns, _) in ends.items() if returns}
    while more := {
        name for name, (_, labels) in ends.items() if name not in returning and _any(labels, entries, returning)
    }:
        returning |= more
    return frozenset(ends.keys() - returning)


def _any(labels: frozenset[int], entries: dict[int, LocalFunction], functions: set[LocalFunction]) -> bool:
    return any(entries.get(label) in functions for label in labels)


def _ends(module: BeamModule, function: Function) -> tuple[bool, frozenset[int]]:
    """Whether the function itself can return, and the labels of the functions of its module that it ends with."""
    returns, labels = False, set()
    for instruction in function.instructions:
        name = instruction.name
        if name in _LOCAL_TAIL_CALLS:
            target = instruction.operands[_LOCAL_TAIL_CALLS[name]]
            labels.add(target.label if isinstance(target, F) else 0)
        elif name in _OTHER_ENDS or (name in _TAIL_CALLS and _target(module, instruction) not in _RAISING):
            returns = True
    return returns, frozenset(labels)


def refused_openings(module: BeamModule, function: Function) -> Iterator[tuple[MFA, int]]:
    """The calls here that open a file in a way that no worker can, each with its reference to a line.

    Those are seen whose modes are written out: data in memory (`ram`) can be opened in any way, files of priv/ can be
    read `raw`.
    """
    known: dict[int, Operand] = {}
    for instruction, line_ref in zip(function.instructions, function.line_refs, strict=True):
        target = _target(module, instruction)
        if target in OPENERS and _refuses(module, OPENERS[target], known):
            yield target, line_ref
        if instruction.name == "move" and isinstance(instruction.operands[1], X):
            known[instruction.operands[1].index] = instruction.operands[0]
        elif instruction.name != "move" and instruction.name not in _LEAVE_REGISTERS:
            known.clear()


def _target(module: BeamModule, instruction: Instruction) -> MFA | None:
    if instruction.name not in IMPORT_OPERAND:
        return None
    operand = instruction.operands[IMPORT_OPERAND[instruction.name]]
    return module.imports[operand.value] if isinstance(operand, U) else None


def _refuses(module: BeamModule, register: int | None, known: dict[int, Operand]) -> bool:
    if register is None:
        return True
    match known.get(register):
        case A(name):
            modes = {name}
        case Lit(index):
            modes = _modes(module.literals[index])
        case _:
            return False
    return bool(modes) and "ram" not in modes and ("raw" not in modes or not _WRITING.isdisjoint(modes))


def _modes(term: etf.Term) -> set[str]:
    return {each.name for each in term if isinstance(each, etf.Atom)} if isinstance(term, list) else set()

"""What the build of the virtual machine left in `priv/`: the wasm, and the list of what it does natively.

There are two of them: the machine, and the same with symbols and relocations, from which `machine_shake.py` makes one
for an application.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from hatch_elixir_workers import cache
from hatch_elixir_workers.beam import MFA
from hatch_elixir_workers.errors import VmError

# Modules that run code which they are given: it may call any native.
EVALUATORS = frozenset({"erl_eval"})

# Part of the cache key: raise it when the same natives make another machine.
_SHAKE_VERSION = b"3"

_BUILD_IT = (
    "Install hatch-elixir-workers from a wheel, which carries it; in a checkout of its sources, "
    "run `make vm` (or `pip install .`)"
)


class MachineMissingError(VmError):
    """The virtual machine has not been built; unlike other errors of the machine, the user can do something."""

    def __str__(self) -> str:
        return self.problem


@dataclass(frozen=True)
class Machine:
    """`wasm` is the file; `natives` are the functions it provides itself, whatever a module says.

    `declining` are those of them that may go on in the module's own code.
    `linkable` is the file with relocations. None: there is no such file, and the machine is always whole.
    `is_own` is that of this package. Another has no `version`, its natives may be unknown, and it may have nothing but
    `_start`: then it is no reactor.
    """

    version: str | None
    wasm: Path
    natives: frozenset[MFA]
    declining: frozenset[MFA] = frozenset()
    linkable: Path | None = None
    natives_known: bool = True
    is_reactor: bool = True
    is_own: bool = True

    def for_modules(self, modules: Iterable[str], natives: Iterable[MFA], *, is_command: bool = True) -> bytes:
        """The machine for these modules, which reach these natives: all of it for code that may name others."""
        whole = self.linkable is None or EVALUATORS.intersection(modules)
        return self.wasm.read_bytes() if whole else self.with_natives(natives, is_command=is_command)

    def with_natives(self, natives: Iterable[MFA], *, is_command: bool = True) -> bytes:
        """The machine without the natives that are not among these, and for workers only if it is no command.

        Raises `VmError`.
        """
        if self.linkable is None:
            raise VmError(f"{self.wasm} has no relocations beside it")
        kept = sorted(self.natives.intersection(natives))
        linkable = self.linkable.read_bytes()
        key = cache.digest([b"machine", _SHAKE_VERSION, repr((is_command, *map(tuple, kept))).encode(), linkable])
        machine = cache.load("machine", key)
        if machine is None:
            from hatch_elixir_workers.machine_shake import shake_machine

            machine = shake_machine(linkable, frozenset(kept), is_command=is_command)
            cache.store("machine", key, machine)
        return machine


def load_machine(priv: Path) -> Machine:
    """The machine in this `priv/`. Raises `VmError` when a part is missing or damaged."""
    wasm, natives = _present(priv / "atomvm.wasm"), _present(priv / "natives.json")
    linkable = _present(priv / "atomvm-linkable.wasm")
    try:
        table = json.loads(natives.read_text("utf-8"))
        machine = Machine(
            version=str(table["vm_version"]),
            wasm=wasm,
            natives=functions_of(table["natives"]),
            declining=functions_of(table["declining"]),
            linkable=linkable,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MachineMissingError(f"{natives} is damaged ({error}).\n{_BUILD_IT}.") from None
    return machine


def functions_of(rows: Iterable[tuple[object, object, str | int]]) -> frozenset[MFA]:
    """The functions of a table of natives, `[module, name, arity]` each. Raises ValueError, TypeError."""
    return frozenset(MFA(str(module), str(name), int(arity)) for module, name, arity in rows)


def _present(part: Path) -> Path:
    if not part.is_file():
        raise MachineMissingError(f"{part} is missing: the virtual machine has not been built.\n{_BUILD_IT}.")
    return part

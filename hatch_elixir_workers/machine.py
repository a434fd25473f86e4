"""What the build of the virtual machine left in `priv/`: the wasm, and the list of what it does natively.

There are two of them: the whole machine, and a core without some natives, which is smaller.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from hatch_elixir_workers.beam import MFA
from hatch_elixir_workers.errors import VmError

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
    `core` is the smaller file, without the natives `beyond_core`. None: there is no such file.
    `is_own` is that of this package. Another has no `version`, its natives may be unknown, and it may have nothing but
    `_start`: then it is no reactor.
    """

    version: str | None
    wasm: Path
    natives: frozenset[MFA]
    declining: frozenset[MFA] = frozenset()
    core: Path | None = None
    beyond_core: frozenset[MFA] = frozenset()
    natives_known: bool = True
    is_reactor: bool = True
    is_own: bool = True

    def smallest_with(self, natives: Iterable[MFA]) -> Path:
        """The file for an application that reaches these natives."""
        return self.core if self.core is not None and self.beyond_core.isdisjoint(natives) else self.wasm


def load_machine(priv: Path) -> Machine:
    """The machine in this `priv/`. Raises `VmError` when a part is missing or damaged."""
    wasm, natives = _present(priv / "atomvm.wasm"), _present(priv / "natives.json")
    try:
        table = json.loads(natives.read_text("utf-8"))
        core = table.get("core")
        machine = Machine(
            version=str(table["vm_version"]),
            wasm=wasm,
            natives=functions_of(table["natives"]),
            declining=functions_of(table["declining"]),
            core=None if core is None else priv / str(core["wasm"]),
            beyond_core=frozenset() if core is None else functions_of(core["lacks"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MachineMissingError(f"{natives} is damaged ({error}).\n{_BUILD_IT}.") from None
    if machine.core is not None:
        _present(machine.core)
    return machine


def functions_of(rows: Iterable[tuple[object, object, str | int]]) -> frozenset[MFA]:
    """The functions of a table of natives, `[module, name, arity]` each. Raises ValueError, TypeError."""
    return frozenset(MFA(str(module), str(name), int(arity)) for module, name, arity in rows)


def _present(part: Path) -> Path:
    if not part.is_file():
        raise MachineMissingError(f"{part} is missing: the virtual machine has not been built.\n{_BUILD_IT}.")
    return part

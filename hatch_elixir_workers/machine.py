"""What the build of the virtual machine left in `priv/`: the wasm, and the list of what it does natively."""

from __future__ import annotations

import json
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
    """`wasm` is the file; `natives` are the functions it provides itself, whatever a module says."""

    version: str
    wasm: Path
    natives: frozenset[MFA]


def load_machine(priv: Path) -> Machine:
    """The machine in this `priv/`. Raises `VmError` when a part is missing or damaged."""
    wasm, natives = priv / "atomvm.wasm", priv / "natives.json"
    for part in (wasm, natives):
        if not part.is_file():
            raise MachineMissingError(f"{part} is missing: the virtual machine has not been built.\n{_BUILD_IT}.")
    try:
        table = json.loads(natives.read_text("utf-8"))
        return Machine(
            version=str(table["vm_version"]),
            wasm=wasm,
            natives=frozenset(MFA(str(module), str(name), int(arity)) for module, name, arity in table["natives"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise MachineMissingError(f"{natives} is damaged ({error}).\n{_BUILD_IT}.") from None

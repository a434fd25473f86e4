"""Where execution begins, each place with its reason: what the walk (`shake.py`) starts from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hatch_elixir_workers.applications import Application, atoms_of_environments, structs_of_environments
from hatch_elixir_workers.beam import MFA
from hatch_elixir_workers.collect import Universe
from hatch_elixir_workers.config import TARGET_TABLE, Config, Keep
from hatch_elixir_workers.errors import ConfigError
from hatch_elixir_workers.foreign_atoms import FOR_CONFIGURATION, is_foreign
from hatch_elixir_workers.logger_config import named_modules
from hatch_elixir_workers.names import shown_module
from hatch_elixir_workers.settings import settings_roots

BOOT_MODULE = "atomvm_init"
# Libraries' calls that take these are followed once one is built (rule 9); a configuration can hold one, too.
STRUCTS_THAT_WAIT = frozenset({"Elixir.Regex"})


def exported_roots(universe: Universe, module: str, reason: str) -> Iterator[tuple[MFA, str]]:
    """All exported functions of a module as roots."""
    for name, arity in sorted(universe.facts(module).exports):
        yield MFA(module, name, arity), reason


def roots(
    universe: Universe, entry: str, config: Config, applications: Sequence[Application], *, replay: bool = False
) -> Iterator[tuple[MFA, str]]:
    """Where execution begins: the boot module (all of it: the VM calls it), the entry, what settings name, `keep`."""
    if BOOT_MODULE in universe:
        yield from exported_roots(universe, BOOT_MODULE, "the virtual machine boots with it")
    yield MFA(entry, "start", 0), "the entry module's start function"
    yield from settings_roots(universe, config, applications, replay=replay)
    for struct in sorted(STRUCTS_THAT_WAIT & structs_of_environments(applications)):
        yield from exported_roots(universe, struct, "its struct is in the configuration of an application")
    if FOR_CONFIGURATION.module in universe and is_foreign(atoms_of_environments(applications)):
        yield FOR_CONFIGURATION, "the configuration of an application has an atom with characters beyond ASCII"
    for each in config.keep:
        yield from _kept(universe, each)


def logger_roots(universe: Universe, environment: bytes) -> Iterator[tuple[MFA, str]]:
    """Handlers, formatters and translators that configuration names."""
    for module, reason in sorted(named_modules(environment).items()):
        if module in universe:
            yield from exported_roots(universe, module, reason)


def _kept(universe: Universe, keep: Keep) -> Iterator[tuple[MFA, str]]:
    name = shown_module(keep.module)
    if keep.module not in universe:
        raise ConfigError([f'{TARGET_TABLE}.keep names "{name}", which neither the application nor a library has'])
    if keep.function is None or keep.arity is None:
        yield from exported_roots(universe, keep.module, "named by `keep`")
        return
    if (keep.function, keep.arity) not in universe.facts(keep.module).exports:
        raise ConfigError([f'{TARGET_TABLE}.keep names "{name}.{keep.function}/{keep.arity}", which is not exported'])
    yield MFA(keep.module, keep.function, keep.arity), "named by `keep`"

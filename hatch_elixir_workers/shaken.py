"""What of the reached code is packed, by the level of `shake`.

functions   the functions that are reached
modules     the modules in which something is reached, whole
none        these and all modules of the application, its dependencies, Elixir, kernel and stdlib

The library of another machine is packed whole at each level: what of it the machine itself calls, nobody can say.
"""

from __future__ import annotations

from hatch_elixir_workers import etf
from hatch_elixir_workers.beam import ATTRIBUTES, BeamModule, Chunk
from hatch_elixir_workers.beam_parts import module_parts
from hatch_elixir_workers.collect import Origin, Source, Universe
from hatch_elixir_workers.foreign_atoms import TOKENIZER
from hatch_elixir_workers.prune import prune
from hatch_elixir_workers.ranges import CLASS_OF
from hatch_elixir_workers.ranges import MODULES as RANGE_MODULES
from hatch_elixir_workers.shake import OF_EVERY_MODULE, Reach

_OF_TOOLS = (etf.Atom("vsn"), etf.Atom("dialyzer"), etf.Atom("deprecated"))

# Applications of Elixir and OTP that are there without being named as a dependency; erts are the preloaded modules.
_ALWAYS_THERE = frozenset({"elixir", "erts", "kernel", "stdlib"})


def shaken_modules(universe: Universe, reach: Reach, level: str) -> list[str]:
    """The modules to pack, sorted."""
    if level != "none":
        return sorted({*reach.modules, *universe.of_origin(Origin.VM_STDLIB)})
    return sorted({*reach.modules, *(source.name for source in universe.sources.values() if _is_there(source))})


def shaken(universe: Universe, reach: Reach, name: str, level: str, *, condense: bool = False) -> BeamModule:
    """The module as it is packed; with `condense`, pruned code is condensed. Raises `BeamError`."""
    if universe.sources[name].origin is Origin.VM_STDLIB:
        return _without_attributes(universe.module(name))
    if level != "functions":
        return universe.module(name)
    path = str(universe.sources[name].path)
    ranges = condense and name in RANGE_MODULES and CLASS_OF in reach.natives
    branches = {(mfa.function, mfa.arity): names for mfa, names in reach.branches.items() if mfa.module == name}
    ascii_only = name == TOKENIZER and not reach.has_foreign
    parts = module_parts(universe.data(name), path, ranges=ranges, ascii_only=ascii_only, branches=branches)
    if parts.has_records:
        return universe.module(name)
    functions, never_run = reach.by_module.get(name, set()), reach.never_run.get(name, set())
    chunks = prune(parts, functions, never_run, condense=condense)
    if not OF_EVERY_MODULE.isdisjoint(functions):
        chunks += _attributes(universe.module(name), of_library=universe.is_library(name))
    return BeamModule(path, tuple(chunks))


def _attributes(module: BeamModule, *, of_library: bool) -> list[Chunk]:
    """What `module_info(attributes)` tells; a file that has been stripped has none."""
    found = [chunk for chunk in module.chunks if chunk.id == ATTRIBUTES]
    return [told for chunk in found if (told := _without_tools(chunk)) is not None] if of_library else found


def _without_tools(chunk: Chunk) -> Chunk | None:
    """Attributes without what only tools read, which is most of it: a digest is as large as all else."""
    match etf.decode(chunk.data):
        case [*attributes]:
            kept = [each for each in attributes if not (isinstance(each, tuple) and each[0] in _OF_TOOLS)]
            return Chunk(chunk.id, etf.encode(kept)) if kept else None
    return chunk


def _without_attributes(module: BeamModule) -> BeamModule:
    return BeamModule(module.path, tuple(chunk for chunk in module.chunks if chunk.id != ATTRIBUTES))


def _is_there(source: Source) -> bool:
    return source.origin not in (Origin.ELIXIR, Origin.OTP) or source.application in _ALWAYS_THERE

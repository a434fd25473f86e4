"""The installed OTP and Elixir as a whole: all of their code in one archive, and what of it the machine cannot run.

`python tests/support/libraries.py` lists the functions that nothing provides and `absent.toml` does not name.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from hatch_elixir_workers import mix
from hatch_elixir_workers.absent import Group, absent
from hatch_elixir_workers.avm import Section, module_section, write_avm
from hatch_elixir_workers.beam import MFA, BeamModule, strip
from hatch_elixir_workers.beam_parts import take_apart
from hatch_elixir_workers.collect import Origin, Universe, stand_ins, universe
from hatch_elixir_workers.condensed_archive import condense
from hatch_elixir_workers.facts import FunctionFacts
from hatch_elixir_workers.machine import load_machine
from hatch_elixir_workers.paths import priv_dir
from hatch_elixir_workers.prune import prune

_NIF_ERROR = ("erlang", "nif_error")


def installed(*, with_stand_ins: bool) -> Universe:
    """Every module of the OTP and Elixir on PATH, stand-ins of `priv/stdlib` in the place of OTP's or not."""
    tools = mix.toolchain()
    ours = [stand_ins(priv_dir() / "stdlib", tools)] if with_stand_ins else []
    return universe([(Origin.STAND_IN, ours), (Origin.ELIXIR, tools.elixir_lib_dirs), (Origin.OTP, tools.erl_lib_dirs)])


def natives() -> frozenset[MFA]:
    """The functions that the machine in `priv/` provides itself."""
    return load_machine(priv_dir()).natives


def archive(modules: Universe, *, condensed: bool = False) -> bytes:
    """All modules of the universe: each as it is, or written anew with all of its functions, in a condensed archive.

    Raises BeamError for code that the packer cannot read.
    """
    sections = [_section(modules.module(name), condensed=condensed) for name in sorted(modules.sources)]
    return condense(sections, modules.sources) if condensed else write_avm(sections)


def _section(module: BeamModule, *, condensed: bool) -> Section:
    module.verify()
    if condensed:
        parts = take_apart(module)
        functions = {(each.name, each.arity) for each in parts.functions}
        module = BeamModule(module.path, tuple(prune(parts, functions, (), condense=True)))
    return module_section(module.name, strip(module))


def unresolved(modules: Universe, natives: frozenset[MFA]) -> set[MFA]:
    """Called by some module and provided by none, or nothing but the stub of a native that there is not."""
    return set(_stubs(modules, natives)) | set(_unknown(modules, natives))


def _stubs(modules: Universe, natives: frozenset[MFA]) -> Iterator[MFA]:
    for name in modules.sources:
        for (function, arity), facts in modules.facts(name).functions.items():
            mfa = MFA(name, function, arity)
            if mfa not in natives and (_is_nif_stub(facts) or _calls_itself_alone(facts, mfa)):
                yield mfa


def _is_nif_stub(facts: FunctionFacts) -> bool:
    return any(call.target[:2] == _NIF_ERROR for call in facts.calls)


def _calls_itself_alone(facts: FunctionFacts, mfa: MFA) -> bool:
    """Of erlang, the body of an instruction: hibernate/0 since OTP 28."""
    return mfa.module == "erlang" and [call.target for call in facts.calls] == [mfa]


def _unknown(modules: Universe, natives: frozenset[MFA]) -> Iterator[MFA]:
    for name in modules.sources:
        for facts in modules.facts(name).functions.values():
            targets = (call.target for call in facts.calls)
            yield from (mfa for mfa in targets if mfa not in natives and not _exists(modules, mfa))


def _exists(modules: Universe, mfa: MFA) -> bool:
    return mfa.module in modules and (mfa.function, mfa.arity) in modules.facts(mfa.module).exports


def unnamed(functions: Iterable[MFA], groups: Iterable[Group]) -> list[MFA]:
    """Those that no group names, sorted."""
    known = list(groups)
    return sorted(mfa for mfa in functions if not any(group.names(mfa) for group in known))


def main() -> int:
    left = unnamed(unresolved(installed(with_stand_ins=True), natives()), absent())
    print("".join(f"{mfa}\n" for mfa in left), end="")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())

"""OTP's library modules on the VM: calls with generated arguments give what they give on `erl`, results and errors."""

from __future__ import annotations

import importlib
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from hatch_elixir_workers.etf import Atom, Term

TESTS = Path(__file__).resolve().parent
sys.path[:0] = [str(TESTS / "vm"), str(TESTS / "calls")]
machines = importlib.import_module("machines")
oracle_module = importlib.import_module("oracle")
callers = importlib.import_module("caller")
call_modules = importlib.import_module("call_modules")
call_sequences = importlib.import_module("call_sequences")
call_types = importlib.import_module("call_types")
generated = importlib.import_module("generated")
machine: Callable[[str], Any] = cache(machines.build)

SEED = 1
PROGRAMS_PER_SEQUENCE = 60
OTP = oracle_module.otp_release()
MODULES = call_modules.modules(OTP)
SEQUENCES = call_sequences.names(OTP)


@pytest.fixture(scope="module")
def caller() -> Iterator[Any]:
    """Both machines, ready for calls."""
    if shutil.which("erlc") is None:
        pytest.fail("there is no Erlang/OTP: run .ci/setup")
    made = callers.Caller([*MODULES, *call_sequences.MODULES])
    yield made
    made.close()


@pytest.fixture(scope="module")
def modules(caller: Any) -> dict[str, Any]:
    """The specs and types of all modules, by name."""
    read: dict[str, Any] = call_types.read_modules(caller.erl.ask((Atom("types"), [Atom(name) for name in MODULES])))
    return read


@pytest.fixture(scope="module")
def calls(modules: dict[str, Any]) -> Callable[[str], list[Term]]:
    """Programs of one call each for a module, made once."""
    return cache(
        lambda name: generated.examples(call_types.any_call(modules, name), call_types.count(modules, name), SEED)
    )


def report(caller: Any, modules: dict[str, Any], build: str, name: str, programs: list[Term], found: list[Any]) -> str:
    """All differences, and a smallest one for each function that has any."""
    smaller = {}
    for difference in found:
        (_, function, arguments) = programs[difference.index][0]  # type: ignore[index]
        mfa = (function.name, len(arguments))
        if mfa not in smaller and len(smaller) < 5:
            smaller[mfa] = smallest_difference(caller, build, call_types.call_of(modules, name, *mfa)) or difference
    return f"{len(found)} of {len(programs)} calls differ\n" + "\n".join(map(str, smaller.values()))


def smallest_difference(caller: Any, build: str, strategy: st.SearchStrategy[Term]) -> Any:
    def differences(program: Term) -> list[Any]:
        found: list[Any] = caller.compare(build, machine(build), [program]).differences
        return found

    least = generated.smallest(strategy, lambda program: bool(differences(program)), SEED)
    return differences(least)[0] if least is not None else None


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize("build", ["native", "wasm"])
def test_calls_give_what_they_give_on_otp(
    build: str, name: str, caller: Any, modules: dict[str, Any], calls: Callable[[str], list[Term]]
) -> None:
    programs = calls(name)
    found = caller.compare(build, machine(build), programs).differences
    if found:
        pytest.fail(report(caller, modules, build, name, programs, found), pytrace=False)


@pytest.mark.parametrize("name", SEQUENCES)
@pytest.mark.parametrize("build", ["native", "wasm"])
def test_sequences_of_calls_give_what_they_give_on_otp(build: str, name: str, caller: Any) -> None:
    strategy = call_sequences.programs(name)
    programs = generated.examples(strategy, PROGRAMS_PER_SEQUENCE, SEED)
    found = caller.compare(build, machine(build), programs).differences
    if found:
        smaller = smallest_difference(caller, build, strategy) or found[0]
        pytest.fail(f"{len(found)} of {len(programs)} programs differ\n{smaller}", pytrace=False)


def test_calls_and_sequences_on_the_hostile_build(caller: Any, calls: Callable[[str], list[Term]]) -> None:
    programs = [program for name in MODULES for program in calls(name)[::10]]
    programs += [p for name in SEQUENCES for p in generated.examples(call_sequences.programs(name), 10, SEED)]
    found = caller.compare("hostile", machine("hostile"), programs).differences
    assert not found, "\n".join(map(str, found))


def test_many_calls_return_and_many_raise(caller: Any, calls: Callable[[str], list[Term]]) -> None:
    """The comparison means something."""
    programs = [program for name in MODULES for program in calls(name)[::5]]
    outcomes = Counter(caller.compare("native", machine("native"), programs).outcomes)
    assert outcomes["returned"] > 0.4 * len(programs)
    assert outcomes["raised"] > 0.15 * len(programs)
    assert outcomes["skipped"] < 0.02 * len(programs)


@pytest.mark.parametrize("build", machines.BUILDS)
def test_calls_that_once_differed(build: str, caller: Any) -> None:
    programs = caller.erl.ask((Atom("consult"), str(TESTS / "calls" / "regressions.eterm").encode()))
    found = caller.compare(build, machine(build), programs).differences
    assert not found, "\n".join(map(str, found))

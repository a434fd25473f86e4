"""What reachable code calls and nothing provides: found at build time, with file and line.

A function is provided by a packed module or by the virtual machine's native table. It is missing when its module is
nowhere, when the module does not export it, when its body is only the stub of a native (it calls `erlang:nif_error`)
that this virtual machine does not have, or when it is there and can only refuse (`absent.toml`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from hatch_elixir_workers.absent import absent, group_of, refused
from hatch_elixir_workers.beam import MFA
from hatch_elixir_workers.bodies import OPENERS, raising, refused_openings
from hatch_elixir_workers.collect import Origin, Universe
from hatch_elixir_workers.errors import SourceError
from hatch_elixir_workers.facts import Call
from hatch_elixir_workers.names import shown_module
from hatch_elixir_workers.shake import EVALUATED, EVALUATOR, Reach

_NIF_ERROR = frozenset({MFA("erlang", "nif_error", 1), MFA("erlang", "nif_error", 2)})
_LOAD_NIF = MFA("erlang", "load_nif", 2)
_NO_NATIVE_LIBRARIES = "it can only refuse. A worker loads no native libraries, and without this one {} can only fail"
_MAX_NAMED = 3
_OPENED = (
    "it can only refuse to open a file in this way. A worker has no files to write; those of priv/ can be read whole, "
    "or opened `raw`"
)
_MAX_CHAIN = 6
_MAX_OTHERS = 5
_NO_MODULE = "no application, dependency or library has this module"
# Modules of the machine itself.
_PLATFORM_MODULES = frozenset({"atomvm", "atomvm_host", "erlang"})
_PLATFORM_PREFIX = "Elixir.AtomVM."


@dataclass(frozen=True)
class Missing:
    """`target` is called, directly or through libraries, at `file`:`line` of `caller`, and cannot run.

    `via` is what lies between, from the function `caller` calls to the one that calls `target`. `caller` is a function
    of the application where one leads here, or of the `dependency` that is named. `others` are the project's further
    calls of what `caller` calls, as texts with their places.
    """

    target: MFA
    reason: str
    caller: MFA
    file: str | None
    line: int | None
    via: tuple[MFA, ...]
    in_application: bool
    dependency: str | None = None
    others: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = "" if self.file is None else f"{self.file}:{self.line}: "
        through = f" through {_chain(self.via)}" if self.via else ""
        return f"{place}{show(self.caller)} calls {show(self.target)}{through}{self._others()}: {self.reason}"

    def _others(self) -> str:
        if not self.others:
            return ""
        verb = "does" if len(self.others) == 1 else "do"
        rest = len(self.others[_MAX_OTHERS:])
        return f", as {verb} {', '.join(self.others[:_MAX_OTHERS])}" + (f" and {rest} more" if rest else "")

    @property
    def first(self) -> MFA:
        """What `caller` calls."""
        return self.via[0] if self.via else self.target


def check(universe: Universe, reach: Reach, *, natives_known: bool = True) -> list[Missing]:
    """Everything missing, each function once: what the application itself calls first, then by place.

    Of a machine whose natives are not known a function may be a native where its module is Erlang's, or the platform's.
    """
    found: dict[MFA, Missing] = {}
    for unresolved in reach.unresolved:
        call = unresolved.call
        if _is_question(universe, unresolved.caller, call.target):
            continue
        if not natives_known and _may_be_native(universe, call.target):
            continue
        reason = _absence(universe, call.target)
        found.setdefault(call.target, _missing(universe, reach, unresolved.caller, call, reason))
    for mfa in reach.functions:
        inability = _inability(universe, reach, mfa, natives_known=natives_known)
        if inability is not None:
            caller = reach.functions[mfa].source or mfa
            found.setdefault(mfa, _missing(universe, reach, caller, _call_of(universe, caller, mfa), inability))
    libraries = _native_libraries(universe, reach) if natives_known else ()
    alone = [*_openings(universe, reach), *libraries]
    return sorted([*_with_others(universe, reach, found.values()), *alone], key=_order)


def _with_others(universe: Universe, reach: Reach, found: Collection[Missing]) -> Iterator[Missing]:
    """Each with the project's other calls of the same function: the walk comes to it from one alone."""
    wanted = {each.first for each in found if each.in_application}
    calls: dict[MFA, dict[tuple[str, int], str]] = {}
    for mfa in reach.functions:
        if mfa.module in universe and universe.sources[mfa.module].origin is Origin.APP:
            for call in _calls(universe, mfa):
                if call.target in wanted:
                    file, line = _place(universe, mfa, call)
                    text = show(mfa) if file is None else f"{show(mfa)} ({file}:{line})"
                    calls.setdefault(call.target, {}).setdefault((file or "", line or 0), text)
    for each in found:
        others = calls.get(each.first, {}) if each.in_application else {}
        places = sorted(place for place in others if place != (each.file or "", each.line or 0))
        yield replace(each, others=tuple(others[place] for place in places))


def _native_libraries(universe: Universe, reach: Reach) -> Iterator[Missing]:
    """What the project or a dependency has in C; of OTP's own NIFs the machine has those that are not reported.

    Where the Erlang code of all that is reached can return, it is a fallback, and nothing is missing.
    """
    for mfa in reach.functions:
        for call in _calls(universe, mfa) if _is_own(universe, mfa) else ():
            if call.target == _LOAD_NIF and (stubs := _stubs(universe, reach, mfa.module)):
                named = ", ".join(show(each) for each in stubs[:_MAX_NAMED])
                more = f" and {len(stubs) - _MAX_NAMED} more" if len(stubs) > _MAX_NAMED else ""
                yield _missing(universe, reach, mfa, call, _NO_NATIVE_LIBRARIES.format(named + more))


def _stubs(universe: Universe, reach: Reach, module: str) -> list[MFA]:
    names = (MFA(module, *each) for each in sorted(raising(universe.module(module))))
    return [mfa for mfa in names if mfa in reach.functions and mfa not in reach.natives]


def _openings(universe: Universe, reach: Reach) -> Iterator[Missing]:
    """Calls of the project and its dependencies that open a file in a way that the stand-in for `file` refuses.

    OTP's own are left out: they stand where files are one choice of many, as in `sys:debug_options/1`.
    """
    if "file" not in universe or universe.sources["file"].origin is not Origin.STAND_IN:
        return
    own = (mfa for mfa in reach.functions if _is_own(universe, mfa))
    opening = (mfa for mfa in own if any(call.target in OPENERS for call in _calls(universe, mfa)))
    for mfa in opening:
        module = universe.module(mfa.module)
        function = next(each for each in module.functions if (each.name, each.arity) == mfa[1:])
        for target, line_ref in refused_openings(module, function):
            place = module.location(line_ref)
            call = Call(target, place.file, place.line) if place else Call(target, None, None)
            yield _missing(universe, reach, mfa, call, _OPENED)


def told(missing: Sequence[Missing]) -> list[str]:
    """A message for each thing to look at, the application's own first.

    What one call leads to is one message, and so are all modules that a dependency could use and that are not there.
    """
    optional: dict[str, list[Missing]] = {}
    calls: dict[tuple[MFA, str | None, int | None, MFA], list[Missing]] = {}
    for each in sorted(missing, key=lambda each: each.dependency is not None):
        if each.dependency is not None and each.reason == _NO_MODULE:
            optional.setdefault(each.dependency, []).append(each)
        else:
            calls.setdefault((each.caller, each.file, each.line, each.first), []).append(each)
    return [_of_one_call(group) for group in calls.values()] + [_of_modules(*group) for group in optional.items()]


def _of_one_call(missing: Sequence[Missing]) -> str:
    first, *others = missing
    return f"{str(first).removesuffix('.')}. And {len(others)} more that this call leads to" if others else str(first)


def _of_modules(dependency: str, missing: Sequence[Missing]) -> str:
    """`jose calls modules that …: Jason (lib/a.erl:1), …`, each with its first place."""
    places: dict[str, str] = {}
    for each in missing:
        place = "" if each.file is None else f" ({each.file}:{each.line})"
        places.setdefault(each.target.module, f"{_show_module(each.target.module)}{place}")
    return (
        f"{dependency} calls modules that {_NO_MODULE.removesuffix(' this module')}: {', '.join(places.values())}. "
        "Where they are optional there is nothing to do; otherwise add what has them to `deps`"
    )


def require_nothing_missing(missing: Iterable[Missing]) -> None:
    """`strict = true`: raises one `SourceError` with all of them."""
    lines = [str(each) for each in missing]
    if lines:
        raise SourceError(
            "reachable code calls functions that cannot run:\n" + "\n".join(lines),
            fix="Do without them, or set `strict = false` to build with warnings.",
        )


def show(mfa: MFA) -> str:
    """As Elixir writes it: `Enum.map/2`, `:lists.map/2`."""
    return f"{_show_module(mfa.module)}.{mfa.function}/{mfa.arity}"


def _show_module(name: str) -> str:
    return name.removeprefix("Elixir.") if name.startswith("Elixir.") else f":{name}"


def _order(missing: Missing) -> tuple[bool, str, int, MFA]:
    return (not missing.in_application or bool(missing.via), missing.file or "", missing.line or 0, missing.target)


def _may_be_native(universe: Universe, target: MFA) -> bool:
    if target.module in _PLATFORM_MODULES or target.module.startswith(_PLATFORM_PREFIX):
        return True
    return target.module in universe and not target.module.startswith("Elixir.")


def _is_question(universe: Universe, caller: MFA, target: MFA) -> bool:
    """A protocol that is not consolidated asks so whether an implementation is there, and does without."""
    asks = target.function == "__impl__" and target.module.startswith(f"{caller.module}.")
    return asks and universe.facts(caller.module).is_protocol


def _absence(universe: Universe, target: MFA) -> str:
    return _what_is_missing(universe, target) + _because(target)


def _what_is_missing(universe: Universe, target: MFA) -> str:
    if target.module not in universe:
        return _NO_MODULE
    names = sorted(arity for name, arity in universe.facts(target.module).exports if name == target.function)
    if names:
        return f"the module has it with {' or '.join(map(str, names))} arguments only"
    return "the module does not export it"


def _inability(universe: Universe, reach: Reach, mfa: MFA, *, natives_known: bool) -> str | None:
    """Why a function that is there cannot do what it is for; None when it can."""
    if mfa.module in universe and universe.sources[mfa.module].origin is Origin.VM_STDLIB:
        return None
    if natives_known and _is_stub(universe, reach, mfa):
        return "the virtual machine does not have this native function" + _because(mfa)
    if mfa.module in _refusing_modules() and universe.is_library(mfa.module):
        group = group_of(mfa, refused())
        return None if group is None else f"it can only refuse. {group.reason}"
    return None


def _because(mfa: MFA) -> str:
    group = group_of(mfa, absent())
    return "" if group is None else f". {group.reason}"


@cache
def _refusing_modules() -> frozenset[str]:
    return frozenset(pattern.partition(":")[0] for group in refused() for pattern in group.patterns)


def _is_stub(universe: Universe, reach: Reach, mfa: MFA) -> bool:
    if mfa in reach.natives or not universe.is_library(mfa.module):
        return False
    function = universe.facts(mfa.module).functions.get((mfa.function, mfa.arity))
    return function is not None and any(call.target in _NIF_ERROR for call in function.calls)


def _call_of(universe: Universe, caller: MFA, target: MFA) -> Call:
    for call in _calls(universe, caller):
        if call.target == target:
            return call
    return Call(target, None, None)


def _calls(universe: Universe, caller: MFA) -> tuple[Call, ...]:
    function = universe.facts(caller.module).functions.get((caller.function, caller.arity))
    return function.calls if function is not None else ()


def _missing(universe: Universe, reach: Reach, caller: MFA, call: Call, reason: str) -> Missing:
    """Tells it from the last function of the application on the way there, when there is one."""
    chain = [mfa for mfa, _ in reach.why(caller)]
    own = [index for index, mfa in enumerate(chain) if _is_own(universe, mfa)]
    if not own or own[-1] == len(chain) - 1:
        file, line = _place(universe, caller, call)
        return Missing(call.target, reason, caller, file, line, (), bool(own), _dependency(universe, caller))
    index = own[-1]
    file, line = _place(universe, chain[index], _call_of(universe, chain[index], chain[index + 1]))
    via = tuple(chain[index + 1 :])
    return Missing(call.target, reason, chain[index], file, line, via, True, _dependency(universe, chain[index]))


def _dependency(universe: Universe, caller: MFA) -> str | None:
    source = universe.sources.get(caller.module)
    return source.application if source is not None and source.origin is Origin.DEPENDENCY else None


def _place(universe: Universe, caller: MFA, call: Call) -> tuple[str | None, int | None]:
    """Of the call, or, where it has none (it is no plain call), of the head of the calling function."""
    function = universe.facts(caller.module).functions.get((caller.function, caller.arity))
    if call.file is None and function is not None:
        return function.file, function.line
    return call.file, call.line


def evaluation(universe: Universe, reach: Reach) -> str | None:
    """Where the application has code evaluated, and what such code can call; None when it has none evaluated."""
    evaluators = [mfa for mfa in reach.functions if (mfa.module, mfa.function) == EVALUATOR]
    if not evaluators:
        return None
    told = _missing(universe, reach, evaluators[0], Call(evaluators[0], None, None), "")
    if not told.in_application:
        return None
    place = f"{told.file}:{told.line}: " if told.file is not None else ""
    known = ", ".join(shown_module(name) for name in EVALUATED)
    return (
        f"{place}{show(told.caller)} evaluates code, and what that calls is not seen: packed for it are {known}; "
        "name what else it needs in `keep`"
    )


def _is_own(universe: Universe, mfa: MFA) -> bool:
    return mfa.module in universe and universe.sources[mfa.module].origin in (Origin.APP, Origin.DEPENDENCY)


def _chain(via: tuple[MFA, ...]) -> str:
    shown = [show(mfa) for mfa in via]
    if len(shown) > _MAX_CHAIN:
        shown = [*shown[: _MAX_CHAIN - 1], "…", shown[-1]]
    return " -> ".join(shown)

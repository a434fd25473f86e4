"""What is reachable, and why.

Walks functions, not modules, from the roots. From a reached function these are reached in turn:

1.  what it calls, in its module or another, and the funs it makes;
2.  `fun m:f/a` within its literals;
3.  **literal pairs:** `f` of any arity in module `m` when both atoms stand side by side in a tuple, a list or the
    arguments of a call: `spawn(m, f, …)`, `{m, f, args}`, child specifications. In the application and its dependencies
    it is enough that both are built in the same function;
4.  **modules as values:** when it builds the atom of a module,
    - of the application or a dependency: all exported functions of that module;
    - of a library: the exported functions that match a dynamic call `Module:name(…)` anywhere in reached code, by name
      and arity (`handle_call/3` once gen_server is reached). Where the name is computed, every atom that its module
      builds may be it, also in `m:Name(…)` and `apply(m, Name, Args)` of a known module. `apply/3` with computed
      arguments matches nothing: rule 3 and `keep` are for that. An atom like `file` or `global` is most often not
      meant as a module: it counts within that module itself, in modules that also call it, and in those of the same
      application that call a function which it exports of a computed module (`decode/2` of ASN.1's modules). Built by
      the project or a dependency it counts for their own dynamic calls, too, and all exported functions are reached
      where the module that builds it calls others of the same library: `xmerl:export_simple(Document, xmerl_xml)`;
5.  **protocols:** of a reached protocol function, the function of the same name in the implementations for built-in
    types and `Any`, and in those for structs that are built somewhere in reached code;
6.  the `on_load` function of its module, which the boot runs unless the module is a library's;
7.  **explanations:** when it builds the atom `error_info`, the functions that the machine names there as those which
    can explain the errors of natives, of each module once anything else reaches it, and of each of its functions: of
    the clauses of such an explainer, those for names of functions that are reached or that reached code there builds;
8.  **defaults:** when it builds the key of a setting whose default in elixir.app is a module, that module as a value;
9.  **structs:** functions of Regex that take a regular expression, which `String` calls when it is given one: from
    libraries only once one is built, or the application names Regex;
10. **evaluation:** when it evaluates Elixir code, which names things in text, all of the modules that such code is most
    often written with: Kernel without its definitions, Enum, String and a few more. `keep` is for others.
11. **characters:** what inspecting an atom needs of Unicode's normal forms and scripts, only once an atom with
    characters beyond ASCII can be there: reached code or a configuration has one, or code makes atoms of text
    (`foreign_atoms.py`).

Tables say what these rules cannot see in libraries: atoms that are labels and not modules, functions that need
something of the compiler that no worker has, and functions that need a struct.

A dynamic call of `__info__/1` or `module_info/0,1`, which every module answers, packs nothing by rule 4: it reaches
those functions of the modules that are packed anyway, and of those whose struct is built.

A function that the virtual machine provides natively is a leaf: its body is never run. Some natives go on in the
module's own code when they decline their arguments; those are walked like any other function.

The walk is deterministic: roots, facts and every set are visited in a fixed order.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from hatch_elixir_workers.beam import MFA
from hatch_elixir_workers.collect import Origin, Universe
from hatch_elixir_workers.explainers import (
    EXPLAINER_MODULES,
    EXPLAINERS,
    INFORMATION,
    MADE_BY_THE_MACHINE,
    POSIX,
    chooses_among,
    explained_module,
)
from hatch_elixir_workers.facts import CASED, Call, FunctionFacts, ModuleFacts
from hatch_elixir_workers.foreign_atoms import (
    DECODERS,
    OF_THE_BUILD,
    is_foreign,
    makes_foreign,
    names_from_text,
    only_for_foreign,
)
from hatch_elixir_workers.machine import EVALUATORS
from hatch_elixir_workers.ranges import CLASS_OF
from hatch_elixir_workers.ranges import MODULES as RANGE_MODULES

BUILT_IN_TYPES = (
    "Any",
    "Atom",
    "BitString",
    "Float",
    "Function",
    "Integer",
    "List",
    "Map",
    "PID",
    "Port",
    "Reference",
    "Tuple",
)

# Modules that Elixir's own code finds in the environment of the application `elixir`, by key (elixir.app).
_ELIXIR_ENVIRONMENT = {"time_zone_database": "Elixir.Calendar.UTCOnlyTimeZoneDatabase"}

_BOOT = "atomvm_init"
_ON_LOAD = MFA("atomvm_on_load", "functions", 0)

# By module of a library, the atoms that look like modules in it but are labels of its reports, or are compared with.
_LABELS = {
    _BOOT: frozenset({"atomvm_kernel_sup", "atomvm_on_load"}),
    "Elixir.Task.Supervised": frozenset({"Elixir.Task.Supervisor"}),
    "proc_lib": frozenset({"gen_event", "gen_fsm", "gen_server", "gen_statem", "supervisor", "supervisor_bridge"}),
}

# Functions that libraries call only with what a compiler has. They are followed once the application's own code names
# the module on the right, or calls `IO.warn/2`, which makes an environment of `file:` and `line:`; without one, never.
_OF_COMPILERS = {
    MFA("Elixir.FunctionClauseError", "blame_match", 1): None,  # clauses, from debug information: nothing packed has it
    MFA("Elixir.Macro.Env", "stacktrace", 1): "Elixir.Macro.Env",  # `__ENV__`
}

_MAKES_ENVIRONMENT = MFA("Elixir.IO", "warn", 2)

# Functions of a library that take its struct as an argument: other libraries have a clause for it, as has
# `String.split(text, %Regex{})`. They are followed from there once the struct is built in reached code, or the
# application names its module.
_OF_STRUCT = {
    "Elixir.Regex": frozenset(
        {"match?", "named_captures", "names", "opts", "re_pattern", "recompile", "recompile!", "replace", "run", "scan"}
        | {"source", "split"}
    ),
}

# Functions that a module names in a function which serves all its others, or the boot, which starts the parent that
# timer's server asks for: followed from there once the one on the right is reached. `String.downcase/2` and `upcase/2`
# ask for nothing where they are called with `:ascii`.
_ON_REQUEST = {
    ("atomvm_kernel_sup", "start_link"): ("supervisor", "start_child"),
    ("atomvm_on_load", "run"): ("atomvm_on_load", "functions"),
    ("io_lib", "fread"): ("io", "fread"),
    ("math", "pow"): ("Elixir.Kernel", "**"),
    **{("Elixir.String.Unicode", name): ("Elixir.String", name) for name in ("downcase", "upcase")},
}
# It is the power of integers that these ask for.
_NO_REQUESTS = frozenset({MFA("Elixir.Integer", "pow", 2)})
_REQUESTS = frozenset(_ON_REQUEST.values())
_CALLED = "is called"

# Call `Module:start` of what is a root anyway: of the entry, and of what starts applications.
_STARTERS = frozenset({MFA(_BOOT, "boot", 1), MFA("Elixir.ElixirWorkers.Server", "start_applications", 1)})

# The shell's commands are in modules that are named like data: with these, the two must stand side by side everywhere.
_LETTERS = frozenset({"c", "i"})

# Of these everything calls some module, and their names are everyday words.
_LIBRARIES_OF_ALL = frozenset({"kernel", "stdlib", "erts"})

# Libraries start their own servers and applications: nobody gives one of their modules to somebody else for that.
_OF_SERVERS = frozenset({"init", "start", "start_link", "stop", "terminate"})

# What evaluates code (`Code.eval_string`, `EEx.eval_string`), and the modules that such code is written with: it names
# them in text. Definitions need the compiler.
EVALUATOR = ("elixir", "eval_forms")
EVALUATED = tuple(
    f"Elixir.{name}"
    for name in (
        "Access",
        "Atom",
        "Enum",
        "Float",
        "Integer",
        "Kernel",
        "Keyword",
        "List",
        "Map",
        "String",
        "String.Chars",
        "Tuple",
    )
)
_DEFINITION = "MACRO-def"

# Natives that go on in Erlang code that nothing else calls (unicode.c: encodings beyond UTF-8 and Latin 1; library.c).
_CONTINUED_IN = {
    **{
        MFA("Elixir.Logger.Config", name, 1): MFA("atomvm_elixir_logger", name, 1)
        for name in ("configure", "add_translator", "remove_translator")
    },
    **{
        MFA("elixir_config", name, arity): MFA("atomvm_elixir_config", name, arity)
        for name, arity in (("put", 2), ("update", 2), ("get_and_put", 2), ("serial", 1))
    },
    MFA("unicode", "characters_to_binary", 2): MFA("unicode", "characters_to_binary_int", 2),
    MFA("unicode", "characters_to_list", 2): MFA("unicode", "characters_to_list_int", 2),
}

# What is called without being named, by the machine or a stand-in, once a module is reached.
_COMPANIONS = {
    "Elixir.EEx.Engine": (MFA("Elixir.EEx.Engine", "fetch_assign!", 2),),  # what it makes of `@name` calls it
    "Elixir.Logger": tuple(
        MFA("atomvm_elixir_logger", *each) for each in (("format", 2), ("primary", 1), ("handlers", 1))
    ),
    "elixir_rewrite": (MFA("elixir_rewrite", "guard", 6), MFA("elixir_rewrite", "match", 6)),  # by the kind of context
    "logger": (MFA("logger", "report_crash", 3),),
    **dict.fromkeys(RANGE_MODULES, (CLASS_OF,)),  # the lookup that their code has when it is packed
}

# Functions of a module that are called by a name which comes from the caller or from text; None: any function.
_GIVEN_NAMES: Mapping[str, frozenset[str] | None] = {
    "unicode_util": frozenset({"nfc", "nfd", "nfkc", "nfkd"}),  # string:equal/4
    "xmerl_xpath_pred": None,  # the functions of XPath
}

# The native that another asks for a compressed term (etf_decode.c).
INFLATE = MFA("atomvm", "inflate", 2)

# Every module answers these.
OF_EVERY_MODULE = frozenset({("module_info", 0), ("module_info", 1), ("__info__", 1)})
_DISPATCHERS = frozenset({("impl_for", 1), ("impl_for!", 1), ("struct_impl_for", 1)})


@dataclass(frozen=True)
class Edge:
    """Why a function is reached: from where (None for a root), and by which rule; `place` is `file:line` if known."""

    source: MFA | None
    reason: str
    place: str | None = None


@dataclass(frozen=True)
class Unresolved:
    """A call of reached code that leads nowhere; `call` holds its place."""

    caller: MFA
    call: Call


@dataclass
class Reach:
    """The result: `functions` in the order they were reached, the natives among them, and what was not found.

    `natives` are leaves: their own code, if there is any, is not run. `parked` are functions that libraries
    call only for a compiler (`_OF_COMPILERS`), with a struct that nothing builds (`_OF_STRUCT`), or for the errors of a
    module that is not reached. `branches` holds, by function that explains errors, which of its branches are followed.
    `on_load` are the modules, not those of libraries, that have a function for when they are loaded. `has_foreign` says
    whether an atom with characters beyond ASCII can be there.
    """

    functions: dict[MFA, Edge] = field(default_factory=dict)
    natives: set[MFA] = field(default_factory=set)
    parked: set[MFA] = field(default_factory=set)
    unresolved: list[Unresolved] = field(default_factory=list)
    branches: dict[MFA, set[str]] = field(default_factory=dict)
    has_foreign: bool = False
    on_load: list[str] = field(default_factory=list)

    @property
    def modules(self) -> list[str]:
        """The modules to pack, sorted."""
        return sorted(self.by_module)

    @cached_property
    def by_module(self) -> dict[str, set[tuple[str, int]]]:
        """The functions to pack by module, as (name, arity), the natives left out."""
        functions: dict[str, set[tuple[str, int]]] = {}
        for mfa in self.functions:
            if mfa not in self.natives:
                functions.setdefault(mfa.module, set()).add((mfa.function, mfa.arity))
        return functions

    @cached_property
    def never_run(self) -> dict[str, set[tuple[str, int]]]:
        """By module, functions that are called but whose own code is never run."""
        functions: dict[str, set[tuple[str, int]]] = {}
        for mfa in self.natives | self.parked:
            functions.setdefault(mfa.module, set()).add((mfa.function, mfa.arity))
        return functions

    def why(self, mfa: MFA) -> list[tuple[MFA, str]]:
        """The chain from a root to `mfa`: each function with the rule that reached it. Empty when it is not reached."""
        chain: list[tuple[MFA, str]] = []
        current: MFA | None = mfa
        while current is not None and current in self.functions:
            edge = self.functions[current]
            chain.append((current, edge.reason))
            current = edge.source
        return chain[::-1]


def reach(
    universe: Universe,
    roots: Iterable[tuple[MFA, str]],
    natives: frozenset[MFA] = frozenset(),
    declining: frozenset[MFA] = frozenset(),
) -> Reach:
    """Everything that can run when the roots are called; each root comes with its reason.

    `declining` are those of the `natives` that may go on in their module's own code.
    """
    walk = _Walk(universe, natives, declining)
    for root, reason in roots:
        walk.reach(root, None, reason)
    walk.run()
    parked = [
        *walk.parked.values(),
        *walk.parked_for_struct.values(),
        *walk.parked_for_module.values(),
        *walk.parked_for_request.values(),
        walk.parked_for_foreign,
    ]
    walk.result.has_foreign = walk.has_foreign
    walk.result.parked = {mfa for calls in parked for mfa, _, _ in calls} - walk.result.functions.keys()
    return walk.result


class _Walk:
    """The state of one walk; every `dict` without values is an ordered set."""

    def __init__(self, universe: Universe, natives: frozenset[MFA], declining: frozenset[MFA]) -> None:
        self.universe = universe
        self.natives = natives
        self.declining = declining
        self.result = Reach()
        self.queue: deque[MFA] = deque()
        self.touched: set[str] = set()
        # Rule 4: library modules built as values, and the dynamic calls with a known name, each with its first place.
        self.named_modules: dict[str, MFA] = {}
        self.dynamic_calls: dict[tuple[str, int], MFA] = {}
        # The same of the application and its dependencies alone: modules with everyday names, and the calls.
        self.names_in_application: dict[str, MFA] = {}
        self.calls_of_application: dict[tuple[str, int], MFA] = {}
        # Those among them that every module answers.
        self.information_calls: dict[tuple[str, int], MFA] = {}
        # The same with a computed name: by module, the arities of such calls, and the atoms that may be their names.
        self.computed_arities: dict[str, dict[int, None]] = {}
        self.possible_names: dict[str, dict[str, None]] = {}
        # By module, its calls of a known module with a computed name.
        self.selections: dict[str, dict[tuple[str, int | None], None]] = {}
        # Rule 5: protocol -> its functions reached; protocol -> its implementations that count; structs that are built.
        self.protocol_functions: dict[str, dict[tuple[str, int], MFA]] = {}
        self.implementations: dict[str, dict[str, None]] = {}
        self.waiting_for_struct: dict[str, list[tuple[str, str]]] = {}
        self.structs: set[str] = set()
        # Calls to `_OF_COMPILERS`, by the module that the application has not named so far.
        self.parked: dict[str | None, list[tuple[MFA, MFA, str]]] = {}
        self.named_by_application: set[str] = set()
        # Calls to `_OF_STRUCT`, by the struct that is not built so far.
        self.parked_for_struct: dict[str, list[tuple[MFA, MFA, str]]] = {}
        # Calls to `_ON_REQUEST`, by the function that is not reached so far, and those that are.
        self.parked_for_request: dict[tuple[str, str], list[tuple[MFA, MFA, str]]] = {}
        self.requested: set[tuple[str, str]] = set()
        # Rule 11: whether such an atom can be there, and the calls for such atoms as long as none can.
        self.has_foreign = False
        self.parked_for_foreign: list[tuple[MFA, MFA, str]] = []
        # Explanations, by the module that is not reached so far, and the modules that are.
        self.parked_for_module: dict[str, list[tuple[MFA, MFA, str]]] = {}
        self.entered: set[str] = set()
        # Rule 7: the names that errors of a module can come with, the functions that choose among them, and the modules
        # of which any name can come; None stands for all.
        self.raising = defaultdict(set, {module: set(names) for module, names in MADE_BY_THE_MACHINE.items()})
        self.choosing: dict[str, list[tuple[MFA, Mapping[str, FunctionFacts]]]] = {}
        self.every_branch: set[str | None] = set()

    def run(self) -> None:
        while self.queue:
            self._visit(self.queue.popleft())

    def reach(self, mfa: MFA, source: MFA | None, reason: str, place: str | None = None) -> None:
        """Notes the first way to `mfa`; it must exist or be native."""
        if not self.has_foreign and makes_foreign(mfa, source):
            self._follow_foreign()
        if INFORMATION not in self.every_branch and names_from_text(mfa, source):
            self._follow_every_branch(INFORMATION)
        if source is None or source.module not in EXPLAINER_MODULES:
            self._enter(mfa.module)
            self._may_raise(mfa.module, (mfa.function,))
            if mfa.module == POSIX:
                self._follow_every_branch(POSIX)
        if mfa == _MAKES_ENVIRONMENT and source is not None and not self.universe.is_library(source.module):
            self._named_by_application(["Elixir.Macro.Env"])
        if mfa in DECODERS and source not in OF_THE_BUILD and INFLATE in self.natives:
            self.reach(INFLATE, mfa, "decodes terms that may be compressed")
        if mfa[:2] in _REQUESTS and source not in _NO_REQUESTS and not self._is_in_ascii(mfa, source, reason):
            self._request(mfa[:2])
        if mfa in self.result.functions or self._park(mfa, source, reason):
            return
        self.result.functions[mfa] = Edge(source, reason, place)
        if mfa in self.natives and not (mfa in self.declining and self._exports(*mfa)):
            self.result.natives.add(mfa)
            if mfa in _CONTINUED_IN and self._exists(_CONTINUED_IN[mfa]):
                self.reach(_CONTINUED_IN[mfa], mfa, "goes on with what a native began")
        else:
            self.queue.append(mfa)

    def _park(self, mfa: MFA, source: MFA | None, reason: str) -> bool:
        if source is None or not self.universe.is_library(source.module):
            return False
        if mfa.function in _OF_STRUCT.get(mfa.module, ()) and self._lacks_struct(mfa.module, source):
            self.parked_for_struct.setdefault(mfa.module, []).append((mfa, source, reason))
            return True
        if (explained := explained_module(mfa)) is not None and explained not in self.entered:
            self.parked_for_module.setdefault(explained, []).append((mfa, source, reason))
            return True
        asking = _ON_REQUEST.get(mfa[:2])
        if asking is not None and source.module in (asking[0], _BOOT) and asking not in self.requested:
            self.parked_for_request.setdefault(asking, []).append((mfa, source, reason))
            return True
        if not self.has_foreign and only_for_foreign(mfa, source):
            self.parked_for_foreign.append((mfa, source, reason))
            return True
        if mfa not in _OF_COMPILERS:
            return False
        needed = _OF_COMPILERS[mfa]
        if needed in self.named_by_application:
            return False
        self.parked.setdefault(needed, []).append((mfa, source, reason))
        return True

    def _enter(self, module: str) -> None:
        if module not in self.entered:
            self.entered.add(module)
            for mfa, source, reason in self.parked_for_module.pop(module, ()):
                self.reach(mfa, source, reason)

    def _lacks_struct(self, struct: str, source: MFA) -> bool:
        return source.module != struct and struct not in self.structs and struct not in self.named_by_application

    def _follow_struct(self, struct: str) -> None:
        for mfa, source, reason in self.parked_for_struct.pop(struct, ()):
            self.reach(mfa, source, reason)

    def _is_in_ascii(self, mfa: MFA, source: MFA | None, reason: str) -> bool:
        """Whether this is a call of `String.downcase/2` or `upcase/2` with the mode `:ascii`."""
        if mfa not in CASED or source is None or reason != _CALLED:
            return False
        function = self.universe.facts(source.module).functions.get((source.function, source.arity))
        return function is not None and not function.branches and mfa in function.ascii

    def _request(self, asking: tuple[str, str]) -> None:
        self.requested.add(asking)
        for mfa, source, reason in self.parked_for_request.pop(asking, ()):
            self.reach(mfa, source, reason)

    def _follow_foreign(self) -> None:
        self.has_foreign = True
        for mfa, source, reason in self.parked_for_foreign:
            self.reach(mfa, source, reason)
        self.parked_for_foreign.clear()

    def _named_by_application(self, atoms: Iterable[str]) -> None:
        for atom in atoms:
            self.named_by_application.add(atom)
            self._follow_struct(atom)
            for mfa, source, reason in self.parked.pop(atom, ()):
                self.reach(mfa, source, reason)

    def _exists(self, mfa: MFA) -> bool:
        return mfa in self.natives or self._exports(mfa.module, mfa.function, mfa.arity)

    def _exports(self, module: str, function: str, arity: int) -> bool:
        return module in self.universe and (function, arity) in self.universe.facts(module).exports

    def _visit(self, mfa: MFA) -> None:
        facts = self.universe.facts(mfa.module)
        self._touch(facts, mfa)
        function = facts.functions.get((mfa.function, mfa.arity))
        if function is None:
            return
        self._follow(mfa, facts, function)

    def _follow(self, mfa: MFA, facts: ModuleFacts, function: FunctionFacts) -> None:
        """All rules, for a function or a branch of one."""
        if not self.has_foreign and is_foreign((*function.atoms, *function.structs, mfa.module, mfa.function)):
            self._follow_foreign()
        if not self.universe.is_library(mfa.module):
            self._named_by_application((*function.atoms, *function.structs))
        self._may_raise(mfa.module, function.atoms)
        self._may_raise(POSIX, function.atoms)
        self._may_raise(INFORMATION, function.atoms)
        self._choices(mfa, function)
        self._calls(mfa, function)
        if facts.is_protocol:
            self._protocol(facts, mfa, function)
            return
        for struct in function.structs:
            self._struct(struct)
        self._pairs(mfa, function)
        for atom in (*function.atoms, *function.structs):
            if self._is_module_value(atom, facts):
                self._module_as_value(atom, mfa)
            elif atom in self.universe and not self.universe.is_library(mfa.module):
                self._named_in_application(atom, facts, mfa)
        for name, arity in function.applies:
            if name is not None:
                self._dynamic_call(name, arity, mfa)
        self._computed_calls(mfa, function)
        self._selections(mfa, function)
        if "error_info" in function.atoms:
            self._explanations(mfa)
        if (mfa.module, mfa.function) == EVALUATOR:
            self._evaluated(mfa)
        for key in function.atoms:
            default = _ELIXIR_ENVIRONMENT.get(key)
            if default is not None and default in self.universe and default not in self.named_modules:
                self._module_as_value(default, mfa)

    def _runs_on_load(self, facts: ModuleFacts, mfa: MFA) -> None:
        """Before the first call of anything, unless it is of a library: those load what natives do here."""
        if not self.universe.is_library(facts.name) and self._exists(_ON_LOAD):
            self.result.on_load.append(facts.name)
            self.reach(_ON_LOAD, mfa, "tells what runs when modules are loaded")

    def _touch(self, facts: ModuleFacts, mfa: MFA) -> None:
        if facts.name not in self.touched:
            self.touched.add(facts.name)
            if facts.on_load is not None:
                self.reach(MFA(facts.name, *facts.on_load), mfa, "runs when the module is loaded")
                self._runs_on_load(facts, mfa)
            if facts.name in EVALUATORS:
                self._follow_every_branch()
            for companion in _COMPANIONS.get(facts.name, ()):
                if self._exists(companion):
                    self.reach(companion, mfa, f"is called once {facts.name.removeprefix('Elixir.')} is reached")
            self._answer_information(facts.name)

    def _explanations(self, mfa: MFA) -> None:
        for explainer in EXPLAINERS:
            if self._exists(explainer):
                self.reach(explainer, mfa, "explains errors of native functions")

    def _may_raise(self, module: str, names: Iterable[str]) -> None:
        known = self.raising[module]
        new = [name for name in names if name not in known]
        known.update(new)
        for explainer, branches in self.choosing.get(module, ()):
            self._follow_branches(explainer, branches, new)

    def _choices(self, mfa: MFA, function: FunctionFacts) -> None:
        if function.branches:
            module = chooses_among(mfa) or ""
            self.choosing.setdefault(module, []).append((mfa, function.branches))
            every = self.every_branch & {module, None}
            self._follow_branches(mfa, function.branches, function.branches if every else sorted(self.raising[module]))

    def _follow_every_branch(self, of: str | None = None) -> None:
        """Of those that choose among the names of a module, or of all."""
        self.every_branch.add(of)
        for choosing in [self.choosing.get(of, [])] if of else list(self.choosing.values()):
            for explainer, branches in choosing:
                self._follow_branches(explainer, branches, branches)

    def _follow_branches(self, mfa: MFA, branches: Mapping[str, FunctionFacts], names: Iterable[str]) -> None:
        followed = self.result.branches.setdefault(mfa, set())
        for name in names:
            if name in branches and name not in followed:
                followed.add(name)
                self._follow(mfa, self.universe.facts(mfa.module), branches[name])
                # `format_erlang_error(trace_pattern, …)` may ask itself for another.
                self._follow_branches(mfa, branches, branches[name].atoms)

    def _evaluated(self, mfa: MFA) -> None:
        self._named_by_application(["Elixir.Macro.Env"])
        for module in EVALUATED:
            for name, arity in sorted(self.universe.facts(module).exports) if module in self.universe else ():
                if not name.startswith(_DEFINITION):
                    self.reach(MFA(module, name, arity), mfa, "may be named by code that is evaluated")

    # -- rules 1 and 2 ------------------------------------------------------------------------------------------------

    def _calls(self, mfa: MFA, function: FunctionFacts) -> None:
        for name, arity in function.locals:
            self.reach(MFA(mfa.module, name, arity), mfa, _CALLED)
        for call in function.calls:
            if self._exists(call.target):
                self.reach(call.target, mfa, _CALLED, None if call.file is None else f"{call.file}:{call.line}")
            else:
                self.result.unresolved.append(Unresolved(mfa, call))
        for fun in function.funs:
            if self._exists(fun):
                self.reach(fun, mfa, "is made into a fun")
            else:
                self.result.unresolved.append(Unresolved(mfa, Call(fun, None, None)))

    # -- rule 3 -------------------------------------------------------------------------------------------------------

    def _pairs(self, mfa: MFA, function: FunctionFacts) -> None:
        if self.universe.is_library(mfa.module):
            names: dict[str, set[str]] = {}
            for module, name in function.pairs:
                if module not in _LABELS.get(mfa.module, ()):
                    names.setdefault(module, set()).add(name)
        else:
            names = {module: set(function.atoms) - {module} for module in function.atoms if module not in _LETTERS}
            for module, name in function.pairs:
                if module in _LETTERS:
                    names.setdefault(module, set()).add(name)
        for module, functions in names.items():
            if module in self.universe:
                self._named_functions(module, functions, mfa)

    def _named_functions(self, module: str, names: set[str], mfa: MFA) -> None:
        for name, arity in sorted(self.universe.facts(module).exports):
            if name in names:
                self.reach(MFA(module, name, arity), mfa, "is named together with its module")

    # -- rule 4 -------------------------------------------------------------------------------------------------------

    def _is_module_value(self, atom: str, user: ModuleFacts) -> bool:
        if atom not in self.universe or atom in self.named_modules or atom in _LABELS.get(user.name, ()):
            return False
        unmistakable = atom.startswith("Elixir.") or not self.universe.is_library(atom)
        return unmistakable or atom == user.name or atom in user.called_modules or self._may_be_applied(atom, user)

    def _may_be_applied(self, atom: str, user: ModuleFacts) -> bool:
        """Whether it may be the computed module of a call in `user`, which is of the same application."""
        applied = user.applied - OF_EVERY_MODULE
        of_one = self.universe.sources[atom].application == self.universe.sources[user.name].application
        return of_one and not applied.isdisjoint(self.universe.facts(atom).exports)

    def _module_as_value(self, atom: str, mfa: MFA) -> None:
        self.named_modules[atom] = mfa
        self._answer_information(atom)
        facts = self.universe.facts(atom)
        if not self.universe.is_library(atom):
            for name, arity in sorted(facts.exports):
                self.reach(MFA(atom, name, arity), mfa, "is exported by a module that is used as a value")
            return
        for name, arity in sorted(facts.exports & self.dynamic_calls.keys()):
            self._reach_dynamically(MFA(atom, name, arity), mfa)

    def _dynamic_call(self, name: str, arity: int, mfa: MFA) -> None:
        if (name, arity) in OF_EVERY_MODULE:
            self._information_call(name, arity, mfa)
            return
        if mfa in _STARTERS:
            return
        if not self.universe.is_library(mfa.module):
            self._call_of_application(name, arity, mfa)
        if (name, arity) in self.dynamic_calls:
            return
        self.dynamic_calls[name, arity] = mfa
        for module, named_by in list(self.named_modules.items()):
            if self.universe.is_library(module) and (name, arity) in self.universe.facts(module).exports:
                self._reach_dynamically(MFA(module, name, arity), named_by)

    def _named_in_application(self, atom: str, user: ModuleFacts, mfa: MFA) -> None:
        if atom in self.names_in_application or atom in self.named_modules:
            return
        exports = self.universe.facts(atom).exports
        is_server = any(name in _OF_SERVERS for name, _ in exports)
        if not is_server and self._library(atom) in self._called_libraries(user):
            self.named_modules[atom] = mfa
            for name, arity in sorted(exports):
                self.reach(MFA(atom, name, arity), mfa, "is exported by a module that is given to its library")
            return
        self.names_in_application[atom] = mfa
        for name, arity in sorted(exports & self.calls_of_application.keys()):
            self._reach_for_application(MFA(atom, name, arity), mfa)

    def _called_libraries(self, user: ModuleFacts) -> set[str]:
        return {library for module in user.called_modules if (library := self._library(module)) is not None}

    def _library(self, module: str) -> str | None:
        """The application of OTP that it is of, unless everything calls that."""
        source = self.universe.sources.get(module)
        known = source is not None and source.origin is Origin.OTP and source.application not in _LIBRARIES_OF_ALL
        return source.application if source is not None and known else None

    def _call_of_application(self, name: str, arity: int, mfa: MFA) -> None:
        if (name, arity) not in self.calls_of_application and name not in _OF_SERVERS:
            self.calls_of_application[name, arity] = mfa
            for module, named_by in list(self.names_in_application.items()):
                if (name, arity) in self.universe.facts(module).exports:
                    self._reach_for_application(MFA(module, name, arity), named_by)

    def _reach_for_application(self, target: MFA, named_by: MFA) -> None:
        caller = self.calls_of_application[target.function, target.arity]
        self.reach(target, named_by, f"may be what {caller} calls, since its module is named here")

    def _information_call(self, name: str, arity: int, mfa: MFA) -> None:
        if (name, arity) not in self.information_calls:
            self.information_calls[name, arity] = mfa
            for module in list(self.named_modules):
                self._answer_information(module)

    def _answer_information(self, module: str) -> None:
        if module not in self.named_modules or not (module in self.touched or module in self.structs):
            return
        for (name, arity), caller in self.information_calls.items():
            if (name, arity) in self.universe.facts(module).exports:
                reason = f"may be what {caller} calls, since its module is used as a value"
                self.reach(MFA(module, name, arity), self.named_modules[module], reason)

    def _computed_calls(self, mfa: MFA, function: FunctionFacts) -> None:
        arities = self.computed_arities.setdefault(mfa.module, {})
        names = self.possible_names.setdefault(mfa.module, {})
        new_names = [name for name in function.atoms if name not in names]
        new_arities = [arity for name, arity in function.applies if name is None and arity not in arities]
        names.update(dict.fromkeys(new_names))
        for arity in new_arities:
            for name in names:
                self._dynamic_call(name, arity, mfa)
        for name in new_names:
            for arity in arities:
                self._dynamic_call(name, arity, mfa)
        arities.update(dict.fromkeys(new_arities))

    def _selections(self, mfa: MFA, function: FunctionFacts) -> None:
        """`m:Name(…)`: every atom that the calling module builds may be the name."""
        selections = self.selections.setdefault(mfa.module, {})
        new = [each for each in function.selects if each not in selections and each[0] in self.universe]
        selections.update(dict.fromkeys(new))
        for module, arity in selections if function.atoms else new:
            given = _GIVEN_NAMES.get(module, frozenset())
            for name, exported in sorted(self.universe.facts(module).exports):
                possible = given is None or name in given or name in self.possible_names[mfa.module]
                if possible and arity in (None, exported):
                    self.reach(MFA(module, name, exported), mfa, "may be what is called by a computed name")

    def _reach_dynamically(self, target: MFA, named_by: MFA) -> None:
        caller = self.dynamic_calls[target.function, target.arity]
        self.reach(target, named_by, f"may be what {caller} calls, since its module is used as a value")

    # -- rule 5 -------------------------------------------------------------------------------------------------------

    def _protocol(self, facts: ModuleFacts, mfa: MFA, function: FunctionFacts) -> None:
        for atom in function.atoms:
            self._candidate(facts.name, atom)
        key = (mfa.function, mfa.arity)
        if key in _DISPATCHERS or key not in facts.exports or key[0].startswith("__") or key in OF_EVERY_MODULE:
            return
        self.protocol_functions.setdefault(facts.name, {})[key] = mfa
        for implementation in self.implementations.get(facts.name, ()):
            self._implementation_function(implementation, key, mfa)

    def _candidate(self, protocol: str, implementation: str) -> None:
        """`Elixir.Enumerable.Date.Range` is the implementation of `Elixir.Enumerable` for `Elixir.Date.Range`."""
        if not implementation.startswith(protocol + ".") or implementation not in self.universe:
            return
        of_type = implementation.removeprefix(protocol + ".")
        struct = f"Elixir.{of_type}"
        if of_type in BUILT_IN_TYPES or struct in self.structs:
            self._implementation(protocol, implementation)
        else:
            self.waiting_for_struct.setdefault(struct, []).append((protocol, implementation))

    def _struct(self, struct: str) -> None:
        if struct not in self.structs:
            self.structs.add(struct)
            self._follow_struct(struct)
            self._answer_information(struct)
            for protocol, implementation in self.waiting_for_struct.pop(struct, ()):
                self._implementation(protocol, implementation)

    def _implementation(self, protocol: str, implementation: str) -> None:
        known = self.implementations.setdefault(protocol, {})
        if implementation not in known:
            known[implementation] = None
            for key, mfa in list(self.protocol_functions.get(protocol, {}).items()):
                self._implementation_function(implementation, key, mfa)

    def _implementation_function(self, implementation: str, key: tuple[str, int], mfa: MFA) -> None:
        if key in self.universe.facts(implementation).exports:
            self.reach(MFA(implementation, *key), mfa, "implements the protocol")

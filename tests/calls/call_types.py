"""Arguments for a function, from the types in its `-spec`.

Types are Erlang's abstract forms without positions, as `calls_oracle.erl` reads them from debug information.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import call_terms as terms
import call_texts as texts
from call_modules import is_called, is_limited
from call_terms import Draw, Terms
from caller import call, program
from hypothesis import strategies as st

from hatch_elixir_workers.etf import Atom, ImproperList, Map, Term

MAX_DEPTH = 6
_one_in_25 = st.integers(0, 24)
_one_in_6 = st.integers(0, 5)

Form = Any  # a tuple of the abstract format
Maker = Callable[[Draw], Term]
Variables = Mapping[str, tuple[Form, "Variables"]]


@dataclass(frozen=True)
class Module:
    """What is known of a module: its specs by function and arity, its types by name and arity."""

    name: str
    specs: dict[tuple[str, int], list[Form]] = field(default_factory=dict)
    types: dict[tuple[str, int], tuple[list[str], Form]] = field(default_factory=dict)


def read_modules(answer: Any) -> dict[str, Module]:
    """From what `calls_oracle.erl` answers to `types`."""
    modules = {}
    for name, specs, types, _ in answer:
        modules[name.name] = Module(
            name.name,
            {(function.name, arity): clauses for (function, arity), clauses in specs},
            {(type_name.name, arity): ([v.name for v in vs], form) for type_name, arity, vs, form, _ in types},
        )
    return modules


# Values of opaque types come from calls that make them.
def _pairs(draw: Draw) -> Term:
    return call("orddict", "from_list", terms.many(draw, lambda: (terms.element(draw), terms.element(draw))))


def _items(draw: Draw) -> list[Term]:
    return terms.many(draw, lambda: terms.element(draw))


def _array(draw: Draw) -> Term:
    if draw(st.booleans()):
        return call("array", "from_list", _items(draw))
    entries = terms.many(draw, lambda: (draw(terms.sizes), terms.element(draw)), 6)
    return call("array", "from_orddict", call("lists", "ukeysort", 1, entries), terms.element(draw))


def _rand(draw: Draw) -> Term:
    algorithms = ["exsss", "exro928ss", "exrop", "exs1024s", "exsp", "exs64", "exsplus", "exs1024"]
    algorithm = Atom(draw(st.sampled_from(algorithms)))
    return call(
        "rand", "seed_s", algorithm, draw(st.one_of(st.integers(0, 2**70), st.tuples(*[st.integers(0, 99)] * 3)))
    )


def _queue(draw: Draw) -> Term:
    made = call("queue", "from_list", _items(draw))
    return call("queue", "join", made, call("queue", "from_list", _items(draw))) if draw(st.booleans()) else made


def _set(draw: Draw) -> Term:
    version: list[Term] = [] if draw(st.booleans()) else [[(Atom("version"), 2)]]
    return call("sets", "from_list", _items(draw), *version)


OPAQUE: dict[tuple[str, str], Callable[[Draw], Term]] = {
    ("queue", "queue"): _queue,
    ("gb_trees", "tree"): lambda draw: call("gb_trees", "from_orddict", _pairs(draw)),
    ("gb_trees", "iter"): lambda draw: call("gb_trees", "iterator", call("gb_trees", "from_orddict", _pairs(draw))),
    ("gb_sets", "set"): lambda draw: call("gb_sets", "from_list", _items(draw)),
    ("gb_sets", "iter"): lambda draw: call("gb_sets", "iterator", call("gb_sets", "from_list", _items(draw))),
    ("sets", "set"): _set,
    ("dict", "dict"): lambda draw: call("dict", "from_list", _pairs(draw)),
    ("orddict", "orddict"): _pairs,
    ("ordsets", "ordset"): lambda draw: call("ordsets", "from_list", _items(draw)),
    ("array", "array"): _array,
    ("rand", "state"): _rand,
    ("rand", "export_state"): lambda draw: call("rand", "export_seed_s", _rand(draw)),
    ("maps", "iterator"): lambda draw: call("maps", "iterator", _map(draw)),
    ("binary", "cp"): lambda draw: call("binary", "compile_pattern", draw(_patterns)),
    ("unicode", "unicode_binary"): lambda draw: draw(terms.utf8),
    ("unicode", "chardata"): lambda draw: chardata(draw),
    ("unicode", "charlist"): lambda draw: chardata(draw),
    ("unicode", "latin1_binary"): lambda draw: draw(terms.binaries),
    ("re", "mp"): lambda draw: call("calls_fun", "compiled", draw(texts.patterns), []),
    ("json", "continuation_state"): lambda draw: texts.json_state(draw),
    ("json", "decoders"): lambda draw: texts.json_decoders(draw),
    ("string", "direction"): lambda draw: Atom(draw(st.sampled_from(["leading", "trailing"]))),
    ("calendar", "year"): lambda draw: draw(st.one_of(st.integers(1960, 2040), terms.counts)),
}

_patterns: st.SearchStrategy[Term] = st.one_of(
    st.sampled_from([b"a", b"ab", b"b"]),
    st.lists(st.sampled_from([b"a", b"ab", b"b", b"abc"]), min_size=1, max_size=3),
    st.binary(min_size=1, max_size=4),
)


def _map(draw: Draw) -> Map:
    return terms.pairs_map(draw, lambda: terms.element(draw), lambda: terms.element(draw))


def chardata(draw: Draw, depth: int = 2) -> Term:
    """`unicode:chardata()`: text as a list, as a binary, or as lists of both."""
    kind = draw(st.integers(0, 5 if depth else 1))
    if kind == 0 or kind == 2:
        return draw(terms.utf8)
    if kind == 1 or kind == 3:
        return draw(terms.strings)
    items: list[Term] = terms.many(
        draw, lambda: chardata(draw, depth - 1) if draw(st.booleans()) else draw(terms.characters), 5
    )
    return ImproperList(items, draw(terms.utf8)) if items and kind == 5 else items


def iodata(draw: Draw, depth: int = 2) -> Term:
    """`iodata()`: bytes as a binary or as nested lists."""
    if draw(st.integers(0, 2)) == 0:
        return draw(terms.binaries)
    items: list[Term] = terms.many(
        draw, lambda: iodata(draw, depth - 1) if depth and draw(st.booleans()) else draw(st.integers(0, 255)), 5
    )
    return ImproperList(items, draw(terms.binaries)) if items and draw(st.integers(0, 4)) == 0 else items


# Arguments that their types tell too little of, by module and the name in the spec, or by function and place.
BY_NAME: dict[tuple[str, str], Maker] = {
    ("re", "RE"): lambda draw: texts.expression(draw),
    ("re", "Regexp"): lambda draw: texts.expression(draw),
    ("re", "Subject"): lambda draw: texts.subject(draw),
    ("re", "Replacement"): lambda draw: texts.replacement(draw),
}
BY_PLACE: dict[tuple[str, str, int], Maker] = {
    ("json", "decode", 0): lambda draw: texts.json(draw),
    ("json", "decode_start", 0): lambda draw: texts.json(draw),
}


class Arguments:
    """Draws arguments for functions of modules that have been read."""

    def __init__(self, modules: Mapping[str, Module]) -> None:
        self._modules = modules

    def draw(self, draw: Draw, module: str, function: str, arity: int) -> list[Term]:
        """Arguments as the spec wants them, but every sixth list has one of any type."""
        clauses = self._modules[module].specs[function, arity]
        clause = draw(st.sampled_from(clauses)) if len(clauses) > 1 else clauses[0]
        variables: dict[str, tuple[Form, Variables]] = {}
        if clause[1] == Atom("bounded_fun"):
            clause, constraints = clause[2]
            for _, _, (_, (variable, form)) in constraints:
                variables[variable[1].name] = (form, variables)
        product = clause[2][0]
        wrong = draw(st.integers(0, arity - 1)) if arity and draw(_one_in_6) == 0 else -1
        drawn = [
            terms.any_term(draw) if index == wrong else self._argument(draw, (module, function, index), form, variables)
            for index, form in enumerate(product[2])
        ]
        if module == "re":
            return [_unlimited(value) for value in drawn]
        return [_small(value) for value in drawn] if is_limited(module, function, arity) else drawn

    def _argument(self, draw: Draw, place: tuple[str, str, int], form: Form, variables: Variables) -> Term:
        name = form[1].name if form[0] == Atom("var") else ""
        maker = BY_PLACE.get(place) or BY_NAME.get((place[0], name))
        return maker(draw) if maker else _Drawing(self._modules, place[0], draw).value(form, variables)


# ---- programs of one call ----

_PER_FUNCTION = 4
# Of functions that are whole languages.
_MORE_PER_FUNCTION = {"re": 40, "json": 15}


def count(modules: Mapping[str, Module], name: str) -> int:
    """How many calls of a module are enough for a test."""
    return _MORE_PER_FUNCTION.get(name, _PER_FUNCTION) * len(_functions(modules, name))


def _functions(modules: Mapping[str, Module], name: str) -> list[tuple[str, int]]:
    return sorted(mfa for mfa in modules[name].specs if is_called(name, *mfa))


def any_call(modules: Mapping[str, Module], name: str) -> st.SearchStrategy[Term]:
    """A program of one call of a function of the module."""
    return st.sampled_from(_functions(modules, name)).flatmap(lambda mfa: call_of(modules, name, *mfa))


def call_of(modules: Mapping[str, Module], name: str, function: str, arity: int) -> st.SearchStrategy[Term]:
    """A program of one call of that function."""
    arguments = Arguments(modules)

    @st.composite
    def made(draw: Any) -> Term:
        return program((name, function, arguments.draw(draw, name, function, arity)))

    return made()


def _unlimited(options: Term) -> Term:
    """Without limits for the engine's steps: each engine has steps of its own."""
    if not isinstance(options, list):
        return options
    limits = (Atom("match_limit"), Atom("match_limit_recursion"))
    return [option for option in options if not (isinstance(option, tuple) and option[:1] and option[0] in limits)]


def _small(value: Term) -> Term:
    return value % 100 if isinstance(value, int) and abs(value) > 1000 else value


@dataclass
class _Drawing:
    modules: Mapping[str, Module]
    module: str
    draw: Draw
    depth: int = 0

    def value(self, form: Form, variables: Variables) -> Term:
        """A value of the type; one of any type now and then, and below MAX_DEPTH."""
        if self.depth > MAX_DEPTH:
            return self.draw(terms.pool)
        if self.depth and self.draw(_one_in_25) == 24:
            return terms.any_term(self.draw, 1)
        self.depth += 1
        try:
            return self._value(form, variables)
        finally:
            self.depth -= 1

    def _value(self, form: Form, variables: Variables) -> Term:
        match form[0].name:
            case "ann_type":
                return self._value(form[1][1], variables)
            case "atom" | "integer":
                value: Term = form[1]
                return value
            case "var":
                bound = variables.get(form[1].name)
                return self.value(*bound) if bound else terms.element(self.draw)
            case "user_type":
                return self._named(self.module, form[1].name, form[2], variables)
            case "remote_type":
                (_, module), (_, name), arguments = form[1]
                return self._named(module.name, name.name, arguments, variables)
            case "type":
                return self._built_in(form[1].name, form[2], variables)
        raise ValueError(f"no such form: {form}")

    def _named(self, module: str, name: str, arguments: list[Form], variables: Variables) -> Term:
        if maker := OPAQUE.get((module, name)):
            return maker(self.draw)
        known = self.modules.get(module)
        if known is None or (name, len(arguments)) not in known.types:
            return self._built_in(name, arguments, variables)
        names, form = known.types[name, len(arguments)]
        inside = {variable: (argument, variables) for variable, argument in zip(names, arguments, strict=True)}
        return _Drawing(self.modules, module, self.draw, self.depth).value(form, inside)

    def _built_in(self, name: str, arguments: Any, variables: Variables) -> Term:
        draw = self.draw
        if (simple := _SIMPLE.get(name)) is not None:
            return draw(simple)
        match name:
            case "union":
                return self.value(draw(st.sampled_from(arguments)), variables)
            case "list" | "nonempty_list" | "maybe_improper_list" | "nonempty_maybe_improper_list":
                items = self._items(arguments, variables)
                return items or ([self._item(arguments, variables)] if name.startswith("nonempty") else [])
            case "tuple" if not isinstance(arguments, Atom):
                return tuple(self.value(argument, variables) for argument in arguments)
            case "tuple":
                return tuple(_items(draw)[:5])
            case "map" if not isinstance(arguments, Atom):
                return self._map(arguments, variables)
            case "map":
                return _map(draw)
            case "range":
                low, high = arguments[0][1], arguments[1][1]
                return draw(st.one_of(st.integers(low, high), st.sampled_from([low - 1, low, high, high + 1])))
            case "fun":
                return self._fun(arguments)
            case "binary" | "bitstring" if arguments:
                kind: Terms = terms.bit_strings if arguments[1][1] == 1 else terms.binaries
                return draw(kind)
            case "iodata" | "iolist":
                return iodata(draw)
            case "chardata":
                return chardata(draw)
            case "function":
                return terms.fun(draw, draw(st.integers(0, 3)))
            case "pid" | "identifier":
                return call("erlang", "self")
            case "reference":
                return call("erlang", "make_ref")
            case "mfa":
                return (Atom("lists"), Atom("reverse"), 1)
        return terms.element(draw)

    def _item(self, arguments: Any, variables: Variables) -> Term:
        return self.value(arguments[0], variables) if arguments else terms.element(self.draw)

    def _items(self, arguments: Any, variables: Variables) -> list[Term]:
        return terms.many(self.draw, lambda: self._item(arguments, variables))

    def _map(self, fields: list[Form], variables: Variables) -> Map:
        pairs: list[tuple[Term, Term]] = []
        for _, kind, (key, value) in fields:
            exact = kind.name == "map_field_exact" or self.draw(st.booleans())
            if exact:
                pairs.append((self.value(key, variables), self.value(value, variables)))
        return terms.map_of(pairs)

    def _fun(self, arguments: list[Form]) -> Term:
        if len(arguments) != 2:
            return terms.fun(self.draw, self.draw(st.integers(0, 2)))
        product, returned = arguments
        arity = len(product[2]) if product[1] == Atom("product") else 1
        return terms.fun(self.draw, arity, _kind(returned))


def _kind(form: Form) -> str:
    """Of what kind the values of a type are, as `call_terms.FUNS` names it."""
    name = form[1].name if form[0] == Atom("type") else ""
    return name if name in ("boolean", "list", "tuple", "integer") else "any"


_octets: st.SearchStrategy[list[int]] = st.lists(st.integers(0, 255), max_size=8)
_SIMPLE: dict[str, Terms] = {
    "integer": terms.integers,
    "non_neg_integer": terms.counts,
    "pos_integer": st.one_of(st.integers(1, 4), terms.counts.map(lambda n: n + 1)),
    "neg_integer": terms.counts.map(lambda n: -n - 1),
    "float": terms.floats,
    "number": st.one_of(terms.integers, terms.floats),
    "boolean": st.sampled_from([Atom("true"), Atom("false")]),
    "atom": terms.atoms,
    "module": st.sampled_from([Atom("lists"), Atom("no_such_module")]),
    "node": st.just(Atom("nonode@nohost")),
    "binary": terms.binaries,
    "bitstring": st.one_of(terms.binaries, terms.bit_strings),
    "nonempty_binary": st.binary(min_size=1, max_size=10),
    "byte": st.integers(0, 255),
    "char": terms.characters,
    "string": terms.strings,
    "nonempty_string": st.lists(terms.characters, min_size=1, max_size=8),
    "nil": st.just([]),
    "arity": st.integers(0, 255),
    "timeout": st.one_of(st.integers(0, 3), st.just(Atom("infinity"))),
}

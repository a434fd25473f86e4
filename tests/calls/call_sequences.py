"""Programs of several calls: tables, servers, state machines, supervisors, generators of random numbers, formats."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import call_terms as terms
import call_texts as texts
from call_terms import Draw, Terms
from caller import call, result
from hypothesis import strategies as st

from hatch_elixir_workers.etf import Atom, ImproperList, Map, Term

Step = tuple[Term, ...]
Maker = Callable[[Draw], list[Step]]


def _step(module: str, function: str, *arguments: Term) -> Step:
    return (Atom(module), Atom(function), [*arguments])


def _atom(draw: Draw, *names: str) -> Atom:
    return Atom(draw(st.sampled_from(names)))


def _some(draw: Draw, makers: list[Callable[[], Step]], most: int) -> list[Step]:
    return [draw(st.sampled_from(makers))() for _ in range(draw(st.integers(1, most)))]


# ---- ets ----

_few_keys: list[Term] = [1, 2, 3, 1.0, Atom("a"), Atom("b"), b"k", (1, 2)]
_keys: Terms = st.one_of(st.sampled_from(_few_keys), terms.pool)


class _Table:
    """Calls on the table that the first step makes. Results in no order of their own are sorted."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.type = draw(st.sampled_from(["set", "ordered_set", "bag", "duplicate_bag"]))
        self.keypos = draw(st.sampled_from([1, 1, 1, 2]))
        self.table = result(1)

    def steps(self) -> list[Step]:
        options: list[Term] = [Atom(self.type), (Atom("keypos"), self.keypos), _atom(self.draw, "public", "private")]
        if self.draw(st.booleans()):
            options.append(Atom("named_table"))
        if self.draw(st.integers(0, 9)) == 0:
            options.append(terms.element(self.draw))
        fill = _step("ets", "insert", self.table, terms.many(self.draw, self.object))
        return [
            _step("ets", "new", Atom("calls_table"), options),
            fill,
            *_some(self.draw, self.makers(), 8),
            self.all(),
        ]

    def object(self) -> Term:
        values = [terms.element(self.draw) for _ in range(self.draw(st.integers(0, 2)))]
        counter: list[Term] = [self.draw(terms.integers)] if self.draw(st.booleans()) else []
        return (*([Atom("x")] if self.keypos == 2 else []), self.draw(_keys), *counter, *values)

    def key(self) -> Term:
        return self.draw(_keys)

    def sorted(self, function: str, *arguments: Term) -> Step:
        if self.type == "ordered_set":
            return _step("ets", function, self.table, *arguments)
        return _step("calls_fun", "sorted", call("ets", function, self.table, *arguments))

    def all(self) -> Step:
        return self.sorted("tab2list")

    def pattern(self) -> Term:
        shape = [
            self.draw(st.sampled_from(["_", "$1", "$2", "key", "any"])) for _ in range(self.draw(st.integers(1, 3)))
        ]
        return tuple(self.part(part) for part in shape)

    def part(self, part: str) -> Term:
        if part == "key":
            return self.key()
        return terms.element(self.draw) if part == "any" else Atom(part)

    def spec(self) -> Term:
        bodies: list[Term] = [
            Atom("$_"),
            Atom("$1"),
            Atom("$$"),
            (((Atom("$1"), Atom("a"))),),
            [Atom("$1")],
            Atom("true"),
        ]
        tested: list[Term] = [Atom("$1"), Atom("$2"), 1, 2, Atom("a"), (Atom("element"), 1, Atom("$_"))]

        def one(*values: Term) -> Term:
            return self.draw(st.sampled_from(values))

        def guard() -> Term:
            kind = self.draw(st.integers(0, 4))
            if kind == 0:
                tests = ["is_integer", "is_atom", "is_tuple", "is_list", "is_float", "is_number", "is_binary", "not"]
                return (_atom(self.draw, *tests), one(*tested))
            if kind == 1:
                return (_atom(self.draw, "andalso", "orelse", "and", "or", "xor"), guard(), guard())
            if kind == 2:
                arithmetic: Term = (_atom(self.draw, "+", "-", "*", "rem", "band"), one(*tested), one(*tested))
                return (_atom(self.draw, "=:=", ">", "/="), arithmetic, one(*tested))
            return (_atom(self.draw, "=:=", "==", "<", ">=", "=/=", "=<"), one(*tested), one(*tested))

        guards = [guard() for _ in range(self.draw(st.integers(0, 2)))]
        return [(self.pattern(), guards, [one(*bodies)]) for _ in range(self.draw(st.integers(1, 2)))]

    def update(self) -> Term:
        position = self.draw(st.integers(1, 4))
        increment = self.draw(terms.integers)
        limit = (position, increment, self.draw(terms.small_integers), self.draw(terms.small_integers))
        updates: list[Term] = [increment, (position, increment), limit]
        one = self.draw(st.sampled_from(updates))
        return [one, (position, 1)] if self.draw(st.integers(0, 4)) == 0 else one

    def element_spec(self) -> Term:
        one: Term = (self.draw(st.integers(1, 4)), terms.element(self.draw))
        return [one, one] if self.draw(st.integers(0, 4)) == 0 else one

    def makers(self) -> list[Callable[[], Step]]:
        t = self.table
        ordered = [
            lambda: _step("ets", "first", t),
            lambda: _step("ets", "last", t),
            lambda: _step("ets", "next", t, self.key()),
            lambda: _step("ets", "prev", t, self.key()),
            lambda: _step("ets", "select", t, self.spec(), self.draw(st.integers(1, 3))),
            lambda: _step("ets", "select_reverse", t, self.spec()),
            lambda: _step("ets", "foldl", terms.fun(self.draw, 2), 0, t),
            lambda: _step("ets", "foldr", terms.fun(self.draw, 2), 0, t),
            lambda: _step("ets", "match_object", t, self.pattern(), self.draw(st.integers(1, 3))),
            lambda: _step("ets", "slot", t, self.draw(terms.small_integers)),
        ]
        anyhow = [
            lambda: _step("ets", "insert", t, self.object()),
            lambda: _step("ets", "insert", t, terms.many(self.draw, self.object)),
            lambda: _step("ets", "insert", t, terms.element(self.draw)),
            lambda: _step("ets", "insert_new", t, self.object()),
            lambda: _step("ets", "insert_new", t, terms.many(self.draw, self.object, 3)),
            lambda: _step("ets", "lookup", t, self.key()),
            lambda: _step("ets", "lookup_element", t, self.key(), self.draw(st.integers(0, 3))),
            lambda: _step("ets", "member", t, self.key()),
            lambda: _step("ets", "delete", t, self.key()),
            lambda: _step("ets", "delete_object", t, self.object()),
            lambda: _step("ets", "take", t, self.key()),
            lambda: _step("ets", "update_counter", t, self.key(), self.update()),
            lambda: _step("ets", "update_counter", t, self.key(), self.update(), self.object()),
            lambda: _step("ets", "update_element", t, self.key(), self.element_spec()),
            lambda: self.sorted("match", self.pattern()),
            lambda: self.sorted("match_object", self.pattern()),
            lambda: self.sorted("select", self.spec()),
            lambda: _step("ets", "select_count", t, self.spec()),
            lambda: _step("ets", "select_delete", t, self.spec()),
            lambda: _step("ets", "select_replace", t, self.spec()),
            lambda: _step("ets", "match_delete", t, self.pattern()),
            lambda: _step(
                "ets", "info", t, _atom(self.draw, "size", "type", "keypos", "named_table", "protection", "name")
            ),
            lambda: _step("ets", "delete_all_objects", t),
            lambda: _step("ets", "whereis", Atom("calls_table")),
            lambda: _step("ets", "rename", t, _atom(self.draw, "calls_other", "calls_table")),
            lambda: _step("ets", "safe_fixtable", t, _atom(self.draw, "true", "false")),
            lambda: _step("ets", "match_spec_run", [self.object()], call("ets", "match_spec_compile", self.spec())),
            lambda: self.all(),
        ]
        return anyhow + ordered if self.type == "ordered_set" else anyhow


def _ets(draw: Draw) -> list[Step]:
    return _Table(draw).steps()


# ---- gen_server ----


def _server_result(draw: Draw, depth: int = 1) -> Term:
    state = terms.element(draw)
    value = terms.element(draw)
    results: list[Term] = [
        (Atom("reply"), value, state),
        (Atom("reply"), value, state),
        (Atom("noreply"), state),
        (Atom("reply"), value, state, 0),
        (Atom("noreply"), state, 0),
        (Atom("reply"), value, state, Atom("hibernate")),
        (Atom("stop"), value, value, state),
        (Atom("stop"), Atom("normal"), value, state),
        (Atom("stop"), value, state),
        (Atom("crash"), value),
        (Atom("exit"), value),
        (Atom("throw"), (Atom("reply"), value, state)),
        value,
    ]
    if depth:
        further = (Atom("continue"), (Atom("do"), _server_result(draw, depth - 1)))
        results += [(Atom("reply"), value, state, further), (Atom("reply_and"), value, _server_result(draw, depth - 1))]
    return draw(st.sampled_from(results))


def _server_init(draw: Draw) -> Term:
    value = terms.element(draw)
    inits: list[Term] = [
        Atom("started"),
        Atom("started"),
        (Atom("init"), (Atom("ok"), value, 0)),
        (Atom("init"), (Atom("ok"), value, (Atom("continue"), value))),
        (Atom("init"), (Atom("stop"), value)),
        (Atom("init"), Atom("ignore")),
        (Atom("init"), value),
        (Atom("error"), value),
        (Atom("exit"), value),
        (Atom("throw"), (Atom("ok"), value)),
    ]
    return draw(st.sampled_from(inits))


def _gen_server(draw: Draw) -> list[Step]:
    server = Atom("calls_server")

    def request() -> Term:
        requests: list[Term] = [Atom("get"), (Atom("do"), _server_result(draw)), (Atom("do"), _server_result(draw))]
        return draw(st.sampled_from(requests))

    makers = [
        lambda: _step("gen_server", "call", server, request(), 100),
        lambda: _step("gen_server", "call", server, request(), 100),
        lambda: _step("calls_server", "cast", (Atom("do"), _server_result(draw))),
        lambda: _step("calls_server", "cast", (Atom("put"), terms.element(draw))),
        lambda: _step("calls_server", "tell", terms.element(draw)),
        lambda: _step("calls_server", "tell", (Atom("do"), _server_result(draw))),
        lambda: _step("gen_server", "stop", server),
        lambda: _step("gen_server", "stop", server, terms.element(draw), 100),
        lambda: _step("sys", "get_state", server, 100),
        lambda: _step("sys", "replace_state", server, terms.fun(draw, 1), 100),
        lambda: _step("sys", "suspend", server, 100),
        lambda: _step("sys", "resume", server, 100),
        lambda: _step("gen_server", "call", terms.element(draw), request(), 100),
    ]
    start = "start_link" if draw(st.integers(0, 3)) == 0 else "start"
    trap = [_step("erlang", "process_flag", Atom("trap_exit"), Atom("true"))] if start == "start_link" else []
    end = [_step("calls_server", "flushed")] if trap else []
    return [*trap, _step("calls_server", start, _server_init(draw)), *_some(draw, makers, 5), *end]


# ---- gen_statem ----


def _actions(draw: Draw) -> Term:
    value = terms.element(draw)
    reply = (Atom("reply"), Atom("from"), value)
    actions: list[Term] = [
        Atom("postpone"),
        (Atom("next_event"), Atom("internal"), value),
        (Atom("next_event"), Atom("cast"), (Atom("do"), (Atom("keep_state"), value))),
        (Atom("state_timeout"), 0, value),
        (Atom("timeout"), 0, value),
        ((Atom("timeout"), Atom("t")), 0, value),
        Atom("hibernate"),
        value,
    ]
    return [reply, *terms.many(draw, lambda: draw(st.sampled_from(actions)), 2)]


def _statem_result(draw: Draw) -> Term:
    value = terms.element(draw)
    results: list[Term] = [
        (Atom("next_state"), _atom(draw, "idle", "busy"), value, _actions(draw)),
        (Atom("next_state"), _atom(draw, "idle", "busy"), value, _actions(draw)),
        (Atom("keep_state"), value, _actions(draw)),
        (Atom("keep_state_and_data"), _actions(draw)),
        (Atom("next_state"), value, value),
        Atom("keep_state_and_data"),
        (Atom("stop"), value),
        (Atom("stop"), Atom("normal"), value),
        (Atom("crash"), value),
        value,
    ]
    return draw(st.sampled_from(results))


def _gen_statem(draw: Draw) -> list[Step]:
    machine = Atom("calls_statem")
    modes: list[Term] = [Atom("handle_event_function"), [Atom("handle_event_function"), Atom("state_enter")]]
    mode = draw(st.sampled_from(modes))
    inits: list[Term] = [
        Atom("data"),
        Atom("data"),
        (Atom("init"), (Atom("ok"), Atom("busy"), 1, [(Atom("state_timeout"), 0, Atom("soon"))])),
        (Atom("init"), (Atom("stop"), terms.element(draw))),
        (Atom("init"), Atom("ignore")),
        (Atom("init"), terms.element(draw)),
    ]
    makers = [
        lambda: _step("gen_statem", "call", machine, (Atom("do"), _statem_result(draw)), 100),
        lambda: _step("gen_statem", "call", machine, Atom("get"), 100),
        lambda: _step("gen_statem", "call", machine, Atom("get"), 100),
        lambda: _step("calls_statem", "cast", _atom(draw, "idle", "busy")),
        lambda: _step("calls_statem", "cast", (Atom("do"), _statem_result(draw))),
        lambda: _step("calls_statem", "tell", terms.element(draw)),
        lambda: _step("gen_statem", "stop", machine),
        lambda: _step("sys", "get_state", machine, 100),
    ]
    init = draw(st.sampled_from(inits))
    return [_step("calls_statem", "start", mode, init), *_some(draw, makers, 6)]


# ---- supervisor ----


def _child(draw: Draw) -> Term:
    init = _server_init(draw)
    fields: list[tuple[Term, Term]] = [
        (Atom("id"), _atom(draw, "one", "two", "three")),
        (Atom("start"), (Atom("calls_server"), Atom("child"), [init])),
    ]
    if draw(st.booleans()):
        fields.append((Atom("restart"), _atom(draw, "permanent", "transient", "temporary")))
    if draw(st.integers(0, 3)) == 0:
        fields.append((Atom("shutdown"), draw(st.sampled_from([Atom("brutal_kill"), 50, terms.element(draw)]))))
    return Map(tuple(fields)) if draw(st.integers(0, 9)) else terms.element(draw)


def _supervisor(draw: Draw) -> list[Step]:
    this = call("erlang", "element", 2, result(2))
    flags: Term = Map(
        (
            (Atom("strategy"), _atom(draw, "one_for_one", "one_for_all", "rest_for_one")),
            (Atom("intensity"), draw(st.integers(0, 3))),
            (Atom("period"), 5),
        )
    )
    good: Term = (Atom("ok"), (flags, terms.many(draw, lambda: _child(draw), 3)))
    init = draw(st.sampled_from([good, good, good, good, Atom("ignore"), terms.element(draw)]))

    def name() -> Term:
        return _atom(draw, "one", "two", "three")

    makers = [
        lambda: _step("supervisor", "start_child", this, _child(draw)),
        lambda: _step("supervisor", "terminate_child", this, name()),
        lambda: _step("supervisor", "restart_child", this, name()),
        lambda: _step("supervisor", "delete_child", this, name()),
        lambda: _step("supervisor", "count_children", this),
        lambda: _step("supervisor", "get_childspec", this, name()),
        lambda: _step("calls_supervisor", "children", this),
        lambda: _step("calls_supervisor", "kill", this, name()),
    ]
    trap = _step("erlang", "process_flag", Atom("trap_exit"), Atom("true"))
    ends = [_step("calls_supervisor", "children", this), _step("calls_server", "flushed")]
    return [trap, _step("calls_supervisor", "start", init), *_some(draw, makers, 6), *ends]


# ---- rand ----


def _rand(draw: Draw) -> list[Step]:
    algorithm = _atom(draw, "exsss", "exro928ss", "exrop", "exs1024s", "exsp", "default")
    makers = [
        lambda: _step("rand", "uniform"),
        lambda: _step("rand", "uniform", draw(st.one_of(terms.counts, st.integers(1, 2**70)))),
        lambda: _step("rand", "uniform_real"),
        lambda: _step("rand", "bytes", draw(terms.sizes)),
        lambda: _step("rand", "normal"),
        lambda: _step("rand", "normal", draw(terms.small_integers), draw(terms.small_integers)),
        lambda: _step("rand", "export_seed"),
        lambda: _step("rand", "jump"),
    ]
    seed = draw(st.one_of(st.integers(-(2**70), 2**70), st.tuples(*[st.integers(-9, 2**40)] * 3)))
    return [_step("rand", "seed", algorithm, seed), *_some(draw, makers, 5)]


# ---- io_lib:format ----


def _format(draw: Draw) -> list[Step]:
    text: list[Term] = []
    arguments: list[Term] = []
    for _ in range(draw(st.integers(1, 4))):
        code, argument = draw(st.sampled_from(_CONTROLS))
        width = draw(st.sampled_from(["", "", "5", "-8", "20", "*"]))
        precision = draw(st.sampled_from(["", "", ".3", ".10", ".*", "..x", ".0"]))
        arguments += [draw(st.integers(-12, 30)) for part in (width, precision) if "*" in part]
        plain = draw(st.integers(0, 2)) == 0
        text += [*map(ord, "~" + ("" if plain else width + precision) + code)]
        if plain:
            arguments = arguments[: len(arguments) - sum("*" in part for part in (width, precision))]
        arguments += [argument(draw)] if argument else []
    return [_step("lists", "flatten", call("io_lib", "format", text, arguments))]


def _wide(draw: Draw) -> Term:
    return terms.any_term(draw, 4)


def _number(draw: Draw) -> Term:
    return draw(st.one_of(terms.integers, terms.floats))


def _text(draw: Draw) -> Term:
    one: Term = draw(st.one_of(terms.utf8, terms.strings, terms.atoms, terms.binaries))
    return ImproperList([97], one) if draw(st.integers(0, 9)) == 0 else one


_CONTROLS: list[tuple[str, Callable[[Draw], Term] | None]] = [
    *[(code, _wide) for code in ("p", "p", "w", "tp", "tw", "lp")],
    *[(code, _number) for code in ("e", "f", "g", "b", "B", "#", "+", "c")],
    *[(code, _text) for code in ("s", "ts", "ts")],
    *[(code, None) for code in ("n", "~", " text ")],
    ("x", lambda draw: draw(terms.integers)),
    ("i", _wide),
    ("tc", lambda draw: draw(terms.characters)),
    ("q", _wide),
]

# ---- json, in parts ----


def _json(draw: Draw) -> list[Step]:
    """A text decoded in two or three parts, with or without an end."""
    data = texts.json(draw)
    first, second = sorted(draw(st.integers(0, len(data))) for _ in range(2))
    decoders = texts.json_decoders(draw)

    def state(step: int) -> Term:
        return call("erlang", "element", 2, result(step))

    return [
        _step("json", "decode_start", data[:first], terms.element(draw), decoders),
        _step("json", "decode_continue", data[first:second], state(1)),
        _step("json", "decode_continue", data[second:], state(2)),
        _step("json", "decode_continue", Atom("end_of_input"), state(draw(st.integers(1, 3)))),
    ]


# What the programs call that `call_modules.MODULES` does not name.
MODULES = ["ets", "gen", "gen_server", "gen_statem", "proc_lib", "supervisor", "sys"]

SEQUENCES: dict[str, Maker] = {
    "ets": _ets,
    "gen_server": _gen_server,
    "gen_statem": _gen_statem,
    "supervisor": _supervisor,
    "rand": _rand,
    "io_lib:format": _format,
    "json": _json,
}

SINCE = {"json": 27}


def names(otp: int) -> list[str]:
    """What there are programs about under a release of OTP."""
    return [name for name in SEQUENCES if SINCE.get(name, 0) <= otp]


@st.composite
def programs(draw: Any, name: str) -> Term:
    """A program about what the name says."""
    return [*SEQUENCES[name](draw)]

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any, cast

import pytest

from hatch_elixir_workers import etf
from hatch_elixir_workers.builtin import MIDDLEWARE
from hatch_elixir_workers.errors import PluginError
from hatch_elixir_workers.hookspecs import MiddlewareKind, Option
from hatch_elixir_workers.middleware import Declared, Middleware, read_middleware
from hatch_elixir_workers.plugins import Registry, load_registry
from hatch_elixir_workers.toml_values import TomlReader

FRAMEWORK = load_registry([])
CORS = "Elixir.ElixirWorkers.Middleware.CORS"
KNOWN = "cors, etag, parse-body, request-logger, security-headers"


def parse(entries: tuple[Any, ...], registry: Registry, declared: Declared) -> tuple[Any, list[str]]:
    reader = TomlReader("t")
    read = read_middleware(reader, registry, declared, "t.middleware", list(entries))
    return read, [problem.removeprefix("t.middleware") for problem in reader.problems]


def read(*entries: Any, registry: Registry = FRAMEWORK, declared: Declared | None = None) -> tuple[Middleware, ...]:
    found: tuple[Middleware, ...]
    found, noted = parse(entries, registry, declared or Declared())
    assert noted == []
    return found


def problems(*entries: Any, registry: Registry = FRAMEWORK, declared: Declared | None = None) -> list[str]:
    return parse(entries, registry, declared or Declared())[1]


def term(entry: Any) -> Any:
    (middleware,) = read(entry)
    return middleware.term


def test_names_of_the_framework() -> None:
    named = read({"use": "cors", "origins": ["null"]}, "etag", "parse-body", "request-logger", "security-headers")
    assert [(each.name, each.module) for each in named] == [(kind.name, f"Elixir.{kind.module}") for kind in MIDDLEWARE]


@pytest.mark.parametrize("name", ["MyApp.Auth", "Elixir.MyApp.Auth", "Auth"])
def test_modules_of_the_application(name: str) -> None:
    (middleware,) = read(name)
    assert middleware.module == f"Elixir.{name.removeprefix('Elixir.')}"
    assert middleware.name == name.removeprefix("Elixir.")


def test_a_module_of_erlang() -> None:
    assert read(":my_auth")[0].module == "my_auth"


def test_order_and_repetition_are_kept() -> None:
    assert [each.name for each in read("parse-body", "B", "cors2".upper(), "B")] == ["parse-body", "B", "CORS2", "B"]


def test_terms_of_known_options() -> None:
    atom = etf.Atom
    assert term({"use": "cors", "origins": ["https://a.example"], "max-age": 0, "credentials": True}) == (
        atom(CORS),
        [
            (atom("origins"), [b"https://a.example"]),
            (atom("max_age"), 0),
            (atom("credentials"), atom("true")),
            (atom("methods"), [b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE"]),
            (atom("headers"), [b"content-type"]),
            (atom("expose"), []),
        ],
    )
    assert term("etag")[1] == [(atom("weak"), atom("false"))]
    assert term("request-logger")[1] == [(atom("level"), atom("info"))]
    assert term({"use": "request-logger", "level": "debug"})[1] == [(atom("level"), atom("debug"))]
    given = {"x-frame-options": False, "referrer-policy": "no-referrer"}
    options = term({"use": "security-headers", **given})[1]
    assert options[:2] == [(atom("x_frame_options"), atom("nil")), (atom("referrer_policy"), b"no-referrer")]
    assert [name.name for name, _ in options[2:]] == [
        "content_security_policy",
        "cross_origin_opener_policy",
        "strict_transport_security",
        "x_content_type_options",
    ]


def test_terms_of_any_options() -> None:
    options = {"per-minute": 60, "ratio": 0.5, "on": False, "names": ["ü", []], "deep": {"a-b": {"c": 1}}}
    assert term({"use": "MyApp.Limit", **options})[1] == [
        (etf.Atom("per_minute"), 60),
        (etf.Atom("ratio"), 0.5),
        (etf.Atom("on"), etf.Atom("false")),
        (etf.Atom("names"), ["ü".encode(), []]),
        (etf.Atom("deep"), etf.Map(((b"a-b", etf.Map(((b"c", 1),))),))),
    ]


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (1, "[0] must be a string or a table, not an integer"),
        ("", "[0] must not be empty"),
        ("cor", '[0] is no known middleware and no name of a module: "cor"; did you mean "cors"?'),
        ("qqq", f'[0] is no known middleware and no name of a module: "qqq"; known are: {KNOWN}'),
        ("My-App", f'[0] is no known middleware and no name of a module: "My-App"; known are: {KNOWN}'),
        ({"origins": []}, '[0] must name its middleware: { use = "…" }'),
        ({"use": 1.5}, "[0].use must be a string, not a float"),
        (
            {"use": "parse_body"},
            '[0].use is no known middleware and no name of a module: "parse_body"; did you mean "parse-body"?',
        ),
        ("cors", '[0] ("cors") must have "origins"'),
        ({"use": "cors", "origins": []}, "[0].origins must not be empty"),
        ({"use": "cors", "origins": "https://a"}, "[0].origins must be an array, not a string"),
        ({"use": "cors", "origins": ["https://a", 1]}, "[0].origins[1] must be a string, not an integer"),
        (
            {"use": "cors", "origins": ["https://a.example/"]},
            '[0].origins[0] must be an origin such as "https://example.com", without a path, not "https://a.example/"',
        ),
        ({"use": "cors", "origins": ["*"], "max_age": 5}, '[0].max_age is not a known key; did you mean "max-age"?'),
        ({"use": "cors", "origins": ["*"], "max-age": -1}, "[0].max-age must be at least 0, not -1"),
        ({"use": "cors", "origins": ["*"], "max-age": True}, "[0].max-age must be an integer, not a boolean"),
        (
            {"use": "cors", "origins": ["*"], "methods": ["get"]},
            '[0].methods[0] must be a method such as "GET", not "get"',
        ),
        ({"use": "cors", "origins": ["*"], "headers": ["a\nb"]}, "[0].headers[0] must not hold control characters"),
        (
            {"use": "cors", "origins": ["*"], "credentials": True},
            '[0] ("cors") cannot have both origins = ["*"] and credentials = true: list the origins',
        ),
        (
            {"use": "request-logger", "level": "loud"},
            '[0].level must be "debug" or "info" or "notice" or "warning" or "error" or "critical" or "alert" or '
            '"emergency", not "loud"',
        ),
        (
            {"use": "security-headers", "x-frame-option": "DENY"},
            '[0].x-frame-option is not a known key; did you mean "x-frame-options"?',
        ),
        ({"use": "security-headers", "x-frame-options": True}, "[0].x-frame-options must be a string, not a boolean"),
        (
            {"use": "MyApp.A", "since": datetime.date(2026, 1, 1)},
            "[0].since must be a value that JSON has, not a date",
        ),
        ({"use": "MyApp.A", "x": [{"y": float("nan")}]}, "[0].x[0].y must be a value that JSON has, not nan"),
    ],
)
def test_one_problem(entry: Any, problem: str) -> None:
    assert problems(entry) == [problem]


def test_each_entry_is_named_by_its_index() -> None:
    found = problems("cors", "qqq", {"use": "parse-body", "max-depth": -1})
    assert [problem[:3] for problem in found] == ["[0]", "[1]", "[2]"]


def plugin(*options: Option, check: Any = None) -> Registry:
    kind = MiddlewareKind("limit", "Limits.Limit", options, check)
    return Registry({}, {"limit": kind}, {"limit": "elixir-workers-limit"})


def test_middleware_of_a_plugin() -> None:
    (found,) = read({"use": "limit", "per-minute": 5}, registry=plugin(Option("per-minute", "integer")))
    assert (found.name, found.module, found.distribution) == ("limit", "Elixir.Limits.Limit", "elixir-workers-limit")


NAMING = plugin(Option("key", "secret"), Option("keys", "secrets", required=True), Option("store", "binding"))


def test_options_name_secrets_and_bindings() -> None:
    entry = {"use": "limit", "key": "A", "keys": ["B", "A"], "store": "CACHE"}
    (found,) = read(entry, registry=NAMING, declared=Declared(("A", "B"), {"CACHE": "kv"}))
    assert cast("Any", found.term)[1] == [
        (etf.Atom("key"), b"A"),
        (etf.Atom("keys"), [b"B", b"A"]),
        (etf.Atom("store"), b"CACHE"),
    ]


def test_secrets_and_bindings_that_are_not_configured() -> None:
    entry = {"use": "limit", "key": "A", "keys": ["B", 1], "store": "CACHE"}
    assert problems(entry, registry=NAMING, declared=Declared(("B",), {"DB": "d1"})) == [
        '[0].key names the secret "A", which is not configured: add it to t.secrets',
        "[0].keys[1] must be a string, not an integer",
        '[0].store names the binding "CACHE", which is not configured: add it to t.bindings',
    ]
    assert problems({"use": "limit", "keys": []}, registry=NAMING) == ["[0].keys must not be empty"]


def test_a_binding_of_another_kind() -> None:
    registry = plugin(Option("store", "binding", choices=("kv", "d1")))
    entry = {"use": "limit", "store": "FILES"}
    assert problems(entry, registry=registry) == [
        '[0].store names the binding "FILES", which is not configured: add it to t.bindings, of kind "kv" or "d1"'
    ]
    assert problems(entry, registry=registry, declared=Declared((), {"FILES": "r2"})) == [
        '[0].store names the binding "FILES", which is of kind "r2", not "kv" or "d1"'
    ]


def test_the_check_of_a_plugin() -> None:
    assert problems("limit", registry=plugin(check=lambda _: "needs a friend")) == ['[0] ("limit") needs a friend']
    message = "plugin elixir-workers-limit: the check of middleware `limit` "
    with pytest.raises(PluginError) as caught:
        problems("limit", registry=plugin(check=lambda options: options["per-minute"]))
    assert str(caught.value) == message + "failed: KeyError: 'per-minute'"
    with pytest.raises(PluginError) as caught:
        problems("limit", registry=plugin(check=lambda _: False))
    assert str(caught.value) == message + "must return str or None, not False"


def test_the_check_gets_defaults() -> None:
    seen: list[dict[str, Any]] = []
    options = (
        Option("names", "strings", default=("a", "b")),
        Option("most", "integer", default=5),
        Option("x", "string"),
    )
    registry = plugin(*options, check=lambda given: seen.append(dict(given)))
    (found,) = read({"use": "limit", "most": 6}, registry=registry)
    assert seen == [{"most": 6, "names": ["a", "b"]}]
    assert cast("Any", found.term)[1] == [(etf.Atom("most"), 6), (etf.Atom("names"), [b"a", b"b"])]


def ordered(**order: tuple[str, ...]) -> Registry:
    kinds = {
        "guard": MiddlewareKind("guard", "Guards.Guard", **cast("Any", order)),
        "door": MiddlewareKind("door", "D"),
    }
    return Registry({}, kinds, {"guard": "elixir-workers-guard", "door": "elixir-workers-door"})


@pytest.mark.parametrize("guard", ["guard", "Guards.Guard"])
def test_middleware_that_must_stand_before(guard: str) -> None:
    declared = "as elixir-workers-guard declares"
    for order in ({"requires": ("door",)}, {"after": ("door",)}):
        registry = ordered(**order)
        read("door", guard, registry=registry)
        read("door", "MyApp.Between", guard, "door", registry=registry)
        read("D", guard, registry=registry)
        moved = f'[1] ("guard") must stand behind "door", {declared}: move it behind t.middleware[2]'
        assert problems("MyApp.First", guard, "door", registry=registry) == [moved]
        assert problems("MyApp.First", guard, "D", registry=registry) == [moved]


def test_middleware_that_is_required() -> None:
    needed = '[0] ("guard") needs "door" before it, as elixir-workers-guard declares'
    read("guard", registry=ordered(after=("door",)))
    registry = ordered(requires=("door",))
    assert problems("guard", registry=registry) == [needed + ": add that to t.middleware, further up"]
    registry = Registry({}, {"guard": registry.middleware["guard"]}, registry.middleware_owners)
    assert problems("guard", registry=registry) == [needed + ", which no plugin adds: install one that does"]


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: MiddlewareKind("My", "M"), ValueError, "must be lower-case"),
        (lambda: MiddlewareKind("a", "M", (Option("x", "string"), Option("x", "string"))), ValueError, "twice"),
        (lambda: MiddlewareKind("a", "my limit"), ValueError, "module of middleware 'a' must be as `MyPackage.Limit`"),
        (lambda: MiddlewareKind("a", "M", cast("Any", [])), TypeError, "must be a tuple of Option"),
        (lambda: MiddlewareKind("a", "M", cast("Any", ("x",))), TypeError, "must be a tuple of Option"),
        (lambda: MiddlewareKind("a", "M", check=cast("Any", "x")), TypeError, "check of middleware 'a' must be a func"),
        (lambda: MiddlewareKind("a", "M", elixir=Path("lib")), ValueError, "elixir of middleware 'a' must be an abs"),
        (lambda: Option("a_b", "string"), ValueError, "joined by hyphens"),
        (lambda: Option("use", "string"), ValueError, "not `use`"),
        (lambda: Option("a", cast("Any", "float")), TypeError, "must be one of string,"),
        (lambda: Option("a", "atom"), ValueError, "choices"),
        (lambda: Option("a", "string", choices=("b",)), ValueError, "choices"),
        (lambda: Option("a", "atom", choices=cast("Any", "ab")), TypeError, "choices of option 'a' must be a tuple"),
        (lambda: Option("a", "string", pattern="(", description="x"), ValueError, "is no regular expression"),
        (lambda: Option("a", "string", pattern="[a-z]"), ValueError, "must describe"),
        (lambda: Option("a", "string", default=1), TypeError, "must be a value of the type `string`, not 1"),
        (lambda: Option("a", "string", default=""), ValueError, "must be no empty string, not ''"),
        (lambda: Option("a", "integer", default=True), TypeError, "must be a value of the type `integer`, not True"),
        (lambda: Option("a", "boolean", default=0), TypeError, "must be a value of the type `boolean`, not 0"),
        (lambda: Option("a", "strings", default=cast("Any", ["x"])), TypeError, "the type `strings`, not \\['x'\\]"),
        (lambda: Option("a", "string-or-false", default=True), TypeError, "the type `string-or-false`, not True"),
        (lambda: Option("a", "integer", minimum=2, default=1), ValueError, "must be at least 2, not 1"),
        (lambda: Option("a", "atom", choices=("b",), default="c"), ValueError, "must be one of b, not 'c'"),
        (
            lambda: Option("a", "strings", pattern="[a-z]", description="a letter", default=("b", "B")),
            ValueError,
            "must be a letter, not 'B'",
        ),
        (lambda: Option("a", "string", required=True, default="b"), ValueError, "cannot have a default"),
        (lambda: Option("a", "secret", default="b"), ValueError, "cannot have a default"),
        (lambda: MiddlewareKind("a", "M", requires=("a",)), ValueError, "requires of middleware 'a' must name other"),
        (lambda: MiddlewareKind("a", "M", after=("B",)), ValueError, "after of middleware 'a' must name other"),
        (
            lambda: MiddlewareKind("a", "M", after=cast("Any", "b")),
            TypeError,
            "after of middleware 'a' must be a tuple",
        ),
        (lambda: MiddlewareKind("a", "M", requires=("b",), after=("b",)), ValueError, "name each middleware once"),
    ],
)
def test_kinds_check_themselves(make: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make()

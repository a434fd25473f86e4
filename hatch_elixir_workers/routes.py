"""`streamed-bodies` and the routes of the application: a path that no route matches is a mistake in one of the two.

Routes are what `routes/0` of the entry's router returns, with those of the routers that it forwards to, as far as the
code says it (`constant.py`). Nothing is said where it does not: an entry that is computed may be any route. Nor where a
middleware of the application may answer by itself, or change the path, which it cannot without a name for it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from hatch_elixir_workers import etf
from hatch_elixir_workers.beam import MFA
from hatch_elixir_workers.collect import Universe
from hatch_elixir_workers.config import TARGET_TABLE, Config
from hatch_elixir_workers.constant import UNKNOWN, Value, constant
from hatch_elixir_workers.etf_terms import subterms
from hatch_elixir_workers.names import shown_module
from hatch_elixir_workers.toml_values import toml_key

Pattern: TypeAlias = tuple[str, ...]
"""Segments: `:name` matches any one, `*` all that follow, others themselves; empty for `/`."""

_ANYTHING: Pattern = ("*",)
_MAX_FORWARDS = 16
_MAX_SHOWN = 4
_APP = ("__elixir_workers_app__", "router")
_DEFAULT_MIDDLEWARE: dict[MFA, Value] = {MFA("Elixir.ElixirWorkers.Router", "default_middleware", 0): []}
# `conn["path_segments"]` and its like: who answers by the path has one of them among its literals.
_PATHS = frozenset({b"path", b"path_segments", b"url"})


def unmatched_streams(universe: Universe, entry: str, config: Config) -> list[str]:
    """One line for each path of `streamed-bodies` that no route of the application can match."""
    router = _router(universe, entry) if config.streamed_bodies else None
    if router is None or _may_answer(universe, router, config):
        return []
    routes = list(_routes(universe, router))
    return [
        f"{TARGET_TABLE}.streamed-bodies.{toml_key(path)} {_problem(path, router, routes)}"
        for path in config.streamed_bodies
        if not any(meet(parse_path(path), route) for route in routes)
    ]


def parse_path(path: str) -> Pattern:
    """The segments of a path that is written like that of a route."""
    return tuple("*" if each.startswith("*") else each for each in path.split("/") if each)


def meet(one: Pattern, other: Pattern) -> bool:
    """Whether there is a path that both match."""
    if one[:1] == ("*",) or other[:1] == ("*",):
        return True
    if not one or not other:
        return one == other
    first, second = one[0], other[0]
    same = first == second or first.startswith(":") or second.startswith(":")
    return same and meet(one[1:], other[1:])


def _problem(path: str, router: str, routes: Sequence[Pattern]) -> str:
    shown = sorted({"/" + "/".join(route) for route in routes})
    near = difflib.get_close_matches(path, shown, n=_MAX_SHOWN, cutoff=0.4) or shown[:_MAX_SHOWN]
    nearest = f"; the nearest are {', '.join(near)}" if near else ""
    return f"is matched by no route of {shown_module(router)}, so no body is streamed there{nearest}"


def _router(universe: Universe, entry: str) -> str | None:
    """The module that `use ElixirWorkers.App, router: …` names; None where the entry is another kind of module."""
    function, key = _APP
    options = constant(universe.module(entry), function)
    for option in options if isinstance(options, list) else ():
        if isinstance(option, tuple) and option[:1] == (etf.Atom(key),) and isinstance(option[1], etf.Atom):
            return option[1].name if option[1].name in universe else None
    return None


def _may_answer(universe: Universe, router: str, config: Config) -> bool:
    """Whether there is a middleware of which nobody knows that it leaves paths to the routes."""
    own = constant(universe.module(router), "middleware", _DEFAULT_MIDDLEWARE)
    if not isinstance(own, list):
        return True
    entries = [each[0] if isinstance(each, tuple) and each else each for each in own]
    modules = {each.name if isinstance(each, etf.Atom) else router for each in entries}
    modules |= {each.module for each in config.middleware or () if each.kind is None}
    return any(_names_paths(universe, module) for module in modules if not module.startswith("Elixir.ElixirWorkers."))


def _names_paths(universe: Universe, module: str) -> bool:
    if module not in universe:
        return True
    literals = universe.module(module).literals
    return any(isinstance(each, bytes) and each in _PATHS for literal in literals for each in subterms(literal))


def _routes(universe: Universe, router: str, prefix: Pattern = (), depth: int = 0) -> Iterator[Pattern]:
    if router not in universe or depth > _MAX_FORWARDS:
        yield (*prefix, "*")
        return
    yield from _listed(universe, constant(universe.module(router), "routes"), prefix, depth)


def _listed(universe: Universe, routes: Value, prefix: Pattern, depth: int) -> Iterator[Pattern]:
    if not isinstance(routes, list):
        yield (*prefix, "*")
        return
    for route in routes:
        yield from _route(universe, route, prefix, depth)


def _route(universe: Universe, route: Value, prefix: Pattern, depth: int) -> Iterator[Pattern]:
    match route:
        case (etf.Atom("scope"), path, _options, routes):
            yield from _listed(universe, routes, (*prefix, *_segments(path)), depth)
        case (etf.Atom("forward"), path, etf.Atom(router)):
            yield from _routes(universe, router, (*prefix, *_segments(path)), depth + 1)
        case (_method, path, _handler):
            yield (*prefix, *_segments(path))
        case _:
            yield (*prefix, "*")


def _segments(path: Value) -> Pattern:
    """Of a path as routes have it: a string, or a list of strings and atoms."""
    if isinstance(path, bytes):
        return parse_path(path.decode(errors="replace"))
    if not isinstance(path, list):
        return _ANYTHING
    return tuple(_segment(each) for each in path)


def _segment(segment: Value) -> str:
    if isinstance(segment, bytes):
        return segment.decode(errors="replace")
    if isinstance(segment, etf.Atom):
        return "*" if segment.name.startswith("*") else f":{segment.name}"
    return "*" if segment is UNKNOWN else ":"

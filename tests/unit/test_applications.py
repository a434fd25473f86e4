"""What `.app` files say, as the machine gets it."""

from __future__ import annotations

import pytest

from hatch_elixir_workers import etf
from hatch_elixir_workers.applications import (
    Application,
    applications_file,
    callback_roots,
    read_application,
    read_applications,
    to_start,
)
from hatch_elixir_workers.beam import MFA
from hatch_elixir_workers.errors import InternalError

ATOM = etf.Atom
MODULES: tuple[str, etf.Term] = ("modules", [ATOM("kept"), ATOM("dropped")])
CALLBACK: tuple[str, etf.Term] = ("mod", (ATOM("Elixir.My"), []))
LIBRARY = Application("logger", (("vsn", [49]), CALLBACK))
DEPENDENCY = Application("dep", (MODULES,), of_project=True)
OWN = Application("my", (CALLBACK, MODULES), own=True, of_project=True)


def test_file() -> None:
    assert etf.decode(applications_file([LIBRARY, DEPENDENCY, OWN], {"kept"})) == [
        (ATOM("running"), (ATOM("application"), ATOM("logger"), [(ATOM("vsn"), [49]), (ATOM("mod"), CALLBACK[1])])),
        (ATOM("running"), (ATOM("application"), ATOM("dep"), [(ATOM("modules"), [ATOM("kept")])])),
        (
            ATOM("loaded"),
            (ATOM("application"), ATOM("my"), [(ATOM("mod"), CALLBACK[1]), (ATOM("modules"), [ATOM("kept")])]),
        ),
    ]


def test_nothing_to_start() -> None:
    plain = Application("my", (), own=True, of_project=True)
    assert to_start([LIBRARY, DEPENDENCY, plain]) == []
    assert list(callback_roots([LIBRARY, DEPENDENCY, plain])) == []


def test_the_project_is_started_for_a_dependency_too() -> None:
    plain = Application("my", (), own=True, of_project=True)
    dependency = Application("dep", (CALLBACK,), of_project=True)
    assert to_start([dependency, plain]) == ["my"]
    roots = dict(callback_roots([dependency, plain]))
    assert roots[MFA("Elixir.My", "start", 2)] == "is a callback of application dep"


def test_what_needs_a_dependency_that_starts_waits_for_it() -> None:
    """Else it ran from the beginning, and starting it started nothing."""

    def needs(name: str, key: str = "applications") -> tuple[tuple[str, etf.Term], ...]:
        return ((key, [ATOM(name)]),)

    known = [
        LIBRARY,
        Application("pool", (CALLBACK,), of_project=True),
        Application("between", needs("pool", "optional_applications"), of_project=True),
        Application("other", needs("logger"), of_project=True),
        Application("my", needs("between"), own=True, of_project=True),
    ]
    entries = etf.decode(applications_file(known, ()))
    states = {entry[1][1].name: entry[0].name for entry in entries}  # type: ignore[union-attr, index]
    assert [name for name, state in states.items() if state == "loaded"] == ["pool", "between", "my"]
    assert len(states) == len(known)


def test_an_included_application_is_not_started_by_itself() -> None:
    includes: tuple[str, etf.Term] = ("included_applications", [ATOM("part")])
    whole = Application("whole", (CALLBACK, includes), own=True, of_project=True)
    part = Application("part", (CALLBACK,), own=True, of_project=True)
    assert to_start([part, whole]) == ["whole"]
    assert to_start([part]) == ["part"]


def test_the_callback_behind_the_starter_of_phases() -> None:
    starter: tuple[str, etf.Term] = ("mod", (ATOM("application_starter"), [ATOM("Elixir.My"), []]))
    application = Application("my", (starter,), own=True, of_project=True)
    assert application.callback == "Elixir.My"
    assert MFA("Elixir.My", "start_phase", 3) in dict(callback_roots([application]))


@pytest.mark.parametrize(("name", "warns"), [("ssl", True), ("mnesia", True), ("crypto", False), ("logger", False)])
def test_what_a_worker_cannot_start_is_said(name: str, warns: bool) -> None:
    assert (Application(name, ()).warning is not None) == warns
    assert Application(name, (), of_project=True).warning is None


def test_read() -> None:
    properties: list[etf.Term] = [(ATOM("vsn"), [49]), (ATOM("mod"), (ATOM("Elixir.My"), []))]
    assert read_application((ATOM("application"), ATOM("a"), properties)).properties[0] == ("vsn", [49])
    (described,) = read_applications([(ATOM("a"), ATOM("true"), ATOM("true"), properties)])
    assert (described.own, described.of_project, described.callback) == (True, True, "Elixir.My")


@pytest.mark.parametrize("term", [ATOM("a"), [ATOM("a")], [(ATOM("a"), ATOM("true"))]])
def test_a_damaged_description(term: etf.Term) -> None:
    with pytest.raises(InternalError):
        read_applications(term)

"""OTP applications: what `.app` files say, and what of it the machine needs to start them.

    atomvm/applications.bin    [{running | loaded | startable, {application, App, Properties}}]

Each is behind those that it needs. `loaded` are the applications with a callback module of their own and those that
need one of these, which the framework starts before the first request. All others run from the beginning: there is
nothing to start. Applications of OTP and Elixir are among these even when they have a callback module: what theirs
start (log handlers, sockets, code servers) is the host's. `startable` are, in an archive without a project
(`app_files.py`), those that nothing has loaded yet.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from hatch_elixir_workers import etf
from hatch_elixir_workers.beam import MFA
from hatch_elixir_workers.errors import InternalError
from hatch_elixir_workers.etf_terms import subterms

APPLICATIONS_FILE = "atomvm/applications.bin"

# What OTP calls of a callback module, by itself or when asked to stop or change.
CALLBACKS = (("start", 2), ("start_phase", 3), ("prep_stop", 1), ("stop", 1), ("config_change", 3))

# Library applications whose callback would start what a worker cannot have; named when a project lists one.
_OF_THE_HOST = {
    "inets": "a worker has no sockets",
    "ssl": "a worker has no sockets",
    "ssh": "a worker has no sockets",
    "ftp": "a worker has no sockets",
    "tftp": "a worker has no sockets",
    "snmp": "a worker has no sockets",
    "mnesia": "a worker has no files to write and no nodes",
    "os_mon": "a worker has no operating system",
    "wx": "a worker has no screen",
    "observer": "a worker has no screen",
    "mix": "a worker has no compiler",
    "iex": "a worker has no terminal",
    "ex_unit": "a worker runs no tests",
}


def structs_of_environments(applications: Iterable[Application]) -> set[str]:
    """The modules whose structs are values of configuration."""
    return {
        module.name
        for each in applications
        for term in subterms([value for _, value in each.properties])
        if isinstance(term, etf.Map)
        for key, module in term.pairs
        if key == etf.Atom("__struct__") and isinstance(module, etf.Atom)
    }


def atoms_of_environments(applications: Iterable[Application]) -> set[str]:
    """All atoms in the files of these applications, configuration included."""
    terms = (term for each in applications for _, value in each.properties for term in subterms(value))
    return {term.name for term in terms if isinstance(term, etf.Atom)}


@dataclass(frozen=True)
class Application:
    """An application, as its .app says. `own` is one of the project's, `of_project` also one of a dependency."""

    name: str
    properties: tuple[tuple[str, etf.Term], ...]
    own: bool = False
    of_project: bool = False

    @property
    def callback(self) -> str | None:
        """The callback module, when the machine calls it."""
        match dict(self.properties).get("mod"):
            case (etf.Atom("application_starter"), [etf.Atom(module), _]) if self.of_project:
                return module
            case (etf.Atom(module), _) if self.of_project:
                return module
        return None

    @property
    def included(self) -> set[str]:
        """The applications that it includes: they are loaded with it, and its own supervisor starts what is in them."""
        names = dict(self.properties).get("included_applications")
        return {each.name for each in names if isinstance(each, etf.Atom)} if isinstance(names, list) else set()

    @property
    def warning(self) -> str | None:
        """Why an application of OTP or Elixir does nothing in a worker, if somebody could think that it does."""
        why = None if self.of_project else _OF_THE_HOST.get(self.name)
        return f"application {self.name} is listed but not started: {why}" if why else None

    @property
    def needed(self) -> set[str]:
        """The applications that run before it is started."""
        known = dict(self.properties)
        lists = (known.get(key) for key in ("applications", "optional_applications"))
        return {each.name for names in lists if isinstance(names, list) for each in names if isinstance(each, etf.Atom)}

    def term(self, packed: Collection[str], state: str) -> etf.Term:
        """An entry of the file; of its modules, the packed ones."""
        properties: list[etf.Term] = []
        for key, value in self.properties:
            if key == "modules" and isinstance(value, list):
                value = [each for each in value if isinstance(each, etf.Atom) and each.name in packed]
            properties.append((etf.Atom(key), value))
        return (etf.Atom(state), (etf.Atom("application"), etf.Atom(self.name), properties))


def applications_file(applications: Iterable[Application], packed: Collection[str]) -> bytes:
    """The content of the file, for applications of which each stands behind those that it needs."""
    starting: set[str] = set()
    terms: list[etf.Term] = []
    for each in applications:
        if each.callback or not starting.isdisjoint(each.needed):
            starting.add(each.name)
        terms.append(each.term(packed, "loaded" if each.name in starting else "running"))
    return etf.encode(terms)


def startable_file(running: Iterable[Application], startable: Iterable[Application], packed: Collection[str]) -> bytes:
    """The content of the file for an archive without a project, where nothing is loaded that does not run.

    Callback modules of OTP and Elixir are not called here either: their applications start without.
    """
    terms = [each.term(packed, "running") for each in running]
    for each in startable:
        plain = each if each.of_project else replace(each, properties=_without_callback(each.properties))
        terms.append(plain.term(packed, "startable"))
    return etf.encode(terms)


def _without_callback(properties: Iterable[tuple[str, etf.Term]]) -> tuple[tuple[str, etf.Term], ...]:
    return tuple((key, value) for key, value in properties if key not in ("mod", "start_phases"))


def to_start(applications: Sequence[Application]) -> list[str]:
    """The project's own applications; empty when neither they nor their dependencies have anything to start."""
    if not any(each.callback for each in applications):
        return []
    included = {name for each in applications for name in each.included}
    return [each.name for each in applications if each.own and each.name not in included]


def callback_roots(applications: Iterable[Application]) -> Iterator[tuple[MFA, str]]:
    """What OTP may call of the callback modules, exported or not."""
    for each in applications:
        if each.callback is not None:
            for function, arity in CALLBACKS:
                yield MFA(each.callback, function, arity), f"is a callback of application {each.name}"


def read_application(term: etf.Term) -> Application:
    """`{application, Name, Properties}`, as in an .app file. Raises InternalError."""
    match term:
        case (etf.Atom("application"), etf.Atom(name), list(properties)):
            return Application(name, _properties(properties))
    raise InternalError("the description of an application is not that of an .app file")


def read_applications(term: etf.Term) -> tuple[Application, ...]:
    """What describe.exs says about the project's applications. Raises InternalError."""
    if not isinstance(term, list):
        raise InternalError("the description of the project holds no list of applications")
    return tuple(_described(each) for each in term)


def _described(term: etf.Term) -> Application:
    match term:
        case (etf.Atom(name), etf.Atom(own), etf.Atom(of_project), list(properties)):
            return Application(name, _properties(properties), own == "true", of_project == "true")
    raise InternalError("the description of the project holds a term where an application should be")


def _properties(terms: list[etf.Term]) -> tuple[tuple[str, etf.Term], ...]:
    return tuple((term[0].name, term[1]) for term in terms if _is_pair(term))  # type: ignore[union-attr, index]


def _is_pair(term: etf.Term) -> bool:
    return isinstance(term, tuple) and len(term) == 2 and isinstance(term[0], etf.Atom)

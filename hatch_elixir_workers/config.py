"""The raw TOML table of an application -> one frozen `Config`.

Every problem is found before any is reported; each is one line that starts with the full TOML path.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any

from hatch_elixir_workers.errors import ConfigError
from hatch_elixir_workers.events import Event, Reader, read_events
from hatch_elixir_workers.hookspecs import BindingKind, Field
from hatch_elixir_workers.middleware import Declared, Middleware, read_middleware
from hatch_elixir_workers.names import MODULE, module_atom
from hatch_elixir_workers.plugins import Registry
from hatch_elixir_workers.toml_values import frozen, toml_key, toml_type

TARGET_TABLE = "tool.hatch.build.targets.elixir-workers"
HOOK_TABLE = "tool.hatch.build.hooks.elixir-workers"

# Keys of every hatchling target or hook; they are hatchling's business.
HATCHLING_KEYS = frozenset(
    {
        "dependencies",
        "directory",
        "enable-by-default",
        "hooks",
        "require-runtime-dependencies",
        "require-runtime-features",
        "versions",
    }
)

ENVIRONMENTS = ("production", "development")
# `shaken.py` says what they mean.
SHAKE_LEVELS = ("functions", "modules", "none")
DEFAULT_SHAKE = "functions"

# Workers behave as the runtime of this day did, until the application says otherwise.
DEFAULT_COMPATIBILITY_DATE = "2026-06-01"
DEFAULT_BODY_LIMIT_BYTES = 1024 * 1024

# Of `limits`: counts, and sizes in bytes, each with its name in the worker's settings.js, where the defaults are.
COUNT_LIMITS = {
    "machines": "maxMachines",
    "request-milliseconds": "maxRequestMs",
    "request-reductions": "maxReductions",
    "request-rounds": "maxRounds",
    "waiting-requests": "maxWaitingRequests",
}
SIZE_LIMITS = {"machine-memory": "memoryCapBytes", "pool-memory": "maxPoolBytes"}
MAX_WORKER_NAME_LENGTH = 63

_FUNCTION = re.compile(r"(?P<module>.+)\.(?P<function>[a-z_][A-Za-z0-9_@]*[?!]?)/(?P<arity>[0-9]{1,3})\Z")
_WORKER_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?\Z")
# As ElixirWorkers.Router.Pattern has them; `*` may have no name here, since nobody asks for it.
_PATH = re.compile(r"(?!\Z)(/(:[^/]+|[^/:*][^/]*))*(/\*[^/]*|/)?\Z")
_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_SIZE = re.compile(r"(?P<number>[0-9]+) *(?P<unit>B|KB|MB|KiB|MiB)\Z")
_SIZE_UNITS = {"B": 1, "KB": 1000, "MB": 1000**2, "KiB": 1024, "MiB": 1024**2}


@dataclass(frozen=True)
class Binding:
    """`env.<name>` of the worker: a kind, and the fields given for it."""

    name: str
    kind: BindingKind
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Keep:
    """A module (`function` is None) or one function that stays although nothing seems to reach it.

    `module` is the module's atom: `Elixir.MyApp.Job`, or `my_module`.
    """

    module: str
    function: str | None = None
    arity: int | None = None


@dataclass(frozen=True)
class VmPaths:
    """Another machine: its wasm, its library (None: that of this package), the table of its natives (None: unknown).

    Paths relative to pyproject.toml. `other_machine.py` reads them.
    """

    wasm: str
    stdlib: str | None = None
    natives: str | None = None


@dataclass(frozen=True)
class Config:
    """`[tool.hatch.build.targets.elixir-workers]`, checked.

    `entry` is a module's atom, None when it is to be found; `name` is the worker's name; `project` is the folder of
    mix.exs, relative to pyproject.toml; `middleware` is None when it is left to the router;
    `body_limit_bytes` counts the bytes of a request's body, `streamed_bodies` by path those of bodies that are not read
    whole; `limits` has those that are given, by their names in settings.js.
    """

    name: str
    entry: str | None = None
    project: str = "."
    middleware: tuple[Middleware, ...] | None = None
    bindings: tuple[Binding, ...] = ()
    events: tuple[Event, ...] = ()
    vars: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    secrets: tuple[str, ...] = ()
    body_limit_bytes: int = DEFAULT_BODY_LIMIT_BYTES
    streamed_bodies: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    limits: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    environment: str = "production"
    compatibility_date: str = DEFAULT_COMPATIBILITY_DATE
    strict: bool = False
    keep: tuple[Keep, ...] = ()
    shake: str = DEFAULT_SHAKE
    minify: bool = True
    vm: VmPaths | None = None


def parse_config(raw: Mapping[str, Any], registry: Registry, *, project_name: str, table: str = TARGET_TABLE) -> Config:
    """Check `raw`, the table called `table` in pyproject.toml; raises `ConfigError` with every problem in it."""
    reader = _Reader(table, registry)
    config = reader.read(raw, project_name)
    if reader.problems:
        raise ConfigError(reader.problems)
    return config


class _Reader(Reader):
    """Walks the table once."""

    def __init__(self, table: str, registry: Registry) -> None:
        super().__init__(table)
        self.registry = registry

    def read(self, raw: Mapping[str, Any], project_name: str) -> Config:
        readers: dict[str, Callable[[str, Any], Any]] = {
            "name": self._worker_name,
            "entry": self.module,
            "project": self._relative_dir,
            "middleware": lambda path, value: read_middleware(self, self.registry, _declared(values), path, value),
            "bindings": self._bindings,
            "events": self._events,
            "vars": self._vars,
            "secrets": self._secrets,
            "body-limit": self._bytes,
            "streamed-bodies": self._streamed_bodies,
            "limits": self._limits,
            "environment": lambda path, value: self.choice(path, value, ENVIRONMENTS),
            "compatibility-date": self._date,
            "strict": self.boolean,
            "keep": self._keep,
            "shake": lambda path, value: self.choice(path, value, SHAKE_LEVELS),
            "minify": self.boolean,
            "vm": self._vm,
        }
        values: dict[str, Any] = {"name": _default_worker_name(project_name)}
        # Options of middleware may name secrets and bindings, so these are read before.
        for key, value in sorted(raw.items(), key=lambda item: item[0] == "middleware"):
            if key in readers:
                attribute = "body_limit_bytes" if key == "body-limit" else key.replace("-", "_")
                values[attribute] = readers[key](self.path(key), value)
            elif key not in HATCHLING_KEYS:
                self.unknown(self.path(key), key, readers)
        self._reject_shared_names(values)
        return Config(**values)

    def _worker_name(self, path: str, value: Any) -> str:
        text = self.string(path, value)
        if text is not None and (not _WORKER_NAME.match(text) or len(text) > MAX_WORKER_NAME_LENGTH):
            self.note(
                path,
                f"must be lower-case letters, digits and hyphens, at most {MAX_WORKER_NAME_LENGTH}, "
                f'not "{text}"; try "{_default_worker_name(text)}"',
            )
        return text or ""

    def module(self, path: str, value: Any) -> str | None:
        """The atom of a module that is given by its name."""
        text = self.string(path, value)
        if text is None:
            return None
        if not MODULE.match(text):
            self.note(path, f'must be the name of a module, such as "MyApp", not "{text}"')
            return None
        return module_atom(text)

    def _relative_dir(self, path: str, value: Any) -> str:
        return self._relative_path(path, value, "a folder", such_as=', such as "worker"')

    def _relative_path(self, path: str, value: Any, what: str, such_as: str = "") -> str:
        text = self.string(path, value)
        if text is not None and (text.startswith("/") or ".." in text.split("/") or "\\" in text):
            self.note(path, f'must be {what} below pyproject.toml{such_as}, not "{text}"')
        return text or "."

    def _vm(self, path: str, value: Any) -> VmPaths | None:
        table = self.table_of(path, value)
        known = [each.name for each in fields(VmPaths)]
        paths: dict[str, str] = {}
        for key, each in table.items():
            if key in known:
                paths[key] = self._relative_path(f"{path}.{key}", each, "a path")
            else:
                self.unknown(f"{path}.{toml_key(key)}", key, known)
        if isinstance(value, Mapping) and "wasm" not in table:
            self.note(path, 'must have "wasm", the file of the machine')
        return VmPaths(**{"wasm": "", **paths})

    def _bindings(self, path: str, value: Any) -> tuple[Binding, ...]:
        bindings = []
        for name, raw in self.table_of(path, value).items():
            self._env_name(f"{path}.{toml_key(name)}", name)
            binding = self._binding(f"{path}.{toml_key(name)}", name, raw)
            if binding is not None:
                bindings.append(binding)
        return tuple(bindings)

    def _env_name(self, path: str, name: str) -> None:
        if not _ENV_NAME.match(name):
            self.note(path, "must be named by letters, digits and underscores, and not begin with a digit")
        elif name.startswith("__"):
            self.note(path, "must not begin with two underscores")

    def _binding(self, path: str, name: str, value: Any) -> Binding | None:
        if not isinstance(value, Mapping):
            self.note(path, f"must be a table, not {toml_type(value)}")
            return None
        kinds = self.registry.bindings
        if "kind" not in value:
            self.note(path, f"must say its kind: {', '.join(kinds)}")
            return None
        kind_name = self.string(f"{path}.kind", value["kind"])
        if kind_name is None:
            return None
        if kind_name not in kinds:
            hint = self.did_you_mean(kind_name, kinds, "known kinds")
            self.note(f"{path}.kind", f'is not a known kind of binding: "{kind_name}"; {hint}')
            return None
        return Binding(name, kinds[kind_name], self.fields(path, kinds[kind_name].fields, value, ("kind",)))

    def _events(self, path: str, value: Any) -> tuple[Event, ...]:
        return read_events(self, self.registry, path, value)

    def fields(
        self, path: str, declared: tuple[Field, ...], raw: Mapping[str, Any], others: tuple[str, ...]
    ) -> Mapping[str, Any]:
        """The declared fields of a table that may have the keys `others`, too; missing ones are noted."""
        known = {each.name: each for each in declared}
        given: dict[str, Any] = {}
        for key, value in raw.items():
            if key in known:
                checked = self._field(f"{path}.{key}", known[key], value)
                if checked is not None:
                    given[key] = checked
            elif key not in others:
                self.unknown(f"{path}.{toml_key(key)}", key, [*known, *others])
        for each in declared:
            if each.required and each.name not in raw:
                self.note(path, f'must have "{each.name}"')
        return frozen(given)

    def _field(self, path: str, declared: Field, value: Any) -> Any:
        if declared.folder:
            return self._relative_dir(path, value)
        if declared.type is str:
            return self._field_text(path, declared, value)
        if declared.type is bool:
            return self.boolean(path, value)
        if declared.type is list:
            return self._field_texts(path, declared, value)
        number = self.integer(path, value)
        if number is not None and declared.minimum is not None and number < declared.minimum:
            self.note(path, f"must be at least {declared.minimum}, not {number}")
        return number

    def _field_text(self, path: str, declared: Field, value: Any) -> str | None:
        text = self.string(path, value)
        if text is not None and declared.description and not declared.accepts(text):
            self.note(path, f'must be {declared.description}, not "{text}"')
        return text

    def _field_texts(self, path: str, declared: Field, value: Any) -> tuple[str | None, ...]:
        items = self.array(path, value)
        if isinstance(value, list) and not items and declared.required:
            self.note(path, "must not be empty")
        return tuple(self._field_text(f"{path}[{index}]", declared, each) for index, each in enumerate(items))

    def _vars(self, path: str, value: Any) -> Mapping[str, Any]:
        table = self.table_of(path, value)
        for name, each in table.items():
            self._env_name(f"{path}.{toml_key(name)}", name)
            self.json(f"{path}.{toml_key(name)}", each)
        return frozen(table)

    def _secrets(self, path: str, value: Any) -> tuple[str, ...]:
        names: list[str] = []
        for index, each in enumerate(self.array(path, value)):
            name = self.string(f"{path}[{index}]", each)
            if name is None:
                continue
            self._env_name(f"{path}[{index}]", name)
            if name in names:
                self.note(f"{path}[{index}]", f'names "{name}" a second time')
            names.append(name)
        return tuple(names)

    def _streamed_bodies(self, path: str, value: Any) -> Mapping[str, int]:
        limits: dict[str, int] = {}
        for route, limit in self.table_of(path, value).items():
            place = f"{path}.{toml_key(route)}"
            if not _PATH.match(route):
                self.note(place, 'must be a path such as "/photos/:name" or "/files/*"')
            limits[route] = self._bytes(place, limit)
        return frozen(limits)

    def _limits(self, path: str, value: Any) -> Mapping[str, int]:
        limits: dict[str, int] = {}
        for key, each in self.table_of(path, value).items():
            if key in SIZE_LIMITS:
                limits[SIZE_LIMITS[key]] = self._bytes(f"{path}.{key}", each)
            elif key in COUNT_LIMITS:
                limits[COUNT_LIMITS[key]] = self._count(f"{path}.{key}", each)
            else:
                self.unknown(f"{path}.{toml_key(key)}", key, [*COUNT_LIMITS, *SIZE_LIMITS])
        return frozen(limits)

    def _count(self, path: str, value: Any) -> int:
        count = self.integer(path, value)
        if count is not None and count < 1:
            self.note(path, f"must be at least 1, not {count}")
        return count or 1

    def _bytes(self, path: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int | str):
            self.note(path, f'must be a number of bytes or a string such as "1 MiB", not {toml_type(value)}')
            return DEFAULT_BODY_LIMIT_BYTES
        if isinstance(value, str):
            return self._size(path, value)
        if value < 1:
            self.note(path, f"must be at least 1, not {value}")
        return value

    def _size(self, path: str, text: str) -> int:
        match = _SIZE.match(text)
        if match is None or int(match["number"]) < 1:
            self.note(path, f'must be a size such as "1 MiB" (units: {", ".join(_SIZE_UNITS)}), not "{text}"')
            return DEFAULT_BODY_LIMIT_BYTES
        return int(match["number"]) * _SIZE_UNITS[match["unit"]]

    def _date(self, path: str, value: Any) -> str:
        if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
            return value.isoformat()
        text = self.string(path, value)
        if text is None:
            return DEFAULT_COMPATIBILITY_DATE
        try:
            return datetime.datetime.strptime(text, "%Y-%m-%d").date().isoformat()
        except ValueError:
            self.note(path, f'must be a date such as "{DEFAULT_COMPATIBILITY_DATE}", not "{text}"')
            return DEFAULT_COMPATIBILITY_DATE

    def _keep(self, path: str, value: Any) -> tuple[Keep, ...]:
        entries = [self._one_keep(f"{path}[{i}]", each) for i, each in enumerate(self.array(path, value))]
        return tuple(entry for entry in entries if entry is not None)

    def _one_keep(self, path: str, value: Any) -> Keep | None:
        text = self.string(path, value)
        if text is None:
            return None
        match = _FUNCTION.match(text)
        module = match["module"] if match else text
        if not MODULE.match(module):
            self.note(path, f'must be a module or a function, such as "MyApp.Job" or "MyApp.Job.run/1", not "{text}"')
            return None
        if match is None:
            return Keep(module_atom(module))
        return Keep(module_atom(module), match["function"], int(match["arity"]))

    def _reject_shared_names(self, fields: Mapping[str, Any]) -> None:
        """Bindings, variables and secrets are members of one object, `env`."""
        places: dict[str, str] = {}
        owners = (
            ("bindings", [binding.name for binding in fields.get("bindings", ())]),
            ("vars", list(fields.get("vars", {}))),
            ("secrets", list(dict.fromkeys(fields.get("secrets", ())))),
        )
        for key, names in owners:
            for name in names:
                if name in places:
                    self.note(self.path(key), f'uses the name "{name}", which {places[name]} uses too')
                places.setdefault(name, self.path(key))


def _declared(fields: Mapping[str, Any]) -> Declared:
    kinds = {binding.name: binding.kind.name for binding in fields.get("bindings", ())}
    return Declared(tuple(fields.get("secrets", ())), kinds)


def _default_worker_name(project_name: str) -> str:
    name = re.sub(r"[^a-z0-9]+", "-", project_name.lower()).strip("-")
    return name[:MAX_WORKER_NAME_LENGTH].strip("-") or "worker"

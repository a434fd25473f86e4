"""`middleware` of the configuration: from names and options in TOML to what the framework reads when it boots.

    "cors", { use = "cors", max-age = 5 }    the name of a `MiddlewareKind`: its options are known and typed
    "MyApp.Auth", { use = "MyApp.Auth", … }  a module of the application: any options

The framework gets `[{Module, Options}]`, Options a keyword list: `max-age` is `max_age:`, strings are binaries, arrays
lists, tables maps with string keys.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hatch_elixir_workers import etf
from hatch_elixir_workers.errors import PluginError
from hatch_elixir_workers.hookspecs import MiddlewareKind, Option
from hatch_elixir_workers.names import MODULE, module_atom, shown_module
from hatch_elixir_workers.plugins import Registry
from hatch_elixir_workers.toml_values import TomlReader, frozen, toml_key, toml_type

_NO_OPTIONS: Mapping[str, Any] = frozen({})


@dataclass(frozen=True)
class Declared:
    """What options may name: the secrets of the configuration, and the kinds of its bindings by their names."""

    secrets: tuple[str, ...] = ()
    bindings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Middleware:
    """One entry, in order. `module` is its atom; `options` are as in TOML, with the defaults that the kind declares.

    `kind` is None for any module.

    `distribution` is that of the plugin that brings it.
    """

    module: str
    options: Mapping[str, Any]
    kind: MiddlewareKind | None = None
    distribution: str = ""

    @property
    def name(self) -> str:
        """As the configuration has it."""
        return shown_module(self.module) if self.kind is None else self.kind.name

    @property
    def term(self) -> etf.Term:
        """`{Module, Options}`."""
        types = {} if self.kind is None else {option.name: option for option in self.kind.options}
        options = [(etf.Atom(_snake(key)), _term(value, types.get(key))) for key, value in self.options.items()]
        return etf.Atom(self.module), list(options)


def read_middleware(
    reader: TomlReader, registry: Registry, declared: Declared, path: str, value: Any
) -> tuple[Middleware, ...]:
    """The entries that are in order; `reader` notes what is wrong with the others.

    Raises `PluginError` when it is a kind's own check that goes wrong.
    """
    entries = _Entries(reader, registry, declared)
    read = [entries.read(f"{path}[{i}]", each) for i, each in enumerate(reader.array(path, value))]
    entries.check_order(path, read)
    return tuple(entry for entry in read if entry is not None)


@dataclass(frozen=True)
class _Entries:
    """Reads one entry after the other."""

    reader: TomlReader
    registry: Registry
    declared: Declared

    def read(self, path: str, value: Any) -> Middleware | None:
        if isinstance(value, str):
            return self._named(path, path, value, _NO_OPTIONS)
        if not isinstance(value, Mapping):
            self.reader.note(path, f"must be a string or a table, not {toml_type(value)}")
            return None
        if "use" not in value:
            self.reader.note(path, 'must name its middleware: { use = "…" }')
            return None
        options = {key: each for key, each in value.items() if key != "use"}
        return self._named(path, f"{path}.use", value["use"], options)

    def check_order(self, path: str, entries: Sequence[Middleware | None]) -> None:
        """Notes each entry without another that its kind wants before it; an entry is None when its name is wrong."""
        kinds = {module_atom(kind.module): kind for kind in self.registry.middleware.values()}
        listed = [None if entry is None else kinds.get(entry.module) for entry in entries]
        for index, kind in enumerate(listed):
            for name in () if kind is None else (*kind.requires, *kind.after):
                self._check_place(path, index, listed, name)

    def _check_place(self, path: str, index: int, listed: Sequence[MiddlewareKind | None], name: str) -> None:
        kind = listed[index]
        places = [place for place, other in enumerate(listed) if other is not None and other.name == name]
        if kind is None or (places and places[0] < index):
            return
        declared = f"as {self.registry.middleware_owners.get(kind.name, kind.name)} declares"
        if places:
            text = f'("{kind.name}") must stand behind "{name}", {declared}: move it behind {path}[{places[0]}]'
        elif name not in kind.requires:
            return
        elif name in self.registry.middleware:
            text = f'("{kind.name}") needs "{name}" before it, {declared}: add that to {path}, further up'
        else:
            text = f'("{kind.name}") needs "{name}" before it, {declared}, which no plugin adds: install one that does'
        self.reader.note(f"{path}[{index}]", text)

    def _named(self, path: str, name_path: str, raw_name: Any, options: Mapping[str, Any]) -> Middleware | None:
        name = self.reader.string(name_path, raw_name)
        if name is None:
            return None
        kinds = self.registry.middleware
        if name in kinds:
            checked = self._options(kinds[name], path, options)
            owner = self.registry.middleware_owners.get(name, "")
            return Middleware(module_atom(kinds[name].module), checked, kinds[name], owner)
        if not (name[:1].isupper() or name.startswith(":")) or not MODULE.match(name):
            hint = self.reader.did_you_mean(name, kinds, "known are")
            self.reader.note(name_path, f'is no known middleware and no name of a module: "{name}"; {hint}')
            return None
        for key, each in options.items():
            self.reader.json(f"{path}.{toml_key(key)}", each)
        return Middleware(module_atom(name), frozen(options))

    def _options(self, kind: MiddlewareKind, path: str, options: Mapping[str, Any]) -> Mapping[str, Any]:
        known = {option.name: option for option in kind.options}
        before = len(self.reader.problems)
        for key, value in options.items():
            if key in known:
                self._option(known[key], f"{path}.{key}", value)
            else:
                self.reader.unknown(f"{path}.{toml_key(key)}", key, [*known, "use"])
        for option in kind.options:
            if option.required and option.name not in options:
                self.reader.note(path, f'("{kind.name}") must have "{option.name}"')
        complete = frozen({**options, **_defaults(kind, options)})
        if len(self.reader.problems) == before:
            self._check(kind, path, complete)
        return complete

    def _check(self, kind: MiddlewareKind, path: str, options: Mapping[str, Any]) -> None:
        """The kind's own check."""
        if kind.check is None:
            return
        owner = self.registry.middleware_owners.get(kind.name, kind.name)
        try:
            problem = kind.check(options)
        except Exception as error:
            text = f"the check of middleware `{kind.name}` failed: {type(error).__name__}: {error}"
            raise PluginError(owner, text) from error
        if not isinstance(problem, str | None):
            raise PluginError(owner, f"the check of middleware `{kind.name}` must return str or None, not {problem!r}")
        if problem is not None:
            self.reader.note(path, f'("{kind.name}") {problem}')

    def _option(self, option: Option, path: str, value: Any) -> None:
        if option.type == "secret":
            self._secret(path, value)
        elif option.type == "secrets":
            for index, each in enumerate(_items(self.reader, option, path, value)):
                self._secret(f"{path}[{index}]", each)
        elif option.type == "binding":
            self._binding(option, path, value)
        else:
            _read_plain(self.reader, option, path, value)

    def _secret(self, path: str, value: Any) -> None:
        name = self.reader.string(path, value)
        if name is not None and name not in self.declared.secrets:
            place = self.reader.path("secrets")
            self.reader.note(path, f'names the secret "{name}", which is not configured: add it to {place}')

    def _binding(self, option: Option, path: str, value: Any) -> None:
        name = self.reader.string(path, value)
        if name is None:
            return
        kind = self.declared.bindings.get(name)
        wanted = " or ".join(f'"{each}"' for each in option.choices)
        if kind is None:
            place = self.reader.path("bindings") + (f", of kind {wanted}" if wanted else "")
            self.reader.note(path, f'names the binding "{name}", which is not configured: add it to {place}')
        elif wanted and kind not in option.choices:
            self.reader.note(path, f'names the binding "{name}", which is of kind "{kind}", not {wanted}')


def _defaults(kind: MiddlewareKind, given: Mapping[str, Any]) -> dict[str, Any]:
    """The declared defaults of options that are not given, as TOML has them."""
    missing = {each.name: each.default for each in kind.options if each.name not in given}
    return {
        name: list(default) if isinstance(default, tuple) else default
        for name, default in missing.items()
        if default is not None
    }


def _read_plain(reader: TomlReader, option: Option, path: str, value: Any) -> None:
    if option.type == "boolean":
        reader.boolean(path, value)
    elif option.type == "integer":
        number = reader.integer(path, value)
        if number is not None and option.minimum is not None and number < option.minimum:
            reader.note(path, f"must be at least {option.minimum}, not {number}")
    elif option.type == "atom":
        reader.choice(path, value, option.choices)
    elif option.type == "strings":
        for index, each in enumerate(_items(reader, option, path, value)):
            _read_text(reader, option, f"{path}[{index}]", each)
    elif option.type == "string-or-false" and value is False:
        return
    else:
        _read_text(reader, option, path, value)


def _items(reader: TomlReader, option: Option, path: str, value: Any) -> list[Any]:
    items = reader.array(path, value)
    if isinstance(value, list) and not items and option.required:
        reader.note(path, "must not be empty")
    return items


def _read_text(reader: TomlReader, option: Option, path: str, value: Any) -> None:
    text = reader.string(path, value)
    if text is None:
        return
    if any(ord(character) < ord(" ") or character == "\x7f" for character in text):
        reader.note(path, "must not hold control characters")
    elif not option.accepts(text):
        reader.note(path, f'must be {option.description}, not "{text}"')


def _snake(key: str) -> str:
    return key.replace("-", "_")


def _term(value: Any, option: Option | None) -> etf.Term:
    if option is not None and option.type == "atom":
        return etf.Atom(str(value))
    if option is not None and option.type == "string-or-false" and value is False:
        return etf.Atom("nil")
    return _plain_term(value)


def _plain_term(value: Any) -> etf.Term:
    """A TOML value that JSON has too."""
    if isinstance(value, bool):
        return etf.Atom("true" if value else "false")
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, Mapping):
        return etf.Map(tuple((key.encode(), _plain_term(each)) for key, each in value.items()))
    if isinstance(value, list):
        return [_plain_term(each) for each in value]
    number: int | float = value
    return number

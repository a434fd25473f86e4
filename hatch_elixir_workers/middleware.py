"""`middleware` of the configuration: from names and options in TOML to what the framework reads when it boots.

    "cors", { use = "cors", max-age = 5 }    a name of `MiddlewareKind`: its options are known and typed
    "MyApp.Auth", { use = "MyApp.Auth", … }  a module of the application: any options

The framework gets `[{Module, Options}]`, Options a keyword list: `max-age` is `max_age:`, strings are binaries, arrays
lists, tables maps with string keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hatch_elixir_workers import etf
from hatch_elixir_workers.hookspecs import MiddlewareKind, Option
from hatch_elixir_workers.names import MODULE, module_atom, shown_module
from hatch_elixir_workers.toml_values import TomlReader, frozen, toml_key, toml_type

_NO_OPTIONS: Mapping[str, Any] = frozen({})


@dataclass(frozen=True)
class Middleware:
    """One entry, in order. `module` is its atom; `options` are as in TOML, and `kind` None for any module."""

    module: str
    options: Mapping[str, Any]
    kind: MiddlewareKind | None = None

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
    reader: TomlReader, kinds: Mapping[str, MiddlewareKind], path: str, value: Any
) -> tuple[Middleware, ...]:
    """The entries that are in order; `reader` notes what is wrong with the others."""
    entries = [_read_entry(reader, kinds, f"{path}[{i}]", each) for i, each in enumerate(reader.array(path, value))]
    return tuple(entry for entry in entries if entry is not None)


def _read_entry(reader: TomlReader, kinds: Mapping[str, MiddlewareKind], path: str, value: Any) -> Middleware | None:
    if isinstance(value, str):
        return _read_named(reader, kinds, path, path, value, _NO_OPTIONS)
    if not isinstance(value, Mapping):
        reader.note(path, f"must be a string or a table, not {toml_type(value)}")
        return None
    if "use" not in value:
        reader.note(path, 'must name its middleware: { use = "…" }')
        return None
    options = {key: each for key, each in value.items() if key != "use"}
    return _read_named(reader, kinds, path, f"{path}.use", value["use"], options)


def _read_named(
    reader: TomlReader,
    kinds: Mapping[str, MiddlewareKind],
    path: str,
    name_path: str,
    raw_name: Any,
    options: Mapping[str, Any],
) -> Middleware | None:
    name = reader.string(name_path, raw_name)
    if name is None:
        return None
    if name in kinds:
        kind = kinds[name]
        return Middleware(module_atom(kind.module), _read_options(reader, kind, path, options), kind)
    if not (name[:1].isupper() or name.startswith(":")) or not MODULE.match(name):
        hint = reader.did_you_mean(name, kinds, "known are")
        reader.note(name_path, f'is no known middleware and no name of a module: "{name}"; {hint}')
        return None
    for key, each in options.items():
        reader.json(f"{path}.{toml_key(key)}", each)
    return Middleware(module_atom(name), frozen(options))


def _read_options(reader: TomlReader, kind: MiddlewareKind, path: str, options: Mapping[str, Any]) -> Mapping[str, Any]:
    known = {option.name: option for option in kind.options}
    before = len(reader.problems)
    for key, value in options.items():
        if key in known:
            _read_option(reader, known[key], f"{path}.{key}", value)
        else:
            reader.unknown(f"{path}.{toml_key(key)}", key, [*known, "use"])
    for option in kind.options:
        if option.required and option.name not in options:
            reader.note(path, f'("{kind.name}") must have "{option.name}"')
    problem = kind.check(options) if kind.check is not None and len(reader.problems) == before else None
    if problem is not None:
        reader.note(path, f'("{kind.name}") {problem}')
    return frozen(options)


def _read_option(reader: TomlReader, option: Option, path: str, value: Any) -> None:
    if option.type == "boolean":
        reader.boolean(path, value)
    elif option.type == "integer":
        number = reader.integer(path, value)
        if number is not None and option.minimum is not None and number < option.minimum:
            reader.note(path, f"must be at least {option.minimum}, not {number}")
    elif option.type == "atom":
        reader.choice(path, value, option.choices)
    elif option.type == "strings":
        _read_strings(reader, option, path, value)
    elif option.type == "string-or-false" and value is False:
        return
    else:
        _read_text(reader, option, path, value)


def _read_strings(reader: TomlReader, option: Option, path: str, value: Any) -> None:
    items = reader.array(path, value)
    if isinstance(value, list) and not items and option.required:
        reader.note(path, "must not be empty")
    for index, each in enumerate(items):
        _read_text(reader, option, f"{path}[{index}]", each)


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

"""The contract between this package and its plugins (pluggy project and entry-point group `elixir_workers`).

A plugin is an object or module with functions marked by `hookimpl`; each returns frozen values that check themselves
when they are made, so a wrong one fails inside the plugin that made it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import pluggy

from hatch_elixir_workers.names import MODULE

PROJECT_NAME = "elixir_workers"

hookspec = pluggy.HookspecMarker(PROJECT_NAME)
hookimpl = pluggy.HookimplMarker(PROJECT_NAME)

_KIND_NAME = re.compile(r"[a-z][a-z0-9-]*\Z")
# The worker's own modules under bindings/, beside which each kind gets one of its name.
_WORKER_MODULES = ("index", "kinds", "values")
_EVENT_NAME = re.compile(r"[a-z][A-Za-z]*\Z")
# A handler that the worker has itself, and its own modules under events/.
_NO_EVENTS = ("fetch", "index", "kinds")
_WRANGLER_KEY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*\Z")
_OPTION_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")

OptionType = Literal[
    "string", "string-or-false", "strings", "atom", "integer", "boolean", "secret", "secrets", "binding"
]
OptionValue = str | int | bool | tuple[str, ...]
FieldType = type[str] | type[int] | type[bool] | type[list]  # type: ignore[type-arg]


@dataclass(frozen=True)
class Field:
    """One option of a binding: its name in pyproject.toml and in wrangler.toml, its type, and if it must be given.

    A `folder` is below pyproject.toml, and the bundle carries its files under the same path. A `list` holds strings.
    `pattern` is a regular expression that a string, or each of a list, matches as a whole; `description` says what such
    a string is: 'an origin such as "https://example.com"'. `minimum` is that of an integer.
    """

    name: str
    type: FieldType = str
    required: bool = False
    folder: bool = False
    pattern: str = ".+"
    description: str = ""
    minimum: int | None = None

    def __post_init__(self) -> None:
        if not _WRANGLER_KEY.match(self.name):
            raise ValueError(f"field name {self.name!r} must be lower-case words joined by underscores")
        if self.type not in (str, int, bool, list):
            raise TypeError(f"type of field {self.name!r} must be str, int, bool or list, not {self.type!r}")
        if self.folder and self.type is not str:
            raise TypeError(f"field {self.name!r} is a folder, so its type must be str")
        if self.pattern != Field.pattern and not self.description:
            raise ValueError(f"field {self.name!r} must describe what its pattern means")

    def accepts(self, text: str) -> bool:
        """Whether a string matches the pattern."""
        return re.fullmatch(self.pattern, text) is not None


@dataclass(frozen=True)
class BindingKind:
    """A kind of binding: what it is called, what can be configured, what a handler may ask of it.

    `wrangler_key` is the array of tables in wrangler.toml that a binding of this kind becomes an entry of. None: the
    runtime needs to know nothing about it, fields are for the module in JavaScript alone, which gets no binding.
    `binding_field` names the field of that entry which holds the binding's own name. `operations` are the names a
    host call may use; `javascript` is the module that answers them, which the bundle gets as `bindings/<name>.js`.
    `elixir` is a folder of `.ex` files that are compiled with the framework, None when there are none to add.
    `simulated` says whether `wrangler dev` and miniflare have it without a network.
    """

    name: str
    wrangler_key: str | None
    fields: tuple[Field, ...]
    operations: tuple[str, ...]
    javascript: Path
    elixir: Path | None = None
    binding_field: str = "binding"
    simulated: bool = True

    def __post_init__(self) -> None:
        if not _KIND_NAME.match(self.name) or self.name in _WORKER_MODULES:
            raise ValueError(
                f"binding kind {self.name!r} must be lower-case letters, digits and hyphens, "
                f"and not one of {', '.join(_WORKER_MODULES)}"
            )
        if self.wrangler_key is not None and not _WRANGLER_KEY.match(self.wrangler_key):
            raise ValueError(f"wrangler_key {self.wrangler_key!r} of binding kind {self.name!r} is not a wrangler key")
        _check_tuple(f"fields of binding kind {self.name!r}", self.fields, Field)
        _check_tuple(f"operations of binding kind {self.name!r}", self.operations, str)
        names = [field.name for field in self.fields]
        if len(set(names)) != len(names):
            raise ValueError(f"binding kind {self.name!r} names a field twice")
        if not self.operations or len(set(self.operations)) != len(self.operations):
            raise ValueError(f"binding kind {self.name!r} must name its operations, each once")
        _check_path(f"javascript of binding kind {self.name!r}", self.javascript)
        if self.elixir is not None:
            _check_path(f"elixir of binding kind {self.name!r}", self.elixir)
        if self.javascript.suffix != ".js":
            raise ValueError(f"javascript of binding kind {self.name!r} must be a .js file, not {self.javascript}")


@dataclass(frozen=True)
class Option:
    """One option of a middleware: its name in pyproject.toml, where hyphens stand for underscores, and its type.

    `string-or-false` is a string, or `false` for Elixir's nil; `atom` is one of `choices`. `secret` is the name of a
    secret of the configuration, `secrets` are several, and `binding` is the name of a binding, of one of the kinds
    `choices` when there are some: the names go into the bundle, and a build fails when they are not configured.
    `pattern` is a regular expression that a string, or each of `strings`, matches as a whole; `description` says what
    such a string is: 'an origin such as "https://example.com"'. `minimum` is that of an integer.

    `default` is what `init/1` gets when the option is not given, a value of the type (a tuple for `strings`); None: it
    gets nothing. Names of secrets and bindings have no default.
    """

    name: str
    type: OptionType
    required: bool = False
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    pattern: str = ".+"
    description: str = ""
    default: OptionValue | None = None

    def __post_init__(self) -> None:
        if not _OPTION_NAME.match(self.name) or self.name == "use":
            raise ValueError(f"option name {self.name!r} must be lower-case words joined by hyphens, and not `use`")
        if self.type not in get_args(OptionType):
            raise TypeError(f"type of option {self.name!r} must be one of {', '.join(get_args(OptionType))}")
        _check_tuple(f"choices of option {self.name!r}", self.choices, str)
        if self.type != "binding" and (self.type == "atom") != bool(self.choices):
            raise ValueError(f"option {self.name!r} must have choices when its type is `atom`, and `binding` may have")
        self._check_pattern()
        if self.default is not None:
            self._check_default(self.default)

    def _check_pattern(self) -> None:
        if self.pattern != Option.pattern and not self.description:
            raise ValueError(f"option {self.name!r} must describe what its pattern means")
        try:
            re.compile(self.pattern)
        except re.error as error:
            raise ValueError(f"pattern of option {self.name!r} is no regular expression: {error}") from None

    def _check_default(self, default: OptionValue) -> None:
        what = f"default of option {self.name!r}"
        if self.required or self.type in ("secret", "secrets", "binding"):
            raise ValueError(
                f"option {self.name!r} cannot have a default: it is required, or a name of the application's"
            )
        if not self._is_of_type(default):
            raise TypeError(f"{what} must be a value of the type `{self.type}`, not {default!r}")
        if isinstance(default, int) and self.minimum is not None and default < self.minimum:
            raise ValueError(f"{what} must be at least {self.minimum}, not {default}")
        if isinstance(default, str) and self.type == "atom" and default not in self.choices:
            raise ValueError(f"{what} must be one of {', '.join(self.choices)}, not {default!r}")
        texts = default if isinstance(default, tuple) else (default,) if isinstance(default, str) else ()
        if wrong := [text for text in texts if not self.accepts(text)]:
            raise ValueError(f"{what} must be {self.description or 'no empty string'}, not {wrong[0]!r}")

    def _is_of_type(self, value: object) -> bool:
        if self.type == "strings":
            return isinstance(value, tuple) and all(isinstance(each, str) for each in value)
        if self.type == "string-or-false" and value is False:
            return True
        return type(value) is {"integer": int, "boolean": bool}.get(self.type, str)

    def accepts(self, text: str) -> bool:
        """Whether a string matches the pattern."""
        return re.fullmatch(self.pattern, text) is not None


@dataclass(frozen=True)
class MiddlewareKind:
    """A middleware that `middleware` can name: its Elixir module, as `MyPackage.Limit`, and its options.

    `check` gets the options, defaults included, when each is in order by itself, and returns what is wrong with them
    together, or None. `requires` are names of middleware that must stand before it in the list, further out; `after` of
    those that must if they are listed at all: a build fails otherwise.

    `elixir` is a folder of `.ex` files that are compiled with the framework when the middleware is configured; None
    when the module is the framework's own, or that of a package that applications depend on.
    """

    name: str
    module: str
    options: tuple[Option, ...] = ()
    check: Callable[[Mapping[str, Any]], str | None] | None = None
    elixir: Path | None = None
    requires: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not _KIND_NAME.match(self.name):
            raise ValueError(f"middleware {self.name!r} must be lower-case letters, digits and hyphens")
        if not MODULE.match(self.module):
            raise ValueError(f"module of middleware {self.name!r} must be as `MyPackage.Limit`, not {self.module!r}")
        _check_tuple(f"options of middleware {self.name!r}", self.options, Option)
        names = [option.name for option in self.options]
        if len(set(names)) != len(names):
            raise ValueError(f"middleware {self.name!r} names an option twice")
        if self.check is not None and not callable(self.check):
            raise TypeError(f"check of middleware {self.name!r} must be a function of its options")
        if self.elixir is not None:
            _check_path(f"elixir of middleware {self.name!r}", self.elixir)
        self._check_order()

    def _check_order(self) -> None:
        for attribute in ("requires", "after"):
            names = getattr(self, attribute)
            _check_tuple(f"{attribute} of middleware {self.name!r}", names, str)
            for name in names:
                if not _KIND_NAME.match(name) or name == self.name:
                    raise ValueError(
                        f"{attribute} of middleware {self.name!r} must name other middleware, not {name!r}"
                    )
        both = [*self.requires, *self.after]
        if len(set(both)) != len(both):
            raise ValueError(f"requires and after of middleware {self.name!r} must name each middleware once")


@dataclass(frozen=True)
class EventKind:
    """A kind of event other than a request; `name` is its handler in the worker's default export, such as `queue`.

    `fields` are what an entry of `events` can have besides `kind` and `handler`. The entry becomes one of the array
    `wrangler_key` of wrangler.toml: a table of the fields, or, with `wrangler_value`, the value of that field alone.
    `source_field` is the field that tells which events of the kind an entry is for.

    `javascript` is the module that turns an event into a term and an answer into calls of the event; the bundle gets it
    as `events/<name>.js`. `module` is the Elixir module, as `MyPackage.Consumer`, whose `handle_event/3` gets the
    handler's module, that term and the context, and returns the answer. A handler has at least one of `callbacks`,
    each a name and an arity.
    """

    name: str
    module: str
    callbacks: tuple[tuple[str, int], ...]
    javascript: Path
    fields: tuple[Field, ...] = ()
    wrangler_key: str | None = None
    wrangler_value: str | None = None
    source_field: str | None = None
    elixir: Path | None = None

    def __post_init__(self) -> None:
        if not _EVENT_NAME.match(self.name) or self.name in _NO_EVENTS:
            raise ValueError(f"event kind {self.name!r} must be letters, and not one of {', '.join(_NO_EVENTS)}")
        if not MODULE.match(self.module):
            raise ValueError(f"module of event kind {self.name!r} must be as `MyPackage.Consumer`, not {self.module!r}")
        if self.wrangler_key is not None and not _WRANGLER_KEY.match(self.wrangler_key):
            raise ValueError(f"wrangler_key {self.wrangler_key!r} of event kind {self.name!r} is not a wrangler key")
        self._check_callbacks()
        self._check_fields()
        _check_path(f"javascript of event kind {self.name!r}", self.javascript)
        if self.elixir is not None:
            _check_path(f"elixir of event kind {self.name!r}", self.elixir)
        if self.javascript.suffix != ".js":
            raise ValueError(f"javascript of event kind {self.name!r} must be a .js file, not {self.javascript}")

    def _check_callbacks(self) -> None:
        _check_tuple(f"callbacks of event kind {self.name!r}", self.callbacks, tuple)
        if not self.callbacks:
            raise ValueError(f"event kind {self.name!r} must name what a handler exports")
        for callback in self.callbacks:
            if list(map(type, callback)) != [str, int]:
                raise TypeError(f"a callback of event kind {self.name!r} must be a name and an arity, not {callback!r}")

    def _check_fields(self) -> None:
        _check_tuple(f"fields of event kind {self.name!r}", self.fields, Field)
        required = {field.name: field.required for field in self.fields}
        if len(required) != len(self.fields) or not {"kind", "handler"}.isdisjoint(required):
            raise ValueError(f"event kind {self.name!r} must name its fields once each, and none `kind` or `handler`")
        for attribute in ("wrangler_value", "source_field"):
            field = getattr(self, attribute)
            if field is not None and not required.get(field):
                raise ValueError(f"{attribute} of event kind {self.name!r} must be one of its required fields")
        if any(field.folder for field in self.fields):
            raise ValueError(f"event kind {self.name!r} cannot have a field that is a folder")


def _check_tuple(what: str, values: object, of: type) -> None:
    if not isinstance(values, tuple) or not all(isinstance(each, of) for each in values):
        raise TypeError(f"{what} must be a tuple of {of.__name__}, not {values!r}")


def _check_path(what: str, path: object) -> None:
    """If it leads somewhere is asked where the plugin's distribution is known."""
    if not isinstance(path, Path) or not path.is_absolute():
        raise ValueError(f"{what} must be an absolute Path, not {path!r}")


@hookspec
def elixir_workers_bindings() -> Sequence[BindingKind]:
    """The binding kinds this plugin adds."""
    raise NotImplementedError


@hookspec
def elixir_workers_middleware() -> Sequence[MiddlewareKind]:
    """The middleware this plugin adds. Where it runs is the configuration's business alone."""
    raise NotImplementedError


@hookspec
def elixir_workers_events() -> Sequence[EventKind]:
    """The kinds of events this plugin adds, beside the requests that every worker handles."""
    raise NotImplementedError

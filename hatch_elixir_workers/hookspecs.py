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

PROJECT_NAME = "elixir_workers"

hookspec = pluggy.HookspecMarker(PROJECT_NAME)
hookimpl = pluggy.HookimplMarker(PROJECT_NAME)

_KIND_NAME = re.compile(r"[a-z][a-z0-9-]*\Z")
# The worker's own modules under bindings/, beside which each kind gets one of its name.
_WORKER_MODULES = ("index", "kinds", "values")
_WRANGLER_KEY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*\Z")

_OPTION_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")

OptionType = Literal["string", "string-or-false", "strings", "atom", "integer", "boolean"]
FieldType = type[str] | type[int] | type[bool]


@dataclass(frozen=True)
class Field:
    """One option of a binding: its name in pyproject.toml and in wrangler.toml, its type, and if it must be given.

    A `folder` is below pyproject.toml, and the bundle carries its files under the same path.
    """

    name: str
    type: FieldType = str
    required: bool = False
    folder: bool = False

    def __post_init__(self) -> None:
        if not _WRANGLER_KEY.match(self.name):
            raise ValueError(f"field name {self.name!r} must be lower-case words joined by underscores")
        if self.type not in (str, int, bool):
            raise TypeError(f"type of field {self.name!r} must be str, int or bool, not {self.type!r}")
        if self.folder and self.type is not str:
            raise TypeError(f"field {self.name!r} is a folder, so its type must be str")


@dataclass(frozen=True)
class BindingKind:
    """A kind of binding: what it is called, what can be configured, what a handler may ask of it.

    `wrangler_key` is the array of tables in wrangler.toml that a binding of this kind becomes an entry of;
    `binding_field` names the field of that entry which holds the binding's own name. `operations` are the names a
    host call may use; `javascript` is the module that answers them, which the bundle gets as `bindings/<name>.js`.
    `elixir` is a folder of `.ex` files that are compiled with the framework, None when there are none to add.
    `simulated` says whether `wrangler dev` and miniflare have it without a network.
    """

    name: str
    wrangler_key: str
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
        if not _WRANGLER_KEY.match(self.wrangler_key):
            raise ValueError(f"wrangler_key {self.wrangler_key!r} of binding kind {self.name!r} is not a wrangler key")
        names = [field.name for field in self.fields]
        if len(set(names)) != len(names):
            raise ValueError(f"binding kind {self.name!r} names a field twice")
        if not self.operations or len(set(self.operations)) != len(self.operations):
            raise ValueError(f"binding kind {self.name!r} must name its operations, each once")
        self._check_sources()

    def _check_sources(self) -> None:
        """That they are paths; if they lead somewhere is asked where the plugin's distribution is known."""
        for attribute in ("javascript", "elixir"):
            path = getattr(self, attribute)
            if path is not None and not (isinstance(path, Path) and path.is_absolute()):
                raise ValueError(f"{attribute} of binding kind {self.name!r} must be an absolute Path, not {path!r}")
        if self.javascript.suffix != ".js":
            raise ValueError(f"javascript of binding kind {self.name!r} must be a .js file, not {self.javascript}")


@dataclass(frozen=True)
class Option:
    """One option of a middleware: its name in pyproject.toml, where hyphens stand for underscores, and its type.

    `string-or-false` is a string, or `false` for Elixir's nil; `atom` is one of `choices`. `pattern` is a regular
    expression that a string, or each of `strings`, matches as a whole; `description` says what such a string is:
    'an origin such as "https://example.com"'. `minimum` is that of an integer.
    """

    name: str
    type: OptionType
    required: bool = False
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    pattern: str = ".+"
    description: str = ""

    def __post_init__(self) -> None:
        if not _OPTION_NAME.match(self.name) or self.name == "use":
            raise ValueError(f"option name {self.name!r} must be lower-case words joined by hyphens, and not `use`")
        if self.type not in get_args(OptionType):
            raise TypeError(f"type of option {self.name!r} must be one of {', '.join(get_args(OptionType))}")
        if (self.type == "atom") != bool(self.choices):
            raise ValueError(f"option {self.name!r} must have choices when, and only when, its type is `atom`")
        if self.pattern != Option.pattern and not self.description:
            raise ValueError(f"option {self.name!r} must describe what its pattern means")

    def accepts(self, text: str) -> bool:
        """Whether a string matches the pattern."""
        return re.fullmatch(self.pattern, text) is not None


@dataclass(frozen=True)
class MiddlewareKind:
    """A middleware that `middleware` can name: its Elixir module, as `MyPackage.Limit`, and its options.

    `check` gets the options when each is in order by itself, and returns what is wrong with them together, or None.
    """

    name: str
    module: str
    options: tuple[Option, ...] = ()
    check: Callable[[Mapping[str, Any]], str | None] | None = None

    def __post_init__(self) -> None:
        if not _KIND_NAME.match(self.name):
            raise ValueError(f"middleware {self.name!r} must be lower-case letters, digits and hyphens")
        names = [option.name for option in self.options]
        if len(set(names)) != len(names):
            raise ValueError(f"middleware {self.name!r} names an option twice")


@hookspec
def elixir_workers_bindings() -> Sequence[BindingKind]:
    """The binding kinds this plugin adds."""
    raise NotImplementedError

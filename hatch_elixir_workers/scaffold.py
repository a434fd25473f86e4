"""New distributions and applications from `priv/templates/`: `{{name}}` stands for a value, in texts and in paths.

A folder is written beside its place and then renamed, so that one that cannot be written leaves nothing behind.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from hatch_elixir_workers import __version__, mix
from hatch_elixir_workers.errors import MissingToolError, UserError
from hatch_elixir_workers.paths import priv_dir
from hatch_elixir_workers.plugins import load_registry

# What each adds, for the description of its distribution.
PLUGIN_KINDS = {
    "binding": "The binding kind {name}",
    "middleware": "The middleware {name}",
    "event": "E-mails as events, {name},",
}
PREFIX = "elixir-workers-"

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")
_APPLICATION = re.compile(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*\Z")
_PLACEHOLDER = re.compile(r"\{\{([a-z]+)\}\}")
# git and others would take these files for their own where the templates are.
_DOT = "dot_"


def new_plugin(name: str, kind: str, into: Path) -> Path:
    """Writes the distribution of a plugin that adds `name`, of one of `PLUGIN_KINDS`; returns its folder.

    An event kind is called as the runtime calls its handler; there `name` is that of the distribution and its module.
    Raises `UserError` for a name that is not well formed or taken, and for a folder that is there.
    """
    name = name.removeprefix(PREFIX)
    if not _NAME.match(name):
        raise UserError(
            f'a plugin cannot be called "{name}"',
            fix="Use lower-case letters, digits and hyphens, beginning with a letter, such as `rate-limit`.",
        )
    snake = name.replace("-", "_")
    _reject_taken(name, snake, kind)
    values = {
        "name": name,
        "snake": snake,
        "module": _camel(name),
        "distribution": PREFIX + name,
        "package": f"elixir_workers_{snake}",
        "what": PLUGIN_KINDS[kind].format(name=name),
        "versions": _compatible(__version__),
    }
    return _write(into, PREFIX + name, ("plugin", f"plugin-{kind}"), values)


def _reject_taken(name: str, snake: str, kind: str) -> None:
    framework = priv_dir() / "elixir" / "lib" / "elixir_workers"
    registry = load_registry()
    taken: Mapping[str, object] = {"binding": registry.bindings, "middleware": registry.middleware}.get(kind, {})
    if name in taken:
        raise UserError(f"there is a {kind} `{name}` already", fix="`elixir-workers plugins` lists what there is.")
    if (framework / f"{snake}.ex").exists() or (framework / snake).exists() or name in ("index", "kinds", "values"):
        raise UserError(f"`{name}` is the name of a part of the framework or the worker", fix="Choose another name.")


def new_application(name: str, into: Path) -> Path:
    """Writes an application; returns its folder. Raises `UserError` as `new_plugin` does."""
    if not _APPLICATION.match(name):
        raise UserError(
            f'an application cannot be called "{name}"',
            fix="Use lower-case letters, digits and underscores, beginning with a letter, such as `my_app`.",
        )
    app, module = name.replace("-", "_"), _camel(name)
    if app in _installed_applications() or module in _installed_modules():
        raise UserError(f"`{name}` is the name of a part of Elixir or Erlang", fix="Choose another name.")
    return _write(into, name, ("application",), {"project": name, "app": app, "module": module})


def _installed_applications() -> set[str]:
    return {"elixir_workers", *(re.sub(r"-[0-9.]+\Z", "", ebin.parent.name) for ebin in _library_folders())}


def _installed_modules() -> set[str]:
    beams = (beam for ebin in _library_folders() for beam in ebin.glob("Elixir.*.beam"))
    return {"ElixirWorkers", *(beam.stem.removeprefix("Elixir.") for beam in beams)}


def _library_folders() -> Iterable[Path]:
    """Those of the installed Elixir and OTP; without them an application can be written all the same."""
    try:
        toolchain = mix.toolchain()
    except MissingToolError:
        return ()
    return (*toolchain.elixir_lib_dirs, *toolchain.erl_lib_dirs)


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in re.split("[-_]", name))


def _compatible(version: str) -> str:
    """What versions before 1.0 are compatible with: `0.1.0` -> `>=0.1,<0.2`."""
    major, minor, *_ = (int(part) for part in version.split(".")[:2])
    return f">={major}.{minor},<{major}.{minor + 1}"


def _write(into: Path, name: str, templates: Iterable[str], values: Mapping[str, str]) -> Path:
    if not into.is_dir():
        raise UserError(f"there is no folder {into}")
    target = into / name
    if target.exists() or target.is_symlink():
        raise UserError(f"{target} exists already", fix="Choose another name, or another folder with `--into`.")
    with tempfile.TemporaryDirectory(dir=into, prefix=f".{name}-") as scratch:
        folder = Path(scratch) / name
        for template in templates:
            _render(priv_dir() / "templates" / template, folder, values)
        folder.rename(target)
    return target


def _render(template: Path, folder: Path, values: Mapping[str, str]) -> None:
    for source in sorted(path for path in template.rglob("*") if path.is_file()):
        relative = source.relative_to(template).as_posix()
        parts = [f".{part.removeprefix(_DOT)}" if part.startswith(_DOT) else part for part in relative.split("/")]
        file = folder / _filled("/".join(parts), values)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_filled(source.read_text("utf-8"), values), encoding="utf-8")


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: values[match[1]], text)

"""Node and the packages that serve a bundle in workerd: miniflare, as `package-lock.json` beside this has it."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from pathlib import Path

from hatch_elixir_workers import cache, mix
from hatch_elixir_workers.errors import MissingToolError

PACKAGES_VARIABLE = "ELIXIR_WORKERS_NODE_PACKAGES"
OLDEST_NODE = 22

_HERE = Path(__file__).resolve().parent
_LISTS = ("package.json", "package-lock.json")
_INSTALL = (
    f"Install Node {OLDEST_NODE} or later with npm: `pip install 'hatch-elixir-workers[testing]'` brings both, "
    "or see https://nodejs.org/."
)


def node() -> Path:
    """The `node` beside this Python, else on PATH. Raises `MissingToolError`, also when it is too old."""
    found = _tool("node")
    version = mix.run([str(found), "--version"]).strip()
    if int(version.removeprefix("v").partition(".")[0]) < OLDEST_NODE:
        raise MissingToolError("node", _INSTALL, problem=f"{found} is Node {version}, which is too old")
    return found


def packages() -> Path:
    """The folder whose `node_modules` has them, filled by `npm ci` when it is not there yet.

    It is kept in the cache folder, by the content of the lock file; `ELIXIR_WORKERS_NODE_PACKAGES` names another.
    Raises `MissingToolError` without Node or npm, `CommandError` when npm cannot install.
    """
    override = os.environ.get(PACKAGES_VARIABLE)
    if override:
        return Path(override).resolve()
    parts = [(_HERE / name).read_bytes() for name in _LISTS]
    key = cache.digest([*parts, platform.system().encode(), platform.machine().encode()])
    return cache.folder("node", key, _install)


def _install(folder: Path) -> None:
    npm = _tool("npm")
    for name in _LISTS:
        shutil.copy(_HERE / name, folder / name)
    command = ["npm", "ci", "--no-audit", "--no-fund"]
    path = os.pathsep.join([str(node().parent), os.environ.get("PATH", os.defpath)])
    mix.run([str(npm), *command[1:]], cwd=folder, environment={"PATH": path}, shown=command)


def _tool(name: str) -> Path:
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if found is None:
        problem = f"`{name}` was not found, neither beside {sys.executable} nor on PATH: workerd runs in Node"
        raise MissingToolError(name, _INSTALL, problem=problem)
    return Path(found)

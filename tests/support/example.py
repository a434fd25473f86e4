"""An application built as its author would build it, and served in workerd.

hatch makes an environment for each build and installs what `[build-system]` names. A wheel of this checkout is offered
beside the index. All that hatch keeps goes into `.cache/hatch/`, one folder for each wheel: hatch would not replace an
installed 0.1.0 by another 0.1.0.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from start_only import with_start_only

from hatch_elixir_workers.errors import UserError
from hatch_elixir_workers.testing.node import PACKAGES_VARIABLE
from hatch_elixir_workers.testing.workerd import Response, Worker, serve

REPOSITORY = Path(__file__).resolve().parents[2]
HELLO = REPOSITORY / "examples" / "hello"
KV_COUNTER = REPOSITORY / "examples" / "kv_counter"
D1_TODO = REPOSITORY / "examples" / "d1_todo"
OUTBOX = REPOSITORY / "examples" / "outbox"
GALLERY = REPOSITORY / "examples" / "gallery"
EXAMPLES = (HELLO, KV_COUNTER, D1_TODO, OUTBOX, GALLERY)
PLUGINS = REPOSITORY / "plugins"
QUEUES = PLUGINS / "queues" / "tests"
SESSIONS = PLUGINS / "sessions" / "tests"
FETCH_CASES = PLUGINS / "fetch" / "tests" / "app"
R2_CASES = PLUGINS / "r2" / "tests" / "app"
BINDINGS_SAMPLE = REPOSITORY / "tests" / "samples" / "bindings"
LOAD = REPOSITORY / "tests" / "samples" / "load"
STREAMS = REPOSITORY / "tests" / "samples" / "streams"
TOKENS = REPOSITORY / "tests" / "samples" / "tokens"
REPLAYED = (HELLO, BINDINGS_SAMPLE, OUTBOX, LOAD)
BIN = Path(sys.executable).parent
NODE = BIN / "node"
_CACHE = REPOSITORY / ".cache"
# What `.ci/setup` has installed, also for those who run our tests' projects.
os.environ.setdefault(PACKAGES_VARIABLE, str(_CACHE / "node"))
_BUILD_LEFTOVERS = shutil.ignore_patterns("_build", "deps", "dist")


class StepError(Exception):
    """A step did not work; the text says which, and shows what it printed."""


def run(
    command: list[str], folder: Path, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs a command to its end. Raises StepError with both of its streams."""
    variables = {**os.environ, **(environment or {})}
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise StepError(f"`{' '.join(command)}` in {folder} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done


@cache
def wheel_folder() -> Path:
    """The folder of wheels of this checkout and of its plugins, named after their content."""
    _CACHE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_CACHE) as scratch:
        for project in (REPOSITORY, *sorted(path.parent for path in PLUGINS.glob("*/pyproject.toml"))):
            run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", scratch], project)
        wheels = sorted(Path(scratch).glob("*.whl"))
        digest = hashlib.sha256(b"".join(hashlib.sha256(wheel.read_bytes()).digest() for wheel in wheels))
        folder = _CACHE / "wheels" / digest.hexdigest()[:16]
        if not folder.exists():
            _only(folder.parent, keep=folder.name)
            folder.mkdir(parents=True)
            for wheel in wheels:
                wheel.rename(folder / wheel.name)
    return folder


def _only(parent: Path, keep: str) -> None:
    """Removes what was made for earlier wheels."""
    for old in parent.iterdir() if parent.is_dir() else ():
        if old.name != keep:
            shutil.rmtree(old, ignore_errors=True)


def hatch_environment() -> dict[str, str]:
    """What lets hatch find this project's wheel, beside whatever the user has configured."""
    wheels = wheel_folder()
    data = _CACHE / "hatch" / wheels.name
    _only(data.parent, keep=data.name)
    return {
        "HATCH_DATA_DIR": str(data),
        "PIP_FIND_LINKS": " ".join(filter(None, [os.environ.get("PIP_FIND_LINKS"), str(wheels)])),
        "UV_FIND_LINKS": ",".join(filter(None, [os.environ.get("UV_FIND_LINKS"), str(wheels)])),
        "NO_COLOR": "1",
    }


def hatch_build(project: Path, environment: Mapping[str, str] | None = None) -> Path:
    """`hatch build -t elixir-workers` in a project; the folder of the bundle. Raises StepError."""
    hatch = [str(BIN / "hatch"), "--no-interactive", "build", "-t", "elixir-workers"]
    with _one_at_a_time():
        run(hatch, project, {**hatch_environment(), **(environment or {})})
    bundles = sorted((project / "dist").glob("*-worker"))
    if len(bundles) != 1:
        raise StepError(f"{project / 'dist'} holds {len(bundles)} bundles after the build, not one")
    return bundles[0]


def hatch_build_replayed(project: Path) -> Path:
    """The same for a copy of the project whose machine has only `_start`: the worker replays."""
    copy = copy_project(project, _CACHE / "replayed" / project.name)
    with_start_only(copy, REPOSITORY / "priv")
    return hatch_build(copy)


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Suites run side by side, and the first build makes the environment that all of them share."""
    _CACHE.mkdir(exist_ok=True)
    with (_CACHE / "hatch.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def copy_project(project: Path, to: Path) -> Path:
    """Copies a project without what earlier builds left in it, replacing what is there."""
    shutil.rmtree(to, ignore_errors=True)
    return Path(shutil.copytree(project, to, ignore=_BUILD_LEFTOVERS))


@dataclass(frozen=True)
class Request:
    """What is sent."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes | None = None


def ask(url: str, request: Request) -> Response:
    """One request over a connection of its own."""
    return Worker(url).ask(request.method, request.path, headers=request.headers, body=request.body)


@contextlib.contextmanager
def served(bundle: Path, log: Path, secrets: Mapping[str, str] | None = None) -> Iterator[str]:
    """Serves a bundle in workerd while the block runs and yields its URL; the worker's console goes to `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    try:
        with serve(bundle, secrets=secrets, console=log) as worker:
            yield worker.url
    except UserError as error:
        raise StepError(str(error)) from error

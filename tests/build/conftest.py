"""The real `hatch build`: this package is built into a wheel, and hatch installs that into its build environment."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLES = REPOSITORY / "tests" / "samples"
BIN = Path(sys.executable).parent
TIMEOUT_S = 300

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def run(command: list[str], cwd: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a build runs in: the wheel is found without an index, and the machine is the one of this checkout.

    The wheel is built without the hook that builds the machine, which `make vm` has done already.
    """
    wheels = tmp_path_factory.mktemp("wheels")
    base = {
        **os.environ,
        "HATCH_DATA_DIR": str(tmp_path_factory.mktemp("hatch-data")),
        "PIP_FIND_LINKS": " ".join(filter(None, [os.environ.get("PIP_FIND_LINKS"), str(wheels)])),
        "UV_FIND_LINKS": ",".join(filter(None, [os.environ.get("UV_FIND_LINKS"), str(wheels)])),
        "NO_COLOR": "1",
    }
    base.setdefault("ELIXIR_WORKERS_PRIV", str(REPOSITORY / "priv"))
    built = run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels)],
        REPOSITORY,
        {**base, "HATCH_BUILD_NO_HOOKS": "true"},
    )
    assert built.returncode == 0, built.stderr
    return base


@pytest.fixture
def sample(tmp_path: Path) -> Callable[..., Path]:
    """Copies a sample project, or that of a whole path, without what builds have left in it, to a folder of its own."""

    def copy(name: str | Path, to: str = "project") -> Path:
        ignore = shutil.ignore_patterns("_build", "dist")
        return Path(shutil.copytree(SAMPLES / name, tmp_path / to, ignore=ignore))

    return copy


@pytest.fixture(scope="session")
def hatch(environment: dict[str, str]) -> Run:
    """Runs `hatch ARGUMENTS…` in a project; keyword arguments are environment variables."""

    def call(project: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return run([str(BIN / "hatch"), "--no-interactive", *arguments], project, {**environment, **variables})

    return call


@pytest.fixture(scope="session")
def hatch_build(hatch: Run) -> Run:
    """Runs `hatch build -t elixir-workers` in a project."""

    def build(project: Path, **variables: str) -> subprocess.CompletedProcess[str]:
        done: subprocess.CompletedProcess[str] = hatch(project, "build", "-t", "elixir-workers", **variables)
        return done

    return build


@pytest.fixture(scope="session")
def python_build(environment: dict[str, str]) -> Run:
    """Runs `python -m build` in a project."""

    def build(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        return run([sys.executable, "-m", "build", *arguments], project, environment)

    return build

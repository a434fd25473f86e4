"""`python -m build`: a source distribution, and a wheel built from it that carries the bundle."""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

Run = Callable[..., Any]
Sample = Callable[..., Path]


def bundle_in(folder: Path) -> dict[str, bytes]:
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if ".dist-info/" not in name]
        return {name: archive.read(name) for name in names}


def test_sdist_and_wheel(sample: Sample, python_build: Run, hatch_build: Run) -> None:
    project = sample("tiny")
    done = python_build(project)
    assert done.returncode == 0, done.stderr
    with tarfile.open(project / "dist" / "tiny-0.1.0.tar.gz") as archive:
        names = archive.getnames()
    assert {"tiny-0.1.0/mix.exs", "tiny-0.1.0/lib/tiny.ex"} <= set(names)
    assert not [name for name in names if "_build" in name or name.endswith((".wasm", ".avm"))]

    from_sdist = bundle_in(project / "dist")
    assert {"tiny_worker/index.js", "tiny_worker/app.avm", "tiny_worker/wrangler.toml"} <= set(from_sdist)

    done = python_build(project, "--wheel", "-o", "direct")
    assert done.returncode == 0, done.stderr
    assert bundle_in(project / "direct") == from_sdist

    assert hatch_build(project).returncode == 0
    assert built_below(project / "dist" / "tiny-0.1.0-worker", "tiny_worker") == from_sdist


def built_below(folder: Path, shown: str) -> dict[str, bytes]:
    """The files of a folder, by the path they have in a wheel."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {f"{shown}/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in files}


def test_the_example(sample: Sample, python_build: Run, hatch_build: Run) -> None:
    project = sample(EXAMPLES / "hello")
    done = python_build(project)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (project / "dist").iterdir()) == [
        "hello-0.1.0-py2.py3-none-any.whl",
        "hello-0.1.0.tar.gz",
    ]
    from_sdist = bundle_in(project / "dist")
    assert "hello_worker/app.avm" in from_sdist
    assert hatch_build(project).returncode == 0
    assert built_below(project / "dist" / "hello-0.1.0-worker", "hello_worker") == from_sdist
    comments = (project / "pyproject.toml").read_text()
    assert "dist/hello-0.1.0-worker/" in comments
    assert "hello_worker/" in comments


def test_a_failing_hook_ends_the_wheel(sample: Sample, python_build: Run) -> None:
    project = sample("tiny")
    (project / "lib" / "tiny.ex").write_text("defmodule Tiny do\n")
    done = python_build(project, "--wheel")
    assert done.returncode != 0
    assert "elixir-workers: `MIX_ENV=prod mix compile`" in done.stdout + done.stderr
    assert list((project / "dist").glob("*.whl")) == []

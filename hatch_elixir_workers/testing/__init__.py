"""A kit for tests of plugins, as a plugin of pytest: `pytest -p hatch_elixir_workers.testing`, or in a `conftest.py`

    pytest_plugins = ["hatch_elixir_workers.testing"]

The fixture `elixir_project` writes an application; it is built with the plugins that are installed, served in workerd
and asked over HTTP:

    def test_a_counter(elixir_project):
        project = elixir_project({"lib/app.ex": APP}, bindings={"HITS": {"kind": "counter"}})
        bundle = project.build()
        assert "ElixirWorkers.Counter" in bundle.modules
        with bundle.served() as worker:
            assert worker.ask("GET", "/").json() == {"hits": 1}

Node, for workerd, comes with `pip install 'hatch-elixir-workers[testing]'`; miniflare comes from npm once and is kept
in the cache folder.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hatch_elixir_workers.testing.projects import Bundle, Project, make_project
from hatch_elixir_workers.testing.workerd import LogLine, Response, StreamedResponse, Worker, serve

__all__ = [
    "Bundle",
    "LogLine",
    "Project",
    "Response",
    "StreamedResponse",
    "Worker",
    "elixir_project",
    "make_project",
    "serve",
]


@pytest.fixture(scope="session")
def elixir_project(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Project]:
    """`elixir_project(files, *, name="app", **table)`: an application in a folder of its own; see `make_project`."""

    def make(files: dict[str, str] | Path, *, name: str = "app", **table: object) -> Project:
        return make_project(tmp_path_factory.mktemp(name) / name, files, name=name, **table)

    return make

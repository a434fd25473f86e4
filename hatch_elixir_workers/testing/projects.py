"""Applications to test a plugin with: written to a folder, built by hatchling in this Python's own environment.

The plugin under test is the one that is installed in that environment, such as by `pip install -e .`.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import tomli_w

from hatch_elixir_workers import mix
from hatch_elixir_workers.avm import Section
from hatch_elixir_workers.condensed_archive import read_archive
from hatch_elixir_workers.environment import mix_environment
from hatch_elixir_workers.names import shown_module
from hatch_elixir_workers.testing.workerd import Worker, serve

_MIX_EXS = """defmodule {module}.MixProject do
  use Mix.Project

  def project, do: [app: :{app}, version: "0.1.0", elixir: "~> 1.14", deps: deps()]
  def application, do: [extra_applications: [:logger]]
  defp deps, do: [{{:elixir_workers, path: System.fetch_env!("ELIXIR_WORKERS_PATH")}}]
end
"""


@dataclass(frozen=True)
class Bundle:
    """What a build wrote: the folder that `wrangler deploy` takes, and what it printed, such as warnings."""

    folder: Path
    output: str

    def read(self, name: str) -> bytes:
        """A file of it: `wrangler.toml`, `bindings/kv.js`."""
        return (self.folder / name).read_bytes()

    @cached_property
    def manifest(self) -> Any:
        """`manifest.json`: versions, modules with their origins, bindings, files."""
        return json.loads(self.read("manifest.json"))

    @cached_property
    def archive(self) -> tuple[Section, ...]:
        """`app.avm`: modules and plain files, each with its data."""
        return tuple(read_archive(self.read("app.avm")))

    @cached_property
    def modules(self) -> tuple[str, ...]:
        """The modules of the archive by name, `ElixirWorkers.KV` or `lists`."""
        sections = [section.name for section in self.archive if section.name.endswith(".beam")]
        return tuple(shown_module(name.removesuffix(".beam")) for name in sections)

    @contextlib.contextmanager
    def served(
        self,
        *,
        secrets: Mapping[str, str] | None = None,
        miniflare: Mapping[str, Any] | None = None,
        console: Path | None = None,
    ) -> Iterator[Worker]:
        """Serves it in workerd while the block runs; see `serve`."""
        with serve(self.folder, secrets=secrets, miniflare=miniflare, console=console) as worker:
            yield worker


@dataclass(frozen=True)
class Project:
    """An application's folder, with pyproject.toml and mix.exs."""

    folder: Path

    def write(self, name: str, text: str) -> None:
        """Writes a file, in place of what is there."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def build(self) -> Bundle:
        """Builds the target `elixir-workers`. Raises `CommandError`, whose text has all that was printed."""
        command = ["hatchling", "build", "-t", "elixir-workers"]
        output = mix.run([sys.executable, "-m", *command], cwd=self.folder, keep_stderr=True, shown=command)
        (bundle,) = (self.folder / "dist").glob("*-worker")
        return Bundle(bundle, output)

    def mix_test(self) -> str:
        """Runs `mix test`, with the plugins that are configured; what it printed. Raises `CommandError`."""
        environment = {**mix_environment(self.folder), "MIX_ENV": "test"}
        return mix.run([mix.tool("mix"), "test"], cwd=self.folder, environment=environment, keep_stderr=True)


def make_project(folder: Path, files: Mapping[str, str] | Path, *, name: str = "app", **table: Any) -> Project:
    """Writes an application into `folder`.

    `files` are texts by path, or a folder. mix.exs and pyproject.toml are made unless they are among them: `name` is
    the project's, `table` is `[tool.hatch.build.targets.elixir-workers]`, `body_limit` for `body-limit`.
    """
    project = Project(folder)
    module = "".join(part.capitalize() for part in name.split("_"))
    configured = {key.replace("_", "-"): value for key, value in table.items()}
    pyproject = {
        "build-system": {"requires": ["hatchling", "hatch-elixir-workers"], "build-backend": "hatchling.build"},
        "project": {"name": name, "version": "0.1.0"},
        "tool": {"hatch": {"build": {"targets": {"elixir-workers": configured}}}},
    }
    project.write("mix.exs", _MIX_EXS.format(module=module, app=name))
    project.write("pyproject.toml", tomli_w.dumps(pyproject))
    if isinstance(files, Path):
        shutil.copytree(files, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("_build", "deps", "dist"))
    else:
        for path, text in files.items():
            project.write(path, text)
    return project

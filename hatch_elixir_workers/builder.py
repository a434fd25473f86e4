"""The target: `hatch build -t elixir-workers`.

Imported whenever anyone looks up a plugin of hatchling, so the pipeline is imported when it is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.plugin.interface import BuilderInterface
from hatchling.plugin.manager import PluginManager


class ElixirWorkersBuilder(BuilderInterface[BuilderConfig, PluginManager]):
    """Builds `dist/<project_id>-worker/` and `dist/<project_id>-worker.zip`."""

    PLUGIN_NAME = "elixir-workers"

    def get_version_api(self) -> dict[str, Callable[..., str]]:
        """One way to build."""
        return {"standard": self.build_standard}

    def get_default_versions(self) -> list[str]:
        """That one."""
        return ["standard"]

    def clean(self, directory: str, _versions: list[str]) -> None:
        """Removes the folder and the zip of this version."""
        from hatch_elixir_workers import bundle

        bundle.remove_bundle(self._folder(directory), self._archive(directory))

    def build_standard(self, directory: str, **_build_data: Any) -> str:
        """Builds both and returns the folder; aborts with one message when that is not possible."""
        from hatch_elixir_workers import bundle, pipeline

        order = pipeline.Order(
            root=Path(self.root),
            project_name=self.metadata.core.name,
            project_version=self.metadata.version,
            raw=self.target_config,
        )
        folder, archive = self._folder(directory), self._archive(directory)
        try:
            with pipeline.built(order, inform=self.app.display_info, warn=self.app.display_warning) as files:
                bundle.write_bundle(folder, files)
                bundle.write_zip(archive, files, folder=folder.name)
        except pipeline.FAILURES as failure:
            self.app.abort(pipeline.failure_text(failure), pipeline.exit_code(failure))
        return str(folder)

    def _folder(self, directory: str) -> Path:
        return Path(directory, f"{self.project_id}-worker")

    def _archive(self, directory: str) -> Path:
        return Path(directory, f"{self.project_id}-worker.zip")

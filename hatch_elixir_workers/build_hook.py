"""The hook: puts the bundle into another target, a wheel, as `<project_name>_worker/`.

Imported whenever anyone looks up a plugin of hatchling, so the pipeline is imported when it is needed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_PLUGIN_NAME = "elixir-workers"
# A source distribution carries what the bundle is built from; the target of the same name builds it itself.
_TARGETS_WITHOUT_BUNDLE = ("sdist", _PLUGIN_NAME)


class ElixirWorkersBuildHook(BuildHookInterface[BuilderConfig]):
    """Configured by the target's table, `[tool.hatch.build.targets.elixir-workers]`; keys of its own win."""

    PLUGIN_NAME = _PLUGIN_NAME

    def initialize(self, _version: str, build_data: dict[str, Any]) -> None:
        """Builds the bundle and adds it to the target."""
        if self.target_name in _TARGETS_WITHOUT_BUNDLE:
            return
        from hatch_elixir_workers import bundle, pipeline

        name = self.metadata.core.name
        order = pipeline.Order(
            root=Path(self.root),
            project_name=name,
            project_version=self.metadata.version,
            raw={**self.metadata.hatch.build_targets.get(_PLUGIN_NAME, {}), **self.config},
        )
        # Below _build, which nobody ships, and replaced by every build: nothing is left to tidy up when one fails.
        folder = Path(self.root, "_build", "elixir-workers", "bundle")
        try:
            with pipeline.built(order, inform=self.app.display_info, warn=self.app.display_warning) as files:
                bundle.write_bundle(folder, files)
        except pipeline.FAILURES as failure:
            self.app.abort(pipeline.failure_text(failure), pipeline.exit_code(failure))
        build_data["force_include"][str(folder)] = f"{name.replace('-', '_')}_worker"

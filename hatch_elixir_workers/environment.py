"""What a build sets for `mix`, for those who run `mix` or an editor without one."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from hatch_elixir_workers.config import TARGET_TABLE, parse_config
from hatch_elixir_workers.errors import ConfigError, UserError
from hatch_elixir_workers.paths import priv_dir
from hatch_elixir_workers.plugin_code import plugin_sources
from hatch_elixir_workers.plugins import load_registry

tomllib = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")


def mix_environment(folder: Path) -> dict[str, str]:
    """The variables for the application whose pyproject.toml is in `folder`.

    Raises `UserError` without that file, `ConfigError` when it is not in order, `PluginError`.
    """
    pyproject = _read(folder / "pyproject.toml")
    raw: Any = pyproject
    for key in TARGET_TABLE.split("."):
        raw = raw.get(key, {})
    config = parse_config(raw, load_registry(), project_name=pyproject.get("project", {}).get("name", "app"))
    return {
        "ELIXIR_WORKERS_PATH": str(priv_dir() / "elixir"),
        "ELIXIR_WORKERS_PLUGINS": os.pathsep.join(map(str, plugin_sources(config))),
    }


def _read(path: Path) -> dict[str, Any]:
    try:
        table: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise UserError(
            f"no pyproject.toml in {path.parent}", fix="Name the folder of an application that has one."
        ) from None
    except ValueError as error:
        raise ConfigError([f"{path}: {error}"]) from None
    return table

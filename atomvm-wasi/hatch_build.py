"""Hatch build hook of this distribution: the wheel carries `priv/` with a virtual machine built from its sources.

Nothing here runs in applications that use hatch-elixir-workers; their hook is `hatch_elixir_workers.build_hook`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_PRODUCTS = ("atomvm.wasm", "atomvm-linkable.wasm", "natives.json")
_SOURCE_SUFFIXES = {".c", ".h", ".def", ".zig", ".py", ".tsv"}
_NOT_SHIPPED = {"_build", "deps", "node_modules", "__pycache__", ".elixir_ls", "cover", "doc"}
_PACKAGE_PRIV = "hatch_elixir_workers/priv"


class CustomBuildHook(BuildHookInterface[Any]):
    """Runs `atomvm-wasi/build.py` unless its sources are unchanged, and adds every file of `priv/` to a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Also for the editable version, which uses `priv/` of the checkout and needs the machine there."""
        root = Path(self.root)
        ensure_vm(root)
        if version != "editable":
            build_data["force_include"].update(priv_files(root))
            build_data["artifacts"] += [f"priv/{product}" for product in _PRODUCTS]


def ensure_vm(root: Path) -> None:
    """Builds the machine into `priv/` when a part of it is missing or older sources made it."""
    priv = root / "priv"
    stamp = priv / ".atomvm.stamp"
    digest = sources_digest(root / "atomvm-wasi")
    current = stamp.read_text() if stamp.is_file() else ""
    if current == digest and all((priv / product).is_file() for product in _PRODUCTS):
        return
    stamp.unlink(missing_ok=True)
    _build_script(root).build_wasm(priv)
    missing = [product for product in _PRODUCTS if not (priv / product).is_file()]
    if missing:
        raise RuntimeError(f"atomvm-wasi/build.py did not write {', '.join(missing)}")
    stamp.write_text(digest)


def sources_digest(folder: Path) -> str:
    """SHA-256 over the names and contents of everything the machine is built from."""
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.suffix in _SOURCE_SUFFIXES and not _NOT_SHIPPED.intersection(file.parts):
            name = file.relative_to(folder).as_posix()
            digest.update(f"{name}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def priv_files(root: Path) -> dict[str, str]:
    """Source path -> path in the wheel, for every file of `priv/` that is not build output of somebody's tools."""
    return {str(file): f"{_PACKAGE_PRIV}/{relative.as_posix()}" for file, relative in _shipped(root / "priv")}


def _shipped(priv: Path) -> Iterator[tuple[Path, Path]]:
    for file in sorted(priv.rglob("*")):
        relative = file.relative_to(priv)
        if file.is_file() and not _NOT_SHIPPED.intersection(relative.parts) and relative.parts[0] != ".atomvm.stamp":
            yield file, relative


def _build_script(root: Path) -> Any:
    path = root / "atomvm-wasi" / "build.py"
    spec = importlib.util.spec_from_file_location("atomvm_wasi_build", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise FileNotFoundError(f"{path} is missing: the virtual machine cannot be built")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module

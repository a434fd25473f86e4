"""The worker's folder and its zip.

    index.js, vm.js, …  from priv/worker      atomvm.wasm    the machine
    config.js           what the worker reads  app.avm        the application
    wrangler.toml       what wrangler reads    manifest.json  what is in here

The same files always give the same bytes. A folder is built beside its place and then renamed into it, so that a build
that fails, whenever it does, leaves the previous one as it was.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tempfile
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hatch_elixir_workers import __version__, builtin, cache
from hatch_elixir_workers.config import Binding, Config
from hatch_elixir_workers.errors import UserError
from hatch_elixir_workers.javascript import stripped_once
from hatch_elixir_workers.paths import write_atomically
from hatch_elixir_workers.wrangler import wrangler_toml

MANIFEST_FORMAT = 1
# The date hatchling gives files when SOURCE_DATE_EPOCH is not set: 2020-02-02.
DEFAULT_SOURCE_DATE_EPOCH = 1580601600
# A zip entry's year is 7 bits from 1980 on (PKWARE APPNOTE, 4.4.6); the last second counts in twos.
ZIP_EPOCH_RANGE = (315532800, 4354819198)
_FILE_MODE = 0o644
_FOLDER_MODE = 0o755
_UNIX = 3
# Level 9 takes three times as long for 1 % less.
_ZIP_LEVEL = 6

# The worker's modules that only a machine with the exports of host-abi 2 needs; those for replay begin with "replay".
_OF_REACTORS = ("pool.js", "run.js", "vm.js")
# `machines.js` as it is in priv/worker names the pool of reactors.
_REPLAYING_MACHINES = b'export { Machines } from "./replay.js";\n'


@dataclass(frozen=True)
class PackedModule:
    """A line of the manifest: a module of the archive, where it came from, its size there."""

    name: str
    origin: str
    bytes: int


@dataclass(frozen=True)
class PackedFile:
    """A line of the manifest: a plain file of the archive and its size."""

    name: str
    bytes: int


@dataclass(frozen=True)
class Vm:
    """Whether the machine is that of this package, and whether the worker runs it as a reactor or replays."""

    is_own: bool = True
    is_reactor: bool = True


@dataclass(frozen=True)
class Contents:
    """All a bundle is made of; `versions` says which tools took part."""

    config: Config
    project_name: str
    project_version: str
    entry: str
    archive: bytes
    machine: bytes
    modules: tuple[PackedModule, ...]
    plain_files: tuple[PackedFile, ...]
    versions: Mapping[str, str]
    carried: Mapping[str, bytes] = field(default_factory=dict)
    """Folders that bindings name, such as migrations, by path."""
    vm: Vm = field(default_factory=Vm)


def bundle_files(contents: Contents, worker: Path) -> dict[str, bytes]:
    """Every file by its path within the bundle; `worker` is priv/worker."""
    files = {path.relative_to(worker).as_posix(): path.read_bytes() for path in _worker_modules(worker, contents.vm)}
    if not contents.vm.is_reactor:
        files["machines.js"] = _REPLAYING_MACHINES
    files |= binding_modules(contents.config) | event_modules(contents.config)
    files["app.avm"] = contents.archive
    files["atomvm.wasm"] = contents.machine
    files["config.js"] = config_js(contents.config)
    if contents.config.minify:
        files |= {path: stripped_once(data) for path, data in files.items() if path.endswith(".js")}
    files["wrangler.toml"] = wrangler_toml(contents.config)
    _add_carried(files, contents.carried)
    files["manifest.json"] = _manifest(contents, files)
    return dict(sorted(files.items()))


def _add_carried(files: dict[str, bytes], carried: Mapping[str, bytes]) -> None:
    for path, data in carried.items():
        if path in files or path == "manifest.json":
            raise UserError(f"a binding's folder holds {path}, which the worker itself has; choose another folder")
        files[path] = data


def _worker_modules(worker: Path, vm: Vm) -> list[Path]:
    """Those of every bundle: modules of kinds come from their plugins, the built-in ones too.

    Those of the other way to run a machine stay out.
    """
    left_out = {worker / "bindings" / kind.javascript.name for kind in builtin.bindings()}
    left_out |= {worker / "events" / kind.javascript.name for kind in builtin.events()}
    left_out |= set(worker.glob("replay*.js")) if vm.is_reactor else {worker / name for name in _OF_REACTORS}
    return [path for path in sorted(worker.rglob("*.js")) if path not in left_out]


def binding_modules(config: Config) -> dict[str, bytes]:
    """`bindings/<kind>.js` of each kind that is used, and `bindings/kinds.js`, the table of them."""
    kinds = {binding.kind.name: binding.kind.javascript for binding in config.bindings}
    return _kind_modules("bindings", kinds)


def event_modules(config: Config) -> dict[str, bytes]:
    """`events/<kind>.js` of each kind that is used, and `events/kinds.js`, the table of them."""
    return _kind_modules("events", {event.kind.name: event.kind.javascript for event in config.events})


def _kind_modules(folder: str, kinds: Mapping[str, Path]) -> dict[str, bytes]:
    files = {f"{folder}/{name}.js": kinds[name].read_bytes() for name in sorted(kinds)}
    imports = [f'import kind{i} from "./{name}.js";\n' for i, name in enumerate(sorted(kinds))]
    entries = [f'  "{name}": kind{i},\n' for i, name in enumerate(sorted(kinds))]
    files[f"{folder}/kinds.js"] = "".join([*imports, "export default Object.freeze({\n", *entries, "});\n"]).encode()
    return files


def config_js(config: Config) -> bytes:
    """The module that the worker imports as its settings; values of variables stay in wrangler.toml."""
    settings = {
        "environment": config.environment,
        "bodyLimitBytes": config.body_limit_bytes,
        "streamedBodies": dict(config.streamed_bodies),
        **config.limits,
        "vars": list(config.vars),
        "secrets": list(config.secrets),
        "bindings": {binding.name: _binding(binding) for binding in config.bindings},
    }
    return f"export default {json.dumps(settings, indent=2)};\n".encode()


def _binding(binding: Binding) -> dict[str, Any]:
    ambient = {"ambient": True} if binding.kind.wrangler_key is None else {}
    return {"kind": binding.kind.name, **ambient, **binding.fields}


def _manifest(contents: Contents, files: Mapping[str, bytes]) -> bytes:
    manifest = {
        "format": MANIFEST_FORMAT,
        "project": {"name": contents.project_name, "version": contents.project_version},
        "entry": contents.entry,
        "environment": contents.config.environment,
        "vm": {
            "source": "hatch-elixir-workers" if contents.vm.is_own else "configuration",
            "way": "reactor" if contents.vm.is_reactor else "replay",
        },
        "versions": {"hatch-elixir-workers": __version__, **contents.versions},
        "modules": [vars(module) for module in contents.modules],
        "bindings": [
            {"name": binding.name, "kind": binding.kind.name, "simulated": binding.kind.simulated}
            for binding in contents.config.bindings
        ],
        "events": [
            {"kind": event.kind.name, "source": event.source, "handler": event.handler}
            for event in contents.config.events
        ],
        "plain_files": [vars(file) for file in contents.plain_files],
        "files": [
            {"path": path, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for path, data in sorted(files.items())
        ],
    }
    return (json.dumps(manifest, separators=(",", ":")) + "\n").encode()


def write_bundle(target: Path, files: Mapping[str, bytes]) -> None:
    """Writes the folder `target`, replacing what was there in one step; leaves it when it has just these files."""
    if _holds(target, files):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as temporary:
        new, old = Path(temporary) / "new", Path(temporary) / "old"
        _write_tree(new, files)
        try:
            if target.exists():
                target.rename(old)
            new.rename(target)
        except BaseException:
            if old.exists() and not target.exists():
                old.rename(target)
            raise


def _holds(folder: Path, files: Mapping[str, bytes]) -> bool:
    there = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if not path.is_dir()}
    return there.keys() == files.keys() and all(_is(path, files[name]) for name, path in there.items())


def _is(path: Path, data: bytes) -> bool:
    is_plain = path.is_file() and not path.is_symlink() and path.stat().st_mode & 0o777 == _FILE_MODE
    return is_plain and path.read_bytes() == data


def _write_tree(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir(mode=_FOLDER_MODE)
    for path, data in files.items():
        file = folder / path
        file.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        file.write_bytes(data)
        file.chmod(_FILE_MODE)


def write_zip(target: Path, files: Mapping[str, bytes], *, folder: str) -> None:
    """Writes the zip `target`, with all files in one folder; compressed once for the same files."""
    entries = {f"{folder}/{path}": data for path, data in sorted(files.items())}
    parts = [part for path, data in entries.items() for part in (path.encode(), data)]
    key = cache.digest([b"zip", str(_source_date_epoch()).encode(), str(_ZIP_LEVEL).encode(), *parts])
    archive = cache.load("zip", key)
    if archive is None:
        archive = zip_bytes(entries)
        cache.store("zip", key, archive)
    write_atomically(target, archive)


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    """A zip whose bytes depend on the files and SOURCE_DATE_EPOCH alone: sorted, fixed modes, always made by Unix."""
    date = time.gmtime(_source_date_epoch())[:6]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, data in sorted(files.items()):
            entry = zipfile.ZipInfo(path, date)
            entry.create_system = _UNIX
            entry.external_attr = (0o100000 | _FILE_MODE) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data, compresslevel=_ZIP_LEVEL)
    return buffer.getvalue()


def _source_date_epoch() -> int:
    value = os.environ.get("SOURCE_DATE_EPOCH", str(DEFAULT_SOURCE_DATE_EPOCH))
    try:
        epoch = int(value)
    except ValueError:
        raise UserError(
            f"SOURCE_DATE_EPOCH is {value!r}, which is no number of seconds", fix="Unset it, or set it to an integer."
        ) from None
    return min(max(epoch, ZIP_EPOCH_RANGE[0]), ZIP_EPOCH_RANGE[1])


def remove_bundle(target: Path, archive: Path) -> None:
    """Removes what an earlier build wrote."""
    if target.is_dir():
        shutil.rmtree(target)
    archive.unlink(missing_ok=True)

"""`vm = { wasm = "…", stdlib = "…", natives = "…" }`: another WASI build of a machine of AtomVM's family.

    wasm      runs as a worker does when it has the exports of host-abi 2, and by replay when it has only `_start`
    stdlib    its own library, an archive or a folder of .beam files; all of it is packed, as nobody can say what of it
              the machine calls
    natives   what it does itself, a table like priv/natives.json; without it, only modules can be checked

Every problem names the key of pyproject.toml.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hatch_elixir_workers import cache
from hatch_elixir_workers.avm import CODE, Section
from hatch_elixir_workers.beam import MFA, parse_beam
from hatch_elixir_workers.condensed_archive import read_archive
from hatch_elixir_workers.config import TARGET_TABLE, VmPaths
from hatch_elixir_workers.errors import AvmError, BeamError, ConfigError
from hatch_elixir_workers.machine import Machine, functions_of
from hatch_elixir_workers.wasm import FUNCTION, KINDS, MEMORY, Interface, WasmError, read_interface

WASI = "wasi_snapshot_preview1"
# WASI snapshot_preview1, which the worker has all of.
_WASI_FUNCTION_NAMES = """
    args_get args_sizes_get clock_res_get clock_time_get environ_get environ_sizes_get fd_advise fd_allocate fd_close
    fd_datasync fd_fdstat_get fd_fdstat_set_flags fd_fdstat_set_rights fd_filestat_get fd_filestat_set_size
    fd_filestat_set_times fd_pread fd_prestat_dir_name fd_prestat_get fd_pwrite fd_read fd_readdir fd_renumber fd_seek
    fd_sync fd_tell fd_write path_create_directory path_filestat_get path_filestat_set_times path_link path_open
    path_readlink path_remove_directory path_rename path_symlink path_unlink_file poll_oneoff proc_exit proc_raise
    random_get sched_yield sock_accept sock_recv sock_send sock_shutdown
"""
WASI_FUNCTIONS = frozenset(_WASI_FUNCTION_NAMES.split())
# What priv/worker/vm.js calls.
_REACTOR_EXPORT_NAMES = """
    vm_alloc vm_boot vm_run vm_outbox vm_request vm_reply vm_error_ptr vm_error_len vm_exit_code vm_freeze vm_image_ptr
    vm_image_len vm_reset vm_wall_clock_read
"""
REACTOR_EXPORTS = frozenset(_REACTOR_EXPORT_NAMES.split())
_MAX_ARITY = 255
_SHOWN_CHARACTERS = 60
_SHOWN_IMPORTS = 5


@dataclass(frozen=True)
class Library:
    """The modules of a machine's own library, as .beam files in `folder`, and its plain files by name."""

    folder: Path
    files: Mapping[str, bytes] = field(default_factory=dict)


def other_machine(paths: VmPaths, root: Path) -> Machine:
    """The machine that `vm` names, below pyproject.toml's folder `root`. Raises `ConfigError`."""
    wasm = _file(root, "wasm", paths.wasm)
    interface = _interface(wasm)
    natives, declining = (
        (None, frozenset[MFA]()) if paths.natives is None else _natives(_file(root, "natives", paths.natives))
    )
    return Machine(
        version=None,
        wasm=wasm,
        natives=natives or frozenset(),
        declining=declining,
        natives_known=natives is not None,
        is_reactor=interface.functions >= REACTOR_EXPORTS,
        is_own=False,
    )


def read_library(paths: VmPaths, root: Path) -> Library | None:
    """The library that `vm.stdlib` names; None when there is none. Raises `ConfigError`."""
    if paths.stdlib is None:
        return None
    path = root / paths.stdlib
    if path.is_dir():
        return _library_of_folder(path)
    return _library_of_archive(_file(root, "stdlib", paths.stdlib))


def _library_of_folder(path: Path) -> Library:
    modules = {file.name.removesuffix(".beam"): file.read_bytes() for file in sorted(path.rglob("*.beam"))}
    if not modules:
        raise _problem("stdlib", f'names "{path.name}", and there are no .beam files in {path}')
    return Library(_unpacked(modules))


def _library_of_archive(path: Path) -> Library:
    try:
        sections = read_archive(path.read_bytes(), path)
    except AvmError as error:
        raise _problem("stdlib", f"names no archive: {error}") from None
    modules = {_module_name(each): each.data for each in sections if each.flags & CODE}
    if not modules:
        raise _problem("stdlib", f"names an archive without a module: {path}")
    return Library(_unpacked(modules), {each.name: each.data for each in sections if each.is_file})


def _module_name(section: Section) -> str:
    return section.name.removesuffix(".beam")


def _unpacked(modules: Mapping[str, bytes]) -> Path:
    for name, data in modules.items():
        _check_module(name, data)
    key = cache.digest(part for name, data in sorted(modules.items()) for part in (name.encode(), data))

    def fill(folder: Path) -> None:
        for name, data in modules.items():
            (folder / f"{name}.beam").write_bytes(data)

    return cache.folder("vm-stdlib", key, fill)


def _check_module(name: str, data: bytes) -> None:
    try:
        found = parse_beam(data, f"{name}.beam").name
    except BeamError as error:
        raise _problem("stdlib", f"holds a module that cannot be read: {error}") from None
    if found != name or "/" in name:
        raise _problem("stdlib", f'holds module "{found}" under the name "{name}"')


def _interface(wasm: Path) -> Interface:
    try:
        interface = read_interface(wasm.read_bytes())
    except WasmError as error:
        raise _problem("wasm", f"names {wasm}, which cannot be used: {error}") from None
    problems = [*_import_problems(interface), *_export_problems(interface)]
    if problems:
        raise ConfigError([f"{_key('wasm')} names {wasm}, which {problem}" for problem in problems])
    return interface


def _import_problems(interface: Interface) -> list[str]:
    foreign = [
        f"{each.module}.{each.name} ({KINDS[each.kind]})"
        for each in interface.imports
        if each.module != WASI or each.kind != FUNCTION or each.name not in WASI_FUNCTIONS
    ]
    if not foreign:
        return []
    names = ", ".join(foreign[:_SHOWN_IMPORTS])
    more = f" and {len(foreign) - _SHOWN_IMPORTS} more" if len(foreign) > _SHOWN_IMPORTS else ""
    return [f"imports {names}{more}; a worker has the functions of {WASI} and nothing else{_hint(interface)}"]


def _hint(interface: Interface) -> str:
    if not any(each.name.startswith("emscripten_") for each in interface.imports):
        return ""
    return ": this is a build for browsers, by Emscripten; take one for WASI"


def _export_problems(interface: Interface) -> list[str]:
    problems = []
    if interface.exports.get("memory") != MEMORY:
        problems.append('does not export its memory as "memory"')
    if "_start" not in interface.functions and not interface.functions >= REACTOR_EXPORTS:
        problems.append("exports neither `_start` nor what a worker calls (docs/reference/host-abi.md)")
    return problems


def _natives(path: Path) -> tuple[frozenset[MFA], frozenset[MFA]]:
    try:
        table = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise _no_table(path, f"it is no JSON ({_one_line(error)})") from None
    if not isinstance(table, dict) or "natives" not in table:
        raise _no_table(path, 'it is no object with "natives"')
    return _functions(path, table, "natives"), _functions(path, table, "declining")


def _functions(path: Path, table: Mapping[str, object], key: str) -> frozenset[MFA]:
    rows = table.get(key, [])
    if not isinstance(rows, list):
        raise _no_table(path, f'"{key}" is no array')
    for row in rows:
        if not _is_function(row):
            raise _no_table(path, f'"{key}" has {json.dumps(row)[:_SHOWN_CHARACTERS]}')
    return functions_of(rows)


def _is_function(row: object) -> bool:
    """Whether it is `[module, name, arity]`."""
    match row:
        case [str(), str(), int(arity)]:
            return not isinstance(arity, bool) and 0 <= arity <= _MAX_ARITY
    return False


def _one_line(error: ValueError) -> str:
    """What is wrong, without the bytes in which it is."""
    return error.reason if isinstance(error, UnicodeDecodeError) else str(error)


def _no_table(path: Path, why: str) -> ConfigError:
    return _problem(
        "natives", f'names {path}, which is no table of natives, {{"natives": [["lists", "sort", 1]]}}: {why}'
    )


def _file(root: Path, key: str, name: str) -> Path:
    path = root / name
    if not path.is_file():
        raise _problem(key, f'names "{name}", and there is no file {path}')
    return path


def _key(key: str) -> str:
    return f"{TARGET_TABLE}.vm.{key}"


def _problem(key: str, text: str) -> ConfigError:
    return ConfigError([f"{_key(key)} {text}"])

"""Runs an archive on the virtual machine, under WASI, with this process's stdin, stdout and stderr."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import wasmtime

from hatch_elixir_workers.errors import UserError, VmError
from hatch_elixir_workers.paths import vm_path


def run_archive(archive: Path, *, vm: Path | None = None, args: Sequence[str] = ()) -> int:
    """Runs `archive` to its end and returns the exit code of the virtual machine (host-abi, 1).

    The archive's folder is all the guest can see, and it can only read there. Raises UserError when a file is missing,
    VmError when the virtual machine traps.
    """
    machine = _existing_vm(vm)
    if not archive.is_file():
        raise UserError(f"{archive}: there is no such archive", fix="Make one with `elixir-workers pack`.")
    engine = wasmtime.Engine(_engine_config())
    try:
        module = wasmtime.Module.from_file(engine, str(machine))
        linker = wasmtime.Linker(engine)
        linker.define_wasi()
        store = wasmtime.Store(engine)
        store.set_wasi(_wasi(archive.resolve(), args))
        start = linker.instantiate(store, module).exports(store)["_start"]
    except (wasmtime.WasmtimeError, KeyError) as error:
        raise VmError(f"{machine}: the virtual machine cannot be loaded: {error}") from None
    if not isinstance(start, wasmtime.Func):
        raise VmError(f"{machine}: `_start` is not a function")
    return _call(store, start)


def _existing_vm(vm: Path | None) -> Path:
    machine = vm or vm_path()
    if not machine.is_file():
        fix = "Run `make vm` in a checkout, or install hatch-elixir-workers again." if vm is None else "Check --vm."
        raise UserError(f"{machine}: the virtual machine is not there", fix=fix)
    return machine


def _engine_config() -> wasmtime.Config:
    config = wasmtime.Config()
    with suppress(wasmtime.WasmtimeError):  # a home that cannot be written to: compile each time
        config.cache = True
    return config


def _wasi(archive: Path, args: Sequence[str]) -> wasmtime.WasiConfig:
    """`archive` is free of symbolic links: the guest may not follow one out of the folder."""
    wasi = wasmtime.WasiConfig()
    wasi.argv = ["atomvm", archive.name, *args]
    wasi.inherit_stdin()
    wasi.inherit_stdout()
    wasi.inherit_stderr()
    wasi.preopen_dir(str(archive.parent), ".", fs_mutable=False)
    return wasi


def _call(store: wasmtime.Store, start: wasmtime.Func) -> int:
    try:
        with _interruptible():
            start(store)
    except wasmtime.ExitTrap as exit_trap:
        return exit_trap.code
    except (wasmtime.Trap, wasmtime.WasmtimeError) as error:
        raise VmError(f"the virtual machine crashed: {error}") from None
    return 0


@contextmanager
def _interruptible() -> Iterator[None]:
    """Ctrl-C ends the process at once: Python's own handler would wait for the guest to return."""
    previous = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)

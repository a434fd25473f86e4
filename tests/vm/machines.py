"""The three builds of the VM that the oracle's archives run on, each behind ``run(archive) -> Outcome``."""

from __future__ import annotations

import errno
import hashlib
import os
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import wasmtime

REPOSITORY = Path(__file__).resolve().parent.parent.parent
SOURCES = REPOSITORY / "atomvm-wasi"
CACHE = REPOSITORY / ".cache" / "oracle" / "vm"
BUILDS = ("native", "hostile", "wasm")

TIMEOUT_SECONDS = {"native": 60, "hostile": 300, "wasm": 60}
_TIMED_OUT = -1


@dataclass(frozen=True)
class Outcome:
    """What a run left behind; ``code`` is the VM's exit code (host-abi, 1), negative for a signal, trap or timeout."""

    code: int
    stdout: bytes
    stderr: str


class Machine(Protocol):
    """One build of the VM."""

    def run(self, archive: Path, stdin: bytes = b"", **environment: str) -> Outcome:
        """Runs the archive's start module to its end, with these variables. Safe to call from several threads."""


def build(name: str) -> Machine:
    """Builds the VM unless this build of these sources is cached. Raises CalledProcessError."""
    out = CACHE / f"{name}-{_sources_digest()}"
    product = out / ("atomvm.wasm" if name == "wasm" else "atomvm")
    if not product.exists():
        out.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, str(SOURCES / "build.py"), name, "--out", str(out)], check=True)
    return WasmMachine(product.read_bytes()) if name == "wasm" else NativeMachine(product, TIMEOUT_SECONDS[name])


def _sources_digest() -> str:
    digest = hashlib.sha256()
    for path in sorted([SOURCES / "build.py", *(SOURCES / "src").rglob("*")]):
        if path.is_file():
            digest.update(str(path.relative_to(SOURCES)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:20]


@dataclass(frozen=True)
class NativeMachine:
    """An executable of this machine: the plain native build or the hostile one."""

    binary: Path
    timeout_seconds: int

    def run(self, archive: Path, stdin: bytes = b"", **environment: str) -> Outcome:
        """As `Machine.run`, with variables beside those of this process."""
        try:
            done = self._start(archive, stdin, environment)
        except subprocess.TimeoutExpired as expired:
            text = (expired.stderr or b"").decode(errors="replace")
            return Outcome(_TIMED_OUT, expired.stdout or b"", f"no end after {self.timeout_seconds} s\n{text}")
        return Outcome(done.returncode, done.stdout, done.stderr.decode(errors="replace"))

    def _start(
        self, archive: Path, stdin: bytes, environment: dict[str, str], *, attempts: int = 3
    ) -> subprocess.CompletedProcess[bytes]:
        command = [str(self.binary), str(archive)]
        try:
            return subprocess.run(
                command,
                input=stdin,
                capture_output=True,
                timeout=self.timeout_seconds,
                check=False,
                env={**os.environ, **environment},
            )
        except OSError as error:
            # Sandboxed kernels fail execve now and then with EFAULT, before the program has run at all.
            if error.errno != errno.EFAULT or attempts == 1:
                raise
            return self._start(archive, stdin, environment, attempts=attempts - 1)


class WasmMachine:
    """The wasm build in wasmtime: compiled once, one instance per program."""

    def __init__(self, wasm: bytes, *, optimize: bool = True) -> None:
        config = wasmtime.Config()
        config.cranelift_opt_level = "speed" if optimize else "none"
        config.epoch_interruption = True
        self._engine = wasmtime.Engine(config)
        self._module = wasmtime.Module(self._engine, wasm)
        self._linker = wasmtime.Linker(self._engine)
        self._linker.define_wasi()
        threading.Thread(target=self._tick, daemon=True).start()

    def _tick(self) -> None:
        """One epoch is one second."""
        pause = threading.Event()
        while not pause.wait(1):
            self._engine.increment_epoch()

    def run(self, archive: Path, stdin: bytes = b"", **environment: str) -> Outcome:
        """As `Machine.run`; of this process's variables it sees none."""
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            (folder / "stdin").write_bytes(stdin)
            code, problem = self._call(archive, folder, environment)
            stderr = (folder / "stderr").read_text(errors="replace")
            return Outcome(code, (folder / "stdout").read_bytes(), stderr + problem)

    def _call(self, archive: Path, folder: Path, environment: dict[str, str]) -> tuple[int, str]:
        """Runs it with the files `stdin`, `stdout` and `stderr` of the folder."""
        wasi = wasmtime.WasiConfig()
        wasi.argv = ["atomvm", archive.name]
        wasi.env = list(environment.items())
        wasi.stdin_file = str(folder / "stdin")
        wasi.stdout_file = str(folder / "stdout")
        wasi.stderr_file = str(folder / "stderr")
        wasi.preopen_dir(str(archive.parent), ".")
        store = wasmtime.Store(self._engine)
        store.set_wasi(wasi)
        store.set_epoch_deadline(TIMEOUT_SECONDS["wasm"])
        try:
            start = self._linker.instantiate(store, self._module).exports(store)["_start"]
            assert isinstance(start, wasmtime.Func)
            start(store)
        except wasmtime.ExitTrap as exit_trap:
            return exit_trap.code, ""
        except (wasmtime.Trap, wasmtime.WasmtimeError) as error:
            return _TIMED_OUT, f"\n{error}"
        return 0, ""

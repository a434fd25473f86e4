"""Makes programs of calls on `erl` and on a build of the VM, and says where the two differ; see `calls.erl`."""

from __future__ import annotations

import contextlib
import io
import struct
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hatch_elixir_workers import etf
from hatch_elixir_workers.cli import main as elixir_workers
from hatch_elixir_workers.etf import Atom, Term

HERE = Path(__file__).resolve().parent
TIMEOUT_MS = {"native": 4000, "wasm": 8000, "hostile": 60000}
_LENGTH = struct.Struct(">I")


def program(*steps: tuple[str, str, Sequence[Term]]) -> Term:
    """Steps `(module, function, arguments)` as `calls.erl` reads them."""
    return [(Atom(module), Atom(function), [*arguments]) for module, function, arguments in steps]


def call(module: str, function: str, *arguments: Term) -> Term:
    """An expression: what the call returns."""
    return (Atom("$call"), Atom(module), Atom(function), [*arguments])


def result(step: int) -> Term:
    """An expression: what that step of the program returned, from 1."""
    return (Atom("$result"), step)


@dataclass(frozen=True)
class Difference:
    """A program on which the machines differ; the texts are Erlang terms."""

    index: int
    program: str
    expected: str
    got: str

    def __str__(self) -> str:
        return f"{self.program}.\n  erl  {self.expected}\n  VM   {self.got}"


@dataclass(frozen=True)
class Comparison:
    """What came of a batch. Outcomes, one for each program: what the last step gave on erl.

    `returned`, `raised`, or `skipped` where erl did not come to an end within its limits of time and memory.
    """

    differences: list[Difference]
    outcomes: list[str]


class Erl:
    """An `erl` that answers one request after another (`calls_oracle.erl`)."""

    def __init__(self, folder: Path) -> None:
        sources = sorted(HERE.glob("*.erl"))
        subprocess.run(["erlc", "+debug_info", "-Werror", "-o", str(folder), *map(str, sources)], check=True)
        self.beams = folder
        # One scheduler: processes that start one another take their turns as they do on the VM.
        command = ["erl", "+S", "1", "-noinput", "-pa", str(folder), "-run", "calls_oracle", "main"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, request: Term) -> Any:
        """The answer. Raises EOFError when erl has died of the request."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        data = etf.encode(request)
        self._process.stdin.write(_LENGTH.pack(len(data)) + data)
        self._process.stdin.flush()
        head = self._process.stdout.read(_LENGTH.size)
        if len(head) < _LENGTH.size:
            raise EOFError(f"erl has ended ({self._process.wait()})")
        return etf.decode(self._process.stdout.read(*_LENGTH.unpack(head)))

    def close(self) -> None:
        """Ends it: its standard input does."""
        self._process.communicate(timeout=30)


class Caller:
    """Both sides: an `erl`, and the archive that makes the calls on any build of the VM."""

    def __init__(self, modules: Sequence[str]) -> None:
        self._scratch = tempfile.TemporaryDirectory()
        self.folder = Path(self._scratch.name)
        self.erl = Erl(self.folder)
        self._modules = modules
        self.archive = self._pack()

    def add(self, source: str, options: Sequence[str]) -> None:
        """Compiles the module `calls_made`, in place of one of that name, for both sides."""
        path = self.folder / "calls_made.erl"
        path.write_text(source, encoding="utf-8")
        command = ["erlc", "+nowarn", *options, path.name]
        done = subprocess.run(command, cwd=self.folder, check=False, capture_output=True, text=True, errors="replace")
        assert done.returncode == 0, f"{source}{done.stdout}{done.stderr}"
        self.erl.ask((Atom("load"), Atom("calls_made")))
        self.archive = self._pack()

    def _pack(self) -> Path:
        """The callers with the whole of the modules that are called, which no reference leads to."""
        own = [str(path) for path in self.folder.glob("calls*.beam") if path.stem != "calls_oracle"]
        asked = [*self._modules, "erl_erts_errors", "erl_stdlib_errors"]
        called = [path.decode() for path in self.erl.ask((Atom("beams"), [Atom(name) for name in asked]))]
        archive = self.folder / "calls.avm"
        arguments = ["pack", "-o", str(archive), "--start", "calls", *own, *called]
        with contextlib.redirect_stderr(io.StringIO()):  # `erlang` calls natives for ports and code that are not there
            elixir_workers(arguments, standalone_mode=False)
        return archive

    def compare(self, build: str, machine: Any, programs: Sequence[Term]) -> Comparison:
        """Runs the programs on both. Raises AssertionError when the VM itself fails."""
        batch = (TIMEOUT_MS[build], [*programs])
        outcome = machine.run(self.archive, stdin=etf.encode(batch))
        if outcome.code != 0:
            raise AssertionError(f"exit code {outcome.code}\n{outcome.stderr[-8000:]}")
        differences, outcomes = self.erl.ask((Atom("compare"), batch, outcome.stdout))
        return Comparison(
            [Difference(index, *(text.decode() for text in texts)) for index, *texts in differences],
            [kind.name for kind in outcomes],
        )

    def ending(self, programs: Sequence[Term]) -> list[Term]:
        """Those that come to an end on erl, within its limits of time and memory."""
        batch = (TIMEOUT_MS["native"], [*programs])
        _, outcomes = self.erl.ask((Atom("compare"), batch, etf.encode([])))
        return [each for each, kind in zip(programs, outcomes, strict=True) if kind.name != "skipped"]

    def close(self) -> None:
        self.erl.close()
        self._scratch.cleanup()

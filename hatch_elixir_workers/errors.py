"""Every exception of this package.

    ElixirWorkersError
    ├── UserError                  the user can fix it; the text says what, where and how
    │   ├── ConfigError            pyproject.toml: all problems at once, each with its TOML path
    │   ├── MissingToolError       a program this build needs is not installed
    │   ├── CommandError           a program ran and failed; carries the command and both streams
    │   ├── SourceError            the application's code or layout; carries file and line
    │   ├── PluginError            a plugin; carries its distribution
    │   └── FormatError            bytes that are not what their name says
    │       ├── EtfError           an external term; carries the offset
    │       ├── BeamError          a .beam; carries file, chunk and offset
    │       └── AvmError           an .avm; carries file, section and offset
    └── InternalError              ours; the text asks for a report
        └── VmError                the virtual machine is missing or trapped

Errors keep data; `str(error)` is their text, and `cli.py` (or the builder) is the one place that prints it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class ElixirWorkersError(Exception):
    """The root: whatever this package raises on purpose."""


class UserError(ElixirWorkersError):
    """The user can fix it. `fix` is the sentence that says how, when there is one."""

    def __init__(self, problem: str, *, fix: str | None = None) -> None:
        super().__init__(problem, fix)
        self.problem = problem
        self.fix = fix

    def __str__(self) -> str:
        return self.problem if self.fix is None else f"{self.problem}\n{self.fix}"


class InternalError(ElixirWorkersError):
    """It is ours: a broken invariant of this package or of the virtual machine."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.problem}\nThis is a bug in hatch-elixir-workers: please report it with this message."


class ConfigError(UserError):
    """All problems of a configuration; each is one line that starts with its full TOML path."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class MissingToolError(UserError):
    """A program is not installed, or is too old; `fix` says exactly what to install."""

    def __init__(self, tool: str, fix: str, *, problem: str = "") -> None:
        super().__init__(problem or f"{tool} was not found on PATH", fix=fix)
        self.tool = tool


class CommandError(UserError):
    """A program failed; the text shows the command, its exit code and both streams."""

    def __init__(self, command: Sequence[str], returncode: int, stdout: str, stderr: str) -> None:
        super().__init__(_command_text(command, returncode, stdout, stderr))
        self.command = tuple(command)
        self.returncode = returncode
        self.stdout = stdout
        self.stderr = stderr


def _command_text(command: Sequence[str], returncode: int, stdout: str, stderr: str) -> str:
    streams = [stream.rstrip() for stream in (stdout, stderr) if stream.strip()]
    return "\n".join([f"`{' '.join(command)}` failed with exit code {returncode}", *streams])


class SourceError(UserError):
    """Something in the application's own code; `file` and `line` when they are known."""

    def __init__(
        self, problem: str, *, file: str | None = None, line: int | None = None, fix: str | None = None
    ) -> None:
        place = "" if file is None else f"{file}: " if line is None else f"{file}:{line}: "
        super().__init__(place + problem, fix=fix)
        self.file = file
        self.line = line


class PluginError(UserError):
    """A plugin cannot be used; names the distribution it came from."""

    def __init__(self, distribution: str, problem: str, *, fix: str | None = None) -> None:
        super().__init__(f"plugin {distribution}: {problem}", fix=fix)
        self.distribution = distribution


class FormatError(UserError):
    """Bytes that do not follow their format."""


class EtfError(FormatError):
    """An external term that cannot be read or a value that cannot be written."""

    def __init__(self, offset: int, problem: str) -> None:
        super().__init__(f"external term, offset {offset}: {problem}")
        self.offset = offset
        self.cause = problem


class BeamError(FormatError):
    """A .beam file that cannot be read.

    `chunk` is the four-letter id, or `FOR1` for the container, `file` for reading it at all; `offset` counts from the
    first byte of the chunk's data (for the container: of the unzipped file; for literals: of the inflated table).
    """

    def __init__(self, path: Path | str, chunk: str, offset: int, problem: str) -> None:
        super().__init__(f"{path}: chunk {chunk}, offset {offset}: {problem}")
        self.path = str(path)
        self.chunk = chunk
        self.offset = offset
        self.cause = problem


class AvmError(FormatError):
    """An .avm archive that cannot be read; `offset` counts from the first byte of the file."""

    def __init__(self, path: Path | str, section: str, offset: int, problem: str) -> None:
        super().__init__(f"{path}: section {section}, offset {offset}: {problem}")
        self.path = str(path)
        self.section = section
        self.offset = offset
        self.cause = problem


class VmError(InternalError):
    """The virtual machine is missing, does not load, or trapped."""

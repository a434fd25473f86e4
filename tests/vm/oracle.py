"""The oracle: what every program under ``tests/vm/<topic>/`` prints on ``erl``, and its archive for our VM.

A program is one ``.erl`` or ``.ex`` file whose module exports ``start/0``; a second Erlang module of program
``name`` is ``name__part.erl``. It prints through
``erlang:display/1`` alone (the VM needs no library for it) or through its group leader alone.
All programs are compiled by one ``erlc`` and one ``elixirc``, and one ``erl`` runs them all. A program that names
``ElixirWorkers`` has the modules of the framework beside it that the machine has natives for. Beams, output and
archives are kept under ``.cache/oracle``, keyed by content and by the version of OTP and Elixir.

``python tests/vm/oracle.py [SUBSTRING]`` shows what the programs print on ``erl``.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, cached_property
from multiprocessing import get_context
from pathlib import Path

VM_TESTS = Path(__file__).resolve().parent
REPOSITORY = VM_TESTS.parent.parent
CACHE = REPOSITORY / ".cache" / "oracle"
FRAMEWORK = REPOSITORY / "priv" / "elixir" / "lib" / "elixir_workers"
DRIVER = VM_TESTS / "oracle_driver.erl"
# Set to pack the programs alone, for a VM that cannot boot the libraries yet.
NO_STDLIB = "ORACLE_NO_STDLIB"
ALL_AS_BUNDLED = "ORACLE_ALL_AS_BUNDLED"
ERLC_OPTIONS = ["+debug_info"]
# Set under other releases than the installed ones, whose compilers warn of more: warnings are no errors then.
LENIENT = "ORACLE_LENIENT"
# Programs that print much of one kind count for so many cases.
CASES_MAX = 100

_PART = "__"
_MARK = re.compile(rb"^\{oracle_mark,(\d+)\}\n", re.MULTILINE)
_DEFMODULE = re.compile(r"^defmodule (Oracle\.\w+) do", re.MULTILINE)
_NEEDS_OTP = re.compile(r"^ *(?:%%|#) OTP (?:(\d+) or later|(\d+) or earlier)(?:: (.+))?$", re.MULTILINE)
_SKIP_HOSTILE = re.compile(r"^ *(?:%%|#) Not on the hostile build: (.+)$", re.MULTILINE)


class OracleError(Exception):
    """A program is wrong in itself: it does not compile, hangs on ``erl``, or prints on two channels."""


@dataclass(frozen=True)
class Program:
    """One oracle program. ``module`` is the name as the VM knows it (``Elixir.`` included)."""

    path: Path
    module: str

    @property
    def id(self) -> str:
        return f"{self.path.parent.name}/{self.path.stem}"

    @property
    def skip_hostile(self) -> str | None:
        """Why the hostile build does not run this program, if it says so in its head."""
        match = _SKIP_HOSTILE.search(self.path.read_text())
        return match.group(1) if match else None

    @property
    def sources(self) -> list[Path]:
        """Its file, and those of its other modules."""
        return [self.path, *sorted(self.path.parent.glob(f"{self.path.stem}{_PART}*.erl"))]

    def fits(self, otp: int) -> bool:
        """Whether this release of OTP can compile the program; its head says so when not every one can."""
        match = _NEEDS_OTP.search(self.path.read_text())
        if match is None:
            return True
        first, last = match.group(1, 2)
        return otp >= int(first) if first else otp <= int(last)

    @property
    def uses_framework(self) -> bool:
        """Whether it needs the modules of the framework that the machine has natives for."""
        return "ElixirWorkers." in self.path.read_text()

    @property
    def topic(self) -> str:
        """The folder under `tests/vm/`."""
        return self.path.parent.name

    def owns(self, beam: str) -> bool:
        """Whether the compiled module ``beam`` (file stem) came from this program."""
        if self.path.suffix == ".erl":
            return beam == self.module or beam.startswith(f"{self.module}{_PART}")
        return f"{beam}.".find(f".{self.module.removeprefix('Elixir.')}.") > 0


@dataclass(frozen=True)
class Expected:
    """What ``erl`` did: the bytes printed, and class, reason and calls if the program crashed."""

    stdout: bytes
    crash: str | None


@cache
def otp_release() -> int:
    """The release of the `erl` on PATH, asked once per process."""
    script = "io:put_chars(erlang:system_info(otp_release)), halt()."
    return int(run_command(["erl", "-noshell", "-eval", script]).stdout)


def programs() -> list[Program]:
    """The programs for the installed OTP in order of their id; raises OracleError on two with one module name."""
    otp = otp_release()
    return [program for program in all_programs() if program.fits(otp)]


def as_bundled() -> list[Program]:
    """Those that are tried as a bundle has them: one of each topic, in a condensed archive, a second to make,
    on every build, and on a machine that is shaken for it. All of them where `ALL_AS_BUNDLED` is set.
    """
    if os.environ.get(ALL_AS_BUNDLED):
        return programs()
    return list({program.path.parent: program for program in reversed(programs())}.values())[::-1]


def all_programs() -> list[Program]:
    """Those for other releases of OTP, too."""
    erlang = [path for path in sorted(VM_TESTS.glob("*/*.erl")) if _PART not in path.stem]
    found = [_program(path) for path in erlang + sorted(VM_TESTS.glob("*/*.ex"))]
    modules: dict[str, Program] = {}
    for program in found:
        twin = modules.setdefault(program.module, program)
        if twin is not program:
            raise OracleError(f"{program.path} and {twin.path} both define {program.module}")
    return sorted(found, key=lambda program: program.id)


def _program(path: Path) -> Program:
    if path.suffix == ".erl":
        return Program(path, path.stem)
    match = _DEFMODULE.search(path.read_text())
    if match is None:
        raise OracleError(f"{path} has no `defmodule Oracle.<Name> do`")
    return Program(path, f"Elixir.{match.group(1)}")


@dataclass(frozen=True)
class Oracle:
    """All programs compiled, with what they print on ``erl``. Paths lie under ``cache``."""

    cache: Path = CACHE

    @cached_property
    def all(self) -> list[Program]:
        return programs()

    @cached_property
    def versions(self) -> str:
        """OTP and Elixir on PATH, as ``elixir --version`` tells them; part of every cache key."""
        return run_command(["elixir", "--version"]).stdout.decode()

    @cached_property
    def beams(self) -> dict[str, list[Path]]:
        """Program id -> the ``.beam`` files compiled from it, its start module first."""
        strict = LENIENT not in os.environ
        elixirc = ["elixirc", *(["--warnings-as-errors"] if strict else [])]
        erl = self._compiled("erl", ["erlc", *ERLC_OPTIONS, *(["-Werror"] if strict else [])], self._sources(".erl"))
        sources = [FRAMEWORK / "bytes.ex", FRAMEWORK / "json.ex", *sorted((FRAMEWORK / "json").glob("*.ex"))]
        framework = self._compiled("framework", elixirc, sources)
        ex = self._compiled("ex", [*elixirc, "-pa", str(framework)], self._sources(".ex"))
        files = sorted(erl.glob("*.beam")) + sorted(ex.glob("*.beam"))
        library = sorted(framework.glob("*.beam"))
        return {each.id: _owned(each, files) + (library if each.uses_framework else []) for each in self.all}

    @cached_property
    def expected(self) -> dict[str, Expected]:
        """Program id -> what ``erl`` printed."""
        beams = [path for paths in self.beams.values() for path in paths]
        directory = self.cache / f"expected-{digest([DRIVER, *beams], self.versions)}"
        if not directory.exists():
            fill(directory, self.run_on_erl)
        return self.read(directory)

    def cases(self) -> Counter[str]:
        """Topic -> how many cases its programs check: lines, each once in a program, and CASES_MAX of one at most."""
        cases: Counter[str] = Counter()
        for program in self.all:
            lines = {line for line in self.expected[program.id].stdout.splitlines() if line.strip()}
            cases[program.topic] += min(len(lines), CASES_MAX)
        return cases

    def read(self, results: Path) -> dict[str, Expected]:
        """What `run_on_erl` left in ``results``."""
        return {program.id: _read_expected(results, program) for program in self.all}

    def archives(self, wanted: Sequence[Program]) -> dict[str, Path]:
        """Program id -> its ``.avm``, made by the packer as for a bundle, with all it needs from OTP and Elixir."""
        condensed = {program.id for program in as_bundled()}
        beams = {program.id: self.beams[program.id] for program in wanted}
        paths = {key: self.archive_path(key, files, condense=key in condensed) for key, files in beams.items()}
        missing = [
            (beams[key][0].stem, beams[key], path, key in condensed) for key, path in paths.items() if not path.exists()
        ]
        if missing:
            with ProcessPoolExecutor(min(len(missing), os.cpu_count() or 1), get_context("spawn")) as pool:
                list(pool.map(pack, missing))
            for key in beams:
                _prune(self._archives.glob(f"{_file_name(key)}-*.avm"))
        return paths

    @property
    def _archives(self) -> Path:
        return self.cache / "archives"

    def archive_path(self, name: str, beams: list[Path], *, condense: bool) -> Path:
        """Where the archive of these beams is, or belongs."""
        return self._archives / f"{_file_name(name)}-{digest(beams, f'{self._packer_digest}{condense}')}.avm"

    @cached_property
    def _packer_digest(self) -> str:
        sources = [*(REPOSITORY / "hatch_elixir_workers").glob("*.*"), *(REPOSITORY / "priv" / "stdlib").glob("*.*")]
        natives = REPOSITORY / "priv" / "natives.json"
        present = sorted(path for path in [*sources, natives] if path.is_file())
        return digest(present, self.versions + os.environ.get(NO_STDLIB, ""))

    def _sources(self, suffix: str) -> list[Path]:
        chosen = [program for program in self.all if program.path.suffix == suffix]
        return [path for program in chosen for path in program.sources]

    def _compiled(self, name: str, compiler: list[str], sources: list[Path]) -> Path:
        directory = self.cache / f"{name}-{digest(sources, self.versions + ' '.join(compiler))}"
        if not directory.exists():
            # Relative names: stack traces carry the source's path, and it must not depend on the machine.
            names = [str(path.relative_to(REPOSITORY)) for path in sources]
            fill(directory, lambda out: run_command([*compiler, "-o", str(out), *names]) if names else None)
        return directory

    def run_on_erl(self, results: Path) -> None:
        """Runs every program on ``erl`` now and keeps what it printed in the folder ``results``."""
        run_command(["erlc", "-o", str(results), str(DRIVER)])
        names = results / "programs"
        names.write_text("".join(f"{program.module}\n" for program in self.all))
        paths = sorted({str(path.parent) for paths in self.beams.values() for path in paths})
        command = ["elixir", "-pa", str(results), *(arg for path in paths for arg in ("-pa", path))]
        environment = {"ORACLE_PROGRAMS": str(names), "ORACLE_RESULTS": str(results)}
        # OTP 25 ends what erlang:display/1 prints with CR LF, later releases with LF.
        printed = run_command([*command, "-e", ":oracle_driver.main()"], environment).stdout.replace(b"\r\n", b"\n")
        sections = _MARK.split(printed)[2::2]
        for index, program in enumerate(self.all):
            _store_expected(results, program, index, sections[index])

    def shaken_machine(self, program: Program) -> tuple[Path, bytes]:
        """The program's archive, and the machine with the natives that it reaches."""
        from hatch_elixir_workers import why
        from hatch_elixir_workers.condensed_archive import read_archive_file
        from hatch_elixir_workers.errors import UserError
        from hatch_elixir_workers.machine import load_machine

        archive = self.archives([program])[program.id]
        try:
            reached = why.recall(archive.read_bytes(), archive).edges
        except UserError:  # the other cache has been emptied
            archive.unlink()
            reached = why.recall(self.archives([program])[program.id].read_bytes(), archive).edges
        modules = [section.name.removesuffix(".beam") for section in read_archive_file(archive)]
        return archive, load_machine(REPOSITORY / "priv").for_modules(modules, reached)


def _file_name(name: str) -> str:
    return name.replace("/", ".")


def pack(job: tuple[str, list[Path], Path, bool]) -> None:
    """`elixir-workers pack`, without starting a Python for each program: start module, beams or folders, archive."""
    from hatch_elixir_workers.cli import main

    start, beams, archive, condense = job
    options = ["--no-stdlib"] if os.environ.get(NO_STDLIB) else ["--condense"] if condense else []
    arguments = ["pack", "-o", str(archive), "--start", start, *options, *map(str, beams)]
    code = main(arguments, prog_name="elixir-workers", standalone_mode=False)
    if code:
        shown = " ".join(arguments)
        raise OracleError(f"elixir-workers {shown[:500]} failed ({code})")


def _owned(program: Program, files: list[Path]) -> list[Path]:
    owned = [path for path in files if program.owns(path.stem)]
    return sorted(owned, key=lambda path: (path.stem != program.module, path.stem))


def _store_expected(results: Path, program: Program, index: int, displayed: bytes) -> None:
    sent = (results / f"{index}.out").read_bytes()
    if displayed and sent:
        raise OracleError(f"{program.path} prints through erlang:display/1 and through its group leader; use one")
    crash = results / f"{index}.crash"
    if crash.exists() and crash.read_text().startswith("timeout"):
        raise OracleError(f"{program.path} does not end on erl")
    if not displayed and not sent and not crash.exists():
        raise OracleError(f"{program.path} prints nothing")
    target = results / "by-module" / program.module
    target.mkdir(parents=True)
    (target / "stdout").write_bytes(displayed or sent)
    if crash.exists():
        crash.rename(target / "crash")


def _read_expected(directory: Path, program: Program) -> Expected:
    source = directory / "by-module" / program.module
    crash = source / "crash"
    return Expected((source / "stdout").read_bytes(), crash.read_text() if crash.exists() else None)


def _prune(versions: Iterable[Path]) -> None:
    """Keeps the two newest, for switching between two releases of OTP."""
    for old in sorted(versions, key=lambda path: path.stat().st_mtime)[:-2]:
        old.unlink(missing_ok=True)


def digest(paths: list[Path], salt: str) -> str:
    digest = hashlib.sha256(salt.encode())
    for path in paths:
        content = path.read_bytes()
        digest.update(f"{path.name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:20]


def fill(directory: Path, make: Callable[[Path], object]) -> None:
    """Let ``make`` fill a scratch directory, then rename it: a cache entry is whole or absent."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f"{directory.name}-", dir=directory.parent))
    try:
        make(scratch)
        scratch.rename(directory)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        if not directory.exists():
            raise


def run_command(command: list[str], environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run(
        command, cwd=REPOSITORY, env={**os.environ, **(environment or {})}, capture_output=True, check=False
    )
    if done.returncode != 0:
        raise OracleError(f"{command[0]} failed ({done.returncode})\n{done.stdout.decode()}{done.stderr.decode()}")
    return done


def _show(part: str) -> None:
    oracle = Oracle()
    for program in oracle.all:
        if part in program.id:
            expected = oracle.expected[program.id]
            print(f"--- {program.id}" + (f" [{expected.crash!r}]" if expected.crash else ""))
            print(expected.stdout.decode(errors="replace"), end="")


if __name__ == "__main__":
    try:
        _show("".join(sys.argv[1:2]))
    except OracleError as error:
        sys.exit(str(error))

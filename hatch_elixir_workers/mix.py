"""The one door to `mix`, `elixir`, `erl` and `erlc`."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hatch_elixir_workers import etf
from hatch_elixir_workers.applications import Application, read_application, read_applications
from hatch_elixir_workers.cache import cache_dir, usable_home, writable
from hatch_elixir_workers.errors import CommandError, InternalError, MissingToolError, SourceError

OLDEST_ELIXIR = (1, 14)
OLDEST_OTP = 24

_INSTALL = (
    "Install Elixir 1.14 or later with Erlang/OTP: `apt-get install elixir erlang`, `brew install elixir`, "
    "or see https://elixir-lang.org/install.html; then check that `elixir --version` works in this shell."
)
_DESCRIBE = Path(__file__).with_name("describe.exs")

# Prints the release, then Elixir's application resource (its environment and what else is asked for at run time) as an
# external term, then every folder of .beam files that this installation can load from; `erts` holds the modules that
# are preloaded into the emulator and is on no code path.
_PROBE = """
Kept = fun(Resource) ->
    {ok, [{application, Name, Properties}]} = file:consult(Resource),
    Some = {application, Name, [Each || {Key, _} = Each <- Properties, Key =/= modules]},
    io:format("~ts~n", [base64:encode(term_to_binary(Some))])
end,
io:format("~ts~n", [erlang:system_info(otp_release)]),
lists:foreach(Kept, init:get_plain_arguments()),
Erts = filename:join([code:lib_dir(), "erts-" ++ erlang:system_info(version), "ebin"]),
Dirs = [Dir || Dir <- code:get_path() ++ [Erts], Dir =/= ".", filelib:is_dir(Dir)],
[io:format("~ts~n", [Dir]) || Dir <- Dirs],
halt().
"""


@dataclass(frozen=True)
class Toolchain:
    """The installed Erlang and Elixir; the folders hold .beam files, the first folder wins."""

    otp_release: str
    elixir_version: str
    erl_lib_dirs: tuple[Path, ...]
    elixir_lib_dirs: tuple[Path, ...]
    elixir_application: Application
    """elixir.app without its list of modules."""


@dataclass(frozen=True)
class Project:
    """A compiled mix project: folders of .beam files, and the folders its sources came from.

    `consolidated` is None when the project wants its protocols as they are.
    `privs` are the priv/ folders of its applications by name, `dependency_privs` those of its dependencies; none
    needs to exist. `environment` is the external term of `[{App, [{Key, Value}]}]`, what `Application.get_env` finds.
    `applications` are the project's and all they need, each behind those that it needs; `absent_applications` are pairs
    of one of them and one that it needs and that is nowhere. `runtime_config`: there is a config/runtime.exs, which
    nothing evaluates.
    """

    app_ebins: tuple[Path, ...]
    dependency_ebins: tuple[Path, ...]
    consolidated: Path | None
    privs: Mapping[str, Path]
    dependency_privs: Mapping[str, Path]
    environment: bytes
    applications: tuple[Application, ...]
    absent_applications: tuple[tuple[str, str], ...]
    runtime_config: bool
    build_path: Path
    source_roots: tuple[Path, ...]
    output: str


@cache
def toolchain() -> Toolchain:
    """What is installed; asked once per process. Raises `MissingToolError` when it is missing or too old."""
    elixir_ebin, version = _installed_elixir()
    elixir_libs = elixir_ebin.parent.parent
    otp_release, elixir, *dirs = _erl(_PROBE, [str(elixir_ebin / "elixir.app")])
    _require("Erlang/OTP", otp_release, (OLDEST_OTP,))
    return Toolchain(
        otp_release=otp_release,
        elixir_version=version,
        erl_lib_dirs=tuple(Path(each) for each in dirs if elixir_libs not in Path(each).parents),
        elixir_lib_dirs=tuple(sorted(elixir_libs.glob("*/ebin"))),
        elixir_application=read_application(etf.decode(base64.b64decode(elixir))),
    )


def compile_project(folder: Path, framework: Path, plugins: Sequence[Path] = ()) -> Project:
    """Compiles the mix project in `folder` for production, its path dependencies too.

    `framework` is exported as ELIXIR_WORKERS_PATH, for the project's `{:elixir_workers, path: …}`. The folders of
    `plugins` are exported as ELIXIR_WORKERS_PLUGINS: the framework compiles their `.ex` files with its own. Raises
    `SourceError` without a mix.exs, `CommandError` with both streams when mix fails.
    """
    if not (folder / "mix.exs").is_file():
        raise SourceError(
            f"no mix.exs in {folder}",
            fix="Create a mix project there, or set `project` to the folder that holds mix.exs.",
        )
    _installed_elixir()
    mix = tool("mix")
    with tempfile.TemporaryDirectory(prefix="elixir-workers-") as temporary:
        description = Path(temporary) / "description"
        environment = {
            "MIX_ENV": "prod",
            "ELIXIR_WORKERS_PATH": str(framework),
            "ELIXIR_WORKERS_PLUGINS": os.pathsep.join(map(str, plugins)),
            "ELIXIR_WORKERS_DESCRIPTION": str(description),
        }
        command = [tool("elixir"), "-r", str(_DESCRIBE), "-S", mix, "compile"]
        shown = [mix, "compile"]
        try:
            output = run(command, cwd=folder, environment=environment, keep_stderr=True, shown=shown)
        except CommandError as error:
            if "mix deps.get" not in error.stdout + error.stderr:
                raise
            run([mix, "deps.get"], cwd=folder, environment=environment)
            output = run(command, cwd=folder, environment=environment, keep_stderr=True, shown=shown)
        return _read_description(description, output)


def evaluated(code: str, arguments: Sequence[str]) -> list[bytes]:
    """The external terms that this Erlang prints, a line of base64 each, when it is evaluated with these arguments."""
    return [base64.b64decode(line) for line in _erl(code, arguments)]


def _erl(code: str, arguments: Sequence[str]) -> list[str]:
    return run([tool("erl"), "-noshell", "-noinput", "-eval", code, "-extra", *arguments]).splitlines()


def erlc(sources: Sequence[Path], out_dir: Path) -> None:
    """Compiles Erlang sources into `out_dir`; the same source gives the same bytes in every folder."""
    if sources:
        run([tool("erlc"), "+deterministic", "-W0", "-o", str(out_dir), *map(str, sources)])


def run(
    command: Sequence[str],
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    keep_stderr: bool = False,
    shown: Sequence[str] | None = None,
) -> str:
    """Runs a tool to its end and returns stdout (with stderr behind it if asked for); raises `CommandError`.

    `shown` is the command that a user would type for the same, if it is another.
    """
    done = subprocess.run(
        list(command),
        cwd=cwd,
        env=_environment(environment or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        raise CommandError(_shown(shown or command, environment or {}), done.returncode, done.stdout, done.stderr)
    return done.stdout + done.stderr if keep_stderr else done.stdout


def _shown(command: Sequence[str], environment: Mapping[str, str]) -> list[str]:
    """The command as a user would type it."""
    prefix = ["MIX_ENV=prod"] if "MIX_ENV" in environment else []
    return [*prefix, Path(command[0]).name, *command[1:]]


def _environment(extra: Mapping[str, str]) -> dict[str, str]:
    """UTF-8 whatever the locale says, and a home: mix does not start without one."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8", **extra}
    environment["ELIXIR_ERL_OPTIONS"] = f"{os.environ.get('ELIXIR_ERL_OPTIONS', '')} +fnu".strip()
    if usable_home() is None:
        environment["HOME"] = str(writable(cache_dir() / "home"))
    return environment


def tool(name: str) -> str:
    """The path of a program of Elixir or Erlang; raises `MissingToolError`."""
    found = shutil.which(name)
    if found is None:
        raise MissingToolError(name, _INSTALL, problem=f"`{name}` was not found on PATH: Elixir and Erlang are needed")
    return found


@cache
def _installed_elixir() -> tuple[Path, str]:
    """The folder of Elixir's own modules, and its version; as a rule no program is run for it."""
    ebin = _elixir_ebin(tool("elixir"))
    version = _elixir_version(ebin)
    _require("Elixir", version, OLDEST_ELIXIR)
    return ebin, version


def forget_toolchain() -> None:
    """What is installed has changed: ask again."""
    toolchain.cache_clear()
    _installed_elixir.cache_clear()


def _elixir_ebin(elixir: str) -> Path:
    """`…/lib/elixir/ebin`: beside the script, or, where `elixir` is a version manager's shim, by asking it."""
    beside = Path(elixir).resolve().parent.parent / "lib" / "elixir" / "ebin"
    if (beside / "elixir.app").is_file():
        return beside
    asked = run([elixir, "-e", "IO.write(:code.lib_dir(:elixir))"])
    return Path(asked.strip()) / "ebin"


def _elixir_version(ebin: Path) -> str:
    """The version in `elixir.app`: `{vsn,"1.14.0"}`."""
    try:
        text = (ebin / "elixir.app").read_text("utf-8")
    except OSError as error:
        raise MissingToolError("elixir", _INSTALL, problem=f"Elixir is damaged: {error}") from None
    _, _, rest = text.partition("{vsn,")
    parts = rest.split('"')
    if len(parts) < 2:
        raise MissingToolError("elixir", _INSTALL, problem=f"Elixir is damaged: {ebin / 'elixir.app'} has no version")
    return parts[1]


def _require(name: str, version: str, oldest: tuple[int, ...]) -> None:
    numbers = tuple(int(part) for part in version.split("-")[0].split(".")[: len(oldest)] if part.isdigit())
    if numbers < oldest:
        wanted = ".".join(map(str, oldest))
        raise MissingToolError(name, _INSTALL, problem=f"{name} {version} is too old: {wanted} or later is needed")


def _read_description(path: Path, output: str) -> Project:
    try:
        term = etf.decode(path.read_bytes())
    except OSError:
        raise InternalError(f"mix ended well but did not describe the project; it printed:\n{output}") from None
    if not isinstance(term, etf.Map):
        raise InternalError("the description of the project is not a map")
    entries = {key.name: value for key, value in term.pairs if isinstance(key, etf.Atom)}
    return Project(
        app_ebins=_paths(entries["app_ebins"]),
        dependency_ebins=_paths(entries["dependency_ebins"]),
        consolidated=None if entries["consolidated"] == etf.Atom("nil") else _path(entries["consolidated"]),
        privs=_named_paths(entries["privs"]),
        dependency_privs=_named_paths(entries["dependency_privs"]),
        environment=_bytes(entries["environment"]),
        applications=read_applications(entries["applications"]),
        absent_applications=_pairs_of_names(entries["absent_applications"]),
        runtime_config=entries["runtime_config"] == etf.Atom("true"),
        build_path=_path(entries["build_path"]),
        source_roots=_paths(entries["source_roots"]),
        output=output,
    )


def _paths(term: etf.Term) -> tuple[Path, ...]:
    if not isinstance(term, list):
        raise InternalError("the description of the project holds no list of paths")
    return tuple(_path(each) for each in term)


def _named_paths(term: etf.Term) -> dict[str, Path]:
    if not isinstance(term, etf.Map):
        raise InternalError("the description of the project holds no map of paths")
    return {_bytes(name).decode(): _path(path) for name, path in sorted(term.pairs, key=lambda pair: _bytes(pair[0]))}


def _pairs_of_names(term: etf.Term) -> tuple[tuple[str, str], ...]:
    match term:
        case list(pairs):
            return tuple((pair[0].name, pair[1].name) for pair in pairs)  # type: ignore[union-attr, index]
    raise InternalError("the description of the project holds no list of pairs")


def _path(term: etf.Term) -> Path:
    return Path(os.fsdecode(_bytes(term)))


def _bytes(term: etf.Term) -> bytes:
    if not isinstance(term, bytes):
        raise InternalError("the description of the project holds a term where a string should be")
    return term

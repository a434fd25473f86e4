"""The `.app` files of an archive without a project: those in named folders, and those of the installed OTP and Elixir.

`erl` knows an application when its `.app` file is on the code path, and `kernel` and `stdlib` are all that runs. So it
is in an archive: packed are the applications of the named folders, those for which their code asks (its atoms that are
names of applications, in modules that call `application`), and all that these need. Elixir runs where there is some.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hatch_elixir_workers import cache, etf, mix
from hatch_elixir_workers.applications import Application, read_application
from hatch_elixir_workers.errors import InternalError, SourceError, UserError

_ALWAYS_RUNNING = ("kernel", "stdlib")
_KIND = "app-files"

# For each file a line: the term, or what is wrong with it as a text, each as base64 of an external term.
_CONSULT = """
Told = fun(Path) ->
    case file:consult(Path) of
        {ok, [{application, Name, Properties} = Resource]} when is_atom(Name), is_list(Properties) -> Resource;
        {ok, _} -> <<"is not one term {application, Name, Properties}">>;
        {error, Why} -> unicode:characters_to_binary(file:format_error(Why))
    end
end,
[io:format("~ts~n", [base64:encode(term_to_binary(Told(Path)))]) || Path <- init:get_plain_arguments()],
halt().
"""


@dataclass(frozen=True)
class Known:
    """The applications of an archive, each behind those that it needs: those that run, those that can be started."""

    running: tuple[Application, ...]
    startable: tuple[Application, ...]

    @property
    def warnings(self) -> list[str]:
        """A line for each that would do nothing."""
        return [each.warning for each in self.startable if each.warning]


def find_resources(paths: Iterable[Path]) -> list[Path]:
    """The .app files in these of the paths that are folders, to any depth. Raises UserError for two that differ."""
    found: dict[str, Path] = {}
    for folder in (path for path in paths if path.is_dir()):
        for file in sorted(folder.rglob("*.app")):
            known = found.setdefault(file.name, file)
            if known.read_bytes() != file.read_bytes():
                raise UserError(
                    f"application {file.stem} is in two files that differ: {known} and {file}",
                    fix="Name only one of their folders.",
                )
    return list(found.values())


def known_applications(
    own: Sequence[Path], asked: Iterable[str], installed: mix.Toolchain, *, elixir: Sequence[str]
) -> Known:
    """Those of the files `own` and of the names `asked`, with what they need; `elixir` are those of Elixir that run.

    Names that are no application's are left out. Raises `SourceError` for a file that is none.
    """
    named = {each.name: replace(each, of_project=True) for each in read_resources(own)}
    files = _installed_files(installed)

    def read(names: Sequence[str]) -> Iterator[Application]:
        yield from (named[name] for name in names if name in named)
        yield from read_resources([files[name] for name in names if name not in named and name in files])

    running = _closure([*_ALWAYS_RUNNING, *elixir], {}, read)
    everything = _closure([*named, *sorted(asked)], running, read)
    return Known(tuple(running.values()), tuple(each for name, each in everything.items() if name not in running))


def installed_names(installed: mix.Toolchain) -> frozenset[str]:
    """The applications of the installed OTP and Elixir."""
    return frozenset(_installed_files(installed))


def _installed_files(installed: mix.Toolchain) -> dict[str, Path]:
    folders = reversed((*installed.elixir_lib_dirs, *installed.erl_lib_dirs))
    names = ((folder.parent.name.partition("-")[0], folder) for folder in folders)
    return {name: file for name, folder in names if (file := folder / f"{name}.app").is_file()}


def _closure(
    names: Iterable[str],
    known: Mapping[str, Application],
    read: Callable[[Sequence[str]], Iterable[Application]],
) -> dict[str, Application]:
    """`known` and those of these names, each behind those that it needs."""
    found: dict[str, Application] = {}
    wanted = [name for name in names if name not in known]
    while wanted:
        new = {each.name: each for each in read(wanted)}
        found |= new
        needed = {name for each in new.values() for name in (*each.needed, *each.included)}
        wanted = sorted(needed - found.keys() - known.keys())
    ordered = dict(known)
    for name in sorted(found):
        _add(name, found, ordered)
    return ordered


def _add(name: str, found: Mapping[str, Application], ordered: dict[str, Application]) -> None:
    if name in ordered or name not in found:
        return
    pending = {key: each for key, each in found.items() if key != name}
    for needed in sorted({*found[name].needed, *found[name].included}):
        _add(needed, pending, ordered)
    ordered.setdefault(name, found[name])


def read_resources(files: Sequence[Path]) -> list[Application]:
    """What these files say, in their order; each is read by `erl` once for the same content. Raises `SourceError`."""
    keys = [cache.digest([b"app", file.read_bytes()]) for file in files]
    terms = {key: data for key in keys if (data := cache.load(_KIND, key)) is not None}
    unknown = [(key, file) for key, file in zip(keys, files, strict=True) if key not in terms]
    for (key, file), data in zip(unknown, _consulted([file for _, file in unknown]), strict=True):
        terms[key] = _checked(file, data)
        cache.store(_KIND, key, data)
    return [read_application(etf.decode(terms[key])) for key in keys]


def _consulted(files: Sequence[Path]) -> list[bytes]:
    if not files:
        return []
    return mix.evaluated(_CONSULT, [str(file) for file in files])


def _checked(file: Path, data: bytes) -> bytes:
    term = etf.decode(data)
    if isinstance(term, bytes):
        raise SourceError(term.decode(errors="replace"), file=str(file), fix="Compile the application again.")
    if not isinstance(term, tuple):
        raise InternalError(f"{file}: what erl says of it is neither a resource nor an error")
    return data

"""Every module that could be packed, and where it comes from.

    consolidated   protocols of the project, with all their implementations in a table
    app            the application's own modules
    dependency     its dependencies, the framework among them
    stand-in       priv/stdlib: OTP modules that would need an operating system, and the VM's boot modules
    vm-stdlib      in place of these, the library of another machine, which `vm.stdlib` names
    elixir, otp    what is installed

A module is taken from the first origin of this list that has it. Files are found now and read when they are reached.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from hatch_elixir_workers import cache, etf, mix
from hatch_elixir_workers.applications import APPLICATIONS_FILE, Application, applications_file
from hatch_elixir_workers.beam import BeamModule, parse_beam, read_beam
from hatch_elixir_workers.config import TARGET_TABLE, Config
from hatch_elixir_workers.errors import BeamError, ConfigError
from hatch_elixir_workers.facts import ModuleFacts, module_facts
from hatch_elixir_workers.mix import Project, Toolchain

_NO_ENVIRONMENT = etf.encode([])
# Who asks what is known of the applications: `application`, and the boot module for who parses Elixir.
READERS_OF_APPLICATIONS = frozenset({"application", "elixir_tokenizer"})


_NATIVE_LIBRARIES = (".so", ".dll", ".dylib")


class Origin(enum.Enum):
    """Where a module comes from; the value is its name in manifest.json."""

    CONSOLIDATED = "consolidated"
    APP = "app"
    DEPENDENCY = "dependency"
    STAND_IN = "stand-in"
    VM_STDLIB = "vm-stdlib"
    ELIXIR = "elixir"
    OTP = "otp"

    @property
    def is_library(self) -> bool:
        """Shipped with Elixir, OTP or this package: only what is reachable of it counts."""
        return self not in (Origin.APP, Origin.DEPENDENCY)


@dataclass(frozen=True)
class Source:
    """One compiled module on disk."""

    name: str
    path: Path
    origin: Origin

    @property
    def application(self) -> str:
        """The application that the file is installed with: `…/stdlib-4.2/ebin/lists.beam` is of `stdlib`."""
        return self.path.parent.parent.name.partition("-")[0]


@dataclass
class Universe:
    """All modules by name; bytes and facts are read once, when first asked for."""

    sources: dict[str, Source]
    _data: dict[str, bytes] = field(default_factory=dict)
    _facts: dict[str, ModuleFacts] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self.sources

    def facts(self, name: str) -> ModuleFacts:
        """The facts of a module that is in here. Raises `BeamError` for a damaged file."""
        if name not in self._facts:
            self._facts[name] = module_facts(self.data(name), str(self.sources[name].path))
        return self._facts[name]

    def data(self, name: str) -> bytes:
        """The bytes of its file."""
        if name not in self._data:
            path = self.sources[name].path
            try:
                self._data[name] = path.read_bytes()
            except OSError as error:
                raise BeamError(path, "file", 0, f"cannot be read: {error.strerror or error}") from None
        return self._data[name]

    def read(self) -> Mapping[str, bytes]:
        """The modules that have been read so far, and their bytes."""
        return MappingProxyType(self._data)

    def module(self, name: str) -> BeamModule:
        """The parsed file."""
        return parse_beam(self.data(name), self.sources[name].path)

    def is_library(self, name: str) -> bool:
        """See `Origin.is_library`; a module that is not here is nobody's."""
        return name in self.sources and self.sources[name].origin.is_library

    def of_origin(self, *origins: Origin) -> Iterator[str]:
        """The names of the modules from there, sorted."""
        return iter(sorted(name for name, source in self.sources.items() if source.origin in origins))


def collect_project(
    project: Project, toolchain: Toolchain, stand_in_sources: Path, vm_stdlib: Path | None = None
) -> Universe:
    """The universe of a compiled mix project; `vm_stdlib` is the folder of another machine's library."""
    machines_own = (
        (Origin.STAND_IN, [stand_ins(stand_in_sources, toolchain)])
        if vm_stdlib is None
        else (Origin.VM_STDLIB, [vm_stdlib])
    )
    return universe(
        [
            (Origin.CONSOLIDATED, [project.consolidated or _consolidated(project, toolchain)]),
            (Origin.APP, project.app_ebins),
            (Origin.DEPENDENCY, project.dependency_ebins),
            machines_own,
            (Origin.ELIXIR, toolchain.elixir_lib_dirs),
            (Origin.OTP, toolchain.erl_lib_dirs),
        ]
    )


def _consolidated(project: Project, toolchain: Toolchain) -> Path:
    """A bundle holds protocols with their implementations in a table, whatever the project wants for itself."""
    from hatch_elixir_workers.consolidation import consolidated

    ebins = [*project.app_ebins, *project.dependency_ebins]
    return consolidated((read_beam(file) for ebin in ebins for file in ebin.glob("*.beam")), toolchain)


def universe(folders: Iterable[tuple[Origin, Sequence[Path]]]) -> Universe:
    """The universe of these folders of .beam files; the first that has a module wins."""
    sources: dict[str, Source] = {}
    for origin, paths in folders:
        for path in paths:
            for name in _beam_names(path):
                sources.setdefault(name, Source(name, path / f"{name}.beam", origin))
    return Universe(sources)


def _beam_names(folder: Path) -> list[str]:
    try:
        return sorted(file.name.removesuffix(".beam") for file in folder.iterdir() if file.name.endswith(".beam"))
    except (FileNotFoundError, NotADirectoryError):
        return []


def stand_ins(sources: Path, toolchain: Toolchain) -> Path:
    """The folder with priv/stdlib/*.erl compiled by the installed erlc; compiled once for the same sources and OTP."""
    files = sorted(sources.glob("*.erl"))
    headers = sorted(sources.glob("*.hrl"))
    contents = [part for file in [*files, *headers] for part in (file.name.encode(), file.read_bytes())]
    key = cache.digest([b"stand-ins", toolchain.otp_release.encode(), *contents])
    return cache.folder("stand-ins", key, lambda folder: mix.erlc(files, folder))


def application_files(
    project: Project, toolchain: Toolchain, modules: Collection[str], asked: Collection[str] = ()
) -> dict[str, bytes]:
    """The plain files of the project's applications: `my_app/priv/…`, and what `Application` finds.

    So are those of dependencies whose names are `asked` for, but for native libraries, which nothing here can load.
    """
    files = {f"{app}/priv/{path}": data for app, priv in project.privs.items() for path, data in _files_below(priv)}
    for app in sorted(project.dependency_privs.keys() & set(asked)):
        found = _files_below(project.dependency_privs[app])
        files |= {f"{app}/priv/{path}": data for path, data in found if not path.endswith(_NATIVE_LIBRARIES)}
    if not READERS_OF_APPLICATIONS.isdisjoint(modules):
        files[APPLICATIONS_FILE] = applications_file(_with_elixir(project.applications, toolchain), modules)
        if project.environment != _NO_ENVIRONMENT:
            files["atomvm/config.bin"] = project.environment
    return files


def _with_elixir(applications: Sequence[Application], toolchain: Toolchain) -> list[Application]:
    """Elixir runs from the start, as under `elixir` and in a release, whoever lists it."""
    listed = any(each.name == toolchain.elixir_application.name for each in applications)
    return [*applications] if listed else [toolchain.elixir_application, *applications]


def binding_files(config: Config, root: Path) -> dict[str, bytes]:
    """What the bindings' own folders hold (migrations of a database), by path below pyproject.toml's folder `root`.

    Raises `ConfigError` for a folder that is not there or holds nothing.
    """
    files: dict[str, bytes] = {}
    for binding in config.bindings:
        for name in (each.name for each in binding.kind.fields if each.folder and each.name in binding.fields):
            folder = Path(str(binding.fields[name]))
            found = {(folder / path).as_posix(): data for path, data in _files_below(root / folder)}
            if not found:
                path = f"{TARGET_TABLE}.bindings.{binding.name}.{name}"
                raise ConfigError([f'{path} names "{folder.as_posix()}", and there are no files in {root / folder}'])
            files |= found
    return files


def _files_below(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The files by path, in order; links to folders are followed, as in a release, but not into themselves."""
    found = sorted(file for file in _walk(folder, frozenset()) if file.is_file())
    yield from ((file.relative_to(folder).as_posix(), file.read_bytes()) for file in found)


def _walk(folder: Path, above: frozenset[Path]) -> Iterator[Path]:
    here = folder.resolve()
    if here in above or not folder.is_dir():
        return
    for path in folder.iterdir():
        yield path
        yield from _walk(path, above | {here})


def machine_files(installed: Toolchain) -> dict[str, bytes]:
    """The plain files that the machine reads: the OTP release."""
    return {"atomvm/otp_release": installed.otp_release.encode()}

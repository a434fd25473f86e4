"""From an application's configuration to its bundle: plan, compile, collect, shake, check, pack, bundle."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hatch_elixir_workers import bundle, cache, mix, reasons
from hatch_elixir_workers.beam import MFA
from hatch_elixir_workers.collect import (
    Origin,
    Universe,
    application_files,
    binding_files,
    collect_project,
    machine_files,
)
from hatch_elixir_workers.config import TARGET_TABLE, Config, parse_config
from hatch_elixir_workers.entry import find_entry
from hatch_elixir_workers.errors import CommandError, ConfigError, ElixirWorkersError, SourceError
from hatch_elixir_workers.lock import alone_in
from hatch_elixir_workers.logger_config import backend_warnings
from hatch_elixir_workers.machine import Machine, load_machine
from hatch_elixir_workers.on_load import on_load_file
from hatch_elixir_workers.paths import priv_dir
from hatch_elixir_workers.plugin_code import blamed, plugin_sources, require_distinct_modules
from hatch_elixir_workers.plugins import load_registry
from hatch_elixir_workers.roots import logger_roots, roots
from hatch_elixir_workers.selection import Selection, keep, key_of, own_code, recall
from hatch_elixir_workers.settings import settings_files

if TYPE_CHECKING:
    from hatch_elixir_workers.other_machine import Library

_ARCHIVES = "archives"
_LIBRARY = frozenset(each.value for each in (Origin.CONSOLIDATED, Origin.ELIXIR, Origin.OTP))

Report = Callable[[str], None]

# What a build ends with when it is not a bug: shown as one message, without a traceback.
FAILURES = (ElixirWorkersError, OSError, KeyboardInterrupt)
# 128 and the number of SIGINT, as shells have it.
_EXIT_INTERRUPTED = 130


@dataclass(frozen=True)
class Order:
    """What hatchling knows of a build: the folder of pyproject.toml, the project, its table and the table's name."""

    root: Path
    project_name: str
    project_version: str
    raw: Mapping[str, Any]
    table: str = TARGET_TABLE


@dataclass(frozen=True)
class Plan:
    """What is fixed before anything runs."""

    order: Order
    config: Config
    project: Path
    priv: Path
    machine: Machine
    library: Library | None = None


@dataclass(frozen=True)
class Packed:
    """The archive, and what is in it."""

    archive: bytes
    modules: tuple[bundle.PackedModule, ...]
    files: tuple[bundle.PackedFile, ...]


@contextmanager
def built(order: Order, *, inform: Report, warn: Report) -> Iterator[dict[str, bytes]]:
    """The files of the bundle, by path; no other build is in the project as long as the context lasts.

    Raises `ElixirWorkersError`; nothing is written outside of `_build` and caches. `inform` and `warn` take one message
    each.
    """
    plan = make_plan(order)
    with alone_in(plan.project, inform):
        yield _build(plan, inform, warn)


def _build(plan: Plan, inform: Report, warn: Report) -> dict[str, bytes]:
    project, toolchain = compile_application(plan, inform)
    vm_stdlib = None if plan.library is None else plan.library.folder
    universe = collect_project(project, toolchain, plan.priv / "stdlib", vm_stdlib)
    entry = find_entry(universe, plan.config.entry)
    require_applications(project)
    say_what_is_left_out(project, warn)
    say_which_streams_are_unmatched(universe, entry, plan.config, warn)
    starts = list(roots(universe, entry, plan.config, project.applications, replay=not plan.machine.is_reactor))
    starts += logger_roots(universe, project.environment)
    selection = select(plan, universe, starts, [*project.source_roots, *plugin_sources(plan.config)])
    for warning in selection.warnings:
        warn(warning)
    if plan.library is not None:
        say_what_the_library_lacks(selection, plan.priv / "stdlib", warn)
    files = plain_files(plan, project, toolchain, selection)
    packed = pack(selection, entry, files, condense=plan.machine.is_own)
    return bundle.bundle_files(contents(plan, toolchain, entry, selection, packed), plan.priv / "worker")


def exit_code(failure: BaseException) -> int:
    """What the process ends with for one of `FAILURES`."""
    return _EXIT_INTERRUPTED if isinstance(failure, KeyboardInterrupt) else 1


def failure_text(failure: BaseException) -> str:
    """The message for one of `FAILURES`."""
    if isinstance(failure, KeyboardInterrupt):
        return "elixir-workers: interrupted; what was in dist/ before is still there"
    if isinstance(failure, OSError) and failure.filename is not None:
        return f"elixir-workers: {failure.filename2 or failure.filename}: {failure.strerror}"
    return f"elixir-workers: {failure}"


def make_plan(order: Order) -> Plan:
    """Reads the configuration and looks for the virtual machine."""
    config = parse_config(order.raw, load_registry(), project_name=order.project_name, table=order.table)
    priv = priv_dir()
    project = order.root / config.project
    if config.vm is None:
        return Plan(order, config, project, priv, load_machine(priv))
    from hatch_elixir_workers.other_machine import other_machine, read_library

    return Plan(order, config, project, priv, other_machine(config.vm, order.root), read_library(config.vm, order.root))


def compile_application(plan: Plan, inform: Report) -> tuple[mix.Project, mix.Toolchain]:
    """Runs mix, and asks for the toolchain meanwhile; what mix printed (warnings, mostly) is passed on."""
    sources, framework = plugin_sources(plan.config), plan.priv / "elixir"
    require_distinct_modules(sources, framework)
    with ThreadPoolExecutor(max_workers=1) as background:
        toolchain = background.submit(mix.toolchain)
        try:
            project = mix.compile_project(plan.project, framework, sources)
        except CommandError as error:
            raise blamed(error, sources) from error
    if project.output.strip():
        inform(project.output.rstrip())
    return project, toolchain.result()


def require_applications(project: mix.Project) -> None:
    """Raises `SourceError` for applications that are needed and nowhere, as `mix release` does: nothing would start."""
    if project.absent_applications:
        needs = ", ".join(f"{name} (needed by {by})" for by, name in project.absent_applications)
        raise SourceError(
            f"these applications are neither dependencies nor installed: {needs}",
            fix="Take them out of mix.exs (`extra_applications`), or install them; Debian has OTP in many packages "
            "(erlang-mnesia, erlang-os-mon, …).",
        )


def say_what_is_left_out(project: mix.Project, warn: Report) -> None:
    """What a release has and a bundle has not."""
    if project.runtime_config:
        warn(
            "warning: config/runtime.exs is not evaluated, neither here nor in the worker: secrets of this machine "
            "would get into the bundle. Values of the deployment are `vars` and `secrets`; handlers find them in "
            'conn["env"]'
        )
    for application in project.applications:
        if application.warning:
            warn(f"warning: {application.warning}")
    for problem in backend_warnings(project.environment):
        warn(f"warning: {problem}")


def say_which_streams_are_unmatched(universe: Universe, entry: str, config: Config, warn: Report) -> None:
    """Paths of `streamed-bodies` that no route can match; raises `ConfigError` when the configuration is strict."""
    if not config.streamed_bodies:
        return
    from hatch_elixir_workers.routes import unmatched_streams

    problems = unmatched_streams(universe, entry, config)
    if problems and config.strict:
        raise ConfigError(problems)
    for problem in problems:
        warn(f"warning: {problem}")


def say_what_the_library_lacks(selection: Selection, stand_in_sources: Path, warn: Report) -> None:
    """Packed modules of the installed OTP that need an operating system: those that `vm.stdlib` could have replaced."""
    names = {path.stem for path in stand_in_sources.glob("*.erl")}
    packed = sorted(name for name, origin, _ in selection.modules if origin == Origin.OTP.value and name in names)
    if packed:
        warn(
            f"warning: the library that {TARGET_TABLE}.vm.stdlib names lacks {', '.join(packed)}: packed are those "
            "of the installed OTP, which need an operating system. Add modules that do without "
            "(docs/reference/configuration.md)"
        )


def select(
    plan: Plan, universe: Universe, starts: Sequence[tuple[MFA, str]], source_roots: Sequence[Path]
) -> Selection:
    """What is reached and packed, checked; as last time when nothing that decides it has changed."""
    machine, config = plan.machine, plan.config
    natives = [sorted(each) for each in (machine.natives, machine.declining)]
    decisions = (starts, config.shake, config.strict, source_roots, natives, machine.natives_known, machine.is_own)
    key = key_of(universe, map(repr, decisions))
    known = recall(key, universe)
    if known is not None:
        return known
    # A third of what is to be imported, which a build with nothing new does without.
    from hatch_elixir_workers.selected import selected

    selection = selected(universe, starts, machine, config, source_roots)
    keep(key, universe, selection)
    return selection


def plain_files(plan: Plan, project: mix.Project, toolchain: mix.Toolchain, selection: Selection) -> dict[str, bytes]:
    """What the archive holds beside the modules, by name."""
    own = application_files(project, toolchain, [name for name, *_ in selection.modules], selection.privs)
    settings = settings_files(plan.config, project.applications, replay=not plan.machine.is_reactor)
    library = {} if plan.library is None else plan.library.files
    return {**library, **own, **machine_files(toolchain), **settings, **on_load_file(selection.on_load)}


def pack(selection: Selection, entry: str, files: Mapping[str, bytes], *, condense: bool) -> Packed:
    """The archive of these modules and files. Only our own machine reads one that is condensed."""
    archive = _archive(selection, entry, files, condense=condense)
    reasons.remember(archive, selection.reasons)
    return Packed(
        archive,
        tuple(bundle.PackedModule(name, origin, len(beam)) for name, origin, beam in selection.modules),
        tuple(bundle.PackedFile(name, len(data)) for name, data in sorted(files.items())),
    )


def _archive(selection: Selection, entry: str, files: Mapping[str, bytes], *, condense: bool) -> bytes:
    beams = {name: beam for name, _, beam in selection.modules}
    if not condense:
        return _written(beams, entry, files)
    named = [part for each in (beams, files) for name, data in sorted(each.items()) for part in (name.encode(), data)]
    origins = repr([(name, origin) for name, origin, _ in selection.modules])
    key = cache.digest([own_code().encode(), entry.encode(), origins.encode(), *named])
    archive = cache.load(_ARCHIVES, key)
    if archive is None:
        library = {name for name, origin, _ in selection.modules if origin in _LIBRARY}
        archive = _written(beams, entry, files, library)
        cache.store(_ARCHIVES, key, archive)
    return archive


def _written(
    beams: Mapping[str, bytes], entry: str, files: Mapping[str, bytes], library: Set[str] | None = None
) -> bytes:
    from hatch_elixir_workers.pack import write_archive

    return write_archive(beams, entry, files, library=library)


def _machine(plan: Plan, selection: Selection) -> bytes:
    """The virtual machine with the natives that are reached, or all of it where nothing is to be left out."""
    if plan.config.shake != "functions":
        return plan.machine.wasm.read_bytes()
    return plan.machine.for_modules([name for name, *_ in selection.modules], selection.natives, is_command=False)


def contents(plan: Plan, toolchain: mix.Toolchain, entry: str, selection: Selection, packed: Packed) -> bundle.Contents:
    """All that the bundle is made of."""
    return bundle.Contents(
        config=plan.config,
        project_name=plan.order.project_name,
        project_version=plan.order.project_version,
        entry=entry,
        archive=packed.archive,
        machine=_machine(plan, selection),
        modules=packed.modules,
        plain_files=packed.files,
        versions={
            "elixir": toolchain.elixir_version,
            "otp": toolchain.otp_release,
            **({} if plan.machine.version is None else {"vm": plan.machine.version}),
        },
        vm=bundle.Vm(is_own=plan.machine.is_own, is_reactor=plan.machine.is_reactor),
        carried=binding_files(plan.config, plan.order.root),
    )

"""From an application's configuration to its bundle: plan, compile, collect, shake, check, pack, bundle."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hatch_elixir_workers import bundle, cache, mix, shake, why
from hatch_elixir_workers.applications import Application, atoms_of_environments, structs_of_environments
from hatch_elixir_workers.beam import MFA, BeamModule, strip
from hatch_elixir_workers.check import Missing, check, evaluation, require_nothing_missing, told
from hatch_elixir_workers.collect import (
    Origin,
    Source,
    Universe,
    application_files,
    binding_files,
    collect_project,
    machine_files,
)
from hatch_elixir_workers.config import TARGET_TABLE, Config, Keep, parse_config
from hatch_elixir_workers.entry import find_entry
from hatch_elixir_workers.errors import CommandError, ConfigError, ElixirWorkersError
from hatch_elixir_workers.foreign_atoms import FOR_CONFIGURATION, is_foreign
from hatch_elixir_workers.logger_config import backend_warnings, named_modules
from hatch_elixir_workers.machine import Machine, load_machine
from hatch_elixir_workers.names import shown_module
from hatch_elixir_workers.other_machine import Library, other_machine, read_library
from hatch_elixir_workers.pack import write_archive
from hatch_elixir_workers.paths import priv_dir
from hatch_elixir_workers.plugin_code import blamed, plugin_sources, require_distinct_modules
from hatch_elixir_workers.plugins import load_registry
from hatch_elixir_workers.relocate import folders_within, relocated
from hatch_elixir_workers.routes import unmatched_streams
from hatch_elixir_workers.selection import Selection, keep, key_of, own_code, recall
from hatch_elixir_workers.settings import settings_files, settings_roots
from hatch_elixir_workers.shaken import shaken, shaken_modules

BOOT_MODULE = "atomvm_init"
_MAX_WARNINGS = 20
_ARCHIVES = "archives"
_LIBRARY = frozenset(each.value for each in (Origin.CONSOLIDATED, Origin.ELIXIR, Origin.OTP))

Report = Callable[[str], None]

# What a build ends with when it is not a bug: shown as one message, without a traceback.
FAILURES = (ElixirWorkersError, OSError)


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


def build(order: Order, *, inform: Report, warn: Report) -> dict[str, bytes]:
    """The files of the bundle, by path. Raises `ElixirWorkersError`; nothing is written outside of `_build` and caches.

    `inform` and `warn` take one message each.
    """
    plan = make_plan(order)
    project, toolchain = compile_application(plan, inform)
    vm_stdlib = None if plan.library is None else plan.library.folder
    universe = collect_project(project, toolchain, plan.priv / "stdlib", vm_stdlib)
    entry = find_entry(universe, plan.config.entry)
    say_what_is_left_out(project, warn)
    say_which_streams_are_unmatched(universe, entry, plan.config, warn)
    starts = list(roots(universe, entry, plan.config, project.applications, replay=not plan.machine.is_reactor))
    starts += logger_roots(universe, project.environment)
    selection = select(plan, universe, starts, [*project.source_roots, *plugin_sources(plan.config)])
    for warning in selection.warnings:
        warn(warning)
    if plan.library is not None:
        say_what_the_library_lacks(selection, plan.priv / "stdlib", warn)
    files = plain_files(plan, project, toolchain, [name for name, *_ in selection.modules])
    packed = pack(selection, entry, files, condense=plan.machine.is_own)
    return bundle.bundle_files(contents(plan, toolchain, entry, selection, packed), plan.priv / "worker")


def failure_text(failure: Exception) -> str:
    """The message for one of `FAILURES`."""
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


def roots(
    universe: Universe, entry: str, config: Config, applications: Sequence[Application], *, replay: bool = False
) -> Iterator[tuple[MFA, str]]:
    """Where execution begins: the boot module (all of it: the VM calls it), the entry, what settings name, `keep`."""
    if BOOT_MODULE in universe:
        yield from shake.exported_roots(universe, BOOT_MODULE, "the virtual machine boots with it")
    yield MFA(entry, "start", 0), "the entry module's start function"
    yield from settings_roots(universe, config, applications, replay=replay)
    for struct in sorted(shake.STRUCTS_THAT_WAIT & structs_of_environments(applications)):
        yield from shake.exported_roots(universe, struct, "its struct is in the configuration of an application")
    if FOR_CONFIGURATION.module in universe and is_foreign(atoms_of_environments(applications)):
        yield FOR_CONFIGURATION, "the configuration of an application has an atom with characters beyond ASCII"
    for each in config.keep:
        yield from _kept(universe, each)


def logger_roots(universe: Universe, environment: bytes) -> Iterator[tuple[MFA, str]]:
    """Handlers, formatters and translators that configuration names."""
    for module, reason in sorted(named_modules(environment).items()):
        if module in universe:
            yield from shake.exported_roots(universe, module, reason)


def _kept(universe: Universe, keep: Keep) -> Iterator[tuple[MFA, str]]:
    name = shown_module(keep.module)
    if keep.module not in universe:
        raise ConfigError([f'{TARGET_TABLE}.keep names "{name}", which neither the application nor a library has'])
    if keep.function is None or keep.arity is None:
        yield from shake.exported_roots(universe, keep.module, "named by `keep`")
        return
    if (keep.function, keep.arity) not in universe.facts(keep.module).exports:
        raise ConfigError([f'{TARGET_TABLE}.keep names "{name}.{keep.function}/{keep.arity}", which is not exported'])
    yield MFA(keep.module, keep.function, keep.arity), "named by `keep`"


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
    warnings: list[str] = []
    reach = shake.reach(universe, starts, machine.natives, machine.declining)
    missing = check(universe, reach, natives_known=machine.natives_known)
    report_missing(missing, strict=config.strict, warn=warnings.append)
    evaluated = None if config.keep or config.shake == "none" else evaluation(universe, reach)
    if evaluated is not None:
        warnings.append(f"warning: {evaluated}")
    names = shaken_modules(universe, reach, config.shake)
    modules = packable(universe, reach, names, config.shake, source_roots, warnings.append, condense=machine.is_own)
    selection = Selection(
        modules=tuple((source.name, source.origin.value, strip(module)) for source, module in modules.items()),
        warnings=tuple(warnings),
        natives=tuple(mfa for mfa in reach.functions if mfa in machine.natives),
        reasons=why.packed(reach),
    )
    keep(key, universe, selection)
    return selection


def report_missing(missing: Sequence[Missing], *, strict: bool, warn: Report) -> None:
    """Warns of them, or raises when the configuration is strict."""
    if strict:
        require_nothing_missing(missing)
    messages = told(missing)
    for each in messages[:_MAX_WARNINGS]:
        warn(f"warning: {each}")
    if len(messages) > _MAX_WARNINGS:
        left = len(messages) - _MAX_WARNINGS
        warn(f"warning: {left} more calls lead to what is missing; `strict = true` lists all of them")


def plain_files(plan: Plan, project: mix.Project, toolchain: mix.Toolchain, modules: Sequence[str]) -> dict[str, bytes]:
    """What the archive holds beside these modules, by name."""
    own = application_files(project, toolchain, modules)
    settings = settings_files(plan.config, project.applications, replay=not plan.machine.is_reactor)
    library = {} if plan.library is None else plan.library.files
    return {**library, **own, **machine_files(toolchain), **settings}


def packable(
    universe: Universe,
    reach: shake.Reach,
    names: Sequence[str],
    level: str,
    source_roots: Sequence[Path],
    warn: Report,
    *,
    condense: bool,
) -> dict[Source, BeamModule]:
    """These modules as they are packed, shaken and without the folders of this machine.

    Only our own machine reads what is condensed.
    """
    modules = {universe.sources[name]: shaken(universe, reach, name, level, condense=condense) for name in names}
    for source, module in modules.items():
        if source.origin in (Origin.APP, Origin.DEPENDENCY, Origin.CONSOLIDATED):
            _warn_of_folders(module, source_roots, warn)
            modules[source] = relocated(module, source_roots)
    return modules


def _warn_of_folders(module: BeamModule, source_roots: Sequence[Path], warn: Report) -> None:
    for folder in folders_within(module, source_roots):
        warn(
            f"warning: {shown_module(module.name)} holds the path {folder} (from `__DIR__` or `__ENV__`?): "
            "the bundle will differ when it is built in another folder"
        )


def pack(selection: Selection, entry: str, files: Mapping[str, bytes], *, condense: bool) -> Packed:
    """The archive of these modules and files. Only our own machine reads one that is condensed."""
    archive = _archive(selection, entry, files, condense=condense)
    why.remember(archive, selection.reasons)
    return Packed(
        archive,
        tuple(bundle.PackedModule(name, origin, len(beam)) for name, origin, beam in selection.modules),
        tuple(bundle.PackedFile(name, len(data)) for name, data in sorted(files.items())),
    )


def _archive(selection: Selection, entry: str, files: Mapping[str, bytes], *, condense: bool) -> bytes:
    beams = {name: beam for name, _, beam in selection.modules}
    if not condense:
        return write_archive(beams, entry, files)
    named = [part for each in (beams, files) for name, data in sorted(each.items()) for part in (name.encode(), data)]
    origins = repr([(name, origin) for name, origin, _ in selection.modules])
    key = cache.digest([own_code().encode(), entry.encode(), origins.encode(), *named])
    archive = cache.load(_ARCHIVES, key)
    if archive is None:
        library = {name for name, origin, _ in selection.modules if origin in _LIBRARY}
        archive = write_archive(beams, entry, files, library=library)
        cache.store(_ARCHIVES, key, archive)
    return archive


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

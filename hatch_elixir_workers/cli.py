"""The `elixir-workers` command: the one place that prints and exits."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Any

import click

from hatch_elixir_workers import __version__
from hatch_elixir_workers.avm import CODE, FILE, START, Section
from hatch_elixir_workers.condensed_archive import read_archive_file
from hatch_elixir_workers.config import DEFAULT_SHAKE, SHAKE_LEVELS
from hatch_elixir_workers.errors import ElixirWorkersError, VmError
from hatch_elixir_workers.pack import build_archive, collect_beams, find_start_module
from hatch_elixir_workers.paths import write_atomically

EXIT_FAILURE = 1
EXIT_VM_CRASH = 4

_EXISTING = click.Path(path_type=Path, exists=True)
_FLAG_NAMES = ((START, "start"), (CODE, "code"), (FILE, "file"))


class _Group(click.Group):
    """Turns this package's errors, and the system's about files, into one message and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ElixirWorkersError as error:
            click.echo(f"error: {error}", err=True)
            ctx.exit(EXIT_VM_CRASH if isinstance(error, VmError) else EXIT_FAILURE)
        except OSError as error:
            click.echo(f"error: {error.filename or 'input/output'}: {error.strerror or error}", err=True)
            ctx.exit(EXIT_FAILURE)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="elixir-workers")
def main() -> None:
    """Elixir applications as Cloudflare Workers. Build them with `hatch build`; these are the tools beside it."""


@main.command()
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The archive.")
@click.option("--start", required=True, metavar="MODULE", help="The module whose start/0 is run.")
@click.option("--no-stdlib", is_flag=True, help="Pack only the named beams.")
@click.option(
    "--shake",
    "level",
    type=click.Choice(SHAKE_LEVELS),
    default=DEFAULT_SHAKE,
    show_default=True,
    help="What to leave out.",
)
@click.option(
    "--condense", is_flag=True, help="Condense the archive as in a bundle: smaller, for the machine here alone."
)
@click.option("--machine", type=click.Path(path_type=Path, dir_okay=False), help="Also the machine that they need.")
@click.argument("beams", metavar="BEAM_OR_DIR...", nargs=-1, required=True, type=_EXISTING)
def pack(
    output: Path, start: str, no_stdlib: bool, level: str, condense: bool, machine: Path | None, beams: tuple[Path, ...]
) -> None:
    """Pack compiled modules, and what they need from the installed OTP and Elixir, into an .avm archive."""
    modules = collect_beams(beams)
    start_module = find_start_module(modules, start)
    if no_stdlib and machine is not None:
        raise click.UsageError("--machine needs to know all that is called: leave out --no-stdlib.")
    if no_stdlib:
        write_atomically(output, build_archive(modules, start_module, {}))
        return
    from hatch_elixir_workers import reasons
    from hatch_elixir_workers.app_files import find_resources
    from hatch_elixir_workers.closure import machine_for, with_stdlib

    closure = with_stdlib(modules, level, resources=find_resources(beams), condense=condense)
    for warning in (*closure.missing, *closure.warnings):
        click.echo(f"warning: {warning}", err=True)
    library = closure.modules.keys() - modules.keys() if condense else None
    archive = build_archive(closure.modules, start_module, closure.files, library=library)
    write_atomically(output, archive)
    if machine is not None:
        write_atomically(machine, machine_for(closure))
    reasons.remember(archive, reasons.packed(closure.reach))


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("archive", type=click.Path(path_type=Path))
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
@click.option("--vm", type=click.Path(path_type=Path), help="Another virtual machine than the one installed.")
def run(archive: Path, args: tuple[str, ...], vm: Path | None) -> None:
    """Run an .avm archive under WASI. The exit code is the virtual machine's; 4 when it crashes."""
    from hatch_elixir_workers.run import run_archive

    sys.exit(run_archive(archive, vm=vm, args=args))


@main.command(name="why")
@click.argument("archive", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("name", metavar="MODULE.FUNCTION/ARITY")
def why_(archive: Path, name: str) -> None:
    """Print the chain of calls that keeps a function, or a module, in an .avm archive that was built or packed here."""
    from hatch_elixir_workers import why

    click.echo(why.explain(why.recall(archive.read_bytes(), archive), name))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON array, an object for each plugin.")
def plugins(as_json: bool) -> None:
    """List the binding kinds and middleware of this package and of every installed plugin, with what can be configured.

    The exit code is 1 when a plugin cannot be used.
    """
    from hatch_elixir_workers import plugin_list
    from hatch_elixir_workers.plugins import find_plugins

    found = find_plugins()
    click.echo(json.dumps(plugin_list.as_json(found), indent=2) if as_json else plugin_list.as_text(found))
    problems = [problem for plugin in found for problem in plugin.problems]
    for problem in problems:
        click.echo(f"error: {problem}", err=True)
    if problems:
        sys.exit(EXIT_FAILURE)


@main.command()
@click.option(
    "--project", type=click.Path(path_type=Path, file_okay=False), default=".", help="The application's folder."
)
def env(project: Path) -> None:
    """Print what a build sets for `mix`, as a shell takes it: `eval "$(elixir-workers env)"`."""
    from hatch_elixir_workers.environment import mix_environment

    for name, value in mix_environment(project.resolve()).items():
        click.echo(f"export {name}={shlex.quote(value)}")


@main.command()
@click.argument("name")
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), default=".", help="Where its folder is made.")
def new(name: str, into: Path) -> None:
    """Write a new application, which `hatch build -t elixir-workers` builds."""
    from hatch_elixir_workers.scaffold import new_application

    click.echo(new_application(name, into))


@main.command(name="new-plugin")
@click.argument("name")
@click.option("--kind", type=click.Choice(("binding", "middleware", "event")), required=True, help="What it adds.")
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), default=".", help="Where its folder is made.")
def new_plugin(name: str, kind: str, into: Path) -> None:
    """Write the distribution of a new plugin, elixir-workers-NAME, with tests that build it and run it in workerd."""
    from hatch_elixir_workers import scaffold

    click.echo(scaffold.new_plugin(name, kind, into))


@main.command(name="list")
@click.argument("archive", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON array of {name, flags, size}.")
def list_(archive: Path, as_json: bool) -> None:
    """List modules and files of an .avm archive with their flags and sizes in bytes."""
    entries = [_describe(section) for section in read_archive_file(archive)]
    click.echo(json.dumps(entries, indent=2) if as_json else _table(entries))


def _describe(section: Section) -> dict[str, Any]:
    flags = [name for bit, name in _FLAG_NAMES if section.flags & bit]
    return {"name": section.name, "flags": flags, "size": len(section.data)}


def _table(entries: list[dict[str, Any]]) -> str:
    lines = [f"{entry['size']:>9}  {'+'.join(entry['flags']):<10}  {entry['name']}" for entry in entries]
    total = sum(entry["size"] for entry in entries)
    return "\n".join([*lines, f"{total:>9}  {len(entries)} entries"])

"""`make bench`: speed and size of what there is now. Prints a table and writes it into bench/README.md.

`bench.py computing` prints the rows of the programs alone, and writes nothing.
"""

from __future__ import annotations

import gzip
import json
import math
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))

from example import BIN, HELLO, NODE, REPOSITORY, StepError, hatch_build, hatch_environment, run

from hatch_elixir_workers.consolidation import consolidated
from hatch_elixir_workers.mix import toolchain
from hatch_elixir_workers.pack import collect_beams

BENCH = REPOSITORY / "bench"
WORK = REPOSITORY / ".cache" / "bench"
PROGRAMS = REPOSITORY / "tests" / "vm" / "bench"
FRAMEWORK = REPOSITORY / "priv" / "elixir" / "lib" / "elixir_workers"
VM = REPOSITORY / "priv" / "atomvm.wasm"
BEGIN, END = "<!-- numbers -->", "<!-- end of numbers -->"
RUNS = 5
BUILDS = 3

# Every program in its own time, after one run that is not counted. A line of stderr for each: id, list of microseconds.
TIME_ON_ERL = """
    for program <- System.argv() do
      [id, module] = String.split(program, "=")
      times = for _ <- 0..RUNS, do: elem(:timer.tc(String.to_atom(module), :start, []), 0)
      IO.puts(:stderr, "#{id} #{inspect(tl(times))}")
    end
"""


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    measured: str
    target: str


# ---------------------------------------------------------------- requests


def requests(bundle: Path) -> list[Row]:
    """Overhead, first request and linear cost, each beside a worker in plain JavaScript."""
    out = run([str(NODE), str(BENCH / "requests.mjs"), str(BENCH / "bare"), str(bundle)], BENCH).stdout
    times = json.loads(out)
    return [
        Row("request overhead, p50", _beyond(times["request"]), "≤ 0.3 ms"),
        Row("first request, cold workerd, p50", _beyond(times["first"]), "≤ 10 ms"),
        Row("throughput, 32 connections", _share(times["throughput"]), "≥ 60 % of bare"),
        *_linear(times["echo"]),
    ]


def _beyond(times: Mapping[str, list[float]]) -> str:
    bare, hello = statistics.median(times["bare"]), statistics.median(times["hello"])
    return f"{hello - bare:.2f} ms ({hello:.2f} − {bare:.2f})"


def _share(rates: Mapping[str, list[float]]) -> str:
    bare, hello = statistics.median(rates["bare"]), statistics.median(rates["hello"])
    return f"{100 * hello / bare:.0f} % ({hello:.0f} / s, bare {bare:.0f} / s)"


def _linear(echo: Mapping[str, Mapping[str, list[float]]]) -> Iterable[Row]:
    first_rate = None
    for size, times in sorted(echo.items(), key=lambda item: int(item[0])):
        ms = statistics.median(times["hello"])
        rate = ms / (int(size) / 1000)
        first_rate = first_rate or rate
        bare = statistics.median(times["bare"])
        measured = f"{ms:.1f} ms, {rate:.3f} ms per KB (bare {bare:.1f} ms)"
        yield Row(f"JSON echo, {int(size) // 1000} KB, p50", measured, f"≤ {first_rate:.3f} ms per KB")


# ---------------------------------------------------------------- bindings

CALLS = {"kv-get": "KV.get", "kv-put": "KV.put", "d1-query": "D1.query_one", "d1-exec": "D1.exec"}


def bindings() -> list[Row]:
    """Calls to KV and D1, each beside the same call from plain JavaScript."""
    bundle = hatch_build(BENCH / "bindings")
    out = run([str(NODE), str(BENCH / "bindings.mjs"), str(BENCH / "bare_bindings"), str(bundle)], BENCH).stdout
    return [_call_row(name, json.loads(out)[kind]) for kind, name in CALLS.items()]


def _call_row(name: str, times: Mapping[str, Mapping[str, list[float]]]) -> Row:
    elixir, bare = (statistics.median(times[worker]["more"]) for worker in ("elixir", "bare"))
    first = statistics.median(times["elixir"]["first"]) - statistics.median(times["bare"]["first"])
    measured = (
        f"{elixir / bare:.2f} × JavaScript ({elixir:.2f} ms / {bare:.2f} ms; the first of a request {first:+.1f} ms)"
    )
    return Row(f"{name}, p50", measured, "≤ 1.3")


# ---------------------------------------------------------------- computing


@dataclass(frozen=True)
class Program:
    """One program: where its source is, and the beams that are its own, the one with `start/0` first."""

    source: Path
    beams: tuple[Path, ...]

    @property
    def module(self) -> str:
        return self.beams[0].stem

    @property
    def name(self) -> str:
        return self.source.stem.removeprefix("bench_").replace("_", " ")


def computing() -> list[Row]:
    """The programs, on `erl` and on the machine in V8."""
    programs = _programs()
    archives = {program.name: _archive(program) for program in programs}
    on_erl = _times_on_erl(programs)
    on_vm = _times_on_vm(archives)
    ratios = {name: on_vm[name] / on_erl[name] for name in archives}
    rows = [
        Row(name, f"{ratio:.1f} × erl ({on_vm[name]:.0f} ms / {on_erl[name]:.1f} ms)", "≤ 20")
        for name, ratio in ratios.items()
    ]
    mean = math.exp(statistics.fmean(math.log(ratio) for ratio in ratios.values()))
    return [*rows, Row("computing, geometric mean", f"{mean:.1f} × erl", "≤ 8")]


def _programs() -> list[Program]:
    """All programs, compiled, with the framework's JSON for those that use it."""
    shutil.rmtree(WORK / "beams", ignore_errors=True)
    erlang, elixir, framework = (WORK / "beams" / part for part in ("erlang", "elixir", "framework"))
    sources = sorted([*PROGRAMS.glob("*.erl"), *PROGRAMS.glob("*.ex")])
    _compile(["erlc", "+debug_info"], erlang, PROGRAMS.glob("*.erl"))
    _compile(["elixirc"], framework, [FRAMEWORK / "json.ex", *(FRAMEWORK / "json").glob("*.ex")])
    _compile(["elixirc", "-pa", str(framework)], elixir, PROGRAMS.glob("*.ex"))
    json_beams = tuple(sorted(framework.glob("*.beam")))
    programs = []
    for source in sources:
        own = _own_beams(source, erlang if source.suffix == ".erl" else elixir)
        uses_json = "ElixirWorkers.JSON" in source.read_text(encoding="utf-8")
        programs.append(Program(source, own + (json_beams if uses_json else ())))
    return programs


def _compile(compiler: Sequence[str], out: Path, sources: Iterable[Path]) -> None:
    out.mkdir(parents=True)
    run([*compiler, "-o", str(out), *map(str, sorted(sources))], WORK)


def _own_beams(source: Path, folder: Path) -> tuple[Path, ...]:
    defined = re.search(r"^defmodule ([\w.]+) do", source.read_text(encoding="utf-8"), re.MULTILINE)
    module = f"Elixir.{defined[1]}" if defined else source.stem
    return (folder / f"{module}.beam", *sorted(folder.glob(f"{module}.*.beam")))


def _archive(program: Program) -> Path:
    archive = WORK / f"{program.source.stem}.avm"
    command = [str(BIN / "elixir-workers"), "pack", "-o", str(archive), "--start", program.module]
    run([*command, *map(str, program.beams)], WORK)
    return archive


def _times_on_erl(programs: Sequence[Program]) -> dict[str, float]:
    """Medians in milliseconds; protocols are consolidated, as the packer does it for the machine."""
    folders = sorted({beam.parent for program in programs for beam in program.beams})
    protocols = consolidated(collect_beams(folders).values(), toolchain())
    paths = [argument for folder in (protocols, *folders) for argument in ("-pa", str(folder))]
    named = [f"{program.source.stem}={program.module}" for program in programs]
    script = WORK / "time_on_erl.exs"
    script.write_text(TIME_ON_ERL.replace("RUNS", str(RUNS)), encoding="utf-8")
    lines = run(["elixir", *paths, str(script), *named], WORK).stderr.splitlines()
    times = {stem: json.loads(numbers) for stem, _, numbers in (line.partition(" ") for line in lines)}
    return {program.name: statistics.median(times[program.source.stem]) / 1000 for program in programs}


def _times_on_vm(archives: Mapping[str, Path]) -> dict[str, float]:
    """Medians in milliseconds; the first run is not counted, as on `erl`."""
    command = [str(NODE), "--no-warnings", str(BENCH / "compute.mjs"), str(VM), str(RUNS + 1)]
    times = json.loads(run([*command, *map(str, archives.values())], WORK).stdout)
    return {name: statistics.median(times[str(archive)][1:]) for name, archive in archives.items()}


# ---------------------------------------------------------------- size, building


def size(bundle: Path) -> list[Row]:
    """All files of the bundle in one stream; wrangler transfers all but manifest.json and wrangler.toml."""
    files = {str(each.relative_to(bundle)): each.read_bytes() for each in sorted(bundle.rglob("*")) if each.is_file()}
    uploaded = [data for name, data in files.items() if name not in ("manifest.json", "wrangler.toml")]
    parts = ", ".join(f"{name} {_zipped([files[name]]):.0f}" for name in ("atomvm.wasm", "app.avm"))
    by_file = sum(_zipped([data]) for data in files.values())
    beside = f"{parts}; uploaded {_zipped(uploaded):.0f}; each file by itself {by_file:.0f}"
    return [Row("hello bundle, gzip", f"{_zipped(files.values()):.0f} KB ({beside})", "≤ 250 KB")]


def _zipped(parts: Iterable[bytes]) -> float:
    """Their size in one stream of gzip, in KB."""
    return len(gzip.compress(b"".join(parts), 9, mtime=0)) / 1024


def building() -> list[Row]:
    """`hatch build` when nothing has changed, and how much of that is the start of `mix`."""
    # As on anybody's computer, Python keeps what it has compiled: without that half of the time goes into compiling it.
    environment = {**os.environ, **hatch_environment()}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    hatch = [str(BIN / "hatch"), "--no-interactive", "build", "-t", "elixir-workers"]
    whole = _seconds(hatch, environment)
    framework = {"MIX_ENV": "prod", "ELIXIR_WORKERS_PATH": str(REPOSITORY / "priv" / "elixir")}
    mix = _seconds(["mix", "compile"], {**os.environ, **framework})
    nothing = _seconds([str(BIN / "hatch"), "--no-interactive", "project", "metadata", "name"], environment)
    measured = f"{whole - mix:.2f} s ({whole:.2f} − {mix:.2f} of mix; hatch alone takes {nothing:.2f})"
    return [Row("hatch build, nothing changed", measured, "≤ 0.3 s")]


def _seconds(command: list[str], environment: Mapping[str, str]) -> float:
    times = []
    for _ in range(BUILDS):
        start = time.monotonic()
        done = subprocess.run(command, cwd=HELLO, env=environment, capture_output=True, text=True, check=False)
        times.append(time.monotonic() - start)
        if done.returncode != 0:
            raise StepError(f"`{' '.join(command)}` ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return statistics.median(times)


# ---------------------------------------------------------------- the report


def machine() -> str:
    """Processor, system and versions that the numbers belong to."""
    versions = run(["elixir", "--version"], WORK).stdout.split()
    otp = versions[versions.index("Erlang/OTP") + 1]
    elixir = versions[versions.index("Elixir") + 1]
    node = run([str(NODE), "--version"], WORK).stdout.strip()
    system = f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    return f"{system}; OTP {otp}, Elixir {elixir}, Node {node}"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").is_file() else ():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"


def commit() -> str:
    """The commit that was measured, and whether files differ from it."""
    git = ["git", "-C", str(REPOSITORY)]
    head = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    if head.returncode != 0:
        return "no commit"
    changed = run([*git, "status", "--porcelain"], REPOSITORY).stdout.strip()
    return head.stdout.strip() + (" with changes" if changed else "")


def report(rows: Sequence[Row]) -> str:
    """The table in Markdown, with what it was measured on."""
    date = datetime.now(timezone.utc).strftime("%Y-%m-%d")
    lines = [f"{date}, commit {commit()}. {machine()}.", "", "| what | measured | target |", "|---|---|---|"]
    lines += [f"| {row.what} | {row.measured} | {row.target} |" for row in rows]
    return "\n".join(lines)


def write(text: str) -> None:
    """Replaces the numbers in bench/README.md."""
    readme = BENCH / "README.md"
    before, _, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    readme.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


def main() -> int:
    WORK.mkdir(parents=True, exist_ok=True)
    try:
        if sys.argv[1:] == ["computing"]:
            print(report(computing()))
            return 0
        bundle = hatch_build(HELLO)
        text = report([*requests(bundle), *bindings(), *computing(), *size(bundle), *building()])
    except StepError as error:
        print(f"bench failed: {error}", file=sys.stderr)
        return 1
    print(text)
    write(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

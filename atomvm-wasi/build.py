"""Builds the virtual machine: `python atomvm-wasi/build.py wasm|native|hostile [--out DIR]`.

- `wasm`: `atomvm.wasm` for WASI hosts and workers, `atomvm-core.wasm`, the same machine without the natives of
  `BEYOND_CORE`, and `natives.json`, the table of natives. Into `priv/`.
- `native`: `atomvm`, the same machine as a program of this computer. Into `atomvm-wasi/build/`.
- `hostile`: `atomvm-hostile`, the native machine with sanitizers that collects at every chance. The same place.

With `--out DIR` the product is `DIR/atomvm.wasm` or `DIR/atomvm`. Objects are cached by content in
`atomvm-wasi/build/objects`, so a build with nothing changed only links.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent
SOURCES = ROOT / "src"
BUILD = ROOT / "build"
VERSION = "0.1.0"

STACK_BYTES = 1 << 20
WASM_FEATURES = ("-mbulk-memory", "-mnontrapping-fptoint", "-msign-ext", "-mmutable-globals")
WARNINGS = ("-Wall", "-Wextra", "-Werror=implicit-function-declaration", "-Werror=incompatible-pointer-types")


class BuildError(Exception):
    """What went wrong, ready to be read by whoever runs the build."""


# Natives that are large and that most applications do not use. A worker without them carries the core machine, which is
# much smaller. `natives/all.def` leaves out the same files.
BEYOND_CORE = ("crypto.def", "packet.def", "zlib.def")

# Where the time goes. In the wasm build everything else is compiled for size, which every host downloads and compiles.
HOT = frozenset(
    {
        *("bits.c", "buffer.c", "cold.c", "cold_bits.c", "compare.c", "copy.c", "ets_table.c", "exception.c", "gc.c"),
        *("hash.c", "heap.c", "integer.c", "interp.c", "iolist.c", "json.c", "lists.c", "map.c", "process.c"),
        *("regex_match.c", "scheduler.c"),
    }
)


@dataclass(frozen=True)
class Target:
    """One way of building the machine; commands are complete but for inputs and outputs."""

    name: str
    product: str
    compile: tuple[str, ...]
    link: tuple[str, ...]
    zig: tuple[str, ...]
    optimize_hot: str = "-O2"
    optimize: str = "-O2"
    table: tuple[str, ...] = ()  # further options for natives.c, which decides what is in the machine

    def command(self, source: Path) -> tuple[str, ...]:
        """What makes an object of the source, but for the names of both."""
        if source.suffix == ".zig":
            return self.zig
        options = self.table if source == SOURCES / "natives.c" else ()
        return (*self.compile, *options, self.optimize_hot if source.name in HOT else self.optimize)


def zig() -> tuple[str, ...]:
    """The command of the Zig compiler that this Python environment carries."""
    if importlib.util.find_spec("ziglang") is None:
        raise BuildError(
            f"the Zig compiler is missing from the environment of {sys.executable}: "
            "install it with `python -m pip install ziglang==0.13.0`"
        )
    return (sys.executable, "-m", "ziglang")


def wasm_target() -> Target:
    """32-bit words, WASI preview 1, one module with `_start` and the exports for workers."""
    base = (*zig(), "cc", "-target", "wasm32-wasi", "-std=c17")
    return Target(
        name="wasm",
        product="atomvm.wasm",
        compile=(*base, "-DNDEBUG", "-fno-strict-aliasing", *WASM_FEATURES, *WARNINGS),
        optimize="-Os",
        link=(*base, "-O2", f"-Wl,-z,stack-size={STACK_BYTES}", "-Wl,--strip-all", "-Wl,--gc-sections"),
        zig=(*zig(), "build-obj", "-target", "wasm32-wasi", "-O", "ReleaseSmall", "-fstrip"),
    )


def native_target() -> Target:
    """The words of this computer, optimized, with debug information."""
    compiler = _native_compiler()
    return Target(
        name="native",
        product="atomvm",
        compile=(*compiler, "-std=gnu17", "-g", "-fno-strict-aliasing", *WARNINGS),
        link=(*compiler, "-g"),
        zig=(*zig(), "build-obj", "-O", "ReleaseSmall", "-fPIC", "-fcompiler-rt"),
    )


def hostile_target() -> Target:
    """Sanitizers, and a collection at every allocation."""
    compiler = _sanitizing_compiler()
    sanitizers = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")
    return Target(
        name="hostile",
        product="atomvm-hostile",
        compile=(*compiler, "-std=gnu17", "-g", "-DVM_HOSTILE", "-fno-strict-aliasing", *sanitizers, *WARNINGS),
        optimize_hot="-O1",
        optimize="-O1",
        link=(*compiler, "-g", *sanitizers),
        zig=(*zig(), "build-obj", "-O", "ReleaseSafe", "-fPIC", "-fcompiler-rt"),
    )


def _native_compiler() -> tuple[str, ...]:
    for name in ("gcc", "clang"):
        if shutil.which(name):
            return (name,)
    return (*zig(), "cc")


def _sanitizing_compiler() -> tuple[str, ...]:
    for name in ("gcc", "clang"):
        if shutil.which(name):
            return (name,)
    raise BuildError("the hostile build needs gcc or clang with their sanitizers, and neither is installed")


TARGETS = {"wasm": wasm_target, "native": native_target, "hostile": hostile_target}


def build_wasm(out_dir: Path) -> Path:
    """Builds `atomvm.wasm`, `atomvm-core.wasm` and `natives.json` into `out_dir` and returns the path of the first."""
    out_dir.mkdir(parents=True, exist_ok=True)
    target = wasm_target()
    product = build(target, out_dir / "atomvm.wasm")
    build(core(target), out_dir / "atomvm-core.wasm")
    _replace(out_dir / "natives.json", natives_json().encode())
    return product


def core(target: Target) -> Target:
    """The target without the natives of `BEYOND_CORE`; the linker drops what nothing else refers to."""
    return replace(target, table=(*target.table, "-DVM_CORE"))


def build(target: Target, product: Path) -> Path:
    """Compiles what changed and links it; `product` is replaced only when all went well."""
    natives()
    check_atoms()
    objects = BUILD / "objects" / target.name
    objects.mkdir(parents=True, exist_ok=True)
    sources = [*sorted(SOURCES.rglob("*.c")), *sorted(SOURCES.glob("*.zig"))]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        made = list(pool.map(lambda source: _object(target, source, objects), sources))
    _link(target, made, product.resolve())
    _forget_others(objects, made)
    return product


def _object(target: Target, source: Path, objects: Path) -> Path:
    command = target.command(source)
    digest = hashlib.sha256("\0".join(command).replace(str(sys.executable), "python").encode())
    for file in _closure(source):
        digest.update(file.relative_to(SOURCES).as_posix().encode() + b"\0" + file.read_bytes())
    name = source.relative_to(SOURCES).as_posix()
    made = objects / f"{name.replace('/', '.')}-{digest.hexdigest()[:20]}.o"
    if not made.exists():
        with tempfile.TemporaryDirectory(dir=objects) as scratch:
            fresh = Path(scratch, "fresh.o")
            if source.suffix == ".zig":
                _run([*command, f"-femit-bin={fresh}", name])
            else:
                _run([*command, "-I.", "-c", name, "-o", str(fresh)])
            fresh.replace(made)
    return made


def _link(target: Target, objects: Sequence[Path], product: Path) -> None:
    product.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=product.parent) as scratch:
        fresh = Path(scratch, product.name)
        _run([*target.link, *map(str, objects), "-lm", "-o", str(fresh)])
        fresh.replace(product)


def _forget_others(objects: Path, keep: Sequence[Path]) -> None:
    """Removes cached objects of sources that have changed since; the table's, of which there are two, by their age."""
    kept = {*keep, *sorted(objects.glob("natives.c-*.o"), key=lambda file: file.stat().st_mtime)[-2:]}
    for file in objects.glob("*.o"):
        if file not in kept:
            file.unlink(missing_ok=True)


_INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"|@import\("([^"]+\.zig)"\)', re.MULTILINE)


def _closure(source: Path) -> list[Path]:
    """The source and every file of ours that it includes, directly or not."""
    seen = {source: None}
    waiting = [source]
    while waiting:
        for file in _includes(waiting.pop()):
            if file not in seen:
                seen[file] = None
                waiting.append(file)
    return sorted(seen)


@cache
def _includes(file: Path) -> tuple[Path, ...]:
    names = ["".join(groups) for groups in _INCLUDE.findall(file.read_text())]
    found = (next((path for path in (file.parent / name, SOURCES / name) if path.is_file()), None) for name in names)
    return tuple(path.resolve() for path in found if path is not None)


def _run(command: Sequence[str]) -> None:
    """Runs in the sources' folder, so that no path of this computer gets into an object."""
    done = subprocess.run(command, cwd=SOURCES, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BuildError(f"{' '.join(command)}\nfailed with exit code {done.returncode}:\n{done.stdout}{done.stderr}")
    if done.stderr:
        sys.stderr.write(done.stderr)


_NATIVE = re.compile(r'^NATIVE(_OR_OWN)?\("((?:[^"\\]|\\.)*)", "((?:[^"\\]|\\.)*)", (\d+), (\w+)\)', re.MULTILINE)


def natives(pattern: str = "*.def") -> list[tuple[str, str, int]]:
    """Module, name and arity of every native in these files, sorted. A row given twice is an error."""
    rows = [row for row, _ in _native_rows(pattern)]
    twice = sorted({row for row in rows if rows.count(row) > 1})
    if twice:
        raise BuildError("natives with more than one row: " + ", ".join(f"{m}:{f}/{a}" for m, f, a in twice))
    return sorted(rows)


def declining() -> list[tuple[str, str, int]]:
    """The natives that may go on in their module's own code, sorted."""
    return sorted(row for row, may_decline in _native_rows("*.def") if may_decline)


def _native_rows(pattern: str) -> Iterator[tuple[tuple[str, str, int], bool]]:
    for file in sorted((SOURCES / "natives").glob(pattern)):
        for suffix, module, name, arity, _ in _NATIVE.findall(file.read_text()):
            yield (module, name, int(arity)), bool(suffix)


_ATOM = re.compile(r'^ATOM\((\w+), "(.*)"\)$', re.MULTILINE)


def check_atoms() -> None:
    """Each name and each text of `atoms.def` has one row: the rows are the indexes."""
    rows = _ATOM.findall((SOURCES / "atoms.def").read_text())
    for column in (0, 1):
        values = [row[column] for row in rows]
        twice = sorted({value for value in values if values.count(value) > 1})
        if twice:
            raise BuildError("atoms.def has more than one row for " + ", ".join(twice))


def natives_json() -> str:
    """The table of natives as the build of applications reads it: all of them, and those that the core lacks."""
    lacks = _json_rows([row for file in BEYOND_CORE for row in natives(file)])
    tables = {
        "vm_version": json.dumps(VERSION),
        "core": f'{{"wasm": "atomvm-core.wasm", "lacks": {lacks}}}',
        "natives": _json_rows(natives()),
        "declining": _json_rows(declining()),
    }
    return "{" + ", ".join(f'"{key}": {value}' for key, value in tables.items()) + "}\n"


def _json_rows(rows: Sequence[tuple[str, str, int]]) -> str:
    return "[\n" + ",\n".join(f"  {json.dumps(row)}" for row in rows) + "\n]"


def _replace(path: Path, content: bytes) -> None:
    with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        fresh = Path(scratch, path.name)
        fresh.write_bytes(content)
        fresh.replace(path)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; returns the exit code."""
    parser = argparse.ArgumentParser(description="Builds the virtual machine.")
    parser.add_argument("target", choices=sorted(TARGETS))
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder for the product")
    options = parser.parse_args(arguments)
    try:
        if options.target == "wasm":
            print(build_wasm(options.out or ROOT.parent / "priv"))
        else:
            target = TARGETS[options.target]()
            print(build(target, options.out / "atomvm" if options.out else BUILD / target.product))
    except BuildError as error:
        print(f"build.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

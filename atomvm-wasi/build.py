"""Builds the virtual machine: `python atomvm-wasi/build.py wasm|native|hostile [--out DIR]`.

- `wasm`: `atomvm.wasm` for WASI hosts, `atomvm-linkable.wasm`, the same with symbols and relocations, of which the
  build of an application keeps what it needs, and `natives.json`, the table of natives. Into `priv/`.
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
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent
SOURCES = ROOT / "src"
BUILD = ROOT / "build"
VERSION = "0.1.0"

# Links come in this order, and this one says where what follows begins.
FIRST = SOURCES / "data_start.c"
STACK_BYTES = 1 << 20
WASM_FEATURES = ("-mbulk-memory", "-mnontrapping-fptoint", "-msign-ext", "-mmutable-globals")
WARNINGS = ("-Wall", "-Wextra", "-Werror=implicit-function-declaration", "-Werror=incompatible-pointer-types")


class BuildError(Exception):
    """What went wrong, ready to be read by whoever runs the build."""


# Where the time goes: the loop, and what it calls. In the wasm build everything else is compiled for size, which every
# host downloads and compiles; and only the loop has copies of what it calls, but of what is no longer than a call.
LOOP = "interp.c"
HOT = frozenset(
    {
        *("bits.c", "buffer.c", "cold.c", "cold_bits.c", "compare.c", "copy.c", "ets_table.c", "exception.c", "gc.c"),
        *("hash.c", "heap.c", "integer.c", "iolist.c", "json.c", "lists.c", "lzma.c", "map.c", "process.c"),
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
    optimize_loop: tuple[str, ...] = ("-O2",)
    optimize_hot: tuple[str, ...] = ("-O2",)
    optimize: tuple[str, ...] = ("-O2",)

    def command(self, source: Path) -> tuple[str, ...]:
        """What makes an object of the source, but for the names of both."""
        if source.suffix == ".zig":
            return self.zig
        if source.name == LOOP:
            return (*self.compile, *self.optimize_loop)
        return (*self.compile, *(self.optimize_hot if source.name in HOT else self.optimize))


def zig() -> tuple[str, ...]:
    """The command of the Zig compiler that this Python environment carries."""
    if importlib.util.find_spec("ziglang") is None:
        raise BuildError(
            f"the Zig compiler is missing from the environment of {sys.executable}: "
            "install it with `python -m pip install ziglang==0.13.0`"
        )
    return (sys.executable, "-m", "ziglang")


def _inlining(threshold: int, of_inline: int) -> tuple[str, ...]:
    """What a copy of a function may cost instead of a call, and of one declared `inline`, in LLVM's own unit."""
    return ("-mllvm", f"-inline-threshold={threshold}", "-mllvm", f"-inlinehint-threshold={of_inline}")


def wasm_target() -> Target:
    """32-bit words, WASI preview 1, one module with `_start` and the exports for workers."""
    base = (*zig(), "cc", "-target", "wasm32-wasi", "-std=c17")
    return Target(
        name="wasm",
        product="atomvm.wasm",
        compile=(*base, "-DNDEBUG", "-fno-strict-aliasing", *WASM_FEATURES, *WARNINGS),
        optimize_hot=("-O2", *_inlining(0, 225)),
        optimize=("-Os", *_inlining(-20, 0)),
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
        optimize_loop=("-O1",),
        optimize_hot=("-O1",),
        optimize=("-O1",),
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
    """Builds `atomvm.wasm`, `atomvm-linkable.wasm` and `natives.json` into `out_dir`; returns the path of the first."""
    out_dir.mkdir(parents=True, exist_ok=True)
    target = wasm_target()
    product = build(target, out_dir / "atomvm.wasm")
    _link_with_relocations(target, _objects(target), out_dir / "atomvm-linkable.wasm")
    _replace(out_dir / "natives.json", natives_json().encode())
    return product


def build(target: Target, product: Path) -> Path:
    """Compiles what changed and links it; `product` is replaced only when all went well."""
    natives()
    check_atoms()
    made = _objects(target)
    _link(target, made, product.resolve())
    _forget_others(made)
    return product


def _objects(target: Target) -> list[Path]:
    """All objects, made again where something has changed."""
    objects = BUILD / "objects" / target.name
    objects.mkdir(parents=True, exist_ok=True)
    sources = [FIRST, *sorted({*SOURCES.rglob("*.c")} - {FIRST}), *sorted(SOURCES.glob("*.zig"))]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return list(pool.map(lambda source: _object(target, source, objects), sources))


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


def _link_with_relocations(target: Target, objects: Sequence[Path], product: Path) -> None:
    """The same link by the linker itself: `zig cc` does not pass `--emit-relocs` on, but says what it would run."""
    with tempfile.TemporaryDirectory(dir=product.parent) as scratch:
        fresh = Path(scratch, product.name)
        options = [option for option in target.link if "--strip" not in option]
        shown = _run([*options, *map(str, objects), "-lm", "-o", str(fresh)], {"ZIG_VERBOSE_LINK": "1"})
        linker = next((line for line in shown.splitlines() if line.startswith("wasm-ld ")), None)
        if linker is None:
            raise BuildError(f"the Zig compiler did not say how it links:\n{shown}")
        _run([*zig(), *_arguments(linker), "--emit-relocs", "--strip-debug"])
        fresh.replace(product)


def _arguments(command: str) -> list[str]:
    """The arguments of a command that was printed without quotes; paths of files that are there may have spaces."""
    arguments: list[str] = []
    words = command.split(" ")
    while words:
        ends = range(1, len(words) + 1) if Path(words[0]).is_absolute() else ()
        end = next((end for end in ends if Path(" ".join(words[:end])).is_file()), 1)
        arguments.append(" ".join(words[:end]))
        del words[:end]
    return [argument for argument in arguments if argument]


def _forget_others(keep: Sequence[Path]) -> None:
    """Removes cached objects of sources that have changed since."""
    for file in keep[0].parent.glob("*.o"):
        if file not in keep:
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


def _run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
    """Runs in the sources' folder, so that no path of this computer gets into an object; what it says as it goes.

    With an `environment` of its own it was asked to say more than warnings, and nothing of that is shown.
    """
    everything = {**os.environ, **(environment or {})}
    done = subprocess.run(command, cwd=SOURCES, env=everything, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BuildError(f"{' '.join(command)}\nfailed with exit code {done.returncode}:\n{done.stdout}{done.stderr}")
    if done.stderr and environment is None:
        sys.stderr.write(done.stderr)
    return done.stderr


_NATIVE = re.compile(r'^NATIVE(_OR_OWN)?\("((?:[^"\\]|\\.)*)", "((?:[^"\\]|\\.)*)", (\d+), (\w+)\)', re.MULTILINE)


def natives() -> list[tuple[str, str, int]]:
    """Module, name and arity of every native, sorted. A row given twice is an error."""
    rows = [row for row, _ in _native_rows()]
    twice = sorted({row for row in rows if rows.count(row) > 1})
    if twice:
        raise BuildError("natives with more than one row: " + ", ".join(f"{m}:{f}/{a}" for m, f, a in twice))
    return sorted(rows)


def declining() -> list[tuple[str, str, int]]:
    """The natives that may go on in their module's own code, sorted."""
    return sorted(row for row, may_decline in _native_rows() if may_decline)


def _native_rows() -> Iterator[tuple[tuple[str, str, int], bool]]:
    for file in sorted((SOURCES / "natives").glob("*.def")):
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
    """The table of natives as the build of applications reads it."""
    tables = {
        "vm_version": json.dumps(VERSION),
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

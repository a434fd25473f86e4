"""Writes docs/reference/beam-support.md from the machine's tables, the oracle's programs and the list of the absent.

`python tests/support/beam_support.py` writes the page; tests/test_docs.py compares it with what would be written.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from types import ModuleType

from hatch_elixir_workers.absent import Group, absent, refused

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = REPOSITORY / "docs" / "reference" / "beam-support.md"
OPCODES = REPOSITORY / "atomvm-wasi" / "src" / "opcodes.def"
WIDTH = 120

_HEAD = """\
# What of the BEAM is there

Made by `python tests/support/beam_support.py` from the machine's tables; a test keeps it so. What the machine does
otherwise than `erl` is in [Differences from OTP](../differences-from-otp.md).
"""


_PROGRAMS = """\
Each runs on three builds: native, with sanitizers and a collection at every allocation, and wasm. A case is a line that
a program prints; one that it prints again is no other case, and of one program at most 100 count. The numbers are those
under OTP 25; OTP 27 and 29 run the same programs but for the few that are of one release, as `record` is of OTP 29.
"""

# Topics of the oracle -> programs and cases.
Counts = Mapping[str, tuple[int, int]]


def page(counts: Counts) -> str:
    """The whole page."""
    return "\n".join([_HEAD, *_instructions(), *_natives(), *_programs(counts), *_absent()])


def counted() -> Counts:
    """What the page says of programs and cases: of the installed OTP, whose `erl` runs all of them."""
    oracle = _load("oracle", REPOSITORY / "tests" / "vm" / "oracle.py")
    cases = oracle.Oracle().cases()
    programs = Counter(program.topic for program in oracle.programs())
    return {topic: (programs[topic], cases[topic]) for topic in sorted(programs)}


def written(text: str) -> Counts:
    """The same, as a page has it."""
    rows = re.findall(r"^\| (\w+) \| (\d+) \| (\d+) \|$", text, re.M)
    return {topic: (int(programs), int(cases)) for topic, programs, cases in rows}


def _instructions() -> Iterator[str]:
    text = OPCODES.read_text(encoding="utf-8")
    emitted = re.findall(r"^OPCODE\((\d+), (\w+), (\d+)", text, re.M)
    obsolete = re.findall(r"^OBSOLETE\((\d+), (\w+), (\d+)", text, re.M)
    yield f"## Instructions: {len(emitted)}\n"
    yield "All that compilers of OTP 22 to 29 emit: number, name and operands.\n"
    yield _flow(f"{number} `{name}/{arity}`" for number, name, arity in emitted)
    yield f"\n### Not loaded: {len(obsolete)}\n"
    yield "Of compilers before OTP 22: code that has one of these is refused.\n"
    yield _flow(f"{number} `{name}/{arity}`" for number, name, arity in obsolete) + "\n"


def _natives() -> Iterator[str]:
    rows = _load("build", REPOSITORY / "atomvm-wasi" / "build.py").natives()
    yield f"## Native functions: {len(rows)}\n"
    yield "They win over a module's own function of that name. All else is the code of the installed OTP and Elixir.\n"
    for module, group in groupby(rows, key=lambda row: row[0]):
        functions = [f"`{name}/{arity}`" for _, name, arity in group]
        yield f"### {module}: {len(functions)}\n"
        yield _flow(functions) + "\n"


def _programs(counts: Counts) -> Iterator[str]:
    programs, cases = (sum(column) for column in zip(*counts.values(), strict=True))
    yield f"## Programs that print the same on erl: {programs} with {cases} cases\n"
    yield _PROGRAMS
    yield "| `tests/vm/` | programs | cases |\n|---|--:|--:|"
    yield "\n".join(f"| {topic} | {one} | {many} |" for topic, (one, many) in counts.items()) + "\n"


def _absent() -> Iterator[str]:
    yield "## What is absent\n"
    yield "Functions that OTP or Elixir calls, or declares as native, and that are not there. `*` is any text.\n"
    yield from _groups(absent())
    yield "## What is there and can only refuse\n"
    yield from _groups(refused())


def _groups(groups: Iterable[Group]) -> Iterator[str]:
    for group in groups:
        yield f"### {group.title}\n"
        yield f"{group.reason}\n"
        yield _flow(f"`{pattern}`" for pattern in group.patterns) + "\n"


def _flow(items: Iterable[str]) -> str:
    """The items with commas between them, in lines of at most WIDTH characters."""
    lines = [""]
    for item in items:
        if lines[-1] and len(lines[-1]) + len(item) + 3 > WIDTH:
            lines.append("")
        lines[-1] += f"{' ' if lines[-1] else ''}{item},"
    return "\n".join(lines)[:-1]


def _load(name: str, path: Path) -> ModuleType:
    """A module of the repository that is in no package."""
    spec = importlib.util.spec_from_file_location(f"beam_support_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    PAGE.write_text(page(counted()), encoding="utf-8")

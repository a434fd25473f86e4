"""Writes docs/reference/beam-support.md from the machine's tables, the oracle's programs and the list of the absent.

`python tests/support/beam_support.py` writes the page; tests/test_docs.py compares it with what would be written.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
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


def page() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *_instructions(), *_natives(), *_programs(), *_absent()])


def _instructions() -> Iterator[str]:
    text = OPCODES.read_text(encoding="utf-8")
    emitted = re.findall(r"^OPCODE\((\d+), (\w+), (\d+)", text, re.M)
    obsolete = re.findall(r"^OBSOLETE\((\d+), (\w+), (\d+)", text, re.M)
    yield f"## Instructions: {len(emitted)}\n"
    yield "All that compilers of OTP 24 to 29 emit: number, name and operands.\n"
    yield _flow(f"{number} `{name}/{arity}`" for number, name, arity in emitted)
    yield f"\n### Not loaded: {len(obsolete)}\n"
    yield "Of compilers before OTP 24: code that has one of these is refused.\n"
    yield _flow(f"{number} `{name}/{arity}`" for number, name, arity in obsolete) + "\n"


def _natives() -> Iterator[str]:
    rows = _load("build", REPOSITORY / "atomvm-wasi" / "build.py").natives()
    yield f"## Native functions: {len(rows)}\n"
    yield "They win over a module's own function of that name. All else is the code of the installed OTP and Elixir.\n"
    for module, group in groupby(rows, key=lambda row: row[0]):
        functions = [f"`{name}/{arity}`" for _, name, arity in group]
        yield f"### {module}: {len(functions)}\n"
        yield _flow(functions) + "\n"


def _programs() -> Iterator[str]:
    programs = _load("oracle", REPOSITORY / "tests" / "vm" / "oracle.py").all_programs()
    topics = Counter(program.path.parent.name for program in programs)
    yield f"## Programs that print the same on erl: {len(programs)}\n"
    yield "Each runs on three builds: native, with sanitizers and a collection at every allocation, and wasm.\n"
    yield "| `tests/vm/` | programs |\n|---|---|"
    yield "\n".join(f"| {topic} | {count} |" for topic, count in sorted(topics.items())) + "\n"


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
    PAGE.write_text(page(), encoding="utf-8")

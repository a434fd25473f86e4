"""`atomvm-wasi/build.py`: what the linker is told."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

from hatch_elixir_workers.wasm_linked import Reader, read_linked

LINKABLE = Path(__file__).resolve().parents[2] / "priv" / "atomvm-linkable.wasm"
SEGMENT_INFO = 5  # tool-conventions, Linking.md, WASM_SEGMENT_INFO
BUILD = Path(__file__).resolve().parents[2] / "atomvm-wasi" / "build.py"
spec = importlib.util.spec_from_file_location("vm_build", BUILD)
assert spec is not None
assert spec.loader is not None
build = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = build
spec.loader.exec_module(build)


def test_a_printed_command_whose_paths_have_spaces(tmp_path: Path) -> None:
    folder = tmp_path / "my  projects" / "vm"
    folder.mkdir(parents=True)
    (tmp_path / "my").mkdir()  # a folder is no file that could have been meant
    paths = [str(folder / name) for name in ("vm.o", "libc.a", "out.wasm")]
    for path in paths:
        Path(path).touch()
    command = f"wasm-ld --stack-first {paths[0]} -lm {paths[1]} -o {paths[2]} /not/there "
    expected = ["wasm-ld", "--stack-first", paths[0], "-lm", paths[1], "-o", paths[2], "/not/there"]
    assert build._arguments(command) == expected


def test_what_can_be_written_to_begins_at_data_start() -> None:
    """A machine puts back what lies behind it, and forgets in this way what a request has done."""
    linked = read_linked(LINKABLE.read_bytes())
    (begin,) = (symbol for symbol in linked.symbols if symbol.name == "data_start")
    linking = next(section.data for section in linked.sections if section.name == "linking")
    segments = list(segment_names(linking))
    assert begin.segment is not None
    assert segments[: begin.segment] == [".rodata"] * begin.segment
    assert (segments[begin.segment], begin.offset) == (".data", 0)


def segment_names(linking: bytes) -> Iterator[str]:
    reader = Reader(linking)
    assert reader.name() == "linking"
    reader.unsigned()  # version
    while reader.at < len(linking):
        kind, content = reader.byte(), Reader(reader.bytes())
        for _ in range(content.unsigned() if kind == SEGMENT_INFO else 0):
            yield content.name()
            content.unsigned()  # alignment
            content.unsigned()  # flags

"""`atomvm-wasi/build.py`: what the linker is told."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

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

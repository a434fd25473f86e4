"""The VM's maps and lists against plain models, natively with sanitizers."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

VM = Path(__file__).resolve().parents[1] / "atomvm-wasi"
SOURCES = ["test/data_test.c", "src/map.c", "src/natives/maps.c", "src/natives/lists.c"]


@pytest.fixture(scope="module")
def data_test(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compiled test program."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler")
    program = tmp_path_factory.mktemp("data") / "data_test"
    options = ["-std=c17", "-Wall", "-Wextra", "-Werror", "-g", "-O1", "-fsanitize=address,undefined"]
    subprocess.run([compiler, *options, *SOURCES, "-o", str(program)], cwd=VM, check=True)
    return program


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_maps_and_lists_behave_like_their_models(data_test: Path, seed: int) -> None:
    run = subprocess.run([data_test, str(seed)], capture_output=True, text=True, timeout=120)
    assert (run.returncode, run.stdout, run.stderr) == (0, "ok\n", "")

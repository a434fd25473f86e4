"""`atomvm-wasi/hatch_build.py`: the hook that builds this distribution's own wheel."""

from __future__ import annotations

import importlib.util
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

REPOSITORY = Path(__file__).resolve().parents[2]
HOOK = REPOSITORY / "atomvm-wasi" / "hatch_build.py"

# Stands for the real build, which takes a minute: writes the products and leaves a line for each time it runs.
BUILD = """
from pathlib import Path

def build_wasm(out_dir):
    source = (Path(__file__).parent / "src" / "vm.c").read_text()
    (out_dir / "atomvm.wasm").write_text("wasm of " + source)
    (out_dir / "atomvm-linkable.wasm").write_text("linkable of " + source)
    (out_dir / "natives.json").write_text("{}")
    with (Path(__file__).parent / "runs").open("a") as runs:
        runs.write("run\\n")
    return out_dir / "atomvm.wasm"
"""

Build = Callable[[], list[str]]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with this repository's pyproject.toml and hook, and a little of everything else."""
    files = {
        "pyproject.toml": (REPOSITORY / "pyproject.toml").read_text(),
        "atomvm-wasi/hatch_build.py": HOOK.read_text(),
        "atomvm-wasi/build.py": BUILD,
        "atomvm-wasi/src/vm.c": "one",
        "hatch_elixir_workers/__init__.py": "",
        "hatch_elixir_workers/describe.exs": "",
        "hatch_elixir_workers/py.typed": "",
        "priv/worker/index.js": "export default {}",
        "priv/elixir/mix.exs": "",
        "priv/elixir/_build/dev/x.beam": "",
        "priv/elixir/deps/d/mix.exs": "",
        "priv/stdlib/os.erl": "",
        "README.md": "",
        "LICENSE": "",
        "NOTICE": "",
        "CHANGELOG.md": "",
        ".gitignore": "/priv/atomvm*.wasm\n/priv/natives.json\n_build/\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def build_wheel(checkout: Path, version: str = "standard") -> list[str]:
    wheel = next(WheelBuilder(str(checkout)).build(directory=str(checkout / "dist"), versions=[version]))
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def runs(checkout: Path) -> int:
    return len((checkout / "atomvm-wasi" / "runs").read_text().splitlines())


def test_the_wheel_carries_all_of_priv_and_the_machine(checkout: Path) -> None:
    names = [name for name in build_wheel(checkout) if ".dist-info/" not in name]
    assert sorted(names) == [
        "hatch_elixir_workers/__init__.py",
        "hatch_elixir_workers/describe.exs",
        "hatch_elixir_workers/priv/atomvm-linkable.wasm",
        "hatch_elixir_workers/priv/atomvm.wasm",
        "hatch_elixir_workers/priv/elixir/mix.exs",
        "hatch_elixir_workers/priv/natives.json",
        "hatch_elixir_workers/priv/stdlib/os.erl",
        "hatch_elixir_workers/priv/worker/index.js",
        "hatch_elixir_workers/py.typed",
    ]


def test_the_machine_is_built_again_only_when_its_sources_change(checkout: Path) -> None:
    build_wheel(checkout)
    build_wheel(checkout)
    assert runs(checkout) == 1
    (checkout / "atomvm-wasi" / "src" / "vm.c").write_text("two")
    build_wheel(checkout)
    assert runs(checkout) == 2
    assert (checkout / "priv" / "atomvm.wasm").read_text() == "wasm of two"
    (checkout / "priv" / "natives.json").unlink()
    build_wheel(checkout)
    assert runs(checkout) == 3


def test_an_editable_install_builds_the_machine_in_the_checkout(checkout: Path) -> None:
    names = build_wheel(checkout, "editable")
    assert (checkout / "priv" / "atomvm.wasm").read_text() == "wasm of one"
    assert not [name for name in names if "priv" in name]


def test_the_wheel_can_be_built_from_the_sdist(checkout: Path, tmp_path: Path) -> None:
    from_checkout = build_wheel(checkout)
    sdist = next(SdistBuilder(str(checkout)).build(directory=str(checkout / "dist"), versions=["standard"]))
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    unpacked = tmp_path / "unpacked" / "hatch_elixir_workers-0.1.0"
    assert not (unpacked / "priv" / "atomvm.wasm").exists()
    assert not (unpacked / "priv" / "elixir" / "deps").exists()
    assert sorted(build_wheel(unpacked)) == sorted(from_checkout)


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", HOOK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_build_that_leaves_something_out_is_an_error(checkout: Path, hook: ModuleType) -> None:
    (checkout / "atomvm-wasi" / "build.py").write_text("def build_wasm(out_dir): pass")
    with pytest.raises(RuntimeError, match=r"did not write atomvm\.wasm, atomvm-linkable\.wasm, natives\.json"):
        hook.ensure_vm(checkout)
    assert not (checkout / "priv" / ".atomvm.stamp").exists()


def test_the_digest_is_of_names_and_contents_only(checkout: Path, hook: ModuleType, tmp_path: Path) -> None:
    one = hook.sources_digest(checkout / "atomvm-wasi")
    (checkout / "atomvm-wasi").rename(tmp_path / "moved")
    assert hook.sources_digest(tmp_path / "moved") == one
    (tmp_path / "moved" / "src" / "vm.c").rename(tmp_path / "moved" / "src" / "vm2.c")
    assert hook.sources_digest(tmp_path / "moved") != one

"""`vm` of the configuration: another machine with its own library, built by `hatch build` and asked in workerd.

The other machine is that of this checkout without its exports for workers. Its library are the stand-ins, compiled, and
one module more. What it does natively, the build is not told.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hatch_elixir_workers.avm import read_avm
from hatch_elixir_workers.condensed_archive import SECTION

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tests" / "support"))

import example  # noqa: E402
from start_only import start_only  # noqa: E402

Run = Callable[..., Any]
Sample = Callable[..., Path]

PRIV = REPOSITORY / "priv"
BOARD = "-module(board).\n-export([pins/0, blink/0]).\npins() -> 3.\nblink() -> pins().\n"
BLINK = """defmodule Web.Blink do
  def pins(%{"method" => "NONE"}), do: :nowhere.at_all()
  def pins(_conn), do: :board.pins()
end
"""
VM = """[tool.hatch.build.targets.elixir-workers.vm]
wasm = "vm/command.wasm"
stdlib = "vm/lib.avm"
"""


@dataclass(frozen=True)
class Built:
    bundle: Path
    said: str


def library(folder: Path) -> Path:
    """Of .beam files: the stand-ins and module `board`."""
    folder.mkdir(parents=True)
    (folder / "board.erl").write_text(BOARD)
    sources = [*sorted((PRIV / "stdlib").glob("*.erl")), folder / "board.erl"]
    subprocess.run(["erlc", "-o", str(folder), *map(str, sources)], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, hatch_build: Run) -> Built:
    source = REPOSITORY / "tests" / "samples" / "web"
    ignore = shutil.ignore_patterns("_build", "dist")
    project = Path(shutil.copytree(source, tmp_path_factory.mktemp("web") / "project", ignore=ignore))
    beams = library(project / "vm" / "ebin")
    pack = [
        "-m",
        "hatch_elixir_workers",
        "pack",
        "--no-stdlib",
        "--start",
        "board_start",
        "-o",
        project / "vm" / "lib.avm",
    ]
    (beams / "start.erl").write_text("-module(board_start).\n-export([start/0]).\nstart() -> ok.\n")
    (beams / "start.erl").rename(beams / "board_start.erl")
    subprocess.run(["erlc", "-o", str(beams), str(beams / "board_start.erl")], check=True)
    subprocess.run([sys.executable, *map(str, pack), str(beams)], check=True, cwd=REPOSITORY)
    shutil.rmtree(beams)
    (project / "vm" / "command.wasm").write_bytes(start_only((PRIV / "atomvm.wasm").read_bytes()))
    (project / "lib" / "blink.ex").write_text(BLINK)
    router = project / "lib" / "web" / "router.ex"
    route = '{:get, "/pins", fn conn -> Conn.json(conn, Web.Blink.pins(conn)) end},'
    router.write_text(router.read_text().replace("    [\n", f"    [\n      {route}\n", 1))
    toml = project / "pyproject.toml"
    text = toml.read_text().replace(
        'body-limit = "1 KB"', 'body-limit = "1 KB"\nlimits = { request-milliseconds = 1500 }'
    )
    toml.write_text(f"{text}\n{VM}")
    done = hatch_build(project)
    assert done.returncode == 0, done.stderr
    return Built(project / "dist" / "web-0.1.0-worker", done.stdout + done.stderr)


@pytest.fixture(scope="module")
def url(built: Built) -> Iterator[str]:
    with example.served(built.bundle, built.bundle.parent / "worker.log") as served:
        yield served


def text(url: str, path: str) -> str:
    reply = example.ask(url, example.Request("GET", path, {}))
    assert reply.status == 200, reply.body
    return reply.body.decode()


def test_the_bundle_says_what_it_is(built: Built) -> None:
    manifest = json.loads((built.bundle / "manifest.json").read_text())
    assert manifest["vm"] == {"source": "configuration", "way": "replay"}
    assert "vm" not in manifest["versions"]
    modules = {module["name"]: module["origin"] for module in manifest["modules"]}
    # All of the library, in place of the stand-ins and of what is installed; nothing else of these names.
    assert "stand-in" not in modules.values()
    assert {name for name, origin in modules.items() if origin == "vm-stdlib"} == {
        "board",
        "board_start",
        *(path.stem for path in (PRIV / "stdlib").glob("*.erl")),
    }
    assert modules["Elixir.Enum"] == "elixir"
    assert modules["Elixir.ElixirWorkers.Transport.Replay"] == "dependency"
    assert read_avm((built.bundle / "app.avm").read_bytes())[0].name != SECTION, "only our own machine reads those"
    assert (built.bundle / "replay.js").exists()
    assert not (built.bundle / "pool.js").exists()


def test_the_check_takes_the_library_into_account(built: Built) -> None:
    warnings = [line for line in built.said.splitlines() if " calls " in line]
    assert len(warnings) == 1, built.said
    assert ":nowhere.at_all/0: no application, dependency or library has this module" in warnings[0]
    assert "lib/blink.ex:2" in warnings[0]


def test_the_application_runs(url: str) -> None:
    assert text(url, "/") == "home"
    assert json.loads(text(url, "/pins")) == 3
    assert "Grüß Gott" in text(url, "/greeting")
    facts = json.loads(text(url, "/language/Ada"))
    assert facts
    upper = example.ask(url, example.Request("POST", "/upcase", {}, "straße".encode()))
    assert upper.body.decode() == "STRASSE"


def test_middleware_limits_and_failures(url: str, built: Built) -> None:
    reply = example.ask(url, example.Request("GET", "/", {"origin": "https://example.com"}))
    assert reply.header("access-control-allow-origin") == "https://example.com"
    assert example.ask(url, example.Request("POST", "/upcase", {}, b"x" * 2000)).status == 413
    crash = example.ask(url, example.Request("GET", "/crash", {}))
    assert (crash.status, b"secret" in crash.body) == (500, False)
    assert text(url, "/print") == "answered"
    for path in ("/endless", "/deep", "/hoard"):
        assert example.ask(url, example.Request("GET", path, {})).status in (500, 503)
        assert text(url, "/") == "home"


def test_a_machine_that_a_worker_can_call_is_a_reactor(sample: Sample, hatch_build: Run) -> None:
    project = sample("tiny")
    (project / "vm").mkdir()
    for name in ("atomvm.wasm", "natives.json"):
        shutil.copy(PRIV / name, project / "vm" / name)
    toml = project / "pyproject.toml"
    table = 'vm = { wasm = "vm/atomvm.wasm", natives = "vm/natives.json" }\n'
    header = "[tool.hatch.build.targets.elixir-workers]\n"
    toml.write_text(toml.read_text().replace(header, header + table))
    done = hatch_build(project)
    assert done.returncode == 0, done.stderr
    bundle = project / "dist" / "tiny-0.1.0-worker"
    manifest = json.loads((bundle / "manifest.json").read_text())
    assert manifest["vm"] == {"source": "configuration", "way": "reactor"}
    assert (bundle / "pool.js").exists()
    assert not (bundle / "replay.js").exists()
    assert (bundle / "atomvm.wasm").read_bytes() == (PRIV / "atomvm.wasm").read_bytes()


def test_a_machine_that_is_none(sample: Sample, hatch_build: Run) -> None:
    project = sample("tiny")
    (project / "vm.wasm").write_bytes(b"\0asm")
    toml = project / "pyproject.toml"
    header = "[tool.hatch.build.targets.elixir-workers]\n"
    toml.write_text(toml.read_text().replace(header, header + 'vm = { wasm = "vm.wasm" }\n'))
    done = hatch_build(project)
    assert done.returncode != 0
    assert "Traceback" not in done.stdout + done.stderr
    assert "tool.hatch.build.targets.elixir-workers.vm.wasm names" in done.stderr
    assert not (project / "dist").exists() or list((project / "dist").iterdir()) == []

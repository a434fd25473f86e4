"""Projects that are not the simplest: umbrellas, code in several places and languages, links, files of dependencies,
settings of mix, a second build beside the first, a build that is cut off.

They do without the framework and print instead of answering: what was built is run by `elixir-workers run`.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from hatch_elixir_workers.condensed_archive import read_archive_file

BUILD = (sys.executable, "-m", "hatchling", "build", "-t", "elixir-workers")
TIMEOUT_S = 300

PYPROJECT = """[build-system]
requires = ["hatchling", "hatch-elixir-workers"]
build-backend = "hatchling.build"

[project]
name = "shop"
version = "0.1.0"

[tool.hatch.build.targets.elixir-workers]
"""
MIX_EXS = """defmodule {module}.MixProject do
  use Mix.Project
  def project, do: [app: :{app}, version: "0.1.0", {project}]
  def application, do: [{application}]
end
"""
START = """defmodule Shop do
  def __elixir_workers_app__, do: []
  def start, do: IO.inspect({body}, charlists: :as_lists)
end
"""


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def mix_exs(app: str, project: str = "deps: []", application: str = "") -> str:
    return MIX_EXS.format(module=app.title().replace("_", ""), app=app, project=project, application=application)


def shop(body: str, project: str = "deps: []", application: str = "") -> dict[str, str]:
    """The files of a project whose start/0 prints this."""
    return {
        "pyproject.toml": PYPROJECT,
        "mix.exs": mix_exs("shop", project, application),
        "lib/shop.ex": START.replace("{body}", body),
    }


def run(command: tuple[str, ...], cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, **environment}
    return subprocess.run(
        command, cwd=cwd, env=variables, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )


def archive_of(folder: Path) -> Path:
    return folder / "dist" / "shop-0.1.0-worker" / "app.avm"


def built(folder: Path, **environment: str) -> str:
    """What the application prints; a build that fails, fails here."""
    done = run(BUILD, folder, **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    ran = run((sys.executable, "-m", "hatch_elixir_workers", "run", str(archive_of(folder))), folder)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def failed(folder: Path, code: int = 1) -> str:
    """The message of a build that fails."""
    done = run(BUILD, folder)
    output = done.stdout + done.stderr
    assert done.returncode == code, output
    assert "Traceback" not in output
    return output.partition("elixir-workers: ")[2].strip()


# ---------------------------------------------------------------- umbrellas

SHARED = 'build_path: "../../_build", config_path: "../../config/config.exs", deps_path: "../../deps"'
UMBRELLA = {
    "mix.exs": "defmodule All.MixProject do\n  use Mix.Project\n"
    '  def project, do: [apps_path: "apps", version: "0.1.0", deps: []]\nend\n',
    "config/config.exs": "import Config\nconfig :core, tax: {19, config_env()}\n",
    "apps/core/mix.exs": mix_exs("core", SHARED),
    "apps/core/lib/core.ex": "defprotocol Price do\n  def of(x)\nend\n"
    'defmodule Core do\n  def list, do: File.read!(Application.app_dir(:core, "priv/list.txt"))\nend\n',
    "apps/core/priv/list.txt": "eggs",
    "apps/other/mix.exs": mix_exs("other", SHARED),
    "apps/other/lib/other.ex": "defmodule Other do\nend\n",
    "apps/other/priv/other.txt": "other",
    **{
        f"apps/shop/{name}": text
        for name, text in shop(
            "{Core.list(), Price.of(2), Application.get_env(:core, :tax), Protocol.consolidated?(Price)}",
            SHARED + ", deps: [{:core, in_umbrella: true}]",
        ).items()
    },
    "apps/shop/lib/price.ex": "defimpl Price, for: Integer do\n  def of(x), do: x * 2\nend\n",
    "pyproject.toml": PYPROJECT,
}
FROM_UMBRELLA = '{"eggs", 4, {19, :prod}, true}'


def files_of(folder: Path) -> list[str]:
    return [each.name for each in read_archive_file(archive_of(folder)) if each.name.endswith(".txt")]


def test_an_umbrella_from_its_root_and_from_the_folder_of_an_application(tmp_path: Path) -> None:
    umbrella = write(tmp_path / "Läden und mehr", UMBRELLA)
    assert built(umbrella) == FROM_UMBRELLA
    assert files_of(umbrella) == ["core/priv/list.txt", "other/priv/other.txt"]
    # Of the umbrella, only what the application needs.
    assert built(umbrella / "apps" / "shop") == FROM_UMBRELLA
    assert files_of(umbrella / "apps" / "shop") == ["core/priv/list.txt"]
    before = archive_of(umbrella / "apps" / "shop").read_bytes()
    (umbrella / "pyproject.toml").write_text(PYPROJECT + 'project = "apps/shop"\n')
    assert built(umbrella) == FROM_UMBRELLA
    assert archive_of(umbrella).read_bytes() == before


# ---------------------------------------------------------------- code and files in many places

ODD_PROJECT = (
    'elixirc_paths: ["lib", "made"], erlc_paths: ["erl"], compilers: [:made, :leex, :yecc] ++ Mix.compilers(), '
    'build_path: "out", deps_path: "third_party", deps: [{:linked, path: "linked"}, {:files, path: "../files"}]'
)
COMPILER = """defmodule Mix.Tasks.Compile.Made do
  use Mix.Task.Compiler
  def run(_) do
    File.mkdir_p!("made")
    File.write!("made/made.ex", "defmodule Made do\\n  def at, do: #{inspect(Mix.env())}\\nend\\n")
    {:ok, []}
  end
end
"""
ODD = {
    **shop(
        '{Sums.of(~c"1 + 2 + 30"), Made.at(), Linked.read(), File.read(Application.app_dir(:files, "priv/only")), '
        'File.read(Application.app_dir(:shop, "priv/deep/f")), File.ls(Application.app_dir(:shop, "priv/loop"))}'
    ),
    "mix.exs": COMPILER + mix_exs("shop", ODD_PROJECT),
    "lib/sums.ex": "defmodule Sums do\n  def of(text) do\n    {:ok, tokens, _} = :sums.string(text)\n"
    "    :summing.parse(tokens)\n  end\nend\n",
    "erl/sums.xrl": "Definitions.\nRules.\n[0-9]+ : {token, {int, TokenLine, list_to_integer(TokenChars)}}.\n"
    "\\+ : {token, {'+', TokenLine}}.\n\\s : skip_token.\nErlang code.\n",
    "erl/summing.yrl": "Nonterminals sum.\nTerminals int '+'.\nRootsymbol sum.\nsum -> int : own:value('$1').\n"
    "sum -> sum '+' int : '$1' + own:value('$3').\n",
    "erl/own.erl": '-module(own).\n-include("own.hrl").\n-export([value/1]).\nvalue(Int) -> element(?VALUE, Int).\n',
    "include/own.hrl": "-define(VALUE, 3).\n",
}


def test_languages_compilers_links_and_folders(tmp_path: Path) -> None:
    folder = write(tmp_path / "Mein Prøjekt", ODD)
    write(tmp_path / "real", {"mix.exs": mix_exs("linked"), "priv/x": "x"})
    reads = 'defmodule Linked do\n  def read, do: File.read!(Path.join(:code.priv_dir(:linked), "x"))\nend\n'
    write(tmp_path / "real", {"lib/linked.ex": reads})
    (folder / "linked").symlink_to("../real")
    # A dependency may have files and no module, and links to folders are files of what links.
    write(tmp_path / "files", {"mix.exs": mix_exs("files"), "priv/only": "only"})
    write(tmp_path / "assets", {"f": "deep"})
    (folder / "priv").mkdir()
    (folder / "priv" / "deep").symlink_to("../../assets")
    (folder / "priv" / "loop").symlink_to(".")
    assert built(folder) == '{{:ok, 33}, :prod, "x", {:ok, "only"}, {:ok, "deep"}, {:error, :enoent}}'
    assert (folder / "out").is_dir()
    assert not (folder / "_build").exists()


# ---------------------------------------------------------------- settings of mix


def test_protocols_are_consolidated_whatever_the_project_wants(tmp_path: Path) -> None:
    body = '{"#{1}", Enum.to_list(1..2), Protocol.consolidated?(Enumerable)}'
    assert built(write(tmp_path, shop(body, "consolidate_protocols: false"))) == '{"1", [1, 2], true}'


def test_an_application_that_is_nowhere(tmp_path: Path) -> None:
    folder = write(tmp_path, shop("1", application="extra_applications: [:nowhere_to_be_found]"))
    assert failed(folder).startswith(
        "these applications are neither dependencies nor installed: nowhere_to_be_found (needed by shop)\nTake them out"
    )
    assert not any((folder / "dist").iterdir())


def test_an_optional_application_that_is_nowhere(tmp_path: Path) -> None:
    assert built(write(tmp_path, shop("1", application="extra_applications: [nowhere: :optional]"))) == "1"


def test_a_cache_that_cannot_be_written(tmp_path: Path) -> None:
    folder = write(tmp_path / "project", shop("1"))
    (tmp_path / "file").write_text("")
    assert built(folder, ELIXIR_WORKERS_CACHE=str(tmp_path / "file" / "cache"), HOME="/dev/null") == "1"


# ---------------------------------------------------------------- builds that meet


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no locks on folders")
def test_a_second_build_waits_for_the_first(tmp_path: Path) -> None:
    umbrella = write(tmp_path, UMBRELLA)
    first = os.open(umbrella, os.O_RDONLY)
    fcntl.flock(first, fcntl.LOCK_EX)
    second = subprocess.Popen(
        BUILD, cwd=umbrella / "apps" / "shop", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert second.stdout is not None
    assert second.stdout.readline() == f"another build is at work in {umbrella}; this one waits for it\n"
    assert not (umbrella / "_build").exists()
    os.close(first)
    output, _ = second.communicate(timeout=TIMEOUT_S)
    assert second.returncode == 0, output
    assert archive_of(umbrella / "apps" / "shop").is_file()


ENDLESS = """defmodule Mix.Tasks.Compile.Endless do
  use Mix.Task.Compiler
  def run(_), do: if(File.exists?("endless"), do: (File.write!("begun", ""); Process.sleep(:infinity)), else: {:ok, []})
end
"""


def heed_interrupts() -> None:
    """Shells have what they start in the background ignore Ctrl-C, and so whatever that starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no process groups")
def test_a_build_that_is_cut_off(tmp_path: Path) -> None:
    folder = write(tmp_path, shop("1"))
    (folder / "mix.exs").write_text(ENDLESS + mix_exs("shop", "compilers: [:endless] ++ Mix.compilers()"))
    assert built(folder) == "1"
    before = {path: path.stat().st_mtime_ns for path in (folder / "dist").rglob("*")}
    # Another file: mix tells changes of one by seconds.
    (folder / "lib" / "shop.ex").unlink()
    write(folder, {"endless": "", "lib/changed.ex": START.replace("{body}", "2")})
    process = subprocess.Popen(
        BUILD,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=heed_interrupts,
    )
    deadline = time.monotonic() + TIMEOUT_S
    while not (folder / "begun").exists():
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=TIMEOUT_S)
    assert (process.returncode, output.strip()) == (
        130,
        "elixir-workers: interrupted; what was in dist/ before is still there",
    )
    assert {path: path.stat().st_mtime_ns for path in (folder / "dist").rglob("*")} == before
    (folder / "endless").unlink()
    assert built(folder) == "2"

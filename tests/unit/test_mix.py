from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import ANY

import pytest

from hatch_elixir_workers import cache, etf, mix
from hatch_elixir_workers.errors import CommandError, MissingToolError, SourceError

MIX_EXS = """defmodule Sample.MixProject do
  use Mix.Project
  def project, do: [app: :sample, version: "0.1.0", deps: [{:part, path: "part"}]]
end
"""
PART_MIX_EXS = MIX_EXS.replace("Sample", "Part").replace(":sample", ":part").replace('{:part, path: "part"}', "")


@pytest.fixture(autouse=True)
def forget_the_toolchain() -> Iterator[None]:
    mix.forget_toolchain()
    yield
    mix.forget_toolchain()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in {
        "mix.exs": MIX_EXS,
        "lib/sample.ex": 'defmodule Sample do\n  def path, do: System.get_env("HOME")\nend\n',
        "part/mix.exs": PART_MIX_EXS,
        "part/lib/part.ex": "defmodule Part do\nend\n",
        "part/src/part_erl.erl": "-module(part_erl).\n",
    }.items():
        file = tmp_path / "project" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path / "project"


def fake_elixir(root: Path, version: str) -> str:
    """An installation of that version, as far as `toolchain` looks; returns a PATH."""
    ebin = root / "lib" / "elixir" / "ebin"
    ebin.mkdir(parents=True)
    (ebin / "elixir.app").write_text(f'{{application,elixir,[{{vsn,"{version}"}}]}}.\n')
    logger = root / "lib" / "logger" / "ebin"
    logger.mkdir(parents=True)
    (logger / "logger.app").write_text(f'{{application,logger,[{{vsn,"{version}"}}]}}.\n')
    script = root / "bin" / "elixir"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return f"{script.parent}{os.pathsep}{os.environ['PATH']}"


def test_toolchain() -> None:
    toolchain = mix.toolchain()
    assert int(toolchain.otp_release) >= 25
    assert toolchain.elixir_version.startswith("1.")
    assert any((folder / "Elixir.Enum.beam").is_file() for folder in toolchain.elixir_lib_dirs)
    for module in ("lists", "gen_server", "erlang"):
        assert [folder for folder in toolchain.erl_lib_dirs if (folder / f"{module}.beam").is_file()]
    assert mix.toolchain() is toolchain


def test_no_elixir(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingToolError) as caught:
        mix.toolchain()
    assert str(caught.value).startswith(
        "`elixir` was not found on PATH: Elixir and Erlang are needed\nInstall Elixir 1.14"
    )


def test_old_elixir(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", fake_elixir(tmp_path, "1.13.4"))
    with pytest.raises(MissingToolError, match=r"^Elixir 1\.13\.4 is too old: 1\.14 or later is needed\nInstall"):
        mix.toolchain()


@pytest.mark.parametrize("version", ["1.14.0", "1.20.0-rc.1", "2.0.0"])
def test_new_elixir(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str) -> None:
    monkeypatch.setenv("PATH", fake_elixir(tmp_path, version))
    assert mix.toolchain().elixir_version == version


def test_damaged_elixir(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", fake_elixir(tmp_path, '"'))
    (tmp_path / "lib/elixir/ebin/elixir.app").write_text("nothing")
    with pytest.raises(MissingToolError, match="Elixir is damaged"):
        mix.toolchain()


def test_compile(project: Path, tmp_path: Path) -> None:
    compiled = mix.compile_project(project, tmp_path)
    (app,) = compiled.app_ebins
    (dependency,) = compiled.dependency_ebins
    assert (app / "Elixir.Sample.beam").is_file()
    assert {file.name for file in dependency.glob("*.beam")} == {"Elixir.Part.beam", "part_erl.beam"}
    assert compiled.consolidated is not None
    assert (compiled.consolidated / "Elixir.Enumerable.beam").is_file()
    assert compiled.build_path == project / "_build" / "prod"
    assert set(compiled.source_roots) == {project, project / "part"}
    assert "Compiling 1 file (.ex)" in compiled.output
    assert mix.compile_project(project, tmp_path).output == ""


def test_applications_come_behind_what_they_need(project: Path, tmp_path: Path) -> None:
    file = project / "mix.exs"
    application = "  def application, do: [mod: {Sample, 1}, env: [a: 1]]\n"
    file.write_text(MIX_EXS.replace("  def project", application + "  def project"))
    compiled = mix.compile_project(project, tmp_path)
    names = [each.name for each in compiled.applications]
    assert names.index("kernel") < names.index("stdlib") < names.index("elixir") < names.index("part")
    assert names[-1] == "sample"
    kinds = {each.name: (each.own, each.of_project, each.callback) for each in compiled.applications}
    assert kinds["elixir"] == (False, False, None)
    assert kinds["part"] == (False, True, None)
    assert kinds["sample"] == (True, True, "Elixir.Sample")
    assert etf.decode(compiled.environment) == [
        (etf.Atom("elixir"), ANY),
        (etf.Atom("kernel"), ANY),
        (etf.Atom("sample"), [(etf.Atom("a"), 1)]),
    ]


def test_runtime_configuration_is_noticed_and_not_evaluated(project: Path, tmp_path: Path) -> None:
    assert not mix.compile_project(project, tmp_path).runtime_config
    (project / "config").mkdir()
    (project / "config" / "runtime.exs").write_text('raise "not here"\n')
    assert mix.compile_project(project, tmp_path).runtime_config


def test_compile_exports_the_framework(project: Path, tmp_path: Path) -> None:
    (project / "mix.exs").write_text(MIX_EXS.replace('"part"', 'System.fetch_env!("ELIXIR_WORKERS_PATH")'))
    framework = tmp_path / "framework"
    (project / "part").rename(framework)
    assert len(mix.compile_project(project, framework).dependency_ebins) == 1


@pytest.mark.parametrize("home", ["", "/nonexistent", "/dev/null"])
def test_compile_without_home_and_locale(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    monkeypatch.setenv(cache.CACHE_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", home)
    monkeypatch.delenv("LANG", raising=False)
    monkeypatch.setenv("LC_ALL", "C")
    output = mix.compile_project(project, tmp_path).output
    assert "warning" not in output


def test_no_mix_exs(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        mix.compile_project(tmp_path, tmp_path)
    assert str(caught.value) == (
        f"no mix.exs in {tmp_path}\nCreate a mix project there, or set `project` to the folder that holds mix.exs."
    )


def test_code_that_does_not_compile(project: Path, tmp_path: Path) -> None:
    (project / "lib" / "sample.ex").write_text("defmodule Sample do\n  def path, do: nowhere()\nend\n")
    with pytest.raises(CommandError) as caught:
        mix.compile_project(project, tmp_path)
    text = str(caught.value)
    assert text.startswith("`MIX_ENV=prod mix compile` ")
    assert "failed with exit code 1" in text
    assert "lib/sample.ex:2" in text
    assert "nowhere/0" in text


def test_erlc_gives_the_same_bytes_in_every_folder(tmp_path: Path) -> None:
    beams = []
    for name in ("one", "another"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "m.erl").write_text("-module(m).\n-export([f/0]).\nf() -> ?MODULE.\n")
        mix.erlc([folder / "m.erl"], folder)
        beams.append((folder / "m.beam").read_bytes())
    assert beams[0] == beams[1]


def test_erlc_failure_shows_both_streams(tmp_path: Path) -> None:
    (tmp_path / "m.erl").write_text("-module(m).\nf( -> 1.\n")
    with pytest.raises(CommandError, match=r"m\.erl:2:4: syntax error before: '->'"):
        mix.erlc([tmp_path / "m.erl"], tmp_path)

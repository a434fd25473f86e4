from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from hatch_elixir_workers import cli, mix, scaffold
from hatch_elixir_workers.errors import MissingToolError, UserError
from hatch_elixir_workers.paths import priv_dir


def files(folder: Path) -> dict[str, str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text() for path in found}


def templates(*names: str) -> set[str]:
    folders = [priv_dir() / "templates" / name for name in names]
    return {path.relative_to(folder).as_posix() for folder in folders for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("kind", scaffold.PLUGIN_KINDS)
@pytest.mark.parametrize("name", ["rate-limit", "elixir-workers-rate-limit"])
def test_a_plugin(tmp_path: Path, kind: str, name: str) -> None:
    folder = scaffold.new_plugin(name, kind, tmp_path)
    assert folder == tmp_path / "elixir-workers-rate-limit"
    assert list(tmp_path.iterdir()) == [folder]
    written = files(folder)
    assert len(written) == len(templates("plugin", f"plugin-{kind}"))
    assert {".gitignore", "elixir_workers_rate_limit/lib/elixir_workers/rate_limit.ex"} <= set(written)
    assert not [path for path, text in written.items() if "{{" in path + text]
    assert 'dependencies = ["hatch-elixir-workers>=0.1,<0.2"]' in written["pyproject.toml"]
    assert "ElixirWorkers.RateLimit" in written["elixir_workers_rate_limit/lib/elixir_workers/rate_limit.ex"]


def test_an_application(tmp_path: Path) -> None:
    written = files(scaffold.new_application("my-shop", tmp_path))
    assert len(written) == len(templates("application"))
    assert 'name = "my-shop"' in written["pyproject.toml"]
    assert "defmodule MyShop do" in written["lib/my_shop.ex"]
    assert "app: :my_shop," in written["mix.exs"]


@pytest.mark.parametrize(
    ("name", "kind", "problem"),
    [
        ("Limit", "binding", 'a plugin cannot be called "Limit"\nUse lower-case letters, digits and hyphens'),
        ("../up", "binding", 'a plugin cannot be called "../up"'),
        ("a_b", "middleware", 'a plugin cannot be called "a_b"'),
        ("", "middleware", 'a plugin cannot be called ""'),
        ("elixir-workers-kv", "binding", "there is a binding `kv` already\n`elixir-workers plugins` lists"),
        ("cors", "middleware", "there is a middleware `cors` already"),
        ("router", "middleware", "`router` is the name of a part of the framework or the worker"),
        ("values", "binding", "`values` is the name of a part of the framework or the worker"),
    ],
)
def test_names_that_no_plugin_can_have(tmp_path: Path, name: str, kind: str, problem: str) -> None:
    with pytest.raises(UserError, match=f"^{re.escape(problem)}"):
        scaffold.new_plugin(name, kind, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["MyShop", "9lives", "a b", "", "task", "stdlib", "elixir-workers", "my_shop_"])
def test_names_that_no_application_can_have(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match=f"`{name}` is the name of a part of|an application cannot be called"):
        scaffold.new_application(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_without_elixir_an_application_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> mix.Toolchain:
        raise MissingToolError("elixir", "Install it.")

    monkeypatch.setattr(mix, "toolchain", missing)
    assert scaffold.new_application("shop", tmp_path).is_dir()


def test_nothing_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "elixir-workers-limit").write_text("mine")
    (tmp_path / "shop").mkdir()
    for arguments in (["new-plugin", "limit", "--kind", "binding"], ["new", "shop"]):
        result = CliRunner().invoke(cli.main, [*arguments, "--into", str(tmp_path)])
        assert (result.exit_code, "exists already\nChoose another name" in result.output) == (1, True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["elixir-workers-limit", "shop"]
    assert (tmp_path / "elixir-workers-limit").read_text() == "mine"


def test_nothing_is_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []

    def full_disk(path: Path, text: str, **_options: str) -> int:
        written.append(text)
        if len(written) == 5:
            raise OSError(28, "No space left on device", str(path))
        return 0

    monkeypatch.setattr(Path, "write_text", full_disk)
    result = CliRunner().invoke(cli.main, ["new-plugin", "limit", "--kind", "binding", "--into", str(tmp_path)])
    assert (result.exit_code, len(written)) == (1, 5)
    assert result.output.endswith("No space left on device\n")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli.main, ["new", "shop", "--into", str(tmp_path / "none")])
    assert (result.exit_code, result.output) == (1, f"error: there is no folder {tmp_path / 'none'}\n")


def test_the_environment_for_mix(tmp_path: Path) -> None:
    def env() -> str:
        return CliRunner().invoke(cli.main, ["env", "--project", str(tmp_path)]).output

    assert env() == f"error: no pyproject.toml in {tmp_path}\nName the folder of an application that has one.\n"
    pyproject = tmp_path / "pyproject.toml"
    pyproject.write_text("[project\n")
    assert env().startswith(f"error: {pyproject}: ")
    pyproject.write_text("[tool.hatch.build.targets.elixir-workers]\nmiddlware = []\n")
    assert env().startswith("error: tool.hatch.build.targets.elixir-workers.middlware is not a known key; did you mean")
    pyproject.write_text("")
    assert env() == f"export ELIXIR_WORKERS_PATH={priv_dir() / 'elixir'}\nexport ELIXIR_WORKERS_PLUGINS=''\n"

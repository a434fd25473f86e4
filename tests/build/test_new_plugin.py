"""Plugins in an environment apart: as strangers write them, from the scaffold and from their page, and our own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = REPOSITORY / "docs" / "reference" / "plugins.md"
sys.path.insert(0, str(REPOSITORY / "tests" / "support"))

import example  # noqa: E402

TIMEOUT_S = 500
PLUGINS = ("elixir-workers-notes", "elixir-workers-api-key", "elixir-workers-inbox")

Run = Callable[..., str]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs a command of a new virtual environment, which has the wheel of this checkout with its kit."""
    venv = tmp_path_factory.mktemp("venv") / "venv"
    environment = {**os.environ, **example.hatch_environment(), "VIRTUAL_ENV": str(venv)}
    environment["PATH"] = f"{venv / 'bin'}{os.pathsep}{example.BIN}{os.pathsep}{environment['PATH']}"
    environment.pop("ELIXIR_WORKERS_PRIV", None)

    def call(*command: str | Path, cwd: Path, code: int = 0) -> str:
        done = subprocess.run(
            list(map(str, command)),
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        assert done.returncode == code, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    call("uv", "venv", "--quiet", "--python", sys.executable, venv, cwd=venv.parent)
    call("uv", "pip", "install", "--quiet", "hatch-elixir-workers[testing]", cwd=venv.parent)
    return call


@pytest.fixture(scope="module")
def scaffolds(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each kind of plugin and an application, as the command writes them; the plugins are installed."""
    folder = tmp_path_factory.mktemp("scaffolds")
    run("elixir-workers", "new-plugin", "notes", "--kind", "binding", cwd=folder)
    run("elixir-workers", "new-plugin", "elixir-workers-api-key", "--kind", "middleware", cwd=folder)
    run("elixir-workers", "new-plugin", "inbox", "--kind", "event", cwd=folder)
    run("elixir-workers", "new", "shop", "--into", folder, cwd=folder)
    run("uv", "pip", "install", "--quiet", *(part for name in PLUGINS for part in ("-e", f"./{name}")), cwd=folder)
    return folder


@pytest.mark.parametrize("name", PLUGINS)
def test_a_new_plugin_passes_its_own_tests(run: Run, scaffolds: Path, name: str) -> None:
    printed = run("pytest", "-q", cwd=scaffolds / name)
    assert re.search(r"^4 passed in ", printed, re.M), printed


def test_what_is_written_is_formatted(run: Run, scaffolds: Path) -> None:
    for name in PLUGINS:
        run("mix", "format", "--check-formatted", cwd=scaffolds / name)
        run("ruff", "check", "--isolated", "--line-length", "120", ".", cwd=scaffolds / name)
        run("ruff", "format", "--isolated", "--line-length", "120", "--check", ".", cwd=scaffolds / name)


def test_plugins_are_listed(run: Run, scaffolds: Path) -> None:
    listed = run("elixir-workers", "plugins", cwd=scaffolds)
    assert "elixir-workers-notes 0.1.0 (elixir_workers_notes)\n  binding kind notes (kv_namespaces)" in listed
    assert "elixir-workers-api-key 0.1.0 (elixir_workers_api_key)\n  middleware api-key (Elixir" in listed
    assert "elixir-workers-inbox 0.1.0 (elixir_workers_inbox)\n  event kind email (ElixirWorkers.Inbox)" in listed


@pytest.mark.parametrize("name", ["fetch", "queues", "r2"])
def test_our_own_plugins_are_complete_by_themselves(run: Run, tmp_path: Path, name: str) -> None:
    """Their distributions, installed beside nothing but the kit, pass their tests in workerd."""
    source = REPOSITORY / "plugins" / name
    plugin = Path(shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("_build", "deps", "dist")))
    run("uv", "pip", "install", "--quiet", "-e", plugin, cwd=plugin)
    try:
        printed = run("pytest", "-q", "tests/test_in_workerd.py", cwd=plugin)
    finally:
        run("uv", "pip", "uninstall", "--quiet", f"elixir-workers-{name}", cwd=plugin)
    assert re.search(r"^\d+ passed in ", printed, re.M), printed


@pytest.fixture(scope="module")
def shop(run: Run, scaffolds: Path) -> Path:
    """The application with both plugins, built."""
    folder = scaffolds / "shop"
    pyproject = folder / "pyproject.toml"
    pyproject.write_text(
        pyproject.read_text().replace('"parse-body"]', '{ use = "api-key", key = "KEY" }]')
        + 'secrets = ["KEY"]\nbindings = { NOTES = { kind = "notes" } }\n'
    )
    router = folder / "lib" / "shop.ex"
    note = 'defp home(conn), do: Conn.text(conn, inspect(ElixirWorkers.Notes.store("NOTES", "k", "v")))'
    router.write_text(re.sub(r"defp home\(conn\).*", note, router.read_text()))
    run("hatchling", "build", "-t", "elixir-workers", cwd=folder)
    return folder


def test_an_application_with_both(shop: Path, tmp_path: Path) -> None:
    with example.served(shop / "dist" / "shop-0.1.0-worker", tmp_path / "log", {"KEY": "s3cret"}) as url:
        ask = lambda headers: example.ask(url, example.Request("GET", "/", headers))  # noqa: E731
        assert (ask({"x-api-key": "s3cret"}).status, ask({"x-api-key": "s3cret"}).body) == (200, b"{:ok, nil}")
        assert ask({}).status == 401


def test_sources_that_do_not_compile(run: Run, scaffolds: Path, shop: Path) -> None:
    source = scaffolds / "elixir-workers-notes" / "elixir_workers_notes" / "lib" / "elixir_workers" / "notes.ex"
    right = source.read_text()
    source.write_text(right.replace("with {:ok, nil} <-", "with {:ok, nil} <- nowhere() +"))
    try:
        printed = run("hatchling", "build", "-t", "elixir-workers", cwd=shop, code=1)
    finally:
        source.write_text(right)
    assert "elixir-workers: plugin elixir-workers-notes: Elixir sources do not compile\n" in printed
    assert f"{source}:" in printed
    assert "nowhere/0" in printed


def test_plain_mix_finds_what_is_configured(run: Run, scaffolds: Path) -> None:
    folder = scaffolds / "plain"
    folder.mkdir()
    run("elixir-workers", "new", "plain-app", "--into", folder, cwd=scaffolds)
    app = folder / "plain-app"
    (app / "pyproject.toml").write_text(
        (app / "pyproject.toml").read_text() + 'bindings = { N = { kind = "notes" } }\n'
    )
    test = app / "test" / "plain_app_test.exs"
    using = '\n  test "the plugin", do: assert(Code.ensure_loaded?(ElixirWorkers.Notes.Fake))\nend\n'
    test.write_text(test.read_text().removesuffix("end\n") + using)
    run("mix", "format", "--check-formatted", "lib/plain_app.ex", "mix.exs", ".formatter.exs", cwd=app, code=1)
    printed = run(
        "sh", "-c", 'eval "$(elixir-workers env)" && mix format --check-formatted lib/*.ex && mix test', cwd=app
    )
    assert re.search(r"2 tests, 0 failures|2 passed", printed), printed


def files_of_the_page() -> dict[str, str]:
    """By path: a line that is a path, then a block; blocks of one path follow each other."""
    files: dict[str, str] = {}
    for path, text in re.findall(r"^`([\w./-]+)`:\n```\w+\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S):
        files[path] = f"{files[path]}\n\n{text}" if path in files else text
    return files


def test_the_plugin_of_the_page(run: Run, tmp_path: Path) -> None:
    files = files_of_the_page()
    blocks = len(re.findall(r"^```\w+$", PAGE.read_text("utf-8"), re.M))
    assert (len(files), blocks) == (8, 10)  # every block is part of it, and one file has three
    for name, text in files.items():
        path = tmp_path / "plugin" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    run("uv", "pip", "install", "--quiet", "-e", tmp_path / "plugin", cwd=tmp_path)
    printed = run("pytest", "-q", "-p", "hatch_elixir_workers.testing", cwd=tmp_path / "plugin")
    run("uv", "pip", "uninstall", "--quiet", "elixir-workers-queue", cwd=tmp_path)
    assert re.search(r"^1 passed in ", printed, re.M), printed

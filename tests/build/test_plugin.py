"""A binding kind of another distribution: in a bundle that workerd serves, and as a fake under `mix test`."""

from __future__ import annotations

import hmac
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PLUGIN = REPOSITORY / "tests" / "samples" / "queue_plugin"
sys.path.insert(0, str(REPOSITORY / "tests" / "support"))

import example  # noqa: E402

from hatch_elixir_workers.javascript import stripped  # noqa: E402

Run = Callable[..., Any]
Sample = Callable[..., Path]


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the plugin's wheel, as an index would offer it."""
    folder = tmp_path_factory.mktemp("plugin-wheels")
    source = Path(shutil.copytree(PLUGIN, tmp_path_factory.mktemp("plugin") / "source"))
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def built(sample: Sample, hatch_build: Run, environment: dict[str, str], wheels: Path) -> Path:
    """The sample, built with the plugin in its build environment."""
    project = sample("queue_app")
    done = build(project, hatch_build, environment, wheels)
    assert done.returncode == 0, done.stdout + done.stderr
    return project


def build(
    project: Path, hatch_build: Run, environment: dict[str, str], wheels: Path
) -> subprocess.CompletedProcess[str]:
    return hatch_build(
        project,
        PIP_FIND_LINKS=f"{environment['PIP_FIND_LINKS']} {wheels}",
        UV_FIND_LINKS=f"{environment['UV_FIND_LINKS']},{wheels}",
    )


def test_a_kind_of_a_plugin(built: Path, tmp_path: Path) -> None:
    bundle = built / "dist" / "queue_app-0.1.0-worker"
    own = PLUGIN / "elixir_workers_queue" / "worker" / "queue.js"
    assert (bundle / "bindings" / "queue.js").read_bytes() == stripped(own.read_bytes())
    assert '{ binding = "JOBS", queue = "jobs" }' in (bundle / "wrangler.toml").read_text()
    assert str(built.parent) not in (bundle / "app.avm").read_bytes().decode("latin-1")
    with example.served(bundle, tmp_path / "console.log", {"SIGNING_KEY": "s3cret"}) as url:
        ask = lambda times, body: example.ask(url, example.Request("POST", f"/jobs/{times}", {}, body))  # noqa: E731
        signed = ask(1, b"x")
        assert signed.header("x-signature") == hmac.new(b"s3cret", signed.body, "sha256").hexdigest()
        assert (ask(3, b"\x00\xff").status, ask(3, b"\x00\xff").body) == (200, b"3")
        assert ask(1, b"x").body == b"1"  # state is that of a request
        refused = ask(1, b"x" * 128_001)
        assert (refused.status, refused.body) == (422, b'"too_large" 128001 bytes')


def test_a_secret_that_is_not_configured(
    sample: Sample, hatch_build: Run, environment: dict[str, str], wheels: Path
) -> None:
    project = sample("queue_app")
    file = project / "pyproject.toml"
    file.write_text(file.read_text().replace('secrets = ["SIGNING_KEY"]\n', ""))
    done = build(project, hatch_build, environment, wheels)
    key = "tool.hatch.build.targets.elixir-workers"
    assert done.returncode == 1
    assert (
        f'{key}.middleware[0].key names the secret "SIGNING_KEY", which is not configured: add it to {key}.secrets'
        in done.stderr
    )


def test_its_fake_on_ordinary_elixir(sample: Sample) -> None:
    project = sample("queue_app")
    (project / "test").mkdir()
    (project / "test" / "test_helper.exs").write_text("ExUnit.start()\n")
    (project / "test" / "queue_test.exs").write_text(
        """
        defmodule QueueTest do
          use ExUnit.Case
          import ElixirWorkers.Test

          test "what is sent arrives at the test" do
            put_bindings(%{"JOBS" => ElixirWorkers.Queue.Fake})
            assert request(QueueApp, :post, "/jobs/1", body: "job").body == "1"
            assert_received {:queued, "job"}
          end
        end
        """
    )
    environment = {
        **os.environ,
        "ELIXIR_WORKERS_PATH": str(REPOSITORY / "priv" / "elixir"),
        "ELIXIR_WORKERS_PLUGINS": str(PLUGIN / "elixir_workers_queue" / "lib"),
    }
    done = subprocess.run(["mix", "test"], cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 test, 0 failures" in done.stdout

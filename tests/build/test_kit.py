"""The kit for authors of plugins, by itself: `hatch_elixir_workers.testing`."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hatch_elixir_workers.errors import CommandError, MissingToolError, UserError
from hatch_elixir_workers.testing import Bundle, Project, Worker, elixir_project, node

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tests" / "support"))

import example  # noqa: E402, F401 (says where the Node packages of this checkout are)

__all__ = ["elixir_project"]

APP = """
defmodule App do
  use ElixirWorkers.App, router: App.Router
end

defmodule App.Router do
  use ElixirWorkers.Router
  alias ElixirWorkers.KV

  @impl true
  def routes do
    [
      {:get, "/secret", &Conn.text(&1, &1["env"]["KEY"] || "none")},
      {:post, "/echo", &echo/1},
      {:get, "/stream", &Conn.stream(&1, "text/plain", ["one", "two"])},
      {:put, "/kept", &Conn.text(&1, inspect(KV.put("CACHE", "key", &1["body"])))},
      {:get, "/kept", &Conn.text(&1, KV.get!("CACHE", "key"))},
      {:get, "/log", fn conn -> Conn.log(conn, :warning, "two\\nlines") && Conn.text(conn, "") end}
    ]
  end

  defp echo(conn) do
    conn
    |> Conn.add_resp_header("x-one", conn["headers"]["x-one"])
    |> Conn.add_resp_header("x-two", "a")
    |> Conn.add_resp_header("x-two", "b")
    |> Conn.json(%{"size" => byte_size(conn["body"])})
  end
end
"""
TEST = """
defmodule AppTest do
  use ExUnit.Case
  test "the framework is there", do: assert ElixirWorkers.Test.request(App, :get, "/secret").body == "none"
end
"""

MakeProject = Callable[..., Project]


@pytest.fixture(scope="module")
def project(elixir_project: MakeProject) -> Project:
    files = {"lib/app.ex": APP, "test/test_helper.exs": "ExUnit.start()\n", "test/app_test.exs": TEST}
    return elixir_project(files, bindings={"CACHE": {"kind": "kv"}}, secrets=["KEY"], body_limit="2 MiB")


@pytest.fixture(scope="module")
def bundle(project: Project) -> Bundle:
    return project.build()


@pytest.fixture(scope="module")
def worker(bundle: Bundle) -> Iterator[Worker]:
    with bundle.served(secrets={"KEY": "s3=cret"}) as worker:
        yield worker


def test_what_is_in_a_bundle(bundle: Bundle) -> None:
    assert {"App.Router", "ElixirWorkers.KV", "lists"} <= set(bundle.modules)
    assert [module["name"] for module in bundle.manifest["modules"] if module["origin"] == "app"] != []
    assert b"CACHE" in bundle.read("wrangler.toml")
    assert all(section.data for section in bundle.archive)


def test_requests(worker: Worker) -> None:
    assert worker.ask("GET", "/secret").text == "s3=cret"
    reply = worker.ask("POST", "/echo", headers={"X-One": "1"}, body="\u00fc")
    assert (reply.status, reply.json(), reply.header("X-ONE")) == (200, {"size": 2}, "1")
    assert reply.all("x-two") == ["a", "b"]
    assert reply.header("x-three") is None
    assert worker.ask("POST", "/echo", headers={"x-one": "1"}, body=iter([b"abc", b"def"])).json() == {"size": 6}
    assert worker.ask("POST", "/echo", body=bytes(2 * 1024 * 1024 + 1)).status == 413


def test_bindings_are_simulated(worker: Worker) -> None:
    assert worker.ask("PUT", "/kept", body="kept").text == ":ok"
    assert worker.ask("GET", "/kept").text == "kept"


def test_streams(worker: Worker) -> None:
    with worker.stream("GET", "/stream") as response:
        assert (response.status, response.body) == (200, b"")
        assert b"".join(response.chunks()) == b"onetwo"


def test_logs(worker: Worker) -> None:
    worker.ask("GET", "/log")
    line = worker.wait_for_log("two\nlines")
    assert (line.level, line in worker.logs) == ("warn", True)
    with pytest.raises(TimeoutError, match="no line of the console holds 'never'"):
        worker.wait_for_log("never", timeout_s=0)


def test_mix_test(project: Project) -> None:
    assert re.search("1 test, 0 failures|1 passed", project.mix_test())
    project.write("test/more_test.exs", 'defmodule MoreTest do\n  use ExUnit.Case\n  test "x", do: flunk()\nend\n')
    with pytest.raises(CommandError, match="MoreTest"):
        project.mix_test()


def test_a_build_that_fails(elixir_project: MakeProject) -> None:
    project = elixir_project({"lib/app.ex": APP}, midleware=[])
    with pytest.raises(CommandError, match="midleware is not a known key; did you mean"):
        project.build()


def test_a_worker_that_does_not_start(bundle: Bundle, tmp_path: Path) -> None:
    broken = Bundle(Path(shutil.copytree(bundle.folder, tmp_path / "broken")), "")
    (broken.folder / "index.js").write_text("nonsense (")
    with pytest.raises(UserError, match=f"the worker in {broken.folder} did not start\n.*SyntaxError") as caught:  # noqa: SIM117
        with broken.served():
            pass
    assert "    at " not in str(caught.value)


def test_node_is_missing_or_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingToolError, match=r"`node` was not found, neither beside .* nor on PATH") as caught:
        node.node()
    assert "pip install 'hatch-elixir-workers[testing]'" in str(caught.value)
    (tmp_path / "node").write_text("#!/bin/sh\necho v18.19.0\n")
    (tmp_path / "node").chmod(0o755)
    with pytest.raises(MissingToolError, match=r"is Node v18\.19\.0, which is too old\nInstall Node 22 or later"):
        node.node()
    monkeypatch.delenv(node.PACKAGES_VARIABLE)
    monkeypatch.setenv("ELIXIR_WORKERS_CACHE", str(tmp_path / "cache"))
    with pytest.raises(MissingToolError, match="`npm` was not found"):
        node.packages()


def test_packages_come_from_npm(bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(node.PACKAGES_VARIABLE)
    monkeypatch.setenv("ELIXIR_WORKERS_CACHE", str(tmp_path))
    monkeypatch.setenv("npm_config_prefer_offline", "true")
    made = node.packages()
    assert list((tmp_path / "node").iterdir()) == [made]
    before = (made / "node_modules" / "miniflare").stat().st_mtime_ns
    with bundle.served(secrets={"KEY": "other"}) as worker:
        assert worker.ask("GET", "/secret").text == "other"
    assert (made / "node_modules" / "miniflare").stat().st_mtime_ns == before


def test_packages_that_npm_cannot_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(node.PACKAGES_VARIABLE)
    monkeypatch.setenv("ELIXIR_WORKERS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
    monkeypatch.setenv("npm_config_offline", "true")
    with pytest.raises(CommandError, match=r"`npm ci --no-audit --no-fund` failed with exit code 1") as caught:
        node.packages()
    assert "ENOTCACHED" in str(caught.value)
    assert list((tmp_path / "cache" / "node").iterdir()) == []


def test_the_packages_are_those_of_our_own_tests() -> None:
    def versions(path: Path) -> dict[str, str]:
        locked = json.loads((path / "package-lock.json").read_text())["packages"]
        return {name: each["version"] for name, each in locked.items() if name}

    kit = versions(REPOSITORY / "hatch_elixir_workers" / "testing")
    ours = versions(REPOSITORY / "tests" / "support")
    assert kit.items() <= ours.items()
    assert "node_modules/miniflare" in kit

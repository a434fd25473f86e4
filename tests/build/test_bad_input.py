"""What goes wrong is said in one clear message; the exit code is not 0, and nothing half-written is left."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tests" / "support"))

import example  # noqa: E402

Run = Callable[..., Any]
Sample = Callable[..., Path]

SECOND_APP = """defmodule Tiny.Second do
  def __elixir_workers_app__, do: []
  def start, do: :second
end
"""


def add_to_table(project: Path, text: str) -> None:
    header = "[tool.hatch.build.targets.elixir-workers]\n"
    file = project / "pyproject.toml"
    file.write_text(file.read_text().replace(header, header + text))


def failure(done: Any) -> str:
    """The message after hatch's own lines, of a build that failed without a traceback."""
    assert done.returncode != 0
    assert "Traceback" not in done.stdout + done.stderr
    _, found, message = done.stderr.partition("elixir-workers: ")
    assert found, done.stderr
    return str(message).strip()


def assert_nothing_is_left(project: Path) -> None:
    assert not (project / "dist").exists() or list((project / "dist").iterdir()) == []


def test_unknown_keys_and_wrong_types_together(sample: Sample, hatch_build: Run) -> None:
    project = sample("tiny")
    add_to_table(project, 'entri = "Tiny"\nstrict = "yes"\n')
    assert failure(hatch_build(project)) == (
        'tool.hatch.build.targets.elixir-workers.entri is not a known key; did you mean "entry"?\n'
        "tool.hatch.build.targets.elixir-workers.strict must be true or false, not a string"
    )
    assert_nothing_is_left(project)


def test_code_that_does_not_compile(sample: Sample, hatch_build: Run) -> None:
    project = sample("tiny")
    assert hatch_build(project).returncode == 0
    before = {path: path.stat().st_mtime_ns for path in (project / "dist").rglob("*")}
    (project / "lib" / "greeting.ex").write_text("defmodule Tiny.Greeting do\n  def greet(_), do: nowhere()\nend\n")
    message = failure(hatch_build(project))
    assert message.startswith("`MIX_ENV=prod mix compile` ")
    assert "lib/greeting.ex:2" in message
    assert "undefined function nowhere/0" in message
    assert {path: path.stat().st_mtime_ns for path in (project / "dist").rglob("*")} == before


def test_two_applications(sample: Sample, hatch_build: Run) -> None:
    project = sample("tiny")
    (project / "lib" / "second.ex").write_text(SECOND_APP)
    assert failure(hatch_build(project)) == (
        "tool.hatch.build.targets.elixir-workers.entry must say which module to start: "
        "2 modules do `use ElixirWorkers.App`: Tiny, Tiny.Second"
    )
    assert_nothing_is_left(project)
    add_to_table(project, 'entry = "Tiny.Second"\n')
    assert hatch_build(project).returncode == 0


def test_no_application(sample: Sample, hatch_build: Run) -> None:
    project = sample("tiny")
    (project / "lib" / "tiny.ex").write_text("defmodule Tiny do\n  # use ElixirWorkers.App\n  def start, do: 1\nend\n")
    assert failure(hatch_build(project)) == (
        "no module of the application does `use ElixirWorkers.App`\n"
        "Add `use ElixirWorkers.App, router: …` to one, or name the module to start in "
        "tool.hatch.build.targets.elixir-workers.entry."
    )


def test_an_entry_that_is_not_there(sample: Sample, hatch_build: Run) -> None:
    project = sample("tiny")
    add_to_table(project, 'entry = "Tini"\n')
    assert failure(hatch_build(project)) == (
        'tool.hatch.build.targets.elixir-workers.entry names "Tini", which the application does not have; '
        'did you mean "Tiny"?'
    )


def test_an_entry_without_start(sample: Sample, hatch_build: Run) -> None:
    project = sample("tiny")
    add_to_table(project, 'entry = "Tiny.Greeting"\n')
    assert failure(hatch_build(project)).startswith("Tiny.Greeting has no start/0\n")


def test_keep_names_what_is_not_there(sample: Sample, hatch_build: Run) -> None:
    project = sample("tiny")
    add_to_table(project, 'keep = ["Tiny.Greeting.greet/2"]\n')
    assert failure(hatch_build(project)) == (
        'tool.hatch.build.targets.elixir-workers.keep names "Tiny.Greeting.greet/2", which is not exported'
    )


def test_a_truncated_beam(sample: Sample, hatch_build: Run) -> None:
    project = sample("tiny")
    assert hatch_build(project).returncode == 0
    beam = project / "_build" / "prod" / "lib" / "tiny" / "ebin" / "Elixir.Tiny.Greeting.beam"
    beam.write_bytes(beam.read_bytes()[:200])
    assert failure(hatch_build(project)).startswith(f"{beam}: chunk FOR1, offset 4: truncated: ")


@pytest.mark.parametrize("part", ["atomvm.wasm", "natives.json"])
def test_no_virtual_machine(
    sample: Sample, hatch_build: Run, environment: dict[str, str], tmp_path: Path, part: str
) -> None:
    project = sample("tiny")
    priv = tmp_path / "priv"
    shutil.copytree(environment["ELIXIR_WORKERS_PRIV"], priv, ignore=shutil.ignore_patterns("_build"))
    (priv / part).unlink()
    message = failure(hatch_build(project, ELIXIR_WORKERS_PRIV=str(priv)))
    assert message.startswith(f"{priv / part} is missing: the virtual machine has not been built.\n")
    assert "`make vm`" in message
    assert_nothing_is_left(project)


def test_no_elixir(sample: Sample, hatch_build: Run, tmp_path: Path) -> None:
    project = sample("tiny")
    (tmp_path / "bin").mkdir()
    message = failure(hatch_build(project, PATH=str(tmp_path / "bin")))
    assert message.startswith("`elixir` was not found on PATH: Elixir and Erlang are needed\nInstall Elixir 1.14")
    assert_nothing_is_left(project)


def test_elixir_too_old(sample: Sample, hatch_build: Run, tmp_path: Path) -> None:
    project = sample("tiny")
    ebin = tmp_path / "elixir" / "lib" / "elixir" / "ebin"
    ebin.mkdir(parents=True)
    (ebin / "elixir.app").write_text('{application,elixir,[{vsn,"1.13.4"}]}.\n')
    script = tmp_path / "elixir" / "bin" / "elixir"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    message = failure(hatch_build(project, PATH=str(script.parent)))
    assert message.startswith("Elixir 1.13.4 is too old: 1.14 or later is needed\nInstall Elixir 1.14")
    assert_nothing_is_left(project)


def test_middleware_that_is_not_there(sample: Sample, hatch_build: Run) -> None:
    project = sample("web")
    key = "tool.hatch.build.targets.elixir-workers.middleware"
    file = project / "pyproject.toml"
    file.write_text(file.read_text().replace("Web.Step", "Web.Stpe"))
    assert failure(hatch_build(project)) == (
        f'{key}[3] names "Web.Stpe", which neither the application nor a dependency has; did you mean "Web.Step"?'
    )
    file.write_text(file.read_text().replace('"parse-body"', '"parse-boby", { use = "cors", max-age = "5" }'))
    assert failure(hatch_build(project)) == (
        f'{key}[4] is no known middleware and no name of a module: "parse-boby"; '
        'did you mean "parse-body"?\n'
        f"{key}[5].max-age must be an integer, not a string\n"
        f'{key}[5] ("cors") must have "origins"'
    )
    assert_nothing_is_left(project)


def test_streamed_bodies_that_no_route_matches(sample: Sample, hatch_build: Run) -> None:
    project = sample("streams")
    file = project / "pyproject.toml"
    file.write_text(
        file.read_text().replace('"/up/:way"', '"/ups/:way"').replace("body-limit", "strict = true\nbody-limit")
    )
    assert failure(hatch_build(project)) == (
        'tool.hatch.build.targets.elixir-workers.streamed-bodies."/ups/:way" is matched by no route of Streams.Router, '
        "so no body is streamed there; the nearest are /up/pass, /up/twice, /up/changed, /sent/:bytes"
    )
    assert_nothing_is_left(project)


def test_a_router_that_is_not_there(sample: Sample, hatch_build: Run) -> None:
    project = sample("web")
    (project / "lib" / "web.ex").write_text("defmodule Web do\n  use ElixirWorkers.App, router: Web.Ruoter\nend\n")
    done = hatch_build(project)
    warning = "lib/web.ex:2: Web.__elixir_workers_routes__/0 calls Web.Ruoter.routes/0: no application, dependency or"
    assert f"warning: {warning}" in done.stderr
    with example.served(project / "dist" / "web-0.1.0-worker", project / "log") as url:
        reply = example.ask(url, example.Request("GET", "/", {}))
    assert reply.status == 500
    request_id = reply.header("x-request-id")
    log = (project / "log").read_text()
    assert f"[error] {request_id} the start of Web failed in request {request_id}\n" in log
    assert "** (ArgumentError) Web.Ruoter is not a router: it needs use ElixirWorkers.Router" in log


def test_a_target_that_cannot_be_written(sample: Sample, hatch_build: Run) -> None:
    project = sample("tiny")
    (project / "dist" / "tiny-0.1.0-worker.zip").mkdir(parents=True)
    assert failure(hatch_build(project)).endswith("tiny-0.1.0-worker.zip: Is a directory")


def test_no_mix_project(sample: Sample, hatch_build: Run) -> None:
    project = sample("tiny")
    (project / "mix.exs").unlink()
    message = failure(hatch_build(project))
    assert message.startswith(f"no mix.exs in {project}\n")


def test_missing_functions(sample: Sample, hatch_build: Run) -> None:
    project = sample("tiny")
    source = "defmodule Tiny.Greeting do\n  def greet(x) do\n    :nowhere.to_be_found(x)\n  end\nend\n"
    (project / "lib" / "greeting.ex").write_text(source)
    done = hatch_build(project)
    assert done.returncode == 0
    warning = (
        "lib/greeting.ex:3: Tiny.Greeting.greet/1 calls :nowhere.to_be_found/1: "
        "no application, dependency or library has this module"
    )
    assert f"warning: {warning}\n" in done.stderr
    add_to_table(project, "strict = true\n")
    message = failure(hatch_build(project))
    assert message.splitlines()[:2] == ["reachable code calls functions that cannot run:", warning]

"""The sample `web`, built by `hatch build` and asked over HTTP in workerd: what its configuration does there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from hatch_elixir_workers import etf
from hatch_elixir_workers.avm import FILE
from hatch_elixir_workers.condensed_archive import read_archive_file

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tests" / "support"))

import example  # noqa: E402

Run = Callable[..., Any]
Sample = Callable[..., Path]

CONFIGURED = '[first_name: "configured", numbers: [1, 2.5], nested: %{"deep" => true}]'


@dataclass(frozen=True)
class Worker:
    """A bundle that is being served."""

    bundle: Path
    url: str
    log_file: Path

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> example.Response:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return example.ask(self.url, example.Request(method, path, names, body))

    def text(self, path: str) -> str:
        reply = self.ask("GET", path)
        assert reply.status == 200, reply.body
        return reply.body.decode()

    def logged(self, pattern: str) -> re.Match[str]:
        """Where the console matches; it arrives some time after the response."""
        for _ in range(3000):
            found = re.search(pattern, self.log_file.read_text())
            if found is not None:
                return found
            time.sleep(0.02)
        raise AssertionError(f"nothing like {pattern} in:\n{self.log_file.read_text()}")

    def log_of(self, request_id: str | None) -> str:
        """The console, as soon as it has the last line of this request."""
        return self.logged(rf"\[notice\] {request_id} .*\n").string


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, hatch_build: Run) -> Path:
    """The sample, built."""
    source = REPOSITORY / "tests" / "samples" / "web"
    folder = Path(shutil.copytree(source, tmp_path_factory.mktemp("web") / "project"))
    done = hatch_build(folder)
    assert done.returncode == 0, done.stderr
    return folder


def serve(project: Path) -> Iterator[Worker]:
    bundle = project / "dist" / "web-0.1.0-worker"
    log = project / "worker.log"
    with example.served(bundle, log) as url:
        yield Worker(bundle, url, log)


@pytest.fixture(scope="module", params=["functions", "none"])
def worker(
    request: pytest.FixtureRequest, project: Path, hatch_build: Run, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Worker]:
    """Shaken and not: whatever is asked, the answers are the same."""
    level: str = request.param
    shaken = level == "functions"
    yield from serve(project if shaken else rebuilt(project, f'shake = "{level}"', hatch_build, tmp_path_factory))


@pytest.fixture(scope="module")
def development(project: Path, hatch_build: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """The same project with `environment = "development"`."""
    yield from serve(rebuilt(project, 'environment = "development"', hatch_build, tmp_path_factory))


def rebuilt(project: Path, setting: str, hatch_build: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, built with one more setting."""
    copy = Path(shutil.copytree(project, tmp_path_factory.mktemp("again") / "project", symlinks=True))
    file = copy / "pyproject.toml"
    file.write_text(file.read_text().replace("body-limit", f"{setting}\nbody-limit"))
    done = hatch_build(copy)
    assert done.returncode == 0, done.stderr
    return copy


# -- middleware -------------------------------------------------------------------------------------------------------


def test_configured_middleware_is_packed(worker: Worker) -> None:
    sections = {section.name: section for section in read_archive_file(worker.bundle / "app.avm")}
    section = sections["elixir_workers/priv/settings.bin"]
    assert section.flags == FILE
    settings = etf.decode(section.data)
    assert isinstance(settings, etf.Map)
    ((key, entries),) = settings.pairs
    assert key == etf.Atom("middleware")
    modules = [module for module, _options in entries]  # type: ignore[union-attr]
    assert modules == [
        etf.Atom(f"Elixir.{name}")
        for name in (
            "ElixirWorkers.Middleware.RequestLogger",
            "ElixirWorkers.Middleware.SecurityHeaders",
            "ElixirWorkers.Middleware.CORS",
            "Web.Step",
            "ElixirWorkers.Middleware.ParseBody",
        )
    ]
    # Nothing in the code names this one.
    assert "Elixir.ElixirWorkers.Middleware.CORS.beam" in sections


def test_middleware_of_the_configuration_wraps_that_of_the_router(worker: Worker) -> None:
    reply = worker.ask("GET", "/", origin="https://example.com")
    steps = [value for name, value in reply.headers if name.lower() == "x-step"]
    assert steps == ["[from: :router]", CONFIGURED]  # each adds its header on the way out
    assert reply.header("access-control-allow-origin") == "https://example.com"
    assert reply.header("x-frame-options") == "SAMEORIGIN"
    assert reply.header("referrer-policy") is None
    assert reply.header("x-content-type-options") == "nosniff"


def test_configured_options_take_effect(worker: Worker) -> None:
    reply = worker.ask("OPTIONS", "/", origin="https://example.com", access_control_request_method="PUT")
    assert (reply.status, reply.header("access-control-max-age")) == (204, "5")
    failed = worker.ask("GET", "/crash")
    assert f"[notice] {failed.header('x-request-id')} GET /crash 500" in worker.log_of(failed.header("x-request-id"))


def test_a_step_that_answers_keeps_the_inner_ones_out(worker: Worker) -> None:
    reply = worker.ask("POST", "/parsed", b'{"a":', content_type="application/json")
    assert reply.status == 400
    assert [value for name, value in reply.headers if name.lower() == "x-step"] == [CONFIGURED]


def test_the_same_archive_under_wasi(worker: Worker) -> None:
    """`elixir-workers run`: stdout is the response and nothing else."""
    archive = str(worker.bundle / "app.avm")
    request = json.dumps({"method": "GET", "url": "/print", "headers": {"Origin": "https://example.com"}})
    command = [str(example.BIN / "elixir-workers"), "run", archive]
    done = subprocess.run(command, input=request, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.endswith("\n")
    response = json.loads(done.stdout)
    assert (response["status"], response["body"]) == (200, "answered")
    assert ["access-control-allow-origin", "https://example.com"] in response["headers"]
    assert '{"status":299,"headers":[],"body":"printed"}\n{' in done.stderr


def test_what_is_printed_is_no_response(worker: Worker) -> None:
    reply = worker.ask("GET", "/print")
    assert (reply.status, reply.body) == (200, b"answered")
    printed = r'\[stdout\] ([0-9a-f-]{36}) \{"status":299,"headers":\[\],"body":"printed"\}\n'
    assert "GET /print 200" in worker.log_of(worker.logged(printed)[1])


# -- environment ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("accept", ["*/*", "text/html", "application/json"])
def test_production_leaks_nothing(worker: Worker, accept: str) -> None:
    reply = worker.ask("GET", "/crash", accept=accept)
    assert reply.status == 500
    page = reply.body.decode()
    request_id = reply.header("x-request-id")
    assert request_id is not None
    assert request_id in page
    told = (page + str(reply.headers)).replace(CONFIGURED, "")
    assert not [
        word for word in ("secret", "ArgumentError", "router.ex", "Web.") if word in told.replace(CONFIGURED, "")
    ]
    log = worker.log_of(request_id)
    assert f"[error] {request_id} route GET /crash failed" in log
    assert "** (ArgumentError) the secret is 42\n    (web 0.1.0) lib/web/router.ex:50: Web.Router.crash/1\n" in log


@pytest.mark.parametrize("accept", ["*/*", "text/html", "application/json"])
def test_development_shows_the_exception(development: Worker, accept: str) -> None:
    reply = development.ask("GET", "/crash", accept=accept)
    assert reply.status == 500
    page = reply.body.decode()
    assert "** (ArgumentError) the secret is 42" in page
    assert "lib/web/router.ex:50: Web.Router.crash/1" in page
    assert reply.header("x-request-id") is not None


def test_development_shows_what_the_worker_itself_refused(development: Worker, worker: Worker) -> None:
    too_long = b" " * 1001
    assert b"E_BODY_TOO_LARGE" in development.ask("POST", "/parsed", too_long).body
    reply = worker.ask("POST", "/parsed", too_long)
    assert (reply.status, b"E_BODY" in reply.body) == (413, False)
    assert reply.header("x-content-type-options") == "nosniff"


# -- the language in a shaken bundle ----------------------------------------------------------------------------------


def on_ordinary_elixir(project: Path, function: str, name: str) -> Any:
    """What `Web.Language` finds out when mix runs it."""
    call = f'IO.puts(ElixirWorkers.JSON.encode!(Web.Language.{function}(%{{"name" => "{name}"}})))'
    framework = str(REPOSITORY / "priv" / "elixir")
    environment = {**os.environ, "MIX_ENV": "prod", "ELIXIR_WORKERS_PATH": framework, "LC_ALL": "C.UTF-8"}
    return json.loads(example.run(["mix", "run", "-e", call], project, environment).stdout)


@pytest.mark.parametrize("function", ["facts", "matches"])
@pytest.mark.parametrize("name", ["café au lait", "x"])
def test_the_language_is_the_same(worker: Worker, project: Path, function: str, name: str) -> None:
    facts = json.loads(worker.text(f"/{'language' if function == 'facts' else function}/{quote(name)}"))
    assert facts == on_ordinary_elixir(project, function, name)


def test_priv_files_and_environment(worker: Worker) -> None:
    assert worker.text("/greeting") == r'["Grüß Gott\n", [upper: true], "world", nil]'


def test_unicode(worker: Worker) -> None:
    facts = json.loads(worker.text("/language/caf%C3%A9"))
    assert (facts["upcase"], facts["interpolated"], facts["range"]) == ("SSCAFÉ", "4atom1.5caféab", "1..4")


def test_protocols_are_consolidated_and_dispatch(worker: Worker) -> None:
    assert worker.text("/price/1234") == "12,34 money thing true €"


# -- what goes wrong in a handler -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "explanation"),
    [
        ("/nothing", "route GET /nothing failed in request {id}\nit must return a conn, but returned: nil"),
        ("/unanswered", "it returned the conn without a response; end with ElixirWorkers.Conn.json/2"),
        ("/status", "a response status must be an integer from 200 to 599 or a name such as :not_found, got: 99"),
        ("/header", 'the value of header "x-a" must not contain CR, LF, NUL'),
        ("/forged", "a response body must be a string or iodata, got: #PID<"),
        ("/clause", "** (FunctionClauseError) no function clause matching in Keyword.get/3"),
        ("/format", "1st argument: format string invalid (invalid control ~q)"),
        ("/price/abc", "** (ArgumentError) errors were found at the given arguments:"),
    ],
)
def test_what_a_handler_did_wrong_is_logged(worker: Worker, path: str, explanation: str) -> None:
    reply = worker.ask("GET", path)
    assert reply.status == 500
    assert reply.header("set-cookie") is None
    request_id = reply.header("x-request-id") or ""
    # The request's own last line may come first: what is wrong with a response shows when it is sent.
    worker.logged(re.escape(explanation.format(id=request_id)))
    assert worker.text("/") == "home"


def test_bytes_that_are_no_utf8(worker: Worker) -> None:
    reply = worker.ask("GET", "/%FF")
    assert (reply.status, reply.body) == (
        400,
        b'Bad Request\nthe path segment "%FF" is not percent-encoded UTF-8\n',
    )
    reply = worker.ask("POST", "/parsed", b'{"a":"\xff"}', content_type="application/json")
    assert (reply.status, reply.body) == (
        400,
        b"Bad Request\nmalformed JSON: a string must be valid UTF-8 at byte 6\n",
    )
    assert worker.ask("POST", "/upcase", b"ab\xff\xc3").body == b"AB\xff\xc3"


OUT_OF_MEMORY = r"GET {path} failed in request {id}\n\*\* \(EXIT from #PID<[\d.]+>\) {{:system_limit, :memory}}"


@pytest.mark.parametrize(
    ("path", "status", "reason"),
    [
        ("/endless", 503, "{id} E_LIMIT_REDUCTIONS: "),
        ("/deep", 500, OUT_OF_MEMORY),
        ("/hoard", 500, OUT_OF_MEMORY),
    ],
)
def test_a_request_that_takes_everything_ends_alone(worker: Worker, path: str, status: int, reason: str) -> None:
    reply = worker.ask("GET", path)
    assert reply.status == status
    worker.logged(reason.format(path=path, id=reply.header("x-request-id")))
    assert reply.header("x-content-type-options") == "nosniff"
    assert worker.text("/") == "home"

"""The sample `bookshop`, as somebody who knows Elixir writes an application: OTP applications with supervision trees, a
parser, EEx templates and a cache as dependencies, configuration, Logger. Built by `hatch build`, asked in workerd."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import shutil
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tests" / "support"))

import example  # noqa: E402

Run = Callable[..., Any]


@dataclass(frozen=True)
class Shop:
    """The bundle that is being served, and what the build said."""

    url: str
    log_file: Path
    said: str

    def ask(self, path: str) -> example.Response:
        return example.ask(self.url, example.Request("GET", path, {}))

    def logged(self, text: str) -> str:
        """The console from its start, as soon as it has this text; it arrives some time after the response."""
        for _ in range(3000):
            console = self.log_file.read_text()
            if text in console:
                return console
            time.sleep(0.02)
        raise AssertionError(f"no {text!r} in:\n{console}")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, hatch_build: Run) -> Iterator[Shop]:
    source = REPOSITORY / "tests" / "samples" / "bookshop"
    ignore = shutil.ignore_patterns("_build", "dist")
    folder = Path(shutil.copytree(source, tmp_path_factory.mktemp("bookshop") / "project", ignore=ignore))
    done = hatch_build(folder)
    assert done.returncode == 0, done.stderr
    log = folder / "worker.log"
    with example.served(folder / "dist" / "bookshop-1.0.0-worker", log) as url:
        yield Shop(url, log, done.stdout + done.stderr)


def test_runtime_configuration_is_left_out_and_named(shop: Shop) -> None:
    """It would raise here: it wants a variable of the environment that only a deployment has."""
    assert "config/runtime.exs is not evaluated" in shop.said


def test_nothing_else_is_missing(shop: Shop) -> None:
    assert shop.said.count("warning:") == 1, shop.said


def test_templates_show_what_supervised_processes_know(shop: Shop) -> None:
    page = shop.ask("/").body.decode()
    assert '<li><a href="/books/muller">Müllers Weg &amp; andere Geschichten</a></li>' in page
    assert '<a href="/?page=2">more</a>' in page
    assert "prices in EUR" in page, "config.exs wins over the application's own environment"
    assert "the end" in shop.ask("/?page=2").body.decode()


def test_markdown_out_of_the_cache(shop: Shop) -> None:
    page = shop.ask("/books/muller").body.decode()
    assert '<h1 id="mullers-weg-andere-geschichten">Müllers Weg &amp; andere Geschichten</h1>' in page
    assert '<a href="https://example.com/weg" title="Karte">lang</a>' in page
    assert "<del>Vergriffen</del>. &lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "1 of 2 from the cache" in page
    assert (
        '<td class="left">Memory <code>heap</code> &amp; <em>stack</em></td>' in shop.ask("/books/beam").body.decode()
    )


def test_applications_run_before_the_first_request(shop: Shop) -> None:
    known = json.loads(shop.ask("/applications").body)
    own = {"bookshop": "1.0.0", "hoard": "2.1.0", "leaf": "1.0.0", "markling": "0.3.1"}
    assert own.items() <= known["started"].items()
    assert {"kernel", "stdlib", "elixir", "logger", "eex", "elixir_workers"} <= known["started"].keys()
    assert (known["of_this_module"], known["of_the_cache"]) == ("bookshop", "hoard")
    assert known["spec"] == "{Hoard.Application, [limit: 100]}"
    assert known["modules"] == ["Markling", "Markling.Blocks", "Markling.Error", "Markling.HTML", "Markling.Inline"]
    assert known["env"] == '[currency: "EUR", per_page: 2]'
    assert known["stores"] == ["pages"]
    assert known["children"] == {"active": 2, "specs": 2, "supervisors": 1, "workers": 1}
    assert known["level"] == "info"


def test_tasks_fail_and_time_out_alone(shop: Shop) -> None:
    assert (shop.ask("/fail").status, shop.ask("/fail").body) == (502, b"no such page")
    assert (shop.ask("/slow").status, shop.ask("/slow").body) == (504, b"{:error, :timeout}")


def test_a_supervisor_starts_again_what_was_killed(shop: Shop) -> None:
    assert json.loads(shop.ask("/kill-store").body) == {"reason": "killed", "again": True}


def test_logger_has_level_metadata_and_request_id(shop: Shop) -> None:
    shop.ask("/books/elixir")
    console = shop.logged("asked for isbn=elixir")
    assert re.search(
        r"^\[info\] [-0-9a-f]{36} hoard starts with room for 100 entries in a store limit=100 $", console, re.M
    )
    assert re.search(r"^\[notice\] [-0-9a-f]{36} bookshop starts: normal $", console, re.M)
    assert "closes" not in console, "the level is info"


def test_reports_of_otp_are_told_as_logger_tells_them(shop: Shop) -> None:
    assert shop.ask("/crash/server").body == b"crashed\n"
    console = shop.logged("Last message")
    expected = r"""
\[error\] [-0-9a-f]{36} GenServer #PID<[0-9.]+> terminating
\*\* \(ArithmeticError\) bad argument in arithmetic expression
    :erlang\.div\(41, 0\)
    \(bookshop 1\.0\.0\) lib/bookshop/fragile\.ex:10: Bookshop\.Fragile\.handle_call/3
    \(stdlib [0-9.]+\) gen_server\.erl:\d+: :gen_server\.try_handle_call/4
"""
    assert re.search(expected, console), console
    assert "CRASH REPORT" not in console, "handle_sasl_reports is false"


def test_a_process_that_fails_is_reported(shop: Shop) -> None:
    reply = shop.ask("/crash/process")
    assert (reply.body, reply.header("x-scope")) == (b"crashed\n", "crash")
    console = shop.logged("raised an exception")
    expected = r"""
\[error\] [-0-9a-f]{36} Process #PID<[0-9.]+> raised an exception
\*\* \(RuntimeError\) nobody is linked
    \(bookshop 1\.0\.0\) lib/bookshop/router\.ex:\d+: anonymous fn/0 in Bookshop\.Router\.crash_process/1 $
"""
    assert re.search(expected, console), console


def test_a_stream_arrives_whole(shop: Shop) -> None:
    reply = shop.ask("/rows")
    assert reply.header("content-type") == "text/csv"
    assert reply.body.decode() == "".join(f"{n},{n * n}\n" for n in range(1, 20_001))


def test_a_stream_is_not_buffered_and_ends_with_its_client(shop: Shop) -> None:
    """It has no end: whoever collects it gets nothing."""
    with urllib.request.urlopen(f"{shop.url}/ticks") as reply:
        assert reply.headers["content-type"] == "text/event-stream"
        lines = [reply.readline().decode() for _ in range(12)]
    events = [["event: tick\n", f"id: {n}\n", f"data: tick {n}\n", "\n"] for n in range(3)]
    assert lines == [line for event in events for line in event]
    shop.logged("nobody listens after true")
    assert shop.ask("/").status == 200


def test_a_stream_that_fails_ends_and_is_logged(shop: Shop) -> None:
    """workerd by itself ends the body in order; what stands in front of it may not."""
    with contextlib.suppress(http.client.IncompleteRead), urllib.request.urlopen(f"{shop.url}/breaks") as reply:
        assert reply.readline() == b"before\n"
        assert reply.read() == b""
    console = shop.logged("** (RuntimeError) in the stream")
    assert "the stream of GET /breaks failed in request" in console
    assert shop.ask("/").status == 200


def test_head_of_a_stream_runs_nothing(shop: Shop) -> None:
    reply = example.ask(shop.url, example.Request("HEAD", "/ticks", {}))
    assert (reply.status, reply.header("content-type"), reply.body) == (200, "text/event-stream", b"")
    assert reply.header("content-length") is None


def test_an_application_that_does_not_start_is_a_500_with_the_reason_in_the_log(
    tmp_path: Path, hatch_build: Run
) -> None:
    source = REPOSITORY / "tests" / "samples" / "bookshop"
    folder = Path(shutil.copytree(source, tmp_path / "project", ignore=shutil.ignore_patterns("_build", "dist")))
    file = folder / "lib" / "bookshop" / "application.ex"
    file.write_text(file.read_text().replace('"priv/books"', '"priv/books/none"').replace("*.md", "*.none"))
    catalogue = folder / "lib" / "bookshop" / "catalogue.ex"
    catalogue.write_text(catalogue.read_text().replace("{:ok, books}\n", "{:stop, {:no_books, map_size(books)}}\n", 1))
    done = hatch_build(folder)
    assert done.returncode == 0, done.stderr
    with example.served(folder / "dist" / "bookshop-1.0.0-worker", folder / "worker.log") as url:
        broken = Shop(url, folder / "worker.log", "")
        assert [broken.ask(path).status for path in ("/", "/applications")] == [500, 500]
        console = broken.logged("could not start application bookshop")
    assert "the start of Bookshop failed" in console
    assert "{:no_books, 0}" in console

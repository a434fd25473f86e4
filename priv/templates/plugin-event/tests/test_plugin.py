"""`tests/app` with this event kind: served by workerd, which gets e-mails, and under `mix test`."""

from pathlib import Path

import pytest
from hatch_elixir_workers.errors import CommandError

APP = Path(__file__).parent / "app"
ORDERS = {"kind": "email", "to": "in@example.com", "handler": "App.Orders"}
MESSAGE = "From: ada@example.com\r\nTo: {to}\r\nMessage-ID: <1@example.com>\r\nSubject: {subject}\r\n\r\nSix pens.\r\n"


@pytest.fixture(scope="module")
def project(elixir_project):
    return elixir_project(APP, events=[ORDERS])


@pytest.fixture(scope="module")
def worker(project):
    # As `wrangler dev` does: what is posted to this path is the worker's event.
    with project.build().served(miniflare={"unsafeTriggerHandlers": True}) as worker:
        yield worker


def send(worker, subject, to="in@example.com"):
    """What became of a message: the outcome, addresses that it was forwarded to, the reason of a rejection."""
    message = MESSAGE.format(to=to, subject=subject)
    path = f"/cdn-cgi/handler/email?format=json&from=ada@example.com&to={to}"
    said = worker.ask("POST", path, body=message).json()
    return said["outcome"], [each["recipient"] for each in said["forwards"]], said.get("rejectReason")


def test_what_handlers_answer_happens(worker):
    size = len(MESSAGE.format(to="in@example.com", subject="order"))
    assert send(worker, "order") == ("ok", ["shop@example.com"], None)
    worker.wait_for_log(f"order of {size} bytes from ada@example.com")
    assert send(worker, "hello") == ("ok", [], None)
    assert send(worker, "win money") == ("ok", [], "orders only")


def test_failures_are_logged_and_the_message_is_not_taken(worker):
    assert send(worker, "crash") == ("exception", [], None)
    worker.wait_for_log("no such order")
    assert send(worker, "order", to="nobody@example.com") == ("exception", [], None)
    worker.wait_for_log('no handler is configured for email "nobody@example.com"')


def test_handlers_are_checked_when_an_application_is_built(elixir_project):
    project = elixir_project(APP, events=[{"kind": "email", "to": "in@example.com", "handler": "App.Router"}])
    with pytest.raises(CommandError, match="which handles no events of kind email: it must have handle_email/2"):
        project.build()


def test_under_mix_test(project):
    project.mix_test()

"""`tests/app` with this middleware: served by workerd and asked over HTTP, and under `mix test`."""

from pathlib import Path

import pytest
from hatch_elixir_workers.errors import CommandError

APP = Path(__file__).parent / "app"


@pytest.fixture(scope="module")
def project(elixir_project):
    return elixir_project(APP, middleware=[{"use": "{{name}}", "key": "API_KEY"}], secrets=["API_KEY"])


@pytest.fixture(scope="module")
def worker(project):
    with project.build().served(secrets={"API_KEY": "s3cret"}) as worker:
        yield worker


def test_who_knows_the_key_passes(worker):
    reply = worker.ask("GET", "/", headers={"x-api-key": "s3cret"})
    assert (reply.status, reply.text, reply.header("cache-control")) == (200, "welcome", "private")


def test_others_do_not(worker):
    reply = worker.ask("GET", "/")
    assert (reply.status, reply.text) == (401, "x-api-key is missing or wrong")


def test_options_are_checked_when_an_application_is_built(elixir_project):
    project = elixir_project(APP, middleware=[{"use": "{{name}}", "key": "API_KEY", "header": "X Y"}])
    with pytest.raises(CommandError) as caught:
        project.build()
    assert 'header must be the name of a header such as "x-api-key", not "X Y"' in str(caught.value)
    assert 'key names the secret "API_KEY", which is not configured' in str(caught.value)


def test_under_mix_test(project):
    project.mix_test()

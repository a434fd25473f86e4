"""`tests/app` with a binding of this kind: served by workerd and asked over HTTP, and under `mix test` with the fake."""

from pathlib import Path

import pytest

APP = Path(__file__).parent / "app"


@pytest.fixture(scope="module")
def project(elixir_project):
    return elixir_project(APP, bindings={"NOTES": {"kind": "{{name}}", "id": "notes"}})


@pytest.fixture(scope="module")
def bundle(project):
    return project.build()


@pytest.fixture(scope="module")
def worker(bundle):
    with bundle.served() as worker:
        yield worker


def test_texts_are_kept(worker):
    assert worker.ask("GET", "/notes/a").status == 404
    assert worker.ask("PUT", "/notes/a", body="ü").status == 201
    assert worker.ask("GET", "/notes/a").text == "ü"


def test_failures_have_a_code(worker):
    reply = worker.ask("PUT", "/notes/long", body="x" * 1_000_001)
    assert (reply.status, reply.text) == (422, "too_large: 1000001 characters")


def test_what_is_in_the_bundle(bundle):
    assert "ElixirWorkers.{{module}}" in bundle.modules
    assert "ElixirWorkers.{{module}}.Fake" not in bundle.modules
    assert b'binding = "NOTES"' in bundle.read("wrangler.toml")


def test_under_mix_test(project):
    project.mix_test()

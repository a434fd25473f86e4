"""An application with a bucket, built with the plugin as it is installed, in workerd."""

import pytest

APP = """
defmodule App do
  use ElixirWorkers.App, router: App.Router
end

defmodule App.Router do
  use ElixirWorkers.Router
  alias ElixirWorkers.R2

  routes do
    get "/files/*key", &R2.send_object(&1, "FILES", &2["key"])
    put "/files/*key", &store/2
    delete "/files/*key", &remove/2
    get "/keys", &Conn.json(&1, Enum.map(R2.stream("FILES", prefix: "a/"), fn object -> object.key end))
  end

  defp store(conn, %{"key" => key}) do
    only_if = if conn["headers"]["if-none-match"] == "*", do: [only_if: [etag_does_not_match: "*"]], else: []

    case R2.put("FILES", key, Conn.body_stream(conn), only_if) do
      {:ok, object} -> Conn.json(conn, 201, %{size: object.size, etag: object.http_etag})
      :precondition_failed -> Conn.text(conn, 412, "there is one")
      {:error, error} -> Conn.text(conn, 502, Exception.message(error))
    end
  end

  defp remove(conn, %{"key" => key}) do
    R2.delete!("FILES", key)
    Conn.no_content(conn)
  end
end
"""
CHUNK = bytes(range(256)) * 400
CHUNKS = 120


@pytest.fixture(scope="module")
def worker(elixir_project):
    project = elixir_project(
        {"lib/app.ex": APP},
        bindings={"FILES": {"kind": "r2", "bucket_name": "files"}},
        streamed_bodies={"/files/*": "20 MB"},
        limits={"machine-memory": "8 MiB"},
    )
    with project.build().served() as worker:
        yield worker


def test_objects_larger_than_the_machine_go_in_and_out(worker):
    whole = CHUNK * CHUNKS
    stored = worker.ask("PUT", "/files/a/large", headers={"content-length": str(len(whole))}, body=whole)
    assert (stored.status, stored.json()["size"]) == (201, len(whole))
    fetched = worker.ask("GET", "/files/a/large")
    assert (fetched.status, fetched.header("etag"), fetched.body == whole) == (200, stored.json()["etag"], True)


def test_objects_whose_length_nobody_knows(worker):
    stored = worker.ask("PUT", "/files/a/chunked", body=(CHUNK for _ in range(CHUNKS)))
    assert (stored.status, stored.json()["size"]) == (201, len(CHUNK) * CHUNKS)


def test_http_of_an_object(worker):
    etag = worker.ask("PUT", "/files/b/small", body=b"0123456789").json()["etag"]
    part = worker.ask("GET", "/files/b/small", headers={"range": "bytes=2-4"})
    assert (part.status, part.body, part.header("content-range")) == (206, b"234", "bytes 2-4/10")
    assert worker.ask("GET", "/files/b/small", headers={"if-none-match": etag}).status == 304
    assert worker.ask("GET", "/files/b/small", headers={"range": "bytes=10-"}).status == 416
    assert worker.ask("HEAD", "/files/b/small").header("content-length") == "10"
    assert worker.ask("DELETE", "/files/b/small").status == 204
    assert worker.ask("GET", "/files/b/small").status == 404


def test_keys(worker):
    for name in ("a/2", "a/1", "c/3"):
        worker.ask("PUT", f"/files/{name}", body=b"x")
    assert [key for key in worker.ask("GET", "/keys").json() if len(key) == 3] == ["a/1", "a/2"]

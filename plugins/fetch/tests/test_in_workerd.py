"""An application that asks servers, built with the plugin as it is installed, in workerd."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

APP = """
defmodule App do
  use ElixirWorkers.App, router: App.Router
end

defmodule App.Router do
  use ElixirWorkers.Router
  alias ElixirWorkers.Fetch

  routes do
    post "/relay", &relay/1
    get "/get", &get/1
  end

  # From the client to the server and back, past the machine.
  defp relay(conn) do
    response = Fetch.post!("API", conn["query_params"]["url"], body: Conn.body_stream(conn))
    Fetch.send_response(conn, response)
  end

  defp get(conn) do
    case Fetch.get("API", conn["query_params"]["url"], headers: [{"x-question", "why"}]) do
      {:ok, response} -> Conn.json(conn, %{status: response.status, json: Fetch.json!(response)})
      {:error, error} -> Conn.text(conn, 502, "#{error.code}")
    end
  end
end
"""
CHUNK = bytes(range(256)) * 400
CHUNKS = 120


class Answers(BaseHTTPRequestHandler):
    """Tells what it was asked, sends back what it gets, and redirects."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path.startswith("/away"):
            return self.answer(302, b"", {"location": "http://127.0.0.1:1/elsewhere"})
        return self.answer(200, b'{"question": "%s"}' % self.headers["x-question"].encode())

    def do_POST(self):
        return self.answer(200, self.read())

    def read(self):
        if self.headers["transfer-encoding"] != "chunked":
            return self.rfile.read(int(self.headers["content-length"]))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def answer(self, status, body, headers=()):
        self.send_response(status)
        for name, value in {**dict(headers), "content-length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def worker(elixir_project, server):
    project = elixir_project(
        {"lib/app.ex": APP},
        bindings={"API": {"kind": "fetch", "allow": [server]}},
        streamed_bodies={"/relay": "20 MB"},
        limits={"machine-memory": "8 MiB"},
    )
    with project.build().served() as worker:
        yield worker


def test_an_answer(worker, server):
    assert worker.ask("GET", f"/get?url={server}/").json() == {"status": 200, "json": {"question": "why"}}


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://127.0.0.1:1/", "not_allowed"),
        ("{server}/away", "not_allowed"),
        ("http://user@127.0.0.1/", "invalid_url"),
        ("file:///etc/passwd", "invalid_url"),
    ],
)
def test_what_is_not_asked(worker, server, url, code):
    reply = worker.ask("GET", f"/get?url={url.format(server=server)}")
    assert (reply.status, reply.text) == (502, code)


def test_bodies_larger_than_the_machine_go_there_and_back(worker, server):
    whole = CHUNK * CHUNKS
    for body in (whole, (CHUNK for _ in range(CHUNKS))):
        reply = worker.ask("POST", f"/relay?url={server}/", body=body)
        assert (reply.status, reply.body == whole) == (200, True)

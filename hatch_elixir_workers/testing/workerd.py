"""A bundle in workerd, Cloudflare's own runtime, and requests to it."""

from __future__ import annotations

import contextlib
import http.client
import json
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from hatch_elixir_workers.errors import UserError
from hatch_elixir_workers.testing.node import node, packages

SERVE = Path(__file__).resolve().with_name("serve.mjs")
TIMEOUT_S = 60
_PATIENCE_S = 20

Body = bytes | str | Iterable[bytes] | None


@dataclass(frozen=True)
class LogLine:
    """What the worker wrote to its console; `level` is `debug`, `info`, `warn`, `error` or `log`."""

    level: str
    message: str


@dataclass(frozen=True)
class Response:
    """What came back; headers in order, their names as they were sent. `body` is empty for a stream."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The first header of this name, in any case."""
        return next(iter(self.all(name)), None)

    def all(self, name: str) -> list[str]:
        """Every header of this name, in any case."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def text(self) -> str:
        """The body, which must be UTF-8."""
        return self.body.decode()

    def json(self) -> Any:
        """The body, which must be JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class StreamedResponse(Response):
    """A response whose body is read as it comes."""

    source: http.client.HTTPResponse | None = None

    def chunks(self) -> Iterator[bytes]:
        """Bytes as soon as there are some; ends with the response."""
        while self.source is not None and (chunk := self.source.read1()):
            yield chunk


@dataclass
class Worker:
    """A worker that runs. `url` has no slash at its end; `logs` grows."""

    url: str
    logs: list[LogLine] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition, repr=False)

    def ask(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: Body = None) -> Response:
        """One request over a connection of its own. A body that is an iterable is sent in chunks, as they come."""
        with self.stream(method, path, headers=headers, body=body) as response:
            return Response(response.status, response.headers, b"".join(response.chunks()))

    @contextlib.contextmanager
    def stream(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: Body = None
    ) -> Iterator[StreamedResponse]:
        """As `ask`, but the body is left to be read; leaving the block closes the connection."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=TIMEOUT_S)
        try:
            data = body.encode() if isinstance(body, str) else body
            connection.request(method, path, data, dict(headers or {}))
            response = connection.getresponse()
            yield StreamedResponse(response.status, response.getheaders(), source=response)
        finally:
            connection.close()

    def wait_for_log(self, text: str, *, timeout_s: float = TIMEOUT_S) -> LogLine:
        """The first line of the console that holds `text`; it may come some time behind the response.

        Raises `TimeoutError`, which shows what came instead.
        """

        def found() -> LogLine | None:
            return next((line for line in self.logs if text in line.message), None)

        with self._changed:
            line = self._changed.wait_for(found, timeout_s)
        if line is None:
            raise TimeoutError(f"no line of the console holds {text!r} after {timeout_s} s; there are {self.logs}")
        return line

    def _listen(self, lines: IO[bytes]) -> None:
        for each in lines:
            with self._changed:
                self.logs.append(LogLine(**json.loads(each)))
                self._changed.notify_all()


@contextlib.contextmanager
def serve(
    bundle: Path,
    *,
    secrets: Mapping[str, str] | None = None,
    miniflare: Mapping[str, Any] | None = None,
    console: Path | None = None,
) -> Iterator[Worker]:
    """Serves the folder of a bundle in workerd while the block runs.

    `secrets` are values for those that the configuration names. What wrangler.toml asks of KV, D1, R2 and queues is
    simulated; `miniflare` has options for other services, as JSON has them. `console` is a file that gets what is
    printed. Raises `UserError` with the console when the worker does not start.
    """
    options = json.dumps({"secrets": dict(secrets or {}), "miniflare": dict(miniflare or {})})
    command = [str(node()), str(SERVE), f"--packages={packages()}", f"--options={options}", str(bundle)]
    with (
        tempfile.TemporaryDirectory() as scratch,
        (console or Path(scratch, "console")).open("w+b") as stderr,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr) as server,
    ):
        listener = None
        try:
            worker = Worker(_url(server, bundle, stderr))
            listener = threading.Thread(target=worker._listen, args=(server.stdout,), daemon=True)
            listener.start()
            yield worker
        finally:
            _stop(server)
            if listener is not None:
                listener.join(_PATIENCE_S)


def _url(server: subprocess.Popen[bytes], bundle: Path, stderr: IO[bytes]) -> str:
    assert server.stdout is not None  # noqa: S101 (it is a pipe)
    first = server.stdout.readline()
    if not first:
        server.wait()
        stderr.seek(0)
        raise UserError(f"the worker in {bundle} did not start\n{stderr.read().decode(errors='replace').rstrip()}")
    return str(json.loads(first)["url"])


def _stop(server: subprocess.Popen[bytes]) -> None:
    """By the end of its stdin: `node` may be a script that starts Node, and pass no signals on."""
    assert server.stdin is not None  # noqa: S101 (it is a pipe)
    with contextlib.suppress(OSError):
        server.stdin.close()
    try:
        server.wait(timeout=_PATIENCE_S)
    except subprocess.TimeoutExpired:
        server.kill()

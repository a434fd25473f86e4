"""`make demo`: builds examples/hello, serves it in workerd, asks it over HTTP and prints what came back."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field

from example import HELLO, REPOSITORY, Request, StepError, ask, hatch_build, served

from hatch_elixir_workers.testing.workerd import Response

LOG = REPOSITORY / ".cache" / "logs" / "demo-worker.log"
SHOWN_HEADERS = ("content-type", "x-request-id", "x-content-type-options", "set-cookie")
SHOWN_BODY_CHARACTERS = 400
SHOWN_LOG_LINES = 40


@dataclass(frozen=True)
class Step:
    """A request, and what its answer must be for the demonstration to have worked."""

    method: str
    path: str
    status: int
    body_holds: str
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None

    def request(self) -> Request:
        return Request(self.method, self.path, self.headers, None if self.body is None else self.body.encode())

    def problem(self, reply: Response) -> str | None:
        """What is wrong with the reply, if anything."""
        if reply.status != self.status:
            return f"{self.method} {self.path}: status {reply.status}, not {self.status}"
        if self.body_holds not in reply.body.decode(errors="replace"):
            return f"{self.method} {self.path}: the body does not hold {self.body_holds!r}"
        return None


JSON = {"content-type": "application/json"}
STEPS = [
    Step("GET", "/", 200, "<h1>"),
    Step("GET", "/api/health", 200, '"ok"'),
    Step("GET", "/hello/J%C3%BCrgen", 200, "Jürgen"),
    Step("GET", "/stats?text=to+be+or+not+to+be", 200, '"words"'),
    Step("POST", "/api/json", 200, "€", JSON, '{"price": "3 \\u20ac", "list": [1, 2.5, null]}'),
    Step("POST", "/echo", 200, "as it is", {"content-type": "text/plain"}, "as it is"),
    Step("GET", "/nowhere", 404, ""),
    Step("GET", "/crash", 500, ""),
    Step("GET", "/api/health", 200, '"ok"'),
]


def main() -> int:
    try:
        return demo()
    except StepError as error:
        print(f"\ndemo failed: {error}", file=sys.stderr)
        return 1


def demo() -> int:
    """Builds, serves, asks; 0 when every answer was the expected one."""
    print("examples/hello: hatch build -t elixir-workers", flush=True)
    start = time.monotonic()
    bundle = hatch_build(HELLO)
    print(f"{bundle.relative_to(REPOSITORY)} in {time.monotonic() - start:.1f} s")
    for file in sorted(path for path in bundle.rglob("*") if path.is_file()):
        print(f"  {file.stat().st_size:>9,}  {file.relative_to(bundle)}")
    with served(bundle, LOG) as url:
        print(f"\nworkerd answers at {url}", flush=True)
        problems = [problem for step in STEPS if (problem := show(url, step))]
    for problem in problems:
        print(f"demo failed: {problem}", file=sys.stderr)
    if problems:
        lines = LOG.read_text(errors="replace").splitlines()[:SHOWN_LOG_LINES]
        print(f"\nthe worker's console ({LOG.relative_to(REPOSITORY)}) begins:", *lines, sep="\n", file=sys.stderr)
        return 1
    print(f"\n{len(STEPS)} requests answered as expected; the worker's console is in {LOG.relative_to(REPOSITORY)}")
    return 0


def show(url: str, step: Step) -> str | None:
    """Sends one request and prints the reply; what is wrong with it, if anything."""
    print(f"\n> {step.method} {step.path}")
    if step.body is not None:
        print(f"> {step.body}")
    try:
        reply = ask(url, step.request())
    except OSError as error:
        return f"{step.method} {step.path}: {error}"
    print(f"< {reply.status}")
    for name, value in reply.headers:
        if name.lower() in SHOWN_HEADERS:
            print(f"< {name}: {value}")
    text = reply.body.decode(errors="replace").rstrip()
    print(text[:SHOWN_BODY_CHARACTERS] + ("…" if len(text) > SHOWN_BODY_CHARACTERS else ""), flush=True)
    return step.problem(reply)


if __name__ == "__main__":
    raise SystemExit(main())

"""Kind "fetch": outgoing HTTP, to the origins of an allow-list."""

from __future__ import annotations

from pathlib import Path

from hatch_elixir_workers.hookspecs import BindingKind, Field, hookimpl

_HERE = Path(__file__).resolve().parent
# A scheme and a host in lower case, as URLs have them when they are parsed; `*.` stands for every host below one.
_ORIGIN = r"\*|https?://((\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(:[0-9]{1,5})?"


@hookimpl
def elixir_workers_bindings() -> list[BindingKind]:
    """The one kind of this plugin; the runtime needs to know nothing about it."""
    return [
        BindingKind(
            name="fetch",
            wrangler_key=None,
            fields=(
                Field(
                    "allow",
                    list,
                    required=True,
                    pattern=_ORIGIN,
                    description='an origin such as "https://api.example.com" or "https://*.example.com", or "*"',
                ),
                Field("timeout_ms", int, minimum=1),
                Field("max_redirects", int, minimum=0),
                Field("max_response_bytes", int, minimum=1),
            ),
            operations=("request",),
            javascript=_HERE / "worker" / "fetch.js",
            elixir=_HERE / "lib",
        )
    ]

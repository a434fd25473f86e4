"""Kind "queue": producers of Cloudflare Queues."""

from pathlib import Path

from hatch_elixir_workers.hookspecs import BindingKind, Field, hookimpl

_HERE = Path(__file__).resolve().parent


@hookimpl
def elixir_workers_bindings():
    """The one kind of this plugin."""
    return [
        BindingKind(
            name="queue",
            wrangler_key="queues.producers",
            fields=(Field("queue", required=True), Field("delivery_delay", int)),
            operations=("send",),
            javascript=_HERE / "worker" / "queue.js",
            elixir=_HERE / "lib",
        )
    ]

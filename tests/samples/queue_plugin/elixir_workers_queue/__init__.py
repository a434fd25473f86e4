"""Kind "queue": producers of Cloudflare Queues, and "signed", a middleware that signs responses."""

from pathlib import Path

from hatch_elixir_workers.hookspecs import BindingKind, Field, MiddlewareKind, Option, hookimpl

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


@hookimpl
def elixir_workers_middleware():
    """The one middleware; its sources are apart, so that a queue alone does not compile them."""
    return [
        MiddlewareKind(
            name="signed",
            module="ElixirWorkers.Signed",
            options=(Option("key", "secret", required=True),),
            elixir=_HERE / "signed",
        )
    ]

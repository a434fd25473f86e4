"""Cloudflare Queues: binding kind `queue` (a producer) and event kind `queue` (a consumer)."""

from __future__ import annotations

from pathlib import Path

from hatch_elixir_workers.hookspecs import BindingKind, EventKind, Field, hookimpl

_HERE = Path(__file__).resolve().parent


@hookimpl
def elixir_workers_bindings() -> list[BindingKind]:
    """What sends."""
    return [
        BindingKind(
            name="queue",
            wrangler_key="queues.producers",
            fields=(Field("queue", required=True), Field("delivery_delay", int), Field("remote", bool)),
            operations=("send", "send_batch"),
            javascript=_HERE / "worker" / "bindings" / "queue.js",
            elixir=_HERE / "lib",
        )
    ]


@hookimpl
def elixir_workers_events() -> list[EventKind]:
    """What receives."""
    return [
        EventKind(
            name="queue",
            module="ElixirWorkers.Queues.Consumer",
            callbacks=(("handle_message", 2), ("handle_batch", 2)),
            wrangler_key="queues.consumers",
            source_field="queue",
            fields=(
                Field("queue", required=True),
                Field("max_batch_size", int),
                Field("max_batch_timeout", int),
                Field("max_retries", int),
                Field("dead_letter_queue"),
                Field("max_concurrency", int),
                Field("retry_delay", int),
            ),
            javascript=_HERE / "worker" / "events" / "queue.js",
            elixir=_HERE / "lib",
        )
    ]

"""Event kind `email`: the messages that a worker receives."""

from pathlib import Path

from hatch_elixir_workers.hookspecs import EventKind, Field, hookimpl

_HERE = Path(__file__).resolve().parent


@hookimpl
def elixir_workers_events() -> list[EventKind]:
    """The one kind of this plugin, named as the runtime calls its handler; wrangler.toml says nothing of it."""
    return [
        EventKind(
            name="email",
            module="ElixirWorkers.{{module}}",
            callbacks=(("handle_email", 2),),
            fields=(
                Field(
                    "to",
                    required=True,
                    pattern=r"[^@\s]+@[^@\s]+",
                    description='an address such as "in@example.com"',
                ),
            ),
            source_field="to",
            javascript=_HERE / "worker" / "email.js",
            elixir=_HERE / "lib",
        )
    ]

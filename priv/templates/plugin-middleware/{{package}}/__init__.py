"""Middleware `{{name}}`: requests must know a key."""

from pathlib import Path

from hatch_elixir_workers.hookspecs import MiddlewareKind, Option, hookimpl

_HERE = Path(__file__).resolve().parent


@hookimpl
def elixir_workers_middleware() -> list[MiddlewareKind]:
    """The one middleware of this plugin."""
    return [
        MiddlewareKind(
            name="{{name}}",
            module="ElixirWorkers.{{module}}",
            options=(
                Option("key", "secret", required=True),
                Option(
                    "header",
                    "string",
                    pattern="[a-z-]+",
                    description='the name of a header such as "x-api-key"',
                    default="x-api-key",
                ),
            ),
            elixir=_HERE / "lib",
        )
    ]

"""Binding kind `{{name}}`: texts by key."""

from pathlib import Path

from hatch_elixir_workers.hookspecs import BindingKind, Field, hookimpl

_HERE = Path(__file__).resolve().parent


@hookimpl
def elixir_workers_bindings() -> list[BindingKind]:
    """The one kind of this plugin."""
    return [
        BindingKind(
            name="{{name}}",
            wrangler_key="kv_namespaces",
            fields=(Field("id"), Field("preview_id")),
            operations=("fetch", "store"),
            javascript=_HERE / "worker" / "{{name}}.js",
            elixir=_HERE / "lib",
        )
    ]

"""Kind "r2": R2 buckets, objects of any size by key."""

from __future__ import annotations

from pathlib import Path

from hatch_elixir_workers.hookspecs import BindingKind, Field, hookimpl

_HERE = Path(__file__).resolve().parent


@hookimpl
def elixir_workers_bindings() -> list[BindingKind]:
    """The one kind of this plugin."""
    return [
        BindingKind(
            name="r2",
            wrangler_key="r2_buckets",
            fields=(
                Field("bucket_name", required=True),
                Field("preview_bucket_name"),
                Field("jurisdiction"),
                Field("remote", bool),
            ),
            operations=(
                "head",
                "get",
                "put",
                "delete",
                "list",
                "create_upload",
                "upload_part",
                "complete_upload",
                "abort_upload",
            ),
            javascript=_HERE / "worker" / "r2.js",
            elixir=_HERE / "lib",
        )
    ]

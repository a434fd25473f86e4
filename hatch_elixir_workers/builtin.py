"""What this package brings itself, on the same contract as plugins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hatch_elixir_workers.hookspecs import BindingKind, EventKind, Field, MiddlewareKind, Option
from hatch_elixir_workers.paths import priv_dir


def bindings() -> tuple[BindingKind, ...]:
    """KV and D1. Their Elixir modules are the framework's own."""
    javascript = priv_dir() / "worker" / "bindings"
    kv = BindingKind(
        name="kv",
        wrangler_key="kv_namespaces",
        fields=(Field("id"), Field("preview_id"), Field("remote", bool)),
        operations=("get", "get_with_metadata", "get_many", "get_many_with_metadata", "put", "delete", "list"),
        javascript=javascript / "kv.js",
    )
    d1 = BindingKind(
        name="d1",
        wrangler_key="d1_databases",
        fields=(
            Field("database_name"),
            Field("database_id"),
            Field("preview_database_id"),
            Field("jurisdiction"),
            Field("migrations_table"),
            Field("migrations_dir", folder=True),
            Field("migrations_pattern"),
            Field("remote", bool),
        ),
        operations=("query", "batch", "bookmark"),
        javascript=javascript / "d1.js",
    )
    return kv, d1


def events() -> tuple[EventKind, ...]:
    """Cron triggers. Their Elixir module is the framework's own."""
    scheduled = EventKind(
        name="scheduled",
        module="ElixirWorkers.Scheduled",
        callbacks=(("handle_scheduled", 2),),
        javascript=priv_dir() / "worker" / "events" / "scheduled.js",
        fields=(Field("cron", required=True),),
        wrangler_key="triggers.crons",
        wrangler_value="cron",
        source_field="cron",
    )
    return (scheduled,)


# RFC 9110 §5.6.2: what names of headers are made of.
_FIELD_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_A_HEADER = 'the name of a header such as "content-type"'
# Fetch, "serializing a request origin": browsers send no path, not even a slash; `*` stands for all of them.
_ORIGIN = r"\*|null|[a-z][a-z0-9+.-]*://[^/?#@\s]+"
_LOG_LEVELS = ("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency")
# None: sent only when it is set.
_SECURITY_HEADERS = {
    "content-security-policy": (
        "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "strict-origin-when-cross-origin",
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "content-security-policy-report-only": None,
    "cross-origin-embedder-policy": None,
    "cross-origin-resource-policy": None,
    "permissions-policy": None,
    "reporting-endpoints": None,
    "x-permitted-cross-domain-policies": None,
}


def _check_cors(options: Mapping[str, Any]) -> str | None:
    if options.get("credentials") and "*" in options["origins"]:
        return 'cannot have both origins = ["*"] and credentials = true: list the origins'
    return None


# The modules have these defaults, too, for routers that list them without a configuration.
MIDDLEWARE = (
    MiddlewareKind(
        "cors",
        "ElixirWorkers.Middleware.CORS",
        (
            Option(
                "origins",
                "strings",
                required=True,
                pattern=_ORIGIN,
                description='an origin such as "https://example.com", without a path',
            ),
            Option(
                "methods",
                "strings",
                pattern="[A-Z]+",
                description='a method such as "GET"',
                default=("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"),
            ),
            Option("headers", "strings", pattern=_FIELD_NAME, description=_A_HEADER, default=("content-type",)),
            Option("expose", "strings", pattern=_FIELD_NAME, description=_A_HEADER, default=()),
            Option("credentials", "boolean", default=False),
            Option("max-age", "integer", minimum=0, default=600),
        ),
        _check_cors,
    ),
    MiddlewareKind("etag", "ElixirWorkers.Middleware.ETag", (Option("weak", "boolean", default=False),)),
    MiddlewareKind(
        "parse-body",
        "ElixirWorkers.Middleware.ParseBody",
        (
            Option("max-depth", "integer", minimum=0, default=512),
            Option("max-digits", "integer", minimum=1, default=10_000),
            Option("max-parts", "integer", minimum=0, default=100),
        ),
    ),
    MiddlewareKind(
        "request-logger",
        "ElixirWorkers.Middleware.RequestLogger",
        (Option("level", "atom", choices=_LOG_LEVELS, default="info"),),
    ),
    MiddlewareKind(
        "security-headers",
        "ElixirWorkers.Middleware.SecurityHeaders",
        tuple(Option(name, "string-or-false", default=value) for name, value in _SECURITY_HEADERS.items()),
    ),
)

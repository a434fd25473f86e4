"""Middleware `sessions`, which keeps a session in a cookie, and `csrf`, which asks unsafe requests for its token."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hatch_elixir_workers.hookspecs import MiddlewareKind, Option, hookimpl

_LIB = Path(__file__).resolve().parent / "lib"
# RFC 9110 §5.6.2: what names of cookies are made of.
_COOKIE_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_ATTRIBUTE = r"[^;,\s]+"


def _check(options: Mapping[str, Any]) -> str | None:
    """What browsers ask of a cookie by its prefix (RFC 6265bis §4.1.3), and of `SameSite=None`."""
    insecure = not options["secure"]
    cookie = options.get("cookie", "")
    if insecure and options["same-site"] == "none":
        return 'cannot have secure = false and same-site = "none": browsers refuse such a cookie'
    if insecure and cookie.startswith(("__Host-", "__Secure-")):
        return f'cannot have secure = false and the cookie "{cookie}": its prefix asks for Secure'
    if cookie.startswith("__Host-") and ("domain" in options or options["path"] != "/"):
        return f'cannot have a domain or a path with the cookie "{cookie}": its prefix forbids them'
    return None


@hookimpl
def elixir_workers_middleware() -> list[MiddlewareKind]:
    """The session, and the check of its token."""
    return [
        MiddlewareKind(
            name="sessions",
            module="ElixirWorkers.Sessions.Middleware",
            options=(
                Option("secrets", "secrets", required=True),
                Option("cookie", "string", pattern=_COOKIE_NAME, description='the name of a cookie such as "session"'),
                Option("protection", "atom", choices=("encrypted", "signed"), default="encrypted"),
                Option("max-age", "integer", minimum=1, default=14 * 24 * 3600),
                Option("path", "string", pattern=_ATTRIBUTE, description='a path such as "/app"', default="/"),
                Option("domain", "string", pattern=_ATTRIBUTE, description='a domain such as "example.com"'),
                Option("secure", "boolean", default=True),
                Option("same-site", "atom", choices=("lax", "strict", "none"), default="lax"),
            ),
            check=_check,
            elixir=_LIB,
        ),
        MiddlewareKind(
            name="csrf",
            module="ElixirWorkers.Sessions.CSRF",
            options=(Option("except", "strings", pattern=r"/.*", description='a path such as "/api/"', default=()),),
            elixir=_LIB,
            # It asks the session for the token, and parsed forms for what was sent.
            requires=("sessions",),
            after=("parse-body",),
        ),
    ]

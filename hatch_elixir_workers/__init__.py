"""Build Elixir applications into Cloudflare Workers with `hatch build`."""

from __future__ import annotations

__version__ = "0.1.0"

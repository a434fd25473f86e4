"""How everything in an archive was reached, kept for `why.py`.

    cache   why/<sha256 of the archive>   zlib of JSON: [[module, function, arity, source, reason, place], …]

in the order in which they were reached; `source` is the position of the function that leads here, null for a root. This
is kept beside builds and not in them: an archive holds nothing that only tools read.
"""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any

from hatch_elixir_workers import cache

if TYPE_CHECKING:
    from hatch_elixir_workers.shake import Reach

_KIND = "why"


def remember(archive: bytes, packed_reasons: bytes) -> None:
    """Keeps what `why.explain` tells of this archive: the reasons that `packed` returns."""
    cache.store(_KIND, cache.digest([archive]), packed_reasons)


def packed(reach: Reach) -> bytes:
    """How everything was reached, as it is kept."""
    positions = {mfa: position for position, mfa in enumerate(reach.functions)}
    rows = [
        [*mfa, None if edge.source is None else positions[edge.source], edge.reason, edge.place]
        for mfa, edge in reach.functions.items()
    ]
    return zlib.compress(json.dumps(rows, separators=(",", ":")).encode())


def rows(archive: bytes) -> list[list[Any]] | None:
    """What was kept of this archive; None when that is nothing that can be read."""
    stored = cache.load(_KIND, cache.digest([archive]))
    try:
        return None if stored is None else json.loads(zlib.decompress(stored))
    except (ValueError, zlib.error):
        return None

"""Results that depend on nothing but the bytes they were made from, kept between builds.

A key is a digest of content, never a time or a path. An entry that cannot be read is made again; a cache folder that
cannot be written is done without: what must be a folder is then one of this process alone.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

CACHE_VARIABLE = "ELIXIR_WORKERS_CACHE"
_FOLDER = "hatch-elixir-workers"


def cache_dir() -> Path:
    """`$ELIXIR_WORKERS_CACHE`, else `hatch-elixir-workers` in the user's cache folder, else in the temporary one."""
    override = os.environ.get(CACHE_VARIABLE)
    if override:
        return Path(override)
    base = os.environ.get("XDG_CACHE_HOME")
    if base and Path(base).is_absolute():
        return Path(base) / _FOLDER
    home = usable_home()
    if home is not None:
        return home / ".cache" / _FOLDER
    return Path(tempfile.gettempdir()) / f"{_FOLDER}-{os.getuid() if hasattr(os, 'getuid') else 'user'}"


def usable_home() -> Path | None:
    """`$HOME`, when it is a folder that can be written to."""
    home = os.environ.get("HOME")
    return Path(home) if home and Path(home).is_dir() and os.access(home, os.W_OK | os.X_OK) else None


def digest(parts: Iterable[bytes]) -> str:
    """One name for all parts, in order; parts are told apart by their lengths."""
    total = hashlib.sha256()
    for part in parts:
        total.update(len(part).to_bytes(8, "big"))
        total.update(part)
    return total.hexdigest()


def load(kind: str, key: str) -> bytes | None:
    """The bytes stored under `key`, None when there are none."""
    try:
        return (cache_dir() / kind / key).read_bytes()
    except OSError:
        return None


def store(kind: str, key: str, data: bytes) -> None:
    """Keeps `data`; two builds at once may store the same entry."""
    folder = cache_dir() / kind
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as temporary:
            temporary.write(data)
        Path(temporary.name).replace(folder / key)
    except OSError:
        return


def folder(kind: str, key: str, fill: Callable[[Path], None]) -> Path:
    """A folder that `fill` has filled, now or in an earlier build; a failing `fill` leaves nothing behind."""
    final = cache_dir() / kind / key
    if final.is_dir():
        return final
    parent = writable(final.parent)
    if parent != final.parent:
        fill(parent)
        return parent
    temporary = Path(tempfile.mkdtemp(dir=parent, prefix=".making-"))
    try:
        fill(temporary)
        temporary.rename(final)
    except OSError:
        # Another build was faster: a folder cannot be renamed over one that is not empty.
        if not final.is_dir():
            raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return final


def writable(folder: Path) -> Path:
    """The folder, made if need be; where that is not possible, a temporary one that goes with the process."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK | os.X_OK):
            return folder
    except OSError:
        pass
    temporary = Path(tempfile.mkdtemp(prefix=f"{_FOLDER}-"))
    atexit.register(shutil.rmtree, temporary, ignore_errors=True)
    return temporary

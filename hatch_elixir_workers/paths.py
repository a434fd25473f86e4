"""Where the files that ship beside the Python code are."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from hatch_elixir_workers.errors import InternalError

# Points to another priv/ folder than the installed one: another virtual machine, another worker.
PRIV_VARIABLE = "ELIXIR_WORKERS_PRIV"

_PACKAGE = Path(__file__).resolve().parent


def priv_dir() -> Path:
    """The `priv/` folder: inside the package when installed from a wheel, beside it in a checkout.

    The environment variable ELIXIR_WORKERS_PRIV names another.
    """
    override = os.environ.get(PRIV_VARIABLE)
    if override:
        return Path(override).resolve()
    for candidate in (_PACKAGE / "priv", _PACKAGE.parent / "priv"):
        if candidate.is_dir():
            return candidate
    raise InternalError(f"the priv/ folder of hatch-elixir-workers is missing (looked beside and inside {_PACKAGE})")


def vm_path() -> Path:
    """The virtual machine, `priv/atomvm.wasm`; it may not have been built yet."""
    return priv_dir() / "atomvm.wasm"


def write_atomically(path: Path, data: bytes) -> None:
    """Writes `data` to `path`, creating its folder: the old content or the new, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except BaseException:
        temporary.unlink()
        raise


def _umask() -> int:
    """The process's umask; it can only be read by setting it."""
    current = os.umask(0o022)
    os.umask(current)
    return current

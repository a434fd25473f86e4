"""One build at a time: mix, and what is written to `dist/`, bear no second one beside them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone_in(project: Path, inform: Callable[[str], None]) -> Iterator[None]:
    """Waits, and says so, until no other build is in this mix project, or in the umbrella around it.

    The lock is on the folder itself: nothing is left behind, whatever ends the process. Without locks (Windows, some
    file systems) nobody waits.
    """
    folder = _shared(project)
    if sys.platform == "win32" or not folder.is_dir():
        yield
        return
    import fcntl

    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            inform(f"another build is at work in {folder}; this one waits for it")
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError:
            pass
        yield
    finally:
        os.close(handle)


def _shared(project: Path) -> Path:
    """The folder whose `_build` a build uses: that of the umbrella for `umbrella/apps/project`."""
    project = project.resolve()
    umbrella = project.parent.parent
    return umbrella if project.parent.name == "apps" and (umbrella / "mix.exs").is_file() else project

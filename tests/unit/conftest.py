"""The installed OTP and Elixir, as test material."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest


def run(*command: str, cwd: Path | None = None) -> str:
    return subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True, timeout=120).stdout


@pytest.fixture(scope="session")
def installed_beams() -> list[Path]:
    """Every .beam of the installed OTP and Elixir."""
    otp = run("erl", "-noshell", "-eval", "io:put_chars(code:lib_dir()), halt().")
    elixir = run("elixir", "-e", "IO.write(Path.dirname(:code.lib_dir(:elixir)))")
    beams = [beam for root in (otp, elixir) for beam in sorted(Path(root).rglob("*.beam"))]
    assert len(beams) > 400
    return beams


@pytest.fixture(scope="session")
def beam_named(installed_beams: list[Path]) -> Callable[[str], Path]:
    """The installed .beam of a module."""
    by_name = {beam.stem: beam for beam in installed_beams}
    return by_name.__getitem__


@pytest.fixture(scope="session")
def compile_erl(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Compiles Erlang source text, each once, and gives the path of its .beam: copy it before changing it."""

    @cache
    def compile_source(source: str, *options: str) -> Path:
        folder = tmp_path_factory.mktemp("erl")
        name = source.split("-module(", 1)[1].split(")", 1)[0].strip("'")
        (folder / f"{name}.erl").write_text(source, encoding="utf-8")
        run("erlc", *options, f"{name}.erl", cwd=folder)
        return folder / f"{name}.beam"

    return compile_source

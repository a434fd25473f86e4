from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hatch_elixir_workers.beam import MFA
from hatch_elixir_workers.collect import Origin, universe
from hatch_elixir_workers.privs import asked_for
from hatch_elixir_workers.shake import reach

CompileErl = Callable[..., Path]

LIB = """-module(asking).
-export([plain/0, direct/0, elsewhere/0, never/0]).
plain() -> words.
direct() -> code:priv_dir(words).
elsewhere() -> folder(other).
folder(App) -> 'Elixir.Application':app_dir(App, "priv").
never() -> ok.
"""
CODE = "-module(code).\n-export([priv_dir/1]).\npriv_dir(_) -> ok.\n"
APPLICATION = "-module('Elixir.Application').\n-export([app_dir/2]).\napp_dir(_, _) -> ok.\n"


@pytest.mark.parametrize(
    ("function", "expected"),
    [("plain", ()), ("direct", ("words",)), ("elsewhere", ("other",)), ("never", ())],
)
def test_names_of_the_asking_module_count(
    compile_erl: CompileErl, tmp_path: Path, function: str, expected: tuple[str, ...]
) -> None:
    folders = []
    for application, source in (("asking", LIB), ("words", "-module(w)."), ("other", "-module(o).")):
        beam = compile_erl(source)
        folders.append(tmp_path / "lib" / application / "ebin")
        folders[-1].mkdir(parents=True)
        (folders[-1] / beam.name).write_bytes(beam.read_bytes())
    library = [compile_erl(source).parent for source in (CODE, APPLICATION)]
    everything = universe([(Origin.DEPENDENCY, folders), (Origin.OTP, library)])
    reached = reach(everything, [(MFA("asking", function, 0), "test")])
    assert asked_for(everything, reached) == expected

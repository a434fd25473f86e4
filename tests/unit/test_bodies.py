from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hatch_elixir_workers.beam import read_beam
from hatch_elixir_workers.bodies import raising

CompileErl = Callable[..., Path]

BODIES = """-module(bodies).
-export([stub/1, helped/1, chosen/1, either/1, back/1, tail/1, looped/1, applied/1, called/1]).
stub(_) -> erlang:nif_error(not_loaded).
helped(_) -> not_loaded(?LINE).
not_loaded(Line) -> exit({not_loaded, Line}).
chosen(a) -> throw(a);
chosen(_) -> error(b).
either(a) -> error(a);
either(B) -> B.
back(List) -> [hd(List)].
tail(List) -> lists:reverse(List).
looped(N) -> other(N - 1).
other(0) -> done;
other(N) -> looped(N).
applied(Fun) -> Fun(1).
called(Module) -> Module:start().
"""


def test_functions_that_never_return(compile_erl: CompileErl) -> None:
    found = {name for name, _ in raising(read_beam(compile_erl(BODIES)))}
    assert found == {"stub", "helped", "not_loaded", "chosen"}


def test_installed_modules(beam_named: Callable[[str], Path]) -> None:
    assert {("nif_stub_error", 1), ("hash_nif", 2)} <= raising(read_beam(beam_named("crypto")))
    # What is native in the emulator has such bodies, too.
    assert {name for name, _ in raising(read_beam(beam_named("lists")))} == {
        *("keyfind", "keymember", "keysearch", "member", "reverse")
    }

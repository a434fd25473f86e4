"""What AtomVM's platform calls answer in `_start` mode: `docs/reference/host-abi.md`, section 3, on the wasm build."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from hatch_elixir_workers.avm import file_section, module_section, write_avm
from hatch_elixir_workers.beam import read_beam, strip

SOURCE = r"""
-module(platform_app).
-export([start/0]).
start() ->
    Read = fun(App, Path) -> try atomvm:read_priv(App, Path) catch error:Reason -> Reason end end,
    Results = [Read(my_app, "a.txt"), Read(my_app, [<<"sub/">>, "b"]), Read(my_app, ""), Read(my_app, "none"),
               Read(other, "a.txt"),
               Read(<<"my_app">>, "a.txt"), Read(my_app, a), Read(my_app, [-1]), atomvm:platform()],
    'Elixir.AtomVM.Wasi':write_stdout(io_lib_text(Results)).
io_lib_text(Results) -> [[text(Result), "\n"] || Result <- Results].
text(Result) when is_binary(Result) -> ["<", Result, ">"];
text(Result) when is_atom(Result) -> atom_to_binary(Result).
"""


def test_files_of_an_application(tmp_path: Path) -> None:
    (tmp_path / "platform_app.erl").write_text(SOURCE)
    subprocess.run(["erlc", "platform_app.erl"], cwd=tmp_path, check=True)
    module = module_section("platform_app", strip(read_beam(tmp_path / "platform_app.beam")), start=True)
    files = [file_section("my_app/priv/a.txt", b"first"), file_section("my_app/priv/sub/b", b"second")]
    (tmp_path / "app.avm").write_bytes(write_avm([module, *files]))
    run = [sys.executable, "-m", "hatch_elixir_workers", "run", str(tmp_path / "app.avm")]
    done = subprocess.run(run, capture_output=True, text=True, check=False, cwd=Path(__file__).resolve().parent.parent)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [
        *("<first>", "<second>", "undefined", "undefined", "undefined", "badarg", "badarg", "badarg", "wasi"),
    ]

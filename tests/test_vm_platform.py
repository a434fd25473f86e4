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


CLASSES = """-module(classes).
-export([start/0]).

start() ->
    Of = fun(Table, Number) -> try atomvm:class_of(Table, Number) catch error:Reason -> Reason end end,
    Table = {{-5, 10, 20}, <<7, 0, 255, 3>>},
    Numbers = [-6, -5, 9, 10, 19, 20, 1 bsl 40, 1 bsl 70, -(1 bsl 40), -(1 bsl 70), 9.0, a, []],
    Tables = [a, {}, {1, 2}, {{}, <<>>}, {{}, <<4>>}, {{1}, <<1>>}, {{1}, <<1:9>>}, {{a}, <<1, 2>>}, {{1.0}, <<1, 2>>}],
    [io:format("~w ", [Of(Table, Number)]) || Number <- Numbers],
    [io:format("~w ", [Of(Each, 5)]) || Each <- Tables].
"""


def test_classes_of_ranges(tmp_path: Path) -> None:
    (tmp_path / "classes.erl").write_text(CLASSES)
    subprocess.run(["erlc", "classes.erl"], cwd=tmp_path, check=True)
    archive = tmp_path / "app.avm"
    command = [sys.executable, "-m", "hatch_elixir_workers"]
    pack = ["pack", "-o", str(archive), "--start", "classes", str(tmp_path / "classes.beam")]
    subprocess.run([*command, *pack], check=True)
    done = subprocess.run([*command, "run", str(archive)], capture_output=True, text=True, check=True)
    of_numbers = [7, 0, 0, "badarg", "badarg", 3, 3, 3, 7, 7, *["badarg"] * 3]
    of_tables = [*["badarg"] * 4, 4, *["badarg"] * 4]
    assert done.stdout.split() == [str(each) for each in of_numbers + of_tables]


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

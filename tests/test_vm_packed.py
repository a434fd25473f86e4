"""`elixir-workers pack` of folders with .beam and .app files: what it does on `erl -pa` of these folders."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

APP = """{application, shop, [{description, "A shop"}, {vsn, "1.2"}, {modules, [shop_app, shop]}, {registered, []},
  {applications, [kernel, stdlib, crypto]}, {env, [{tax, 19}]}, {mod, {shop_app, [open]}}]}."""
CALLBACK = """-module(shop_app).
-export([start/2, stop/1, init/1]).
start(normal, [open]) -> supervisor:start_link({local, shop_sup}, ?MODULE, []).
stop(_) -> io:format("stopped~n").
init([]) -> {ok, {#{}, []}}.
"""
SHOP = """-module(shop).
-export([start/0]).
-define(SAY(Call), io:format("~tp~n", [catch Call])).
start() ->
    Names = fun(List) -> lists:sort([element(1, Each) || Each <- List]) end,
    ?SAY(application:get_env(shop, tax)),
    ?SAY(Names(application:loaded_applications()) -- [compiler, elixir, logger]),
    ?SAY(application:load(public_key)),
    ?SAY(application:load(public_key)),
    ?SAY(application:start(shop)),
    ?SAY(application:ensure_all_started(shop)),
    ?SAY([is_pid(whereis(shop_sup)), application:get_env(shop, tax), application:get_application(shop)]),
    ?SAY(application:get_key(shop, modules)),
    ?SAY(element(1, application:get_key(stdlib, vsn))),
    ?SAY(Names(application:which_applications())),
    ?SAY(application:ensure_all_started(public_key)),
    ?SAY(application:ensure_all_started(nonesuch)),
    ?SAY(application:stop(shop)).
"""
SOURCES = {"shop.erl": SHOP, "shop_app.erl": CALLBACK, "shop.app": APP}

PROTOCOL = """
defprotocol Weight do
  def of(thing)
end
defmodule Box do
  defstruct [:full]
  defimpl Weight do
    def of(box), do: box.full
  end
  defimpl String.Chars do
    def to_string(box), do: "a box of #{box.full}"
  end
  def start do
    IO.puts("#{%Box{full: 2}} #{Weight.of(%Box{full: 3})}")
    IO.inspect(Weight.impl_for(1))
  end
end
"""
STRIP = '{ok, _} = beam_lib:strip_files(filelib:wildcard("*.beam")), halt().'


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(list(map(str, command)), cwd=cwd, check=False, capture_output=True, text=True)


def packed_and_run(folder: Path, start: str) -> tuple[str, str]:
    """What the archive of this folder prints, and what packing it said."""
    archive = folder / "app.avm"
    tool = (sys.executable, "-m", "hatch_elixir_workers")
    packed = run(*tool, "pack", "-o", archive, "--start", start, folder, cwd=folder.parent)
    assert packed.returncode == 0, packed.stderr
    done = run(*tool, "run", archive, cwd=folder.parent)
    assert done.returncode == 0, done.stderr
    return done.stdout, packed.stderr


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "ebin"
    folder.mkdir()
    for name, text in SOURCES.items():
        (folder / name).write_text(text)
    assert run("erlc", "shop.erl", "shop_app.erl", cwd=folder).returncode == 0
    return folder


def test_applications_are_known_and_start_as_on_erl(shop: Path) -> None:
    on_erl = run("erl", "-noshell", "-pa", shop, "-eval", "shop:start(), halt().", cwd=shop).stdout
    # erl's shutdown of a started application is told by its logger, behind its output.
    expected = on_erl[: on_erl.rindex("stopped")]
    assert "{ok,[crypto,shop]}" in expected
    printed, said = packed_and_run(shop, "shop")
    assert printed[: printed.rindex("stopped")] == expected
    assert said == ""


def test_what_does_nothing_is_said(shop: Path) -> None:
    (shop / "shop.erl").write_text(SHOP.replace("nonesuch", "os_mon"))
    assert run("erlc", "shop.erl", cwd=shop).returncode == 0
    printed, said = packed_and_run(shop, "shop")
    assert said == "warning: application os_mon is listed but not started: a worker has no operating system\n"
    assert "{ok,[sasl,os_mon]}" in printed


def test_a_damaged_application_file(shop: Path) -> None:
    (shop / "shop.app").write_text("{application, shop")
    tool = (sys.executable, "-m", "hatch_elixir_workers")
    done = run(*tool, "pack", "-o", "shop.avm", "--start", "shop", shop, cwd=shop.parent)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {shop}/shop.app: 1: syntax error before:")
    assert done.stderr.endswith("Compile the application again.\n")
    assert not (shop.parent / "shop.avm").exists()


def test_two_application_files_that_differ(shop: Path) -> None:
    (shop / "copy").mkdir()
    (shop / "copy" / "shop.app").write_text(APP.replace("1.2", "1.3"))
    tool = (sys.executable, "-m", "hatch_elixir_workers")
    done = run(*tool, "pack", "-o", "shop.avm", "--start", "shop", shop, cwd=shop.parent)
    assert (done.returncode, done.stderr) == (
        1,
        f"error: application shop is in two files that differ: {shop}/copy/shop.app and {shop}/shop.app\n"
        "Name only one of their folders.\n",
    )


def test_stripped_protocols_and_implementations(tmp_path: Path) -> None:
    (tmp_path / "box.ex").write_text(PROTOCOL)
    assert run("elixirc", "box.ex", cwd=tmp_path).returncode == 0
    assert run("erl", "-noshell", "-eval", STRIP, cwd=tmp_path).returncode == 0
    printed, said = packed_and_run(tmp_path, "Box")
    assert printed == "a box of 2 3\nnil\n"
    # Elixir's own protocols are consolidated with the implementation here; of this one nobody can do it.
    assert said == (
        f"warning: {tmp_path}/Elixir.Weight.beam is packed as it is: the protocol Weight has no debug "
        "information, without which it cannot be consolidated. It works, more slowly; pack what `mix compile` wrote, "
        "before anything strips it\n"
    )

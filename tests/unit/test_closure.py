from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from hatch_elixir_workers import closure, etf
from hatch_elixir_workers.beam import MFA, BeamModule
from hatch_elixir_workers.cache import CACHE_VARIABLE
from hatch_elixir_workers.machine import Machine
from hatch_elixir_workers.pack import build_archive, collect_beams

SOURCE = """
defprotocol Area do
  def of(shape)
end

defmodule Square do
  defstruct [:side]
  defimpl Area do
    def of(square), do: square.side * square.side
  end
  defimpl String.Chars do
    def to_string(square), do: "square of #{square.side}"
  end
end

defmodule Shapes do
  def start, do: "#{%Square{side: 2}} #{Area.of(%Square{side: 2})} #{Enum.sum(1..3)}"
end
"""


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> dict[str, BeamModule]:
    folder = tmp_path_factory.mktemp("shapes")
    (folder / "shapes.ex").write_text(SOURCE)
    subprocess.run(["elixirc", "shapes.ex"], cwd=folder, check=True, capture_output=True)
    return collect_beams([folder])


@pytest.fixture(scope="module")
def packed(named: dict[str, BeamModule]) -> dict[str, BeamModule]:
    return closure.with_stdlib(named).modules


def test_named_modules_and_what_they_reach(packed: dict[str, BeamModule], named: dict[str, BeamModule]) -> None:
    assert set(named) <= set(packed)
    assert {"Elixir.Enum", "Elixir.Enumerable.Range", "Elixir.String.Chars.Square", "lists"} <= set(packed)
    assert not {"Elixir.Mix", "Elixir.IEx", "gen_tcp", "ssl", "Elixir.String.Chars.URI"} & set(packed)


def test_protocols_are_consolidated_with_named_implementations(packed: dict[str, BeamModule]) -> None:
    for protocol in ("Elixir.Area", "Elixir.String.Chars"):
        assert f"{protocol}.Square" in packed[protocol].atoms
        assert packed[protocol].path.endswith(f"/{protocol}.beam")
        assert "consolidated" in packed[protocol].path


def test_the_order_in_which_beams_are_named_changes_nothing(
    packed: dict[str, BeamModule], named: dict[str, BeamModule]
) -> None:
    again = closure.with_stdlib(dict(reversed(named.items()))).modules
    assert build_archive(again, "Elixir.Shapes") == build_archive(packed, "Elixir.Shapes")


def test_a_new_cache_gives_the_same_bytes(
    packed: dict[str, BeamModule], named: dict[str, BeamModule], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    copies = tmp_path / "elsewhere"
    copies.mkdir()
    for module in named.values():
        shutil.copy(module.path, copies)
    again = closure.with_stdlib(collect_beams([copies])).modules
    assert build_archive(again, "Elixir.Shapes") == build_archive(packed, "Elixir.Shapes")


def test_named_modules_win_over_installed_ones(compile_erl: Callable[..., Path]) -> None:
    own = compile_erl("-module(proplists).\n-export([start/0]).\nstart() -> lists:sum([1]).\n")
    modules = closure.with_stdlib(collect_beams([own])).modules
    assert modules["proplists"].path == str(own)


def test_what_named_modules_call_and_nothing_provides(
    compile_erl: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = "-module(m).\n-export([start/0]).\nstart() ->\n  lists:nope(1),\n  erlang:self(),\n  erlang:halt().\n"
    natives = frozenset({MFA("erlang", "self", 0), MFA("erlang", "get_module_info", 1), MFA("erlang", "halt", 0)})
    more = natives | {MFA("erlang", "get_module_info", 2)}
    machine = Machine("0.1.0", Path("atomvm.wasm"), more, frozenset(), Path("atomvm-linkable.wasm"))
    monkeypatch.setattr(closure, "installed_machine", lambda: machine)
    missing = closure.with_stdlib(collect_beams([compile_erl(source)])).missing
    assert [str(each) for each in missing] == ["m.erl:4: :m.start/0 calls :lists.nope/1: the module does not export it"]


@pytest.mark.parametrize("condense", [False, True])
def test_attributes_are_packed_where_they_can_be_asked_for(compile_erl: Callable[..., Path], condense: bool) -> None:
    beam = compile_erl(
        "-module(asking). -custom([1]). -export([start/0]).\n"
        "start() -> {supervisor:module_info(attributes), maps:to_list(#{}), module_info(attributes)}."
    )
    modules = closure.with_stdlib(collect_beams([beam]), "functions", condense=condense).modules
    assert modules["asking"].attributes["custom"] == [1]
    assert "vsn" in modules["asking"].attributes
    assert modules["supervisor"].attributes == {"behaviour": [etf.Atom("gen_server")]}, "what tools read is not there"
    assert modules["maps"].attributes == {}


def test_without_a_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closure, "priv_dir", lambda: tmp_path)
    assert closure.installed_machine() is None
    for name in ("atomvm.wasm", "atomvm-linkable.wasm"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "natives.json").write_text('{"vm_version": "0.1.0", "natives": [], "declining": []}')
    assert closure.installed_machine() == Machine(
        "0.1.0", tmp_path / "atomvm.wasm", frozenset(), frozenset(), tmp_path / "atomvm-linkable.wasm"
    )

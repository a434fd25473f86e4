from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from hatch_elixir_workers import cache, cli, why
from hatch_elixir_workers import reasons as kept
from hatch_elixir_workers.beam import MFA
from hatch_elixir_workers.errors import UserError
from hatch_elixir_workers.shake import Edge, Reach

START, CALLED = MFA("Elixir.App", "start", 0), MFA("lists", "..", 2)
REACH = Reach(
    {
        START: Edge(None, "the entry"),
        CALLED: Edge(START, "is called", "lib/app.ex:3"),
        MFA("Elixir.App", "stop?", 1): Edge(START, "is called"),
    }
)


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(cache.CACHE_VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def reasons() -> why.Reasons:
    kept.remember(b"archive", kept.packed(REACH))
    return why.recall(b"archive", Path("app.avm"))


def test_what_is_remembered_comes_back(reasons: why.Reasons) -> None:
    assert list(reasons.edges.items()) == list(REACH.functions.items())


@pytest.mark.parametrize("name", [":lists.../2", "lists:../2", "lists.../2", "lists", ":lists"])
def test_chain(reasons: why.Reasons, name: str) -> None:
    assert why.explain(reasons, name) == "  App.start/0  the entry\n→ :lists.../2  is called (lib/app.ex:3)"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("App.stop/1", "Of that module are reached: App.stop?/1, App.start/0."),
        ("App.start/1", "Of that module are reached: App.start/0, App.stop?/1."),
        ("Appp.start/0", "Did you mean App?"),
        ("Something.else/0", "`elixir-workers list` shows the modules of an archive."),
        ("nothing", "`elixir-workers list` shows the modules of an archive."),
    ],
)
def test_what_nothing_reaches(reasons: why.Reasons, name: str, hint: str) -> None:
    with pytest.raises(UserError) as caught:
        why.explain(reasons, name)
    assert str(caught.value) == f"nothing reaches {name}\n{hint}"


def test_an_unknown_archive(own_cache: Path) -> None:
    expected = r"app\.avm: nothing is known of how this archive was made\n.*build or pack it again here"
    with pytest.raises(UserError, match=expected):
        why.recall(b"archive", Path("app.avm"))
    kept.remember(b"archive", kept.packed(REACH))
    (entry,) = (own_cache / "why").iterdir()
    entry.write_bytes(b"damaged")
    with pytest.raises(UserError, match=expected):
        why.recall(b"archive", Path("app.avm"))


def test_the_command(compile_erl: Callable[..., Path], tmp_path: Path) -> None:
    beam = compile_erl("-module(asked).\n-export([start/0]).\nstart() ->\n  lists:sum([1]).\n")
    archive = tmp_path / "asked.avm"
    packed = CliRunner().invoke(cli.main, ["pack", "-o", str(archive), "--start", "asked", str(beam)])
    assert packed.exit_code == 0, packed.output
    assert {each.name for each in tmp_path.iterdir()} == {"asked.avm", "cache"}
    asked = CliRunner().invoke(cli.main, ["why", str(archive), "lists:sum/2"])
    assert asked.output == (
        "  :asked.start/0  is named\n→ :lists.sum/1  is called (asked.erl:4)\n→ :lists.sum/2  is called\n"
    )
    unknown = CliRunner().invoke(cli.main, ["why", str(archive), "lists:map/2"])
    assert unknown.exit_code == 1

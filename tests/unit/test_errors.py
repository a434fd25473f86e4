from __future__ import annotations

import pytest

from hatch_elixir_workers import errors

OURS = {name: error for name, error in vars(errors).items() if isinstance(error, type) and issubclass(error, Exception)}


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (errors.UserError("it is wrong"), "it is wrong"),
        (errors.UserError("it is wrong", fix="Do this."), "it is wrong\nDo this."),
        (errors.ConfigError(["a.b: one", "a.c: two"]), "a.b: one\na.c: two"),
        (errors.MissingToolError("mix", "Install Elixir."), "mix was not found on PATH\nInstall Elixir."),
        (errors.CommandError(["mix", "compile"], 1, "out\n", "\n"), "`mix compile` failed with exit code 1\nout"),
        (errors.SourceError("odd", file="lib/a.ex", line=3), "lib/a.ex:3: odd"),
        (errors.SourceError("odd", file="lib/a.ex", fix="Fix it."), "lib/a.ex: odd\nFix it."),
        (errors.SourceError("odd"), "odd"),
        (errors.PluginError("ew-queue", "broken"), "plugin ew-queue: broken"),
        (errors.EtfError(3, "unknown tag 1"), "external term, offset 3: unknown tag 1"),
        (errors.BeamError("a.beam", "Code", 20, "odd"), "a.beam: chunk Code, offset 20: odd"),
        (errors.AvmError("a.avm", "m.beam", 24, "odd"), "a.avm: section m.beam, offset 24: odd"),
        (
            errors.VmError("it trapped"),
            "it trapped\nThis is a bug in hatch-elixir-workers: please report it with this message.",
        ),
    ],
)
def test_text(error: errors.ElixirWorkersError, text: str) -> None:
    assert str(error) == text


def test_every_error_says_whose_fault_it_is() -> None:
    for error in OURS.values():
        if error is not errors.ElixirWorkersError:
            assert issubclass(error, errors.UserError) != issubclass(error, errors.InternalError)


def test_the_tree_at_the_top_names_every_error() -> None:
    assert errors.__doc__ is not None
    assert len(OURS) > 10
    for name in OURS:
        assert name in errors.__doc__

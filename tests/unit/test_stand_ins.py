"""Stand-ins of priv/stdlib that can run beside the module of OTP they replace: both give the same answers."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from hatch_elixir_workers.paths import priv_dir

# Every text of up to three of these characters behind a `~`, and pieces of several.
_COMPARE = r"""
Chars = "~-*013.plwtscefgbBxX#+iWPnaq ",
One = [[C] || C <- Chars],
Two = [[C | Rest] || C <- Chars, Rest <- One],
Three = [[C | Rest] || C <- Chars, Rest <- Two],
Long = [A ++ "x~" ++ B ++ "~" ++ C || A <- One, B <- ["p", "-*.*.*s", "10c"], C <- Two],
Formats = ["" | [[$~ | Text] || Text <- One ++ Two ++ Three ++ Long]],
Answer = fun(Module, Format) -> Module:check_format_string(Format) end,
Differ = [Format || Format <- Formats, Answer(erl_lint, Format) =/= Answer(ours, Format)],
io:format("[~p, ~p]", [length(Formats), [list_to_binary(Each) || Each <- lists:sublist(Differ, 10)]]),
halt().
"""


def test_formats_are_judged_as_by_otp(tmp_path: Path) -> None:
    source = (priv_dir() / "stdlib" / "erl_lint.erl").read_text("utf-8")
    (tmp_path / "ours.erl").write_text(source.replace("-module(erl_lint).", "-module(ours)."), "utf-8")
    subprocess.run(["erlc", "ours.erl"], cwd=tmp_path, check=True, timeout=60)
    command = ["erl", "-noshell", "-eval", _COMPARE]
    done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True, timeout=60)
    count, differ = json.loads(done.stdout.replace("<<", "").replace(">>", ""))
    assert differ == []
    assert count > 20_000

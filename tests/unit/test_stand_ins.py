"""Stand-ins of priv/stdlib: they have what libraries call, and answer as the modules that they replace."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from hatch_elixir_workers import mix
from hatch_elixir_workers.beam import MFA, read_beam
from hatch_elixir_workers.collect import stand_ins
from hatch_elixir_workers.machine import load_machine
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


# Tools of a developer's computer, which no application calls: the shell, scripts, what compiles or loads code.
_TOOLS = {"beam_lib", "c", "edlin_expand", "edlin_type_suggestion", "erl_expand_records", "escript", "qlc_pt", "shell"}
# What dets keeps in files that can be written, and code paths of the `elixir` command.
_NOT_THERE = {MFA("file", "ipread_s32bu_p32bu", 3), MFA("code", "add_pathsa", 2)}


def test_stand_ins_have_what_elixir_and_stdlib_call() -> None:
    installed = mix.toolchain()
    ours = {path.stem: read_beam(path) for path in stand_ins(priv_dir() / "stdlib", installed).glob("*.beam")}
    provided = {MFA(name, export.function, export.arity) for name, module in ours.items() for export in module.exports}
    provided |= load_machine(priv_dir()).natives | _NOT_THERE
    libraries = ("elixir", "eex", "logger", "stdlib")
    folders = [*installed.elixir_lib_dirs, *installed.erl_lib_dirs]
    callers = [
        read_beam(path)
        for folder in folders
        if folder.parent.name.partition("-")[0] in libraries
        for path in sorted(folder.glob("*.beam"))
        if path.stem not in ours and path.stem not in _TOOLS
    ]
    assert len(callers) > 300
    lacking = {
        f"{caller.name} calls {target}"
        for caller in callers
        for target in caller.imports
        if target.module in ours and target not in provided
    }
    assert lacking == set()


def _compared(script: str, tmp_path: Path) -> tuple[int, list[str]]:
    """What a script prints that has OTP's erl_lint and ours, as `ours`: how much it compared, and what differs."""
    source = (priv_dir() / "stdlib" / "erl_lint.erl").read_text("utf-8")
    (tmp_path / "ours.erl").write_text(source.replace("-module(erl_lint).", "-module(ours)."), "utf-8")
    subprocess.run(["erlc", "ours.erl"], cwd=tmp_path, check=True, timeout=60)
    command = ["erl", "-noshell", "-eval", script]
    done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True, timeout=60)
    count, differ = json.loads(done.stdout.replace("<<", "").replace(">>", ""))
    return count, differ


def test_formats_are_judged_as_by_otp(tmp_path: Path) -> None:
    count, differ = _compared(_COMPARE, tmp_path)
    assert differ == []
    assert count > 20_000


_GUARDS = r"""
Parts = ["X", "1", "1.0", "a", "$c", "\"s\"", "[]", "[X | Y]", "{X, 1}", "#{a => X}", "X#{a := 1}", "<<X:8>>",
         "<<X/binary>>", "self()", "node()", "node(X)", "atom(X)", "is_atom(X)", "erlang:is_atom(X)",
         "erlang:atom(X)", "is_record(X, r)", "is_record(X, r, 2)", "is_function(X, 1)", "length(X)",
         "erlang:length(X)", "element(1, X)", "hd(X)", "map_get(a, X)", "lists:map(X)", "f(X)", "X:f()",
         "foo:bar(1)", "-X", "not X", "X + 1", "X ++ Y", "X -- Y", "X ! 1", "X andalso Y", "X orelse f()",
         "X band 1", "X =:= Y", "X == 1.0", "X < Y", "X and Y", "erlang:'+'(X, 1)", "erlang:'++'(X, Y)",
         "erlang:'!'(X, Y)", "erlang:'and'(X, Y)", "fun() -> X end", "fun f/1", "case X of 1 -> 2 end",
         "begin X end", "catch X", "[Z || Z <- X]", "if X -> 1 end", "try X catch _:_ -> 1 end", "X = 1", "(X)",
         "binary_part(X, 1, 2)", "max(X, Y)", "size(X)", "tuple_size(X)", "self(X)", "is_boolean(X, Y)",
         "#{f() => 1}", "<<(f()):8>>", "{f()}", "[f() | X]"],
Wrapped = Parts ++ [lists:flatten([A, " ", Op, " ", B]) || A <- Parts, Op <- ["andalso", "+", "=:="], B <- Parts,
                    not lists:prefix("catch", A), not lists:prefix("catch", B)],
Parse = fun(Text) -> {ok, Tokens, _} = erl_scan:string(Text ++ "."), erl_parse:parse_exprs(Tokens) end,
Parsed = [{Text, Parse(Text)} || Text <- Wrapped],
Expressions = [{Text, Expression} || {Text, {ok, [Expression]}} <- Parsed],
Differ = [Text || {Text, E} <- Expressions,
          {erl_lint:is_guard_test(E), erl_lint:is_guard_expr(E)} =/= {ours:is_guard_test(E), ours:is_guard_expr(E)}],
io:format("[~p, ~p]", [length(Expressions), [list_to_binary(Each) || Each <- lists:sublist(Differ, 10)]]),
halt().
"""


def test_guards_are_judged_as_by_otp(tmp_path: Path) -> None:
    count, differ = _compared(_GUARDS, tmp_path)
    assert differ == []
    assert count > 10_000

from __future__ import annotations

import subprocess

from hatch_elixir_workers.opcodes import ARITIES, IMPORT_OPERAND, MAX_OPCODE, NAMES, NUMBERS


def test_the_table_agrees_with_the_installed_otp() -> None:
    script = """
        [io:format("~p ~s ~p~n", [N | tuple_to_list(beam_opcodes:opname(N))]) ||
            N <- lists:seq(1, 255), (try beam_opcodes:opname(N), true catch _:_ -> false end)],
        halt().
    """
    out = subprocess.run(["erl", "-noshell", "-eval", script], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in out.splitlines()]
    assert len(rows) > 170
    for number, name, arity in rows:
        assert (NAMES[int(number)], ARITIES[int(number)]) == (name, int(arity))


def test_the_table_reaches_to_otp_29() -> None:
    assert MAX_OPCODE == NUMBERS["get_record_field"] == 191
    assert (NAMES[0], ARITIES[0]) == (None, None)


def test_import_operands_are_operands() -> None:
    for name, position in IMPORT_OPERAND.items():
        arity = ARITIES[NUMBERS[name]]
        assert arity is not None
        assert position < arity

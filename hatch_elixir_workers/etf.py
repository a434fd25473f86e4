"""The external term format: `131 tag …`, big-endian (erl_ext_dist).

    Erlang                     Python
    atom                       Atom
    integer, float             int, float
    list, tuple                list, tuple
    improper list              ImproperList(items, tail)
    map                        Map(pairs), order and keys as they stand
    binary, bit string         bytes, BitString(data, last_bits)
    pid, port, reference       Pid, Port, Reference
    fun m:f/a                  ExternalFun
    any other fun              Fun

Both directions work without recursion: depth is limited by memory only. A count is believed only as far as bytes are
left to back it.
"""

from __future__ import annotations

from hatch_elixir_workers.etf_decode import decode, decode_prefix
from hatch_elixir_workers.etf_encode import encode
from hatch_elixir_workers.etf_terms import (
    Atom,
    BitString,
    ExternalFun,
    Fun,
    ImproperList,
    Map,
    Pid,
    Port,
    Reference,
    Term,
)

__all__ = [
    "Atom",
    "BitString",
    "ExternalFun",
    "Fun",
    "ImproperList",
    "Map",
    "Pid",
    "Port",
    "Reference",
    "Term",
    "decode",
    "decode_prefix",
    "encode",
]

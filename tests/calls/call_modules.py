"""The modules whose functions are called, and what is left out of each, with the reason."""

from __future__ import annotations

from collections.abc import Mapping

UNSTABLE = "gives another result each time"
HOST = "asks the operating system or the console"
TIME_ZONE = "reads the host's time zone"
SEQUENCES = "means something in a sequence alone: call_sequences.py"

# By module: function/arity, and why nothing calls it. Functions without a spec are no part of an interface.
MODULES: Mapping[str, Mapping[str, str]] = {
    "lists": {},
    "maps": {},
    "string": {},
    "binary": {
        "referenced_byte_size/1": "how much memory a part of a binary holds on to is each machine's own",
    },
    "unicode": {},
    "queue": {},
    "sets": {},
    "ordsets": {},
    "orddict": {},
    "gb_sets": {},
    "gb_trees": {},
    "dict": {},
    "array": {},
    "calendar": {
        "local_time/0": UNSTABLE,
        "universal_time/0": UNSTABLE,
        "iso_week_number/0": UNSTABLE,
        "local_time_to_universal_time/1": TIME_ZONE,
        "local_time_to_universal_time/2": TIME_ZONE,
        "local_time_to_universal_time_dst/1": TIME_ZONE,
        "universal_time_to_local_time/1": TIME_ZONE,
        "now_to_local_time/1": TIME_ZONE,
        "system_time_to_local_time/2": TIME_ZONE,
        "system_time_to_rfc3339/1": TIME_ZONE,
    },
    "base64": {},
    "proplists": {},
    "rand": {
        "bytes/1": UNSTABLE,
        "seed/1": UNSTABLE,
        "seed_s/1": UNSTABLE,
        "uniform/0": UNSTABLE,
        "uniform/1": UNSTABLE,
        "uniform_real/0": UNSTABLE,
        "normal/0": UNSTABLE,
        "normal/2": UNSTABLE,
        "mwc59_seed/0": UNSTABLE,
        "export_seed/0": SEQUENCES,
        "jump/0": SEQUENCES,
        "seed/2": SEQUENCES,
    },
    "io_lib": {
        "format_prompt/1": HOST,
        "format_prompt/2": HOST,
    },
    "uri_string": {},
    "math": {},
    "filename": {"absname/1": HOST, "absname/2": HOST, "basedir/2": HOST, "basedir/3": HOST},
    "erl_scan": {},
    "re": {
        "internal_run/4": "is how re's own functions call its native",
        "version/0": "the machine's engine has a version of its own",
    },
    "json": {},
    "erlang": {},
}

# Modules that came with a release of OTP.
SINCE: Mapping[str, int] = {"json": 27}


def modules(otp: int) -> list[str]:
    """Those that a release of OTP has."""
    return [name for name in MODULES if SINCE.get(name, 0) <= otp]


# Functions of `erlang` that depend on their arguments alone.
_PURE = """
*/2 +/1 +/2 ++/2 -/1 -/2 --/2 //2 /=/2 </2 =/=/2 =:=/2 =</2 ==/2 >/2 >=/2 abs/1 adler32/1 adler32/2
adler32_combine/3 and/2 append/2 append_element/2 apply/2 atom_to_binary/1 atom_to_binary/2 atom_to_list/1 band/2
binary_part/2 binary_part/3 binary_to_atom/1 binary_to_atom/2 binary_to_existing_atom/1 binary_to_existing_atom/2
binary_to_float/1 binary_to_integer/1 binary_to_integer/2 binary_to_list/1 binary_to_list/3 binary_to_term/1
binary_to_term/2 bit_size/1 bitstring_to_list/1 bnot/1 bor/2 bsl/2 bsr/2 bxor/2 byte_size/1 ceil/1
convert_time_unit/3 crc32/1 crc32/2 crc32_combine/3 delete_element/2 div/2 element/2 erase/1 error/1 error/2 error/3
exit/1 external_size/1 external_size/2 float/1 float_to_binary/1 float_to_binary/2 float_to_list/1 float_to_list/2
floor/1 fun_info/2 function_exported/3 get/1 get_keys/1 hd/1 insert_element/3 integer_to_binary/1
integer_to_binary/2 integer_to_list/1 integer_to_list/2 iolist_size/1 iolist_to_binary/1 iolist_to_iovec/1 is_atom/1
is_binary/1 is_bitstring/1 is_boolean/1 is_float/1 is_function/1 is_function/2 is_integer/1 is_list/1 is_map/1
is_map_key/2 is_number/1 is_pid/1 is_port/1 is_record/2 is_record/3 is_reference/1 is_tuple/1 length/1
list_to_atom/1 list_to_binary/1 list_to_bitstring/1 list_to_existing_atom/1 list_to_float/1 list_to_integer/1
list_to_integer/2 list_to_pid/1 list_to_port/1 list_to_ref/1 list_to_tuple/1 make_fun/3 make_tuple/2 make_tuple/3
map_get/2 map_size/1 max/2 md5/1 min/2 not/1 or/2 phash/2 phash2/1 phash2/2 put/2 raise/3 register/2
rem/2 round/1 setelement/3 size/1 split_binary/2 subtract/2 term_to_binary/1 throw/1 tl/1 trunc/1 tuple_size/1
tuple_to_list/1 unregister/1 whereis/1 xor/2
"""
ERLANG = frozenset(_PURE.split())

# What makes as much as a count says, on and on: counts are kept small, or erl would take all memory there is.
LIMITED: Mapping[str, frozenset[str]] = {
    "binary": frozenset({"copy/2"}),
    "erlang": frozenset({"bsl/2", "bsr/2", "make_tuple/2", "make_tuple/3"}),
    "lists": frozenset({"duplicate/2", "seq/2", "seq/3"}),
    "rand": frozenset({"bytes_s/2", "seed58/2"}),
    "string": frozenset({"centre/2", "centre/3", "chars/2", "chars/3", "copies/2", "left/2", "left/3"})
    | frozenset({"pad/2", "pad/3", "pad/4", "right/2", "right/3"}),
}


def is_called(module: str, function: str, arity: int) -> bool:
    """Whether calls of the function are generated."""
    name = f"{function}/{arity}"
    return name in ERLANG if module == "erlang" else name not in MODULES[module]


def is_limited(module: str, function: str, arity: int) -> bool:
    """Whether counts among its arguments must be small."""
    return f"{function}/{arity}" in LIMITED.get(module, ())

"""Whether a program can have atoms with characters beyond ASCII, as far as the walk (`shake.py`) has come.

`Macro.inspect_atom/2`, which `inspect/2` of an atom ends in, asks `String.Tokenizer`, and that looks the characters
up, compares their scripts and brings them into normal form: most of Unicode's tables, for atoms that few programs have.
They come from the code, from its configuration, or from text, through the natives below.
"""

from __future__ import annotations

from collections.abc import Iterable

from hatch_elixir_workers.beam import MFA

TOKENIZER = "Elixir.String.Tokenizer"
_NORMAL_FORMS = "unicode"
# Of the tokenizer: what it asks about a later character beyond ASCII, and what compares the scripts of all characters
# once one is; for an identifier in ASCII it returns at once.
_BEYOND_ASCII = frozenset({("unicode_continue", 1)})
_SCRIPTS = ("validate", 2)

DECODERS = frozenset({MFA("erlang", "binary_to_term", 1), MFA("erlang", "binary_to_term", 2)})
_FROM_TEXT = DECODERS | {
    MFA("erlang", name, arity) for name, arity in (("binary_to_atom", 1), ("binary_to_atom", 2), ("list_to_atom", 1))
}
_EXISTING = frozenset(
    MFA("erlang", name, arity)
    for name, arity in (("binary_to_existing_atom", 1), ("binary_to_existing_atom", 2), ("list_to_existing_atom", 1))
)
# These decode what the build has written, which is not compressed.
OF_THE_BUILD = frozenset(
    {
        MFA("Elixir.ElixirWorkers.Settings", "read", 0),
        MFA("application", "read_term", 1),
        MFA("atomvm_init", "parser_options", 1),
    }
)
# These make atoms of names that are atoms already, or of names of their own.
_KNOWN = OF_THE_BUILD | frozenset(
    {
        MFA("Elixir.Code.Identifier", "extract_anonymous_fun_parent", 1),
        MFA("erl_error", "pp_arguments", 5),
        MFA("io_lib_fread", "fread_atom", 6),  # see `_READERS`
        MFA("logger", "module_named", 1),
        MFA("proc_lib", "make_dummy_args", 2),
    }
)
_READ = frozenset({("io", "fread"), ("io_lib", "fread")})
_READERS = frozenset({"io", "io_lib"})  # name it for any request there could be
_INSPECTORS = frozenset({TOKENIZER, "Elixir.Macro", "elixir_config"})
# What a foreign atom of a configuration needs.
FOR_CONFIGURATION = MFA(_NORMAL_FORMS, "characters_to_nfc_list", 1)


def only_for_foreign(mfa: MFA, source: MFA) -> bool:
    """Whether a call is made for such atoms alone."""
    if source.module != TOKENIZER:
        return False
    is_for_scripts = mfa.module == TOKENIZER and source[1:] == _SCRIPTS
    return mfa.module == _NORMAL_FORMS or mfa[1:] in _BEYOND_ASCII or is_for_scripts


def makes_foreign(mfa: MFA, source: MFA | None) -> bool:
    """Whether such an atom, or such text for the tokenizer, can be there since `source` reaches `mfa`."""
    if mfa in _FROM_TEXT:
        return source is None or source not in _KNOWN
    if mfa.module == TOKENIZER:
        return source is None or source.module not in _INSPECTORS
    return (mfa.module, mfa.function) in _READ and (source is None or source.module not in _READERS)


def names_from_text(mfa: MFA, source: MFA | None) -> bool:
    """Whether any atom that there is can be had from text since `source` reaches `mfa`."""
    return (mfa in _FROM_TEXT or mfa in _EXISTING) and (source is None or source not in _KNOWN)


def is_foreign(names: Iterable[str]) -> bool:
    """Whether one of these atoms is one."""
    return not all(map(str.isascii, names))

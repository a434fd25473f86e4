"""Functions of OTP that turn the error_info of a failed call into text: `format_<module>_error(Name, …)`.

The machine names `EXPLAINERS` when it raises for a native (exception.c). What they consist of begins by choosing:

    format_<module>_error   among the names of the module's functions
    expand_error            among atoms that the explainer gives as reasons
    message_1               of erl_posix_msg: among the codes of POSIX
"""

from __future__ import annotations

import re

from hatch_elixir_workers.beam import MFA

EXPLAINERS = (
    MFA("erl_erts_errors", "format_error", 2),
    MFA("erl_erts_errors", "format_bs_fail", 2),
    MFA("erl_stdlib_errors", "format_error", 2),
)
POSIX = "erl_posix_msg"
INFORMATION = "__info__"
EXPLAINER_MODULES = frozenset({POSIX, *(each.module for each in EXPLAINERS)})

# Atoms that the machine makes: names in stack traces of instructions that are no calls (cold.c), causes of errors.
_CAUSES = (
    *("access", "already_exists", "badkey", "badopt", "id", "keypos", "none", "not_owner", "notalive", "owner"),
    *("position", "registered_name", "table_type", "type"),
)
MADE_BY_THE_MACHINE = {
    "erlang": ("apply", "send"),
    "erl_erts_errors": _CAUSES,
    "erl_stdlib_errors": _CAUSES,
    POSIX: ("enoent",),
}

_OF_ONE_MODULE = re.compile(r"format_(\w+)_error")


def explained_module(mfa: MFA) -> str | None:
    """The module whose errors alone this function explains."""
    found = _OF_ONE_MODULE.fullmatch(mfa.function) if mfa.module in EXPLAINER_MODULES else None
    return None if found is None else found.group(1)


def chooses_among(mfa: MFA) -> str | None:
    """The module whose names a function chooses among: of its functions, or of atoms that it builds.

    `INFORMATION`, which is no module, for what modules of Elixir say of themselves: `__info__(:functions)` and so on.
    """
    if mfa[1:] == (INFORMATION, 1):
        return INFORMATION
    of_itself = (mfa.module == POSIX and mfa.function == "message_1") or (
        mfa.module in EXPLAINER_MODULES and mfa.function == "expand_error"
    )
    return mfa.module if of_itself else explained_module(mfa)

"""`make fuzz`: damaged input for some minutes, on the build with sanitizers; an error may come of it, never a crash.

`fuzz.py [--minutes M] [--seed N] [KIND…]`. Kinds: archives (damaged .avm files), terms (binary_to_term), patterns (re),
bits (generated functions of bit syntax), calls (of OTP's library, as in tests/test_calls.py, with new arguments).
The seed of every round is printed. What crashes the machine, or gives other results than `erl`, is kept in
`tests/calls/seeds/`; the tests run all of those. The exit code is 1 when there was any.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import random
import sys
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

from hatch_elixir_workers import etf
from hatch_elixir_workers.avm import file_section, read_avm, write_avm
from hatch_elixir_workers.condensed_archive import SECTION, decode_blocks, encode_blocks
from hatch_elixir_workers.etf import Atom, Term

TESTS = Path(__file__).resolve().parent.parent
SEEDS = TESTS / "calls" / "seeds"
sys.path[:0] = [str(TESTS / part) for part in ("vm", "calls", "support")]
machines = importlib.import_module("machines")
oracle_module = importlib.import_module("oracle")
callers = importlib.import_module("caller")
call_bits = importlib.import_module("call_bits")
call_modules = importlib.import_module("call_modules")
call_sequences = importlib.import_module("call_sequences")
call_terms = importlib.import_module("call_terms")
call_types = importlib.import_module("call_types")
generated = importlib.import_module("generated")
re_cases = importlib.import_module("re_cases")

# A sanitizer's report has an exit code of its own.
SANITIZERS = {"ASAN_OPTIONS": "exitcode=99:detect_leaks=0", "UBSAN_OPTIONS": "exitcode=99"}
DEFINED = (0, 1, 2, 3)
TIMED_OUT = -1
ARCHIVE_SECONDS = 10
CALLS_PER_ROUND = 60
FUNCTIONS_PER_ROUND = 120
# ATOM_INTERNAL_REF2 and 3, which the emulator writes for itself, become tags that are none. `erl` takes them from
# everyone, as numbers of its own atom table, which say nothing elsewhere.
EXTERNAL_TAGS = bytes.maketrans(b"IK", b"JL")


def damaged(rng: random.Random, data: bytes) -> bytes:
    """The bytes with one to eight changes: bits, bytes, numbers at their edges, parts gone, doubled or moved."""
    out = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(len(out) or 1)
        size = rng.choice([1, 2, 4, 8, 30])
        match rng.randint(0, 6):
            case 0:
                out[at : at + 1] = bytes([rng.randrange(256)])
            case 1 if out:
                out[at] ^= 1 << rng.randrange(8)
            case 2:
                out[at : at + 4] = rng.choice([b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x80\0\0\0"])
            case 3:
                del out[at : at + size]
            case 4:
                out[at:at] = out[at : at + size]
            case 5:
                del out[at:]
            case _:
                to = rng.randrange(len(out) or 1)
                out[to : to + size] = out[at : at + size]
    return bytes(out)


def damaged_archive(rng: random.Random, data: bytes) -> bytes:
    """The archive, damaged; one that is condensed mostly within its blocks, which then are as long as before."""
    sections = read_avm(data)
    if sections[0].name != SECTION or rng.random() < 0.2:
        return damaged(rng, data)
    blocks = decode_blocks(sections[0].data)
    which = rng.randrange(len(blocks))
    size = len(blocks[which])
    blocks[which] = damaged(rng, blocks[which]).ljust(size, b"\0")[:size]
    return write_avm([file_section(SECTION, encode_blocks(blocks))])


def keep(kind: str, data: bytes) -> Path:
    """Keeps an input that went wrong."""
    SEEDS.mkdir(exist_ok=True)
    path = SEEDS / f"{kind}-{hashlib.sha256(data).hexdigest()[:12]}"
    path.write_bytes(data)
    return path


class Fuzzer:
    """One round of any kind takes a seed and says what went wrong."""

    def __init__(self) -> None:
        hostile = machines.build("hostile")
        self.machine = hostile
        self.impatient = machines.NativeMachine(hostile.binary, ARCHIVE_SECONDS)
        self.modules = call_modules.modules(oracle_module.otp_release())
        self.caller = callers.Caller([*self.modules, *call_sequences.MODULES])
        oracle = oracle_module.Oracle()
        topics = (
            "control/",
            "fun/",
            "binary/bin_sub",
            "exception/exc_try",
            "map/map_flat",
            "float/float_arith",
            "term/term_table",
        )
        programs = [program for program in oracle.all if program.id.startswith(topics)]
        self.archives = [path for _, path in sorted(oracle.archives(programs).items())]

    def close(self) -> None:
        """Ends its `erl`."""
        self.caller.close()

    def archive(self, data: bytes) -> str | None:
        """What is wrong with how the machine takes the bytes as an archive."""
        path = self.caller.folder / "fuzzed.avm"
        path.write_bytes(data)
        outcome = self.impatient.run(path, ATOMVM_MEMORY_CAP=str(64 << 20), **SANITIZERS)
        # A damaged program may do anything, also go on for ever.
        return None if outcome.code in (*DEFINED, TIMED_OUT) else f"exit code {outcome.code}\n{outcome.stderr[:3000]}"

    def calls(self, programs: list[Term]) -> list[tuple[Term, str]]:
        """The programs that crash the machine, or of which it makes something else than erl.

        What has no end on erl is left out: on this build it would take minutes to run out of time and memory, too.
        """
        return self._differing(self.caller.ending(programs))

    def _differing(self, programs: list[Term]) -> list[tuple[Term, str]]:
        try:
            found = self.caller.compare("hostile", self.machine, programs).differences
        except AssertionError as error:
            if len(programs) == 1:
                return [(programs[0], str(error))]
            half = len(programs) // 2
            return self._differing(programs[:half]) + self._differing(programs[half:])
        return [(programs[difference.index], str(difference)) for difference in found]

    def archives_round(self, seed: int) -> list[str]:
        rng = random.Random(seed)
        data = damaged_archive(rng, rng.choice(self.archives).read_bytes())
        wrong = self.archive(data)
        return [f"{keep('archives', data)}: {wrong}"] if wrong else []

    def kept_calls(self, kind: str, programs: list[Term]) -> list[str]:
        return [f"{keep(kind, etf.encode(program))}: {wrong}" for program, wrong in self.calls(programs)]

    def terms_round(self, seed: int) -> list[str]:
        rng = random.Random(seed)
        strategy = generated.st.composite(lambda draw: call_terms.any_term(draw, 4))()
        terms = generated.examples(strategy, CALLS_PER_ROUND, seed)
        bytes_of = [damaged(rng, etf.encode(term)).translate(EXTERNAL_TAGS) for term in terms]
        return self.kept_calls("terms", [callers.program(("erlang", "binary_to_term", [data])) for data in bytes_of])

    def patterns_round(self, seed: int) -> list[str]:
        cases = re_cases.cases(seed, CALLS_PER_ROUND, rare=0.3, broken=0.5, soup=0.5)
        # Where erl translates text first, re:run of a bad pattern names a line of re.erl; compile says all of it.
        plain = [
            (function, arguments)
            for function, arguments in cases
            if function.name == "compile" or (function.name == "run" and Atom("unicode") not in arguments[-1])
        ]
        return self.kept_calls("patterns", [[(Atom("re"), *case)] for case in plain])

    def made_calls(self, functions: list[Any], options: list[str]) -> list[tuple[int, list[Term], str]]:
        """Calls of generated functions that go wrong: the function's place, its arguments, and what is wrong."""
        sources = [function.source.replace("made(", f"made{at}(") for at, function in enumerate(functions)]
        head = "-module(calls_made).\n-compile([export_all, nowarn_export_all]).\n"
        self.caller.add(head + "".join(sources), options)
        calls = {
            etf.encode(callers.program(("calls_made", f"made{at}", arguments))): (at, arguments)
            for at, function in enumerate(functions)
            for arguments in function.calls
        }
        wrong = self.calls([etf.decode(program) for program in calls])
        return [(*calls[etf.encode(program)], text) for program, text in wrong]

    def bits_round(self, seed: int) -> list[str]:
        rng = random.Random(seed)
        options = rng.choice(call_bits.options(oracle_module.otp_release()))
        functions = list(dict.fromkeys(generated.examples(call_bits.functions(), FUNCTIONS_PER_ROUND, seed)))
        found = []
        for at, arguments, wrong in self.made_calls(functions, options):
            kept = (functions[at].source.encode(), [option.encode() for option in options], arguments)
            found.append(f"{keep('bits', etf.encode(kept))}: {functions[at].source}{wrong}")
        return found

    def calls_round(self, seed: int) -> list[str]:
        rng = random.Random(seed)
        names = [*self.modules, *call_sequences.names(oracle_module.otp_release())]
        name = rng.choice(names)
        strategy = call_sequences.programs(name) if name not in self.modules else call_types.any_call(self.types, name)
        return self.kept_calls("calls", generated.examples(strategy, CALLS_PER_ROUND, seed))

    @cached_property
    def types(self) -> Any:
        """The specs and types of all modules."""
        return call_types.read_modules(self.caller.erl.ask((Atom("types"), [Atom(name) for name in self.modules])))

    def rounds(self) -> dict[str, Callable[[int], list[str]]]:
        return {
            "archives": self.archives_round,
            "terms": self.terms_round,
            "patterns": self.patterns_round,
            "bits": self.bits_round,
            "calls": self.calls_round,
        }

    def again(self, path: Path) -> str | None:
        """Runs an input that was kept: what is still wrong with it."""
        data = path.read_bytes()
        if path.name.startswith("archives-"):
            return self.archive(data)
        if path.name.startswith("bits-"):
            kept: Any = etf.decode(data)
            source, options, arguments = kept
            function = call_bits.Function(source.decode(), [arguments])
            made = self.made_calls([function], [option.decode() for option in options])
            return made[0][2] if made else None
        wrong = self.calls([etf.decode(data)])
        return wrong[0][1] if wrong else None


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Damaged input for a number of minutes.")
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    parser.add_argument("kinds", nargs="*", metavar="KIND")
    options = parser.parse_args(arguments)
    fuzzer: Any = Fuzzer()
    rounds = fuzzer.rounds()
    unknown = set(options.kinds) - set(rounds)
    if unknown:
        parser.error(f"no such kind: {', '.join(sorted(unknown))}; there are {', '.join(rounds)}")
    end = time.monotonic() + 60 * options.minutes
    seed, found, made = options.seed, 0, 0
    while time.monotonic() < end:
        for kind in options.kinds or rounds:
            wrong = rounds[kind](seed)
            made += 1
            found += len(wrong)
            for text in wrong:
                print(f"{kind}, seed {seed}: {text}", flush=True)
        seed += 1
    fuzzer.close()
    print(f"{made} rounds, seeds {options.seed} to {seed - 1}: {found} went wrong")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

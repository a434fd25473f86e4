"""Calls of Erlang's `re`, made at random from a grammar of patterns: what `re_eval.erl` evaluates."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from hatch_elixir_workers.etf import Atom, Term

ASCII = "abcABxyz019_ -.,\n"
LATIN1 = "aAbé\xc9ÿß\xb5\xa0\x85z"
WIDE = "aAbéÉßſKkµΑαςσΣ\x85\u2028\u20ac\u0300字ǅ\U0001d7d9я\u0661\n"


class PatternMaker:
    """Patterns that are well-formed for the greatest part; `groups` counts what captures so far."""

    def __init__(self, rng: random.Random, alphabet: str, rare: float) -> None:
        self.rng = rng
        self.alphabet = alphabet
        self.rare = rare
        self.groups = 0
        self.names: list[str] = []

    def pattern(self) -> str:
        return self.alternatives(3)

    def alternatives(self, depth: int) -> str:
        count = self.rng.choice([1, 1, 1, 2, 2, 3])
        return "|".join(self.branch(depth) for _ in range(count))

    def branch(self, depth: int) -> str:
        return "".join(self.repeated(depth) for _ in range(self.rng.choice([0, 1, 1, 2, 2, 3, 4])))

    def repeated(self, depth: int) -> str:
        item = self.item(depth)
        if self.rng.random() > 0.35:
            return item
        low, more = self.rng.randint(0, 3), self.rng.randint(0, 2)
        quantifier = self.rng.choice(["*", "+", "?", f"{{{low}}}", f"{{{low},}}", f"{{{low},{low + more}}}"])
        return item + quantifier + self.rng.choice(["", "", "", "?", "+"])

    def item(self, depth: int) -> str:
        makers: list[tuple[float, Callable[[int], str]]] = [
            (6, self.literal),
            (2, self.escape),
            (2, self.char_class),
            (1.5, lambda _: self.rng.choice(["^", "$", ".", ".", r"\b", r"\B", r"\A", r"\Z", r"\z", r"\G"])),
            (3 if depth else 0, self.group),
            (0.7, self.reference),
            (self.rare if depth else 0, self.rare_group),
            (self.rare, self.rare_item),
        ]
        weights = [weight for weight, _ in makers]
        return self.rng.choices([maker for _, maker in makers], weights)[0](depth)

    def literal(self, _depth: int = 0) -> str:
        char = self.rng.choice(self.alphabet)
        return "\\" + char if char in ".^$*+?()[]{}|\\" else char

    def escape(self, _depth: int = 0) -> str:
        return self.rng.choice(
            [r"\d", r"\D", r"\w", r"\W", r"\s", r"\S", r"\h", r"\H", r"\v", r"\V", r"\R", r"\N", r"\n"]
        )

    def char_class(self, _depth: int = 0) -> str:
        members = [self.member() for _ in range(self.rng.randint(1, 4))]
        return "[" + self.rng.choice(["", "", "^"]) + "".join(members) + "]"

    def member(self) -> str:
        kind = self.rng.random()
        if kind < 0.6:
            return self.class_char()
        if kind < 0.8:
            low, high = sorted([self.rng.choice(self.alphabet), self.rng.choice(self.alphabet)])
            return f"{self.class_char(low)}-{self.class_char(high)}"
        names = [
            "alpha",
            "lower",
            "upper",
            "alnum",
            "digit",
            "punct",
            "space",
            "word",
            "xdigit",
            "^lower",
            "print",
            "blank",
            "ascii",
            "cntrl",
            "graph",
            "^space",
            "^punct",
        ]
        types = [r"\d", r"\w", r"\s", r"\W", r"\D", r"\h", r"\v", r"\H", r"\p{Lu}", r"\P{Ll}", r"\p{^N}"]
        return self.rng.choice([*types, *(f"[:{name}:]" for name in self.rng.sample(names, 4))])

    def class_char(self, char: str | None = None) -> str:
        char = char or self.rng.choice(self.alphabet)
        return "\\" + char if char in "]^-[\\" else char

    def group(self, depth: int) -> str:
        kind = self.rng.choice(
            ["(", "(", "(", "(?:", "(?:", "(?>", "(?=", "(?!", "(?<=", "(?<!", "(?<n>", "(?i:", "(?i)"]
        )
        if kind == "(?i)":
            return kind
        if kind in ("(?<=", "(?<!"):
            return kind + "".join(self.literal() for _ in range(self.rng.randint(0, 2))) + ")"
        captures = kind in ("(", "(?<n>")
        if kind == "(?<n>":
            name = f"n{len(self.names)}"
            self.names.append(name)
            kind = self.rng.choice([f"(?<{name}>", f"(?P<{name}>", f"(?'{name}'"])
        self.groups += captures
        return kind + self.alternatives(depth - 1) + ")"

    def reference(self, _depth: int = 0) -> str:
        if self.groups == 0:
            return self.literal()
        group = self.rng.randint(1, self.groups)
        forms = [f"\\{group}", f"\\g{{{group}}}", r"\g{-1}"]
        if self.names:
            name = self.rng.choice(self.names)
            forms += [f"\\k<{name}>", f"\\k{{{name}}}", f"(?P={name})"]
        return self.rng.choice(forms)

    def rare_group(self, depth: int) -> str:
        inside = self.alternatives(depth - 1)
        group = self.rng.randint(0, max(self.groups, 1))
        yes, no = self.branch(depth - 1), self.branch(depth - 1)
        return self.rng.choice(
            [
                f"(?|{inside})",
                f"(?({max(group, 1)}){yes}|{no})",
                f"(?(?={self.literal()}){yes}|{no})",
                f"(?(?!{self.literal()}){yes})",
                f"(?(R){yes}|{no})",
                f"(?s-i:{inside})",
                f"(?x: {inside} # comment\n)",
                f"(?U:{inside})",
                f"(?m:{inside})",
            ]
        )

    def fragment(self, _depth: int = 0) -> str:
        return self.rng.choice(FRAGMENTS)

    def soup(self) -> str:
        """Fragments in any order: about one in three is a pattern."""
        parts = [self.fragment() if self.rng.random() < 0.7 else self.literal() for _ in range(self.rng.randint(1, 7))]
        text = self.rng.choice(HEADS) * (self.rng.random() < 0.08) + "".join(parts)
        missing = text.count("(") - text.count(")")
        return text + ")" * missing if missing > 0 and self.rng.random() < 0.8 else text

    def rare_item(self, _depth: int = 0) -> str:
        group = self.rng.randint(1, max(self.groups, 1))
        chosen = [
            r"\Q.*\E",
            r"\x41",
            r"\x{62}",
            r"\101",
            r"\o{60}",
            r"\cA",
            r"\e",
            "(?#x)",
            "[[:<:]]",
            "[[:>:]]",
            r"\X",
        ]
        chosen += [
            f"(?{group})",
            "(?R)",
            f"\\g<{group}>",
            "(?+1)",
            "(?-1)",
            r"\p{L}",
            r"\P{Lu}",
            r"\p{Nd}",
            r"\pN",
            r"[\p{Ll}x]",
        ]
        chosen += [
            "(*FAIL)",
            "(*ACCEPT)",
            "(*COMMIT)",
            "(*PRUNE)",
            "(*SKIP)",
            "(*THEN)",
            "(*MARK:m)",
            "(*SKIP:m)",
            r"\p{Xwd}",
        ]
        return self.rng.choice(chosen)


# What a soup is made of: openings without their ends, references of all kinds, quantifiers.
_FRAGMENTS = r"""
( ( ( ) ) ) ) | | | ^ $ . * + ? *+ +? ?? {2} {1,} {0} {0,0} {1,2} {,2} {2,1} {1 {,} { } [ ] - \ # (?: (?> (?| (?= (?!
(?<= (?<! (?<n> (?<m> (?P<n> (?'n' (?i) (?i: (?s-m) (?x) (?x: (?-x) (?J) (?U) (?m: (?#c) (?C) (?C3) (?C256) (?P (?<
(?<1 (?' (?<n (?+ (?- (?^) (?^i: (?n) (?xx) (?a) (?aD: (?r) (?* (?z (?i (?1) (?2) (?0) (?R) (?+1) (?-1) (?-0) (?+0)
(?+2) (?-2) (?&n) (?P>n) (?&m) (?1 (?R (?&n (?& (?P> (?P=n) (?P=m (?(1) (?(2) (?(<n>) (?('n') (?(n) (?(m) (?(R) (?(R1)
(?(R2) (?(R&n) (?(DEFINE) (?(-1) (?(+1) (?(0) (?(1 (?( (?(?=a) (?(?!) (?(?!a) (?(?<=a) (?(?<!a) (?(?=) (?(<1) (?(<n)
(?(<n>a (?(R&m) (?(Rn) (?(VERSION>=10) (?(?C1) \1 \2 \3 \8 \9 \10 \11 \0 \g1 \g2 \g{1} \g{2} \g-1 \g{-1} \g{-2} \g+1
\g{+1} \g{0} \g{-0} \g \g{ \g{n} \g{m} \g{1 \g{1a} \g{} \g<1> \g<n> \g'2' \g<-1> \g<+1> \g<1 \g<n \g<> \g<0> \k<n>
\k'm' \k{n} \k \k< \k<1> \k{ \k<n \k{} \d \D \w \W \s \S \h \H \v \V \R \N \X \C \K \b \B \A \Z \z \G \Q \E \Qa*\E
\Q\E \a \e \f \n \r \t \cA \c \x41 \x{62} \x{ \x{} \x{g} \x \x{100} \101 \400 \o{60} \o{8} \o \o{} \u \L \U \N{a}
\N{U+41} \N{2} \p{L} \P{Lu} \p{^Nd} \pN \p \p{ \p{x} \pz \p{Greek} \p{Any} \p{L&} \p{Xan} \p{Xwd} \j \y \_ \é [a-z]
[^a] [\d] [a-\d] [\d-a] [z-a] []a] [^]a] [[:alpha:]] [[:foo:]] [[.a.]] [:alpha:] [[:<:]] [[:>:]] [\b] [\N] [\B] [\R]
[\Qa-\E] [a [^ [a\ [\x{ [[:alpha: [\E] [a-\Qz\E] (*FAIL) (*F) (*ACCEPT) (*COMMIT) (*PRUNE) (*SKIP) (*THEN) (*MARK:m)
(*:m) (*PRUNE:m) (*SKIP:m) (*THEN:m) (*COMMIT:m) (*FAIL:m) (*ACCEPT:m) (*MARK) (*MARK:) (*SKIP:) (*FOO) (*FOO:a)
(*FAIL (* (*) (*: (*a (*UTF) (*CR) (*pla: (*positive_lookahead: (*nla: (*plb: (*nlb: (*atomic: (*sr: (*asr: (*napla:
(*naplb: (*foo: (*scs:(1) (?<*
"""
_HEADS = """
(*UTF) (*UTF8) (*UCP) (*CR) (*LF) (*CRLF) (*ANY) (*ANYCRLF) (*BSR_ANYCRLF) (*BSR_UNICODE) (*NO_START_OPT)
(*NO_AUTO_POSSESS) (*LIMIT_MATCH=900) (*LIMIT_RECURSION=900) (*NOTEMPTY) (*NUL)
"""
FRAGMENTS, HEADS = _FRAGMENTS.split(), _HEADS.split()


def damaged(rng: random.Random, pattern: str) -> str:
    """The pattern with a character or two lost, doubled or put in."""
    chars = list(pattern)
    for _ in range(rng.randint(1, 2)):
        at = rng.randint(0, len(chars))
        if rng.random() < 0.5 and chars:
            del chars[at % len(chars)]
        else:
            chars.insert(at, rng.choice("()[]{}|*+?\\^$.-,:<>=!#&'PRkgxpQEab01"))
    return "".join(chars)


def subject(rng: random.Random, pattern: str, alphabet: str) -> str:
    """Text with something of the pattern's in it."""
    letters = [char for char in pattern if char.isalnum()] + list(alphabet)
    return "".join(rng.choice(letters if rng.random() < 0.6 else alphabet) for _ in range(rng.randint(0, 12)))


COMPILE_OPTIONS = ["caseless", "multiline", "dotall", "extended", "ungreedy", "anchored", "dollar_endonly", "firstline"]
COMPILE_OPTIONS += ["no_auto_capture", "dupnames", "no_start_optimize", "bsr_anycrlf", "bsr_unicode"]
RUN_OPTIONS = ["notbol", "noteol", "notempty", "notempty_atstart", "anchored", "global", "global", "report_errors"]
NEWLINES = ["cr", "lf", "crlf", "anycrlf", "any"]


def compile_options(rng: random.Random, unicode: bool, ucp: bool) -> list[Term]:
    options: list[Term] = [Atom(name) for name in rng.sample(COMPILE_OPTIONS, rng.choice([0, 0, 1, 1, 2]))]
    # Both, and a pattern that begins with (*BSR_..), end the process on OTP 27 and earlier: internal_error.
    if Atom("bsr_anycrlf") in options and Atom("bsr_unicode") in options:
        options.remove(Atom("bsr_unicode"))
    if rng.random() < 0.1:
        options.append((Atom("newline"), Atom(rng.choice(NEWLINES))))
    if ucp:
        options.append(Atom("ucp"))
    return [Atom("unicode"), *options] if unicode else options


def run_options(rng: random.Random, maker: PatternMaker) -> list[Term]:
    options: list[Term] = [Atom(name) for name in rng.sample(RUN_OPTIONS, rng.choice([0, 0, 0, 1, 1, 2]))]
    chosen: list[Term] = [Atom("all"), Atom("first"), Atom("all_but_first"), Atom("all_names"), Atom("none")]
    chosen.append([rng.randint(0, maker.groups + 1) for _ in range(rng.randint(0, 3))])
    chosen.append([Atom(name) for name in [*maker.names, "missing"]])
    if rng.random() < 0.7:
        options.append((Atom("capture"), rng.choice(chosen), Atom(rng.choice(["index", "list", "binary"]))))
    return options


def case(rng: random.Random, rare: float = 0.3, broken: float = 0.0, soup: float = 0.0) -> Term:
    """One call. `broken` and `soup`: shares of damaged and chance patterns; `rare`: weight of what is seldom used."""
    unicode = rng.random() < 0.35
    alphabet = WIDE if unicode else rng.choice([ASCII, ASCII, "ab", "ab\r\n", LATIN1])
    maker = PatternMaker(rng, alphabet, rare)
    pattern = maker.soup() if rng.random() < soup else maker.pattern()
    if rng.random() < 0.1:
        pattern = rng.choice(HEADS) + pattern
    if rng.random() < broken:
        pattern = damaged(rng, pattern)
    coding = "utf-8" if unicode else "latin-1"
    text, source = subject(rng, pattern, alphabet).encode(coding), pattern.encode(coding)
    compiled, run = compile_options(rng, unicode, rng.random() < 0.1), run_options(rng, maker)
    match rng.randint(0, 9):
        case 0:
            return (Atom("compiled"), [text, source, compiled, run])
        case 1:
            return (Atom("namelist"), [source, compiled])
        case 2:
            return (Atom("compile"), [source, compiled])
        case 3:
            parts: list[Term] = rng.choice([[], [], [Atom("group")], [Atom("trim")], [(Atom("parts"), 3)]])
            return (Atom("split"), [text, source, [*compiled, *parts, (Atom("return"), Atom("binary"))]])
        case 4:
            return (
                Atom("replace"),
                [text, source, b"<&\\1>", [*compiled, Atom("global"), (Atom("return"), Atom("binary"))]],
            )
        case _:
            return (Atom("run"), [text, source, [*compiled, *run]])


def pattern_of(case: Any) -> bytes:
    """The pattern of a call."""
    function, arguments = case
    source: bytes = arguments[0 if function.name in ("compile", "namelist") else 1]
    return source


def cases(seed: int, count: int, rare: float = 0.3, broken: float = 0.0, soup: float = 0.0) -> list[Term]:
    rng = random.Random(seed)
    return [case(rng, rare, broken, soup) for _ in range(count)]

"""Every `iex>` example in the documentation of the installed Elixir, run on ``erl`` and on our VM.

`extract.exs` compiles the examples, group by group; `driver.ex` runs groups and prints what each expression gives. The
very same beams run on ``erl`` and, packed with what they need, on the machine. `reviewed.toml` names the groups that
are not run, print something else, or print numbers that no two runs share; each with its reason.

``python tests/doc_examples/doc_examples.py`` shows what differs on the native build; ``--write`` also writes the counts
for the Elixir on PATH into docs/reference/elixir-support.md.
"""

from __future__ import annotations

import difflib
import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "vm"))

import machines  # noqa: E402
import oracle  # noqa: E402

tomllib = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")

REVIEWED = HERE / "reviewed.toml"
DOCUMENT = oracle.REPOSITORY / "docs" / "reference" / "elixir-support.md"
MAIN = "DocExamples.Main"

# What no two runs share: processes, references, ports, and the numbers in them.
_IDENTITIES = re.compile(r"#(PID|Reference|Port)<[\d.]+>")
_NUMBERS = re.compile(r"-?\d+")
_GROUP = re.compile(r"^@ (.+)\n", re.MULTILINE)


@dataclass(frozen=True)
class Group:
    """A group of examples. ``id`` is `Enum.map/2 #1`; ``complaint`` the compiler's when it does not compile."""

    id: str
    module: str
    expressions: int
    complaint: str

    @property
    def documented(self) -> str:
        """The module whose documentation it is from."""
        return self.module.removeprefix("Elixir.DocExamples.").rpartition(".")[0]

    @property
    def order(self) -> int:
        return int(self.module.rpartition(".G")[2])


@dataclass(frozen=True)
class Review:
    """An entry of `reviewed.toml`. ``releases`` of Elixir, `1.18`, when it is not for all."""

    kind: str
    groups: tuple[str, ...]
    reason: str
    releases: tuple[str, ...]


NOT_RUN, DIFFERS, NUMBERS_VARY, ORDER_VARIES = KINDS = ("not_run", "differs", "numbers_vary", "order_varies")


def reviews(release: str) -> list[Review]:
    """Those for a release of Elixir. Raises ValueError for what is no entry."""
    table: dict[str, list[dict[str, Any]]] = tomllib.loads(REVIEWED.read_text(encoding="utf-8"))
    return [
        entry
        for kind, raws in table.items()
        for entry in (_review(kind, raw) for raw in raws)
        if not entry.releases or release in entry.releases
    ]


def _review(kind: str, raw: dict[str, Any]) -> Review:
    unknown = set(raw) - {"groups", "reason", "releases"}
    if kind not in KINDS or unknown or not raw.get("groups") or not raw.get("reason"):
        raise ValueError(f"{REVIEWED}: [[{kind}]] {raw} is not an entry")
    return Review(kind, tuple(raw["groups"]), raw["reason"], tuple(raw.get("releases", ())))


@dataclass(frozen=True)
class Examples:
    """The examples of the Elixir on PATH. Everything made from them is cached under ``.cache/oracle``, by content."""

    base: oracle.Oracle = field(default_factory=oracle.Oracle)

    @cached_property
    def release(self) -> str:
        match = re.search(r"^Elixir (\d+\.\d+)", self.base.versions, re.MULTILINE)
        assert match is not None
        return match.group(1)

    @cached_property
    def otp(self) -> str:
        match = re.search(r"Erlang/OTP (\d+)", self.base.versions)
        assert match is not None
        return match.group(1)

    @cached_property
    def folder(self) -> Path:
        """Where the compiled groups and their texts are."""
        sources = [HERE / "extract.exs", HERE / "driver.ex"]
        folder = self.base.cache / f"docs-{oracle.digest(sources, self.base.versions)}"
        if not folder.exists():
            oracle.fill(folder, _extract)
        return folder

    @cached_property
    def groups(self) -> list[Group]:
        rows = (line.split("\t") for line in (self.folder / "groups.tsv").read_text(encoding="utf-8").splitlines())
        return [Group(id, module, int(count), complaint) for id, module, count, complaint in rows]

    @cached_property
    def reviews(self) -> dict[str, Review]:
        """Group id -> its entry. Raises ValueError when an entry names no group, or two name the same."""
        known = {group.id for group in self.groups}
        found: dict[str, Review] = {}
        for review in reviews(self.release):
            for id in review.groups:
                if id not in known:
                    raise ValueError(f"{REVIEWED}: Elixir {self.release} has no group {id!r}")
                if id in found:
                    raise ValueError(f"{REVIEWED}: {id!r} is there twice")
                found[id] = review
        return found

    def kind(self, group: Group) -> str | None:
        review = self.reviews.get(group.id)
        return review.kind if review else None

    @cached_property
    def run(self) -> list[Group]:
        """The groups that are run."""
        return [group for group in self.groups if self.kind(group) != NOT_RUN]

    def text(self, group: Group) -> str:
        return (self.folder / f"{group.module}.exs").read_text(encoding="utf-8")

    # -- running -------------------------------------------------------------------------------------------------------

    @cached_property
    def program(self) -> Path:
        """The folder of the beams to run: the groups, the driver, and a module with `start/0` that names the groups."""
        key = oracle.digest(
            [self.folder / "groups.tsv", Path(__file__), REVIEWED], self.base.versions + self.folder.name
        )
        folder: Path = self.base.cache / f"docs-program-{key}"
        if not folder.exists():
            oracle.fill(folder, self._write_program)
        return folder

    def _write_program(self, out: Path) -> None:
        names = "".join(f"  {{{_elixir_string(group.id)}, {group.module}}},\n" for group in self.run)
        source = out / "main.ex"
        source.write_text(
            f"defmodule {MAIN} do\ndef start, do: DocExamples.run([\n{names}  ])\nend\n", encoding="utf-8"
        )
        driver = [str(HERE / "driver.ex"), str(source)]
        oracle.run_command(["elixirc", "--warnings-as-errors", "-o", str(out), *driver])
        for group in self.run:
            for beam in self.folder.glob(f"{group.module}.*beam"):
                shutil.copyfile(beam, out / beam.name)

    @cached_property
    def archive(self) -> Path:
        archive = self.base.archive_path("doc_examples", sorted(self.program.glob("*.beam")), condense=True)
        if not archive.exists():
            oracle.pack((f"Elixir.{MAIN}", [self.program], archive, True))
        return archive

    def on_erl(self) -> dict[str, str]:
        """Group id -> what it prints on ``erl``."""
        script = f"{MAIN}.start()"
        done = oracle.run_command(
            ["elixir", "--erl", "+fnu", "-pa", str(self.program), "-e", script], {"LC_ALL": "C.UTF-8"}
        )
        return printed_by_group(done.stdout)

    def on_machine(self, build: str) -> tuple[dict[str, str], str]:
        """Group id -> what it prints on a build of the machine; and what the machine says about its own end."""
        outcome = machines.build(build).run(self.archive)
        return printed_by_group(outcome.stdout), f"exit code {outcome.code}\n{outcome.stderr[-2000:]}"

    # -- comparing -----------------------------------------------------------------------------------------------------

    def comparable(self, group: Group, printed: str | None) -> str | None:
        """What two runs must have in common of it."""
        if printed is None:
            return None
        text = without_identities(printed)
        if self.kind(group) == NUMBERS_VARY:
            return _NUMBERS.sub("#", text)
        if self.kind(group) == ORDER_VARIES:
            return "\n".join("".join(sorted(line)) for line in text.splitlines())
        return text

    def differing(self, expected: dict[str, str], actual: dict[str, str]) -> list[Group]:
        """The groups that do not print the same."""
        return [
            group
            for group in self.run
            if self.comparable(group, expected.get(group.id)) != self.comparable(group, actual.get(group.id))
        ]

    def difference(self, group: Group, expected: dict[str, str], actual: dict[str, str]) -> str:
        before, after = ((side.get(group.id) or "(nothing)").splitlines() for side in (expected, actual))
        lines = difflib.unified_diff(before, after, "erl", "VM", lineterm="", n=0)
        return "\n".join([f"{group.id}:", self.text(group), *(line[:400] for line in list(lines)[:30])])

    # -- the table -----------------------------------------------------------------------------------------------------

    @property
    def heading(self) -> str:
        return f"## Elixir {self.release} on OTP {self.otp}"

    def section(self) -> str:
        """The part of elixir-support.md for this Elixir."""
        modules = dict.fromkeys(group.documented for group in self.groups)
        counts = [_counts(name, [group for group in self.groups if group.documented == name], self) for name in modules]
        total = [sum(column) for column in zip(*(numbers for _, numbers in counts), strict=True)]
        rows = [_row(f"`{name}`", numbers) for name, numbers in sorted(counts)]
        head = ["| | groups | expressions | run | same | differ | not run |", "|---|--:|--:|--:|--:|--:|--:|"]
        explained = [
            f"- {_ids(review.groups)}: {review.reason}"
            for kind in (DIFFERS, NOT_RUN)
            for review in reviews(self.release)
            if review.kind == kind
        ]
        return "\n".join([self.heading, "", *head, *rows, _row("**all**", total), "", *explained, ""])


def _counts(name: str, groups: Sequence[Group], examples: Examples) -> tuple[str, list[int]]:
    kinds = Counter(examples.kind(group) for group in groups)
    run = len(groups) - kinds[NOT_RUN]
    expressions = sum(group.expressions for group in groups)
    return name, [len(groups), expressions, run, run - kinds[DIFFERS], kinds[DIFFERS], kinds[NOT_RUN]]


def _row(name: str, numbers: Iterable[int]) -> str:
    return "| " + " | ".join([name, *(str(number) for number in numbers)]) + " |"


def _ids(ids: Iterable[str]) -> str:
    return ", ".join(f"`{id}`" for id in ids)


def _extract(out: Path) -> None:
    oracle.run_command(["elixir", str(HERE / "extract.exs"), str(out)])


def _elixir_string(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("#{", "\\#{")
    return f'"{escaped}"'


def without_identities(printed: str) -> str:
    return _IDENTITIES.sub(r"#\1<…>", printed)


def printed_by_group(stdout: bytes) -> dict[str, str]:
    parts = _GROUP.split(stdout.decode("utf-8", errors="backslashreplace"))
    return {id: text.rstrip("\n") for id, text in zip(parts[1::2], parts[2::2], strict=True)}


def sections(document: str) -> dict[str, str]:
    """Heading line -> section with it, of elixir-support.md; the text in front has the key ``""``."""
    parts = re.split(r"^(## Elixir .+)\n", document, flags=re.MULTILINE)
    found = {"": parts[0]}
    found.update({heading: f"{heading}\n{body}" for heading, body in zip(parts[1::2], parts[2::2], strict=True)})
    return found


def _write(examples: Examples) -> None:
    found = sections(DOCUMENT.read_text(encoding="utf-8"))
    found[examples.heading] = examples.section()
    DOCUMENT.write_text("\n".join(text.rstrip("\n") + "\n" for _, text in sorted(found.items())), encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    examples = Examples()
    expected = examples.on_erl()
    actual, end = examples.on_machine("native")
    unexpected = [group for group in examples.differing(expected, actual) if examples.kind(group) != DIFFERS]
    for group in unexpected:
        print(examples.difference(group, expected, actual), end="\n\n")
    print(f"{len(examples.run)} of {len(examples.groups)} groups run, {len(unexpected)} differ; {end}")
    if "--write" in arguments:
        _write(examples)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

"""The documentation against the code: what exists has a heading, links lead on, the README's application runs."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hatch_elixir_workers import cli
from hatch_elixir_workers.config import TARGET_TABLE, parse_config
from hatch_elixir_workers.errors import ConfigError
from hatch_elixir_workers.plugins import load_registry

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY / "tests" / "support"))

import beam_support  # noqa: E402
import example  # noqa: E402

PAGES = sorted([*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/**/*.md"), *REPOSITORY.glob("bench/*.md")])
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def headings(page: str) -> set[str]:
    text = (REPOSITORY / "docs" / "reference" / page).read_text(encoding="utf-8")
    return set(re.findall(r"^### `([^`]+)`$", text, re.M))


def known_config_keys() -> set[str]:
    """As the error for an unknown key lists them."""
    with pytest.raises(ConfigError) as caught:
        parse_config({"qqqqqq": 1}, load_registry(), project_name="x", table=TARGET_TABLE)
    return set(str(caught.value).partition("known keys: ")[2].split(", "))


def test_every_configuration_key_has_its_heading() -> None:
    assert headings("configuration.md") == known_config_keys()


def test_every_command_has_its_heading() -> None:
    assert headings("commands.md") == {f"elixir-workers {name}" for name in cli.main.commands}


def test_the_page_of_what_is_there_is_true() -> None:
    """But for the numbers of programs and cases, of which tests/test_oracle.py asks `erl`."""
    text = beam_support.PAGE.read_text(encoding="utf-8")
    assert text == beam_support.page(beam_support.written(text)), "run .venv/bin/python tests/support/beam_support.py"


def test_every_make_target_is_in_the_readme() -> None:
    targets = re.findall(r"^([a-z-]+):.*## ", (REPOSITORY / "Makefile").read_text(), re.M)
    undocumented = [target for target in targets if f"make {target}" not in README]
    assert undocumented == ["setup"]  # every other target runs it


def links() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                yield page.relative_to(REPOSITORY).as_posix(), target


@pytest.mark.parametrize(("page", "target"), sorted(set(links())))
def test_links_lead_somewhere(page: str, target: str) -> None:
    assert ((REPOSITORY / page).parent / target).exists()


def test_every_page_is_in_the_index() -> None:
    index = (REPOSITORY / "docs" / "index.md").read_text(encoding="utf-8")
    pages = [
        path.relative_to(REPOSITORY / "docs").as_posix() for path in PAGES if path.is_relative_to(REPOSITORY / "docs")
    ]
    assert [page for page in pages if page != "index.md" and f"]({page})" not in index] == []


def readme_files() -> dict[str, str]:
    """The files of the README's application: a line that is a path, then a block with its content."""
    return dict(re.findall(r"^`([\w./]+)`:\n```\w+\n(.*?)^```$", README, re.M | re.S))


def test_the_application_of_the_readme(tmp_path: Path) -> None:
    files = readme_files()
    assert set(files) == {"lib/my_app.ex", "mix.exs", "pyproject.toml"}
    for name, content in files.items():
        path = tmp_path / "my_app" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    bundle = example.hatch_build(tmp_path / "my_app")
    assert bundle.name == "my_app-0.1.0-worker"
    with example.served(bundle, tmp_path / "console.log") as url:
        reply = example.ask(url, example.Request("GET", "/hello/world", {}))
    assert (reply.status, reply.body) == (200, b'{"hello":"World"}')

"""`hatch build -t elixir-workers` on whole projects, and what came out."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from hatch_elixir_workers.avm import CODE, FILE, START, Section
from hatch_elixir_workers.beam import parse_beam
from hatch_elixir_workers.condensed_archive import read_archive_file

Run = Callable[..., Any]
Sample = Callable[..., Path]


def files_below(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def modules_in(bundle: Path) -> dict[str, Section]:
    return {section.name.removesuffix(".beam"): section for section in read_archive_file(bundle / "app.avm")}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, hatch_build: Run) -> Path:
    """The bundle of the sample `shop`."""
    source = Path(__file__).resolve().parents[1] / "samples" / "shop"
    project = tmp_path_factory.mktemp("shop") / "project"
    shutil.copytree(source, project, ignore=shutil.ignore_patterns("_build", "dist"))
    done = hatch_build(project)
    assert done.returncode == 0, done.stderr
    assert done.stderr.rstrip().endswith("dist/shop-1.0.0-worker")
    assert sorted(path.name for path in (project / "dist").iterdir()) == ["shop-1.0.0-worker", "shop-1.0.0-worker.zip"]
    return project / "dist" / "shop-1.0.0-worker"


def test_the_archive_starts_with_the_entry(shop: Path) -> None:
    first, *others = read_archive_file(shop / "app.avm")
    assert first.name == "Elixir.Shop.beam"
    assert first.flags == START | CODE
    modules = [section for section in others if not section.is_file]
    files = others[len(modules) :]
    assert {section.flags for section in modules} == {CODE}
    assert {section.flags for section in files} == {FILE}
    names = [section.name.removesuffix(".beam") for section in modules]
    assert names == sorted(names)
    assert [section.name for section in files] == sorted(section.name for section in files)


def test_what_is_reached_is_packed(shop: Path) -> None:
    packed = set(modules_in(shop))
    assert {"Elixir.Shop.Till", "Elixir.Price", "price_names", "gen_server", "supervisor", "Elixir.GenServer"} <= packed
    assert {"Elixir.Shop.Label", "Elixir.Shop.Label.Price"} <= packed


GREETER = {
    "mix.exs": """defmodule Greeter.MixProject do
  use Mix.Project
  def project, do: [app: :greeter, version: "0.3.0", deps: [{:words, path: "words"}]]
end
""",
    "lib/greeter.ex": "defmodule Greeter do\n  def greet(name), do: Words.hello() <> name\nend\n",
    "words/mix.exs": """defmodule Words.MixProject do
  use Mix.Project
  def project, do: [app: :words, version: "0.1.0"]
end
""",
    "words/lib/words.ex": """defmodule Words do
  def hello, do: File.read!(Path.join(:code.priv_dir(:words), "texts/hello.txt"))
end
""",
    "words/priv/texts/hello.txt": "Hello, ",
    "words/priv/words.so": "for this machine",
    "priv/sources.txt": "for the compiler",
}


def test_dependencies_that_mix_fetches_are_packed(sample: Sample, hatch_build: Run, tmp_path: Path) -> None:
    """As from Hex: nothing is there before the build, and they end up below deps/. Here they come from a repository."""
    upstream = tmp_path / "greeter"
    for name, text in GREETER.items():
        (upstream / name).parent.mkdir(parents=True, exist_ok=True)
        (upstream / name).write_text(text)
    author = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "."], [*author, "commit", "-q", "-m", "first"]):
        subprocess.run(["git", *command], cwd=upstream, check=True, timeout=60)
    project = sample("tiny")
    mix = project / "mix.exs"
    mix.write_text(mix.read_text().replace("]\n", f', deps: [{{:greeter, git: "file://{upstream}"}}]]\n', 1))
    source = "defmodule Tiny.Greeting do\n  def greet(name), do: Greeter.greet(name)\nend\n"
    (project / "lib" / "greeting.ex").write_text(source)
    done = hatch_build(project)
    assert done.returncode == 0, done.stderr
    assert (project / "deps" / "greeter" / "lib" / "greeter.ex").is_file()
    manifest = json.loads((project / "dist" / "tiny-0.1.0-worker" / "manifest.json").read_text())
    origins = {module["name"]: module["origin"] for module in manifest["modules"]}
    assert (origins["Elixir.Greeter"], origins["Elixir.Words"]) == ("dependency", "dependency")
    files = {each["name"] for each in manifest["plain_files"]}
    assert {name for name in files if name.startswith(("greeter/", "words/"))} == {"words/priv/texts/hello.txt"}


def test_what_is_not_reached_is_not_packed(shop: Path) -> None:
    packed = set(modules_in(shop))
    assert not {"Elixir.Shop.NeverCalled", "Elixir.Shop.Label.MapSet", "elixir_compiler", "compile"} & packed


def test_protocols_are_consolidated(shop: Path) -> None:
    protocol = parse_beam(modules_in(shop)["Elixir.Shop.Label"].data)
    assert "Elixir.Shop.Label.Price" in protocol.atoms
    manifest = json.loads((shop / "manifest.json").read_text())
    origins = {module["name"]: module["origin"] for module in manifest["modules"]}
    assert origins["Elixir.Shop.Label"] == "consolidated"
    assert origins["Elixir.Shop"] == "app"
    assert origins["Elixir.Price"] == "dependency"
    assert origins["Elixir.GenServer"] == "elixir"


def test_modules_are_stripped_and_keep_their_lines(shop: Path) -> None:
    module = parse_beam(modules_in(shop)["Elixir.Shop"].data)
    assert not {"Dbgi", "Docs", "Attr", "CInf", "LitT"} & {chunk.id for chunk in module.chunks}
    assert {location.file for location in module.lines if location} == {"lib/shop.ex"}


def test_wrangler_toml(shop: Path) -> None:
    table = tomlkit.parse((shop / "wrangler.toml").read_text()).unwrap()
    assert table["name"] == "corner-shop"
    assert table["compatibility_date"] == "2026-01-31"
    assert table["vars"] == {"OPENS_AT": 9}
    assert table["secrets"] == {"required": ["API_KEY"]}
    assert table["kv_namespaces"] == [{"binding": "STOCK", "id": "0f2ac74b498b48028cb68387c421e279"}]


def test_config_js(shop: Path) -> None:
    settings = json.loads((shop / "config.js").read_text().removeprefix("export default").rstrip().rstrip(";"))
    assert settings["bodyLimitBytes"] == 64 * 1024
    assert settings["environment"] == "development"
    assert settings["vars"] == ["OPENS_AT"]
    assert settings["secrets"] == ["API_KEY"]
    assert settings["bindings"]["STOCK"]["kind"] == "kv"


def test_manifest(shop: Path) -> None:
    manifest = json.loads((shop / "manifest.json").read_text())
    listed = {entry["path"]: entry["sha256"] for entry in manifest["files"]}
    found = {path: hashlib.sha256(data).hexdigest() for path, data in files_below(shop).items()}
    del found["manifest.json"]
    assert listed == found
    assert manifest["entry"] == "Elixir.Shop"
    assert {"elixir", "otp", "vm", "hatch-elixir-workers"} <= set(manifest["versions"])
    for key, is_file in (("modules", False), ("plain_files", True)):
        sections = {name: section for name, section in modules_in(shop).items() if section.is_file == is_file}
        sizes = {name: len(section.data) for name, section in sections.items()}
        assert {entry["name"]: entry["bytes"] for entry in manifest[key]} == sizes


def test_no_path_of_this_machine(shop: Path) -> None:
    project = str(shop.parents[1]).encode()
    assert [path for path, data in files_below(shop).items() if project in data] == []


def test_the_zip_holds_the_same_files(shop: Path) -> None:
    with zipfile.ZipFile(shop.parent / "shop-1.0.0-worker.zip") as archive:
        zipped = {name.removeprefix("shop-1.0.0-worker/"): archive.read(name) for name in archive.namelist()}
    assert zipped == files_below(shop)


def test_two_folders_same_bytes(shop: Path, sample: Sample, hatch_build: Run) -> None:
    second = sample("shop", to="quite/another/place, with spaces and ü")
    done = hatch_build(second, LC_ALL="C", TZ="Asia/Tokyo", ELIXIR_WORKERS_CACHE=str(second.parent / "cache"))
    assert done.returncode == 0, done.stderr
    assert files_below(second / "dist") == files_below(shop.parent)


def test_building_again_gives_the_same(shop: Path, hatch_build: Run) -> None:
    before = files_below(shop.parent)
    assert hatch_build(shop.parents[1]).returncode == 0
    assert files_below(shop.parent) == before


def test_clean(sample: Sample, hatch_build: Run, hatch: Run) -> None:
    project = sample("tiny")
    assert hatch_build(project).returncode == 0
    (project / "dist" / "other.txt").write_text("")
    done = hatch(project, "clean", "-t", "elixir-workers")
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (project / "dist").iterdir()] == ["other.txt"]


def test_code_that_holds_its_folder_is_warned_of(sample: Sample, hatch_build: Run) -> None:
    project = sample("tiny")
    (project / "lib" / "greeting.ex").write_text("defmodule Tiny.Greeting do\n  def greet(_), do: __DIR__\nend\n")
    done = hatch_build(project)
    assert done.returncode == 0
    assert f"warning: Tiny.Greeting holds the path {project} (from `__DIR__` or `__ENV__`?)" in done.stderr

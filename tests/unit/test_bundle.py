from __future__ import annotations

import hashlib
import io
import json
import os
import random
import re
import resource
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from hatch_elixir_workers import bundle
from hatch_elixir_workers.bundle import Contents, PackedFile, PackedModule
from hatch_elixir_workers.collect import binding_files
from hatch_elixir_workers.config import COUNT_LIMITS, SIZE_LIMITS, parse_config
from hatch_elixir_workers.errors import ConfigError, UserError
from hatch_elixir_workers.paths import priv_dir
from hatch_elixir_workers.plugins import load_registry


@pytest.fixture
def worker(tmp_path: Path) -> Path:
    folder = tmp_path / "worker"
    (folder / "bindings").mkdir(parents=True)
    (folder / "index.js").write_text("export default {};\n")
    (folder / "bindings" / "index.js").write_text("export default 1;\n")
    (folder / "notes.txt").write_text("not part of a worker")
    return folder


def contents(**raw: object) -> Contents:
    return Contents(
        config=parse_config(raw, load_registry([]), project_name="shop"),
        project_name="shop",
        project_version="1.2",
        entry="Elixir.Shop",
        archive=b"archive",
        machine=b"\0asm",
        modules=(PackedModule("Elixir.Shop", "app", 120),),
        plain_files=(PackedFile("shop/priv/sign.txt", 4),),
        versions={"elixir": "1.14.0"},
    )


def test_files(worker: Path) -> None:
    files = bundle.bundle_files(contents(), worker)
    assert list(files) == [
        "app.avm",
        "atomvm.wasm",
        "bindings/index.js",
        "bindings/kinds.js",
        "config.js",
        "events/kinds.js",
        "index.js",
        "manifest.json",
        "wrangler.toml",
    ]
    assert files["app.avm"] == b"archive"
    assert files["atomvm.wasm"] == b"\0asm"


def test_modules_of_the_kinds_that_are_used() -> None:
    worker = priv_dir() / "worker"
    none = bundle.bundle_files(contents(minify=False), worker)
    assert {path for path in none if path.startswith("bindings/")} == {
        "bindings/index.js",
        "bindings/kinds.js",
        "bindings/values.js",
    }
    assert none["bindings/kinds.js"] == b"export default Object.freeze({\n});\n"
    names = {"A": {"kind": "kv", "id": "1"}, "B": {"kind": "d1"}, "C": {"kind": "kv"}}
    files = bundle.bundle_files(contents(bindings=names, minify=False), worker)
    assert files["bindings/kv.js"] == (worker / "bindings" / "kv.js").read_bytes()
    assert files["bindings/kinds.js"].decode().splitlines() == [
        'import kind0 from "./d1.js";',
        'import kind1 from "./kv.js";',
        "export default Object.freeze({",
        '  "d1": kind0,',
        '  "kv": kind1,',
        "});",
    ]


def test_modules_for_the_way_the_machine_is_run() -> None:
    worker = priv_dir() / "worker"
    whole = contents(minify=False)
    reactor = bundle.bundle_files(whole, worker)
    replay = bundle.bundle_files(replace(whole, vm=bundle.Vm(is_own=False, is_reactor=False)), worker)
    of_replay = {path.name for path in worker.glob("replay*.js")}
    assert {"replay.js", "replay_wasi.js"} <= of_replay
    assert set(reactor) - set(replay) == {"pool.js", "run.js", "vm.js"}
    assert set(replay) - set(reactor) == of_replay
    kinds = {"bindings/kv.js", "bindings/d1.js", "events/scheduled.js"}
    assert kinds <= {path.relative_to(worker).as_posix() for path in worker.rglob("*.js")}
    assert not kinds & {*reactor, *replay}, "nothing is configured that needs them"
    for files, module in ((reactor, "pool.js"), (replay, "replay.js")):
        assert f'from "./{module}"' in files["machines.js"].decode()
        for name in [name for name in files if name.endswith(".js")]:
            imports = re.findall(r'^(?:import|export) [^;]*? from "\./([^"]+)";$', files[name].decode(), re.M)
            folder = name.rpartition("/")[0]
            assert {f"{folder}/{each}".lstrip("/") for each in imports} <= {*files, "x"}, name
    assert json.loads(reactor["manifest.json"])["vm"] == {"source": "hatch-elixir-workers", "way": "reactor"}
    assert json.loads(replay["manifest.json"])["vm"] == {"source": "configuration", "way": "replay"}


def test_minified(worker: Path) -> None:
    (worker / "index.js").write_text("export default {}; // nothing\n")
    files = bundle.bundle_files(contents(), worker)
    assert files["index.js"] == b"export default{};\n"
    assert files["events/kinds.js"] == b"export default Object.freeze({\n});\n"
    assert files["config.js"].startswith(b'export default{\n"environment":"production",\n')
    assert bundle.bundle_files(contents(minify=False), worker)["index.js"] == b"export default {}; // nothing\n"


def test_folders_of_bindings(tmp_path: Path, worker: Path) -> None:
    database = {"DB": {"kind": "d1", "migrations_dir": "db/migrations"}}
    config = contents(bindings=database).config
    with pytest.raises(ConfigError, match=r'bindings.DB.migrations_dir names "db/migrations", and there are no files'):
        binding_files(config, tmp_path)
    (tmp_path / "db" / "migrations").mkdir(parents=True)
    (tmp_path / "db" / "migrations" / "0001.sql").write_text("SELECT 1;")
    carried = binding_files(config, tmp_path)
    assert carried == {"db/migrations/0001.sql": b"SELECT 1;"}
    files = bundle.bundle_files(replace(contents(bindings=database), carried=carried), worker)
    assert files["db/migrations/0001.sql"] == b"SELECT 1;"
    assert b"0001.sql" in files["manifest.json"]
    with pytest.raises(UserError, match=r"a binding's folder holds config.js"):
        bundle.bundle_files(replace(contents(), carried={"config.js": b""}), worker)


def test_manifest(worker: Path) -> None:
    files = bundle.bundle_files(contents(bindings={"CACHE": {"kind": "kv", "id": "1"}}), worker)
    manifest = json.loads(files["manifest.json"])
    assert manifest["bindings"] == [{"name": "CACHE", "kind": "kv", "simulated": True}]
    assert manifest["project"] == {"name": "shop", "version": "1.2"}
    assert manifest["entry"] == "Elixir.Shop"
    assert manifest["versions"] == {"hatch-elixir-workers": "0.1.0", "elixir": "1.14.0"}
    assert manifest["modules"] == [{"name": "Elixir.Shop", "origin": "app", "bytes": 120}]
    assert manifest["plain_files"] == [{"name": "shop/priv/sign.txt", "bytes": 4}]
    assert {entry["path"]: entry["sha256"] for entry in manifest["files"]} == {
        path: hashlib.sha256(data).hexdigest() for path, data in files.items() if path != "manifest.json"
    }
    assert all(entry["bytes"] == len(files[entry["path"]]) for entry in manifest["files"])


def test_config_js() -> None:
    config = contents(
        **{
            "vars": {"A": {"deep": 1}},
            "secrets": ["S"],
            "body-limit": 5,
            "limits": {"machines": 2},
            "environment": "development",
            "bindings": {"KV": {"kind": "kv", "id": "1"}},
        }
    ).config
    text = bundle.config_js(config).decode()
    assert text.startswith("export default {")
    assert json.loads(text.removeprefix("export default ").removesuffix(";\n")) == {
        "environment": "development",
        "bodyLimitBytes": 5,
        "streamedBodies": {},
        "maxMachines": 2,
        "vars": ["A"],
        "secrets": ["S"],
        "bindings": {"KV": {"kind": "kv", "id": "1"}},
    }


def test_every_limit_is_a_setting_of_the_worker() -> None:
    settings = (priv_dir() / "worker" / "settings.js").read_text()
    for name in [*COUNT_LIMITS.values(), *SIZE_LIMITS.values()]:
        assert f"\n  {name}: " in settings


def test_a_bundle_replaces_the_one_before(tmp_path: Path) -> None:
    target = tmp_path / "dist" / "shop-worker"
    bundle.write_bundle(target, {"index.js": b"1", "old.js": b""})
    bundle.write_bundle(target, {"index.js": b"2", "bindings/kv.js": b"3"})
    found = {path.relative_to(target).as_posix(): path.read_bytes() for path in target.rglob("*") if path.is_file()}
    assert found == {"index.js": b"2", "bindings/kv.js": b"3"}
    assert [path.name for path in target.parent.iterdir()] == ["shop-worker"]
    assert {path.stat().st_mode & 0o777 for path in target.rglob("*.js")} == {0o644}


def test_whoever_builds_files_have_the_same_mode(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        bundle.write_bundle(tmp_path / "shop-worker", {"index.js": b"1"})
    finally:
        os.umask(before)
    assert (tmp_path / "shop-worker" / "index.js").stat().st_mode & 0o777 == 0o644


def test_a_bundle_that_is_there_already_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "shop-worker"
    files = {"index.js": b"1", "bindings/kv.js": b"2"}
    bundle.write_bundle(target, files)
    inode = target.stat().st_ino
    bundle.write_bundle(target, files)
    assert target.stat().st_ino == inode
    for spoil in (
        lambda: (target / "index.js").write_bytes(b"3"),
        lambda: (target / "more.js").write_bytes(b""),
        lambda: (target / "bindings" / "kv.js").unlink(),
        lambda: (target / "index.js").chmod(0o600),
    ):
        spoil()
        bundle.write_bundle(target, files)
        found = {path.relative_to(target).as_posix(): path.read_bytes() for path in target.rglob("*") if path.is_file()}
        assert found == files
        assert (target / "index.js").stat().st_mode & 0o777 == 0o644


def test_a_failing_write_leaves_the_one_before(tmp_path: Path) -> None:
    target = tmp_path / "shop-worker"
    bundle.write_bundle(target, {"index.js": b"1"})
    with pytest.raises(OSError, match="index"):
        bundle.write_bundle(target, {"index.js": b"2", "index.js/below": b""})
    assert (target / "index.js").read_bytes() == b"1"
    assert [path.name for path in tmp_path.iterdir()] == ["shop-worker"]


def test_zip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    bundle.write_zip(tmp_path / "a.zip", {"z.js": b"z", "a.js": b"a"}, folder="shop-worker")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        entries = archive.infolist()
        assert archive.read("shop-worker/z.js") == b"z"
    assert [entry.filename for entry in entries] == ["shop-worker/a.js", "shop-worker/z.js"]
    assert {entry.create_system for entry in entries} == {3}
    assert {entry.external_attr >> 16 for entry in entries} == {0o100644}
    assert {entry.date_time for entry in entries} == {(2020, 2, 2, 0, 0, 0)}


def test_a_zip_that_breaks_off_leaves_the_one_before(tmp_path: Path) -> None:
    """The kernel lets files grow to a limit, and no further: what is written in place ends there."""
    bundle.write_zip(tmp_path / "a.zip", {"a.js": b"first"}, folder="shop-worker")
    before = (tmp_path / "a.zip").read_bytes()
    noise = random.Random(1).randbytes(5000)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            bundle.write_zip(tmp_path / "a.zip", {"a.js": noise}, folder="shop-worker")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (tmp_path / "a.zip").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


@pytest.mark.parametrize(
    ("epoch", "date"),
    [
        ("0", (1980, 1, 1, 0, 0, 0)),
        ("1700000000", (2023, 11, 14, 22, 13, 20)),
        ("99999999999", (2107, 12, 31, 23, 59, 58)),
    ],
)
def test_zip_dates(monkeypatch: pytest.MonkeyPatch, epoch: str, date: tuple[int, ...]) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    with zipfile.ZipFile(io.BytesIO(bundle.zip_bytes({"a": b""}))) as archive:
        assert archive.infolist()[0].date_time == date


def test_a_date_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(UserError, match="SOURCE_DATE_EPOCH is 'yesterday', which is no number of seconds"):
        bundle.zip_bytes({})


def test_remove(tmp_path: Path) -> None:
    folder, archive = tmp_path / "a-worker", tmp_path / "a-worker.zip"
    bundle.write_bundle(folder, {"a": b""})
    bundle.write_zip(archive, {"a": b""}, folder="a-worker")
    bundle.remove_bundle(folder, archive)
    bundle.remove_bundle(folder, archive)
    assert list(tmp_path.iterdir()) == []

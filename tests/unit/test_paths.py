from __future__ import annotations

import os
from pathlib import Path

import pytest

from hatch_elixir_workers import paths
from hatch_elixir_workers.errors import InternalError


def test_priv_is_beside_the_package_in_a_checkout() -> None:
    assert (paths.priv_dir() / "worker").is_dir()
    assert paths.vm_path() == paths.priv_dir() / "atomvm.wasm"


def test_priv_within_the_package_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "priv").mkdir()
    (tmp_path / "package" / "priv").mkdir(parents=True)
    monkeypatch.setattr(paths, "_PACKAGE", tmp_path / "package")
    assert paths.priv_dir() == tmp_path / "package" / "priv"


def test_the_environment_names_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(paths.PRIV_VARIABLE, str(tmp_path))
    assert paths.priv_dir() == tmp_path


def test_a_package_without_priv_is_our_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "_PACKAGE", tmp_path / "package")
    with pytest.raises(InternalError, match=r"the priv/ folder .* is missing"):
        paths.priv_dir()


def test_writing_replaces_the_whole_file_and_leaves_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "new" / "out.avm"
    paths.write_atomically(target, b"one")
    paths.write_atomically(target, b"two")
    assert target.read_bytes() == b"two"
    assert os.listdir(target.parent) == ["out.avm"]  # noqa: PTH208
    assert target.stat().st_mode & 0o111 == 0
    assert target.stat().st_mode & 0o400


def test_a_failed_write_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "out.avm"
    target.write_bytes(b"old")

    def full(self: Path, to: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        paths.write_atomically(target, b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["out.avm"]
    assert target.read_bytes() == b"old"

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, EntryPoint
from pathlib import Path
from typing import Any

import pytest

from hatch_elixir_workers.errors import PluginError
from hatch_elixir_workers.hookspecs import BindingKind, Field
from hatch_elixir_workers.plugins import load_registry

HEADER = """
from pathlib import Path
from hatch_elixir_workers.hookspecs import BindingKind, Field, hookimpl
JS = Path(__file__).with_name("queue.js")
QUEUE = BindingKind("queue", "queues.producers", (Field("queue", required=True),), ("send",), JS)
"""


class Plugins:
    """Writes plugin distributions as pip would install them."""

    def __init__(self, site: Path) -> None:
        self.site = site

    def add(self, distribution: str, source: str, name: str = "") -> EntryPoint:
        module = distribution.replace("-", "_")
        (self.site / f"{module}.py").write_text(HEADER + source)
        info = self.site / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[elixir_workers]\n{name or distribution} = {module}\n")
        (found,) = Distribution.at(info).entry_points
        return found


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Plugins]:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "queue.js").write_text("export default { operations: {} };\n")
    before = set(sys.modules)
    yield Plugins(tmp_path)
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_built_in_kinds() -> None:
    registry = load_registry([])
    assert list(registry.bindings) == ["d1", "kv"]
    assert list(registry.middleware) == ["cors", "etag", "parse-body", "request-logger", "security-headers"]
    assert registry.bindings["kv"].wrangler_key == "kv_namespaces"
    assert registry.bindings["d1"].wrangler_key == "d1_databases"


def test_a_plugin_adds_a_kind(plugins: Plugins) -> None:
    entry = plugins.add("my-queues", "@hookimpl\ndef elixir_workers_bindings():\n    return [QUEUE]\n")
    assert list(load_registry([entry]).bindings) == ["d1", "kv", "queue"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("import nowhere_to_be_found\n", "cannot be imported: ModuleNotFoundError: No module named"),
        ("@hookimpl\ndef elixir_workers_bindngs():\n    return []\n", "unknown hook 'elixir_workers_bindngs'"),
        ("@hookimpl\ndef elixir_workers_bindings(config):\n    return []\n", "Argument(s) {'config'}"),
        ("@hookimpl\ndef elixir_workers_bindings():\n    return [1]\n", "must return BindingKind values, not 1"),
        ("@hookimpl\ndef elixir_workers_bindings():\n    return 1 / 0\n", "failed: ZeroDivisionError"),
        ("@hookimpl\ndef elixir_workers_bindings():\n    return None\n", "failed: TypeError"),
        (
            '@hookimpl\ndef elixir_workers_bindings():\n    return [BindingKind("K V", "k", (), ("a",), JS)]\n',
            "failed: ValueError: binding kind 'K V' must be lower-case",
        ),
        (
            '@hookimpl\ndef elixir_workers_bindings():\n    return [BindingKind("kv", "k", (), ("a",), JS)]\n',
            "adds the binding kind `kv`, which hatch-elixir-workers adds too",
        ),
        (
            "@hookimpl\ndef elixir_workers_bindings():\n"
            '    return [BindingKind("k", "k", (), ("a",), Path("/nowhere/k.js"))]\n',
            "binding kind `k`: there is no file /nowhere/k.js",
        ),
        (
            "@hookimpl\ndef elixir_workers_bindings():\n"
            '    return [BindingKind("k", "k", (), ("a",), JS, elixir=Path("/nowhere"))]\n',
            "binding kind `k`: there are no .ex files in /nowhere",
        ),
    ],
)
def test_broken_plugins_are_named(plugins: Plugins, source: str, message: str) -> None:
    entry = plugins.add("broken-plugin", source)
    with pytest.raises(PluginError) as caught:
        load_registry([entry])
    assert str(caught.value).startswith("plugin broken-plugin: ")
    assert message in str(caught.value)


def test_one_name_twice(plugins: Plugins) -> None:
    source = "@hookimpl\ndef elixir_workers_bindings():\n    return []\n"
    entries = [plugins.add("b-plugin", source, name="same"), plugins.add("a-plugin", source, name="same")]
    with pytest.raises(PluginError, match="plugin b-plugin: registers `same`, and so does a-plugin\nUninstall one"):
        load_registry(entries)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "KV"},
        {"wrangler_key": "kv-namespaces"},
        {"fields": (Field("id"), Field("id"))},
        {"operations": ()},
        {"operations": ("get", "get")},
        {"name": "kinds"},
        {"javascript": Path("/kv.ts")},
        {"javascript": Path("kv.js")},
        {"elixir": "lib"},
    ],
)
def test_binding_kinds_check_themselves(changes: dict[str, Any]) -> None:
    correct: dict[str, Any] = {
        "name": "kv",
        "wrangler_key": "kv_namespaces",
        "fields": (Field("id"),),
        "operations": ("get",),
        "javascript": Path("/kv.js"),
    }
    assert BindingKind(**correct).binding_field == "binding"
    with pytest.raises(ValueError, match=r"binding kind|field"):
        BindingKind(**{**correct, **changes})


def test_fields_check_themselves() -> None:
    with pytest.raises(ValueError, match="field name 'Id'"):
        Field("Id")
    with pytest.raises(TypeError, match="type of field 'id' must be str, int or bool"):
        Field("id", float)  # type: ignore[arg-type]

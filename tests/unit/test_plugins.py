from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, EntryPoint
from pathlib import Path
from typing import Any

import pytest

from hatch_elixir_workers import plugin_code
from hatch_elixir_workers.errors import CommandError, PluginError
from hatch_elixir_workers.hookspecs import BindingKind, Field
from hatch_elixir_workers.paths import priv_dir
from hatch_elixir_workers.plugins import find_plugins, load_registry

HEADER = """
from pathlib import Path
from hatch_elixir_workers.hookspecs import BindingKind, Field, MiddlewareKind, Option, hookimpl
HERE = Path(__file__).parent
JS = HERE / "queue.js"
QUEUE = BindingKind("queue", "queues.producers", (Field("queue", required=True),), ("send",), JS)
"""


MIDDLEWARE = "@hookimpl\ndef elixir_workers_middleware():\n"


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


def test_a_plugin_adds_middleware(plugins: Plugins) -> None:
    limit = '[MiddlewareKind("limit", "Limit", (Option("per-minute", "integer"),), elixir=JS.parent / "lib")]'
    (plugins.site / "lib").mkdir()
    (plugins.site / "lib" / "limit.ex").write_text("defmodule Limit do\nend\n")
    registry = load_registry([plugins.add("limits", f"{MIDDLEWARE}    return {limit}\n")])
    assert list(registry.middleware) == [
        "cors",
        "etag",
        "limit",
        "parse-body",
        "request-logger",
        "security-headers",
    ]
    assert registry.middleware["limit"].elixir == plugins.site / "lib"
    assert registry.middleware_owners["limit"] == "limits"
    assert registry.middleware_owners["cors"] == "hatch-elixir-workers"


def test_what_is_found_does_not_depend_on_order(plugins: Plugins) -> None:
    entries = [
        plugins.add("b-plugin", f"{MIDDLEWARE}    return [MiddlewareKind('x', 'X')]\n"),
        plugins.add("a-plugin", f"{MIDDLEWARE}    return [MiddlewareKind('x', 'X')]\n"),
    ]
    for order in (entries, entries[::-1]):
        found = find_plugins(order)
        assert [plugin.distribution for plugin in found] == ["hatch-elixir-workers", "a-plugin", "b-plugin"]
        assert [[str(problem) for problem in plugin.problems] for plugin in found] == [
            [],
            [],
            ["plugin b-plugin: adds the middleware `x`, which a-plugin adds too\nUninstall one of the two."],
        ]


def test_a_hook_that_fails_leaves_the_other(plugins: Plugins) -> None:
    source = "@hookimpl\ndef elixir_workers_bindings():\n    return [QUEUE]\n"
    (_ours, found) = find_plugins([plugins.add("half", f"{source}{MIDDLEWARE}    return [QUEUE]\n")])
    assert (found.version, [kind.name for kind in found.bindings], found.middleware) == ("1.0", ["queue"], ())
    assert len(found.problems) == 1
    assert str(found.problems[0]).startswith(
        "plugin half: elixir_workers_middleware must return MiddlewareKind values, not BindingKind("
    )


def test_a_plugin_adds_an_event(plugins: Plugins) -> None:
    source = (
        "from hatch_elixir_workers.hookspecs import EventKind\n@hookimpl\ndef elixir_workers_events():\n"
        '    return [EventKind("email", "Email", (("handle", 2),), JS)]\n'
    )
    registry = load_registry([plugins.add("my-mail", source)])
    assert list(registry.events) == ["email", "scheduled"]
    assert dict(registry.event_owners) == {"email": "my-mail", "scheduled": "hatch-elixir-workers"}
    second = plugins.add("other", source.replace("email", "scheduled"))
    with pytest.raises(PluginError, match="plugin other: adds the event kind `scheduled`, which hatch-elixir-workers"):
        load_registry([second])


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("X = 1\n", "`broken_plugin` has no function that is marked with `hookimpl`\nMark elixir_workers_bindings or"),
        (
            "@hookimpl(wrapper=True)\ndef elixir_workers_bindings():\n    return (yield)\n",
            "elixir_workers_bindings must return what the plugin adds, and wrap no other plugin",
        ),
        ("@hookimpl\ndef elixir_workers_middleware():\n    return 1 / 0\n", "failed: ZeroDivisionError"),
        (
            "@hookimpl\ndef elixir_workers_middleware():\n    return [MiddlewareKind('cors', 'My.Cors')]\n",
            "adds the middleware `cors`, which hatch-elixir-workers adds too",
        ),
        (
            "@hookimpl\ndef elixir_workers_middleware():\n"
            "    return [MiddlewareKind('limit', 'Limit', (Option('rate', 'float'),))]\n",
            "elixir_workers_middleware failed: TypeError: type of option 'rate' must be one of string, ",
        ),
        (
            "@hookimpl\ndef elixir_workers_middleware():\n"
            "    return [MiddlewareKind('limit', 'Limit', elixir=Path('/nowhere'))]\n",
            "middleware `limit`: there are no .ex files in /nowhere",
        ),
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
        {"operations": "get"},
        {"fields": [Field("id")]},
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
    with pytest.raises((TypeError, ValueError), match=r"binding kind|field"):
        BindingKind(**{**correct, **changes})


def test_fields_check_themselves() -> None:
    with pytest.raises(ValueError, match="field name 'Id'"):
        Field("Id")
    with pytest.raises(TypeError, match="type of field 'id' must be str, int, bool or list"):
        Field("id", float)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="field 'id' must describe what its pattern means"):
        Field("id", pattern="[a-z]+")


def test_two_plugins_that_define_one_module(plugins: Plugins, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = []
    for name, module in (("a-plugin", "Shared"), ("b-plugin", "Shared"), ("c-plugin", "ElixirWorkers.Conn")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "code.ex").write_text(f"defmodule {module} do\n  defmodule Inner do\n  end\nend\n")
        kind = f"MiddlewareKind('{name}', 'Shared', elixir=Path({str(folder)!r}))"
        entries.append(plugins.add(name, f"{MIDDLEWARE}    return [{kind}]\n"))
    monkeypatch.setattr(plugin_code, "find_plugins", lambda: find_plugins(entries))
    framework = priv_dir() / "elixir"
    a, b, c = (tmp_path / name for name in ("a-plugin", "b-plugin", "c-plugin"))
    plugin_code.require_distinct_modules([a], framework)
    with pytest.raises(PluginError) as caught:
        plugin_code.require_distinct_modules([a, b], framework)
    assert str(caught.value) == f"plugin b-plugin: {b / 'code.ex'} defines Shared, as a-plugin does in {a}"
    with pytest.raises(PluginError) as caught:
        plugin_code.require_distinct_modules([a, c], framework)
    ours = f"hatch-elixir-workers does in {framework / 'lib'}"
    assert str(caught.value) == f"plugin c-plugin: {c / 'code.ex'} defines ElixirWorkers.Conn, as {ours}"


def test_a_failure_of_mix_is_a_plugin_s_when_it_names_its_sources(
    plugins: Plugins, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "lib"
    folder.mkdir()
    (folder / "code.ex").write_text("defmodule Shared do\nend\n")
    entry = plugins.add("a-plugin", f"{MIDDLEWARE}    return [MiddlewareKind('x', 'X', elixir=HERE / 'lib')]\n")
    monkeypatch.setattr(plugin_code, "find_plugins", lambda: find_plugins([entry]))
    error = CommandError(["mix", "compile"], 1, "", f"** (SyntaxError) {folder}/code.ex:1: no")
    assert str(plugin_code.blamed(error, [folder])) == f"plugin a-plugin: Elixir sources do not compile\n{error}"
    other = CommandError(["mix", "compile"], 1, "", f"** (SyntaxError) lib/code.ex:1: no, see {folder}")
    assert plugin_code.blamed(other, [folder]) is other

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from hatch_elixir_workers import bundle, etf
from hatch_elixir_workers.beam import MFA
from hatch_elixir_workers.collect import Origin, Universe, universe
from hatch_elixir_workers.config import Config, parse_config
from hatch_elixir_workers.errors import ConfigError, PluginError
from hatch_elixir_workers.hookspecs import EventKind, Field
from hatch_elixir_workers.plugin_code import plugin_sources
from hatch_elixir_workers.plugins import Registry, load_registry
from hatch_elixir_workers.settings import EVENTS, READER, SETTINGS_FILE, settings_files, settings_roots
from hatch_elixir_workers.wrangler import wrangler_toml

KEY = "tool.hatch.build.targets.elixir-workers.events"
ATOM = etf.Atom

QUEUE: dict[str, Any] = {
    "name": "queue",
    "module": "Queues.Consumer",
    "callbacks": (("handle_message", 2), ("handle_batch", 2)),
    "javascript": Path("/queue.js"),
    "fields": (Field("queue", required=True), Field("max_retries", int)),
    "wrangler_key": "queues.consumers",
    "source_field": "queue",
}
EMAIL: dict[str, Any] = {
    "name": "email",
    "module": "Email",
    "callbacks": (("handle", 2),),
    "javascript": Path("/email.js"),
}

JOBS = {"kind": "queue", "queue": "jobs", "handler": "MyApp.Jobs", "max_retries": 3}
NIGHTLY = {"kind": "scheduled", "cron": "0 3 * * *", "handler": "MyApp.Nightly"}


def registry() -> Registry:
    built_in = load_registry([]).events
    queue, email = EventKind(**QUEUE), EventKind(**EMAIL)
    return Registry({}, events={"email": email, "queue": queue, **built_in}, event_owners={"queue": "my-queues"})


def configured(*entries: Any) -> Config:
    return parse_config({"events": list(entries)}, registry(), project_name="a")


def problems(*entries: Any) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        configured(*entries)
    return [problem.removeprefix(KEY) for problem in caught.value.problems]


# ---------------------------------------------------------------- configuration


def test_entries_are_read_in_order() -> None:
    jobs, nightly, email = configured(JOBS, NIGHTLY, {"kind": "email", "handler": "Mail"}).events
    assert (jobs.kind.name, jobs.handler, jobs.source) == ("queue", "Elixir.MyApp.Jobs", "jobs")
    assert (dict(jobs.fields), jobs.distribution) == ({"queue": "jobs", "max_retries": 3}, "my-queues")
    assert (nightly.kind.name, nightly.source, email.source) == ("scheduled", "0 3 * * *", "")


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (1, "[0] must be a table, not an integer"),
        ({"handler": "A"}, "[0] must say its kind: email, queue, scheduled"),
        ({"kind": 1, "handler": "A"}, "[0].kind must be a string, not an integer"),
        ({**JOBS, "kind": "queu"}, '[0].kind is not a known kind of event: "queu"; did you mean "queue"?'),
        ({"kind": "queue", "handler": "A"}, '[0] must have "queue"'),
        ({"kind": "queue", "queue": "q"}, '[0] must name the module that handles it: handler = "MyApp.Handler"'),
        ({**JOBS, "max_retries": "3"}, "[0].max_retries must be an integer, not a string"),
        ({**JOBS, "max_retrys": 3}, '[0].max_retrys is not a known key; did you mean "max_retries"?'),
        ({**JOBS, "handler": "my app"}, '[0].handler must be the name of a module, such as "MyApp", not "my app"'),
    ],
)
def test_wrong_entries(entry: Any, problem: str) -> None:
    assert problems(entry) == [problem]


def test_no_array() -> None:
    with pytest.raises(ConfigError, match=r"events must be an array, not a table"):
        parse_config({"events": NIGHTLY}, registry(), project_name="a")


def test_a_source_has_one_handler() -> None:
    email = {"kind": "email", "handler": "Mail"}
    assert problems(JOBS, {**JOBS, "handler": "Other"}) == ['[1] handles the queue "jobs" a second time']
    assert problems(email, JOBS, email) == ["[2] handles email a second time"]
    assert len(configured(JOBS, {**JOBS, "queue": "others"}).events) == 2


# ---------------------------------------------------------------- what becomes of it


def test_wrangler_gets_tables_or_values() -> None:
    config = configured(JOBS, NIGHTLY, {**NIGHTLY, "cron": "* * * * *"}, {"kind": "email", "handler": "Mail"})
    written = tomlkit.parse(wrangler_toml(config)).unwrap()
    assert written["queues"] == {"consumers": [{"queue": "jobs", "max_retries": 3}]}
    assert written["triggers"] == {"crons": ["0 3 * * *", "* * * * *"]}
    assert "email" not in written


def test_the_bundle_has_the_modules_of_kinds_that_are_used() -> None:
    assert bundle.event_modules(configured()) == {"events/kinds.js": b"export default Object.freeze({\n});\n"}
    files = bundle.event_modules(configured(NIGHTLY))
    assert files["events/kinds.js"].decode().splitlines()[:3] == [
        'import kind0 from "./scheduled.js";',
        "export default Object.freeze({",
        '  "scheduled": kind0,',
    ]
    assert files["events/scheduled.js"] == load_registry([]).events["scheduled"].javascript.read_bytes()


def test_sources_of_plugins_are_compiled() -> None:
    kind = EventKind(**QUEUE, elixir=Path("/queues/lib"))
    config = parse_config({"events": [JOBS]}, Registry({}, events={"queue": kind}), project_name="a")
    assert plugin_sources(config) == [Path("/queues/lib")]


def test_the_framework_gets_the_entries() -> None:
    (data,) = settings_files(configured(JOBS, NIGHTLY)).values()
    entries: list[etf.Term] = [
        (b"queue", b"jobs", ATOM("Elixir.Queues.Consumer"), ATOM("Elixir.MyApp.Jobs")),
        (b"scheduled", b"0 3 * * *", ATOM("Elixir.ElixirWorkers.Scheduled"), ATOM("Elixir.MyApp.Nightly")),
    ]
    assert etf.decode(data) == etf.Map(((ATOM("events"), (ATOM("Elixir.ElixirWorkers.Events"), entries)),))
    assert SETTINGS_FILE not in settings_files(configured())


# ---------------------------------------------------------------- what must be there

READER_SOURCE = f"-module('{READER}').\n-export([read/0]).\nread() -> ok.\n"
CONSUMER = "-module('Elixir.Queues.Consumer').\n-export([handle_event/3]).\nhandle_event(_, _, _) -> [].\n"
HANDLER = (
    "-module('Elixir.MyApp.Jobs').\n-export([handle_batch/2, other/0]).\nhandle_batch(_, _) -> ok.\nother() -> 1.\n"
)
NO_HANDLER = "-module('Elixir.MyApp.Jobs').\n-export([handle_batch/1]).\nhandle_batch(_) -> ok.\n"


@pytest.fixture
def application(tmp_path: Path, compile_erl: Callable[..., Path]) -> Callable[..., Universe]:
    def of(*sources: str) -> Universe:
        for beam in map(compile_erl, sources):
            (tmp_path / beam.name).write_bytes(beam.read_bytes())
        return universe([(Origin.APP, [tmp_path])])

    return of


def test_handlers_stay_reachable(application: Callable[..., Universe]) -> None:
    found = settings_roots(application(READER_SOURCE, CONSUMER, HANDLER), configured(JOBS))
    assert list(found) == [
        (EVENTS, "handles events"),
        (MFA("Elixir.Queues.Consumer", "handle_event", 3), "handles events of kind queue"),
        (MFA("Elixir.MyApp.Jobs", "handle_batch", 2), "named by `events`"),
    ]


def test_handlers_that_are_not_there(application: Callable[..., Universe]) -> None:
    without = application(READER_SOURCE, CONSUMER, NO_HANDLER)
    with pytest.raises(ConfigError) as caught:
        list(settings_roots(without, configured(JOBS, {**JOBS, "queue": "b", "handler": "MyApp.Job"})))
    assert list(caught.value.problems) == [
        f'{KEY}[0].handler names "MyApp.Jobs", which handles no events of kind queue: '
        "it must have handle_message/2 or handle_batch/2",
        f'{KEY}[1].handler names "MyApp.Job", which neither the application nor a dependency has; '
        'did you mean "MyApp.Jobs"?',
    ]


def test_without_the_framework(application: Callable[..., Universe]) -> None:
    with pytest.raises(ConfigError, match=r"events needs the framework: add \{:elixir_workers, path: …\}"):
        list(settings_roots(application(HANDLER), configured(JOBS)))


def test_a_kind_whose_module_is_not_there(application: Callable[..., Universe]) -> None:
    with pytest.raises(PluginError, match=r"plugin my-queues: event kind `queue`: there is no Queues.Consumer.handle_"):
        list(settings_roots(application(READER_SOURCE, HANDLER), configured(JOBS)))


# ---------------------------------------------------------------- kinds


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "fetch"},
        {"name": "kinds"},
        {"name": "my-queue"},
        {"module": "my queues"},
        {"callbacks": ()},
        {"callbacks": ("handle_batch",)},
        {"callbacks": (("handle_batch", "2"),)},
        {"javascript": Path("queue.js")},
        {"javascript": Path("/queue.ts")},
        {"elixir": "lib"},
        {"fields": (Field("queue", required=True), Field("queue"))},
        {"fields": (Field("queue", required=True), Field("handler"))},
        {"fields": (Field("queue"),)},
        {"fields": (Field("queue", required=True), Field("files", folder=True))},
        {"wrangler_key": "Queues"},
        {"wrangler_value": "max_retries"},
        {"source_field": "name"},
    ],
)
def test_event_kinds_check_themselves(changes: dict[str, Any]) -> None:
    assert EventKind(**QUEUE).elixir is None
    with pytest.raises((ValueError, TypeError), match=r"event kind 'queue'|event kind '(fetch|kinds|my-queue)'"):
        EventKind(**{**QUEUE, **changes})

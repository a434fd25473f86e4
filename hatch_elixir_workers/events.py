"""`events` of the configuration: what the worker handles besides requests, and which module does it.

    { kind = "scheduled", handler = "MyApp.Nightly", cron = "0 3 * * *" }

The framework gets `[{Kind, Source, Module, Handler}]`, strings as binaries. Module is the kind's, and calls the
handler; Source says which events of the kind are meant, and is empty for a kind that has no sources.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hatch_elixir_workers import etf
from hatch_elixir_workers.hookspecs import EventKind, Field
from hatch_elixir_workers.names import module_atom
from hatch_elixir_workers.plugins import Registry
from hatch_elixir_workers.toml_values import TomlReader, toml_type

FieldValues = Mapping[str, Any]


class Reader(TomlReader, ABC):
    """The readers of a configuration that entries need, besides those of any table."""

    @abstractmethod
    def fields(
        self, path: str, declared: tuple[Field, ...], raw: Mapping[str, Any], others: tuple[str, ...]
    ) -> FieldValues:
        """The declared fields of a table that may have the keys `others`, too."""

    @abstractmethod
    def module(self, path: str, value: Any) -> str | None:
        """The atom of a module that is given by its name."""


@dataclass(frozen=True)
class Event:
    """One entry: events of this kind, of the source that `fields` name, go to the module whose atom is `handler`.

    `distribution` is that of the plugin that brings the kind.
    """

    kind: EventKind
    handler: str
    fields: FieldValues
    distribution: str = ""

    @property
    def source(self) -> str:
        """What tells this entry's events from others of the kind."""
        return "" if self.kind.source_field is None else str(self.fields.get(self.kind.source_field, ""))

    @property
    def term(self) -> etf.Term:
        """`{Kind, Source, Module, Handler}`."""
        module = etf.Atom(module_atom(self.kind.module))
        return self.kind.name.encode(), self.source.encode(), module, etf.Atom(self.handler)


def read_events(reader: Reader, registry: Registry, path: str, value: Any) -> tuple[Event, ...]:
    """The entries that are in order; `reader` notes what is wrong with the others."""
    events: list[Event] = []
    for index, each in enumerate(reader.array(path, value)):
        event = _read_event(reader, registry, f"{path}[{index}]", each)
        if event is None:
            continue
        if any((event.kind, event.source) == (other.kind, other.source) for other in events):
            what = f'the {event.kind.source_field} "{event.source}"' if event.kind.source_field else event.kind.name
            reader.note(f"{path}[{index}]", f"handles {what} a second time")
        events.append(event)
    return tuple(events)


def _read_event(reader: Reader, registry: Registry, path: str, value: Any) -> Event | None:
    kinds = registry.events
    if not isinstance(value, Mapping):
        reader.note(path, f"must be a table, not {toml_type(value)}")
        return None
    if "kind" not in value:
        reader.note(path, f"must say its kind: {', '.join(kinds)}")
        return None
    name = reader.string(f"{path}.kind", value["kind"])
    if name is None:
        return None
    if name not in kinds:
        hint = reader.did_you_mean(name, kinds, "known kinds")
        reader.note(f"{path}.kind", f'is not a known kind of event: "{name}"; {hint}')
        return None
    fields = reader.fields(path, kinds[name].fields, value, ("kind", "handler"))
    if "handler" not in value:
        reader.note(path, 'must name the module that handles it: handler = "MyApp.Handler"')
        return None
    handler = reader.module(f"{path}.handler", value["handler"])
    return None if handler is None else Event(kinds[name], handler, fields, registry.event_owners.get(name, ""))

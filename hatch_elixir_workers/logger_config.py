"""What configuration says of Logger and OTP's `logger`: the modules it names, and what a worker has not.

`environment` is everywhere what `mix.Project.environment` is: an external term, `[{App, [{Key, Value}]}]`.
"""

from __future__ import annotations

from collections.abc import Iterator

from hatch_elixir_workers import etf
from hatch_elixir_workers.names import shown_module

_LOGGER = "logger"
# What the stand-in does itself, or names where it needs it.
_PROVIDED = frozenset({"logger_std_h", "logger_disk_log_h", "Elixir.Logger.Translator", "Elixir.Logger.Formatter"})


def named_modules(environment: bytes) -> dict[str, str]:
    """Modules that are called because configuration names them, each with the reason."""
    return {module: reason for module, reason in _named(environment) if module not in _PROVIDED}


def _named(environment: bytes) -> Iterator[tuple[str, str]]:
    for app, settings in _settings(environment).items():
        for handler in _items(settings.get(_LOGGER)):
            match handler:
                case (etf.Atom("handler"), _, etf.Atom(module), options):
                    yield module, f"is a log handler in the configuration of {app}"
                    yield from _formatter(options)
    logger = _settings(environment).get(_LOGGER, {})
    yield from _formatter(logger.get("default_handler"))
    match _pairs(logger.get("default_handler")).get("module"):
        case etf.Atom(module):
            yield module, "is Logger's default handler by configuration"
    for translator in _items(logger.get("translators")):
        match translator:
            case (etf.Atom(module), etf.Atom(_)):
                yield module, "is a translator of Logger by configuration"


def backend_warnings(environment: bytes) -> list[str]:
    """A line for each backend of Logger that no worker starts."""
    logger = _settings(environment).get(_LOGGER, {})
    backends = [each[0] if isinstance(each, tuple) and each else each for each in _items(logger.get("backends"))]
    names = [each.name for each in backends if isinstance(each, etf.Atom) and each.name != "console"]
    return [
        f"config :logger names the backend {shown_module(name)}, not started: a worker has no process that lives "
        "from one request to the next. Logs go to the worker's console; handlers of :logger may send them elsewhere"
        for name in names
    ]


def _formatter(options: etf.Term | None) -> Iterator[tuple[str, str]]:
    match _pairs(options).get("formatter"):
        case (etf.Atom(module), _):
            yield module, "formats logs by configuration"


def _settings(environment: bytes) -> dict[str, dict[str, etf.Term]]:
    return {app: _pairs(settings) for app, settings in _pairs(etf.decode(environment)).items()}


def _pairs(term: etf.Term | None) -> dict[str, etf.Term]:
    """The pairs of a keyword list or a map, by those keys that are atoms."""
    pairs = term.pairs if isinstance(term, etf.Map) else _items(term)
    found: dict[str, etf.Term] = {}
    for pair in pairs:
        match pair:
            case (etf.Atom(key), value):
                found[key] = value
    return found


def _items(term: etf.Term | None) -> list[etf.Term]:
    return term if isinstance(term, list) else []

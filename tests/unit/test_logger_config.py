"""What the build reads of the configuration of logs."""

from __future__ import annotations

from hatch_elixir_workers import etf
from hatch_elixir_workers.logger_config import backend_warnings, named_modules

ATOM = etf.Atom


def environment(**applications: list[etf.Term]) -> bytes:
    return etf.encode([(ATOM(name), settings) for name, settings in applications.items()])


def test_named_modules() -> None:
    handler = (
        ATOM("handler"),
        ATOM("mine"),
        ATOM("Elixir.Handler"),
        etf.Map(((ATOM("formatter"), (ATOM("json"), [])),)),
    )
    logger: list[etf.Term] = [
        (
            ATOM("default_handler"),
            [(ATOM("formatter"), (ATOM("Elixir.Json"), [])), (ATOM("module"), ATOM("logger_std_h"))],
        ),
        (
            ATOM("translators"),
            [(ATOM("Elixir.Mine"), ATOM("translate")), (ATOM("Elixir.Logger.Translator"), ATOM("translate"))],
        ),
        (ATOM("level"), ATOM("info")),
    ]
    assert named_modules(environment(my_app=[(ATOM("logger"), [handler, 1])], logger=logger)) == {
        "Elixir.Handler": "is a log handler in the configuration of my_app",
        "json": "formats logs by configuration",
        "Elixir.Json": "formats logs by configuration",
        "Elixir.Mine": "is a translator of Logger by configuration",
    }


def test_nothing_named() -> None:
    assert named_modules(environment()) == {}
    assert (
        named_modules(
            environment(logger=[(ATOM("default_handler"), ATOM("false"))], my_app=[(ATOM("logger"), ATOM("x"))])
        )
        == {}
    )


def test_backends() -> None:
    backends: list[etf.Term] = [ATOM("console"), ATOM("Elixir.Mine"), (ATOM("Elixir.LoggerFileBackend"), ATOM("log"))]
    lines = backend_warnings(environment(logger=[(ATOM("backends"), backends)]))
    assert [line.split(",")[0] for line in lines] == [
        "config :logger names the backend Mine",
        "config :logger names the backend LoggerFileBackend",
    ]
    assert backend_warnings(environment(logger=[(ATOM("backends"), [])])) == []

"""What `config :logger` says, the machine's console does as Elixir's: one program under both, setting after setting."""

from __future__ import annotations

import importlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
sys.path[:0] = [str(TESTS / "vm")]
machines = importlib.import_module("machines")
oracle_module = importlib.import_module("oracle")

# The host's mark of a record's level.
LEVEL = re.compile(r"^\[(debug|info|notice|warning|error|stderr)\] ")

SOURCE = r"""
defmodule LoggerFormatter do
  def format(%{level: level, msg: msg, meta: meta}, config) do
    ["(", inspect(config), " ", inspect(level), " ", inspect(text(msg)), " ", inspect(meta[:seen]), ")\n"]
  end

  defp text({:string, chardata}), do: IO.chardata_to_string(chardata)
  defp text(other), do: other
end

defmodule LoggerHandler do
  def log(%{level: level, msg: {:string, text}, meta: meta}, %{config: config}) do
    send(:logged, {level, IO.chardata_to_string(text), meta[:seen], config})
  end
end

defmodule LoggerTranslator do
  def translate(_min, level, :report, {:logger, %{mine: value}}), do: {:ok, "#{level} mine #{value}", [seen: 1]}
  def translate(_min, _level, :report, {:logger, %{skip: _}}), do: :skip
  def translate(_min, _level, _kind, _data), do: :none
end

defmodule LoggerApp do
  require Logger

  @plain "$message|$metadata\n"

  def start do
    for {version, name, env} <- settings(), Version.match?(System.version(), ">= #{version}.0-dev") do
      with_settings(name, env, fn -> said() end)
    end

    with_settings("while it runs", [console: [format: @plain, level: :info]], &configured/0)
    if Version.match?(System.version(), ">= 1.15.0"), do: with_settings("handlers of an application", plain(), &added/0)
  end

  defp plain, do: [console: [format: @plain, metadata: [:seen]]]

  defp settings do
    [
      {"1.14", "plain", plain()},
      {"1.14", "level", plain() ++ [level: :warning]},
      {"1.14", "level of the console", [console: [format: @plain, metadata: [:seen], level: :error]]},
      {"1.14", "format", [console: [format: "$level <$metadata> $message\n", metadata: [:other, :seen, :module]]]},
      {"1.14", "translators", plain() ++ [translators: translators()]},
      {"1.14", "no backend", plain() ++ [backends: []]},
      {"1.14", "the console as backend", plain() ++ [backends: [:console]]},
      {"1.15", "default formatter", [default_formatter: [format: @plain, metadata: [:seen]]]},
      {"1.15", "no handler", plain() ++ [default_handler: false]},
      {"1.15", "level of the handler", plain() ++ [default_handler: [level: :error]]},
      {"1.15", "a formatter", [default_handler: [formatter: {LoggerFormatter, %{a: 1}}]]},
      {"1.15", "filters", plain() ++ [default_handler: [filters: [only: {&only/2, :seen}], filter_default: :stop]]},
      {"1.15", "metadata", plain() ++ [metadata: [seen: 9]]}
    ]
  end

  defp translators, do: [{LoggerTranslator, :translate}, {Logger.Translator, :translate}]

  def only(%{meta: meta} = event, key), do: if(meta[key], do: event, else: :ignore)

  defp with_settings(name, env, fun) do
    stop()
    before = Application.get_all_env(:logger)
    Enum.each(env, fn {key, value} -> Application.put_env(:logger, key, value) end)
    run()
    mark(name)
    fun.()
    mark("end")
    Enum.each(Application.get_all_env(:logger), fn {key, _} -> Application.delete_env(:logger, key) end)
    Enum.each(before, fn {key, value} -> Application.put_env(:logger, key, value) end)
  end

  # The machine's Logger runs always and reads its settings once.
  defp stop, do: if(machine?(), do: forget(), else: Application.stop(:logger))

  defp machine?, do: function_exported?(:atomvm, :platform, 0)

  defp forget do
    Enum.each([logger: :primary, logger: :handlers, atomvm_elixir_logger: :format], &:persistent_term.erase/1)
  end

  defp run, do: if(machine?(), do: :ok, else: :ok = Application.start(:logger))

  defp mark(text) do
    Logger.flush()
    IO.puts(console(), "--- " <> text)
  end

  # Beside what Logger writes, and behind it.
  defp console, do: if(machine?(), do: :standard_error, else: :user)

  defp said do
    Logger.debug("debug")
    Logger.info("info", seen: 2, other: :a)
    Logger.error(["er", ?r, "or"])
    Logger.warning(fn -> {"lazy", seen: 3} end)
    Logger.error(mine: 1)
    Logger.error(%{mine: 2})
    Logger.error(%{skip: 1})
    :logger.error("format ~p", [:x], %{seen: 4})
    :logger.error(%{label: {:gen_server, :terminate}, report: %{a: 1}}, %{domain: [:otp]})
    Logger.disable(self())
    Logger.error("disabled")
    Logger.enable(self())
    Logger.metadata(seen: 5)
    Logger.info("with metadata")
    Logger.reset_metadata()
  end

  defp configured do
    :ok = Logger.configure(level: :debug)
    Logger.debug("below the level of the console")
    Logger.info("info")
    :ok = Logger.configure(level: :error, truncate: 4096)
    Logger.warning("below the level of all")
    Logger.error("level is #{Logger.level()}")
    :ok = Logger.configure(level: :debug)
  end

  defp added do
    Process.register(self(), :logged)
    Application.put_env(:my_app, :logger, [{:handler, :mine, LoggerHandler, %{level: :warning, config: %{a: 1}}}])
    :ok = apply(Logger, :add_handlers, [:my_app])
    Logger.info("info")
    Logger.error("error", seen: 6)
    mark("what the handler got")

    receive do
      message -> IO.puts(console(), inspect(message))
    end

    :ok = :logger.remove_handler(:mine)
    Logger.error("later")
    Process.unregister(:logged)
  end
end
"""


def test_the_console_does_what_the_configuration_says(tmp_path: Path) -> None:
    if shutil.which("elixirc") is None:
        pytest.fail("there is no Elixir: run .ci/setup")
    (tmp_path / "app.ex").write_text(SOURCE)
    subprocess.run(["elixirc", "app.ex"], cwd=tmp_path, check=True, capture_output=True)
    run = ["elixir", "--erl", "-elixir ansi_enabled false", "-pa", ".", "-e", "LoggerApp.start()"]
    expected = subprocess.run(run, cwd=tmp_path, check=True, capture_output=True, text=True)
    beams = sorted(tmp_path.glob("*.beam"))
    oracle_module.pack(("Elixir.LoggerApp", beams, tmp_path / "app.avm", False))
    outcome = machines.build("native").run(tmp_path / "app.avm")
    assert outcome.code == 0, outcome.stderr
    assert [LEVEL.sub("", line) for line in outcome.stderr.splitlines()] == expected.stdout.splitlines()

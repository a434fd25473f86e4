defmodule ElixirWorkers.Queues.MixProject do
  use Mix.Project

  # The plugin's Elixir, as a build finds it: with the framework's own.
  System.put_env("ELIXIR_WORKERS_PLUGINS", Path.expand("../elixir_workers_queues/lib", __DIR__))

  def project do
    [
      app: :elixir_workers_queues_tests,
      version: "0.1.0",
      elixir: "~> 1.14",
      deps: [{:elixir_workers, path: "../../../priv/elixir"}]
    ]
  end

  def application, do: [extra_applications: []]
end

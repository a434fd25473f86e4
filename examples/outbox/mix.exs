defmodule Outbox.MixProject do
  use Mix.Project

  # `hatch build` says where the framework and the sources of plugins are; elsewhere they are found in this repository.
  if System.get_env("ELIXIR_WORKERS_PATH") == nil do
    queues = Path.expand("../../plugins/queues/elixir_workers_queues/lib", __DIR__)
    System.put_env("ELIXIR_WORKERS_PLUGINS", queues)
  end

  def project do
    [
      app: :outbox,
      version: "0.1.0",
      elixir: "~> 1.14",
      deps: deps()
    ]
  end

  def application, do: [extra_applications: []]

  defp deps do
    [{:elixir_workers, path: System.get_env("ELIXIR_WORKERS_PATH") || "../../priv/elixir"}]
  end
end

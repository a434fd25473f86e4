defmodule FetchCases.MixProject do
  use Mix.Project

  # The plugin's Elixir, as a build finds it: with the framework's own.
  System.put_env("ELIXIR_WORKERS_PLUGINS", Path.expand("../../elixir_workers_fetch/lib", __DIR__))

  def project, do: [app: :fetch_cases, version: "0.1.0", elixir: "~> 1.14", deps: deps()]
  def application, do: [extra_applications: []]

  defp deps,
    do: [
      {:elixir_workers, path: System.get_env("ELIXIR_WORKERS_PATH", "../../../../priv/elixir")}
    ]
end

defmodule Todo.MixProject do
  use Mix.Project

  # `hatch build` says where the framework and the sources of plugins are; elsewhere they are found in this repository.
  if System.get_env("ELIXIR_WORKERS_PATH") == nil do
    sessions = Path.expand("../../plugins/sessions/elixir_workers_sessions/lib", __DIR__)
    System.put_env("ELIXIR_WORKERS_PLUGINS", sessions)
  end

  def project do
    [
      app: :d1_todo,
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

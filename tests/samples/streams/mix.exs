defmodule Streams.MixProject do
  use Mix.Project

  def project do
    [app: :streams, version: "0.1.0", elixir: "~> 1.14", deps: deps()]
  end

  def application, do: [extra_applications: []]

  defp deps, do: [{:elixir_workers, path: System.fetch_env!("ELIXIR_WORKERS_PATH")}]
end

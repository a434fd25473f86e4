defmodule BenchBindings.MixProject do
  use Mix.Project

  def project, do: [app: :bench_bindings, version: "0.1.0", elixir: "~> 1.14", deps: deps()]
  defp deps, do: [{:elixir_workers, path: System.fetch_env!("ELIXIR_WORKERS_PATH")}]
end

defmodule {{module}}.MixProject do
  use Mix.Project

  def project, do: [app: :{{app}}, version: "0.1.0", elixir: "~> 1.14", deps: deps()]

  def application, do: [extra_applications: [:logger]]

  # A build says where the framework is; `eval "$(elixir-workers env)"` does in a shell.
  defp deps, do: [{:elixir_workers, path: System.fetch_env!("ELIXIR_WORKERS_PATH")}]
end

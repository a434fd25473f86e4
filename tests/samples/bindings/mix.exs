defmodule Bindings.MixProject do
  use Mix.Project

  def project do
    [
      app: :bindings,
      version: "0.1.0",
      elixir: "~> 1.14",
      deps: deps()
    ]
  end

  def application, do: [extra_applications: [:crypto, :logger]]

  # `hatch build` says where the framework is; elsewhere it is found in this repository.
  defp deps do
    [{:elixir_workers, path: System.get_env("ELIXIR_WORKERS_PATH") || "../../../priv/elixir"}]
  end
end

defmodule Bookshop.MixProject do
  use Mix.Project

  def project do
    [app: :bookshop, version: "1.0.0", elixir: "~> 1.14", deps: deps()]
  end

  def application do
    [
      mod: {Bookshop.Application, []},
      extra_applications: [:logger],
      env: [currency: "USD", per_page: 2]
    ]
  end

  defp deps do
    [
      {:elixir_workers, path: System.get_env("ELIXIR_WORKERS_PATH") || "../../../priv/elixir"},
      {:markling, path: "libs/markling"},
      {:leaf, path: "libs/leaf"},
      {:hoard, path: "libs/hoard"}
    ]
  end
end

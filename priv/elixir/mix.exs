defmodule ElixirWorkers.MixProject do
  use Mix.Project

  def project do
    [
      app: :elixir_workers,
      version: "0.1.0",
      elixir: "~> 1.14",
      description: "Elixir applications as Cloudflare Workers",
      # Tests implement protocols of their own.
      consolidate_protocols: Mix.env() != :test,
      deps: []
    ]
  end

  def application, do: [extra_applications: []]
end

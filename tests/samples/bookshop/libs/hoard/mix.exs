defmodule Hoard.MixProject do
  use Mix.Project

  def project, do: [app: :hoard, version: "2.1.0", elixir: "~> 1.14", deps: []]

  def application do
    [
      mod: {Hoard.Application, [limit: 100]},
      extra_applications: [:logger],
      registered: [Hoard.Supervisor],
      env: [sweep_every_ms: 60_000, default_ttl_ms: 300_000]
    ]
  end
end

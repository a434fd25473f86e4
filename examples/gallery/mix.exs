defmodule Gallery.MixProject do
  use Mix.Project

  # `hatch build` says where the framework and the sources of plugins are; elsewhere they are found in this repository.
  if System.get_env("ELIXIR_WORKERS_PATH") == nil do
    plugins =
      for name <- ~w(fetch r2),
          do: Path.expand("../../plugins/#{name}/elixir_workers_#{name}/lib", __DIR__)

    System.put_env("ELIXIR_WORKERS_PLUGINS", Enum.join(plugins, ":"))
  end

  def project do
    [
      app: :gallery,
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

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
      elixirc_paths: ["lib" | plugin_paths()],
      deps: []
    ]
  end

  # Folders of the Elixir sources that binding kinds of plugins bring; `hatch build` names those that are used.
  defp plugin_paths do
    separator = if match?({:win32, _}, :os.type()), do: ";", else: ":"

    "ELIXIR_WORKERS_PLUGINS"
    |> System.get_env("")
    |> String.split(separator, trim: true)
    |> Enum.map(&Path.expand/1)
  end

  # `crypto` is for sources of plugins, which are compiled with these.
  def application, do: [extra_applications: [:crypto]]
end

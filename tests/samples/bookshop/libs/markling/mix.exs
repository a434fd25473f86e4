defmodule Markling.MixProject do
  use Mix.Project

  def project, do: [app: :markling, version: "0.3.1", elixir: "~> 1.14", deps: []]
end

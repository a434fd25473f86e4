defmodule Tiny do
  @moduledoc "What `use ElixirWorkers.App` leaves in a module, without the framework."

  def __elixir_workers_app__, do: []

  def start, do: {:ok, Tiny.Greeting.greet("world")}
end

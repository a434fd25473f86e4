defmodule Shop do
  @moduledoc "An application with a server, a protocol of its own, and a dependency with Erlang in it."

  def __elixir_workers_app__, do: []

  def start do
    {:ok, _} = Supervisor.start_link([{Shop.Till, []}], strategy: :one_for_one)
    GenServer.call(Shop.Till, {:add, Price.new(3)})
    Shop.Label.text(Price.new(2))
  end
end

defmodule Shop.Till do
  @moduledoc "Reached as a value only: in a child specification."
  use GenServer

  def start_link(prices), do: GenServer.start_link(__MODULE__, prices, name: __MODULE__)

  @impl true
  def init(prices), do: {:ok, prices}

  @impl true
  def handle_call({:add, price}, _from, prices), do: {:reply, :ok, [price | prices]}
end

defmodule Bookshop.Fragile do
  @moduledoc false

  use GenServer

  @impl true
  def init(number), do: {:ok, number}

  @impl true
  def handle_call({:divide, by}, _from, number), do: {:reply, div(number, by), number}
end

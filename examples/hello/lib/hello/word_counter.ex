defmodule Hello.WordCounter do
  @moduledoc "A GenServer that counts words."

  use GenServer

  def start_link, do: GenServer.start_link(__MODULE__, %{})

  def count(counter, word), do: GenServer.cast(counter, {:count, word})

  def counts(counter), do: GenServer.call(counter, :counts)

  @impl true
  def init(counts), do: {:ok, counts}

  @impl true
  def handle_cast({:count, word}, counts), do: {:noreply, Map.update(counts, word, 1, &(&1 + 1))}

  @impl true
  def handle_call(:counts, _from, counts), do: {:reply, counts, counts}
end

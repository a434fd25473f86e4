# Calls and casts to a GenServer: 40,000 calls, 10,000 casts.
defmodule Oracle.BenchGenServer do
  # Not on the hostile build: a benchmark.
  defmodule Counter do
    use GenServer

    def init(start), do: {:ok, %{count: start}}

    def handle_call({:add, n}, _from, state),
      do: {:reply, state.count, %{state | count: state.count + n}}

    def handle_call(:get, _from, state), do: {:reply, state.count, state}
    def handle_cast({:add, n}, state), do: {:noreply, %{state | count: state.count + n}}
  end

  def start do
    {:ok, server} = GenServer.start_link(Counter, 0)
    Enum.each(1..40_000, fn n -> GenServer.call(server, {:add, rem(n, 3)}) end)
    Enum.each(1..10_000, fn n -> GenServer.cast(server, {:add, n}) end)
    :erlang.display(GenServer.call(server, :get))
    GenServer.stop(server)
  end
end

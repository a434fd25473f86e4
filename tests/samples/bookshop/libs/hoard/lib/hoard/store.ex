defmodule Hoard.Store do
  @moduledoc false

  use GenServer
  require Logger

  def start_link(options) do
    name = Keyword.fetch!(options, :name)

    GenServer.start_link(__MODULE__, options,
      name: {:via, Registry, {Hoard.Names, name, options[:limit]}}
    )
  end

  # Reads go to the table, writes through its owner.
  def get(store, key) do
    case :ets.lookup(table(store), key) do
      [{_key, value, expires}] ->
        if expires > now() do
          :ets.update_counter(table(store), :hits, 1, {:hits, 0})
          {:ok, value}
        else
          miss(store)
        end

      [] ->
        miss(store)
    end
  end

  defp miss(store) do
    :ets.update_counter(table(store), :misses, 1, {:misses, 0})
    :error
  end

  def put(store, key, value, options \\ []),
    do: GenServer.call(server(store), {:put, key, value, options})

  def delete(store, key), do: GenServer.call(server(store), {:delete, key})
  def stats(store), do: GenServer.call(server(store), :stats)

  defp server(store), do: {:via, Registry, {Hoard.Names, store}}
  defp table(store), do: :"hoard_#{store}"

  @impl true
  def init(options) do
    Process.flag(:trap_exit, true)
    name = options[:name]
    Logger.metadata(store: name)
    table = :ets.new(table(name), [:named_table, :public, read_concurrency: true])
    :ets.insert(table, [{:hits, 0}, {:misses, 0}])
    limit = options[:limit] || :persistent_term.get({Hoard, :limit})

    {:ok, %{name: name, table: table, order: :queue.new(), size: 0, limit: limit},
     {:continue, :sweep_later}}
  end

  @impl true
  def handle_continue(:sweep_later, state) do
    Process.send_after(self(), :sweep, Application.fetch_env!(:hoard, :sweep_every_ms))
    {:noreply, state}
  end

  @impl true
  def handle_call({:put, key, value, options}, _from, state) do
    ttl =
      Keyword.get_lazy(options, :ttl_ms, fn -> Application.fetch_env!(:hoard, :default_ttl_ms) end)

    fresh? = :ets.insert_new(state.table, {key, value, now() + ttl})
    unless fresh?, do: :ets.insert(state.table, {key, value, now() + ttl})
    {:reply, :ok, if(fresh?, do: state |> remember(key) |> evict(), else: state)}
  end

  def handle_call({:delete, key}, _from, state) do
    :ets.delete(state.table, key)
    {:reply, :ok, state}
  end

  def handle_call(:stats, _from, state) do
    [hits: hits, misses: misses] =
      for key <- [:hits, :misses], do: hd(:ets.lookup(state.table, key))

    {:reply,
     %{name: state.name, hits: hits, misses: misses, size: :ets.info(state.table, :size) - 2},
     state}
  end

  @impl true
  def handle_info(:sweep, state) do
    swept = :ets.select_delete(state.table, [{{:_, :_, :"$1"}, [{:"=<", :"$1", now()}], [true]}])
    Logger.debug(fn -> "#{swept} entries were too old" end)
    {:noreply, state, {:continue, :sweep_later}}
  end

  @impl true
  def terminate(reason, state), do: Logger.debug("store #{state.name} closes: #{inspect(reason)}")

  defp remember(state, key),
    do: %{state | order: :queue.in(key, state.order), size: state.size + 1}

  defp evict(%{size: size, limit: limit} = state) when size > limit do
    {{:value, oldest}, order} = :queue.out(state.order)
    :ets.delete(state.table, oldest)
    %{state | order: order, size: size - 1}
  end

  defp evict(state), do: state

  defp now, do: System.monotonic_time(:millisecond)
end

# GenServer with client functions, call, cast, info and stop.
defmodule Oracle.GenserverBasic do
  use GenServer

  def push(pid, item), do: GenServer.cast(pid, {:push, item})
  def pop(pid), do: GenServer.call(pid, :pop)

  @impl true
  def init(items), do: {:ok, items}

  @impl true
  def handle_call(:pop, _from, [h | t]), do: {:reply, h, t}
  def handle_call(:pop, _from, []), do: {:reply, :empty, []}
  def handle_call(:list, _from, items), do: {:reply, items, items}

  @impl true
  def handle_cast({:push, item}, items), do: {:noreply, [item | items]}

  @impl true
  def handle_info({:ping, from}, items) do
    send(from, :pong)
    {:noreply, items}
  end

  @impl true
  def terminate(reason, items), do: IO.inspect({:terminate, reason, items})

  def start do
    {:ok, pid} = GenServer.start_link(__MODULE__, [1])
    push(pid, 2)
    push(pid, 3)
    IO.inspect(GenServer.call(pid, :list))
    IO.inspect({pop(pid), pop(pid), pop(pid), pop(pid)})
    send(pid, {:ping, self()})
    IO.inspect(receive do :pong -> :pong end)
    IO.inspect(GenServer.stop(pid))
  end
end

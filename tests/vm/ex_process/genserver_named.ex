# Named GenServers, continue, timeout, reply later, errors of call.
defmodule Oracle.GenserverNamed do
  use GenServer

  @impl true
  def init(parent), do: {:ok, parent, {:continue, :setup}}

  @impl true
  def handle_continue(:setup, parent) do
    send(parent, :continued)
    {:noreply, parent}
  end

  @impl true
  def handle_call(:later, from, parent) do
    Process.send_after(self(), {:reply, from}, 5)
    {:noreply, parent}
  end

  def handle_call(:stop, _from, parent), do: {:stop, :normal, :stopping, parent}

  @impl true
  def handle_info({:reply, from}, parent) do
    GenServer.reply(from, :here_it_is)
    {:noreply, parent}
  end

  def start do
    {:ok, pid} = GenServer.start(__MODULE__, self(), name: __MODULE__)
    IO.inspect(receive do m -> m end)
    IO.inspect(GenServer.whereis(__MODULE__) == pid)
    IO.inspect(GenServer.call(__MODULE__, :later))
    IO.inspect(GenServer.start(__MODULE__, self(), name: __MODULE__) == {:error, {:already_started, pid}})
    IO.inspect(GenServer.call(__MODULE__, :stop))

    try do
      GenServer.call(:nobody, :hi)
    catch
      :exit, {reason, {GenServer, :call, args}} -> IO.inspect({reason, args})
    end
  end
end

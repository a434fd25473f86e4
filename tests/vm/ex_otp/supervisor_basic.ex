# A Supervisor starts children in order and restarts one that dies.
defmodule Oracle.SupervisorBasic do
  defmodule Counter do
    use GenServer
    def start_link(name), do: GenServer.start_link(__MODULE__, name, name: name)
    @impl true
    def init(name) do
      IO.puts("start #{name}")
      {:ok, 0}
    end

    @impl true
    def handle_call(:next, _from, n), do: {:reply, n, n + 1}
  end

  def start do
    children = [
      Supervisor.child_spec({Counter, :first}, id: 1),
      Supervisor.child_spec({Counter, :second}, id: 2)
    ]

    {:ok, sup} = Supervisor.start_link(children, strategy: :one_for_one)
    IO.inspect({GenServer.call(:first, :next), GenServer.call(:first, :next)})
    pid = Process.whereis(:first)
    ref = Process.monitor(pid)
    Process.exit(pid, :kill)
    receive do {:DOWN, ^ref, _, _, reason} -> IO.inspect(reason) end
    wait_restart(:first, pid)
    IO.inspect(GenServer.call(:first, :next))
    IO.inspect(Supervisor.count_children(sup))
    IO.inspect(Supervisor.stop(sup))
    IO.inspect(Process.whereis(:second))
  end

  defp wait_restart(name, old) do
    case Process.whereis(name) do
      pid when is_pid(pid) and pid != old -> :ok
      _ -> Process.sleep(1) && wait_restart(name, old)
    end
  end
end

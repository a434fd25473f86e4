# Supervisor, DynamicSupervisor and PartitionSupervisor: specs, strategies, limits, names, counts, stops.
defmodule Oracle.SupervisorMore do
  defmodule Worker do
    use GenServer, restart: :transient, shutdown: 100
    def start_link(arg), do: GenServer.start_link(__MODULE__, arg)
    @impl true
    def init(:ignore), do: :ignore
    def init({:stop, why}), do: {:stop, why}
    def init(arg), do: {:ok, arg}
    @impl true
    def handle_call(:get, _from, state), do: {:reply, state, state}
    def handle_call({:exit, why}, _from, state), do: {:stop, why, :ok, state}
  end

  defmodule Tree do
    use Supervisor
    def start_link(arg), do: Supervisor.start_link(__MODULE__, arg, name: __MODULE__)
    @impl true
    def init(arg),
      do:
        Supervisor.init(
          [{Worker, arg}, %{id: :agent, start: {Agent, :start_link, [fn -> 0 end]}}],
          strategy: :one_for_all
        )
  end

  defmodule Dynamic do
    use DynamicSupervisor
    def start_link(arg), do: DynamicSupervisor.start_link(__MODULE__, arg, name: __MODULE__)
    @impl true
    def init(arg),
      do: DynamicSupervisor.init(strategy: :one_for_one, max_children: arg, extra_arguments: [])
  end

  def start do
    Process.flag(:trap_exit, true)
    specs()
    tree()
    dynamic()
    partition()
    errors()
  end

  defp specs do
    IO.inspect(Worker.child_spec(:arg))
    IO.inspect(Supervisor.child_spec({Worker, 1}, id: :other, restart: :temporary))
    IO.inspect(Supervisor.child_spec(Worker, []))
    IO.inspect(Tree.child_spec(2))
    IO.inspect(Task.child_spec(:fun))
    IO.inspect(catch_error(fn -> Supervisor.child_spec(NoSuchModule, []) end))
    IO.inspect(catch_error(fn -> Supervisor.child_spec(Enum, []) end))
  end

  defp tree do
    {:ok, pid} = Tree.start_link(:first)
    IO.inspect(Supervisor.count_children(Tree))

    [{:agent, agent, :worker, [Agent]}, {Worker, worker, :worker, [Worker]}] =
      Supervisor.which_children(Tree)

    IO.inspect(GenServer.call(worker, :get))
    ref = Process.monitor(worker)
    Process.exit(agent, :kill)
    receive(do: ({:DOWN, ^ref, _, _, why} -> IO.inspect(why)))
    IO.inspect(Supervisor.count_children(Tree))
    IO.inspect(Supervisor.terminate_child(Tree, Worker))
    IO.inspect(Supervisor.restart_child(Tree, Worker) |> elem(0))
    IO.inspect(Supervisor.delete_child(Tree, Worker))

    IO.inspect(
      Supervisor.start_child(Tree, Supervisor.child_spec({Worker, :ignore}, id: :ignored))
    )

    IO.inspect(
      Supervisor.start_child(Tree, Supervisor.child_spec({Worker, {:stop, :bad}}, id: :x))
    )

    IO.inspect(Supervisor.stop(Tree, :shutdown))
    receive(do: ({:EXIT, ^pid, why} -> IO.inspect(why)))
  end

  defp dynamic do
    {:ok, pid} = Dynamic.start_link(2)
    {:ok, one} = DynamicSupervisor.start_child(Dynamic, {Worker, 1})
    {:ok, two} = DynamicSupervisor.start_child(Dynamic, {Worker, 2})
    IO.inspect(DynamicSupervisor.start_child(Dynamic, {Worker, 3}))
    IO.inspect(DynamicSupervisor.count_children(Dynamic))
    IO.inspect(DynamicSupervisor.which_children(Dynamic) |> Enum.map(&Tuple.delete_at(&1, 1)))
    IO.inspect(DynamicSupervisor.terminate_child(Dynamic, one))
    IO.inspect(DynamicSupervisor.terminate_child(Dynamic, one))
    ref = Process.monitor(two)
    GenServer.call(two, {:exit, :normal})
    receive(do: ({:DOWN, ^ref, _, _, why} -> IO.inspect(why)))
    IO.inspect(DynamicSupervisor.count_children(Dynamic).active)
    IO.inspect(DynamicSupervisor.start_child(Dynamic, {Worker, :ignore}))
    IO.inspect(DynamicSupervisor.start_child(Dynamic, {Worker, {:stop, :no}}))
    IO.inspect(DynamicSupervisor.start_child(Dynamic, %{id: 1}))
    DynamicSupervisor.stop(pid)
    receive(do: ({:EXIT, ^pid, why} -> IO.inspect(why)))
  end

  defp partition do
    spec = Agent.child_spec(fn -> 0 end)
    {:ok, pid} = PartitionSupervisor.start_link(child_spec: spec, name: Parts, partitions: 3)
    IO.inspect(PartitionSupervisor.partitions(Parts))

    for key <- [0, 1, 2, 3],
        do: Agent.update({:via, PartitionSupervisor, {Parts, key}}, &(&1 + 1))

    IO.inspect(
      for key <- [0, 1, 2], do: Agent.get({:via, PartitionSupervisor, {Parts, key}}, & &1)
    )

    IO.inspect(PartitionSupervisor.count_children(Parts))
    IO.inspect(PartitionSupervisor.which_children(Parts) |> Enum.map(&elem(&1, 0)) |> Enum.sort())
    PartitionSupervisor.stop(Parts)
    receive(do: ({:EXIT, ^pid, why} -> IO.inspect(why)))

    with_arguments = fn [_fun], partition -> [fn -> {:partition, partition} end] end
    options = [child_spec: spec, name: Args, partitions: 2, with_arguments: with_arguments]
    {:ok, _} = PartitionSupervisor.start_link(options)
    IO.inspect(for key <- [0, 1], do: Agent.get({:via, PartitionSupervisor, {Args, key}}, & &1))
    IO.inspect(catch_error(fn -> PartitionSupervisor.start_link(name: NoSpec) end))

    IO.inspect(
      catch_error(fn ->
        PartitionSupervisor.start_link(child_spec: spec, name: Bad, partitions: 0)
      end)
    )
  end

  defp errors do
    IO.inspect(reason(Supervisor.start_link([{Worker, {:stop, :bad}}], strategy: :one_for_one)))
    IO.inspect(catch_error(fn -> Supervisor.start_link([Worker], []) end))
    IO.inspect(Supervisor.start_link([], strategy: :one_for_one, max_restarts: -1))
  end

  defp reason({:error, {:shutdown, {:failed_to_start_child, id, why}}}), do: {id, why}
  defp reason(other), do: other

  defp catch_error(fun) do
    fun.()
  rescue
    error -> {error.__struct__, Exception.message(error) |> String.split("\n") |> hd()}
  end
end

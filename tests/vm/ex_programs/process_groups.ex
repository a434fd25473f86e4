# Process groups without distribution: pg, whose scopes ask to be told of nodes, and names of global.
defmodule Oracle.ProcessGroups do
  def start do
    {:ok, _} = :pg.start_link(:rooms)
    me = self()
    :ok = :pg.join(:rooms, :lobby, me)
    {monitor, groups} = :pg.monitor_scope(:rooms)
    IO.inspect(groups == %{lobby: [me]})
    guest = spawn(fn -> receive(do: ({:say, text} -> send(me, {:heard, text}))) end)
    ended = Process.monitor(guest)
    :ok = :pg.join(:rooms, :lobby, [guest])
    IO.inspect(receive(do: ({^monitor, :join, :lobby, [^guest]} -> :joined)))
    IO.inspect(length(:pg.get_members(:rooms, :lobby)))
    for member <- :pg.get_members(:rooms, :lobby), member != me, do: send(member, {:say, "hello"})
    IO.inspect(receive(do: ({:heard, text} -> text)))
    receive(do: ({:DOWN, ^ended, _, _, _} -> :ok))
    IO.inspect(receive(do: ({^monitor, :leave, :lobby, [^guest]} -> :left)))
    IO.inspect(:pg.get_local_members(:rooms, :lobby) == [me])

    IO.inspect([
      :pg.leave(:rooms, :lobby, me),
      :pg.leave(:rooms, :lobby, me),
      :pg.which_groups(:rooms)
    ])

    nodes()
    IO.inspect(:global.register_name(:lobby, me))
    IO.inspect(:global.whereis_name(:lobby) == me)
    IO.inspect(GenServer.call(started({:global, :counter}), :next))
    IO.inspect(GenServer.call({:global, :counter}, :next))
  end

  defp nodes do
    options = [[], [:nodedown_reason], [node_type: :all], [node_type: :none], [:unknown], :none]

    for each <- options,
        flag <- [true, false, :maybe],
        do: IO.inspect(:net_kernel.monitor_nodes(flag, each))

    flags = [
      :monitor_nodes,
      {:monitor_nodes, []},
      {:monitor_nodes, %{node_type: :hidden}},
      {:monitor_nodes, %{a: 1}}
    ]

    for each <- flags,
        value <- [true, true, false, false, 1],
        do: IO.inspect({each, value, set(each, value)})
  end

  defp set(flag, value) do
    Process.flag(flag, value)
  rescue
    error -> error.__struct__
  end

  defp started(name) do
    {:ok, _} = GenServer.start_link(__MODULE__.Counter, 0, name: name)
    name
  end

  defmodule Counter do
    use GenServer

    def init(count), do: {:ok, count}
    def handle_call(:next, _from, count), do: {:reply, count, count + 1}
  end
end

# Registry: unique and duplicate keys, metadata, values, dispatch, selects, partitions, listeners, processes that end.
defmodule Oracle.RegistryMore do
  def start do
    Process.flag(:trap_exit, true)
    unique()
    duplicate()
    partitions()
    listeners()
  end

  defp unique do
    {:ok, _} = Registry.start_link(keys: :unique, name: Unique, meta: [color: :red])
    IO.inspect(Registry.meta(Unique, :color))
    IO.inspect(Registry.put_meta(Unique, :size, 3))
    IO.inspect([Registry.meta(Unique, :size), Registry.meta(Unique, :none)])
    {:ok, _} = Registry.register(Unique, "key", 1)
    IO.inspect(Registry.register(Unique, "key", 2) |> elem(0))
    IO.inspect(Registry.update_value(Unique, "key", &(&1 + 10)))
    IO.inspect(Registry.update_value(Unique, "none", &(&1 + 10)))
    IO.inspect(Registry.lookup(Unique, "key") == [{self(), 11}])
    IO.inspect(Registry.keys(Unique, self()))
    IO.inspect(Registry.values(Unique, "key", self()))
    IO.inspect(Registry.count(Unique))
    IO.inspect(Registry.match(Unique, "key", :"$1", [{:>, :"$1", 10}]) |> length())
    IO.inspect(Registry.count_match(Unique, "key", :_))
    IO.inspect(Registry.select(Unique, [{{:"$1", :_, :"$2"}, [], [{{:"$1", :"$2"}}]}]))
    IO.inspect(Registry.count_select(Unique, [{{:_, :_, :"$1"}, [{:<, :"$1", 5}], [true]}]))
    IO.inspect(Registry.unregister(Unique, "key"))
    IO.inspect(Registry.lookup(Unique, "key"))
    via()
    ends()
  end

  defp via do
    name = {:via, Registry, {Unique, :agent, :value}}
    {:ok, pid} = Agent.start_link(fn -> 1 end, name: name)
    IO.inspect(Agent.get(name, & &1))
    IO.inspect(Registry.lookup(Unique, :agent) == [{pid, :value}])
    IO.inspect(GenServer.whereis(name) == pid)
    IO.inspect(Registry.whereis_name({Unique, :agent}) == pid)
    IO.inspect(Registry.whereis_name({Unique, :none}))
    {:error, {:already_started, ^pid}} = Agent.start_link(fn -> 2 end, name: name)
    Agent.stop(name)
    IO.inspect(catch_exit(fn -> Agent.get(name, & &1) end))
    IO.inspect(catch_error(fn -> Registry.send({Unique, :none}, :hi) end))
  end

  defp ends do
    main = self()

    {pid, ref} =
      spawn_monitor(fn ->
        Registry.register(Unique, :short, nil)
        send(main, :ready)
        receive(do: (:stop -> :ok))
      end)

    receive(do: (:ready -> :ok))
    IO.inspect(Registry.count(Unique))
    send(pid, :stop)
    receive(do: ({:DOWN, ^ref, _, _, _} -> :ok))
    IO.inspect(Registry.lookup(Unique, :short))
  end

  defp duplicate do
    {:ok, _} = Registry.start_link(keys: :duplicate, name: Duplicate)
    for value <- [:a, :b], do: {:ok, _} = Registry.register(Duplicate, :topic, value)
    IO.inspect(Registry.lookup(Duplicate, :topic) |> Enum.map(&elem(&1, 1)) |> Enum.sort())

    Registry.dispatch(Duplicate, :topic, fn entries ->
      for {pid, value} <- entries, do: send(pid, {:said, value})
    end)

    IO.inspect(for _ <- 1..2, do: receive(do: ({:said, value} -> value)))
    IO.inspect(Registry.unregister_match(Duplicate, :topic, :a))
    IO.inspect(Registry.values(Duplicate, :topic, self()))
    IO.inspect(Registry.dispatch(Duplicate, :nobody, fn _ -> IO.puts("not called") end))
    IO.inspect(catch_error(fn -> Registry.update_value(Duplicate, :topic, & &1) end))
  end

  defp partitions do
    {:ok, _} = Registry.start_link(keys: :duplicate, name: Parted, partitions: 4)
    for n <- 1..10, do: Registry.register(Parted, n, n * n)
    IO.inspect(Registry.count(Parted))
    IO.inspect(Registry.keys(Parted, self()) |> Enum.sort())
    IO.inspect(Registry.select(Parted, [{{:_, :_, :"$1"}, [], [:"$1"]}]) |> Enum.sort())
  end

  defp listeners do
    Process.register(self(), :listener)
    {:ok, _} = Registry.start_link(keys: :unique, name: Listened, listeners: [:listener])
    {:ok, _} = Registry.register(Listened, "x", 1)
    Registry.unregister(Listened, "x")

    for _ <- 1..2,
        do:
          receive(
            do: (message -> message |> Tuple.to_list() |> Enum.reject(&is_pid/1) |> IO.inspect())
          )
  end

  defp catch_exit(fun) do
    fun.()
  catch
    :exit, {reason, _} -> {:exit, reason}
  end

  defp catch_error(fun) do
    fun.()
  rescue
    error -> Exception.message(error)
  end
end

# Task.async_stream and friends: order, concurrency, timeouts, crashes; yields, shutdowns, ignored tasks.
defmodule Oracle.TaskStreams do
  def start do
    Process.flag(:trap_exit, true)
    show(Task.async_stream(1..5, &(&1 * 2)))
    show(Task.async_stream([600, 200, 400], &sleep/1, ordered: false, max_concurrency: 3))
    show(Task.async_stream([30, 10, 20], &sleep/1, ordered: true))
    show(Task.async_stream([1, 9000, 2], &sleep/1, timeout: 900, on_timeout: :kill_task))

    show(
      Task.async_stream([1, 9000], &sleep/1,
        timeout: 900,
        on_timeout: :kill_task,
        zip_input_on_exit: true
      )
    )

    show(Task.async_stream(1..3, Kernel, :+, [10]))
    show(1..100 |> Task.async_stream(& &1) |> Stream.take(2))

    IO.inspect(
      catch_it(fn -> [200] |> Task.async_stream(&sleep/1, timeout: 10) |> Enum.to_list() end)
    )

    IO.inspect(
      1..4
      |> Task.async_stream(&{self() == &1, &1})
      |> Enum.map(fn {:ok, {_, n}} -> n end)
    )

    {:ok, supervisor} = Task.Supervisor.start_link()
    show(Task.Supervisor.async_stream(supervisor, 1..3, &(&1 + 1)))

    show(
      Task.Supervisor.async_stream_nolink(supervisor, [1, 0, 2], &div(10, &1))
      |> Stream.map(&reason/1)
    )

    yields(supervisor)
    shutdowns(supervisor)
    children(supervisor)
    wrong()
  end

  defp yields(supervisor) do
    tasks = for ms <- [5, 10, 9000], do: Task.async(fn -> sleep(ms) end)
    results = Task.yield_many(tasks, 900)
    IO.inspect(Enum.map(results, &elem(&1, 1)))
    IO.inspect(tasks |> List.last() |> Task.shutdown(:brutal_kill))
    task = Task.async(fn -> sleep(30) end)
    IO.inspect([Task.yield(task, 0), Task.yield(task, 5000)])
    IO.inspect(Task.await_many(for(n <- 1..3, do: Task.async(fn -> n end))))
    task = Task.Supervisor.async_nolink(supervisor, fn -> exit(:oops) end)
    IO.inspect(Task.yield(task))
    task = Task.Supervisor.async_nolink(supervisor, fn -> raise "raised" end)
    {:exit, {exception, stack}} = Task.yield(task)
    IO.inspect({exception, is_list(stack)})

    IO.inspect(
      catch_it(fn ->
        Task.await(Task.Supervisor.async_nolink(supervisor, fn -> Process.sleep(:infinity) end), 10)
      end)
    )

    IO.inspect(Task.completed(:value) |> Task.await())
  end

  defp shutdowns(supervisor) do
    parent = self()

    traps = fn ->
      Process.flag(:trap_exit, true)
      send(parent, :trapping)
      receive(do: ({:EXIT, _, why} -> exit({:got, why})))
    end

    task = Task.Supervisor.async_nolink(supervisor, traps)
    receive(do: (:trapping -> :ok))
    IO.inspect(Task.shutdown(task, 60_000))
    task = Task.async(fn -> :done end)
    watch = Process.monitor(task.pid)
    receive(do: ({:DOWN, ^watch, _, _, _} -> :ok))
    IO.inspect(Task.shutdown(task))
    task = Task.async(fn -> Process.sleep(1000) end)
    IO.inspect(Task.ignore(task))
    {:ok, pid} = Task.start(fn -> Process.sleep(1000) end)
    IO.inspect(Process.exit(pid, :kill))
    {:ok, pid} = Task.start_link(fn -> exit(:linked) end)
    receive(do: ({:EXIT, ^pid, why} -> IO.inspect(why)))
  end

  defp children(supervisor) do
    IO.inspect(length(Task.Supervisor.children(supervisor)))
    {:ok, pid} = Task.Supervisor.start_child(supervisor, fn -> Process.sleep(1000) end)
    IO.inspect(Task.Supervisor.children(supervisor) == [pid])
    IO.inspect(Task.Supervisor.terminate_child(supervisor, pid))
    IO.inspect(Task.Supervisor.terminate_child(supervisor, pid))
    {:ok, small} = Task.Supervisor.start_link(max_children: 1)
    {:ok, _} = Task.Supervisor.start_child(small, fn -> Process.sleep(1000) end)
    IO.inspect(Task.Supervisor.start_child(small, fn -> :ok end))
  end

  defp wrong do
    task = Task.async(fn -> :mine end)
    main = self()
    spawn(fn -> send(main, {:other, catch_it(fn -> Task.await(task) end)}) end)
    receive(do: ({:other, {:raised, kind}} -> IO.inspect(kind)))
    IO.inspect(Task.await(task))
    IO.inspect(catch_it(fn -> Task.await_many([Task.async(fn -> sleep(300) end)], 10) end))
  end

  defp sleep(ms) do
    Process.sleep(ms)
    ms
  end

  defp show(stream), do: stream |> Enum.to_list() |> IO.inspect()

  defp reason({:exit, {%{__struct__: kind}, _}}), do: {:exit, kind}
  defp reason({:exit, {reason, stack}}) when is_list(stack), do: {:exit, reason}
  defp reason(other), do: other

  defp catch_it(fun) do
    fun.()
  rescue
    error -> {:raised, error.__struct__}
  catch
    :exit, {reason, {module, function, args}} -> {:exit, reason, module, function, length(args)}
    kind, reason -> {kind, reason}
  end
end

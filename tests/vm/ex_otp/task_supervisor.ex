# A Task.Supervisor runs tasks that are not linked to the caller.
defmodule Oracle.TaskSupervisor do
  def start do
    {:ok, sup} = Task.Supervisor.start_link()
    IO.inspect(Task.Supervisor.async(sup, fn -> :result end) |> Task.await())
    task = Task.Supervisor.async_nolink(sup, fn -> exit(:failed) end)
    IO.inspect(Task.yield(task))
    IO.inspect(Task.Supervisor.async_stream(sup, [1, 2], &(&1 * 2)) |> Enum.to_list())
  end
end

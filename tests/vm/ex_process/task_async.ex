# Task: async, await, await_many, yield, async_stream.
defmodule Oracle.TaskAsync do
  def start do
    task = Task.async(fn -> 21 * 2 end)
    IO.inspect(Task.await(task))
    IO.inspect(1..5 |> Enum.map(&Task.async(fn -> &1 * &1 end)) |> Task.await_many())
    slow = Task.async(fn -> Process.sleep(:infinity) end)
    IO.inspect(Task.yield(slow, 10))
    IO.inspect(Task.shutdown(slow, :brutal_kill))
    IO.inspect(Task.async_stream([1, 2, 3], &(&1 + 1), max_concurrency: 2) |> Enum.to_list())
    IO.inspect(Task.async_stream([3, 1, 2], & &1, ordered: true) |> Enum.map(fn {:ok, v} -> v end))
  end
end

# A failing task takes its owner along, or is seen when exits are trapped.
defmodule Oracle.TaskFailure do
  def start do
    Process.flag(:trap_exit, true)
    task = Task.async(fn -> exit(:task_failed) end)

    try do
      Task.await(task)
    catch
      :exit, {reason, {Task, :await, _}} -> IO.inspect({:caught, reason})
    end

    {:ok, pid} = Task.start_link(fn -> raise "in task" end)

    receive do
      {:EXIT, ^pid, {%RuntimeError{message: message}, _stack}} -> IO.puts(message)
    after
      1000 -> IO.puts("nothing")
    end
  end
end

# spawn, send, receive and self in Elixir.
defmodule Oracle.ProcessBasic do
  def start do
    parent = self()
    pid = spawn(fn ->
      receive do
        {:hello, name} -> send(parent, "hi #{name}")
      end
    end)

    send(pid, {:hello, "Ann"})

    receive do
      text -> IO.puts(text)
    after
      1000 -> IO.puts("nothing")
    end

    IO.inspect(receive do _ -> :message after 0 -> :empty end)
    {pid, ref} = spawn_monitor(fn -> exit(:done) end)
    receive do {:DOWN, ^ref, :process, ^pid, reason} -> IO.inspect(reason) end
    Process.flag(:trap_exit, true)
    pid = spawn_link(fn -> exit({:shutdown, 1}) end)
    receive do {:EXIT, ^pid, reason} -> IO.inspect(reason) end
  end
end

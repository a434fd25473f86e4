# The Process module: names, dictionary, timers, alive.
defmodule Oracle.ProcessModule do
  def start do
    Process.register(self(), :oracle_process)
    IO.inspect(Process.whereis(:oracle_process) == self())
    Process.put(:k, 1)
    IO.inspect({Process.get(:k), Process.get(:none, :default), Process.delete(:k), Process.get(:k)})
    Process.send_after(self(), :tick, 5)
    IO.inspect(receive do :tick -> :tick end)
    timer = Process.send_after(self(), :never, 100_000)
    IO.inspect(Process.cancel_timer(timer) > 0)
    pid = spawn(fn -> Process.sleep(:infinity) end)
    IO.inspect(Process.alive?(pid))
    ref = Process.monitor(pid)
    Process.exit(pid, :kill)
    receive do {:DOWN, ^ref, _, _, reason} -> IO.inspect(reason) end
    IO.inspect(Process.alive?(pid))
    Process.sleep(5)
    IO.inspect(Process.info(self(), :trap_exit))
  end
end

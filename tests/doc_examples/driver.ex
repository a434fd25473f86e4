defmodule DocExamples do
  # Runs groups of examples, each in a process of its own, and prints what their expressions give.
  @moduledoc false

  # Long enough for every example on the slowest build: an example that is still running is one that never ends.
  @timeout_ms 60_000
  # In the order of their keys: from OTP 26 on, that of small maps depends on when each atom came into being.
  @everything [limit: :infinity, printable_limit: :infinity, custom_options: [sort_maps: true]]

  # groups: [{id, module}]
  def run(groups) do
    :logger.set_primary_config(:level, :none)
    Enum.each(groups, &group/1)
  end

  defp group({id, module}) do
    IO.puts("\n@ #{id}")
    before = Process.list()
    {pid, monitor} = spawn_monitor(fn -> run_group(module) end)

    receive do
      {:DOWN, ^monitor, _, _, :shutdown} -> :ok
      {:DOWN, ^monitor, _, _, reason} -> IO.puts("** (EXIT) " <> show(without_stack(reason)))
    after
      @timeout_ms ->
        Process.exit(pid, :kill)
        IO.puts("** does not end")
    end

    stop(Process.list() -- before)
    flush()
  end

  # Ends with a reason that takes what the group has started, and is linked to, with it.
  defp run_group(module) do
    try do
      module.run()
    catch
      kind, reason -> banner(kind, reason, __STACKTRACE__)
    end

    exit(:shutdown)
  end

  defp stop(left) do
    monitors = Enum.map(left, &Process.monitor/1)
    Enum.each(left, &Process.exit(&1, :kill))

    for monitor <- monitors do
      receive do
        {:DOWN, ^monitor, _, _, _} -> :ok
      end
    end
  end

  defp flush do
    receive do
      _ -> flush()
    after
      0 -> :ok
    end
  end

  # Called by the examples.

  def value(value), do: IO.puts("= " <> show(value))

  def raised(function) do
    value(function.())
  catch
    kind, reason -> banner(kind, reason, __STACKTRACE__)
  end

  defp banner(kind, reason, stack), do: IO.puts(Exception.format_banner(kind, reason, stack))

  defp show(term), do: inspect(term, @everything)

  defp without_stack({reason, [{_, _, _, _} | _]}), do: reason
  defp without_stack(reason), do: reason
end

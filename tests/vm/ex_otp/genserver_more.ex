# GenServer and Agent: continue, timeouts, replies from elsewhere, names, stops, exits of calls, exits of agents.
defmodule Oracle.GenServerMore do
  use GenServer

  def start do
    Process.flag(:trap_exit, true)
    {:ok, pid} = GenServer.start_link(__MODULE__, [:begin], name: Named)
    IO.inspect(GenServer.call(Named, :state))
    IO.inspect(GenServer.call({Named, node()}, :state))
    GenServer.cast(pid, {:push, 1})
    send(pid, :message)
    IO.inspect(GenServer.call(pid, :state))
    IO.inspect(GenServer.call(pid, :elsewhere))
    IO.inspect(GenServer.call(pid, {:timeout, 5}))
    Process.sleep(30)
    IO.inspect(GenServer.call(pid, :state))

    IO.inspect([
      GenServer.whereis(Named) == pid,
      GenServer.whereis(NoName),
      GenServer.whereis(pid) == pid
    ])

    IO.inspect(GenServer.multi_call([node()], Named, :ping) |> elem(1))
    IO.inspect(GenServer.abcast([node()], Named, {:push, 2}))
    calls(pid)
    stops(pid)
    starts()
    agents()
  end

  @impl true
  def init([:begin]), do: {:ok, [], {:continue, :go_on}}
  def init(:ignore), do: :ignore
  def init({:stop, why}), do: {:stop, why}
  def init(:raise), do: raise("in init")
  def init(:exit), do: exit(:in_init)
  def init(:wrong), do: :wrong

  @impl true
  def handle_continue(:go_on, state), do: {:noreply, [:continued | state]}

  @impl true
  def handle_call(:state, _from, state), do: {:reply, state, state}
  def handle_call(:ping, _from, state), do: {:reply, :pong, state}

  def handle_call(:elsewhere, from, state) do
    spawn(fn -> GenServer.reply(from, :from_elsewhere) end)
    {:noreply, state}
  end

  def handle_call({:timeout, ms}, _from, state), do: {:reply, :ok, state, ms}
  def handle_call(:never, _from, state), do: {:noreply, state}
  def handle_call(:raise, _from, _state), do: raise(ArgumentError, "raised")
  def handle_call(:throw, _from, state), do: throw({:reply, :thrown, state})
  def handle_call({:stop, why}, _from, state), do: {:stop, why, :stopped, state}

  @impl true
  def handle_cast({:push, x}, state), do: {:noreply, [x | state]}

  @impl true
  def handle_info(message, state), do: {:noreply, [{:info, message} | state]}

  defp calls(pid) do
    IO.puts(exit_of(fn -> GenServer.call(pid, :never, 10) end))
    IO.puts(exit_of(fn -> GenServer.call(NoName, :x) end))
    IO.puts(exit_of(fn -> GenServer.call(self(), :x) end))
    IO.puts(exit_of(fn -> GenServer.call({:global, :none}, :x) end))
    IO.inspect(GenServer.call(pid, :throw))
    {:ok, other} = GenServer.start(__MODULE__, [:begin])
    IO.puts(exit_of(fn -> GenServer.call(other, :raise) end))
    IO.puts(exit_of(fn -> GenServer.call(other, :again) end))
    IO.inspect(GenServer.cast(NoName, :lost))
  end

  defp stops(pid) do
    IO.inspect(GenServer.call(pid, {:stop, {:shutdown, :asked}}))
    receive(do: ({:EXIT, ^pid, why} -> IO.inspect(why)))
    IO.puts(exit_of(fn -> GenServer.stop(pid) end))
    {:ok, pid} = GenServer.start(__MODULE__, [:begin])
    IO.inspect(GenServer.stop(pid, :because))
  end

  defp starts do
    for arg <- [:ignore, {:stop, :no}, :exit, :wrong],
        do: IO.inspect(GenServer.start(__MODULE__, arg))

    {:error, {%RuntimeError{message: message}, stack}} = GenServer.start(__MODULE__, :raise)
    IO.inspect({message, is_list(stack)})
    {:ok, pid} = GenServer.start(__MODULE__, [:begin], name: Twice)

    IO.inspect(
      GenServer.start(__MODULE__, [:begin], name: Twice) == {:error, {:already_started, pid}}
    )

    IO.inspect(GenServer.start(__MODULE__, [:begin], name: {:global, :of_all}) |> elem(0))
    IO.inspect(GenServer.call({:global, :of_all}, :ping))
    IO.inspect(error_of(fn -> GenServer.start(__MODULE__, [:begin], name: "text") end))
    IO.inspect(error_of(fn -> GenServer.start(__MODULE__, [:begin], name: {:via, :a}) end))
  end

  defp agents do
    {:ok, agent} = Agent.start_link(fn -> %{n: 1} end)
    IO.inspect(Agent.get_and_update(agent, fn state -> {state.n, %{state | n: 2}} end))
    IO.inspect(Agent.update(agent, Map, :put, [:k, :v]))
    IO.inspect(Agent.get(agent, Map, :keys, []))
    IO.inspect(Agent.cast(agent, fn state -> Map.delete(state, :k) end))
    IO.inspect(Agent.get(agent, & &1))
    {:ok, other} = Agent.start(fn -> 0 end)
    IO.puts(exit_of(fn -> Agent.get(other, fn _ -> raise "in agent" end) end))
    IO.puts(exit_of(fn -> Agent.get(agent, fn _ -> Process.sleep(200) end, 10) end))
    IO.inspect(Agent.stop(agent, :normal, 500))
    {:error, {%RuntimeError{}, _}} = Agent.start(fn -> raise "at start" end)
    IO.inspect(Agent.start(fn -> exit(:at_start) end))
  end

  defp exit_of(fun) do
    fun.()
  catch
    :exit, reason ->
      reason
      |> Exception.format_exit()
      |> String.replace(~r/#PID<[\d.]+>|:erlang\.\S+|\d{3,}/, "X")
      |> first_lines()
  end

  defp first_lines(text), do: text |> String.split("\n") |> Enum.take(3) |> Enum.join(" | ")

  defp error_of(fun) do
    fun.()
  rescue
    error -> Exception.message(error) |> String.split("\n") |> hd()
  end
end

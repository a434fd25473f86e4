# Agent: get, update, get_and_update, cast, stop.
defmodule Oracle.AgentBasic do
  def start do
    {:ok, agent} = Agent.start_link(fn -> %{} end)
    IO.inspect(Agent.update(agent, &Map.put(&1, :a, 1)))
    IO.inspect(Agent.get(agent, & &1))
    IO.inspect(Agent.get_and_update(agent, &{&1[:a], Map.put(&1, :a, 2)}))
    Agent.cast(agent, &Map.put(&1, :b, 3))
    IO.inspect(Agent.get(agent, &Enum.sort/1))
    IO.inspect(Agent.stop(agent))
    IO.inspect(Process.alive?(agent))
  end
end

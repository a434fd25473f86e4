# A DynamicSupervisor with temporary children.
defmodule Oracle.DynamicSupervisor do
  def start do
    {:ok, sup} = DynamicSupervisor.start_link(strategy: :one_for_one)
    spec = %{id: :agent, start: {Agent, :start_link, [fn -> 7 end]}, restart: :temporary}
    {:ok, a} = DynamicSupervisor.start_child(sup, spec)
    {:ok, _} = DynamicSupervisor.start_child(sup, spec)
    IO.inspect(Agent.get(a, & &1))
    IO.inspect(DynamicSupervisor.count_children(sup))
    IO.inspect(DynamicSupervisor.terminate_child(sup, a))
    IO.inspect(DynamicSupervisor.count_children(sup).active)
    IO.inspect(DynamicSupervisor.stop(sup))
  end
end

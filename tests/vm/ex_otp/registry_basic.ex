# Registry with unique and duplicate keys, and via names.
defmodule Oracle.RegistryBasic do
  def start do
    {:ok, _} = Registry.start_link(keys: :unique, name: Oracle.Names)
    {:ok, _} = Registry.register(Oracle.Names, "me", :value)
    IO.inspect(Registry.lookup(Oracle.Names, "me") == [{self(), :value}])
    {:ok, agent} = Agent.start_link(fn -> 5 end, name: {:via, Registry, {Oracle.Names, "agent"}})
    IO.inspect(Agent.get({:via, Registry, {Oracle.Names, "agent"}}, & &1))
    IO.inspect(GenServer.whereis({:via, Registry, {Oracle.Names, "agent"}}) == agent)
    IO.inspect(Registry.count(Oracle.Names))
    {:ok, _} = Registry.start_link(keys: :duplicate, name: Oracle.Topics)
    {:ok, _} = Registry.register(Oracle.Topics, :news, nil)
    Registry.dispatch(Oracle.Topics, :news, fn entries -> for {pid, _} <- entries, do: send(pid, :published) end)
    IO.inspect(receive do m -> m after 100 -> :nothing end)
    IO.inspect(Registry.unregister(Oracle.Names, "me"))
    IO.inspect(Registry.lookup(Oracle.Names, "me"))
  end
end

defmodule Hoard.Application do
  @moduledoc false

  use Application
  require Logger

  @impl true
  def start(_type, limit: limit) do
    Logger.info("hoard starts with room for #{limit} entries in a store", limit: limit)
    :persistent_term.put({Hoard, :limit}, limit)

    children = [
      {Registry, keys: :unique, name: Hoard.Names},
      {Task.Supervisor, name: Hoard.Tasks},
      {DynamicSupervisor, name: Hoard.Stores, strategy: :one_for_one}
    ]

    Supervisor.start_link(children, strategy: :rest_for_one, name: Hoard.Supervisor)
  end

  @impl true
  def stop(_state), do: :persistent_term.erase({Hoard, :limit})
end

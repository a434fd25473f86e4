defmodule Bookshop.Application do
  @moduledoc false

  use Application
  require Logger

  @impl true
  def start(type, []) do
    {:ok, _} = Hoard.open(:pages, limit: 2)
    Logger.notice("bookshop starts: #{type}")

    children = [
      {Bookshop.Catalogue, folder: Application.app_dir(:bookshop, "priv/books")},
      {PartitionSupervisor,
       child_spec: Agent.child_spec(fn -> 0 end), name: Bookshop.Visits, partitions: 2}
    ]

    Supervisor.start_link(children, strategy: :one_for_one, name: Bookshop.Supervisor)
  end
end

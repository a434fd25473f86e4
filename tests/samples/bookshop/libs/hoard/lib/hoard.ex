defmodule Hoard do
  @moduledoc """
  A cache in memory: named stores in ETS, values with an age, computed once however many ask.

      Hoard.open(:pages)
      Hoard.fetch(:pages, "/about", fn -> render_about() end)
  """

  alias Hoard.{Computation, Store}

  @type store :: atom()

  @doc "Opens a store under the supervisor of the application."
  @spec open(store(), keyword()) :: DynamicSupervisor.on_start_child()
  def open(name, options \\ []),
    do: DynamicSupervisor.start_child(Hoard.Stores, {Store, [name: name] ++ options})

  @doc "Closes a store, which forgets everything."
  @spec close(store()) :: :ok | {:error, :not_found}
  def close(name) do
    case Registry.lookup(Hoard.Names, name) do
      [{pid, _limit}] -> DynamicSupervisor.terminate_child(Hoard.Stores, pid)
      [] -> {:error, :not_found}
    end
  end

  @doc "The names of all stores."
  @spec stores() :: [store()]
  def stores, do: Hoard.Names |> Registry.select([{{:"$1", :_, :_}, [], [:"$1"]}]) |> Enum.sort()

  defdelegate get(store, key), to: Store
  defdelegate put(store, key, value, options \\ []), to: Store
  defdelegate delete(store, key), to: Store
  defdelegate stats(store), to: Store

  @doc "The value of a key; computed, in a process of its own, when it is not there."
  @spec fetch(store(), term(), (() -> value), keyword()) :: {:ok, value} | {:error, term()}
        when value: term()
  def fetch(store, key, compute, options \\ []) do
    case get(store, key) do
      {:ok, value} -> {:ok, value}
      :error -> Computation.run(store, key, compute, options)
    end
  end
end

defmodule KVCounter.Counters do
  @moduledoc """
  Named counters in the KV namespace `COUNTERS`: a key `counter:NAME` with the count as its text, and what a list shows
  as its metadata, so that listing needs no second read.

  KV has no transactions: of two increments at the same moment one may be lost. A counter that must not lose any
  belongs into D1 or a Durable Object.
  """

  alias ElixirWorkers.KV

  @namespace "COUNTERS"
  @prefix "counter:"

  @type name :: String.t()

  @doc "The count, nil for a counter that is not there."
  @spec read(name()) :: {:ok, non_neg_integer()} | :not_found | {:error, Exception.t()}
  def read(name) do
    with {:ok, text} <- KV.get(@namespace, @prefix <> name), do: {:ok, String.to_integer(text)}
  end

  @doc "Adds one and returns the new count; a counter that is not there begins at 1."
  @spec increment(name()) :: {:ok, pos_integer()} | {:error, Exception.t()}
  def increment(name) do
    with {:ok, count} <- read_or_zero(name),
         :ok <- write(name, count + 1),
         do: {:ok, count + 1}
  end

  defp read_or_zero(name) do
    with :not_found <- read(name), do: {:ok, 0}
  end

  defp write(name, count) do
    metadata = %{count: count, changed_at: System.os_time(:second)}
    KV.put(@namespace, @prefix <> name, Integer.to_string(count), metadata: metadata)
  end

  @doc "Removes a counter; that it was not there is no failure."
  @spec delete(name()) :: :ok | {:error, Exception.t()}
  def delete(name), do: KV.delete(@namespace, @prefix <> name)

  @doc "All counters in the order of their names, as `{name, count}`."
  @spec all() :: [{name(), non_neg_integer()}]
  def all do
    for %{name: @prefix <> name, metadata: %{"count" => count}} <-
          KV.stream(@namespace, prefix: @prefix),
        do: {name, count}
  end
end

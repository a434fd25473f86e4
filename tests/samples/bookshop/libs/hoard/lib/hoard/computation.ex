defmodule Hoard.Computation do
  @moduledoc false

  @doc "Runs `compute` in a task that nobody dies with, and keeps what it gives."
  def run(store, key, compute, options) do
    task = Task.Supervisor.async_nolink(Hoard.Tasks, compute)

    case Task.yield(task, options[:timeout] || 5_000) || Task.shutdown(task, :brutal_kill) do
      {:ok, value} ->
        :ok = Hoard.put(store, key, value, Keyword.take(options, [:ttl_ms]))
        {:ok, value}

      {:exit, {%{__exception__: true} = exception, _stack}} ->
        {:error, Exception.message(exception)}

      {:exit, reason} ->
        {:error, reason}

      nil ->
        {:error, :timeout}
    end
  end
end

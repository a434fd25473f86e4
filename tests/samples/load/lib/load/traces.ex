defmodule Load.Traces do
  @moduledoc "State in every place that outlives a process of a request on ordinary Erlang."

  @doc "The token when no trace of another request was there, else what was found. Leaves traces everywhere."
  @spec leave(String.t()) :: String.t()
  def leave(token) do
    found = Enum.reject(traces(), &is_nil/1)
    :persistent_term.put(__MODULE__, token)
    Application.put_env(:load, :token, token)
    String.to_atom("trace " <> token)
    spawn_keeper(token)
    spawn(fn -> Process.sleep(:infinity) end)
    if found == [], do: token, else: "#{token} found #{inspect(found)}"
  end

  @doc "The token that was left last."
  @spec seen() :: String.t()
  def seen do
    send(__MODULE__, {:token, self()})
    receive do: ({:kept, token} -> token)
  end

  defp traces do
    [
      :persistent_term.get(__MODULE__, nil),
      Application.get_env(:load, :token),
      Process.whereis(__MODULE__)
    ]
  end

  defp spawn_keeper(token) do
    caller = self()

    keeper =
      spawn(fn ->
        :ets.new(__MODULE__, [:named_table, :public])
        :ets.insert(__MODULE__, {:token, token})
        send(caller, :kept)
        keep()
      end)

    Process.register(keeper, __MODULE__)
    receive do: (:kept -> :ok)
  end

  defp keep do
    receive do
      {:token, from} ->
        [token: token] = :ets.tab2list(__MODULE__)
        send(from, {:kept, token})
        keep()
    end
  end
end

defmodule ElixirWorkers.{{module}}.Fake do
  @moduledoc "A binding of kind `{{name}}` under `mix test`: it answers as `worker/{{name}}.js` does."

  @behaviour ElixirWorkers.Bindings.Fake

  @impl true
  def start(_options) do
    {:ok, texts} = Agent.start_link(fn -> %{} end)

    fn
      "fetch", [key] ->
        {:ok, Agent.get(texts, & &1[key])}

      "store", [key, text] ->
        Agent.update(texts, &Map.put(&1, key, text))
        {:ok, nil}
    end
  end
end

defmodule ElixirWorkers.DocsTest do
  @moduledoc "Every public function has a sentence and a spec, and every documented module runs its examples."
  use ExUnit.Case, async: true

  {:ok, modules} = :application.get_key(:elixir_workers, :modules)

  @documented for module <- modules,
                  {:docs_v1, _, _, _, %{"en" => _}, _, docs} <- [Code.fetch_docs(module)],
                  do: {module, docs}

  test "there are documented modules" do
    assert length(@documented) > 20
  end

  for {module, docs} <- @documented, not String.contains?(inspect(module), "JSON.Encoder.") do
    @module module
    @docs docs

    test "#{inspect(module)} is documented" do
      undocumented =
        for {{:function, name, arity}, _, _, :none, _} <- @docs,
            name not in [:exception, :message, :__struct__, :impl_for, :impl_for!, :__protocol__],
            not callback?(@module, name, arity),
            do: {name, arity}

      assert undocumented == []
    end

    test "#{inspect(module)} has specs" do
      {:ok, specs} = Code.Typespec.fetch_specs(@module)
      specified = Enum.map(specs, &elem(&1, 0))

      without =
        for {{:function, name, arity}, _, _, %{"en" => _}, meta} <- @docs,
            arities = (arity - Map.get(meta, :defaults, 0))..arity,
            not Enum.any?(arities, &({name, &1} in specified)),
            do: {name, arity}

      assert without == []
    end
  end

  defp callback?(module, name, arity) do
    behaviours = Keyword.get_values(module.module_info(:attributes), :behaviour)

    Enum.any?(List.flatten(behaviours), fn behaviour ->
      {name, arity} in behaviour.behaviour_info(:callbacks)
    end)
  end
end

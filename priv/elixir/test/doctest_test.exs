defmodule ElixirWorkers.DoctestTest do
  @moduledoc "Every example of the documentation, of whichever module."
  use ExUnit.Case, async: true

  {:ok, modules} = :application.get_key(:elixir_workers, :modules)

  @with_examples for module <- modules,
                     {:docs_v1, _, _, _, about, _, docs} <- [Code.fetch_docs(module)],
                     texts = [about | Enum.map(docs, &elem(&1, 3))],
                     Enum.any?(texts, &(is_map(&1) and (&1["en"] || "") =~ "iex>")),
                     do: module

  for module <- @with_examples, do: doctest(module)

  test "there are examples" do
    assert length(@with_examples) > 25
  end
end

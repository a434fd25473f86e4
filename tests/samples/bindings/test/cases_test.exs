defmodule Bindings.CasesTest do
  @moduledoc "The fakes give what a worker gives."
  use ExUnit.Case, async: true

  import ElixirWorkers.Test

  setup do
    put_bindings(%{
      "CACHE" => ElixirWorkers.KV.Fake,
      "OTHER" => ElixirWorkers.KV.Fake,
      "DB" => ElixirWorkers.D1.Fake
    })
  end

  for name <- Map.keys(Bindings.Cases.all()) do
    test name do
      response =
        request(Bindings, :get, "/cases/" <> URI.encode(unquote(name), &URI.char_unreserved?/1))

      assert response.status == 200, inspect(response.logs)
      %{"actual" => actual, "expected" => expected} = json(response)
      assert actual == expected
    end
  end
end

defmodule AppTest do
  use ExUnit.Case, async: true

  defp answer(subject) do
    payload = %{"from" => "ada@example.com", "to" => "in@example.com", "raw" => ""}
    payload = Map.put(payload, "subject", subject)
    ElixirWorkers.Test.event(ElixirWorkers.{{module}}, App.Orders, payload)
  end

  test "orders are forwarded, other messages are not taken" do
    assert answer("order") == ["forward", "shop@example.com"]
    assert answer("hello") == nil
    assert answer("win money") == ["reject", "orders only"]
  end
end

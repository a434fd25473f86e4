defmodule {{module}}Test do
  use ExUnit.Case, async: true
  import ElixirWorkers.Test

  test "greets" do
    assert json(request({{module}}, :get, "/hello/ada")) == %{"hello" => "Ada"}
    assert request({{module}}, :get, "/").body =~ "It works."
  end
end

defmodule AppTest do
  use ExUnit.Case, async: true
  import ElixirWorkers.Test

  setup do
    put_bindings(%{"NOTES" => ElixirWorkers.{{module}}.Fake})
  end

  test "notes are kept" do
    assert request(App, :get, "/notes/a").status == 404
    assert request(App, :put, "/notes/a", body: "text").status == 201
    assert request(App, :get, "/notes/a").body == "text"
  end
end

defmodule ElixirWorkers.RouterTest do
  use ExUnit.Case, async: true

  alias ElixirWorkers.{Conn, Router}

  defmodule Custom do
    use ElixirWorkers.Router
    def routes, do: [{:get, "/only", &Conn.no_content/1}]
    def middleware, do: []
    def not_found(conn), do: Conn.text(conn, "nothing at " <> conn["path"])
  end

  defmodule CustomApp do
    use ElixirWorkers.App, router: ElixirWorkers.RouterTest.Custom
  end

  test "not_found/1 answers with 404 unless it sets a status" do
    response = ElixirWorkers.Test.request(CustomApp, :get, "/x")
    assert {response.status, response.body} == {404, "nothing at /x"}
  end

  test "an app names its router" do
    assert CustomApp.__elixir_workers_app__() == [router: Custom]
  end

  test "wrong options of use do not compile" do
    for {opts, message} <- [
          {"", ~r/needs a router/},
          {", routr: X", ~r/has no option :routr/},
          {", router: nil", ~r/needs a router/},
          {", router: X, other: 1", ~r/has no option :other/}
        ] do
      code = "defmodule ElixirWorkers.RouterTest.Wrong do use ElixirWorkers.App#{opts} end"
      assert_raise ArgumentError, message, fn -> Code.eval_string(code) end
    end
  end

  test "wrong routes are refused before the first request" do
    for {route, message} <- [
          {{:get, "/"}, ~r/must be {method, path, handler}/},
          {{nil, "/", &Conn.text/2}, ~r/method of a route/},
          {{"GET /", "/", &Conn.text/2}, ~r/method of a route/},
          {{:get, "no-slash", &Conn.text/2}, ~r/must start with \//},
          {{:get, :path, &Conn.text/2}, ~r/string or a list/},
          {{:get, "/:", &Conn.text/2}, ~r/has no name/},
          {{:get, "/:a/:a", &Conn.text/2}, ~r/occurs twice/},
          {{:get, "/*a/b", &Conn.text/2}, ~r/must be the last/},
          {{:get, ["a", 1], &Conn.text/2}, ~r/string or an atom/},
          {{:get, "/", :handler}, ~r/route GET \/: the handler must be/},
          {{:get, "/", fn -> :ok end}, ~r/the handler must be/},
          {{:get, "/", {Conn, :nothing}},
           ~r/neither ElixirWorkers.Conn.nothing\/1 nor ElixirWorkers.Conn.nothing\/2/},
          {{:get, "/", {NoSuchModule, :index}}, ~r/neither NoSuchModule.index/}
        ] do
      assert_raise ArgumentError, message, fn -> Router.compile_route(route) end
    end
  end

  test "a module that is no router is refused" do
    assert_raise ArgumentError, ~r/Enum is not a router/, fn -> Router.compile(Enum) end
  end

  test "the first route that matches wins" do
    routes =
      for {path, status} <- [{"/a/:x", 201}, {"/a/b", 202}],
          do: Router.compile_route({:get, path, &Conn.text(&1, status, "")})

    assert {:ok, _handler, "GET /a/:x", %{"x" => "b"}} = Router.match(routes, "GET", ["a", "b"])
  end

  test "a HEAD route of its own comes before GET" do
    routes =
      for method <- [:get, :head], do: Router.compile_route({method, "/", &Conn.no_content/1})

    assert {:ok, _handler, "HEAD /", _params} = Router.match(routes, "HEAD", [])
  end
end

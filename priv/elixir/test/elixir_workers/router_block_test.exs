defmodule ElixirWorkers.RouterBlockTest do
  use ExUnit.Case, async: true

  import ElixirWorkers.Test, only: [request: 3, header: 2]

  defmodule Api do
    use ElixirWorkers.Router

    def middleware, do: [&Conn.put_resp_header(&1, "x-api", "1")]
    def not_found(conn), do: Conn.json(conn, %{error: "no such thing"})

    routes do
      get "/things/:id", :show
      post "/things", &Conn.text(&1, :created, "made")
    end

    def show(conn, %{"id" => id, "tenant" => tenant}),
      do: Conn.json(conn, %{id: id, tenant: tenant})
  end

  defmodule Site do
    use ElixirWorkers.Router

    routes do
      get "/", :home
      get "/posts/:id", &post/2
      match "LINK", "/posts/:id", fn conn -> Conn.text(conn, "linked") end
      any "/any", &Conn.text(&1, &1["method"])

      scope "/admin", middleware: [&require_token/2] do
        delete "/posts/:id", {__MODULE__, :remove}
        get "/crash", fn _conn -> raise "in scope" end

        scope "/deep" do
          get "/", &Conn.text(&1, "deep")
        end
      end

      forward "/api/:tenant", ElixirWorkers.RouterBlockTest.Api
    end

    # Functions may have the names of the words.
    def post(conn, %{"id" => id}), do: Conn.text(conn, "post " <> id)
    def home(conn), do: Conn.text(conn, "home")
    def remove(conn, %{"id" => id}), do: Conn.text(conn, "removed " <> id)

    defp require_token(%{"headers" => %{"authorization" => "ok"}} = conn, next),
      do: conn |> next.() |> Conn.put_resp_header("x-admin", "1")

    defp require_token(conn, _next), do: Conn.text(conn, 401, "token")
  end

  defmodule Listed do
    use ElixirWorkers.Router
    def routes, do: Process.get(:listed)
  end

  defmodule App do
    use ElixirWorkers.App, router: ElixirWorkers.RouterBlockTest.Site
  end

  defp get(path), do: request(App, :get, path)

  defp admin(method, path),
    do: ElixirWorkers.Test.request(App, method, path, headers: [{"authorization", "ok"}])

  test "words are routes" do
    assert get("/").body == "home"
    assert get("/posts/7").body == "post 7"
    assert request(App, "LINK", "/posts/7").body == "linked"
    assert request(App, :patch, "/any").body == "PATCH"
  end

  test "the formatter knows the words" do
    {formatter, _bindings} = Code.eval_file(".formatter.exs")
    assert formatter[:export][:locals_without_parens] == ElixirWorkers.Router.Block.words()
  end

  test "405 counts the routes of all scopes" do
    response = request(App, :put, "/posts/7")
    assert {response.status, header(response, "allow")} == {405, "GET, HEAD, LINK, OPTIONS"}
    assert request(App, :put, "/admin/posts/7").status == 405
    assert request(App, :put, "/api/a/things").status == 405
  end

  test "a scope's middleware wraps its routes and no others" do
    assert {401, "token"} =
             with(
               %{status: status, body: body} <- request(App, :delete, "/admin/posts/7"),
               do: {status, body}
             )

    response = admin(:delete, "/admin/posts/7")
    assert {response.body, header(response, "x-admin")} == {"removed 7", "1"}
    assert admin(:get, "/admin/deep").body == "deep"
    assert header(get("/"), "x-admin") == nil
  end

  test "a failure in a scope passes its middleware" do
    response = admin(:get, "/admin/crash")
    assert {response.status, header(response, "x-admin")} == {500, "1"}
    assert [{:error, "route GET /admin/crash failed" <> _}] = response.logs
  end

  test "a forwarded router keeps its middleware and its 404" do
    response = get("/api/acme/things/3")
    assert ElixirWorkers.Test.json(response) == %{"id" => "3", "tenant" => "acme"}
    assert header(response, "x-api") == "1"
    assert request(App, :post, "/api/acme/things").status == 201
    missing = get("/api/acme/nothing/here")
    assert {missing.status, header(missing, "x-api")} == {404, "1"}
    assert missing.body == ~s({"error":"no such thing"})
    assert header(get("/nothing"), "x-api") == nil
  end

  test "what is no route does not compile, and the line is named" do
    code = """
    defmodule ElixirWorkers.RouterBlockTest.Wrong do
      use ElixirWorkers.Router

      routes do
        get "/", :home
        fetch "/", :home
      end
    end
    """

    error = assert_raise CompileError, fn -> Code.eval_string(code, [], file: "wrong.ex") end
    assert Exception.message(error) =~ "wrong.ex:6: a block of routes holds get, head, post"
    assert Exception.message(error) =~ "got: fetch(\"/\", :home)"
  end

  test "wrong scopes are refused before the first request" do
    alias ElixirWorkers.{Conn, Router}

    twice = [{:get, "/:id", &Conn.no_content/1}]

    for {routes, message} <- [
          {[{:scope, "/a", [other: 1], []}],
           "scope \"/a\" has one option, :middleware, got: [other: 1]"},
          {[{:scope, "a", [], []}], "must start with /"},
          {[{:scope, "/:id", [], twice}], "occurs twice in the path \"/:id/:id\""},
          {[{:scope, "/*rest", [], twice}], "must be the last segment"},
          {[{:scope, "/a", [], :none}], "routes of scope \"/a\" must return a list"},
          {[{:forward, "/a", Enum}], "Enum is not a router"}
        ] do
      Process.put(:listed, routes)
      error = assert_raise ArgumentError, fn -> Router.compile(Listed) end
      assert Exception.message(error) =~ message
    end
  end
end

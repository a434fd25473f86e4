defmodule ElixirWorkers.MiddlewareTest do
  use ExUnit.Case, async: true

  import ElixirWorkers.Test, except: [request: 3]

  alias ElixirWorkers.{Conn, Middleware}
  alias ElixirWorkers.Middleware.{CORS, ParseBody, SecurityHeaders}

  defmodule Step do
    def init(opts), do: Keyword.fetch!(opts, :name)
    def call(conn, name), do: Conn.add_resp_header(conn, "x-step", name)
  end

  defmodule Raising do
    def call(_conn, _opts, _next), do: raise("middleware is broken")
  end

  defmodule Router do
    use ElixirWorkers.Router

    @impl true
    def routes do
      [
        {:get, "/", &Conn.text(&1, "ok")},
        {:get, "/raise", fn _ -> raise "boom" end},
        {:get, "/own",
         &(&1 |> Conn.put_resp_header("x-frame-options", "SAMEORIGIN") |> Conn.text(""))}
      ]
    end

    @impl true
    def middleware do
      [
        {CORS, origins: ["https://a.example"], credentials: true, expose: ["x-total"]},
        SecurityHeaders,
        Middleware.RequestLogger,
        {Step, name: "one"},
        &stop/1,
        fn conn, next -> Conn.add_resp_header(next.(conn), "x-step", "around") end
      ]
    end

    defp stop(%{"query_params" => %{"stop" => _}} = conn),
      do: conn |> Conn.text(403, "stopped") |> Conn.halt()

    defp stop(%{"query_params" => %{"wrong" => _}}), do: :wrong
    defp stop(%{"query_params" => %{"halt" => _}} = conn), do: Conn.halt(conn)
    defp stop(conn), do: conn
  end

  defmodule App do
    use ElixirWorkers.App, router: ElixirWorkers.MiddlewareTest.Router
  end

  defmodule BrokenRouter do
    use ElixirWorkers.Router
    def routes, do: []
    def middleware, do: [Raising]
  end

  defmodule BrokenApp do
    use ElixirWorkers.App, router: ElixirWorkers.MiddlewareTest.BrokenRouter
  end

  defmodule PlainRouter do
    use ElixirWorkers.Router
    def routes, do: [{:get, "/", &Conn.text(&1, "ok")}]
  end

  defmodule PlainApp do
    use ElixirWorkers.App, router: ElixirWorkers.MiddlewareTest.PlainRouter
  end

  defp request(method, path, headers \\ []),
    do: ElixirWorkers.Test.request(App, method, path, headers: headers)

  test "a request of a test takes the configuration's list: in place of the defaults, and around the router's own" do
    ask = &ElixirWorkers.Test.request(&1, :get, "/", &2)
    assert header(ask.(PlainApp, []), "x-frame-options") == "DENY"

    for list <- [[], [{Step, name: "configured"}]] do
      response = ask.(PlainApp, middleware: list)
      assert header(response, "x-frame-options") == nil
      assert length(headers(response, "x-step")) == length(list)
    end

    response = ask.(App, middleware: [{Step, name: "configured"}])
    assert headers(response, "x-step") == ["configured", "one", "around"]
    assert header(response, "x-frame-options") == "DENY"
  end

  test "runs outside in and back" do
    assert headers(request(:get, "/"), "x-step") == ["one", "around"]
    assert request(:get, "/").logs == [{:info, "GET / 200"}]
  end

  test "halted requests pass over what comes later" do
    response = request(:get, "/?stop")
    assert {response.status, response.body} == {403, "stopped"}
    assert headers(response, "x-step") == ["one"]
    assert header(response, "x-frame-options") == "DENY"
  end

  describe "the half before the response is sent" do
    defmodule Trace do
      @behaviour ElixirWorkers.Middleware

      @impl true
      def init(opts), do: Keyword.fetch!(opts, :name)

      @impl true
      def call(conn, name, next) do
        trail = Map.get(conn["assigns"], "trail", [])
        answered = next.(%{conn | "assigns" => Map.put(conn["assigns"], "trail", [name | trail])})
        seen = if trail == [], do: "", else: " in " <> Enum.join(trail, " in ")
        Conn.add_resp_header(answered, "x-after", name <> seen <> " #{answered["status"]}")
      end
    end

    defmodule Traced do
      use ElixirWorkers.Router

      @impl true
      def routes do
        [
          {:get, "/", &Conn.text(&1, "ok")},
          {:get, "/raise", fn _ -> raise "boom" end},
          {:get, "/stream", &Conn.stream(&1, "text/plain", ["streamed"])}
        ]
      end

      @impl true
      def middleware, do: [{Trace, name: "router"}, &halt/1]

      defp halt(%{"query_params" => %{"halt" => _}} = conn),
        do: conn |> Conn.text(403, "no") |> Conn.halt()

      defp halt(conn), do: conn
    end

    defp after_halves(path, names) do
      settings = %{middleware: for(name <- names, do: {Trace, [name: name]})}
      router = ElixirWorkers.Router.compile(Traced, settings)
      router |> ElixirWorkers.Router.call(conn(:get, path)) |> Conn.get_resp_header("x-after")
    end

    test "is the reverse of the configured order, the router's first" do
      assert after_halves("/", ["a", "b"]) == ["router in b in a 200", "b in a 200", "a 200"]
      assert after_halves("/", ["b", "a"]) == ["router in a in b 200", "a in b 200", "b 200"]
    end

    test "runs whatever became of the request" do
      for {path, status} <- [
            {"/raise", 500},
            {"/nowhere", 404},
            {"/?halt", 403},
            {"/stream", 200}
          ] do
        assert after_halves(path, ["a"]) == ["router in a #{status}", "a #{status}"]
      end
    end
  end

  describe "of the configuration" do
    defmodule DefaultRouter do
      use ElixirWorkers.Router
      def routes, do: [{:get, "/", &Conn.text(&1, "ok")}]
    end

    defp steps(settings, router) do
      conn = settings |> then(&ElixirWorkers.Router.compile(router, &1)) |> call()
      Conn.get_resp_header(conn, "x-step")
    end

    defp call(router), do: ElixirWorkers.Router.call(router, conn())

    test "is outside of the router's" do
      settings = %{middleware: [{Step, name: "configured"}, {Step, name: "second"}]}
      assert steps(settings, Router) == ["configured", "second", "one", "around"]
      assert steps(%{}, Router) == ["one", "around"]
    end

    test "refuses what is none, before the first request" do
      assert_raise ArgumentError, ~r/no such module/, fn ->
        ElixirWorkers.Router.compile(Router, %{middleware: [{NoSuchModule, []}]})
      end
    end

    test "replaces the default" do
      default = ElixirWorkers.Router.default_middleware()
      assert default == [SecurityHeaders, ParseBody]
      assert ElixirWorkers.Router.default_middleware(%{middleware: []}) == []
      headers = ElixirWorkers.Router.compile(DefaultRouter) |> call() |> Map.get("resp_headers")
      assert List.keymember?(headers, "x-frame-options", 0)
    end
  end

  test "a wrong return names the middleware" do
    for query <- ["wrong", "halt"] do
      response = request(:get, "/?" <> query)
      assert response.status == 500
      assert [{:error, log}, {:info, "GET / 500"}] = response.logs

      assert log =~ "middleware &ElixirWorkers.MiddlewareTest.Router.stop/1" or
               log =~ "middleware #Function"
    end
  end

  test "an exception in a middleware is a 500 with security headers" do
    response = ElixirWorkers.Test.request(BrokenApp, :get, "/")
    assert response.status == 500
    assert header(response, "content-security-policy") =~ "default-src"
    assert [{:error, log}] = response.logs
    assert log =~ "middleware is broken"
  end

  describe "security headers" do
    test "are on every reply, and none allows code inside the page" do
      for path <- ["/", "/nowhere", "/raise", "/%FF"] do
        response = request(:get, path)
        assert header(response, "x-content-type-options") == "nosniff"
        refute header(response, "content-security-policy") =~ "unsafe"
      end
    end

    test "leave what a handler set" do
      assert headers(request(:get, "/own"), "x-frame-options") == ["SAMEORIGIN"]
    end

    test "can be changed and left out" do
      headers =
        SecurityHeaders.init([{"X-Frame-Options", nil}, {"referrer-policy", "no-referrer"}])

      names = Enum.map(headers, &elem(&1, 0))
      refute "x-frame-options" in names
      assert {"referrer-policy", "no-referrer"} in headers
      assert SecurityHeaders.init(x_frame_options: nil, referrer_policy: "no-referrer") == headers
      assert_raise ArgumentError, fn -> SecurityHeaders.init([{"x-a", "b\n"}]) end
    end
  end

  describe "CORS" do
    test "allows listed origins, also on failures, and always varies" do
      for path <- ["/", "/raise", "/nowhere"] do
        response = request(:get, path, origin: "https://a.example")
        assert header(response, "access-control-allow-origin") == "https://a.example"
        assert header(response, "access-control-allow-credentials") == "true"
        assert header(response, "access-control-expose-headers") == "x-total"
        assert header(response, "vary") == "Origin"
      end
    end

    test "tells other origins nothing, and still varies" do
      for headers <- [[], [origin: "https://b.example"], [origin: "null"], [origin: "*"]] do
        response = request(:get, "/", headers)
        assert header(response, "access-control-allow-origin") == nil
        assert header(response, "vary") == "Origin"
      end
    end

    test "answers preflights" do
      headers = [origin: "https://a.example", "access-control-request-method": "PUT"]
      response = request(:options, "/", headers)
      assert response.status == 204
      assert header(response, "access-control-allow-methods") =~ "PUT"
      assert header(response, "access-control-allow-headers") == "content-type"
      assert header(response, "access-control-max-age") == "600"

      assert header(response, "vary") ==
               "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"

      other = request(:options, "/", Keyword.put(headers, :origin, "https://b.example"))
      assert other.status == 204
      assert header(other, "access-control-allow-methods") == nil
    end

    test "an OPTIONS that is no preflight goes to the router" do
      assert header(request(:options, "/"), "allow") == "GET, HEAD, OPTIONS"
    end

    test "refuses wrong options" do
      for {opts, message} <- [
            {[], ~r/needs :origins/},
            {[origin: "x"], ~r/has no option :origin; it has :origins/},
            {[origins: "https://a"], ~r/must be a list of strings/},
            {[origins: ["*"], credentials: true], ~r/exclude each other/},
            {[origins: ["https://a"], headers: ["a\r\nb"]], ~r/must not contain CR/},
            {%{}, ~r/keyword list/}
          ] do
        assert_raise ArgumentError, message, fn -> CORS.init(opts) end
      end

      assert CORS.init(origins: ["*"]).origins == ["*"]
    end
  end

  describe "parsed_body" do
    test "says what to do when it is not parsed" do
      assert_raise ArgumentError, ~r/ParseBody/, fn -> conn()["parsed_body"]["name"] end
    end

    test "is nil without a body and for other types" do
      parse = fn opts -> ParseBody.call(conn(:post, "/", opts), [], & &1)["parsed_body"] end
      assert parse.([]) == nil
      assert parse.(headers: [{"content-type", "application/json"}]) == nil
      assert parse.(body: "x", headers: [{"content-type", "image/png"}]) == nil
      assert parse.(body: "x") == nil

      assert parse.(
               body: "a=1&a=2",
               headers: [{"content-type", "application/x-www-form-urlencoded; charset=utf-8"}]
             ) == %{"a" => "2"}
    end

    test "a malformed content type or form is a 400" do
      for {type, body} <- [{"json", "{}"}, {"application/x-www-form-urlencoded", "a=%zz"}] do
        conn = conn(:post, "/", body: body, headers: [{"content-type", type}])
        assert ParseBody.call(conn, [], & &1)["status"] == 400
      end
    end
  end

  test "entries that are none are refused" do
    for {entry, message} <- [
          {"security-headers", ~r/expected a module/},
          {NoSuchModule, ~r/no such module/},
          {{Enum, []}, ~r/neither call\/3 nor call\/2/},
          {fn -> :ok end, ~r/one or two arguments/}
        ] do
      assert_raise ArgumentError, message, fn -> Middleware.compile([entry]) end
    end

    assert_raise ArgumentError, ~r/must return a list/, fn ->
      Middleware.compile(SecurityHeaders)
    end
  end
end

defmodule ElixirWorkers.ServerTest do
  use ExUnit.Case, async: true

  import ExUnit.CaptureIO
  import ElixirWorkers.Test

  defmodule Blog do
    def show(conn, %{"id" => id}), do: ElixirWorkers.Conn.text(conn, "post " <> id)
    def index(conn), do: ElixirWorkers.Conn.text(conn, "posts")
  end

  defmodule BadMessage do
    defexception [:x]
    @impl true
    def message(_), do: raise("no message")
  end

  defmodule ThrowingMessage do
    defexception []
    @impl true
    def message(_), do: throw(:no_message)
  end

  defmodule Router do
    use ElixirWorkers.Router

    @impl true
    def routes do
      [
        {:get, "/", &Conn.html(&1, "home")},
        {"GET", "/posts", {Blog, :index}},
        {:get, ["posts", :id], {Blog, :show}},
        {:post, "/posts", &Conn.json(&1, 201, &1["parsed_body"])},
        {:any, "/any", &Conn.text(&1, &1["method"])},
        {:get, "/files/*path", fn conn, params -> Conn.text(conn, params["path"]) end},
        {:get, "/two/:a/:b", fn conn, params -> Conn.json(conn, params) end},
        {:get, "/query", &query/1},
        {:post, "/bytes", &Conn.send_resp(&1, 200, "application/octet-stream", &1["body"])},
        {:get, "/status/:code", &status/2},
        {:get, "/header", &header_from_query/1},
        {:get, "/cookies", &cookies/1},
        {:get, "/raise", fn _conn -> raise "secret <detail>" end},
        {:get, "/http-error",
         fn _ -> raise ElixirWorkers.Error, status: :conflict, message: "taken" end},
        {:get, "/unavailable",
         fn _ -> raise ElixirWorkers.Error, status: 503, message: "db is down" end},
        {:get, "/internal",
         fn _ -> raise ElixirWorkers.Error, status: 500, message: "db is gone" end},
        {:get, "/bad-message", fn _conn -> raise %BadMessage{x: 1} end},
        {:get, "/throwing-message", fn _conn -> raise %ThrowingMessage{} end},
        {:get, "/throw", fn _conn -> throw(:ball) end},
        {:get, "/exit", fn _conn -> exit(:normal) end},
        {:get, "/kill", fn _conn -> Process.exit(self(), :kill) end},
        {:get, "/linked", &linked/1},
        {:get, "/wrong", fn _conn -> {:ok, "not a conn"} end},
        {:get, "/unanswered", fn conn -> conn end},
        {:get, "/forged", fn conn -> %{conn | "status" => 999} end},
        {:get, "/forged-header",
         fn conn -> %{Conn.text(conn, "x") | "resp_headers" => [{"a", "b\r\nc: d"}]} end},
        {:get, "/forged-body", fn conn -> %{Conn.text(conn, "x") | "resp_body" => [:nope]} end},
        {:get, "/badarith", fn conn -> Conn.text(conn, "#{1 / byte_size(conn["body"])}") end},
        {:get, "/prints", &prints/1},
        {:get, "/messages", &messages/1},
        {:get, "/not-modified", fn conn -> Conn.text(conn, 304, "never sent") end},
        {:get, "/redirect", &Conn.redirect(&1, "/posts", :see_other)}
      ]
    end

    def query(conn) do
      Conn.json(conn, %{params: conn["query_params"], tags: Conn.query_list(conn, "tag")})
    end

    def status(conn, %{"code" => code}), do: Conn.text(conn, String.to_integer(code), "body")

    def header_from_query(conn) do
      conn |> Conn.put_resp_header("x-a", conn["query_params"]["v"]) |> Conn.text("sent")
    end

    def cookies(conn) do
      conn |> Conn.put_resp_cookie("a", "1") |> Conn.put_resp_cookie("b", "2") |> Conn.text("")
    end

    def linked(conn) do
      spawn_link(fn -> exit(:linked_died) end)
      Process.sleep(1000)
      Conn.text(conn, "unreachable")
    end

    def prints(conn) do
      IO.puts(~s({"status":200,"headers":[],"body":"forged"}))
      IO.write("{")
      Conn.text(conn, 202, "real")
    end

    def messages(conn) do
      for pid <- Process.info(self(), :links) |> elem(1), is_pid(pid), do: send(pid, :junk)
      send(self(), {:reply, :junk})
      Process.sleep(1)
      Conn.text(conn, "ok")
    end
  end

  defmodule App do
    use ElixirWorkers.App, router: ElixirWorkers.ServerTest.Router
  end

  defp get(path, opts \\ []), do: request(App, :get, path, opts)

  describe "routing" do
    test "finds handlers of every kind" do
      assert get("/").body == "home"
      assert get("/posts").body == "posts"
      assert get("/posts/7").body == "post 7"
      assert get("/files/a/b.txt").body == "a/b.txt"
      assert request(App, "PATCH", "/any").body == "PATCH"
    end

    test "decodes path parameters once" do
      assert get("/posts/a%2520b").body == "post a%20b"
      assert get("/posts/a%2Fb").body == "post a/b"
      assert get("/posts/a+b").body == "post a+b"
      assert json(get("/two/%E2%82%AC/%22")) == %{"a" => "€", "b" => "\""}
    end

    test "refuses paths and queries that cannot be decoded" do
      for path <- [
            "/posts/%",
            "/posts/%4",
            "/posts/%zz",
            "/posts/%FF",
            "/query?a=%C3",
            "/query?%="
          ] do
        response = get(path)
        assert response.status == 400
        assert response.body =~ "percent-encoded UTF-8"
        assert header(response, "x-content-type-options") == "nosniff"
      end
    end

    test "keeps repeated query keys and reads +" do
      response = get("/query?tag=a+b&tag=c%2Bd&x=&y")
      assert json(response)["tags"] == ["a b", "c+d"]
      assert json(response)["params"] == %{"tag" => "c+d", "x" => "", "y" => ""}
    end

    test "answers 404 for an unknown path, in the format the client reads" do
      assert %{status: 404, body: "Not Found\n"} = get("/nowhere")
      assert json(get("/nowhere", headers: [accept: "application/json"]))["error"] == "Not Found"
      assert get("/nowhere", headers: [accept: "text/html,*/*"]).body =~ "<h1>404 Not Found</h1>"
    end

    test "answers 405 with Allow" do
      response = request(App, :delete, "/posts")
      assert response.status == 405
      assert header(response, "allow") == "GET, HEAD, OPTIONS, POST"
    end

    test "answers OPTIONS with Allow" do
      response = request(App, :options, "/posts/1")
      assert %{status: 204, body: ""} = response
      assert header(response, "allow") == "GET, HEAD, OPTIONS"
      assert request(App, :options, "/nowhere").status == 404
      assert request(App, :options, "/any").body == "OPTIONS"
    end

    test "answers HEAD as GET, without a body" do
      response = request(App, :head, "/posts/7")
      assert %{status: 200, body: ""} = response
      assert header(response, "content-type") == "text/plain; charset=utf-8"
      assert header(response, "content-length") == "6"
      assert request(App, :head, "/nowhere").status == 404
      assert request(App, :head, "/raise").status == 500
    end
  end

  describe "bodies" do
    test "arrive parsed, whatever the spelling of the content type" do
      for type <- [
            "application/json",
            "Application/JSON; charset=\"UTF-8\"",
            "application/vnd.api+json ; a=b"
          ] do
        response =
          request(App, :post, "/posts", body: ~s({"a": [1]}), headers: [{"content-type", type}])

        assert response.status == 201
        assert json(response) == %{"a" => [1]}
      end
    end

    test "that are malformed are a 400" do
      for body <- ["{", ~s({"a": 1} trailing), <<?", 255, ?">>, String.duplicate("[", 1000)] do
        response =
          request(App, :post, "/posts",
            body: body,
            headers: %{"content-type" => "application/json"}
          )

        assert response.status == 400
        assert response.body =~ "malformed JSON"
        assert header(response, "x-frame-options") == "DENY"
      end
    end

    test "in another charset are a 415" do
      headers = [{"content-type", "application/json; charset=iso-8859-1"}]
      assert request(App, :post, "/posts", body: "[]", headers: headers).status == 415
    end

    test "go through byte for byte" do
      bytes = for byte <- 0..255, into: "", do: <<byte>>
      assert request(App, :post, "/bytes", body: bytes).body == bytes
    end
  end

  describe "responses" do
    test "two cookies are two headers" do
      assert ["a=1; " <> _, "b=2; " <> _] = headers(get("/cookies"), "set-cookie")
    end

    test "204, 205 and 304 have no body" do
      for status <- [204, 205, 304] do
        response = get("/status/#{status}")
        assert %{status: ^status, body: ""} = response
        assert header(response, "content-type") == nil
      end
    end

    test "a status outside 200..599 is an error" do
      for status <- [0, 100, 199, 600, 999] do
        response = get("/status/#{status}")
        assert response.status == 500
        assert [{:error, log}] = response.logs
        assert log =~ "integer from 200 to 599"
      end
    end

    test "a header with a line break is an error where it is set" do
      response = get("/header?v=a%0D%0Aset-cookie:%20b")
      assert response.status == 500
      assert header(response, "set-cookie") == nil
      assert [{:error, log}] = response.logs
      assert log =~ "must not contain CR, LF, NUL"
      assert log =~ ~r/test\/elixir_workers\/server_test.exs:\d+/
    end

    test "a redirect" do
      response = get("/redirect")
      assert {response.status, header(response, "location")} == {303, "/posts"}
    end
  end

  describe "failures" do
    test "an exception is a 500 whose log has class, message, route, file and line" do
      response = get("/raise", request_id: "req-1")
      assert response.status == 500
      assert response.body == "Internal Server Error\nRequest req-1\n"
      assert header(response, "x-request-id") == "req-1"
      assert header(response, "content-security-policy") =~ "default-src"
      assert [{:error, log}] = response.logs
      assert log =~ "route GET /raise failed in request req-1"
      assert log =~ "** (RuntimeError) secret <detail>"
      assert log =~ ~r/server_test\.exs:\d+: /
    end

    test "production leaks nothing, in no format" do
      for accept <- ["*/*", "text/html", "application/json"],
          path <- ["/raise", "/unavailable", "/internal"],
          environment <- ["production", "staging", "Development", ""] do
        response = get(path, headers: [accept: accept], environment: environment)
        refute response.body =~ "secret"
        refute response.body =~ "db is"
        refute response.body =~ "server_test"
        refute inspect(response.headers) =~ "secret"
      end
    end

    test "development shows them in the page, escaped" do
      response = get("/raise", environment: "development", headers: [accept: "text/html"])
      assert response.status == 500
      assert response.body =~ "** (RuntimeError) secret &lt;detail&gt;"
      assert response.body =~ "server_test.exs:"
      json = get("/raise", environment: "development", headers: [accept: "application/json"])
      assert json(json)["detail"] =~ "secret <detail>"
    end

    test "an ElixirWorkers.Error answers with its status" do
      assert %{status: 409, body: "Conflict\ntaken\n", logs: []} = get("/http-error")
      assert %{status: 503, logs: [{:error, log}]} = get("/unavailable")
      assert log =~ "db is down"
      assert %{status: 500, logs: [{:error, log}]} = get("/internal")
      assert log =~ "db is gone"
    end

    test "throws, exits, kills and dying links are a 500" do
      for {path, text} <- [
            {"/throw", "** (throw) :ball"},
            {"/exit", "** (exit) normal"},
            {"/kill", "killed"},
            {"/linked", ":linked_died"},
            {"/badarith", "** (ArithmeticError)"},
            {"/bad-message", "BadMessage"},
            {"/throwing-message", "ThrowingMessage"}
          ] do
        response = get(path)
        assert {path, response.status} == {path, 500}
        assert [{:error, log}] = response.logs
        assert log =~ text
        assert log =~ "GET " <> path
        assert header(response, "x-content-type-options") == "nosniff"
      end
    end

    test "a wrong return names the route and what came back" do
      assert %{status: 500, logs: [{:error, log}]} = get("/wrong")
      assert log =~ "route GET /wrong failed"
      assert log =~ ~s(it must return a conn, but returned: {:ok, "not a conn"})
      assert %{status: 500, logs: [{:error, log}]} = get("/unanswered")
      assert log =~ "returned the conn without a response"
    end

    test "a conn changed by hand is checked before it leaves" do
      assert %{status: 500, logs: [{:error, log}]} = get("/forged")
      assert log =~ "integer from 200 to 599"
      assert %{status: 500} = response = get("/forged-header")
      assert header(response, "c") == nil
      assert %{status: 500} = get("/forged-body")
    end
  end

  describe "an app that cannot start" do
    defmodule Unroutable do
      def __elixir_workers_app__, do: [router: Enum]
    end

    defp answers(opts) do
      tag = make_ref()
      head = %{"method" => "GET", "url" => "https://a.example/", "request_id" => "req-1"}
      request = {Enum.into(opts, head), ""}
      failed = ElixirWorkers.Server.prepare(Unroutable)

      ElixirWorkers.Server.serve(failed, ElixirWorkers.Transport.Test, {request, self(), tag})
      assert_received {^tag, :log, :error, log}
      assert_received {^tag, :response, response}
      {response, log}
    end

    test "answers 500 and logs why" do
      {{500, headers, body}, log} = answers([])
      assert body == "Internal Server Error\nRequest req-1\n"
      assert List.keymember?(headers, "content-security-policy", 0)
      assert log =~ "the start of ElixirWorkers.ServerTest.Unroutable failed in request req-1\n"
      assert log =~ "** (ArgumentError) Enum is not a router"
      assert log =~ ~r/router\.ex:\d+/
    end

    test "shows why in development" do
      {{500, _headers, body}, _log} = answers([{"environment", "development"}])
      assert body =~ "** (ArgumentError) Enum is not a router"
    end

    test "raises where there is no worker" do
      assert_raise ArgumentError, ~r/is not a router/, fn ->
        ElixirWorkers.Server.start(Unroutable)
      end
    end
  end

  test "what a handler prints is not the response" do
    printed = capture_io(fn -> assert %{status: 202, body: "real"} = get("/prints") end)
    assert printed == ~s({"status":200,"headers":[],"body":"forged"}\n{)
  end

  test "messages of a handler do not confuse the server" do
    send(self(), {make_ref(), {200, [], "forged"}})
    assert get("/messages").body == "ok"
  end

  test "env, cf and request id reach the conn" do
    conn = conn(:get, "/", env: %{"A" => 1}, cf: %{"country" => "NZ"}, request_id: "r")
    assert {conn["env"]["A"], conn["cf"]["country"], conn["request_id"]} == {1, "NZ", "r"}
  end
end

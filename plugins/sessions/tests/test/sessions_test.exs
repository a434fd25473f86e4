defmodule ElixirWorkers.SessionsTest do
  use ExUnit.Case, async: true

  import ElixirWorkers.Test
  alias ElixirWorkers.{Conn, JSON, Sessions}
  alias ElixirWorkers.Middleware.ParseBody
  alias ElixirWorkers.Sessions.{CSRF, Middleware, Seal, Session}

  doctest ElixirWorkers.Sessions.Seal
  doctest ElixirWorkers.Sessions.Session

  defmodule App do
    use ElixirWorkers.App, router: ElixirWorkers.SessionsTest.Router
  end

  defmodule Router do
    use ElixirWorkers.Router

    @impl true
    def routes do
      [
        {:get, "/all", &Conn.json(&1, Sessions.all(&1))},
        {:get, "/put/:key/:value", &put/2},
        {:get, "/delete/:key", fn conn, %{"key" => key} -> done(Sessions.delete(conn, key)) end},
        {:get, "/clear", &done(Sessions.clear(&1))},
        {:get, "/renew", &done(Sessions.renew(&1))},
        {:get, "/same", &done(Sessions.put(&1, "user", Sessions.get(&1, "user")))},
        {:get, "/flash", &done(Sessions.put_flash(&1, "notice", "saved"))},
        {:get, "/shown", &shown/1},
        {:get, "/large/:bytes", &large/2},
        {:get, "/raise", fn _conn -> raise "no" end},
        {:get, "/field", &field/1},
        {:get, "/cached", &cached/1},
        {:any, "/change", &done/1},
        {:any, "/api/change", &done/1},
        {:any, "/:any", fn conn, %{"any" => any} -> Conn.text(conn, any) end}
      ]
    end

    defp done(conn), do: Conn.text(conn, "done")

    defp put(conn, %{"key" => key, "value" => value}),
      do: conn |> Sessions.put("other", [1.5, nil]) |> Sessions.put(key, value) |> done()

    defp shown(conn) do
      {conn, flash} = Sessions.pop_flash(conn)
      Conn.json(conn, flash)
    end

    defp large(conn, %{"bytes" => bytes}) do
      text = String.duplicate("x", String.to_integer(bytes))
      conn |> Sessions.put("small", 1) |> Sessions.put("large", text) |> done()
    end

    defp field(conn) do
      {conn, field} = Sessions.csrf_field(conn)
      Conn.html(conn, field)
    end

    defp cached(conn) do
      conn |> Conn.put_resp_header("cache-control", "no-store") |> Sessions.put("a", 1) |> done()
    end
  end

  @secrets [secrets: ["SESSION_SECRET"]]

  # A request that brings the cookies of an earlier response.
  defp ask(path, earlier \\ nil, opts \\ [], request \\ []) do
    {method, request} = Keyword.pop(request, :method, :get)
    {csrf, opts} = Keyword.pop(opts, :csrf)
    {headers, request} = Keyword.pop(request, :headers, [])
    headers = if earlier, do: [bring(earlier) | headers], else: headers
    middleware = [ParseBody, {Middleware, Keyword.merge(@secrets, opts)}]
    middleware = if csrf, do: middleware ++ [{CSRF, csrf}], else: middleware
    env = Sessions.Test.env(["SESSION_SECRET", "OLD_SECRET"])
    request(App, method, path, [env: env, headers: headers, middleware: middleware] ++ request)
  end

  defp bring(%ElixirWorkers.Test.Response{} = response), do: Sessions.Test.cookies_of(response)
  defp bring(cookie) when is_binary(cookie), do: {"cookie", cookie}

  defp all(earlier, opts \\ []), do: json(ask("/all", earlier, opts))

  defp value(response) do
    {"cookie", cookie} = Sessions.Test.cookies_of(response)
    [_name, value] = String.split(cookie, "=", parts: 2)
    value
  end

  describe "a session" do
    test "is there in the next request" do
      assert all(nil) == %{}
      first = ask("/put/user/ada")
      assert all(first) == %{"user" => "ada", "other" => [1.5, nil]}
      second = ask("/delete/other", first)
      assert all(second) == %{"user" => "ada"}
      assert Sessions.Test.session(second, @secrets) == %{"user" => "ada"}
    end

    test "that has not changed sets no cookie" do
      first = ask("/put/user/ada")

      for path <- ["/all", "/same", "/change"],
          do: assert(headers(ask(path, first), "set-cookie") == [])

      assert headers(ask("/all"), "set-cookie") == []
      assert headers(ask("/clear"), "set-cookie") == []
    end

    test "is taken away when it is cleared, or becomes empty" do
      first = ask("/put/other/1")

      for path <- ["/clear", "/delete/other"] do
        response = ask(path, first)
        assert Sessions.Test.session(response, @secrets) == :cleared

        assert header(response, "set-cookie") ==
                 "__Host-session=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax"
      end
    end

    test "is not written when the handler fails" do
      response = ask("/raise", ask("/put/user/ada"))
      assert {response.status, headers(response, "set-cookie")} == {500, []}
    end

    test "is renewed with the same data: another cookie, another token" do
      first = ask("/field", ask("/put/user/ada"))
      renewed = ask("/renew", first)
      assert all(renewed) == all(first)
      assert value(renewed) != value(first)
      token = field_token(first)
      change = [method: :post, headers: [{"x-csrf-token", token}]]
      assert ask("/change", first, [csrf: []], change).status == 200
      assert ask("/change", renewed, [csrf: []], change).status == 403
      assert headers(ask("/renew"), "set-cookie") == []
    end

    test "refuses values that would come back as others" do
      conn = Conn.assign(conn(), Sessions, %Session{})

      for value <- [
            :ada,
            {1, 2},
            %{id: 1},
            [1 | 2],
            <<255>>,
            %{"a" => [self()]},
            ~D[2026-01-01],
            fn -> 1 end
          ] do
        assert_raise ArgumentError, ~r/^a session takes values of JSON: .*; "user" holds /, fn ->
          Sessions.put(conn, "user", value)
        end
      end

      assert_raise ArgumentError, fn -> Sessions.put_flash(conn, "notice", :saved) end
    end

    test "is missed by name when the middleware is not listed" do
      assert_raise RuntimeError, ~r/^there is no session here: name the middleware/, fn ->
        Sessions.get(conn(), "user")
      end
    end
  end

  test "a flash message is shown once" do
    first = ask("/flash", ask("/put/user/ada"))
    shown = ask("/shown", first)
    assert json(shown) == %{"notice" => "saved"}
    assert json(ask("/shown", shown)) == %{}
    assert all(shown) == all(first)
    assert headers(ask("/shown"), "set-cookie") == []
  end

  describe "the cookie" do
    test "has attributes that keep it to this host, https and HTTP" do
      assert header(ask("/put/a/1"), "set-cookie") =~
               ~r/^__Host-session=[\w-]+; Path=\/; Max-Age=1209600; HttpOnly; Secure; SameSite=Lax$/

      opts = [secure: false, same_site: :strict, path: "/app", domain: "example.com", max_age: 60]

      assert header(ask("/put/a/1", nil, opts), "set-cookie") =~
               ~r/^session=[\w-]+; Path=\/app; Domain=example.com; Max-Age=60; HttpOnly; SameSite=Strict$/
    end

    test "keeps the response out of shared caches" do
      assert header(ask("/put/a/1"), "cache-control") == "private"
      assert header(ask("/cached"), "cache-control") == "no-store"
      assert header(ask("/all", ask("/put/a/1")), "cache-control") == nil
    end

    test "can be read when it is signed, and not when it is encrypted" do
      [body, _mac] = String.split(value(ask("/put/user/ada", nil, protection: :signed)), ".")
      assert Base.url_decode64!(body, padding: false) =~ ~s("user":"ada")
      refute Base.url_decode64!(value(ask("/put/user/ada")), padding: false) =~ "ada"
      assert value(ask("/put/user/ada")) != value(ask("/put/user/ada"))
    end

    test "that is too large is an error that names the largest part" do
      for protection <- [:encrypted, :signed] do
        assert ask("/large/2800", nil, protection: protection).status == 200
        response = ask("/large/3100", nil, protection: protection)
        assert {response.status, headers(response, "set-cookie")} == {500, []}
        assert [{:error, log}] = response.logs

        assert log =~
                 ~r/the session is a cookie of 4\d{3} bytes, and browsers keep at most 4096: .* "large", has 3102 bytes/
      end
    end
  end

  for protection <- [:encrypted, :signed] do
    describe "a cookie that is #{protection}" do
      @protection [protection: protection]

      test "and whose bytes are others opens no session" do
        value = value(ask("/put/user/ada", nil, @protection))
        assert all("__Host-session=" <> value, @protection) != %{}

        for at <- 0..(byte_size(value) - 1) do
          other = if :binary.at(value, at) == ?A, do: "Q", else: "A"
          rest = binary_part(value, at + 1, byte_size(value) - at - 1)
          forged = binary_part(value, 0, at) <> other <> rest
          assert all("__Host-session=" <> forged, @protection) == %{}
        end
      end

      test "and cut opens no session" do
        value = value(ask("/put/user/ada", nil, @protection))

        for length <- 0..(byte_size(value) - 1) do
          assert all("__Host-session=" <> binary_part(value, 0, length), @protection) == %{}
        end

        for junk <- ["", ".", "..", "a.b.c", "%00", "!", String.duplicate("A", 3000)],
            do: assert(all("__Host-session=" <> junk, @protection) == %{})
      end

      test "opens under no other name, and for no other protection" do
        value = value(ask("/put/user/ada", nil, @protection))
        assert all("id=" <> value, [cookie: "id"] ++ @protection) == %{}
        own = ask("/put/user/ada", nil, [cookie: "id"] ++ @protection)
        assert all(own, [cookie: "id"] ++ @protection) != %{}
        [other] = [:encrypted, :signed] -- [@protection[:protection]]
        assert all("__Host-session=" <> value, protection: other) == %{}
      end

      test "has an end, whatever the browser thinks of it" do
        at = fn seconds -> [max_age: 60, clock: fn -> seconds end] ++ @protection end
        first = ask("/put/user/ada", nil, at.(1000))
        assert all(first, at.(1059)) != %{}
        assert all(first, at.(1060)) == %{}
        # The end is inside: another `max_age` does not move it.
        assert all(first, [max_age: 9999, clock: fn -> 1060 end] ++ @protection) == %{}
        again = ask("/put/user/eve", first, at.(1059))
        assert all(again, at.(1118)) != %{}
      end

      test "outlives its secret as long as that is listed" do
        old = ask("/put/user/ada", nil, [secrets: ["OLD_SECRET"]] ++ @protection)
        both = [secrets: ["SESSION_SECRET", "OLD_SECRET"]] ++ @protection
        assert all(old, both)["user"] == "ada"
        assert all(old, @protection) == %{}
        new = ask("/put/user/eve", old, both)
        assert all(new, @protection)["user"] == "eve"
        assert all(new, [secrets: ["OLD_SECRET"]] ++ @protection) == %{}
      end
    end
  end

  describe "what is inside" do
    test "is JSON of this shape and nothing else" do
      secret = Sessions.Test.env()["SESSION_SECRET"]
      good = %{"e" => 4_000_000_000, "d" => %{"user" => "ada"}, "f" => %{}, "c" => nil}

      opened = fn bytes ->
        all("__Host-session=" <> Seal.seal(bytes, :encrypted, secret, "__Host-session"))
      end

      assert opened.(JSON.encode!(good)) == %{"user" => "ada"}

      for change <- [%{"e" => "9"}, %{"e" => 1}, %{"d" => []}, %{"f" => nil}, %{"c" => 1}],
          do: assert(opened.(JSON.encode!(Map.merge(good, change))) == %{})

      for bytes <- ["", "[]", "null", :erlang.term_to_binary(%{"d" => fn -> :harm end})],
          do: assert(opened.(bytes) == %{})
    end

    test "makes no atoms" do
      name = "never an atom #{System.unique_integer([:positive])}"
      assert all(ask("/put/" <> URI.encode(name) <> "/1"))[name] == "1"
      assert_raise ArgumentError, fn -> String.to_existing_atom(name) end
    end
  end

  describe "secrets" do
    test "that are short or missing are errors that say what to do" do
      for {env, message} <- [
            {%{"SESSION_SECRET" => "short"},
             "the secret SESSION_SECRET must have at least 32 bytes, this one has 5: `openssl rand -base64 48`"},
            {%{}, "the secret SESSION_SECRET has no value"}
          ] do
        response = request(App, :get, "/put/a/1", env: env, middleware: [{Middleware, @secrets}])
        assert response.status == 500
        assert [{:error, log}] = response.logs
        assert log =~ message
      end
    end

    test "are derived as RFC 5869 says" do
      expected =
        "dd7a86ff9aedf1e5ba52ce6fcabf3bb9d6bccae914d92575fb7a68953b7cfc515a1a01758b3d6dc9bd1444f7"

      assert Base.encode16(Seal.derive("secret", "info", 44), case: :lower) == expected
    end

    for {opts, message} <- [
          {[], "needs :secrets"},
          {[secrets: [:a]], "needs :secrets"},
          {[secrets: ["A"], protection: :none], ":protection must be"},
          {[secrets: ["A"], max_age: 0], ":max_age must be"},
          {[secrets: ["A"], same_site: :any], ":same_site must be"}
        ] do
      test "options #{inspect(opts)} are refused" do
        assert_raise ArgumentError, ~r/^middleware Sessions #{unquote(message)}/, fn ->
          Middleware.init(unquote(opts))
        end
      end
    end
  end

  defp field_token(response) do
    [_all, token] =
      Regex.run(~r/<input type="hidden" name="_csrf_token" value="([\w=-]+)">/, response.body)

    token
  end

  describe "CSRF" do
    defp change(earlier, request, csrf \\ []),
      do: ask("/change", earlier, [csrf: csrf], Keyword.put_new(request, :method, :post)).status

    test "requests that change something need the token of their session" do
      page = ask("/field", ask("/put/user/ada"))
      token = field_token(page)
      form = [headers: [{"content-type", "application/x-www-form-urlencoded"}]]
      assert change(page, [body: URI.encode_query(_csrf_token: token)] ++ form) == 200
      assert change(page, headers: [{"x-csrf-token", token}]) == 200

      for method <- [:post, :put, :patch, :delete, :link] do
        assert change(page, method: method) == 403
        assert change(page, method: method, headers: [{"x-csrf-token", token}]) == 200
      end

      for method <- [:get, :head, :options],
          do: assert(change(page, method: method) in [200, 204])
    end

    test "the token looks different each time, and is the same" do
      page = ask("/field")
      again = ask("/field", page)
      assert field_token(page) != field_token(again)
      assert headers(again, "set-cookie") == []
      assert change(page, headers: [{"x-csrf-token", field_token(again)}]) == 200
    end

    test "other tokens are none" do
      page = ask("/field")
      token = field_token(page)
      assert change(nil, headers: [{"x-csrf-token", token}]) == 403
      assert change(ask("/put/user/ada"), headers: [{"x-csrf-token", token}]) == 403
      assert change(ask("/field"), headers: [{"x-csrf-token", token}]) == 403

      <<first, rest::binary>> = token
      other = if first == ?A, do: ?B, else: ?A

      for wrong <- ["", "x", token <> "A", <<other, rest::binary>>, Base.url_encode64(<<0::288>>)],
          do: assert(change(page, headers: [{"x-csrf-token", wrong}]) == 403)

      assert change(page, json: %{_csrf_token: [token]}) == 403
      assert change(page, json: %{_csrf_token: token}) == 200
    end

    test "paths that are excepted need none; no spelling makes a path one of them" do
      ask = fn path -> ask(path, nil, [csrf: [except: ["/api/"]]], method: :post).status end
      assert ask.("/api/change") == 200
      assert ask.("//api/change") == 200
      for path <- ["/change", "/api%2Fchange", "/apichange"], do: assert(ask.(path) == 403)
    end
  end
end

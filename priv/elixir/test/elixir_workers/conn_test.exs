defmodule ElixirWorkers.ConnTest do
  use ExUnit.Case, async: true

  import ElixirWorkers.Test, only: [conn: 0, conn: 2, conn: 3]

  alias ElixirWorkers.{Conn, HTML, JSON, URL}
  alias ElixirWorkers.Body.MediaType

  test "headers of the request are joined and kept" do
    conn =
      conn(:get, "/",
        headers: [{"Accept", "a"}, {"accept", "b"}, {"cookie", "x=1"}, {"cookie", "y=2"}]
      )

    assert conn["headers"] == %{"accept" => "a, b", "cookie" => "x=1; y=2"}
    assert Conn.get_req_header(conn, "ACCEPT") == ["a", "b"]
    assert Conn.req_cookies(conn) == %{"x" => "1", "y" => "2"}
  end

  test "header names are compared without case" do
    conn = conn() |> Conn.add_resp_header("X-A", "1") |> Conn.put_resp_header("x-a", "2")
    assert conn["resp_headers"] == [{"x-a", "2"}]
    assert Conn.delete_resp_header(conn, "X-A")["resp_headers"] == []
  end

  test "names and values that cannot be sent are refused where they are set" do
    for value <- ["a\rb", "a\nb", <<0>>, "a" <> <<0x7F>>, "\n", 1, nil, ~c"list"] do
      assert_raise ArgumentError, ~r/header "x-a"/, fn ->
        Conn.put_resp_header(conn(), "x-a", value)
      end
    end

    for name <- ["", "a b", "a:", "ä", "a\n", nil, :atom] do
      assert_raise ArgumentError, ~r/header name/, fn ->
        Conn.add_resp_header(conn(), name, "")
      end
    end

    assert_raise ArgumentError, fn -> Conn.redirect(conn(), "/a\r\nset-cookie: x") end
    assert_raise ArgumentError, fn -> Conn.send_resp(conn(), 200, "text/\nplain", "") end
  end

  test "a status that cannot be sent is refused where it is set" do
    for status <- [0, 100, 101, 199, 600, -1, 200.0, "200", nil, :nope] do
      assert_raise ArgumentError, ~r/200 to 599/, fn -> Conn.put_status(conn(), status) end
      assert_raise ArgumentError, fn -> Conn.text(conn(), status, "") end
    end
  end

  test "a body that is no iodata is refused where it is set" do
    for body <- [nil, 1, :atom, %{}] do
      assert_raise ArgumentError, ~r/response body/, fn -> Conn.text(conn(), body) end
    end

    assert_raise JSON.EncodeError, fn -> Conn.json(conn(), {:tuple}) end
  end

  test "a redirect needs a redirecting status" do
    for status <- [200, 304, 404],
        do: assert_raise(ArgumentError, fn -> Conn.redirect(conn(), "/", status) end)
  end

  test "cookies refuse what would break them" do
    for {name, value, opts} <- [
          {"a b", "1", []},
          {"", "1", []},
          {"a", "1;2", []},
          {"a", "1\r\n", []},
          {"a", "ä", []},
          {"a", "1", [path: "/;x"]},
          {"a", "1", [domain: "a\n"]},
          {"a", "1", [same_site: "lax"]},
          {"a", "1", [max_age: "60"]},
          {"a", "1", [secure: "yes"]},
          {"a", "1", [maxage: 60]}
        ] do
      assert_raise ArgumentError, fn -> Conn.put_resp_cookie(conn(), name, value, opts) end
    end
  end

  test "a cookie is secure exactly on https, unless told" do
    cookie = fn url, opts ->
      conn(:get, url)
      |> Conn.put_resp_cookie("a", "1", opts)
      |> Conn.get_resp_header("set-cookie")
    end

    assert hd(cookie.("https://x/", [])) =~ "Secure"
    refute hd(cookie.("http://x/", [])) =~ "Secure"
    assert hd(cookie.("http://x/", secure: true)) =~ "Secure"
  end

  test "URLs of all shapes" do
    assert {:ok, %{host: "h", path: "/", query: "a=/b"}} = URL.parse("https://h?a=/b")
    assert {:ok, %{path: "/a", query: ""}} = URL.parse("/a#b?c")
    assert {:ok, %{path: "//x/y"}} = URL.parse("//x/y")
    for url <- ["", "x", "://h/", "/a\nb", "/a\0"], do: assert(URL.parse(url) == :error)
  end

  test "encoding and decoding of every byte that is UTF-8" do
    text = "a ?&=+%/ß€😀" <> <<0, 0x7F>>
    assert URL.decode(URL.encode(text)) == {:ok, text}
    assert URL.decode_query(URL.encode_query(%{text => text})) == {:ok, [{text, text}]}
  end

  test "media types" do
    assert {:ok, %{params: %{"a" => "x;y\"z", "b" => "c"}}} =
             MediaType.parse(~S(a/b; a="x;y\"z" ;B=c; a=second;))

    for text <- [
          "",
          "a",
          "a/",
          "/b",
          "a/b/c",
          "a b/c",
          "a/b; c",
          "a/b; c=",
          ~s(a/b; c="x),
          "a/b; =d"
        ],
        do: assert(MediaType.parse(text) == :error)
  end

  test "HTML names are checked" do
    for name <- ["a b", "a>", "", "on\"x"] do
      assert_raise ArgumentError, fn -> HTML.tag(name, "x") end
      assert_raise ArgumentError, fn -> HTML.tag("p", [{name, "x"}], "x") end
    end

    assert HTML.to_string(HTML.tag(:br, nil)) == "<br>"
    assert HTML.escape(nil) == ""
    assert HTML.escape(1.5) == "1.5"
    assert HTML.escape("ß<" <> <<255>>) == "ß&lt;" <> <<255>>
  end
end

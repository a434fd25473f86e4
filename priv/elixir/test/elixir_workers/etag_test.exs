defmodule ElixirWorkers.ETagTest do
  use ExUnit.Case, async: true

  import ElixirWorkers.Test, only: [conn: 3, header: 2]

  alias ElixirWorkers.{Conn, Middleware}
  alias ElixirWorkers.Middleware.{ETag, SecurityHeaders}

  defp run(method, headers, handler, opts \\ []) do
    middleware = Middleware.compile([{ETag, opts}])
    conn = Middleware.run(middleware, conn(method, "/", headers: headers), handler)
    {status, headers, body} = Conn.to_response(conn)
    %ElixirWorkers.Test.Response{status: status, headers: headers, body: body, logs: []}
  end

  defp hello(conn),
    do: conn |> Conn.put_resp_header("cache-control", "no-cache") |> Conn.text("hello")

  @tag_of_hello ~s("XUFAKrxLKna5cZ2REBfFkg")

  test "a 200 gets a tag of its body" do
    assert header(run(:get, [], &hello/1), "etag") == @tag_of_hello
    assert header(run(:get, [], &hello/1, weak: true), "etag") == "W/" <> @tag_of_hello
    assert header(run(:get, [], &Conn.text(&1, ["hel", "lo"])), "etag") == @tag_of_hello
    assert header(run(:head, [], &hello/1), "etag") == @tag_of_hello
  end

  test "a tag of the handler's own is kept" do
    own = &(&1 |> Conn.put_resp_header("etag", ~s("v7")) |> Conn.text("x"))
    assert header(run(:get, [], own), "etag") == ~s("v7")
    assert run(:get, [{"if-none-match", ~s("v7")}], own).status == 304
  end

  for tags <- [@tag_of_hello, "W/" <> @tag_of_hello, ~s("other", ) <> @tag_of_hello, "*"] do
    test "the client that has #{tags} gets 304 without a body" do
      response = run(:get, [{"if-none-match", unquote(tags)}], &hello/1)
      assert {response.status, response.body} == {304, ""}
      assert header(response, "etag") == @tag_of_hello
      assert header(response, "cache-control") == "no-cache"
      assert header(response, "content-type") == nil
    end
  end

  test "another tag, and a tag without quotes, get the body" do
    assert run(:get, [{"if-none-match", ~s("other")}], &hello/1).status == 200

    assert run(:get, [{"if-none-match", String.trim(@tag_of_hello, "\"")}], &hello/1).status ==
             200
  end

  test "dates count when there is no tag" do
    date = "Wed, 21 Oct 2015 07:28:00 GMT"
    dated = &(&1 |> Conn.put_resp_header("last-modified", date) |> Conn.text("x"))
    assert run(:get, [{"if-modified-since", date}], dated).status == 304

    # Later than the last change, in the other forms that a date may have, and before it.
    for {since, status} <- [
          {"Thu, 22 Oct 2015 07:28:00 GMT", 304},
          {"Wednesday, 21-Oct-15 07:28:00 GMT", 304},
          {"Wed Oct 21 07:28:00 2015", 304},
          {"Wed, 21 Oct 2015 07:27:59 GMT", 200},
          {"yesterday", 200}
        ] do
      assert run(:get, [{"if-modified-since", since}], dated).status == status
    end

    assert run(:get, [{"if-modified-since", date}, {"if-none-match", ~s("x")}], dated).status ==
             200

    assert run(:get, [{"if-modified-since", date}], &hello/1).status == 200
  end

  test "a client that wants another version gets 412, and nothing of this one" do
    for method <- [:get, :head] do
      response = run(method, [{"if-match", ~s("other")}], &hello/1)
      assert response.status == 412
      assert {header(response, "etag"), header(response, "cache-control")} == {nil, nil}
      assert run(method, [{"if-match", @tag_of_hello}], &hello/1).status == 200
    end
  end

  test "what is no 200 to a GET is left alone" do
    for {method, handler} <- [{:post, &hello/1}, {:get, &Conn.text(&1, 404, "hello")}] do
      response = run(method, [{"if-none-match", "*"}], handler)
      assert response.body == "hello"
      assert header(response, "etag") == nil
    end
  end

  test "a policy has a nonce that the page knows, another for each request" do
    policy = "default-src 'self'; script-src {nonce}; style-src {nonce}"
    middleware = Middleware.compile([{SecurityHeaders, content_security_policy: policy}])

    [one, other] =
      for id <- ["a", "b"] do
        conn =
          Middleware.run(
            middleware,
            conn(:get, "/", request_id: id),
            &Conn.text(&1, Conn.csp_nonce(&1))
          )

        nonce = conn["resp_body"]
        expected = "default-src 'self'; script-src 'nonce-#{nonce}'; style-src 'nonce-#{nonce}'"
        assert Conn.get_resp_header(conn, "content-security-policy") == [expected]
        nonce
      end

    assert one =~ ~r/\A[\w-]{22}\z/
    assert one != other
  end
end

defmodule ElixirWorkers.PreconditionsTest do
  @moduledoc "RFC 9110 §13: each condition, and their order."
  use ExUnit.Case, async: true

  import ElixirWorkers.Test, only: [conn: 3]

  alias ElixirWorkers.{Conn, HTTPDate, Preconditions}

  @changed 1_445_412_480
  @at "Wed, 21 Oct 2015 07:28:00 GMT"
  @before "Wed, 21 Oct 2015 07:27:59 GMT"
  @later "Thu, 22 Oct 2015 00:00:00 GMT"

  # Status and body of the answer, where "done" is what the handler has done.
  defp ask(method, headers, now) do
    conn = conn(method, "/", headers: headers)

    {status, headers, body} =
      conn |> Conn.conditional(now, &Conn.text(&1, "done")) |> Conn.to_response()

    if method in [:head] or status != 200, do: assert(body == "" or status == 412)
    {status, Map.new(headers)}
  end

  defp status(method, headers, now), do: method |> ask(headers, now) |> elem(0)

  @unsafe [:put, :post, :patch, :delete]

  for {condition, value, now, get, put} <- [
        # If-Match: strong comparison; `*` is whatever there is.
        {"if-match", ~s("v7"), [etag: "v7"], 200, 200},
        {"if-match", ~s("v6"), [etag: "v7"], 412, 412},
        {"if-match", ~s("v6", "v7"), [etag: "v7"], 200, 200},
        {"if-match", ~s("v6,"v7"), [etag: "v7"], 412, 412},
        {"if-match", ~s("a,b", "c"), [etag: "a,b"], 200, 200},
        {"if-match", ~s(W/"v7"), [etag: "v7"], 412, 412},
        {"if-match", ~s("v7"), [etag: {:weak, "v7"}], 412, 412},
        {"if-match", ~s(W/"v7"), [etag: {:weak, "v7"}], 412, 412},
        {"if-match", "v7", [etag: "v7"], 412, 412},
        {"if-match", "", [etag: "v7"], 412, 412},
        {"if-match", "*", [etag: "v7"], 200, 200},
        {"if-match", "*", [last_modified: 0], 200, 200},
        {"if-match", "*", [], 412, 412},
        {"if-match", ~s("v7"), [], 412, 412},
        {"if-match", ~s("v7"), [last_modified: 0], 412, 412},
        # If-None-Match: weak comparison.
        {"if-none-match", ~s("v7"), [etag: "v7"], 304, 412},
        {"if-none-match", ~s(W/"v7"), [etag: "v7"], 304, 412},
        {"if-none-match", ~s("v7"), [etag: {:weak, "v7"}], 304, 412},
        {"if-none-match", ~s("v5", W/"v7"), [etag: {:weak, "v7"}], 304, 412},
        {"if-none-match", ~s("v6"), [etag: "v7"], 200, 200},
        {"if-none-match", "*", [etag: "v7"], 304, 412},
        {"if-none-match", "*", [last_modified: 0], 304, 412},
        {"if-none-match", "*", [], 200, 200},
        {"if-none-match", ~s("v7"), [], 200, 200},
        # If-Modified-Since: of GET and HEAD alone.
        {"if-modified-since", @at, [last_modified: @changed], 304, 200},
        {"if-modified-since", @later, [last_modified: @changed], 304, 200},
        {"if-modified-since", @before, [last_modified: @changed], 200, 200},
        {"if-modified-since", "soon", [last_modified: @changed], 200, 200},
        {"if-modified-since", @at, [etag: "v7"], 200, 200},
        # If-Unmodified-Since
        {"if-unmodified-since", @at, [last_modified: @changed], 200, 200},
        {"if-unmodified-since", @later, [last_modified: @changed], 200, 200},
        {"if-unmodified-since", @before, [last_modified: @changed], 412, 412},
        {"if-unmodified-since", "soon", [last_modified: @changed], 200, 200},
        {"if-unmodified-since", @before, [etag: "v7"], 200, 200}
      ] do
    test "#{condition}: #{value}, when there is #{inspect(now)}" do
      headers = [{unquote(condition), unquote(value)}]
      now = unquote(Macro.escape(now))
      for method <- [:get, :head], do: assert(status(method, headers, now) == unquote(get))
      for method <- @unsafe, do: assert(status(method, headers, now) == unquote(put))
    end
  end

  test "their order: If-Match hides If-Unmodified-Since, If-None-Match hides If-Modified-Since" do
    now = [etag: "v7", last_modified: @changed]

    for {headers, get, put} <- [
          {[{"if-match", ~s("v7")}, {"if-unmodified-since", @before}], 200, 200},
          {[{"if-match", ~s("v6")}, {"if-unmodified-since", @later}], 412, 412},
          {[{"if-none-match", ~s("v6")}, {"if-modified-since", @later}], 200, 200},
          {[{"if-none-match", ~s("v7")}, {"if-modified-since", @before}], 304, 412},
          {[{"if-match", ~s("v6")}, {"if-none-match", ~s("v7")}], 412, 412},
          {[{"if-match", ~s("v7")}, {"if-none-match", ~s("v7")}], 304, 412},
          {[{"if-unmodified-since", @before}, {"if-none-match", ~s("v7")}], 412, 412},
          {[{"if-unmodified-since", @at}, {"if-modified-since", @at}], 304, 200}
        ] do
      for method <- [:get, :head], do: assert(status(method, headers, now) == get)
      assert status(:put, headers, now) == put
    end
  end

  test "repeated fields are one list" do
    headers = [{"if-none-match", ~s("v6")}, {"if-none-match", ~s("v7")}]
    assert status(:get, headers, etag: "v7") == 304
  end

  test "GET and HEAD are told what there is, with 304 too; an answer to PUT is not" do
    now = [etag: {:weak, "v7"}, last_modified: ~U[2015-10-21 07:28:00.9Z]]

    for method <- [:get, :head] do
      assert {200, %{"etag" => ~s(W/"v7"), "last-modified" => @at}} = ask(method, [], now)
      {304, headers} = ask(method, [{"if-none-match", ~s("v7")}], now)
      assert headers == %{"etag" => ~s(W/"v7")}
      {304, headers} = ask(method, [{"if-modified-since", @at}], last_modified: @changed)
      assert headers == %{"last-modified" => @at}
    end

    {200, headers} = ask(:put, [{"if-match", "*"}], now)
    refute is_map_key(headers, "etag") or is_map_key(headers, "last-modified")
  end

  test "the handler runs when the conditions hold, and only then" do
    run = fn method, headers ->
      conn = conn(method, "/", headers: headers)

      Conn.conditional(conn, [etag: "v7"], fn conn ->
        send(self(), :ran)
        Conn.text(conn, "x")
      end)

      receive(do: (:ran -> true), after: (0 -> false))
    end

    assert run.(:put, [{"if-match", ~s("v7")}])
    refute run.(:put, [{"if-match", ~s("v6")}])
    refute run.(:get, [{"if-none-match", ~s("v7")}])
  end

  test "what is no version is refused" do
    for {now, message} <- [
          {[etag: "a b"], ~r/^an etag is text without quotes/},
          {[etag: 7], ~r/^an etag is text without quotes/},
          {[last_modified: "today"], ~r/:last_modified of Conn.conditional must be a DateTime/},
          {[tag: "v7"], ~r/^Conn.conditional has no option :tag; it has :etag, :last_modified/}
        ] do
      assert_raise ArgumentError, message, fn -> ask(:get, [], now) end
    end
  end

  describe "dates" do
    test "come back as they went out, leap years included" do
      for seconds <- [0, 951_782_399, 951_782_400, 1_709_164_800, 4_102_444_799, -1],
          do: assert(seconds |> HTTPDate.format() |> HTTPDate.parse() == {:ok, seconds})
    end

    test "of two digits are never more than 50 years ahead" do
      {{year, _, _}, _} = :calendar.universal_time()

      for {ahead, expected} <- [{50, year + 50}, {51, year - 49}, {0, year}, {-1, year - 1}] do
        digits = (year + ahead) |> rem(100) |> Integer.to_string() |> String.pad_leading(2, "0")
        {:ok, seconds} = HTTPDate.parse("Monday, 01-Jun-#{digits} 00:00:00 GMT")
        assert DateTime.from_unix!(seconds).year == expected
      end
    end

    test "that are none" do
      for text <- [
            "",
            "Wed, 21 Oct 2015 07:28:00",
            "Wed, 21 Oct 2015 07:28:00 UTC",
            "Wed 21 Oct 2015 07:28:00 GMT",
            "Xxx, 21 Oct 2015 07:28:00 GMT",
            "Wed, 31 Feb 2015 07:28:00 GMT",
            "Wed, 21 Okt 2015 07:28:00 GMT",
            "Wed, 21 Oct 2015 24:00:00 GMT",
            "Wed, 21 Oct 2015 07:60:00 GMT",
            "Wed, 21 Oct 2015 7:28:00 GMT",
            "Wed, +1 Oct 2015 07:28:00 GMT",
            "Wed, 21 Oct 15 07:28:00 GMT",
            "Wed Oct  6 1994"
          ],
          do: assert(HTTPDate.parse(text) == :error, text)
    end
  end

  test "lists of tags" do
    for {text, tags} <- [
          {~s("a"), [~s("a")]},
          {~s(,"a",, W/"b" ,), [~s("a"), ~s(W/"b")]},
          {~s(a, "b), []},
          {~s(w/"a"), []},
          {"", []}
        ],
        do: assert(Preconditions.tags(text) == tags)
  end
end

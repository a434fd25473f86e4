defmodule Hello.Pages do
  @moduledoc "The HTML pages."

  alias ElixirWorkers.{Conn, HTML}

  @links [
    {"/hello/world", "a path parameter"},
    {"/api/health", "JSON"},
    {"/stats", "Enum, String, a GenServer and a Task"},
    {"/cookies", "two cookies"},
    {"/sleep", "Process.sleep"},
    {"/print", "IO.puts in a handler"},
    {"/inspect", "how Elixir prints its terms"},
    {"/crash", "an exception"},
    {"/nowhere", "a 404"}
  ]

  @doc "The home page: a link to every route that a browser can open."
  def home(conn) do
    page(conn, "Hello from Elixir", [
      HTML.tag("p", "This page was made by Elixir, inside a Cloudflare Worker."),
      HTML.tag("ul", Enum.map(@links, &link/1))
    ])
  end

  @doc "Terms as `inspect/1` shows them."
  def inspected(conn) do
    page(conn, "Inspected", HTML.tag("pre", Enum.map_join(examples(), "\n", &inspect/1)))
  end

  defp examples do
    [
      "#{1}",
      1..3,
      MapSet.new([3, 1, 2]),
      %{name: "Ada", tags: [:math, "engines"], born: {1815, 12, 10}},
      [nested: [list: [1, 2.5, nil]]],
      String.upcase("straße"),
      Integer.pow(2, 200),
      <<1, 2, 255>>
    ]
  end

  defp link({path, text}),
    do: HTML.tag("li", [HTML.tag("a", [href: path], path), " – ", text])

  defp page(conn, title, content) do
    Conn.html(conn, [
      ~s(<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8">),
      HTML.to_string(HTML.tag("title", title)),
      "</head>\n<body>\n",
      HTML.to_string([HTML.tag("h1", title), content]),
      "\n</body>\n</html>\n"
    ])
  end
end

defmodule Markling.HTML do
  @moduledoc "Blocks to HTML. Everything that is text is escaped; links go to http, https, mailto or the same site."

  alias Markling.{Blocks, Inline}

  @doc "Renders blocks."
  @spec render([Blocks.block()]) :: iodata()
  def render(blocks), do: Enum.map(blocks, &block/1)

  defp block(:rule), do: "<hr>\n"
  defp block({:paragraph, inline}), do: ["<p>", inline(inline), "</p>\n"]
  defp block({:quote, blocks}), do: ["<blockquote>\n", render(blocks), "</blockquote>\n"]

  defp block({:heading, level, inline, _line}) do
    tag = ?0 + level

    [
      "<h",
      tag,
      ~s( id="),
      inline |> plain() |> slug() |> escape(),
      ~s(">),
      inline(inline),
      "</h",
      tag,
      ">\n"
    ]
  end

  defp block({:code, nil, code}), do: ["<pre><code>", escape(code), "</code></pre>\n"]

  defp block({:code, language, code}),
    do: [
      ~s(<pre><code class="language-),
      escape(language),
      ~s(">),
      escape(code),
      "</code></pre>\n"
    ]

  defp block({:list, :bullet, items}), do: ["<ul>\n", Enum.map(items, &item/1), "</ul>\n"]
  defp block({:list, {:ordered, 1}, items}), do: ["<ol>\n", Enum.map(items, &item/1), "</ol>\n"]

  defp block({:list, {:ordered, from}, items}),
    do: [~s(<ol start="), Integer.to_string(from), ~s(">\n), Enum.map(items, &item/1), "</ol>\n"]

  defp block({:table, header, alignments, rows}) do
    [
      "<table>\n<tr>",
      header |> Enum.zip(alignments) |> Enum.map(&cell("th", &1)),
      "</tr>\n",
      for(
        row <- rows,
        do: ["<tr>", row |> Enum.zip(alignments) |> Enum.map(&cell("td", &1)), "</tr>\n"]
      ),
      "</table>\n"
    ]
  end

  defp item([{:paragraph, inline}]), do: ["<li>", inline(inline), "</li>\n"]

  defp item([{:paragraph, inline} | blocks]),
    do: ["<li>", inline(inline), ?\n, render(blocks), "</li>\n"]

  defp item(blocks), do: ["<li>", render(blocks), "</li>\n"]

  defp cell(tag, {inline, nil}), do: [?<, tag, ?>, inline(inline), "</", tag, ?>]

  defp cell(tag, {inline, alignment}),
    do: [?<, tag, ~s( class="), Atom.to_string(alignment), ~s(">), inline(inline), "</", tag, ?>]

  defp inline(nodes), do: Enum.map(nodes, &node_html/1)

  defp node_html(:break), do: "<br>\n"
  defp node_html({:text, text}), do: escape(text)
  defp node_html({:code, text}), do: ["<code>", escape(text), "</code>"]
  defp node_html({:em, inner}), do: ["<em>", inline(inner), "</em>"]
  defp node_html({:strong, inner}), do: ["<strong>", inline(inner), "</strong>"]
  defp node_html({:strike, inner}), do: ["<del>", inline(inner), "</del>"]

  defp node_html({:image, alt, url}),
    do: [~s(<img src="), escape(safe(url)), ~s(" alt="), escape(alt), ~s(">)]

  defp node_html({:link, label, url, title}) do
    title = if title, do: [~s( title="), escape(title), ?"], else: []
    [~s(<a href="), escape(safe(url)), ?", title, ?>, inline(label), "</a>"]
  end

  # `javascript:` and the like lead nowhere.
  defp safe(url) do
    case URI.parse(url) do
      %URI{scheme: nil} -> url
      %URI{scheme: scheme} when scheme in ["http", "https", "mailto"] -> url
      _ -> "#"
    end
  end

  @doc "The text of inline nodes."
  @spec plain(Inline.t()) :: String.t()
  def plain(nodes), do: nodes |> Enum.map(&plain_node/1) |> IO.iodata_to_binary()

  defp plain_node(:break), do: " "
  defp plain_node({kind, text}) when kind in [:text, :code], do: text
  defp plain_node({:image, alt, _}), do: alt
  defp plain_node({:link, label, _, _}), do: plain(label)
  defp plain_node({_, inner}), do: plain(inner)

  @doc ~S"""
  A name for the URL.

      iex> Markling.HTML.slug("Über uns & Co.")
      "uber-uns-co"
  """
  @spec slug(String.t()) :: String.t()
  def slug(text) do
    text
    |> String.normalize(:nfd)
    |> String.replace(~r/[\x{0300}-\x{036f}]/u, "")
    |> String.downcase()
    |> String.replace(~r/[^\p{L}\p{N}]+/u, "-")
    |> String.trim("-")
  end

  @doc "Escapes text."
  @spec escape(String.t()) :: iodata()
  def escape(text), do: for(<<char <- text>>, into: "", do: entity(char))

  defp entity(?<), do: "&lt;"
  defp entity(?>), do: "&gt;"
  defp entity(?&), do: "&amp;"
  defp entity(?"), do: "&quot;"
  defp entity(char), do: <<char>>
end

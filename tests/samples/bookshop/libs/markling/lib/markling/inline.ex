defmodule Markling.Inline do
  @moduledoc """
  Text within a line, by recursive descent over the bytes. What opens and is never closed stays as it is written.

      iex> Markling.Inline.parse("a **b _c_** `d`")
      [{:text, "a "}, {:strong, [{:text, "b "}, {:em, [{:text, "c"}]}]}, {:text, " "}, {:code, "d"}]
  """

  @type t :: [
          {:text | :code, String.t()}
          | {:em | :strong | :strike, t()}
          | {:link, t(), String.t(), String.t() | nil}
          | {:image, String.t(), String.t()}
          | :break
        ]

  @punctuation ~c"\\`*_{}[]()#+-.!|<>~"

  @spec parse(String.t()) :: t()
  def parse(text) do
    {nodes, ""} = run(text, nil, "", [])
    nodes
  end

  # run(rest, what ends it, plain text so far, nodes so far) -> {nodes, rest behind the end} | :open
  defp run("", nil, text, nodes), do: {Enum.reverse(flush(text, nodes)), ""}
  defp run("", _until, _text, _nodes), do: :open

  defp run(<<?\\, char, rest::binary>>, until, text, nodes) when char in @punctuation,
    do: run(rest, until, <<text::binary, char>>, nodes)

  defp run("  \n" <> rest, until, text, nodes),
    do: run(rest, until, "", [:break | flush(text, nodes)])

  defp run(rest, until, text, nodes)
       when is_binary(until) and binary_part(rest, 0, byte_size(until)) == until do
    {Enum.reverse(flush(text, nodes)),
     binary_part(rest, byte_size(until), byte_size(rest) - byte_size(until))}
  end

  defp run("**" <> rest, until, text, nodes), do: span(:strong, "**", rest, until, text, nodes)
  defp run("__" <> rest, until, text, nodes), do: span(:strong, "__", rest, until, text, nodes)
  defp run("~~" <> rest, until, text, nodes), do: span(:strike, "~~", rest, until, text, nodes)
  defp run("*" <> rest, until, text, nodes), do: span(:em, "*", rest, until, text, nodes)
  defp run("_" <> rest, until, text, nodes), do: span(:em, "_", rest, until, text, nodes)

  defp run("`" <> rest, until, text, nodes) do
    case :binary.split(rest, "`") do
      [code, rest] -> run(rest, until, "", [{:code, code} | flush(text, nodes)])
      [_] -> run(rest, until, text <> "`", nodes)
    end
  end

  defp run("![" <> rest, until, text, nodes) do
    with [alt, rest] <- :binary.split(rest, "]("),
         {:ok, target, _title, rest} <- target(rest) do
      run(rest, until, "", [{:image, alt, target} | flush(text, nodes)])
    else
      _ -> run(rest, until, text <> "![", nodes)
    end
  end

  defp run("[" <> rest, until, text, nodes) do
    with {label, "(" <> rest} <- run(rest, "]", "", []),
         {:ok, target, title, rest} <- target(rest) do
      run(rest, until, "", [{:link, label, target, title} | flush(text, nodes)])
    else
      _ -> run(rest, until, text <> "[", nodes)
    end
  end

  defp run("<http" <> _ = all, until, text, nodes) do
    case Regex.run(~r/\A<(https?:\/\/[^\s<>]+)>/, all) do
      [whole, url] ->
        rest = binary_part(all, byte_size(whole), byte_size(all) - byte_size(whole))
        run(rest, until, "", [{:link, [{:text, url}], url, nil} | flush(text, nodes)])

      nil ->
        "<" <> rest = all
        run(rest, until, text <> "<", nodes)
    end
  end

  defp run(<<char::utf8, rest::binary>>, until, text, nodes),
    do: run(rest, until, <<text::binary, char::utf8>>, nodes)

  defp span(kind, mark, rest, until, text, nodes) do
    case run(rest, mark, "", []) do
      {[_ | _] = inner, rest} -> run(rest, until, "", [{kind, inner} | flush(text, nodes)])
      _ -> run(rest, until, text <> mark, nodes)
    end
  end

  # `url)` or `url "title")`
  defp target(rest) do
    case Regex.run(~r/\A\s*([^\s)]*)(?:\s+"([^"]*)")?\s*\)/u, rest) do
      [whole, url] -> {:ok, url, nil, after_match(rest, whole)}
      [whole, url, title] -> {:ok, url, title, after_match(rest, whole)}
      nil -> :error
    end
  end

  defp after_match(text, whole),
    do: binary_part(text, byte_size(whole), byte_size(text) - byte_size(whole))

  defp flush("", nodes), do: nodes
  defp flush(text, nodes), do: [{:text, text} | nodes]
end

defmodule Markling do
  @moduledoc """
  Markdown, as much of it as a catalogue needs: headings, paragraphs, lists, quotes, fenced code, rules, tables; emphasis,
  code, links, images and automatic links within lines.

      iex> Markling.to_html("# Hi *there*")
      "<h1 id=\\"hi-there\\">Hi <em>there</em></h1>\\n"
  """

  alias Markling.{Blocks, HTML}

  @doc "Parses a document. Raises `Markling.Error` with the line at fault."
  @spec parse!(String.t()) :: [Blocks.block()]
  def parse!(text) when is_binary(text) do
    case parse(text) do
      {:ok, blocks} -> blocks
      {:error, error} -> raise error
    end
  end

  @doc "Parses a document."
  @spec parse(String.t()) :: {:ok, [Blocks.block()]} | {:error, Markling.Error.t()}
  def parse(text) do
    if String.valid?(text),
      do: Blocks.parse(text),
      else: {:error, %Markling.Error{line: 1, reason: :not_utf8}}
  end

  @doc "Parses a document and renders it."
  @spec to_html(String.t()) :: String.t()
  def to_html(text), do: text |> parse!() |> HTML.render() |> IO.iodata_to_binary()

  @doc "The headings of a document, as a nested table of contents."
  @spec contents(String.t()) :: [{pos_integer(), String.t(), String.t()}]
  def contents(text) do
    for {:heading, level, inline, _line} <- parse!(text) do
      plain = HTML.plain(inline)
      {level, plain, HTML.slug(plain)}
    end
  end
end

defmodule ElixirWorkers.Preconditions do
  @moduledoc """
  Conditional requests (RFC 9110 §13): whether what a client knows of a resource lets its request go on.

  `ElixirWorkers.Conn.conditional/3` is for handlers.
  """

  alias ElixirWorkers.HTTPDate

  @typedoc """
  What there is of the resource now: its `ETag` as in the header (`"v7"` with its quotes, or `W/"v7"`), and when it has
  changed, in seconds since 1970. `exists?` is false when there is none yet.
  """
  @type current :: %{
          etag: String.t() | nil,
          last_modified: integer() | nil,
          exists?: boolean()
        }

  @doc """
  Evaluates the conditions of a request in their order (§13.2.2).

      iex> alias ElixirWorkers.Preconditions
      iex> current = %{etag: ~s("v7"), last_modified: nil, exists?: true}
      iex> Preconditions.evaluate("GET", %{"if-none-match" => ~s(W/"v7")}, current)
      :not_modified
      iex> Preconditions.evaluate("PUT", %{"if-match" => ~s("v6")}, current)
      :failed
      iex> Preconditions.evaluate("PUT", %{"if-match" => ~s("v6", "v7")}, current)
      :ok
  """
  @spec evaluate(method :: String.t(), %{optional(String.t()) => String.t()}, current()) ::
          :ok | :not_modified | :failed
  def evaluate(method, headers, current) do
    if may_go_on?(headers, current),
      do: if(has_it?(method, headers, current), do: known(method), else: :ok),
      else: :failed
  end

  # §13.2.2, steps 1 and 2
  defp may_go_on?(%{"if-match" => tags}, current), do: match?(tags, current, &strong_equal?/2)

  defp may_go_on?(%{"if-unmodified-since" => date}, %{last_modified: modified})
       when modified != nil do
    case HTTPDate.parse(date) do
      {:ok, date} -> modified <= date
      :error -> true
    end
  end

  defp may_go_on?(_headers, _current), do: true

  # Steps 3 and 4
  defp has_it?(_method, %{"if-none-match" => tags}, current),
    do: match?(tags, current, &weak_equal?/2)

  defp has_it?(method, %{"if-modified-since" => date}, %{last_modified: modified})
       when method in ["GET", "HEAD"] and modified != nil do
    case HTTPDate.parse(date) do
      {:ok, date} -> modified <= date
      :error -> false
    end
  end

  defp has_it?(_method, _headers, _current), do: false

  defp known(method) when method in ["GET", "HEAD"], do: :not_modified
  defp known(_method), do: :failed

  defp match?("*", current, _equal?), do: current.exists?
  defp match?(_tags, %{etag: nil}, _equal?), do: false
  defp match?(tags, %{etag: etag}, equal?), do: tags |> tags() |> Enum.any?(&equal?.(&1, etag))

  # §8.8.3.2
  defp strong_equal?("W/" <> _, _other), do: false
  defp strong_equal?(one, other), do: one == other

  defp weak_equal?(one, other), do: opaque(one) == opaque(other)

  defp opaque("W/" <> tag), do: tag
  defp opaque(tag), do: tag

  @doc """
  Splits a list of entity tags, in which a tag may hold commas. What is no tag is left out.

      iex> ElixirWorkers.Preconditions.tags(~s("a", W/"b,c" ,"", d))
      [~s("a"), ~s(W/"b,c"), ~s("")]
  """
  @spec tags(String.t()) :: [String.t()]
  def tags(text) when is_binary(text), do: tags(text, [])

  defp tags(<<byte, rest::binary>>, found) when byte in [?\s, ?\t, ?,], do: tags(rest, found)
  defp tags("W/\"" <> rest, found), do: tag(rest, "W/\"", found)
  defp tags("\"" <> rest, found), do: tag(rest, "\"", found)
  defp tags("", found), do: Enum.reverse(found)

  defp tags(other, found) do
    case String.split(other, ",", parts: 2) do
      [_no_tag, rest] -> tags(rest, found)
      [_no_tag] -> tags("", found)
    end
  end

  defp tag(text, start, found) do
    case String.split(text, "\"", parts: 2) do
      [opaque, rest] -> tags(rest, [start <> opaque <> "\"" | found])
      [_without_end] -> tags("", found)
    end
  end

  @doc """
  Writes an `ETag`: of text, or of `{:weak, text}` for what may differ in ways that do not matter.

  Raises `ArgumentError` for text that a tag cannot hold.

      iex> {ElixirWorkers.Preconditions.etag!("v7"), ElixirWorkers.Preconditions.etag!({:weak, "v7"})}
      {~s("v7"), ~s(W/"v7")}
      iex> ElixirWorkers.Preconditions.etag!(~s("v7"))
      ** (ArgumentError) an etag is text without quotes, spaces and control characters, or {:weak, text}, got: "\\"v7\\""
  """
  @spec etag!(String.t() | {:weak, String.t()}) :: String.t()
  def etag!({:weak, text}), do: "W/" <> etag!(text)

  def etag!(text) do
    if is_binary(text) and
         for(<<byte <- text>>, byte <= 0x20 or byte in [?", 0x7F], do: byte) == [] do
      "\"" <> text <> "\""
    else
      raise ArgumentError,
            "an etag is text without quotes, spaces and control characters, or {:weak, text}, got: " <>
              inspect(text)
    end
  end
end

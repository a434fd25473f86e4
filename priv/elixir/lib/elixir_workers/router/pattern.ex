defmodule ElixirWorkers.Router.Pattern do
  @moduledoc """
  Paths of routes: parsing and matching.
  """

  @typedoc "A segment to be equal to, `{:param, name}` for any one, `{:rest, name}` for all that follow."
  @type t :: [String.t() | {:param, String.t()} | {:rest, String.t()}]

  @typedoc "What the parameters matched, decoded."
  @type params :: %{optional(String.t()) => String.t()}

  @doc """
  Parses the path of a route, a string or a list of segments.

  Raises `ArgumentError` for a path that could never match as it is meant.

      iex> ElixirWorkers.Router.Pattern.parse("/posts/:id/*rest")
      ["posts", {:param, "id"}, {:rest, "rest"}]
      iex> ElixirWorkers.Router.Pattern.parse(["posts", :id])
      ["posts", {:param, "id"}]
      iex> ElixirWorkers.Router.Pattern.parse("posts")
      ** (ArgumentError) the path of a route must start with /, got: "posts"
  """
  @spec parse(String.t() | [String.t() | atom()]) :: t()
  def parse("/" <> path = whole) do
    path
    |> String.split("/")
    |> Enum.reject(&(&1 == ""))
    |> Enum.map(&parse_segment/1)
    |> check(whole)
  end

  def parse(path) when is_binary(path),
    do: raise(ArgumentError, "the path of a route must start with /, got: #{inspect(path)}")

  def parse(segments) when is_list(segments),
    do: segments |> Enum.map(&parse_listed(&1, segments)) |> check(segments)

  def parse(other) do
    raise ArgumentError,
          "the path of a route must be a string or a list of segments, got: #{inspect(other)}"
  end

  defp parse_segment(":" <> name), do: {:param, name}
  defp parse_segment("*" <> name), do: {:rest, name}
  defp parse_segment(segment), do: segment

  defp parse_listed(segment, _path) when is_binary(segment), do: segment

  defp parse_listed(name, _path) when is_atom(name) and name != nil do
    case Atom.to_string(name) do
      "*" <> name -> {:rest, name}
      name -> {:param, name}
    end
  end

  defp parse_listed(other, path) do
    raise ArgumentError,
          "a segment of a path must be a string or an atom, got: #{inspect(other)} in #{inspect(path)}"
  end

  defp check(pattern, path) do
    names = for {_kind, name} <- pattern, do: name

    cond do
      "" in names ->
        raise(ArgumentError, "a parameter has no name in the path #{inspect(path)}")

      names != Enum.uniq(names) ->
        raise(ArgumentError, "a parameter occurs twice in the path #{inspect(path)}")

      rest_inside?(pattern) ->
        raise(ArgumentError, "* must be the last segment of the path #{inspect(path)}")

      true ->
        pattern
    end
  end

  @doc """
  Puts one pattern before another.

  Raises `ArgumentError` as `parse/1` does.

      iex> ElixirWorkers.Router.Pattern.join(["users", {:param, "user"}], ["posts", {:param, "id"}])
      ["users", {:param, "user"}, "posts", {:param, "id"}]
      iex> ElixirWorkers.Router.Pattern.join([{:param, "id"}], [{:param, "id"}])
      ** (ArgumentError) a parameter occurs twice in the path "/:id/:id"
  """
  @spec join(t(), t()) :: t()
  def join(prefix, pattern) do
    joined = prefix ++ pattern
    check(joined, __MODULE__.to_string(joined))
  end

  defp rest_inside?(pattern), do: Enum.any?(Enum.drop(pattern, -1), &match?({:rest, _name}, &1))

  @doc """
  Matches decoded segments.

      iex> ElixirWorkers.Router.Pattern.match(["posts", {:param, "id"}], ["posts", "7"])
      {:ok, %{"id" => "7"}}
      iex> ElixirWorkers.Router.Pattern.match(["files", {:rest, "path"}], ["files", "a", "b"])
      {:ok, %{"path" => "a/b"}}
      iex> ElixirWorkers.Router.Pattern.match(["posts"], [])
      :nomatch
  """
  @spec match(t(), [String.t()]) :: {:ok, params()} | :nomatch
  def match(pattern, segments), do: match(pattern, segments, %{})

  defp match([segment | pattern], [segment | segments], params),
    do: match(pattern, segments, params)

  defp match([{:param, name} | pattern], [value | segments], params),
    do: match(pattern, segments, Map.put(params, name, value))

  defp match([{:rest, name}], segments, params),
    do: {:ok, Map.put(params, name, Enum.join(segments, "/"))}

  defp match([], [], params), do: {:ok, params}
  defp match(_pattern, _segments, _params), do: :nomatch

  @doc """
  Writes a pattern as a path.

      iex> ElixirWorkers.Router.Pattern.to_string(["posts", {:param, "id"}])
      "/posts/:id"
  """
  @spec to_string(t()) :: String.t()
  def to_string(pattern), do: "/" <> Enum.map_join(pattern, "/", &segment/1)

  defp segment({:param, name}), do: ":" <> name
  defp segment({:rest, name}), do: "*" <> name
  defp segment(segment), do: segment
end

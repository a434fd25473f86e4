defmodule Web.Language do
  @moduledoc "Facts that the compiler cannot know before the name arrives."

  @doc "Interpolation, ranges, sets, `inspect` and Unicode."
  def facts(%{"name" => name}) do
    size = String.length(name)

    %{
      interpolated: "#{size}#{:atom}#{1.5}#{name}#{[?a, "b"]}",
      range: inspect(1..size),
      sum: Enum.sum(1..size//2),
      set: inspect(MapSet.new(String.graphemes(name))),
      inspected: inspect({name, %{size => [nil, :"a b", 0.1]}, <<size::3>>, &facts/1}),
      exception: Exception.message(catch_error(fn -> Map.fetch!(%{}, name) end)),
      upcase: String.upcase("ß" <> name)
    }
  end

  @doc "Regular expressions."
  def matches(%{"name" => name}) do
    %{
      scanned: Regex.scan(~r/([aeiou])(?=(\w))/u, name),
      replaced: Regex.replace(~r/\s+/, name <> "  x", "-"),
      split: String.split(name, ~r/[aeiou]/)
    }
  end

  defp catch_error(fun) do
    fun.()
  rescue
    error -> error
  end
end

defmodule Hello.Stats do
  @moduledoc "Facts about a text."

  alias Hello.WordCounter

  @doc "Counts words in a GenServer while a task looks at the letters."
  def of(text) do
    letters = Task.async(fn -> letters(text) end)
    words = String.split(text)

    {:ok, counter} = WordCounter.start_link()
    Enum.each(words, &WordCounter.count(counter, &1))
    counts = WordCounter.counts(counter)
    GenServer.stop(counter)

    %{
      words: length(words),
      most_frequent: most_frequent(counts),
      longest: Enum.max_by(words, &String.length/1, fn -> nil end),
      reversed: String.reverse(text),
      letters: Task.await(letters)
    }
  end

  defp most_frequent(counts) do
    counts
    |> Enum.sort_by(fn {word, count} -> {-count, word} end)
    |> Enum.take(3)
    |> Enum.map(fn {word, count} -> %{word: word, count: count} end)
  end

  defp letters(text) do
    text
    |> String.downcase()
    |> String.graphemes()
    |> Enum.reject(&(String.trim(&1) == ""))
    |> Enum.frequencies()
  end
end

# Regular expressions: captures, scanning, replacing and splitting in a log of two thousand lines.
defmodule Oracle.BenchRegex do
  # Not on the hostile build: a benchmark.
  @line ~r/^(\d+\.\d+\.\d+\.\d+) - \[([^\]]+)\] "(GET|POST) ([^ "]+)" (\d{3}) (\d+)$/

  def start do
    lines = Enum.map(1..2000, &line/1)
    log = Enum.join(lines, "\n")

    fields = Enum.map(lines, fn line -> Regex.run(@line, line, capture: :all_but_first) end)
    posts = Enum.count(fields, &(Enum.at(&1, 2) == "POST"))
    words = length(Regex.scan(~r/[a-z]+/, log))
    hidden = Regex.replace(~r/\d+\.\d+\.\d+\.(\d+)/, log, "x.x.x.\\1")
    parts = length(String.split(log, ~r/[\s"]+/))
    found = Enum.count(lines, &(&1 =~ ~r/item\/\d*7\?/))
    :erlang.display({posts, words, byte_size(hidden), :erlang.phash2(hidden), parts, found})
  end

  defp line(i) do
    method = if rem(i, 3) == 0, do: "POST", else: "GET"

    "10.0.#{rem(i, 256)}.#{rem(i * 7, 256)} - [2024-05-#{rem(i, 28) + 1}] \"#{method} /shop/item/#{i}?lang=en\" 200 #{i * 13}"
  end
end

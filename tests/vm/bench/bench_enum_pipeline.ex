# Enum: ranges, lists and maps through pipelines, a hundred times.
defmodule Oracle.BenchEnumPipeline do
  # Not on the hostile build: a benchmark.
  def start do
    :erlang.display(Enum.map(1..100, &round_of/1))
  end

  defp round_of(seed) do
    rows =
      Enum.map(1..2000, fn i -> %{id: i, key: rem(i * seed, 97), value: rem(i * 7919, 1009)} end)

    totals =
      rows
      |> Enum.filter(&(rem(&1.value, 3) != 0))
      |> Enum.group_by(& &1.key, & &1.value)
      |> Enum.map(fn {key, values} -> {key, Enum.sum(values), Enum.max(values)} end)
      |> Enum.sort_by(fn {_key, sum, _max} -> sum end, :desc)
      |> Enum.take(20)

    chunks =
      rows
      |> Enum.chunk_every(50)
      |> Enum.with_index()
      |> Enum.map(fn {c, i} -> i * length(c) end)

    pairs =
      Enum.zip(chunks, totals)
      |> Enum.reduce(0, fn {n, {key, sum, max}}, acc -> rem(acc + n * key + sum - max, 65_521) end)

    freq = rows |> Enum.frequencies_by(&rem(&1.value, 10)) |> Map.values() |> Enum.max()
    {pairs, freq, rows |> Stream.map(& &1.id) |> Stream.reject(&(rem(&1, 2) == 0)) |> Enum.sum()}
  end
end

# Building strings: interpolation, appending, iodata, padding, joining.
defmodule Oracle.BenchStringBuild do
  # Not on the hostile build: a benchmark.
  def start do
    pages = Enum.map(1..400, &page/1)
    :erlang.display({Enum.sum(Enum.map(pages, &byte_size/1)), :erlang.phash2(pages)})
  end

  defp page(number) do
    rows =
      for i <- 1..100, do: "<tr id=\"r#{i}\"><td>#{i * number}</td><td>#{name(i)}</td></tr>\n"

    list =
      Enum.map_join(1..100, ", ", fn i -> String.pad_leading(Integer.to_string(i, 16), 6, "0") end)

    IO.iodata_to_binary([
      "<h1>Page ",
      Integer.to_string(number),
      "</h1>",
      rows,
      list,
      appended(200, "")
    ])
  end

  defp name(i), do: String.capitalize("row ") <> Enum.join([i, :of, 100.5], "-")

  defp appended(0, text), do: text
  defp appended(n, text), do: appended(n - 1, text <> "<i>" <> Integer.to_string(n) <> "</i>")
end

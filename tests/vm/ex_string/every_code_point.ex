# Not on the hostile build: it looks at tens of thousands of code points.
defmodule Oracle.EveryCodePoint do
  # Hashes, for blocks of 4096 code points, of what clusters, letter case and identifiers make of them: of all where
  # scripts are small, of every seventh elsewhere. That the tables are right between those is tested at build time.
  @moduledoc false

  import Bitwise

  @block 4096

  def start do
    for first <- Enum.concat([0..0xD7FF//@block, 0xE000..0x323FF//@block, 0xE0000..0xE1000//@block, [0x10F000]]) do
      step = if first < 0x3000, do: 1, else: 7
      code_points = for code_point <- first..(first + @block - 1)//step, code_point not in 0xD800..0xDFFF, do: code_point

      IO.inspect(
        {first, hash(code_points, &clusters/1), hash(code_points, &cases/1), hash(code_points, &identifiers/1)}
      )
    end

    for wrong <- [1.5, 300.5, :a, "é", {}, -1, 0x110000, 0xD800, 1 <<< 70, -(1 <<< 70)] do
      IO.inspect(Enum.map([[wrong], [?a, wrong], [0x1100, wrong, 0x1161], [wrong, 0x301]], &next_cluster/1))
    end
  end

  defp hash(code_points, function),
    do: Enum.reduce(code_points, 0, fn code_point, sum -> :erlang.phash2({sum, function.(code_point)}) end)

  defp clusters(code_point) do
    [
      String.next_grapheme(<<code_point::utf8, 0x301::utf8>>),
      String.length(<<?a, code_point::utf8, 0x1F3FB::utf8>>),
      :unicode_util.gc([0x1100, code_point]),
      :unicode_util.gc([code_point, 0x1161, 0x11A8]),
      :unicode_util.gc([0x1F468, 0x200D, code_point])
    ]
  end

  defp cases(code_point) do
    text = <<code_point::utf8>>
    [String.upcase(text), String.downcase(text), String.downcase("aΣ" <> text, :greek), String.capitalize(text)]
  end

  defp identifiers(code_point) do
    [
      String.Tokenizer.tokenize([code_point]),
      String.Tokenizer.tokenize([?a, code_point]),
      String.split(<<?a, code_point::utf8, ?b>>)
    ]
  end

  defp next_cluster(text) do
    :unicode_util.gc(text)
  rescue
    error -> error.__struct__
  end
end

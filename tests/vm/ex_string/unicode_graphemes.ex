defmodule Oracle.UnicodeGraphemes do
  # Not on the hostile build: thousands of texts, and string_unicode walks the same code there
  # Texts made of every pair and many triples of code points from each class of grapheme breaking, and all that String says
  # of them. Digests stand for the many; where they differ, the samples show more.
  @classes [
    cr: [?\r],
    lf: [?\n],
    control: [0, 0x85, 0x2028, 0xE0001],
    extend: [0x300, 0x20E3, 0x3099, 0xFE0F, 0xE0020, 0x200C],
    zwj: [0x200D],
    regional: [0x1F1E6, 0x1F1FA, 0x1F1FF],
    prepend: [0x600, 0x6DD, 0x111C2],
    spacing: [0x903, 0xE33, 0x1D166],
    hangul_l: [0x1100, 0xA960],
    hangul_v: [0x1160, 0xD7B0],
    hangul_t: [0x11A8, 0xD7CB],
    hangul_lv: [0xAC00],
    hangul_lvt: [0xAC01],
    pictograph: [0x231A, 0x1F600, 0x1F468, 0x2764, 0xA9],
    modifier: [0x1F3FB],
    letter: [?a, ?É, 0x1E9E, 0xDF, 0x130, 0x131, 0x1C5, 0xFB03, 0x3A3, 0x10400, 0x5D0, 0x915],
    other: [?\s, ?1, 0x2126, 0x212B, 0xFFFD, 0x10FFFF, 0x378]
  ]

  @families [
    "👨‍👩‍👧‍👦",
    "🇺🇸🇩🇪🇫",
    "👍🏽👍🏿",
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "é́́",
    "각ᆨ",
    "क्षि",
    "ก็",
    "\r\n\r",
    "a\u200D👩",
    "👩\u200D",
    "✊🏼‍♂️",
    "ʻŌkina",
    "ΣΑΣ Σ",
    "ǆ ǅ Ǆ",
    "ﬃ ß ŉ",
    "İıIi"
  ]

  def start do
    points = Enum.flat_map(@classes, fn {_, points} -> points end)

    for {class, [first | _]} <- @classes do
      texts = for point <- points, do: <<first::utf8, point::utf8>>
      IO.puts("#{class} before: #{summary(texts)}")
      IO.puts("  breaks: " <> Enum.map_join(texts, &to_string(length(String.graphemes(&1)))))
    end

    triples =
      for a <- points,
          b <- Enum.take_every(points, 2),
          c <- Enum.take_every(points, 5),
          do: <<a::utf8, b::utf8, c::utf8>>

    triples |> Enum.chunk_every(1000) |> Enum.each(&IO.puts("triples: #{summary(&1)}"))
    Enum.each(@families, &family/1)
    cases()
  end

  defp summary(texts),
    do:
      texts
      |> Enum.map(&all/1)
      |> :erlang.term_to_binary(minor_version: 2)
      |> :erlang.md5()
      |> Base.encode16()

  defp all(text) do
    {String.graphemes(text), String.length(text), String.reverse(text),
     String.next_grapheme(text), String.split_at(text, 1), String.slice(text, -1, 1),
     String.first(text), String.last(text), String.upcase(text), String.downcase(text),
     String.capitalize(text), String.downcase(text, :greek), String.upcase(text, :turkic),
     String.normalize(text, :nfc), String.normalize(text, :nfd), String.normalize(text, :nfkc),
     String.normalize(text, :nfkd), String.printable?(text), String.split(text),
     String.trim(text), String.pad_leading(text, 4),
     String.equivalent?(text, String.normalize(text, :nfd))}
  end

  defp family(text) do
    IO.puts(inspect(text))

    for part <- Tuple.to_list(all(text)),
        do: IO.puts("  " <> inspect(part, binaries: :as_strings))
  end

  # Each letter that has cases, in all of Unicode: what its cases are, and that they come back.
  defp cases do
    changed =
      for point <- Enum.concat(0..0xD7FF, 0xE000..0x1FFFF),
          text = <<point::utf8>>,
          up = String.upcase(text),
          down = String.downcase(text),
          up != text or down != text,
          do: {point, up, down, String.capitalize(text)}

    IO.puts(
      "with cases: #{length(changed)}, #{Base.encode16(:erlang.md5(:erlang.term_to_binary(changed, minor_version: 2)))}"
    )

    for {point, up, down, _} <- changed,
        String.length(up) > 1 or String.length(down) > 1,
        do: IO.puts("  #{point} #{up} #{down}")
  end
end

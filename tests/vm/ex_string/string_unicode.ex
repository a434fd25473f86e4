# Graphemes, case mapping and normalisation beyond ASCII.
defmodule Oracle.StringUnicode do
  def start do
    IO.inspect(String.upcase("straße éa ñ"))
    IO.inspect(String.downcase("ÀÉÎ ΑΣ"))
    IO.inspect(String.length("e\u0301x"))
    IO.inspect(String.graphemes("e\u0301🇩🇪👨‍👩‍👧x"))
    IO.inspect(String.codepoints("é€"))
    IO.inspect(String.reverse("noe\u0308l"))
    IO.inspect(byte_size("€"))
    IO.inspect(String.normalize("e\u0301", :nfc) == "é")
    IO.inspect(String.normalize("é", :nfd) |> byte_size())
    IO.inspect(String.equivalent?("é", "e\u0301"))
    IO.inspect(String.slice("añb€c", 1, 3))
    IO.inspect(String.capitalize("éa"))
    IO.inspect(String.trim("\u00A0 x\u2003"))
    IO.inspect(String.split("a\u2003b"))
    IO.puts("日本語 → text")
  end
end

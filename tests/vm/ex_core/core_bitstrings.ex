# Binary patterns and construction in Elixir syntax.
defmodule Oracle.CoreBitstrings do
  def start do
    packet = <<1::4, 2::4, 300::16, 5::size(8), "payload"::binary>>
    IO.inspect(packet)
    <<v::4, t::4, len::16-big, n, rest::binary>> = packet
    IO.inspect({v, t, len, n, rest})
    <<first::binary-size(3), _::binary>> = rest
    IO.inspect(first)
    IO.inspect(<<1.5::float-32>>)
    IO.inspect(<<?é::utf8>>)
    IO.inspect(<<3::3>>)
    <<x::little-signed-16>> = <<254, 255>>
    IO.inspect(x)
    IO.inspect(for <<b::1 <- <<5>> >>, do: b)
    IO.inspect(bit_size(<<1::7>>))
  end
end

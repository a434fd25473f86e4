# Base 16, 32 and 64 in all variants.
defmodule Oracle.BaseEncode do
  def start do
    data = <<0, 1, 254, 255, ?h, ?i>>
    IO.inspect(Base.encode16(data))
    IO.inspect(Base.encode16(data, case: :lower))
    IO.inspect(Base.decode16("00FF"))
    IO.inspect(Base.decode16("zz"))
    IO.inspect(Base.encode64(data))
    IO.inspect(Base.url_encode64(data, padding: false))
    IO.inspect(Base.decode64("aGk="))
    IO.inspect(Base.decode64("aGk", padding: false))
    IO.inspect(Base.decode64("!!"))
    IO.inspect(Base.encode32(data))
    IO.inspect(Base.decode32("NBUQ===="))
    IO.inspect(Base.hex_encode32("hi"))
  end
end

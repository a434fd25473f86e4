defmodule Oracle.IoBytes do
  # Bytes to and from the standard device: IO's bin functions go through OTP's file, unlike the others.
  def start do
    IO.inspect(IO.binwrite("bytes\n"))
    IO.inspect(IO.binwrite(:stdio, ["more ", ?a, ["nested\n"]]))
    IO.inspect(IO.binwrite(Process.group_leader(), <<195, 169, ?\n>>))
    IO.inspect(IO.binread(:line))
    IO.inspect(IO.binread(:stdio, 3))
    IO.inspect(:file.write(:standard_io, "through file\n"))
    IO.inspect(:file.write(:standard_io, [:no, :bytes]))
    IO.inspect(:file.read_line(:standard_io))

    IO.inspect(
      Enum.into(["into ", "a binary stream\n"], IO.binstream(:stdio, :line))
      |> Map.take([:raw])
    )

    IO.inspect(Enum.to_list(IO.binstream(:stdio, 2)))

    for arguments <- [[:no_such_device, 1], [self(), -1], [1, 1]] do
      IO.inspect({arguments |> tl(), attempt(fn -> apply(:file, :read, arguments) end)})
    end
  end

  defp attempt(fun) do
    fun.()
  rescue
    error -> error.__struct__
  end
end

# Exception.format of banners for error, exit and throw.
defmodule Oracle.CoreExceptionFormat do
  def start do
    IO.puts(Exception.format(:error, %RuntimeError{message: "oops"}, []))
    IO.puts(Exception.format_banner(:error, :badarith, []))
    IO.puts(Exception.format_banner(:exit, {:shutdown, :x}, []))
    IO.puts(Exception.format_banner(:throw, {:a, 1}, []))
    IO.puts(Exception.format_exit(:normal))
    IO.puts(Exception.format_exit({:noproc, {GenServer, :call, [:name, :msg, 5000]}}))
    IO.puts(Exception.format_mfa(Enum, :map, 2))
    IO.puts(Exception.format_mfa(Enum, :map, [[1], :f]))
    IO.inspect(Exception.normalize(:error, {:badkey, :k, %{}}))
    IO.inspect(Exception.normalize(:error, :undef, []).__struct__)
  end
end

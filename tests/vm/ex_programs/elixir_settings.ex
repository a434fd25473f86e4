# What Elixir keeps in a process of its own: ports of schemes, arguments, options of the compiler, translators of Logger.
defmodule Oracle.ElixirSettings do
  def start do
    arguments = System.argv()
    IO.inspect(URI.default_port("ponzi"))
    IO.inspect(URI.default_port("ponzi", 9000))
    IO.inspect(URI.parse("ponzi://a/b").port)
    IO.inspect(URI.to_string(URI.parse("ponzi://a:9000/b")))
    IO.inspect([System.argv(["-a", "b"]), System.argv(), System.argv(arguments)])
    IO.inspect([System.no_halt(), System.no_halt(true), System.no_halt(), System.no_halt(false)])
    IO.inspect(Code.put_compiler_option(:docs, false))
    IO.inspect(Code.get_compiler_option(:docs))
    IO.inspect(Code.put_compiler_option(:docs, true))
    IO.inspect(System.at_exit(fn _ -> :ok end))
    IO.inspect(Logger.add_translator({__MODULE__, :translate}))
    IO.inspect(Logger.remove_translator({__MODULE__, :translate}))
  end

  def translate(_min_level, _level, _kind, _message), do: :none
end

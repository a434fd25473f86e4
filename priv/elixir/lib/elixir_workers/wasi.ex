defmodule ElixirWorkers.Wasi do
  @moduledoc """
  The standard streams of a WASI command. On ordinary Elixir they are the streams of the terminal.
  """

  # Natives of the virtual machine; on ordinary Elixir there is no such module.
  @platform :"Elixir.AtomVM.Wasi"
  @compile {:no_warn_undefined, @platform}

  @doc "Reads all of stdin: bytes, on ordinary Elixir text in UTF-8."
  @spec read_stdin() :: binary()
  def read_stdin do
    @platform.read_stdin()
  rescue
    UndefinedFunctionError -> read_terminal()
  end

  @doc "Writes to stdout: bytes, on ordinary Elixir text in UTF-8."
  @spec write_stdout(iodata()) :: :ok
  def write_stdout(bytes) do
    @platform.write_stdout(IO.iodata_to_binary(bytes))
    :ok
  rescue
    UndefinedFunctionError -> write_terminal(IO.iodata_to_binary(bytes))
  end

  # The functions of `IO` that read and write bytes go through `:file`, which a worker should not carry.
  defp read_terminal, do: IO.iodata_to_binary(read_lines())

  defp read_lines do
    case :io.get_line("") do
      line when is_binary(line) or is_list(line) -> [to_bytes(line) | read_lines()]
      _eof_or_error -> []
    end
  end

  defp write_terminal(bytes) do
    case unicode?() do
      true -> :io.put_chars(bytes)
      false -> :io.put_chars(:unicode.characters_to_binary(bytes, :latin1, :unicode))
    end
  end

  defp to_bytes(line) do
    case unicode?() do
      true -> :unicode.characters_to_binary(line)
      false -> :unicode.characters_to_binary(line, :unicode, :latin1)
    end
  end

  # A terminal that is not set to Unicode hands over every byte as a character.
  defp unicode? do
    case :io.getopts() do
      [_ | _] = options -> Keyword.get(options, :encoding) in [:unicode, :utf8]
      _unknown -> true
    end
  end
end

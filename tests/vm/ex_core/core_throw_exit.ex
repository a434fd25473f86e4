# catch of throws and exits, and the stack trace of an error.
defmodule Oracle.CoreThrowExit do
  def start do
    IO.inspect(try do throw(:ball) catch x -> {:caught, x} end)
    IO.inspect(try do exit(:bye) catch :exit, r -> {:exit, r} end)
    IO.inspect(try do :erlang.error(:raw) catch :error, r -> {:error, r} end)

    try do
      first()
    rescue
      RuntimeError ->
        __STACKTRACE__
        |> Enum.filter(&(elem(&1, 0) == __MODULE__))
        |> Enum.map(fn {_, f, a, _} -> {f, a} end)
        |> IO.inspect()
    end
  end

  defp first, do: [second()]
  defp second, do: [raise("deep")]
end

# raise, rescue by name, custom exceptions, after and else.
defmodule Oracle.CoreExceptions do
  defmodule Broken do
    defexception [:part, message: "it broke"]
  end

  defmodule Custom do
    defexception [:code]
    def message(e), do: "code #{e.code}"
  end

  def start do
    for f <- [
          fn -> raise "plain" end,
          fn -> raise ArgumentError end,
          fn -> raise ArgumentError, "bad arg" end,
          fn -> raise Broken, part: :wheel end,
          fn -> raise Custom, code: 42 end,
          fn -> raise %KeyError{key: :k, term: %{}} end,
          fn -> :fine end
        ] do
      IO.inspect(run(f))
    end
  end

  defp run(f) do
    try do
      f.()
    rescue
      e in [Broken] -> {:broken, e.part, e.message}
      e in ArgumentError -> {:argument, e.message}
      e -> {e.__struct__, Exception.message(e)}
    else
      value -> {:returned, value}
    after
      IO.puts("after")
    end
  end
end

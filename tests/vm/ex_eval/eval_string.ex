defmodule Oracle.EvalString do
  # Code.eval_string: parsed and expanded by Elixir, evaluated by OTP's erl_eval; no compiler is needed for that.
  @programs [
    "1 + 2 * 3",
    "f = fn x, y when x > y -> {x, y}; _, _ -> :no end; {f.(1, 2), f.(2, 1)}",
    "z = 3; f = fn x -> x + z end; f.(4)",
    "add = fn a -> fn b -> a + b end end; add.(1).(2)",
    "(fn f, n -> f.(f, n) end).(fn f, n -> if n == 0, do: 1, else: n * f.(f, n - 1) end, 25)",
    "case 3 do x when is_integer(x) and x > 2 -> x; _ -> :small end",
    "case {1, %{a: [2]}} do {1, %{a: [x | _]}} when x in [1, 2] -> x end",
    "cond do nil -> 1; true -> 2 end",
    "for x <- 1..5, rem(x, 2) == 1, do: x * x",
    "for <<c <- \"abc\">>, into: \"\", do: <<c + 1>>",
    "for {k, v} <- %{a: 1}, into: %{}, do: {v, k}",
    "import Bitwise; 1 <<< 3 ||| 1",
    "try do raise \"x\" rescue e in RuntimeError -> e.message end",
    "try do throw(:ball) catch :throw, x -> {:caught, x} after :ok end",
    "try do :erlang.error(%{a: 1}) catch :error, e -> e.a end",
    "receive do x -> x after 0 -> :nothing end",
    "with {:ok, x} <- {:ok, 3}, {:ok, y} <- {:error, x}, do: y",
    "\"a\#{1 + 1}b\"",
    "%{%{a: 1} | a: 2}",
    "x = %{a: 1, b: %{c: 2}}; x.b.c",
    "Enum.map([1, 2], & &1 * 2) |> Enum.sum()",
    "Enum.reduce(1..10, 0, fn x, acc when rem(x, 2) == 0 -> acc + x; _, acc -> acc end)",
    "quote do: a + unquote(1 + 1)",
    "<<1, 2::16, \"é\"::utf16>>",
    "x = 1; ^x = 2",
    "1 = 2",
    "hd([])",
    "if false, do: 1",
    "1 +",
    "foo(",
    "\"abc",
    "undefined_function(1)",
    "Undefined.Module.function()"
  ]

  def start do
    Enum.each(@programs, &print/1)
    IO.inspect(Code.eval_string("a + b", [a: 1, b: 2], file: "given", line: 7))
    IO.inspect(Code.eval_quoted(quote(do: (fn x -> x + 1 end).(var!(n))), n: 41))
    IO.inspect(EEx.eval_string("<%= for x <- xs do %>[<%= x %>]<% end %>, <%= @name %>", xs: [1, 2], assigns: [name: "n"]))
  end

  defp print(program) do
    IO.puts(program)
    IO.puts("  " <> inspect(Code.eval_string(program), custom_options: [sort_maps: true]))
  catch
    kind, reason -> IO.puts("  " <> Exception.format_banner(kind, reason))
  end
end

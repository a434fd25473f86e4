# The framework's JSON: values both ways, escapes, errors with their positions.
defmodule Oracle.JsonRoundTrip do
  alias ElixirWorkers.JSON

  def start do
    values = [
      nil,
      true,
      [],
      %{},
      [1, -2, 3.5, 1.0e300, 12_345_678_901_234_567_890],
      %{"a" => %{"b" => [%{"c" => []}]}},
      "quote \" back \\ slash / tab \t line \n nul \0 escape \e",
      "é € 😀",
      [["", "\"", "\"\"", "a\"", "\"a", "\\\\"]],
      %{name: :atom, x: %{1 => 2}}
    ]

    for value <- values do
      text = JSON.encode!(value)
      IO.inspect({text, JSON.decode!(text)})
    end

    texts = [
      ~S(  {"a" : [ 1 , 2 ] , "b" : null }  ),
      ~S(["\u20ac\ud83d\ude00\/\b\f\n\r\t\"\\"]),
      ~S(["a\u0041b", "\u0041", "a\u0041"]),
      ~S({"k\n":"v\u00e9w"}),
      ~S({"a":1,"a":2}),
      "[1e5, 1E-2, 0.5, -0, -0.0]"
    ]

    IO.inspect(for text <- texts, do: JSON.decode(text))

    broken = [
      "",
      "\"",
      "\"abc",
      "[\"a\\",
      "[\"a\\x\"]",
      "\"a\\u12\"",
      "\"\\ud800\"",
      "\"\\ud800\\u0041\"",
      "\"a\nb\"",
      <<"\"ab", 0xFF, "\"">>,
      <<"\"ab", 0xE2, 0x82>>,
      <<"\"\\n", 0xC3, "\"">>,
      "{\"a\":}",
      "{\"a\" 1}",
      "{a}",
      "[1,]",
      "[1 2]",
      "tru",
      "1e999",
      "01",
      "[] x",
      String.duplicate("[", 600)
    ]

    IO.inspect(for text <- broken, do: message(JSON.decode(text)))

    refused = [
      {1, 2},
      %{nil => 1},
      [1 | 2],
      <<"ab", 0xFF>>,
      <<"a\n", 0xC3>>,
      <<1::3>>,
      %{1 => 1, "1" => 2}
    ]

    IO.inspect(for value <- refused, do: message(JSON.encode(value)))

    large =
      for i <- 1..300,
          do: %{"id" => i, "text" => String.duplicate("x\"é", rem(i, 40)), "f" => i / 4}

    IO.inspect(large |> JSON.encode!() |> JSON.decode!() == large)
  end

  defp message({:error, error}), do: Exception.message(error)
  defp message({:ok, value}), do: {:ok, value}
end

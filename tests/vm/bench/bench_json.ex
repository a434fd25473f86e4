# JSON: decodes and encodes a document of 200 KB, ten times, with the framework's own ElixirWorkers.JSON.
defmodule Oracle.BenchJson do
  # Not on the hostile build: a benchmark.
  alias ElixirWorkers.JSON

  def start do
    text = JSON.encode!(Enum.map(1..1200, &row/1))
    :erlang.display({byte_size(text), again(10, text)})
  end

  defp again(0, text), do: :erlang.phash2(text)
  defp again(n, text), do: again(n - 1, text |> JSON.decode!() |> JSON.encode!())

  defp row(i) do
    %{
      "id" => i,
      "name" => "Jürgen Müller",
      "note" => if(rem(i, 4) == 0, do: "said \"hello\"\nand left"),
      "tags" => ["a", "b", "tag #{i}"],
      "price" => i + 0.25,
      "active" => rem(i, 2) == 0,
      "about" => "A longer text that goes on for a while, as texts in documents do."
    }
  end
end

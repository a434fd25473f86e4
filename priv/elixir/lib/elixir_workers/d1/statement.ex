defmodule ElixirWorkers.D1.Statement do
  @moduledoc false
  # SQL and its parameters, as they cross.

  # Number.MAX_SAFE_INTEGER: integers that JavaScript has exactly.
  @max_integer 9_007_199_254_740_991

  @doc false
  @spec encode!(ElixirWorkers.D1.statement(), String.t()) :: {String.t(), [term()]}
  def encode!({sql, params}, name) when is_binary(sql) and is_list(params) do
    if not String.valid?(sql), do: raise(ArgumentError, "#{name}: SQL must be UTF-8")
    {sql, params |> Enum.with_index(1) |> Enum.map(&param!(&1, name))}
  end

  def encode!(sql, name) when is_binary(sql), do: encode!({sql, []}, name)

  def encode!(other, name) do
    raise ArgumentError,
          "#{name}: a statement must be SQL, or {SQL, list of parameters}, got: #{inspect(other)}"
  end

  defp param!({nil, _index}, _name), do: nil
  defp param!({true, _index}, _name), do: 1
  defp param!({false, _index}, _name), do: 0
  defp param!({float, _index}, _name) when is_float(float), do: float

  defp param!({integer, _index}, _name) when integer in -@max_integer..@max_integer, do: integer

  defp param!({integer, index}, name) when is_integer(integer) do
    raise ArgumentError,
          "#{name}: parameter #{index} is beyond ±2^53, where D1 loses digits: #{integer}; " <>
            "pass it as a string and write CAST(?#{index} AS INTEGER)"
  end

  defp param!({{:blob, bytes}, _index}, _name) when is_binary(bytes), do: {:blob, bytes}

  defp param!({text, index}, name) when is_binary(text) do
    if String.valid?(text),
      do: text,
      else:
        raise(
          ArgumentError,
          "#{name}: parameter #{index} is not UTF-8; pass it as {:blob, bytes}"
        )
  end

  defp param!({other, index}, name) do
    raise ArgumentError,
          "#{name}: parameter #{index} must be nil, a boolean, a number, a string or " <>
            "{:blob, bytes}, got: #{inspect(other)}"
  end
end

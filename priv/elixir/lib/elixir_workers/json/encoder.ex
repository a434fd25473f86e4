defprotocol ElixirWorkers.JSON.Encoder do
  @moduledoc """
  How a struct becomes JSON: implement it, or derive it.

      defmodule User do
        @derive {ElixirWorkers.JSON.Encoder, only: [:name, :email]}
        defstruct [:name, :email, :password_hash]
      end

      defimpl ElixirWorkers.JSON.Encoder, for: Money do
        def to_json(money), do: %{amount: money.amount, currency: money.currency}
      end

  Deriving without `:only` or `:except` takes every field. A struct that does neither is refused, so that no field
  leaves the worker by accident. Dates and times are strings in ISO 8601.
  """

  @fallback_to_any true

  @doc "Returns a term that has a JSON form: a map, a list, a string, a number, a boolean or nil."
  @spec to_json(t()) :: term()
  def to_json(value)
end

defimpl ElixirWorkers.JSON.Encoder, for: Any do
  defmacro __deriving__(module, struct, opts) do
    fields = ElixirWorkers.JSON.Encoder.Any.derived_fields(module, struct, opts)

    quote do
      defimpl ElixirWorkers.JSON.Encoder, for: unquote(module) do
        def to_json(struct), do: Map.take(struct, unquote(fields))
      end
    end
  end

  @doc false
  def derived_fields(module, struct, opts) do
    fields = struct |> Map.from_struct() |> Map.keys()

    case opts do
      [] -> fields
      [only: only] -> known!(only, fields, module)
      [except: except] -> fields -- known!(except, fields, module)
    end
  end

  defp known!(names, fields, module) do
    case names -- fields do
      [] ->
        names

      unknown ->
        raise ArgumentError,
              "@derive ElixirWorkers.JSON.Encoder: #{inspect(module)} has no field #{inspect(hd(unknown))}"
    end
  end

  def to_json(%module{} = struct) do
    raise ElixirWorkers.JSON.EncodeError,
      value: struct,
      reason:
        "put @derive ElixirWorkers.JSON.Encoder before defstruct of #{inspect(module)}, or implement that protocol"
  end
end

defimpl ElixirWorkers.JSON.Encoder, for: [Date, Time, NaiveDateTime, DateTime] do
  def to_json(value), do: @for.to_iso8601(value)
end

defmodule ElixirWorkers.KV.Value do
  @moduledoc false
  # What keys may be, and how values become bytes and are read again.

  alias ElixirWorkers.{Bindings, JSON}

  @max_key_bytes 512

  @doc false
  @spec key_rule(term()) :: :ok | String.t()
  # First what most keys are.
  def key_rule(key) when is_binary(key) and byte_size(key) in 3..@max_key_bytes,
    do: if(String.valid?(key), do: :ok, else: not_utf8(key))

  def key_rule(""), do: "a key must not be empty"

  def key_rule(key) when key in [".", ".."],
    do: "a key must not be #{inspect(key)}"

  def key_rule(key) when is_binary(key) and byte_size(key) > @max_key_bytes,
    do: "a key must have at most #{@max_key_bytes} bytes, this one has #{byte_size(key)}"

  def key_rule(key) when is_binary(key),
    do: if(String.valid?(key), do: :ok, else: not_utf8(key))

  def key_rule(key), do: "a key must be a string, got: #{inspect(key)}"

  defp not_utf8(key), do: "a key must be UTF-8: #{inspect(key)}"

  @doc false
  @spec encode!(term(), :binary | :json) :: binary()
  def encode!(term, :json), do: JSON.encode!(term)
  def encode!(value, :binary) when is_binary(value), do: value

  def encode!(value, :binary) do
    IO.iodata_to_binary(value)
  rescue
    ArgumentError ->
      raise ArgumentError,
            "KV.put: a value must be a string or iodata, or any term with type: :json; " <>
              "got: " <> inspect(value)
  end

  @doc false
  @spec decode(binary(), :text | :binary | :json, String.t(), String.t(), String.t()) ::
          {:ok, term()} | {:error, ElixirWorkers.BindingError.t()}
  def decode(bytes, :binary, _binding, _operation, _key), do: {:ok, bytes}

  def decode(bytes, :text, binding, operation, key) do
    if String.valid?(bytes) do
      {:ok, bytes}
    else
      message = "the value of #{inspect(key)} is not UTF-8; read it with type: :binary"
      Bindings.refuse(binding, operation, "not_text", message)
    end
  end

  def decode(bytes, :json, binding, operation, key) do
    with {:error, error} <- JSON.decode(bytes) do
      message = "the value of #{inspect(key)}: " <> Exception.message(error)
      Bindings.refuse(binding, operation, "not_json", message)
    end
  end

  # Of {key, bytes} or {key, bytes, metadata}.
  @doc false
  @spec decode_all([tuple()], :text | :binary | :json, String.t(), String.t()) ::
          {:ok, map()} | {:error, ElixirWorkers.BindingError.t()}
  def decode_all(found, type, binding, operation) do
    Enum.reduce_while(found, {:ok, %{}}, fn entry, {:ok, values} ->
      case decode(elem(entry, 1), type, binding, operation, elem(entry, 0)) do
        {:ok, value} -> {:cont, {:ok, Map.put(values, elem(entry, 0), beside(value, entry))}}
        {:error, _error} = failure -> {:halt, failure}
      end
    end)
  end

  defp beside(value, {_key, _bytes}), do: value
  defp beside(value, {_key, _bytes, metadata}), do: {value, metadata}
end

defmodule ElixirWorkers.Sessions.Session do
  @moduledoc """
  A session, and the bytes of it that a cookie carries:

      {"e": when it expires, in seconds, "d": data, "f": flash messages, "c": CSRF token or null}
  """

  alias ElixirWorkers.JSON

  # `renewed` tells a session that is to be sealed again although its content is the same.
  defstruct data: %{}, flash: %{}, csrf: nil, renewed: false

  @type t :: %__MODULE__{
          data: %{optional(String.t()) => ElixirWorkers.Sessions.value()},
          flash: %{optional(String.t()) => ElixirWorkers.Sessions.value()},
          csrf: String.t() | nil,
          renewed: boolean()
        }

  @doc """
  Whether there is nothing to remember.

      iex> ElixirWorkers.Sessions.Session.empty?(%ElixirWorkers.Sessions.Session{})
      true
  """
  @spec empty?(t()) :: boolean()
  def empty?(session), do: %{session | renewed: false} == %__MODULE__{}

  @doc """
  The bytes of a session that ends at `expires_s`, in seconds since 1970.
  """
  @spec to_bytes(t(), integer()) :: binary()
  def to_bytes(session, expires_s) do
    JSON.encode!(%{
      "e" => expires_s,
      "d" => session.data,
      "f" => session.flash,
      "c" => session.csrf
    })
  end

  @doc """
  Reads them, unless the session has ended at `now_s`.

      iex> alias ElixirWorkers.Sessions.Session
      iex> bytes = Session.to_bytes(%Session{data: %{"user" => 7}}, 100)
      iex> {:ok, session} = Session.from_bytes(bytes, 99)
      iex> session.data
      %{"user" => 7}
      iex> Session.from_bytes(bytes, 100)
      :error
  """
  @spec from_bytes(binary(), integer()) :: {:ok, t()} | :error
  def from_bytes(bytes, now_s) do
    with {:ok, %{"e" => expires_s, "d" => data, "f" => flash, "c" => csrf}}
         when is_integer(expires_s) and expires_s > now_s and is_map(data) and is_map(flash) and
                (is_binary(csrf) or csrf == nil) <- JSON.decode(bytes) do
      {:ok, %__MODULE__{data: data, flash: flash, csrf: csrf}}
    else
      _other -> :error
    end
  end

  @doc """
  Checks that a value comes back from JSON as it is.

      iex> ElixirWorkers.Sessions.Session.value!("user", %{"id" => 7, "tags" => ["a", nil]})
      %{"id" => 7, "tags" => ["a", nil]}
      iex> ElixirWorkers.Sessions.Session.value!("user", %{id: 7})
      ** (ArgumentError) a session takes values of JSON: nil, booleans, numbers, strings of UTF-8, lists, and maps with string keys; "user" holds the key :id
  """
  @spec value!(String.t(), term()) :: ElixirWorkers.Sessions.value()
  def value!(key, value) do
    if not String.valid?(key), do: refuse!(key, "is no UTF-8")
    check!(key, value)
    value
  end

  defp check!(_key, value) when is_nil(value) or is_boolean(value) or is_number(value), do: :ok

  defp check!(key, value) when is_binary(value),
    do: String.valid?(value) || refuse!(key, "holds " <> inspect(value))

  defp check!(key, value) when is_list(value) do
    if List.improper?(value),
      do: refuse!(key, "holds " <> inspect(value)),
      else: Enum.each(value, &check!(key, &1))
  end

  defp check!(key, value) when is_map(value) and not is_struct(value) do
    Enum.each(value, fn {name, each} ->
      if not (is_binary(name) and String.valid?(name)),
        do: refuse!(key, "holds the key " <> inspect(name))

      check!(key, each)
    end)
  end

  defp check!(key, other), do: refuse!(key, "holds " <> inspect(other))

  @spec refuse!(String.t(), String.t()) :: no_return()
  defp refuse!(key, what) do
    raise ArgumentError,
          "a session takes values of JSON: nil, booleans, numbers, strings of UTF-8, lists, and maps with string keys; " <>
            "#{inspect(key)} #{what}"
  end
end

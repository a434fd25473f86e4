defmodule ElixirWorkers.Fingerprint do
  @moduledoc false

  # Not `Base.url_encode64/2`: it brings a table of 4096 pairs of letters, 8 KB of a compressed bundle.

  @doc """
  22 characters that stand for these bytes: their MD5 in base 64 for URLs, without padding.

      iex> ElixirWorkers.Fingerprint.of(["some ", "bytes"]) ==
      ...>   Base.url_encode64(:erlang.md5("some bytes"), padding: false)
      true
  """
  @spec of(iodata()) :: String.t()
  def of(bytes) do
    for <<letter <- :base64.encode(:erlang.md5(bytes))>>,
        letter != ?=,
        into: "",
        do: <<for_url(letter)>>
  end

  defp for_url(?+), do: ?-
  defp for_url(?/), do: ?_
  defp for_url(letter), do: letter
end

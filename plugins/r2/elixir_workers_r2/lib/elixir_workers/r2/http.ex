defmodule ElixirWorkers.R2.HTTP do
  @moduledoc false
  # What RFC 9110 says about a request for a range of an object (§14), and the headers that describe one.

  alias ElixirWorkers.{Conn, HTTPDate, R2.Object}

  @doc "Whether `If-Range` lets the range count: its etag or date is that of the object (RFC 9110 §13.1.5)."
  @spec range_holds?(String.t(), Object.t()) :: boolean()
  def range_holds?(validator, object),
    do:
      validator == object.http_etag or
        HTTPDate.parse(validator) == {:ok, DateTime.to_unix(object.uploaded)}

  @doc """
  The range of a `Range` header, nil when the whole object is to be sent: without one, for several, and for what is none.
  """
  @spec range(String.t() | nil) :: Range.t() | {:from, integer()} | {:last, integer()} | nil
  def range("bytes=" <> spec) do
    case spec |> String.trim() |> String.split("-") do
      ["", bytes] -> with {:ok, bytes} <- number(bytes), do: {:last, bytes}, else: (_ -> nil)
      [first, ""] -> with {:ok, first} <- number(first), do: {:from, first}, else: (_ -> nil)
      [first, last] -> bounded(number(first), number(last))
      _other -> nil
    end
  end

  def range(_none_or_another_unit), do: nil

  defp bounded({:ok, first}, {:ok, last}) when last >= first, do: first..last
  defp bounded(_first, _last), do: nil

  defp number(text) do
    if text != "" and for(<<digit <- text>>, digit not in ?0..?9, do: digit) == [],
      do: {:ok, String.to_integer(text)},
      else: :error
  end

  @doc "Puts the headers that a 304 has too, besides its validators (§15.4.5)."
  @spec put_cache_headers(Conn.t(), Object.t()) :: Conn.t()
  def put_cache_headers(conn, %Object{http_metadata: metadata}) do
    put_headers(conn, [
      {"cache-control", metadata[:cache_control]},
      {"expires", metadata[:cache_expiry] && HTTPDate.format(metadata[:cache_expiry])}
    ])
  end

  @doc "Removes them from an answer that says nothing about the object."
  @spec delete_cache_headers(Conn.t()) :: Conn.t()
  def delete_cache_headers(conn),
    do: Enum.reduce(["cache-control", "expires"], conn, &Conn.delete_resp_header(&2, &1))

  @doc "Puts the headers that describe a body; `default_type` is for one that was put without a type."
  @spec put_body_headers(Conn.t(), Object.t(), String.t()) :: Conn.t()
  def put_body_headers(conn, %Object{http_metadata: metadata}, default_type) do
    put_headers(conn, [
      {"content-type", Map.get(metadata, :content_type, default_type)},
      {"content-language", metadata[:content_language]},
      {"content-disposition", metadata[:content_disposition]},
      {"content-encoding", metadata[:content_encoding]},
      {"accept-ranges", "bytes"}
    ])
  end

  defp put_headers(conn, headers) do
    for {name, value} <- headers, value != nil, reduce: conn do
      conn -> Conn.put_resp_header(conn, name, value)
    end
  end
end

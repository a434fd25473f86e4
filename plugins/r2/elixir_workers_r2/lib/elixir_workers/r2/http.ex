defmodule ElixirWorkers.R2.HTTP do
  @moduledoc false
  # What RFC 9110 says about a request for an object: preconditions (§13) and ranges (§14).

  alias ElixirWorkers.{Conn, HTTPDate, Preconditions, R2.Object}

  @doc """
  What the conditions of a request come to: `:ok`, `:not_modified` (304) or `:failed` (412).
  """
  @spec preconditions(%{optional(String.t()) => String.t()}, Object.t(), String.t()) ::
          :ok | :not_modified | :failed
  def preconditions(headers, object, method) do
    current = %{etag: object.http_etag, last_modified: seconds(object.uploaded), exists?: true}
    Preconditions.evaluate(method, headers, current)
  end

  @doc "Whether `If-Range` lets the range count: its etag or date is that of the object (RFC 9110 §13.1.5)."
  @spec range_holds?(String.t(), Object.t()) :: boolean()
  def range_holds?(validator, object),
    do:
      validator == object.http_etag or
        HTTPDate.parse(validator) == {:ok, seconds(object.uploaded)}

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

  @doc "Puts the headers that describe an object; `default_type` is for one that was put without a type."
  @spec put_headers(Conn.t(), Object.t(), String.t()) :: Conn.t()
  def put_headers(conn, object, default_type) do
    metadata = object.http_metadata

    [
      {"content-type", Map.get(metadata, :content_type, default_type)},
      {"content-language", metadata[:content_language]},
      {"content-disposition", metadata[:content_disposition]},
      {"content-encoding", metadata[:content_encoding]},
      {"cache-control", metadata[:cache_control]},
      {"expires", metadata[:cache_expiry] && HTTPDate.format(metadata[:cache_expiry])},
      {"etag", object.http_etag},
      {"last-modified", HTTPDate.format(object.uploaded)},
      {"accept-ranges", "bytes"}
    ]
    |> Enum.reduce(conn, fn
      {_name, nil}, conn -> conn
      {name, value}, conn -> Conn.put_resp_header(conn, name, value)
    end)
  end

  @doc "The headers of a 304: those of the 200 that a cache needs (RFC 9110 §15.4.5)."
  @spec drop_body_headers(Conn.t()) :: Conn.t()
  def drop_body_headers(conn) do
    Enum.reduce(
      ~w(content-type content-language content-disposition content-encoding content-length last-modified accept-ranges),
      conn,
      &Conn.delete_resp_header(&2, &1)
    )
  end

  defp seconds(time), do: DateTime.to_unix(time)
end

defmodule ElixirWorkers.R2.HTTP do
  @moduledoc false
  # What RFC 9110 says about a request for an object: preconditions (§13) and ranges (§14).

  alias ElixirWorkers.{Conn, Header, R2.Object}

  @doc """
  What the conditions of a request come to: `:ok`, `:not_modified` (304) or `:precondition_failed` (412), in the order of
  RFC 9110 §13.2.2.
  """
  @spec preconditions(%{optional(String.t()) => String.t()}, Object.t(), String.t()) ::
          :ok | :not_modified | :precondition_failed
  def preconditions(headers, object, method) do
    with :ok <- must_match(headers, object), do: must_differ(headers, object, method)
  end

  defp must_match(%{"if-match" => tags}, object),
    do: if(strong_match?(tags, object.http_etag), do: :ok, else: :precondition_failed)

  defp must_match(%{"if-unmodified-since" => date}, object) do
    case parse_date(date) do
      {:ok, time} -> if seconds(object.uploaded) <= time, do: :ok, else: :precondition_failed
      :error -> :ok
    end
  end

  defp must_match(_headers, _object), do: :ok

  defp must_differ(%{"if-none-match" => tags}, object, method) do
    cond do
      not weak_match?(tags, object.http_etag) -> :ok
      method in ["GET", "HEAD"] -> :not_modified
      true -> :precondition_failed
    end
  end

  defp must_differ(%{"if-modified-since" => date}, object, method)
       when method in ["GET", "HEAD"] do
    case parse_date(date) do
      {:ok, time} -> if seconds(object.uploaded) > time, do: :ok, else: :not_modified
      :error -> :ok
    end
  end

  defp must_differ(_headers, _object, _method), do: :ok

  defp strong_match?(tags, tag), do: any_tag?(tags, &(&1 == tag))
  defp weak_match?(tags, tag), do: any_tag?(tags, &(strong(&1) == strong(tag)))

  defp any_tag?(tags, equal?) do
    tags = Header.split(tags)
    "*" in tags or Enum.any?(tags, equal?)
  end

  defp strong("W/" <> tag), do: tag
  defp strong(tag), do: tag

  @doc "Whether `If-Range` lets the range count: its etag or date is that of the object (RFC 9110 §13.1.5)."
  @spec range_holds?(String.t(), Object.t()) :: boolean()
  def range_holds?(validator, object),
    do: validator == object.http_etag or parse_date(validator) == {:ok, seconds(object.uploaded)}

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
      {"expires", metadata[:cache_expiry] && format_date(metadata[:cache_expiry])},
      {"etag", object.http_etag},
      {"last-modified", format_date(object.uploaded)},
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

  # Dates, in seconds since 1970: RFC 9110 §5.6.7, the form that is to be made. The two obsolete ones are not read.

  @days ~w(Mon Tue Wed Thu Fri Sat Sun)
  @months ~w(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec)

  @doc false
  def format_date(time) do
    day = Enum.at(@days, Date.day_of_week(time) - 1)
    month = Enum.at(@months, time.month - 1)

    "#{day}, #{pad(time.day)} #{month} #{time.year} " <>
      "#{pad(time.hour)}:#{pad(time.minute)}:#{pad(time.second)} GMT"
  end

  defp pad(number), do: number |> Integer.to_string() |> String.pad_leading(2, "0")

  @doc false
  def parse_date(
        <<_day::binary-size(3), ", ", day::binary-size(2), " ", month::binary-size(3), " ",
          year::binary-size(4), " ", hour::binary-size(2), ":", minute::binary-size(2), ":",
          second::binary-size(2), " GMT">>
      ) do
    with {:ok, numbers} <- numbers([year, day, hour, minute, second]),
         [year, day, hour, minute, second] = numbers,
         index when index != nil <- Enum.find_index(@months, &(&1 == month)),
         {:ok, date} <- Date.new(year, index + 1, day),
         {:ok, time} <- Time.new(hour, minute, second) do
      {:ok, date |> DateTime.new!(time) |> DateTime.to_unix()}
    else
      _wrong -> :error
    end
  end

  def parse_date(_other), do: :error

  defp numbers(texts) do
    numbers = for text <- texts, {:ok, number} <- [number(text)], do: number
    if length(numbers) == length(texts), do: {:ok, numbers}, else: :error
  end

  defp seconds(time), do: DateTime.to_unix(time)
end

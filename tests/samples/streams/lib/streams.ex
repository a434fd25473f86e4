defmodule Streams do
  @moduledoc "Bodies larger than the machine's memory, on all of their ways."

  use ElixirWorkers.App, router: Streams.Router
end

defmodule Streams.Router do
  @moduledoc false
  use ElixirWorkers.Router

  alias ElixirWorkers.{Bindings, BodyStream}
  alias ElixirWorkers.Body.Multipart

  @chunk_bytes 65_536

  routes do
    post "/up/count", &count/1
    post "/up/first", &first/1
    post "/up/twice", &twice/1
    post "/up/abandoned", &abandoned/1
    post "/up/form", &form/1
    post "/up/echo", &Conn.stream(&1, "application/octet-stream", Conn.body_stream(&1))

    post "/up/changed", &changed/1
    post "/up/pass", &answer(&1, send_body("swallow", Conn.body_stream(&1)))
    post "/small/body", &small/1
    post "/whole", &count/1
    get "/down/:bytes", &down/2
    get "/made/:bytes", &Conn.stream(&1, "application/octet-stream", chunks(&2["bytes"]))
    get "/sized/:bytes", &sized/2
    get "/sent/:bytes", &answer(&1, send_body("swallow", chunks(&2["bytes"])))
    get "/broken", &broken/1
    get "/failing", &answer(&1, send_body("swallow", failing()))
    get "/refused", &answer(&1, send_body("refuse", chunks("1000000")))
    get "/unread", &answer(&1, send_body("ignore", chunks("1000000")))
    get "/left", &left/1
  end

  defp count(conn) do
    bytes = conn |> Conn.body_stream() |> Enum.reduce(0, &(byte_size(&1) + &2))
    Conn.text(conn, Integer.to_string(bytes))
  end

  # Files go on to a binding, texts are read, and what is called "passed" is left alone.
  defp form(conn) do
    max = String.to_integer(conn["query_params"]["max"] || "60000000")
    parts = for part <- Multipart.stream(conn, max_parts: 5, max_part_bytes: max), do: {part.name, taken(part)}
    Conn.json(conn, Map.new(parts))
  end

  defp taken(%{name: "passed"}), do: nil

  defp taken(%{filename: nil, body: body}) do
    {:ok, text} = BodyStream.read_all(body, 1000)
    text
  end

  defp taken(%{body: body}) do
    {:ok, bytes} = send_body("swallow", body)
    bytes
  end

  defp first(conn) do
    [first] = conn |> Conn.body_stream() |> Enum.take(1)
    Conn.text(conn, Integer.to_string(byte_size(first)))
  end

  defp abandoned(conn) do
    for {_chunk, 0} <- Stream.with_index(Conn.body_stream(conn)), do: IO.puts("the first chunk is here")
    Conn.text(conn, "all of it")
  rescue
    error in ElixirWorkers.Error ->
      IO.puts("the body broke off: #{error.status}")
      reraise error, __STACKTRACE__
  end

  defp twice(conn) do
    Enum.count(Conn.body_stream(conn))
    Conn.text(conn, Integer.to_string(Enum.count(Conn.body_stream(conn))))
  end

  # Through the machine and back, chunk by chunk.
  defp changed(conn) do
    body = Stream.map(Conn.body_stream(conn), fn <<first, rest::binary>> -> [first, rest] end)
    Conn.stream(conn, "application/octet-stream", body)
  end

  defp small(conn) do
    case BodyStream.read_all(Conn.body_stream(conn), 100) do
      {:ok, bytes} -> Conn.text(conn, bytes)
      {:error, :too_large} -> Conn.text(conn, 413, "more than 100")
    end
  end

  defp down(conn, %{"bytes" => bytes}), do: Conn.stream(conn, "application/octet-stream", make(bytes))

  # A body of 300,000 bytes, whatever it says of itself, or one that breaks off.
  defp sized(conn, %{"bytes" => bytes}) do
    body = if conn["query_params"]["fails"], do: failing(), else: chunks("300000")

    conn
    |> Conn.put_resp_header("content-length", bytes)
    |> Conn.stream("application/octet-stream", body)
  end

  # One that fails on its way, read by the handler.
  defp broken(conn) do
    {:ok, handle} = Bindings.call("BODIES", "break", [])
    Enum.each(BodyStream.new(handle, "BODIES"), fn _chunk -> :ok end)
    Conn.text(conn, "whole")
  rescue
    error in ElixirWorkers.BindingError -> Conn.text(conn, 502, Exception.message(error))
  end

  defp left(conn) do
    %BodyStream{length: 1000} = make("1000")
    Conn.text(conn, "unread")
  end

  defp make(bytes) do
    {:ok, handle} = Bindings.call("BODIES", "make", [String.to_integer(bytes)])
    BodyStream.new(handle, "BODIES")
  end

  defp send_body(operation, body),
    do: Bindings.call_with_body("BODIES", operation, body, &[&1])

  defp answer(conn, {:ok, value}), do: Conn.text(conn, inspect(value))
  defp answer(conn, {:error, error}), do: Conn.text(conn, 502, Exception.message(error))

  defp chunks(bytes) do
    bytes = String.to_integer(bytes)
    chunk = :binary.copy(<<7>>, @chunk_bytes)
    whole = Stream.map(Stream.take(Stream.iterate(0, &(&1 + 1)), div(bytes, @chunk_bytes)), fn _n -> chunk end)
    Stream.concat(whole, [:binary.copy(<<7>>, rem(bytes, @chunk_bytes))])
  end

  defp failing, do: Stream.map(1..3, fn n -> if n == 3, do: raise("no third"), else: "chunk" end)
end

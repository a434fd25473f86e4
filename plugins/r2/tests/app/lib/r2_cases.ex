defmodule R2Cases do
  @moduledoc "Cases of R2, which run with a fake and in workerd, and objects over HTTP."

  use ElixirWorkers.App, router: R2Cases.Router
end

defmodule R2Cases.Router do
  @moduledoc false
  use ElixirWorkers.Router

  alias ElixirWorkers.R2

  routes do
    get "/cases", &Conn.json(&1, R2Cases.Cases.names())
    get "/cases/:name", &run_case/2
    get "/objects/*key", &R2.send_object(&1, "FILES", &2["key"])
    put "/objects/*key", &store/2
    post "/copies/*key", &copy/2
    get "/made/*key", &make/2
    get "/broken/*key", &break/2
    get "/name/:bucket", &any_bucket/2
  end

  defp run_case(conn, %{"name" => name}) do
    {actual, expected} = R2Cases.Cases.run(name)
    Conn.json(conn, %{actual: show(actual), expected: show(expected)})
  end

  defp show(term), do: inspect(term, limit: :infinity, printable_limit: :infinity)

  # Past the machine: from the client into the bucket.
  defp store(conn, %{"key" => key}) do
    type = conn["headers"]["content-type"] || "application/octet-stream"
    object = R2.put!("FILES", key, Conn.body_stream(conn), http_metadata: [content_type: type])
    Conn.json(conn, :created, %{size: object.size, etag: object.http_etag})
  end

  # Past the machine: from one bucket into another.
  defp copy(conn, %{"key" => key}) do
    object = R2.put!("OTHER", key, R2.get!("FILES", key).body)
    Conn.json(conn, %{size: object.size})
  end

  # Out of the machine, without and with a length.
  defp make(conn, %{"key" => key}) do
    bytes = String.to_integer(conn["query_params"]["bytes"])
    opts = if conn["query_params"]["sized"], do: [length: bytes], else: []
    object = R2.put!("FILES", key, chunks(bytes), opts)
    Conn.json(conn, %{size: object.size, etag: object.etag})
  end

  defp break(conn, %{"key" => key}) do
    body = Stream.concat(chunks(12_000_000), Stream.map([1], fn _ -> raise "no more" end))
    R2.put!("FILES", key, body)
    Conn.text(conn, "whole")
  end

  defp chunks(bytes) do
    chunk = :binary.copy("0123456789", 10_000)
    whole = Stream.map(Stream.take(Stream.cycle([chunk]), div(bytes, 100_000)), & &1)
    Stream.concat(whole, [binary_part(chunk, 0, rem(bytes, 100_000))])
  end

  defp any_bucket(conn, %{"bucket" => bucket}) do
    case R2.get(bucket, "key") do
      {:error, error} -> Conn.text(conn, 400, Exception.message(error))
      _found -> Conn.text(conn, "found")
    end
  end
end

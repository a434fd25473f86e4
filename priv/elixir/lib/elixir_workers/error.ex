defmodule ElixirWorkers.Error do
  @moduledoc """
  An exception that is an answer: raised in a handler or a middleware, it becomes a reply with its status and message.

      raise ElixirWorkers.Error, status: :not_found, message: "there is no such post"

  A status below 500 is the client's matter and is not logged; of one from 500 on, the message is logged and shown in
  development only.
  """

  alias ElixirWorkers.{Conn, HTML, Status}

  @type t :: %__MODULE__{status: 400..599, message: String.t()}
  defexception status: 500, message: "Internal Server Error"

  @impl true
  def exception(opts) do
    status = Status.code(Keyword.get(opts, :status, 500))

    if status < 400,
      do: raise(ArgumentError, "ElixirWorkers.Error has a status from 400 to 599, got: #{status}")

    %__MODULE__{
      status: status,
      message: Keyword.get_lazy(opts, :message, fn -> Status.reason(status) end)
    }
  end

  @doc """
  Answers with an error page: JSON or HTML when the client asks for it, plain text otherwise.

  `detail` is shown to everyone. Replies from status 500 on name the request, so that its log can be found.

      iex> conn = ElixirWorkers.Test.conn(:get, "/", headers: [{"accept", "application/json"}])
      iex> conn = ElixirWorkers.Error.reply(conn, 404, "no such post")
      iex> IO.iodata_to_binary(conn["resp_body"])
      ~s({"error":"Not Found","detail":"no such post","status":404})
  """
  @spec reply(Conn.t(), Status.t(), String.t() | nil) :: Conn.t()
  def reply(conn, status, detail \\ nil) do
    code = Status.code(status)

    conn
    |> Conn.put_status(code)
    |> Conn.delete_resp_header("content-type")
    |> put_request_id(code)
    |> put_page(format(conn), code, detail)
  end

  defp put_request_id(conn, code) when code < 500, do: conn

  defp put_request_id(conn, _code),
    do: Conn.put_resp_header(conn, "x-request-id", printable(conn["request_id"]))

  defp put_page(conn, :json, code, detail) do
    facts =
      [{"error", Status.reason(code)}, {"detail", detail}, {"status", code}] ++
        for({name, id} <- request_id(conn, code), do: {name, id})

    members = for {name, value} <- facts, value != nil, do: ~s("#{name}":) <> json(value)
    Conn.send_resp(conn, code, "application/json", [?{, Enum.join(members, ","), ?}])
  end

  defp put_page(conn, :html, code, detail) do
    title = Integer.to_string(code) <> " " <> Status.reason(code)

    Conn.html(conn, [
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>",
      [HTML.escape(title), "</title></head>\n<body><h1>", HTML.escape(title), "</h1>\n"],
      if(detail, do: ["<pre>", HTML.escape(detail), "</pre>\n"], else: []),
      for({_name, id} <- request_id(conn, code), do: ["<p>Request ", HTML.escape(id), "</p>\n"]),
      "</body></html>\n"
    ])
  end

  defp put_page(conn, :text, code, detail) do
    Conn.text(conn, [
      Status.reason(code),
      if(detail, do: ["\n", detail], else: []),
      for({_name, id} <- request_id(conn, code), do: ["\nRequest ", id]),
      "\n"
    ])
  end

  defp request_id(_conn, code) when code < 500, do: []
  defp request_id(conn, _code), do: [{"request_id", printable(conn["request_id"])}]

  # Whatever the host calls the request, the error page must not fail on it.
  defp printable(id) when is_binary(id),
    do: for(<<byte <- id>>, byte in 0x21..0x7E, into: "", do: <<byte>>)

  defp printable(_id), do: "unknown"

  defp json(value) do
    case ElixirWorkers.JSON.encode(value) do
      {:ok, text} -> text
      {:error, _error} -> ElixirWorkers.JSON.encode!(inspect(value))
    end
  end

  defp format(conn) do
    accept = Map.get(conn["headers"], "accept", "")

    cond do
      String.contains?(accept, "text/html") -> :html
      String.contains?(accept, "json") -> :json
      true -> :text
    end
  end
end

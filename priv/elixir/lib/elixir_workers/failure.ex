defmodule ElixirWorkers.Failure do
  @moduledoc """
  What an application did wrong: logged in full, shown in development, hidden in production.
  """

  alias ElixirWorkers.{Conn, Error}

  @typedoc "As `Exception.format/3` has it: what was raised, thrown or exited, or the process that died."
  @type kind :: :error | :throw | :exit | {:EXIT, pid()}

  @doc """
  Logs a failure with class, message and stack trace, and answers for it.

  `source` says what failed: a route, a middleware, a request.
  """
  @spec reply(Conn.t(), String.t(), kind(), term(), Exception.stacktrace()) :: Conn.t()
  def reply(conn, _source, :error, %Error{status: status, message: message}, _stacktrace)
      when status < 500,
      do: Error.reply(conn, status, message)

  def reply(conn, source, kind, reason, stacktrace) do
    report(conn, source, format(kind, reason, stacktrace), status(reason))
  end

  @doc """
  Logs a failure that nobody can be answered for any more.
  """
  @spec log(Conn.t(), String.t(), kind(), term(), Exception.stacktrace()) :: :ok
  def log(conn, source, kind, reason, stacktrace),
    do: log_failure(conn, source, format(kind, reason, stacktrace))

  @doc """
  Logs that something returned what is not an answer, and answers for it.
  """
  @spec wrong_return(Conn.t(), String.t(), term()) :: Conn.t()
  def wrong_return(conn, source, returned), do: report(conn, source, advice(returned), 500)

  defp advice(returned) do
    if Conn.conn?(returned) do
      "it returned the conn without a response; end with ElixirWorkers.Conn.json/2, html/2, text/2 or another " <>
        "function that answers"
    else
      "it must return a conn, but returned: " <>
        inspect(returned, limit: 50, printable_limit: 500)
    end
  end

  defp report(conn, source, text, status) do
    log_failure(conn, source, text)

    Error.reply(
      conn,
      status,
      if(conn["environment"] == "development", do: source <> "\n" <> text)
    )
  end

  defp log_failure(conn, source, text) do
    Conn.log(conn, :error, [
      source,
      " failed in request ",
      to_string(conn["request_id"]),
      "\n",
      text
    ])
  end

  defp status(%Error{status: status}), do: status
  defp status(_reason), do: 500

  # An exception may fail at describing itself; the failure must be told all the same.
  defp format(kind, reason, stacktrace) do
    Exception.format(kind, reason, stacktrace)
  catch
    _kind, _reason -> inspect({kind, reason, stacktrace}, limit: 50, printable_limit: 500)
  end
end

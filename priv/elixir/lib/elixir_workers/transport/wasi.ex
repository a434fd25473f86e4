defmodule ElixirWorkers.Transport.Wasi do
  @moduledoc """
  One request as JSON on stdin, one response as a line of JSON on stdout, logs on stderr.

      {"method": "POST", "url": "/echo", "headers": [["content-type", "text/plain"]], "body": "hi"}
      {"status":200,"headers":[["content-type","text/plain"]],"body":"hi"}

  Headers may also be an object. A body that is not UTF-8 is `"body_base64"`. `"env"`, `"cf"`, `"request_id"` and
  `"environment"` are optional.
  """

  @behaviour ElixirWorkers.Transport

  alias ElixirWorkers.{JSON, Wasi}

  @compile {:no_warn_undefined, :atomvm_host}

  defmodule RequestError do
    @moduledoc "What is on stdin is not a request."
    @type t :: %__MODULE__{message: String.t()}
    defexception [:message]
  end

  @typedoc "Waiting for the request; answering it, with the group leader to give back; done."
  @type state :: :waiting | {:answering, pid()} | :done

  @impl true
  def next(:waiting) do
    {head, body} = parse_request(Wasi.read_stdin())
    {:request, head, body, {:answering, quiet_stdout()}}
  end

  def next(:done), do: :stop

  # stdout belongs to the response: what the application prints goes to stderr.
  defp quiet_stdout do
    leader = Process.group_leader()

    with pid when is_pid(pid) <- Process.whereis(:standard_error),
         do: Process.group_leader(self(), pid)

    leader
  end

  @impl true
  def respond(response, {:answering, leader}) do
    Process.group_leader(self(), leader)
    Wasi.write_stdout([format_response(response), ?\n])
    :done
  end

  @impl true
  def log(level, message, _state) do
    :atomvm_host.log(level, message)
  rescue
    UndefinedFunctionError -> IO.puts(:stderr, ["[", Atom.to_string(level), "] ", message])
  end

  @doc """
  Reads a request.

  Raises `ElixirWorkers.Transport.Wasi.RequestError`, which says what is wrong with it.

      iex> {head, body} = ElixirWorkers.Transport.Wasi.parse_request(~s({"method": "GET", "url": "/", "headers": {"Accept": "*/*"}}))
      iex> {head["method"], head["headers"], body}
      {"GET", [{"accept", "*/*"}], ""}
      iex> ElixirWorkers.Transport.Wasi.parse_request("")
      ** (ElixirWorkers.Transport.Wasi.RequestError) stdin is empty; expected a request such as {"method": "GET", "url": "/"}
  """
  @spec parse_request(binary()) :: {ElixirWorkers.Transport.head(), binary()}
  def parse_request(""),
    do: invalid("is empty; expected a request such as " <> ~s({"method": "GET", "url": "/"}))

  def parse_request(text) do
    case JSON.decode(text) do
      {:ok, request} when is_map(request) -> {head(request), body(request)}
      {:ok, _other} -> invalid("holds JSON that is not an object")
      {:error, error} -> invalid("does not hold a request: " <> Exception.message(error))
    end
  end

  defp head(request) do
    %{
      "method" => String.upcase(text(request, "method", "GET"), :ascii),
      "url" => text(request, "url", "/"),
      "headers" => headers(Map.get(request, "headers", [])),
      "env" => object(request, "env"),
      "cf" => object(request, "cf"),
      "request_id" => text(request, "request_id", "wasi"),
      "environment" => text(request, "environment", "production")
    }
  end

  defp headers(object) when is_map(object), do: headers(Enum.map(object, &Tuple.to_list/1))
  defp headers(list) when is_list(list), do: Enum.map(list, &header/1)
  defp headers(_other), do: invalid(~s(: "headers" must be a list of pairs or an object))

  defp header([name, value]) when is_binary(name) and is_binary(value),
    do: {String.downcase(name, :ascii), value}

  defp header(_other), do: invalid(~s(: a header must be a pair of strings))

  defp body(%{"body_base64" => encoded}) when is_binary(encoded) do
    :base64.decode(encoded)
  catch
    :error, _reason -> invalid(~s(: "body_base64" is not base64))
  end

  defp body(request), do: text(request, "body", "")

  defp text(request, key, default) do
    case Map.get(request, key, default) do
      text when is_binary(text) -> text
      nil -> default
      _other -> invalid(": #{inspect(key)} must be a string")
    end
  end

  defp object(request, key) do
    case Map.get(request, key, %{}) do
      object when is_map(object) -> object
      nil -> %{}
      _other -> invalid(": #{inspect(key)} must be an object")
    end
  end

  @doc """
  Writes a response as one line of JSON.

      iex> ElixirWorkers.Transport.Wasi.format_response({200, [{"x-a", "1"}], "hi"})
      ~s({"status":200,"headers":[["x-a","1"]],"body":"hi"})
      iex> ElixirWorkers.Transport.Wasi.format_response({200, [], <<255>>})
      ~s({"status":200,"headers":[],"body_base64":"/w=="})
  """
  @spec format_response(ElixirWorkers.Transport.response()) :: String.t()
  def format_response({status, headers, body}) do
    headers = JSON.encode!(for {name, value} <- headers, do: [latin1(name), latin1(value)])
    ~s({"status":#{status},"headers":#{headers},#{format_body(body)}})
  end

  defp format_body(body) do
    if String.valid?(body),
      do: ~s("body":) <> JSON.encode!(body),
      else: ~s("body_base64":") <> :base64.encode(body) <> ~s(")
  end

  # Header bytes that are not UTF-8 are one character each, as in the Fetch standard.
  defp latin1(text) do
    if String.valid?(text), do: text, else: for(<<byte <- text>>, into: "", do: <<byte::utf8>>)
  end

  @spec invalid(String.t()) :: no_return()
  defp invalid(": " <> reason),
    do: raise(RequestError, message: "the request on stdin: " <> reason)

  defp invalid(reason), do: raise(RequestError, message: "stdin " <> reason)
end

defmodule ElixirWorkers.Fetch.Fake do
  @moduledoc """
  Servers that are not there, for `mix test`: see `ElixirWorkers.Test.put_bindings/1`.

      put_bindings(%{
        "API" => {ElixirWorkers.Fetch.Fake,
         respond: fn
           %{method: "GET", url: "https://api.example.com/rates"} -> {200, [], ~s({"eur": 1})}
           %{url: "https://api.example.com/down"} -> {:error, "failed", "connection refused"}
         end}
      })

  Options:

    * `:respond` - a function of the request, a map of `:method`, `:url`, `:headers` and `:body`, that returns
      `{status, headers, body}`, where a body is a binary or an enumerable of binaries, or `{:error, code, message}`. Required;
    * `:allow` - origins as in the configuration; others are refused. Without it all are allowed.

  It follows no redirects.
  """

  @behaviour ElixirWorkers.Bindings.Fake

  alias ElixirWorkers.URL

  @impl true
  def start(options) do
    respond = Keyword.fetch!(options, :respond)
    allow = Keyword.get(options, :allow, ["*"])

    fn "request", [method, url, headers, body, _options] ->
      request = %{method: method, url: url, headers: headers, body: body || ""}
      with :ok <- allowed(url, allow), do: answer(respond.(request), url)
    end
  end

  defp allowed(url, allow) do
    case URL.parse(url) do
      {:ok, %{scheme: scheme, host: host}} when scheme in ["http", "https"] ->
        if Enum.any?(allow, &covers?(&1, scheme <> "://", host)),
          do: :ok,
          else: failed("not_allowed", "#{scheme}://#{host} is not in `allow` of this binding")

      _other ->
        failed("invalid_url", "#{inspect(url)} is no absolute URL")
    end
  end

  defp covers?("*", _scheme, _host), do: true

  defp covers?(origin, scheme, host) do
    case String.split(origin, "://*.") do
      [^origin] -> origin == scheme <> host
      [prefix, domain] -> prefix <> "://" == scheme and String.ends_with?(host, "." <> domain)
    end
  end

  defp answer({:error, code, message}, _url), do: failed(code, message)

  defp answer({status, headers, body}, url) do
    headers = for {name, value} <- headers, do: {String.downcase(name, :ascii), value}
    {:ok, %{"status" => status, "headers" => headers, "url" => url, "body" => body}}
  end

  defp failed(code, message), do: {:error, %{"code" => code, "message" => message}}
end

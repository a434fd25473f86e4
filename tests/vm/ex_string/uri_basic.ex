# The URI module.
defmodule Oracle.UriBasic do
  def start do
    uri = URI.parse("https://user:pw@example.org:8080/path/x?a=1&b=two%20words#frag")
    IO.inspect({uri.scheme, uri.host, uri.port, uri.path, uri.query, uri.fragment, uri.userinfo})
    IO.puts(URI.to_string(uri))
    IO.inspect(URI.decode_query("a=1&b=two+words&c=%C3%A9"))
    IO.inspect(URI.encode_query(%{"k" => "v w", "e" => "é"}))
    IO.inspect(URI.encode("a b/é?"))
    IO.inspect(URI.decode("a%20b"))
    IO.inspect(URI.encode_www_form("a b&c"))
    IO.inspect(URI.decode_www_form("a+b%26c"))
    IO.inspect(URI.merge("http://h/a/b", "../c") |> to_string())
    IO.inspect(URI.query_decoder("x=1&y=2") |> Enum.to_list())
    IO.inspect(URI.default_port("https"))
  end
end

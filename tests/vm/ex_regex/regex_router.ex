# Patterns as a web application has them: routes, mail addresses, dates, templates, headers.
defmodule Oracle.RegexRouter do
  @date ~r/^(?<year>\d{4})-(?<month>0[1-9]|1[0-2])-(?<day>0[1-9]|[12]\d|3[01])$/
  @mail ~r/^[\w.!#$%&’*+\/=?^`{|}~-]+@[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?)+$/iu

  def start do
    route = compile("/users/:id/posts/:slug")
    IO.inspect(Regex.named_captures(route, "/users/42/posts/hello-world"))
    IO.inspect(Regex.named_captures(route, "/users/42/posts/"))
    for date <- ["2024-02-29", "2024-13-01", "24-1-1"], do: IO.inspect(Regex.named_captures(@date, date))
    for mail <- ["joe@example.com", "joe@", "a.b+c@sub.example.co.uk", "a@b"], do: IO.inspect({mail, mail =~ @mail})
    IO.puts(Regex.replace(~r/\{\{\s*(\w+)\s*\}\}/, "Hello {{name}}, {{ day }}!", fn _, key -> String.upcase(key) end))
    IO.inspect(Regex.scan(~r/([^=;\s]+)=("[^"]*"|[^;]*)/, ~s(a=1; b="x;y"; c=), capture: :all_but_first))
    IO.inspect(Regex.scan(~r/"((?:\\.|[^"\\])*)"/, ~S(say "a \"quoted\" word" and "more"), capture: :all_but_first))
    IO.inspect(Regex.run(~r/^(?:(https?):\/\/)?([^\/:?#]+)(?::(\d+))?(\/[^?#]*)?(?:\?([^#]*))?/, "https://example.com:8080/a/b?x=1#top"))
    IO.inspect(slug("  Ünïcode & Friends: part 2!  "))
    IO.inspect("a1b22" |> then(&Regex.split(~r/(?<=\d)(?=[a-z])/, &1)))
    IO.inspect(Regex.scan(~r/(?<=^|\s)#(\w+)/, "#one two #three"))
    IO.inspect(Macro.underscore("HTTPServerName") <> Macro.camelize("some_name"))
  end

  defp compile(path), do: Regex.compile!("^" <> Regex.replace(~r/:(\w+)/, path, "(?<\\1>[^/]+)") <> "$")

  defp slug(text) do
    text |> String.normalize(:nfd) |> String.downcase() |> String.replace(~r/[^a-z0-9\s]/u, "") |> String.trim() |> String.replace(~r/\s+/, "-")
  end
end

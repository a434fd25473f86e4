defmodule KVCounter.Page do
  @moduledoc "The page: every counter with a button, and a form for a new one."

  alias ElixirWorkers.HTML

  @doc "The whole document."
  @spec render([{String.t(), non_neg_integer()}]) :: iodata()
  def render(counters) do
    {:safe, body} =
      HTML.tag("body", [
        HTML.tag("h1", "Counters"),
        HTML.tag("ul", Enum.map(counters, &row/1)),
        form([
          HTML.tag("input", [name: "name", required: true, maxlength: 100], []),
          HTML.tag("button", "Count")
        ])
      ])

    [
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Counters</title></head>\n",
      body,
      "</html>\n"
    ]
  end

  defp row({name, count}) do
    HTML.tag("li", [
      form([
        HTML.tag("input", [type: "hidden", name: "name", value: name], []),
        [name, ": ", count, " "],
        HTML.tag("button", "+1")
      ])
    ])
  end

  defp form(content), do: HTML.tag("form", [method: "post", action: "/count"], content)
end

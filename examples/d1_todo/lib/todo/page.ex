defmodule Todo.Page do
  @moduledoc "The page: the list, and a form for each thing that can be done."

  alias ElixirWorkers.{Conn, HTML}

  @style """
  body { max-width: 34rem; margin: 3rem auto; padding: 0 1rem; font: 1.05rem/1.5 system-ui, sans-serif; color: #222; }
  h1 { font-size: 1.6rem; }
  form { display: inline; }
  form.add { display: flex; gap: .5rem; margin: 1.5rem 0; }
  form.add input { flex: 1; }
  input, button { font: inherit; padding: .3rem .7rem; border: 1px solid #bbb; border-radius: .4rem; background: #fff; }
  button { cursor: pointer; background: #f3eefb; }
  ul { padding: 0; list-style: none; }
  li { display: flex; gap: .6rem; align-items: center; padding: .45rem 0; border-bottom: 1px solid #eee; }
  li span { flex: 1; overflow-wrap: anywhere; }
  li.done span { color: #888; text-decoration: line-through; }
  .problem { color: #a11; }
  .notice { color: #276; }
  footer { margin-top: 1rem; display: flex; justify-content: space-between; color: #666; }
  """

  @doc "The style sheet; a page with style inside would need `unsafe-inline`."
  def style(conn), do: Conn.send_resp(conn, 200, "text/css; charset=utf-8", @style)

  @typedoc "What is shown above the list; nil for nothing."
  @type messages :: %{problem: String.t() | nil, notice: String.t() | nil}

  @doc "The whole document; `csrf_field` goes into every form."
  @spec render([Todo.Store.todo()], HTML.safe(), messages()) :: iodata()
  def render(todos, csrf_field, messages) do
    content = [
      HTML.tag("h1", "Todo"),
      message(messages.problem, class: "problem", role: "alert"),
      message(messages.notice, class: "notice", role: "status"),
      add_form(csrf_field),
      HTML.tag("ul", Enum.map(todos, &row(&1, csrf_field))),
      footer(Enum.count(todos, &(not &1.done)), length(todos), csrf_field)
    ]

    [
      ~s(<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Todo</title>\n),
      ~s(<meta name="viewport" content="width=device-width">),
      ~s(<link rel="stylesheet" href="/style.css"></head>\n),
      HTML.to_string(HTML.tag("body", content)),
      "</html>\n"
    ]
  end

  defp message(nil, _attributes), do: []
  defp message(text, attributes), do: HTML.tag("p", attributes, text)

  defp add_form(csrf_field) do
    field = [
      name: "title",
      placeholder: "What is to be done?",
      "aria-label": "Title",
      required: true
    ]

    content = [csrf_field, HTML.tag("input", field, []), HTML.tag("button", "Add")]
    form("/todos", [class: "add"], content)
  end

  defp row(todo, csrf_field) do
    path = "/todos/#{todo.id}"

    HTML.tag("li", [class: if(todo.done, do: "done", else: "open")], [
      form("#{path}/done", [], [
        csrf_field,
        hidden("done", to_string(not todo.done)),
        HTML.tag("button", if(todo.done, do: "↺", else: "✓"))
      ]),
      HTML.tag("span", todo.title),
      form("#{path}/delete", [], [csrf_field, HTML.tag("button", "Delete")])
    ])
  end

  defp footer(open, all, csrf_field) do
    HTML.tag("footer", [
      HTML.tag("span", "#{open} of #{all} to do"),
      form("/todos/clear", [], [csrf_field, HTML.tag("button", "Clear done")])
    ])
  end

  defp form(action, attributes, content),
    do: HTML.tag("form", [method: "post", action: action] ++ attributes, content)

  defp hidden(name, value),
    do: HTML.tag("input", [type: "hidden", name: name, value: value], [])
end

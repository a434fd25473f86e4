defmodule Todo.Router do
  @moduledoc "Every route of the worker, and who answers it."

  use ElixirWorkers.Router

  alias ElixirWorkers.Sessions
  alias Todo.{Page, Store}

  @impl true
  def routes do
    [
      {:get, "/", &home/1},
      {:get, "/style.css", &Page.style/1},
      {:post, "/todos", &add/1},
      {:post, "/todos/clear", &clear/1},
      {:post, "/todos/:id/done", &done/2},
      {:post, "/todos/:id/delete", &delete/2},
      {:get, "/api/todos", &index/1},
      {:get, "/api/todos/:id", &show/2},
      {:post, "/api/todos", &create/1},
      {:delete, "/api/todos/:id", &destroy/2}
    ]
  end

  # The page and its forms. Each form leads back to the page, so that reloading it sends nothing twice.

  def home(conn), do: page(conn, 200, nil)

  def add(conn) do
    case Store.add(conn["parsed_body"]["title"] || "") do
      {:ok, _todo} -> Conn.redirect(conn, "/", 303)
      {:error, :title} -> page(conn, 422, title_rule())
    end
  end

  def done(conn, %{"id" => id}) do
    Store.mark(id!(id), conn["parsed_body"]["done"] == "true") || not_found()
    Conn.redirect(conn, "/", 303)
  end

  def delete(conn, %{"id" => id}) do
    Store.delete(id!(id)) || not_found()
    conn |> Sessions.put_flash("notice", "Deleted.") |> Conn.redirect("/", 303)
  end

  def clear(conn) do
    count = Store.clear_done()
    conn |> Sessions.put_flash("notice", "Cleared #{count}.") |> Conn.redirect("/", 303)
  end

  # What a form has left for the page it leads to is shown once; every form has the token of the visitor's session.
  defp page(conn, status, problem) do
    {conn, flash} = Sessions.pop_flash(conn)
    {conn, csrf_field} = Sessions.csrf_field(conn)
    messages = %{problem: problem, notice: flash["notice"]}
    Conn.html(conn, status, Page.render(Store.all(), csrf_field, messages))
  end

  # The same as JSON.

  def index(conn), do: Conn.json(conn, Store.all())

  def show(conn, %{"id" => id}) do
    todo = Store.get(id!(id)) || not_found()
    Conn.conditional(conn, [etag: Store.version(todo)], &Conn.json(&1, todo))
  end

  def create(conn) do
    with %{"title" => title} when is_binary(title) <- conn["parsed_body"],
         {:ok, todo} <- Store.add(title) do
      Conn.json(conn, 201, todo)
    else
      _wrong -> Conn.json(conn, 422, %{error: title_rule()})
    end
  end

  @doc "With `If-Match`, only as long as the todo is what the client has seen."
  def destroy(conn, %{"id" => id}) do
    todo = Store.get(id!(id)) || not_found()

    Conn.conditional(conn, [etag: Store.version(todo)], fn conn ->
      Store.delete(todo.id)
      Conn.no_content(conn)
    end)
  end

  defp title_rule, do: "A title has 1 to 200 characters."

  defp id!(text) do
    case Integer.parse(text) do
      {id, ""} when id in 1..9_007_199_254_740_991 -> id
      _other -> not_found()
    end
  end

  defp not_found, do: raise(ElixirWorkers.Error, status: 404, message: "there is no such todo")
end

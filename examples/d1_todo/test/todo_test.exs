defmodule TodoTest do
  use ExUnit.Case, async: true

  import ElixirWorkers.Test
  alias ElixirWorkers.{D1, Sessions}
  alias Todo.Store

  setup do
    put_bindings(%{"DB" => {D1.Fake, migrations: "migrations"}})
  end

  # As in pyproject.toml, which is not read here.
  @middleware [
    ElixirWorkers.Middleware.SecurityHeaders,
    ElixirWorkers.Middleware.ParseBody,
    {Sessions.Middleware, secrets: ["SESSION_SECRET"]},
    {Sessions.CSRF, except: ["/api/"]}
  ]

  defp ask(method, path, opts \\ []),
    do: request(Todo, method, path, [middleware: @middleware, env: Sessions.Test.env()] ++ opts)

  # As a browser does: the form is on a page, and has that visitor's token.
  defp submit(path, fields \\ %{}) do
    page = ask(:get, "/")
    [_field, token] = Regex.run(~r/name="_csrf_token" value="([^"]+)"/, page.body)

    headers = [
      Sessions.Test.cookies_of(page),
      {"content-type", "application/x-www-form-urlencoded"}
    ]

    ask(:post, path,
      body: URI.encode_query(Map.put(fields, "_csrf_token", token)),
      headers: headers
    )
  end

  test "what is added is on the page, in order and escaped" do
    for title <- ["buy milk", "<b>bold</b>"],
        do: assert(header(submit("/todos", %{"title" => title}), "location") == "/")

    page = ask(:get, "/").body
    assert page =~ ~r"buy milk.*&lt;b&gt;bold&lt;/b&gt;"s
    refute page =~ "<b>"
    assert page =~ "2 of 2 to do"
  end

  test "titles are trimmed; the schema refuses those that cannot be" do
    assert {:ok, %{title: "x"}} = Store.add("  x ")
    response = submit("/todos", %{"title" => "   "})
    assert response.status == 422
    assert response.body =~ "A title has 1 to 200 characters."

    assert ask(:post, "/api/todos", json: %{title: String.duplicate("x", 201)}).status ==
             422

    assert ask(:post, "/api/todos", json: [1]).status == 422
    assert length(Store.all()) == 1
  end

  test "done, open again, deleted" do
    {:ok, %{id: id}} = Store.add("a")
    assert submit("/todos/#{id}/done", %{"done" => "true"}).status == 303
    assert [%{done: true}] = Store.all()
    assert ask(:get, "/").body =~ ~s(name="done" value="false")
    assert ask(:get, "/").body =~ ~s(<li class="done">)
    submit("/todos/#{id}/done", %{"done" => "false"})
    assert [%{done: false}] = Store.all()
    submit("/todos/#{id}/delete")
    assert Store.all() == []
  end

  test "what was deleted or cleared is said once" do
    {:ok, %{id: id}} = Store.add("a")
    deleted = submit("/todos/#{id}/delete")
    shown = ask(:get, "/", headers: [Sessions.Test.cookies_of(deleted)])
    assert shown.body =~ ~s(<p class="notice" role="status">Deleted.</p>)
    refute ask(:get, "/", headers: [Sessions.Test.cookies_of(shown)]).body =~ "Deleted."
    cleared = submit("/todos/clear")
    assert ask(:get, "/", headers: [Sessions.Test.cookies_of(cleared)]).body =~ "Cleared 0."
  end

  test "a form of another site changes nothing" do
    headers = [{"content-type", "application/x-www-form-urlencoded"}]
    assert ask(:post, "/todos", body: "title=forged", headers: headers).status == 403
    assert Store.all() == []
  end

  test "clearing removes what is done and closes the gaps" do
    [a, b, c] = for title <- ["a", "b", "c"], do: elem(Store.add(title), 1)
    Store.mark(b.id, true)
    assert submit("/todos/clear").status == 303
    assert Enum.map(Store.all(), & &1.id) == [a.id, c.id]

    assert D1.query!("DB", "SELECT position FROM todos ORDER BY position") ==
             [%{"position" => 1}, %{"position" => 2}]
  end

  test "what is not there is a 404" do
    for path <- ["/todos/7/done", "/todos/7/delete", "/todos/x/delete"],
        do: assert(submit(path).status == 404)

    for id <- ["7", "0", "x", "99999999999999999999"],
        do: assert(ask(:get, "/api/todos/" <> id).status == 404)
  end

  test "a client has the version it saw, or another" do
    {:ok, todo} = Store.add("a")
    path = "/api/todos/#{todo.id}"
    etag = header(ask(:get, path), "etag")
    assert ask(:get, path, headers: ["if-none-match": etag]).status == 304
    Store.mark(todo.id, true)
    assert ask(:get, path, headers: ["if-none-match": etag]).status == 200
    assert ask(:delete, path, headers: ["if-match": etag]).status == 412
    etag = header(ask(:get, path), "etag")
    assert ask(:delete, path, headers: ["if-match": etag]).status == 204
  end

  test "the same as JSON" do
    response = ask(:post, "/api/todos", json: %{title: "a"})
    assert response.status == 201
    assert %{"id" => id, "title" => "a", "done" => false} = json(response)
    assert [%{"id" => ^id}] = json(ask(:get, "/api/todos"))
    assert ask(:delete, "/api/todos/#{id}").status == 204
    assert json(ask(:get, "/api/todos")) == []
  end
end

defmodule Todo.Store do
  @moduledoc "The table `todos` of the D1 database `DB`; `migrations/` has its schema."

  alias ElixirWorkers.{BindingError, D1}

  @database "DB"
  @columns "id, title, done, created_at"

  @type todo :: %{
          id: pos_integer(),
          title: String.t(),
          done: boolean(),
          created_at: non_neg_integer()
        }

  @doc "All todos in their order."
  @spec all() :: [todo()]
  def all do
    for row <- D1.query!(@database, "SELECT #{@columns} FROM todos ORDER BY position, id"),
        do: todo(row)
  end

  @doc "One todo, nil when there is none of this id."
  @spec get(integer()) :: todo() | nil
  def get(id) do
    with %{} = row <-
           D1.query_one!(@database, "SELECT #{@columns} FROM todos WHERE id = ?", [id]),
         do: todo(row)
  end

  @doc "Names what a todo says now: another one when it has changed."
  @spec version(todo()) :: String.t()
  def version(todo),
    do: todo |> ElixirWorkers.JSON.encode!() |> :erlang.md5() |> Base.url_encode64(padding: false)

  @doc "Adds a todo at the end; the schema says which titles there may be."
  @spec add(String.t()) :: {:ok, todo()} | {:error, :title}
  def add(title) do
    sql = """
    INSERT INTO todos (title, position, created_at)
    SELECT ?1, coalesce(max(position), 0) + 1, ?2 FROM todos
    RETURNING #{@columns}
    """

    case D1.query_one(@database, sql, [String.trim(title), System.os_time(:second)]) do
      {:ok, row} -> {:ok, todo(row)}
      {:error, %BindingError{code: :constraint}} -> {:error, :title}
      {:error, error} -> raise error
    end
  end

  @doc "Marks a todo as done or not; false when there is none of this id."
  @spec mark(integer(), boolean()) :: boolean()
  def mark(id, done),
    do: changed?(D1.exec!(@database, "UPDATE todos SET done = ? WHERE id = ?", [done, id]))

  @doc "Removes a todo; false when there is none of this id."
  @spec delete(integer()) :: boolean()
  def delete(id), do: changed?(D1.exec!(@database, "DELETE FROM todos WHERE id = ?", [id]))

  @doc "Removes what is done and closes the gaps in the order, in one transaction; returns how many went."
  @spec clear_done() :: non_neg_integer()
  def clear_done do
    [deleted, _renumbered] =
      D1.batch!(@database, [
        "DELETE FROM todos WHERE done = 1",
        """
        UPDATE todos SET position =
          (SELECT count(*) FROM todos AS before WHERE before.position <= todos.position)
        """
      ])

    deleted.meta.changes
  end

  defp changed?(meta), do: meta.changes > 0

  defp todo(%{"id" => id, "title" => title, "done" => done, "created_at" => created_at}),
    do: %{id: id, title: title, done: done == 1, created_at: created_at}
end

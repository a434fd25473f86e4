defmodule ElixirWorkers.D1.Meta do
  @moduledoc """
  What a statement did.

    * `:changes` - rows that were inserted, changed or deleted;
    * `:last_row_id` - of the row that was inserted last;
    * `:duration_ms` - in the database;
    * `:rows_read`, `:rows_written` - what D1 bills.
  """

  @type t :: %__MODULE__{
          changes: non_neg_integer(),
          last_row_id: integer(),
          duration_ms: number(),
          rows_read: non_neg_integer(),
          rows_written: non_neg_integer()
        }
  @enforce_keys [:changes, :last_row_id, :duration_ms, :rows_read, :rows_written]
  defstruct @enforce_keys
end

defmodule ElixirWorkers.D1.Result do
  @moduledoc "What one statement of a batch gave: its rows, and what it did."

  alias ElixirWorkers.D1.Meta

  @type t :: %__MODULE__{rows: [ElixirWorkers.D1.row()], meta: Meta.t()}
  @enforce_keys [:rows, :meta]
  defstruct @enforce_keys

  @doc false
  @spec new(map()) :: t()
  def new(%{"rows" => rows, "meta" => {changes, last_row_id, duration_ms, read, written}}) do
    %__MODULE__{
      rows: rows,
      meta: %Meta{
        changes: changes,
        last_row_id: last_row_id,
        duration_ms: duration_ms,
        rows_read: read,
        rows_written: written
      }
    }
  end
end

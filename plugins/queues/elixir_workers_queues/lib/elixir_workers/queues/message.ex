defmodule ElixirWorkers.Queues.Message do
  @moduledoc """
  A message that a consumer gets.

  | field | |
  |---|---|
  | `id` | the service's name for it: the same at every attempt |
  | `body` | see `ElixirWorkers.Queues` |
  | `timestamp` | when it was sent, a `DateTime` |
  | `attempts` | 1 when it is delivered for the first time |
  """

  @enforce_keys [:id, :body, :timestamp, :attempts]
  defstruct [:id, :body, :timestamp, :attempts]

  @type t :: %__MODULE__{
          id: String.t(),
          body: term(),
          timestamp: DateTime.t(),
          attempts: pos_integer()
        }
end

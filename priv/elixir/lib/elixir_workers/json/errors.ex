defmodule ElixirWorkers.JSON.DecodeError do
  @moduledoc "JSON text that is not what RFC 8259 allows: the byte it stopped at, and why."

  @type t :: %__MODULE__{position: non_neg_integer(), reason: String.t()}
  defexception [:position, :reason]

  @impl true
  def message(%{position: position, reason: reason}),
    do: "malformed JSON: #{reason} at byte #{position}"
end

defmodule ElixirWorkers.JSON.EncodeError do
  @moduledoc "A term that has no JSON form, and what to do about it."

  @type t :: %__MODULE__{value: term(), reason: String.t()}
  defexception [:value, :reason]

  @impl true
  def message(%{value: value, reason: reason}) do
    "cannot encode #{inspect(value, limit: 10, printable_limit: 200)} as JSON: #{reason}"
  end
end

defmodule Markling.Error do
  @moduledoc "A document that cannot be read."

  @type t :: %__MODULE__{line: pos_integer(), reason: atom() | {atom(), term()}}
  defexception [:line, :reason]

  @impl true
  def message(%{line: line, reason: reason}), do: "line #{line}: #{describe(reason)}"

  defp describe(:not_utf8), do: "the text is not UTF-8"

  defp describe({:open_fence, fence}),
    do: "the code block that #{inspect(fence)} opens is never closed"

  defp describe({:columns, want, got}), do: "a table row has #{got} cells, not #{want}"
end

defmodule ElixirWorkers.Body.Unparsed do
  @moduledoc """
  `conn["parsed_body"]` before `ElixirWorkers.Middleware.ParseBody` has run: reading from it says what is missing.
  """

  @behaviour Access

  @type t :: %__MODULE__{}
  defstruct []

  @impl true
  @spec fetch(t(), term()) :: no_return()
  def fetch(_unparsed, _key), do: teach()

  @impl true
  @spec get_and_update(t(), term(), function()) :: no_return()
  def get_and_update(_unparsed, _key, _fun), do: teach()

  @impl true
  @spec pop(t(), term()) :: no_return()
  def pop(_unparsed, _key), do: teach()

  @spec teach() :: no_return()
  defp teach do
    raise ArgumentError,
          ~s(conn["parsed_body"] is not parsed yet: add ElixirWorkers.Middleware.ParseBody to the router's ) <>
            "middleware/0, or call ElixirWorkers.Body.parse/2; a body that is a stream is never parsed"
  end
end

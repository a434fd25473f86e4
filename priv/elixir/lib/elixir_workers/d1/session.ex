defmodule ElixirWorkers.D1.Session do
  @moduledoc """
  A session on a database, made by `ElixirWorkers.D1.session/2`; it lives as long as the request.
  """

  @enforce_keys [:binding, :id, :constraint]
  defstruct @enforce_keys

  @opaque t :: %__MODULE__{binding: String.t(), id: integer(), constraint: String.t()}

  @doc false
  @spec new(String.t(), :first_primary | :first_unconstrained | String.t()) :: t()
  def new(binding, from) do
    %__MODULE__{
      binding: binding,
      id: System.unique_integer([:positive]),
      constraint: constraint!(from)
    }
  end

  defp constraint!(:first_primary), do: "first-primary"
  defp constraint!(:first_unconstrained), do: "first-unconstrained"
  defp constraint!(bookmark) when is_binary(bookmark) and bookmark != "", do: bookmark

  defp constraint!(other) do
    raise ArgumentError,
          "D1.session begins :first_primary, :first_unconstrained or at a bookmark, got: " <>
            inspect(other)
  end

  # The name of the binding, and the session as it crosses.
  @doc false
  @spec parts(ElixirWorkers.D1.database()) :: {String.t(), nil | {integer(), String.t()}}
  def parts(%__MODULE__{binding: binding, id: id, constraint: constraint}),
    do: {binding, {id, constraint}}

  def parts(binding) when is_binary(binding), do: {binding, nil}
end

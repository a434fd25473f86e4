defmodule Bindings.Cases do
  @moduledoc "Cases by name: what is done, and what it must give. None depends on another."

  alias Bindings.{D1Cases, KVCases}

  @spec all() :: %{String.t() => {(() -> term()), term()}}
  def all do
    Map.new(KVCases.all() ++ D1Cases.all(), fn {name, run, expected} ->
      {name, {run, expected}}
    end)
  end

  @doc "A raised exception, as class and message."
  def raised(run) do
    run.()
  rescue
    error -> {error.__struct__, Exception.message(error)}
  end

  @doc "What tells failures apart."
  def code({:error, %ElixirWorkers.BindingError{} = error}),
    do: {error.binding, error.operation, error.code}

  def code(other), do: other
end

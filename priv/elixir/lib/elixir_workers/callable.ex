defmodule ElixirWorkers.Callable do
  @moduledoc false
  # The one place that asks which functions a module has.

  @doc false
  @spec exports?(module(), atom(), arity()) :: boolean()
  def exports?(module, function, arity) do
    function_exported?(module, function, arity) or
      (load(module) and function_exported?(module, function, arity))
  end

  # On ordinary Elixir a module has no functions before its first call. `:code.ensure_loaded/1` would bring the whole
  # code server into every worker.
  defp load(module) do
    module.module_info(:module) == module
  rescue
    UndefinedFunctionError -> false
  end
end

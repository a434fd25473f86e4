defmodule ElixirWorkers.{{module}} do
  @moduledoc "Texts by key, in a binding of kind `{{name}}`."

  alias ElixirWorkers.{BindingError, Bindings}

  @doc """
  Returns the text of a key.

  `timeout:` gives up after so many milliseconds.
  """
  @spec fetch(String.t(), String.t(), keyword()) ::
          {:ok, String.t()} | :not_found | {:error, BindingError.t()}
  def fetch(binding, key, opts \\ []) when is_binary(key) do
    opts = options!(opts, "fetch")

    with {:ok, nil} <- Bindings.call(binding, "fetch", [key], timeout: opts.timeout),
         do: :not_found
  end

  @doc "Keeps a text; the code of the error is `:too_large` when it is too long."
  @spec store(String.t(), String.t(), String.t(), keyword()) ::
          {:ok, nil} | {:error, BindingError.t()}
  def store(binding, key, text, opts \\ []) when is_binary(key) and is_binary(text) do
    opts = options!(opts, "store")
    Bindings.call(binding, "store", [key, text], timeout: opts.timeout)
  end

  defp options!(opts, function) do
    defaults = %{timeout: :infinity}
    Bindings.options!(opts, defaults, &Bindings.check_option/2, "{{module}}.#{function}")
  end
end

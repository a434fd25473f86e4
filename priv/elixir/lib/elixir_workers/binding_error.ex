defmodule ElixirWorkers.BindingError do
  @moduledoc """
  A call to a binding that failed: which one, what was asked, and why.

    * `:binding` - its name in the configuration;
    * `:operation` - what was asked of it, `"get"`;
    * `:message` - the cause, as the service gave it;
    * `:code` - to tell causes apart:

  | code | |
  |---|---|
  | `:unknown_binding` | the configuration has no binding of this name |
  | `:unknown_operation` | this kind of binding cannot do that |
  | `:not_available` | the bundle or the runtime lacks it |
  | `:not_a_worker` | nothing answers here: neither a worker nor a test with fakes |
  | `:bad_call` | the arguments cannot be sent |
  | `:timeout` | no answer within the `:timeout` that was given |
  | `:failed` | the service refused or failed |

  A kind of binding may have codes of its own: `ElixirWorkers.KV` and `ElixirWorkers.D1` list theirs. Codes of kinds
  from plugins are strings.
  """

  @type t :: %__MODULE__{
          binding: String.t(),
          operation: String.t(),
          code: atom() | String.t(),
          message: String.t()
        }
  defexception [:binding, :operation, :code, :message]

  # Strings come from the host; atoms are made of none that is not listed.
  @codes Map.new(
           ~w(unknown_binding unknown_operation not_available not_a_worker bad_call timeout failed
              invalid_key not_text not_json constraint)a,
           &{Atom.to_string(&1), &1}
         )

  @impl true
  def message(%__MODULE__{} = error),
    do: "binding #{error.binding}, #{error.operation}: #{error.message} (#{error.code})"

  @doc """
  Builds the error of a call from what the host answered.

      iex> error = ElixirWorkers.BindingError.new("CACHE", "get", %{"code" => "failed", "message" => "closed"})
      iex> Exception.message(error)
      "binding CACHE, get: closed (failed)"
  """
  @spec new(String.t(), String.t(), map()) :: t()
  def new(binding, operation, %{"code" => code, "message" => message}) do
    %__MODULE__{
      binding: binding,
      operation: operation,
      code: Map.get(@codes, code, code),
      message: message
    }
  end
end

defmodule ElixirWorkers.Settings do
  @moduledoc """
  What `pyproject.toml` and `mix.exs` say about running the application.

  | key | example |
  |---|---|
  | `:middleware` | `[{ElixirWorkers.Middleware.RequestLogger, [level: :debug]}]` |
  | `:applications` | `{ElixirWorkers.Applications, [:my_app]}`: who starts which |
  | `:events` | `{ElixirWorkers.Events, [{"scheduled", "0 3 * * *", ElixirWorkers.Scheduled, MyApp.Nightly}]}` |
  | `:transport` | `ElixirWorkers.Transport.Replay`: who hands over requests, when it is not the reactor of the machine |

  A key is there when the configuration has it. `hatch build` packs them as an external term into a plain file of the
  archive. On ordinary Elixir there is no archive, and no key.
  """

  # Natives of the virtual machine; on ordinary Elixir there is no such module.
  @compile {:no_warn_undefined, :atomvm}

  @file_name "settings.bin"

  @typedoc "See the table above."
  @type t :: %{
          optional(:middleware) => [{module(), keyword()}],
          optional(:applications) => {module(), [Application.app()]},
          optional(:events) => {module(), [ElixirWorkers.Events.entry()]},
          optional(:transport) => module()
        }

  @doc """
  Reads them.

      iex> ElixirWorkers.Settings.read()
      %{}
  """
  @spec read() :: t()
  def read do
    case :atomvm.read_priv(:elixir_workers, @file_name) do
      bytes when is_binary(bytes) -> :erlang.binary_to_term(bytes)
      :undefined -> %{}
    end
  rescue
    UndefinedFunctionError -> %{}
  end
end

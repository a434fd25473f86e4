defmodule ElixirWorkers.Events do
  @moduledoc """
  What a worker handles besides requests: cron triggers (`ElixirWorkers.Scheduled`), and what plugins add.

  `pyproject.toml` says which module handles what:

      [[tool.hatch.build.targets.elixir-workers.events]]
      kind = "scheduled"
      cron = "0 3 * * *"
      handler = "MyApp.Nightly"

  Each event runs like a request: in a machine of its own from the same pool, within the same limits, with an id that its
  logs have. What it raises is logged with its stack trace, and the runtime is told that the event has failed.

  ## The context

  A handler gets a map, which `ElixirWorkers.Conn.log/3` takes like a conn:

  | key | example |
  |---|---|
  | `"event"`, `"source"` | `"scheduled"`, `"0 3 * * *"` |
  | `"env"` | the variables and secrets named in the configuration |
  | `"request_id"` | names the event in logs |
  | `"environment"` | `"production"` or `"development"` |

  ## Kinds

  A module with this behaviour stands between the kind's JavaScript, which turns an event into a term and an answer into
  calls of the event, and the handlers of applications.
  """

  alias ElixirWorkers.{Failure, Transport}

  @typedoc "See the table above."
  @type context :: %{required(String.t()) => term()}

  @typedoc "As `pyproject.toml` has it: kind, source, the kind's module, the application's."
  @type entry :: {String.t(), String.t(), module(), handler :: module()}

  @doc "Calls the handler for what the kind's JavaScript made of the event; returns what that does with it."
  @callback handle_event(handler :: module(), payload :: term(), context()) :: answer :: term()

  @doc """
  Handles the event that a head describes (`docs/reference/host-abi.md`, "Event head").

  The answer has status 200 and an external term; 500 when the handler has failed, or when there is none.
  """
  @spec run([entry()], Transport.head(), {module(), Transport.state()}) ::
          {200 | 500, [], binary()}
  def run(entries, %{"event" => kind, "source" => source} = head, transport) do
    context =
      head
      |> Map.take(~w(event source env request_id environment))
      |> Map.put("transport", transport)

    try do
      {module, handler} = find!(entries, kind, source)
      answer = module.handle_event(handler, head["payload"], context)
      {200, [], :erlang.term_to_binary(answer)}
    catch
      class, reason ->
        Failure.log(context, name(head), class, reason, __STACKTRACE__)
        {500, [], ""}
    end
  end

  # A kind without sources has one entry, whose source is empty.
  defp find!(entries, kind, source) do
    case for {^kind, each, module, handler} <- entries,
             each in [source, ""],
             do: {module, handler} do
      [found | _] -> found
      [] -> raise ArgumentError, "no handler is configured for #{kind} #{inspect(source)}"
    end
  end

  @doc """
  What messages call an event.

      iex> ElixirWorkers.Events.name(%{"event" => "scheduled", "source" => "0 3 * * *"})
      "event scheduled 0 3 * * *"
  """
  @spec name(map()) :: String.t()
  def name(%{"event" => kind, "source" => ""}), do: "event " <> kind
  def name(%{"event" => kind, "source" => source}), do: "event " <> kind <> " " <> source
end

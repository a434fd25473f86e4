defmodule ElixirWorkers.{{module}} do
  @moduledoc """
  E-mails that the worker receives, for handlers that `events` of `pyproject.toml` names:

      @impl true
      def handle_email(%{from: from, raw: raw}, _context), do: {:forward, "shop@example.com"}

  What a handler raises is logged, and the sender's server is told that the message was not taken.
  """

  @behaviour ElixirWorkers.Events

  @typedoc "Addresses of the envelope, the subject, and the whole message as it came."
  @type email :: %{from: String.t(), to: String.t(), subject: String.t(), raw: binary()}

  @doc "Says what becomes of a message; `:ok` when nothing does."
  @callback handle_email(email(), ElixirWorkers.Events.context()) ::
              :ok | {:forward, address :: String.t()} | {:reject, reason :: String.t()}

  @impl true
  def handle_event(handler, payload, context) do
    case handler.handle_email(email(payload), context) do
      :ok ->
        nil

      {:forward, address} when is_binary(address) ->
        ["forward", address]

      {:reject, reason} when is_binary(reason) ->
        ["reject", reason]

      other ->
        raise ArgumentError,
              "#{inspect(handler)}.handle_email/2 must return :ok, {:forward, address} or {:reject, reason}, " <>
                "got: #{inspect(other)}"
    end
  end

  defp email(%{"from" => from, "to" => to, "subject" => subject, "raw" => raw}),
    do: %{from: from, to: to, subject: subject, raw: raw}
end

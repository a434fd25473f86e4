defmodule ElixirWorkers.Transport.Test do
  @moduledoc """
  The transport of `ElixirWorkers.Test`: one request in memory; response and logs are messages to the test.
  """

  @behaviour ElixirWorkers.Transport

  @typedoc "The request until it is taken, then nil; the test process, and the tag of its messages."
  @type state :: {request :: {ElixirWorkers.Transport.head(), binary()} | nil, pid(), reference()}

  @impl true
  def next({nil, _test, _tag}), do: :stop
  def next({{head, body}, test, tag}), do: {:request, head, body, {nil, test, tag}}

  @impl true
  def respond(response, {_request, test, tag} = state) do
    send(test, {tag, :response, response})
    state
  end

  @impl true
  def log(level, message, {_request, test, tag}) do
    send(test, {tag, :log, level, IO.iodata_to_binary(message)})
    :ok
  end
end

defmodule ElixirWorkers.Transport do
  @moduledoc """
  Where requests come from and responses and logs go.

  `ElixirWorkers.Server` knows nothing but this behaviour. Four modules implement it:

    * `ElixirWorkers.Transport.Host` - the reactor exports of the virtual machine, in a worker;
    * `ElixirWorkers.Transport.Replay` - a machine that has only `_start`, in a worker;
    * `ElixirWorkers.Transport.Wasi` - one request on stdin, one response on stdout;
    * `ElixirWorkers.Transport.Test` - a request in memory, for `mix test`.

  Calls to bindings have a door of their own, `ElixirWorkers.Bindings`: they need no conn.
  """

  @typedoc "What the transport needs to remember; it travels in `conn[\"transport\"]`."
  @type state :: term()

  @typedoc "Elixir's log levels."
  @type level :: :debug | :info | :notice | :warning | :error | :critical | :alert | :emergency

  @typedoc "The head of a request, as in `docs/reference/host-abi.md`."
  @type head :: %{optional(String.t()) => term()}

  @typedoc "Status, headers in order, body; `:stream` when the body follows by `c:chunk/2` and `c:finish/2`."
  @type response :: {200..599, [ElixirWorkers.Header.field()], binary() | :stream}

  @doc "Waits for the next request; `:stop` when there will be none."
  @callback next(state()) :: {:request, head(), binary(), state()} | :stop

  @doc "Sends the response of the current request."
  @callback respond(response(), state()) :: state()

  @doc """
  Writes a part of the body behind a response with `:stream`, and returns when the client has taken it. A transport
  without it gets whole bodies only.
  """
  @callback chunk(binary(), state()) :: :ok | {:error, :closed}

  @doc "The body is whole, or it breaks off."
  @callback finish(:end | :abort, state()) :: :ok

  @doc """
  Makes a stream that the host has the body of the response that comes next, which then has `:stream` and no chunks.
  """
  @callback pipe(ElixirWorkers.BodyStream.t(), state()) ::
              :ok | {:error, ElixirWorkers.BindingError.t()}

  @optional_callbacks chunk: 2, finish: 2, pipe: 2

  @doc "Writes a log record."
  @callback log(level(), iodata(), state()) :: :ok
end

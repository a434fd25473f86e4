defmodule ElixirWorkers.App do
  @moduledoc """
  The entry of an application: `use ElixirWorkers.App, router: MyApp.Router`.

  It defines two functions, and marks the module as the one a build starts:

    * `start/0` - called by the virtual machine, serves requests until it stops;
    * `__elixir_workers_app__/0` - the options, as a keyword list.

  ## Options

    * `:router` - the module with `use ElixirWorkers.Router`. Required.
  """

  @typedoc "What `__elixir_workers_app__/0` returns."
  @type options :: [router: module()]

  @doc false
  defmacro __using__(opts) do
    quote do
      @behaviour ElixirWorkers.App
      @elixir_workers_app ElixirWorkers.App.validate!(unquote(opts), __MODULE__)
      @elixir_workers_router @elixir_workers_app[:router]

      @doc false
      @impl ElixirWorkers.App
      def __elixir_workers_app__, do: @elixir_workers_app

      # Nobody calls it; that it calls the router lets compiler and build warn of one that is not there.
      @doc false
      def __elixir_workers_routes__, do: @elixir_workers_router.routes()

      @doc "Serves requests; the virtual machine calls it."
      @impl ElixirWorkers.App
      def start, do: ElixirWorkers.Server.start(__MODULE__)
    end
  end

  @doc "Returns the options of the app."
  @callback __elixir_workers_app__() :: options()

  @doc "Serves requests until there are no more."
  @callback start() :: :ok

  @doc """
  Checks the options of `use ElixirWorkers.App`.

  Raises `ArgumentError`, which stops the compilation of the app.

      iex> ElixirWorkers.App.validate!([router: MyApp.Router], MyApp)
      [router: MyApp.Router]
      iex> ElixirWorkers.App.validate!([], MyApp)
      ** (ArgumentError) MyApp: use ElixirWorkers.App needs a router: use ElixirWorkers.App, router: MyApp.Router
  """
  @spec validate!(term(), module()) :: options()
  def validate!([router: router], _app) when is_atom(router) and router not in [nil, true, false],
    do: [router: router]

  def validate!(opts, app) do
    unknown = if Keyword.keyword?(opts), do: Keyword.keys(opts) -- [:router], else: []

    if unknown == [] do
      raise ArgumentError,
            "#{inspect(app)}: use ElixirWorkers.App needs a router: " <>
              "use ElixirWorkers.App, router: #{inspect(app)}.Router"
    else
      raise ArgumentError,
            "#{inspect(app)}: use ElixirWorkers.App has no option #{inspect(hd(unknown))}, only :router"
    end
  end
end

# What modules say about themselves: the attributes of plugins found by their behaviour, accumulated and persisted ones.
defmodule Oracle.Attributes do
  defmodule Plugin do
    @callback run(term) :: term
    @callback name() :: atom
    @optional_callbacks name: 0

    defmacro __using__(_) do
      quote do
        @behaviour Oracle.Attributes.Plugin
        Module.register_attribute(__MODULE__, :tags, accumulate: true, persist: true)
        def name, do: __MODULE__
        defoverridable name: 0
      end
    end
  end

  defmodule Increment do
    use Oracle.Attributes.Plugin
    @tags :fast
    @tags {:cheap, "né"}
    @vsn "1.2"
    def run(x), do: x + 1
  end

  defmodule Twice do
    use Oracle.Attributes.Plugin
    def run(x), do: x * 2
    def name, do: {:custom, super()}
  end

  defmodule Other do
    def run(x), do: x
  end

  @modules [Increment, Twice, Other]

  def start do
    plugins = for module <- @modules, Plugin in behaviours(module), do: module
    IO.inspect(plugins)
    IO.inspect(for module <- @modules, do: module.__info__(:attributes)[:tags])
    IO.inspect(Increment.__info__(:attributes)[:vsn])
    IO.inspect(for module <- @modules, do: is_list(module.module_info(:attributes)[:vsn]))
    IO.inspect(Increment.module_info()[:attributes] == Increment.__info__(:attributes))
    IO.inspect(Plugin.behaviour_info(:optional_callbacks))
    IO.inspect(Enum.map(plugins, & &1.name()))
    IO.inspect(Enum.reduce(plugins, 3, & &1.run(&2)))
    IO.inspect(Supervisor in behaviours(Task.Supervisor))
    IO.inspect(:gen_server in Keyword.get(:supervisor.module_info(:attributes), :behaviour, []))
  end

  defp behaviours(module), do: Keyword.get(module.__info__(:attributes), :behaviour, [])
end

defmodule Leaf do
  @moduledoc """
  HTML templates, compiled into functions.

      defmodule MyApp.Pages do
        use Leaf, root: "lib/my_app/templates"
        template :index, [:title, :items]
      end

  reads `lib/my_app/templates/index.html.eex`. `<%= … %>` is escaped; `raw/1` is not. `@name` is an assign.
  """

  @doc "HTML that needs no escaping."
  def raw({:safe, _} = safe), do: safe
  def raw(html), do: {:safe, html}

  defmacro __using__(options) do
    quote do
      import Leaf, only: [template: 1, template: 2, raw: 1]
      @leaf_root unquote(options)[:root]
      Module.register_attribute(__MODULE__, :leaf_templates, accumulate: true)
      @before_compile Leaf
    end
  end

  @doc "Defines `name/1`, which takes the assigns and returns `{:safe, iodata}`."
  defmacro template(name, required \\ []) do
    quote bind_quoted: [name: name, required: required] do
      path = Path.join(@leaf_root, "#{name}.html.eex")
      @external_resource path
      @leaf_templates {name, required}
      body = EEx.compile_file(path, engine: Leaf.Engine, trim: true)

      @doc "Renders `#{name}.html.eex`."
      def unquote(name)(assigns) do
        var!(assigns) = Leaf.Assigns.new(unquote(name), unquote(required), assigns)
        _ = var!(assigns)
        {:safe, unquote(body)}
      end
    end
  end

  defmacro __before_compile__(_env) do
    quote do
      @doc "The templates: `[{name, required assigns}]`."
      def __templates__, do: Enum.sort(@leaf_templates)
    end
  end
end

defmodule Leaf.Engine do
  @moduledoc "EEx engine: output is iodata, and what `<%=` gives is escaped unless it says that it is HTML."

  @behaviour EEx.Engine

  @impl true
  def init(_options), do: %{parts: [], count: 0, bindings: []}

  @impl true
  def handle_begin(state), do: %{state | parts: [], bindings: []}

  @impl true
  def handle_end(state), do: quote(do: {:safe, unquote(handle_body(state))})

  @impl true
  def handle_body(%{parts: parts, bindings: bindings}) do
    {:__block__, [], Enum.reverse(bindings, [Enum.reverse(parts)])}
  end

  @impl true
  def handle_text(state, _meta, text), do: %{state | parts: [text | state.parts]}

  @impl true
  def handle_expr(state, "=", ast) do
    variable = Macro.var(:"part#{state.count}", __MODULE__)
    ast = Macro.prewalk(ast, &EEx.Engine.handle_assign/1)
    binding = quote(do: unquote(variable) = Leaf.Escape.to_iodata(unquote(ast)))

    %{
      state
      | count: state.count + 1,
        parts: [variable | state.parts],
        bindings: [binding | state.bindings]
    }
  end

  def handle_expr(state, "", ast) do
    %{state | bindings: [Macro.prewalk(ast, &EEx.Engine.handle_assign/1) | state.bindings]}
  end

  def handle_expr(state, marker, ast), do: EEx.Engine.handle_expr(state, marker, ast)
end

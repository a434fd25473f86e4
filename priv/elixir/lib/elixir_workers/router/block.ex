defmodule ElixirWorkers.Router.Block do
  @moduledoc """
  The block of `routes do … end`, turned into the list that `routes/0` returns.

      get "/posts/:id", &show/2            {:get, "/posts/:id", &show/2}
      get "/", :home                       {:get, "/", {__MODULE__, :home}}
      match "LINK", "/a", &link/1          {"LINK", "/a", &link/1}
      scope "/admin" do … end              {:scope, "/admin", [], […]}
      forward "/api", MyApp.Api            {:forward, "/api", MyApp.Api}
  """

  @verbs [:get, :head, :post, :put, :patch, :delete, :options, :any]

  @doc "The words a block understands, with their arities; for `locals_without_parens` of the formatter."
  @spec words() :: keyword(arity())
  def words,
    do: Enum.map(@verbs, &{&1, 2}) ++ [match: 3, scope: 2, scope: 3, forward: 2]

  @doc """
  Turns a quoted block into a quoted list. Raises `CompileError` for an expression that is no route.

      iex> block = quote(do: get("/", :home))
      iex> Macro.to_string(ElixirWorkers.Router.Block.to_list(block, __ENV__))
      ~s([{:get, "/", {__MODULE__, :home}}])
  """
  @spec to_list(Macro.t(), Macro.Env.t()) :: [Macro.t()]
  def to_list({:__block__, _meta, expressions}, env), do: Enum.map(expressions, &route(&1, env))
  def to_list(expression, env), do: [route(expression, env)]

  defp route({verb, _meta, [path, handler]}, _env) when verb in @verbs,
    do: {:{}, [], [verb, path, handler(handler)]}

  defp route({:match, _meta, [method, path, handler]}, _env),
    do: {:{}, [], [method, path, handler(handler)]}

  defp route({:scope, _meta, [path, [do: block]]}, env), do: scope(path, [], block, env)
  defp route({:scope, _meta, [path, opts, [do: block]]}, env), do: scope(path, opts, block, env)
  defp route({:forward, _meta, [path, router]}, _env), do: {:{}, [], [:forward, path, router]}

  defp route(other, env) do
    raise CompileError,
      file: env.file,
      line: line(other, env),
      description:
        "a block of routes holds #{words() |> Keyword.keys() |> Enum.uniq() |> Enum.join(", ")}; " <>
          "got: #{Macro.to_string(other)}"
  end

  defp line({_form, meta, _args}, env), do: Keyword.get(meta, :line, env.line)
  defp line(_literal, env), do: env.line

  defp scope(path, opts, block, env), do: {:{}, [], [:scope, path, opts, to_list(block, env)]}

  defp handler(name) when is_atom(name) and name not in [nil, true, false],
    do: {{:__MODULE__, [], nil}, name}

  defp handler(other), do: other
end

# elixir extract.exs OUT: compiles every `iex>` example in the documentation of the installed Elixir.
#
# A group is a run of `iex>` lines with their `...>` continuations and the results shown between them; a blank line that
# follows a result ends it. Its bindings hold from the first to the last of its expressions. Each group becomes a module
# of its own, `DocExamples.<Module>.G<n>` with `run/0`, for DocExamples (driver.ex) to call.
#
# OUT gets a `.beam` and the text (`.exs`) of each group, and `groups.tsv`: id, module, number of expressions, and the
# compiler's complaint about a group that does not compile by itself.

defmodule DocExamples.Text do
  @moduledoc false

  # [{[{expression_text, raises?}]}] of a documentation text, in order.
  def groups(text) do
    text |> String.split("\n") |> Enum.map(&line/1) |> collect([], [], [])
  end

  defp line(text) do
    cond do
      match = Regex.run(~r/^\s*iex(?:\(\d+\))?> ?(.*)$/, text) -> {:first, Enum.at(match, 1)}
      match = Regex.run(~r/^\s*\.\.\.(?:\(\d+\))?> ?(.*)$/, text) -> {:more, Enum.at(match, 1)}
      String.trim(text) == "" -> :blank
      String.trim(text) |> String.starts_with?("```") -> :blank
      true -> {:result, String.trim(text)}
    end
  end

  # `open`: the lines of the expression being read, newest first; `group`: what is complete of its group.
  defp collect([{:first, text} | rest], open, group, groups), do: collect(rest, [text | open], group, groups)
  defp collect([{:more, text} | rest], [_ | _] = open, group, groups), do: collect(rest, [text | open], group, groups)

  defp collect([{:result, text} | rest], [_ | _] = open, group, groups) do
    collect(rest, [], [{join(open), String.starts_with?(text, "** (")} | group], groups)
  end

  defp collect([:blank | rest], open, group, groups), do: collect(rest, [], [], closed(open, group, groups))
  defp collect([], open, group, groups), do: open |> closed(group, groups) |> Enum.reverse()
  defp collect([_ | rest], open, group, groups), do: collect(rest, open, group, groups)

  defp closed([], [], groups), do: groups
  defp closed([], group, groups), do: [Enum.reverse(group) | groups]
  defp closed(open, group, groups), do: closed([], [{join(open), false} | group], groups)

  defp join(lines), do: lines |> Enum.reverse() |> Enum.join("\n")
end

defmodule DocExamples.Extract do
  @moduledoc false
  alias DocExamples.Text

  @applications [:elixir, :eex, :logger]

  def main([out]) do
    Code.compiler_options(docs: false, debug_info: false, ignore_module_conflict: true)

    rows =
      modules()
      |> Enum.flat_map(&documents/1)
      |> Task.async_stream(&compile_document(&1, out), timeout: :infinity)
      |> Enum.flat_map(fn {:ok, rows} -> Enum.map(rows, fn row -> Enum.map_join(row, "\t", &one_line/1) end) end)

    File.write!(Path.join(out, "groups.tsv"), Enum.map(rows, &[&1, ?\n]))
  end

  defp modules do
    for application <- @applications,
        _ = Application.load(application),
        module <- Enum.sort(Application.spec(application, :modules)),
        do: module
  end

  # [{id, text}] of a module: its own text first, then by kind and name. The id is written as `h` of IEx takes it.
  defp docs(module) do
    case Code.fetch_docs(module) do
      {:docs_v1, _, _, _, own, _, docs} ->
        parts = for {{kind, name, arity}, _, _, text, _} <- docs, do: {id(module, kind, name, arity), text}
        for {id, %{"en" => text}} <- [{inspect(module), own} | Enum.sort(parts)], do: {id, text}

      {:error, _} ->
        []
    end
  end

  defp id(module, kind, name, arity) do
    prefix =
      case kind do
        kind when kind in [:function, :macro] -> ""
        kind when kind in [:callback, :macrocallback] -> "c:"
        _ -> "t:"
      end

    "#{prefix}#{Exception.format_mfa(module, name, arity)}"
  end

  # [[{id, module of the group, documented module, expressions}]], a list for each documentation text with examples.
  defp documents(module) do
    {documents, _} =
      Enum.map_reduce(docs(module), 1, fn {id, text}, next ->
        groups = Text.groups(text)
        named = groups |> Enum.with_index() |> Enum.map(&named(&1, module, id, next))
        {named, next + length(groups)}
      end)

    Enum.reject(documents, &(&1 == []))
  end

  defp named({expressions, index}, module, id, next) do
    {"#{id} ##{index + 1}", Module.concat([DocExamples, module, "G#{next + index}"]), module, expressions}
  end

  defp compile_document(groups, out) do
    {rows, _} = Enum.map_reduce(groups, [], &compile(&1, &2, out))
    rows
  end

  # A group that does not compile may import its module (as `doctest` with `import: true`), or go on from the group
  # before it. Returns its row, and the expressions that it was compiled from.
  defp compile({id, name, documented, expressions}, earlier, out) do
    File.write!(Path.join(out, "#{name}.exs"), [Enum.map_join(expressions, "\n", &elem(&1, 0)), ?\n])
    required = quote(do: require(unquote(documented)))
    imported = quote(do: import(unquote(documented)))

    attempts = for all <- [expressions, earlier ++ expressions], prelude <- [required, imported], do: {prelude, all}
    results = Stream.map(attempts, fn {prelude, all} -> {build(name, all, prelude), all} end)
    {complaint, compiled} =
      case Enum.find(results, &match?({{:ok, _}, _}, &1)) do
        {{:ok, beams}, all} -> {write(beams, out), all}
        nil -> {results |> Enum.at(0) |> elem(0) |> elem(1), []}
      end

    {[id, name, length(expressions), complaint], compiled}
  end

  defp write(beams, out) do
    for {module, binary} <- beams, do: File.write!(Path.join(out, "#{module}.beam"), binary)
    ""
  end

  defp build(name, expressions, prelude) do
    quoted = Enum.map(expressions, fn {text, raises?} -> {Code.string_to_quoted!(text), raises?} end)
    {definitions, statements} = quoted |> Enum.flat_map(&statements/1) |> Enum.split_with(&definition?/1)

    compiled(
      quote do
        defmodule unquote(name) do
          unquote(prelude)
          unquote_splicing(Enum.map(definitions, &elem(&1, 0)))
          def run, do: unquote({:__block__, [], Enum.map(statements, &report/1)})
        end
      end
    )
  rescue
    error -> {:error, Exception.message(error)}
  end

  # Of several, the last one is shown to raise: the others bind what it uses.
  defp statements({{:__block__, _, [_ | _] = expressions}, raises?}) do
    {before, [last]} = Enum.split(expressions, -1)
    Enum.map(before, &{&1, false}) ++ [{last, raises?}]
  end

  defp statements(expression), do: [expression]

  # A module or protocol defined in an example is compiled with it: the machine has no compiler.
  defp definition?({{kind, _, _}, _}), do: kind in [:defmodule, :defprotocol, :defimpl]
  defp definition?(_), do: false

  # The documentation says that it raises: what follows in the group must run all the same.
  defp report({expression, true}), do: quote(do: DocExamples.raised(fn -> unquote(expression) end))

  defp report({expression, false}) do
    quote generated: true do
      value = unquote(expression)
      DocExamples.value(value)
    end
  end

  defp compiled(quoted) do
    if function_exported?(Code, :with_diagnostics, 2) do
      {result, diagnostics} = apply(Code, :with_diagnostics, [[log: false], fn -> try_compile(quoted) end])
      first = Enum.find(diagnostics, &(&1.severity == :error))
      if match?({:error, _}, result) and first, do: {:error, first.message}, else: result
    else
      try_compile(quoted)
    end
  end

  defp try_compile(quoted) do
    {:ok, Code.compile_quoted(quoted)}
  rescue
    error -> {:error, Exception.message(error)}
  catch
    kind, reason -> {:error, Exception.format_banner(kind, reason)}
  end

  defp one_line(field), do: field |> to_string() |> String.replace(~r/\s+/, " ")
end

DocExamples.Extract.main(System.argv())

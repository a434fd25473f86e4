defmodule Markling.Blocks do
  @moduledoc "Lines to blocks: each line is classified first, then blocks take the lines that are theirs."

  alias Markling.{Error, Inline}

  @type block ::
          {:heading, 1..6, Inline.t(), pos_integer()}
          | {:paragraph, Inline.t()}
          | {:list, :bullet | {:ordered, pos_integer()}, [[block()]]}
          | {:quote, [block()]}
          | {:code, language :: String.t() | nil, String.t()}
          | {:table, [Inline.t()], [atom()], [[Inline.t()]]}
          | :rule

  @doc false
  def parse(text) do
    lines =
      text
      |> String.replace("\r\n", "\n")
      |> String.split("\n")
      |> Enum.with_index(1)
      |> Enum.map(fn {line, number} -> {classify(line), number} end)

    {:ok, blocks(lines, [])}
  catch
    {:markling, line, reason} -> {:error, %Error{line: line, reason: reason}}
  end

  # ---- lines ----

  defp classify(line) do
    case line do
      "" -> :blank
      "```" <> language -> {:fence, String.trim(language)}
      ">" <> rest -> {:quote, drop_space(rest)}
      "#" <> _ -> heading(line, 0, line)
      "|" <> rest -> {:row, cells(rest)}
      <<marker, " ", rest::binary>> when marker in [?-, ?*, ?+] -> bullet_or_rule(line, rest)
      <<marker, _::binary>> when marker in [?-, ?_, ?*] -> rule_or_text(line)
      <<digit, _::binary>> when digit in ?0..?9 -> ordered(line, line, 0)
      "    " <> rest -> {:indented, rest}
      "  " <> rest -> {:continued, String.trim_leading(rest)}
      text -> if String.trim(text) == "", do: :blank, else: {:text, text}
    end
  end

  defp drop_space(" " <> rest), do: rest
  defp drop_space(rest), do: rest

  defp heading("#" <> rest, level, line) when level < 6, do: heading(rest, level + 1, line)

  defp heading(" " <> rest, level, _line),
    do: {:heading, level, rest |> String.trim() |> String.trim_trailing("#") |> String.trim()}

  defp heading(_rest, _level, line), do: {:text, line}

  defp bullet_or_rule(line, rest), do: if(rule?(line), do: :rule, else: {:bullet, rest})
  defp rule_or_text(line), do: if(rule?(line), do: :rule, else: {:text, line})

  defp rule?(line) do
    marks = for <<char <- line>>, char != ?\s, uniq: true, do: char

    match?([mark] when mark in [?-, ?_, ?*], marks) and
      length(String.graphemes(String.replace(line, " ", ""))) >= 3
  end

  defp ordered(<<digit, rest::binary>>, line, number) when digit in ?0..?9,
    do: ordered(rest, line, number * 10 + digit - ?0)

  defp ordered(". " <> rest, _line, number), do: {:ordered, number, rest}
  defp ordered(_rest, line, _number), do: {:text, line}

  defp cells(rest) do
    rest
    |> String.trim()
    |> String.trim_trailing("|")
    |> String.split("|")
    |> Enum.map(&String.trim/1)
  end

  # ---- blocks ----

  defp blocks([], done), do: Enum.reverse(done)
  defp blocks([{:blank, _} | rest], done), do: blocks(rest, done)
  defp blocks([{:rule, _} | rest], done), do: blocks(rest, [:rule | done])

  defp blocks([{{:heading, level, text}, line} | rest], done),
    do: blocks(rest, [{:heading, level, Inline.parse(text), line} | done])

  defp blocks([{{:fence, language}, line} | rest], done) do
    {code, rest} = fenced(rest, [], line)
    blocks(rest, [{:code, if(language != "", do: language), code} | done])
  end

  defp blocks([{{:indented, text}, _} | rest], done) do
    {more, rest} = Enum.split_while(rest, &match?({{:indented, _}, _}, &1))
    code = for {{:indented, line}, _} <- more, do: [line, ?\n]
    blocks(rest, [{:code, nil, IO.iodata_to_binary([text, ?\n | code])} | done])
  end

  defp blocks([{{:quote, _}, number} | _] = lines, done) do
    {quoted, rest} = Enum.split_while(lines, &match?({{:quote, _}, _}, &1))
    inner = for {{:quote, text}, line} <- quoted, do: {classify(text), line - number + 1}
    blocks(rest, [{:quote, blocks(inner, [])} | done])
  end

  defp blocks([{{:row, header}, _}, {{:row, [":" <> _ | _] = marks}, _} | rest], done),
    do: table(header, marks, rest, done)

  defp blocks([{{:row, header}, _}, {{:row, ["-" <> _ | _] = marks}, _} | rest], done),
    do: table(header, marks, rest, done)

  defp blocks([{{:bullet, _}, _} | _] = lines, done) do
    {items, rest} = items(lines, &match?({:bullet, _}, &1), [])
    blocks(rest, [{:list, :bullet, items} | done])
  end

  defp blocks([{{:ordered, from, _}, _} | _] = lines, done) do
    {items, rest} = items(lines, &match?({:ordered, _, _}, &1), [])
    blocks(rest, [{:list, {:ordered, from}, items} | done])
  end

  defp blocks(lines, done) do
    {own, rest} = Enum.split_while(lines, fn {kind, _} -> plain(kind) != nil end)

    case own do
      [] ->
        blocks(as_text(lines), done)

      own ->
        blocks(rest, [
          {:paragraph,
           own |> Enum.map_join("\n", fn {kind, _} -> plain(kind) end) |> Inline.parse()}
          | done
        ])
    end
  end

  defp plain({:text, text}), do: text
  defp plain({:continued, text}), do: text
  defp plain(_other), do: nil

  # A row that belongs to no table is text.
  defp as_text([{{:row, cells}, line} | rest]),
    do: [{{:text, "| " <> Enum.join(cells, " | ")}, line} | rest]

  defp fenced([], _code, line), do: throw({:markling, line, {:open_fence, "```"}})

  defp fenced([{{:fence, ""}, _} | rest], code, _line),
    do: {code |> Enum.reverse() |> IO.iodata_to_binary(), rest}

  defp fenced([{kind, _} | rest], code, line),
    do: fenced(rest, [[source(kind), ?\n] | code], line)

  # What a line was before it was classified.
  defp source(:blank), do: ""
  defp source(:rule), do: "---"
  defp source({:fence, language}), do: "```" <> language
  defp source({:quote, text}), do: "> " <> text
  defp source({:heading, level, text}), do: String.duplicate("#", level) <> " " <> text
  defp source({:row, cells}), do: "| " <> Enum.join(cells, " | ") <> " |"
  defp source({:bullet, text}), do: "- " <> text
  defp source({:ordered, number, text}), do: "#{number}. " <> text
  defp source({:indented, text}), do: "    " <> text
  defp source({:continued, text}), do: "  " <> text
  defp source({:text, text}), do: text

  defp items([{kind, line} | rest] = lines, mine?, done) do
    if mine?.(kind) do
      {more, rest} =
        Enum.split_while(rest, fn {kind, _} ->
          match?({:continued, _}, kind) or match?({:indented, _}, kind)
        end)

      first = {classify(item_text(kind)), line}
      inner = [first | Enum.map(more, fn {{_, text}, line} -> {classify(text), line} end)]
      items(rest, mine?, [blocks(inner, []) | done])
    else
      {Enum.reverse(done), lines}
    end
  end

  defp items([], _mine?, done), do: {Enum.reverse(done), []}

  defp item_text({:bullet, text}), do: text
  defp item_text({:ordered, _, text}), do: text

  defp table(header, marks, rest, done) do
    {rows, rest} = Enum.split_while(rest, &match?({{:row, _}, _}, &1))
    width = length(header)

    body =
      for {{:row, cells}, line} <- rows do
        if length(cells) != width, do: throw({:markling, line, {:columns, width, length(cells)}})
        Enum.map(cells, &Inline.parse/1)
      end

    blocks(rest, [
      {:table, Enum.map(header, &Inline.parse/1), Enum.map(marks, &alignment/1), body} | done
    ])
  end

  defp alignment(mark) do
    case {String.starts_with?(mark, ":"), String.ends_with?(mark, ":")} do
      {true, true} -> :center
      {false, true} -> :right
      {true, false} -> :left
      {false, false} -> nil
    end
  end
end

defmodule Oracle.InspectEveryStruct do
  # Every struct of Elixir's library, inspected plainly, within data, and with options that its implementation looks at.
  import Inspect.Algebra

  defmodule Plain do
    defstruct [:a, b: [1]]
  end

  defmodule Hidden do
    @derive {Inspect, only: [:name]}
    defstruct [:name, :secret]
  end

  defmodule Without do
    @derive {Inspect, except: [:secret]}
    defstruct [:name, :secret]
  end

  defmodule Own do
    defstruct [:items]

    defimpl Inspect do
      import Inspect.Algebra

      def inspect(own, opts) do
        container_doc("#Own<", own.items, ">", opts, &to_doc/2, separator: ";", break: :strict)
      end
    end
  end

  defmodule Broken do
    defstruct [:x]

    defimpl Inspect do
      def inspect(_, _), do: raise("no luck")
    end
  end

  def start do
    Enum.each(values(), &show/1)
    IO.puts(inspect(%Broken{x: 1}) |> String.split("\n") |> hd())
    IO.puts(inspect({1, %Broken{x: 1}}, safe: true) |> String.split("\n") |> hd())
    Enum.each(documents(), &print/1)
  end

  defp show(value) do
    IO.puts(inspect(value))
    IO.puts("  " <> inspect([{value, %{k: value}}], width: 20, pretty: true))
    IO.puts("  " <> inspect(value, limit: 1, printable_limit: 3))
    # What is in a compiled pattern is the engine's own.
    if not is_struct(value, Regex), do: IO.puts("  " <> plain(value))
  end

  defp plain(value) do
    text = inspect(value, structs: false, custom_options: [sort_maps: true])
    String.replace(text, ~r/#(Reference|PID|Function)<.*?>/, "#id")
  end

  defp values do
    [
      ~D[2024-02-29],
      ~D[-0001-01-01],
      ~T[23:59:59.123],
      ~T[00:00:00],
      ~N[2024-02-29 12:00:00.000001],
      ~U[2024-02-29 12:00:00Z],
      %DateTime{
        year: 2000,
        month: 2,
        day: 29,
        zone_abbr: "CET",
        hour: 23,
        minute: 0,
        second: 7,
        microsecond: {0, 0},
        utc_offset: 3600,
        std_offset: 0,
        time_zone: "Europe/Warsaw"
      },
      %{~D[2024-01-01] | calendar: Calendar.ISO},
      Date.range(~D[2024-01-01], ~D[2024-01-31]),
      Date.range(~D[2024-01-31], ~D[2024-01-01], -2),
      1..10,
      10..1//-3,
      MapSet.new([1, 2, 3]),
      MapSet.new(),
      MapSet.new(1..30),
      ~r/a+/iu,
      ~r{a/b},
      Regex.compile!("x\ny", "x"),
      Version.parse!("1.2.3-rc.1+build"),
      Version.parse_requirement!("~> 1.2") |> Map.get(:source),
      URI.parse("https://user@example.com:8080/p?q=1#f"),
      %URI{},
      %Plain{},
      %Plain{a: %Plain{a: "long enough to break the line", b: Enum.to_list(1..20)}},
      %Hidden{name: "n", secret: "s"},
      %Without{name: "n", secret: "s"},
      %Own{items: [1, :two, "three"]},
      %Own{items: Enum.to_list(1..40)},
      %RuntimeError{message: "m"},
      %KeyError{key: :k, term: %{}},
      %ArgumentError{},
      %Stream{enum: 1..3, funs: []},
      %File.Stat{size: 1, type: :regular},
      %IO.Stream{device: :standard_io, line_or_bytes: :line, raw: false},
      %Inspect.Opts{}
    ]
  end

  defp documents do
    [
      empty(),
      string("text"),
      concat(["a", "b", "c"]),
      nest(concat([break(""), "nested"]), 4),
      group(glue("hello", glue("wonderful", "world"))),
      group(glue("hello", "\t", "world")),
      flex_glue("flex", flex_glue("of", "words")) |> group(),
      fold_doc(["A", "B", "C"], fn doc, acc -> concat([doc, "!", acc]) end),
      concat(["first", line(), "second"]),
      nest(concat(["cursor", line(), "x"]), :cursor),
      nest(concat(["reset", line(), "x"]), :reset),
      force_unfit(group(glue("a", "b"))),
      next_break_fits(group(glue("a", "b"))),
      collapse_lines(2) |> concat(concat([line(), line(), line(), "end"])),
      space("a", "b"),
      color("c", :atom, %Inspect.Opts{syntax_colors: [atom: :green]}),
      container_doc("[", Enum.map(1..20, &to_string/1), "]", %Inspect.Opts{limit: 5}, fn doc, _ ->
        doc
      end)
    ]
  end

  defp print(document) do
    for width <- [0, 8, 80, :infinity],
        do: IO.puts("#{width}: " <> inspect(IO.iodata_to_binary(format(document, width))))
  end
end

# Date: new, add, diff, compare, ISO text, ranges, week days.
defmodule Oracle.DateBasic do
  def start do
    {:ok, d} = Date.new(2024, 2, 28)
    IO.inspect(Date.add(d, 2))
    IO.inspect(Date.diff(~D[2024-03-01], d))
    IO.inspect(Date.compare(d, ~D[2024-01-01]))
    IO.inspect(Date.new(2023, 2, 29))
    IO.inspect(Date.from_iso8601("2024-12-31"))
    IO.inspect(Date.from_iso8601("2024-13-01"))
    IO.puts(Date.to_iso8601(d))
    IO.puts("#{d}")
    IO.inspect({Date.day_of_week(d), Date.leap_year?(d), Date.days_in_month(d), Date.day_of_year(d)})
    IO.inspect({Date.beginning_of_month(d), Date.end_of_month(d), Date.quarter_of_year(d)})
    IO.inspect(Date.range(d, Date.add(d, 3)) |> Enum.to_list())
    IO.inspect(Enum.max([~D[2020-01-01], ~D[2021-01-01]], Date))
    IO.inspect(Date.beginning_of_week(d))
  end
end

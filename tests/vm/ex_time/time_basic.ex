# Time: new, add, diff, compare, truncate, parse.
defmodule Oracle.TimeBasic do
  def start do
    {:ok, t} = Time.new(23, 59, 30)
    IO.inspect(Time.add(t, 45))
    IO.inspect(Time.diff(~T[12:00:00], ~T[11:00:00]))
    IO.inspect(Time.compare(t, ~T[00:00:00]))
    IO.inspect(Time.truncate(~T[10:00:00.123456], :millisecond))
    IO.inspect(Time.from_iso8601("25:00:00"))
    IO.inspect(Time.from_iso8601!("10:11:12.5"))
    IO.puts(Time.to_string(t))
    IO.inspect(Time.to_seconds_after_midnight(~T[01:00:00]))
  end
end

# DateTime and NaiveDateTime: parse, shift, compare, unix time.
defmodule Oracle.DatetimeBasic do
  def start do
    {:ok, dt, 0} = DateTime.from_iso8601("2024-02-29T23:59:59Z")
    IO.inspect(DateTime.add(dt, 1, :second))
    IO.inspect(DateTime.to_unix(dt))
    IO.inspect(DateTime.from_unix(0))
    IO.inspect(DateTime.from_unix!(1_500_000_000_123, :millisecond))
    IO.inspect(DateTime.diff(~U[2024-03-01 00:00:00Z], dt))
    IO.inspect(DateTime.compare(dt, ~U[2024-01-01 00:00:00Z]))
    IO.inspect(DateTime.from_iso8601("2024-01-01T10:00:00+02:30"))
    IO.puts(DateTime.to_iso8601(dt))
    n = ~N[2024-01-31 10:00:00]
    IO.inspect(NaiveDateTime.add(n, 86_400))
    IO.inspect(NaiveDateTime.to_date(n))
    IO.inspect(NaiveDateTime.diff(~N[2024-02-01 00:00:00], n))
    IO.inspect(NaiveDateTime.from_iso8601("bad"))
    IO.inspect(DateTime.from_naive!(n, "Etc/UTC"))
    IO.inspect(DateTime.utc_now().year > 2000)
  end
end

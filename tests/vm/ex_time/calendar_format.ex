# Calendar.strftime and week arithmetic.
defmodule Oracle.CalendarFormat do
  def start do
    dt = ~U[2024-02-09 07:05:03.120Z]
    IO.puts(Calendar.strftime(dt, "%Y-%m-%d %H:%M:%S"))
    IO.puts(Calendar.strftime(dt, "%a %A %b %B %d %j %p %I %y %f %Z %%"))
    IO.puts(Calendar.strftime(~D[2024-12-25], "%d/%m/%y"))
    IO.inspect(Calendar.ISO.day_of_week(2024, 2, 9, :default))
    IO.inspect(Calendar.ISO.valid_date?(2023, 2, 29))
  end
end

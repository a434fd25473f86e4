defmodule Oracle.CalendarStrftimeMore do
  # Not on the hostile build: 15,000 days; the other programs of this topic walk the same code there
  # Every conversion of Calendar.strftime with every padding and width, on dates at the edges; and sums over many dates.
  @conversions ~c"aAbBcdfHIjmMpPqSuxXyYzZ%"

  defmodule Zones do
    # A database of two zones: one with summer time that leaps on the last Sundays of March and October, and a fixed one.
    @behaviour Calendar.TimeZoneDatabase

    @impl true
    def time_zone_period_from_utc_iso_days(iso_days, "Test/Summer") do
      {{year, _, _} = date, _} = utc(iso_days)
      {:ok, if(date >= sunday(year, 3) and date < sunday(year, 10), do: summer(), else: winter())}
    end

    def time_zone_period_from_utc_iso_days(_, "Test/Fixed"),
      do: {:ok, %{std_offset: 0, utc_offset: -12_600, zone_abbr: "-0330"}}

    def time_zone_period_from_utc_iso_days(_, _), do: {:error, :time_zone_not_found}

    @impl true
    def time_zone_periods_from_wall_datetime(%{year: year} = naive, "Test/Summer") do
      date = {naive.year, naive.month, naive.day}

      cond do
        date == sunday(year, 3) and naive.hour == 2 ->
          {:gap, {winter(), ~N[2024-03-31 02:00:00]}, {summer(), ~N[2024-03-31 03:00:00]}}

        date == sunday(year, 10) and naive.hour == 2 ->
          {:ambiguous, summer(), winter()}

        date >= sunday(year, 3) and date < sunday(year, 10) ->
          {:ok, summer()}

        true ->
          {:ok, winter()}
      end
    end

    def time_zone_periods_from_wall_datetime(_, "Test/Fixed"),
      do: time_zone_period_from_utc_iso_days(nil, "Test/Fixed")

    def time_zone_periods_from_wall_datetime(_, _), do: {:error, :time_zone_not_found}

    defp summer, do: %{std_offset: 3600, utc_offset: 3600, zone_abbr: "SUM"}
    defp winter, do: %{std_offset: 0, utc_offset: 3600, zone_abbr: "WIN"}

    defp utc(iso_days) do
      {year, month, day, hour, _, _, _} = Calendar.ISO.naive_datetime_from_iso_days(iso_days)
      {{year, month, day}, hour}
    end

    defp sunday(year, month) do
      last = Date.new!(year, month, 31)
      {year, month, last.day - rem(Date.day_of_week(last), 7)}
    end
  end

  def start do
    for moment <- moments() do
      IO.puts(inspect(moment))

      for conversion <- @conversions,
          padding <- ["", "-", "_", "0", "5", "_4", "012"],
          do: convert(moment, "%#{padding}#{<<conversion>>}")
    end

    for bad <- ["%", "%Q", "%-", "100%", "%-5"], do: convert(~N[2024-02-29 01:02:03], bad)
    custom()
    zones()
    sums()
  end

  defp moments do
    [
      ~D[2024-02-29],
      ~D[0000-01-01],
      ~D[-0044-03-15],
      ~T[00:00:00],
      ~T[12:00:00.000007],
      ~N[1999-12-31 23:59:59.999999],
      ~U[2024-07-01 00:30:00.10Z],
      %{
        ~U[2024-07-01 12:30:00Z]
        | utc_offset: -12_600,
          std_offset: 3600,
          zone_abbr: "XST",
          time_zone: "Test/X"
      }
    ]
  end

  defp convert(moment, format) do
    IO.puts("  #{format} " <> inspect(Calendar.strftime(moment, format)))
  rescue
    error -> IO.puts("  #{format} " <> inspect(error.__struct__))
  end

  defp custom do
    options = [
      month_names: fn month -> "m#{month}" end,
      abbreviated_day_of_week_names: fn day -> "d#{day}" end,
      am_pm_names: fn part -> "<#{part}>" end,
      preferred_datetime: "%B|%a|%p|%P",
      preferred_date: "%d.%m.%y",
      preferred_time: "%Hh"
    ]

    for format <- ["%c", "%x", "%X", "%B %a %I%p %P"],
        do: IO.puts(Calendar.strftime(~N[2024-02-29 13:02:03], format, options))
  end

  defp zones do
    for naive <- [
          ~N[2024-01-15 12:00:00],
          ~N[2024-03-31 02:30:00],
          ~N[2024-07-15 12:00:00.5],
          ~N[2024-10-27 02:30:00]
        ],
        zone <- ["Test/Summer", "Test/Fixed", "Test/None"] do
      IO.inspect(DateTime.from_naive(naive, zone, Zones))
    end

    {:ok, summer} = DateTime.from_naive(~N[2024-03-30 12:00:00], "Test/Summer", Zones)
    later = DateTime.add(summer, 86_400, :second, Zones)

    IO.inspect(
      {later, DateTime.diff(later, summer), DateTime.to_iso8601(later),
       DateTime.to_unix(later, :millisecond)}
    )

    IO.inspect(DateTime.shift_zone(later, "Test/Fixed", Zones))
    IO.inspect(DateTime.shift_zone(later, "Etc/UTC", Zones))
    IO.inspect(DateTime.compare(later, DateTime.shift_zone!(later, "Test/Fixed", Zones)))
  end

  # Each day of some centuries, there and back.
  defp sums do
    days =
      for from <- [-4800, -1, 1582, 1900, 9990], day <- 0..3000 do
        date = Date.add(Date.new!(from, 1, 1), day)

        {days, {0, _}} =
          Calendar.ISO.naive_datetime_to_iso_days(
            date.year,
            date.month,
            date.day,
            0,
            0,
            0,
            {0, 0}
          )

        parsed = Date.from_iso8601!(Date.to_iso8601(date))

        {days, Date.day_of_week(date), Date.day_of_year(date), Date.quarter_of_year(date),
         Date.beginning_of_week(date), parsed == date, Date.days_in_month(date),
         Date.leap_year?(date), Date.day_of_era(date), Date.end_of_month(date)}
      end

    digest = days |> Enum.map(fn day -> inspect(day) end) |> :erlang.md5() |> Base.encode16()
    IO.puts("#{length(days)} days: #{digest}")
  end
end

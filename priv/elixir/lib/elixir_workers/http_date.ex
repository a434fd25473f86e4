defmodule ElixirWorkers.HTTPDate do
  @moduledoc """
  Dates in headers (RFC 9110 §5.6.7), as seconds since 1970.
  """

  @unix_epoch :calendar.datetime_to_gregorian_seconds({{1970, 1, 1}, {0, 0, 0}})
  @days ~w(Mon Tue Wed Thu Fri Sat Sun)
  @long_days ~w(Monday Tuesday Wednesday Thursday Friday Saturday Sunday)
  @months ~w(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec)

  @doc """
  Writes a date.

      iex> ElixirWorkers.HTTPDate.format(784_111_777)
      "Sun, 06 Nov 1994 08:49:37 GMT"
      iex> ElixirWorkers.HTTPDate.format(~U[1994-11-06 08:49:37.9Z])
      "Sun, 06 Nov 1994 08:49:37 GMT"
  """
  @spec format(integer() | DateTime.t()) :: String.t()
  def format(%DateTime{} = time), do: time |> DateTime.to_unix() |> format()

  def format(seconds) when is_integer(seconds) do
    {{year, month, day} = date, {hour, minute, second}} =
      :calendar.gregorian_seconds_to_datetime(seconds + @unix_epoch)

    weekday = Enum.at(@days, :calendar.day_of_the_week(date) - 1)
    time = Enum.map_join([hour, minute, second], ":", &digits(&1, 2))

    "#{weekday}, #{digits(day, 2)} #{Enum.at(@months, month - 1)} #{digits(year, 4)} #{time} GMT"
  end

  defp digits(number, count), do: number |> Integer.to_string() |> String.pad_leading(count, "0")

  @doc """
  Reads a date in one of the three forms that HTTP has had.

      iex> ElixirWorkers.HTTPDate.parse("Sun, 06 Nov 1994 08:49:37 GMT")
      {:ok, 784_111_777}
      iex> ElixirWorkers.HTTPDate.parse("Sunday, 06-Nov-94 08:49:37 GMT")
      {:ok, 784_111_777}
      iex> ElixirWorkers.HTTPDate.parse("Sun Nov  6 08:49:37 1994")
      {:ok, 784_111_777}
      iex> ElixirWorkers.HTTPDate.parse("1994-11-06T08:49:37Z")
      :error
  """
  @spec parse(String.t()) :: {:ok, integer()} | :error
  def parse(text) when is_binary(text) do
    with {:ok, {weekday, names}, day, month, year, time} <- parts(text),
         true <- weekday in names,
         {:ok, day} <- number(String.replace_prefix(day, " ", "0"), 2),
         month when is_integer(month) <- Enum.find_index(@months, &(&1 == month)),
         {:ok, year} <- year(year),
         {:ok, time} <- time(time) do
      seconds(year, month + 1, day, time)
    else
      _other -> :error
    end
  end

  defp parts(text) do
    case String.split(text, " ") do
      [weekday, day, month, year, time, "GMT"] ->
        {:ok, {weekday, Enum.map(@days, &(&1 <> ","))}, day, month, year, time}

      [
        weekday,
        <<day::binary-size(2), "-", month::binary-size(3), "-", year::binary-size(2)>>,
        time,
        "GMT"
      ] ->
        {:ok, {weekday, Enum.map(@long_days, &(&1 <> ","))}, day, month, {:short, year}, time}

      [weekday, month, day, time, year] ->
        {:ok, {weekday, @days}, day, month, year, time}

      [weekday, month, "", day, time, year] ->
        {:ok, {weekday, @days}, "0" <> day, month, year, time}

      _other ->
        :error
    end
  end

  # Of two digits: never more than 50 years ahead.
  defp year({:short, digits}) do
    with {:ok, year} <- number(digits, 2) do
      {{now, _, _}, _} = :calendar.universal_time()
      year = div(now, 100) * 100 + year
      {:ok, if(year > now + 50, do: year - 100, else: year)}
    end
  end

  defp year(digits), do: number(digits, 4)

  defp time(<<hour::binary-size(2), ":", minute::binary-size(2), ":", second::binary-size(2)>>) do
    with {:ok, hour} when hour < 24 <- number(hour, 2),
         {:ok, minute} when minute < 60 <- number(minute, 2),
         # 60 is a leap second.
         {:ok, second} when second <= 60 <- number(second, 2) do
      {:ok, hour * 3600 + minute * 60 + second}
    else
      _other -> :error
    end
  end

  defp time(_other), do: :error

  defp seconds(year, month, day, time) do
    if :calendar.valid_date(year, month, day),
      do: {:ok, :calendar.date_to_gregorian_days(year, month, day) * 86_400 + time - @unix_epoch},
      else: :error
  end

  defp number(digits, count) when byte_size(digits) == count do
    if for(<<byte <- digits>>, byte not in ?0..?9, do: byte) == [],
      do: {:ok, String.to_integer(digits)},
      else: :error
  end

  defp number(_digits, _count), do: :error
end

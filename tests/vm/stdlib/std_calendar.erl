%% calendar arithmetic.
-module(std_calendar).
-export([start/0]).

start() ->
    p(calendar:date_to_gregorian_days(2024, 2, 29)),
    p(calendar:gregorian_days_to_date(738000)),
    p(calendar:day_of_the_week({2026, 11, 23})),
    p(calendar:is_leap_year(1900)),
    p(calendar:last_day_of_the_month(2023, 2)),
    p(calendar:datetime_to_gregorian_seconds({{1970, 1, 1}, {0, 0, 0}})),
    p(calendar:seconds_to_time(86399)),
    p(calendar:iso_week_number({2021, 1, 3})),
    p(calendar:system_time_to_rfc3339(0, [{offset, "Z"}])),
    p(calendar:rfc3339_to_system_time("2020-02-29T12:00:00Z")),
    p(calendar:valid_date(2023, 2, 29)).

p(X) -> io:format("~p~n", [X]).

%% OTP 29 or later: native records.
%% erlang:display/1 of native records.
-module(rec_display).
-export([start/0]).
-record #pt{x = 0, y = 0}.
-record #'a b'{'X y'}.

start() ->
    erlang:display([#pt{}, #pt{x = #pt{y = "s"}}]),
    erlang:display(#{#pt{} => #'a b'{'X y' = <<1>>}}).

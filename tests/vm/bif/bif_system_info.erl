%% A few facts about the machine have the right type.
-module(bif_system_info).
-export([start/0]).

start() ->
    erlang:display(is_list(erlang:system_info(otp_release))),
    erlang:display(is_integer(erlang:system_info(wordsize))),
    erlang:display(erlang:system_info(schedulers) >= 1),
    erlang:display(is_integer(erlang:system_info(process_count))),
    erlang:display(node()),
    erlang:display(nodes()),
    erlang:display(is_alive()),
    erlang:display(is_pid(group_leader())).

%% The text of terms: quoting, strings, nesting, bit strings.
-module(term_display_forms).
-export([start/0]).

start() ->
    erlang:display([]),
    erlang:display([1, 2, 3]),
    erlang:display("text"),
    erlang:display([104, 105, 0]),
    erlang:display([1 | 2]),
    erlang:display([a, [b, [c]], {d, {}}]),
    erlang:display('needs quotes'),
    erlang:display(<<>>),
    erlang:display(<<1, 2, 255>>),
    erlang:display(<<"abc">>),
    erlang:display(<<5:3>>),
    erlang:display(<<1, 2, 3:4>>),
    erlang:display({}),
    erlang:display(#{}),
    erlang:display(#{a => #{b => []}}),
    erlang:display(-5),
    erlang:display(true).

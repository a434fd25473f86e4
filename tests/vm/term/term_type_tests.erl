%% Type tests over one of each kind of term.
-module(term_type_tests).
-export([start/0]).

start() ->
    Terms = [1, 1 bsl 90, 1.5, a, true, {}, {a}, [], [1], #{}, <<>>, <<1:3>>, fun() -> ok end, self(), make_ref()],
    [erlang:display(types(T)) || T <- Terms].

types(T) ->
    [Name || {Name, true} <- [
        {integer, is_integer(T)}, {float, is_float(T)}, {number, is_number(T)}, {atom, is_atom(T)},
        {boolean, is_boolean(T)}, {tuple, is_tuple(T)}, {list, is_list(T)}, {map, is_map(T)},
        {binary, is_binary(T)}, {bitstring, is_bitstring(T)}, {function, is_function(T)},
        {function0, is_function(T, 0)}, {pid, is_pid(T)}, {reference, is_reference(T)}, {port, is_port(T)}]].

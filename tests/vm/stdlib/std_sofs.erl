%% sofs: sets of sets, relations and families.
-module(std_sofs).
-export([start/0]).

start() ->
    Relation = sofs:relation([{a, 1}, {b, 2}, {a, 3}, {c, 2}]),
    Other = sofs:relation([{1, x}, {2, y}, {3, x}]),
    [show(sofs:to_external(Set))
     || Set <- [sofs:relation_to_family(Relation), sofs:converse(Relation), sofs:image(Relation, sofs:set([a])), sofs:domain(Relation),
                sofs:range(Relation), sofs:composite(sofs:relation([{p, 1}, {q, 2}]), Other), sofs:relative_product(Relation, Other),
                sofs:inverse_image(Relation, sofs:set([2])), sofs:restriction(Relation, sofs:set([a, c])),
               
                sofs:product(sofs:set([1, 2]), sofs:set([a])), sofs:symdiff(sofs:set([1, 2]), sofs:set([2, 3]))]],
    show([sofs:type(Relation), sofs:no_elements(Relation), sofs:is_a_function(Relation), sofs:is_subset(sofs:set([1]), sofs:set([1, 2]))]),
    [show(try sofs:to_external(Fun()) catch error:Reason -> Reason end)
     || Fun <- [fun() -> sofs:union(sofs:set([1]), Relation) end, fun() -> sofs:composite(Relation, Other) end,
                fun() -> sofs:relation([{1}, {1, 2}]) end, fun() -> sofs:from_term([[1], [a, [b]]]) end]].

show(What) -> io:format("~0p~n", [What]).

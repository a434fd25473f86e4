-module(price_names).
-export([unit/0]).

unit() -> <<"coins">>.

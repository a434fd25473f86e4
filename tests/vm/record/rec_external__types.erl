%% The records that rec_external uses.
-module(rec_external__types).
-export_record([pt, req, many]).
-export([many/0, user/0]).
-record #pt{x = 0, y = 0}.
-record #user{name, age = 18 :: integer()}.
-record #req{a, b = 2, c}.
-record #many{big = 123456789012345678901234567890, neg = -5, fl = 1.5, s = "str", at = [], t = {}, n = 4294967296}.

many() -> #many{}.
user() -> #user{name = x}.

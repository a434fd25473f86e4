%% More floats at once than the 16 registers that OTP's compilers once kept to.
-module(float_many_registers).
-export([start/0]).

start() ->
    A = list_to_tuple([N * 1.0 || N <- lists:seq(1, 16)]),
    B = list_to_tuple([N / 3 || N <- lists:seq(1, 16)]),
    erlang:display(product(A, B)).

%% Of two matrices, 4 by 4.
product({A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16},
        {B1, B2, B3, B4, B5, B6, B7, B8, B9, B10, B11, B12, B13, B14, B15, B16})
  when is_float(A1), is_float(A2), is_float(A3), is_float(A4), is_float(A5), is_float(A6), is_float(A7), is_float(A8),
       is_float(A9), is_float(A10), is_float(A11), is_float(A12), is_float(A13), is_float(A14), is_float(A15), is_float(A16),
       is_float(B1), is_float(B2), is_float(B3), is_float(B4), is_float(B5), is_float(B6), is_float(B7), is_float(B8),
       is_float(B9), is_float(B10), is_float(B11), is_float(B12), is_float(B13), is_float(B14), is_float(B15), is_float(B16) ->
    {A1 * B1 + A2 * B5 + A3 * B9 + A4 * B13, A1 * B2 + A2 * B6 + A3 * B10 + A4 * B14,
     A1 * B3 + A2 * B7 + A3 * B11 + A4 * B15, A1 * B4 + A2 * B8 + A3 * B12 + A4 * B16,
     A5 * B1 + A6 * B5 + A7 * B9 + A8 * B13, A5 * B2 + A6 * B6 + A7 * B10 + A8 * B14,
     A5 * B3 + A6 * B7 + A7 * B11 + A8 * B15, A5 * B4 + A6 * B8 + A7 * B12 + A8 * B16,
     A9 * B1 + A10 * B5 + A11 * B9 + A12 * B13, A9 * B2 + A10 * B6 + A11 * B10 + A12 * B14,
     A9 * B3 + A10 * B7 + A11 * B11 + A12 * B15, A9 * B4 + A10 * B8 + A11 * B12 + A12 * B16,
     A13 * B1 + A14 * B5 + A15 * B9 + A16 * B13, A13 * B2 + A14 * B6 + A15 * B10 + A16 * B14,
     A13 * B3 + A14 * B7 + A15 * B11 + A16 * B15, A13 * B4 + A14 * B8 + A15 * B12 + A16 * B16}.

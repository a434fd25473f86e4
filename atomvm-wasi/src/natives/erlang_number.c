// Natives: operators, rounding, math, type tests and hashes.
#include "../bits.h"
#include "../hash.h"
#include "../integer.h"

#include <math.h>

// ---- operators ----

term erlang_plus_1(Process *p, term *a) { return is_number(a[0]) ? a[0] : raise_error(p, ATOM_badarith); }
term erlang_plus_2(Process *p, term *a) { return arith_add(p, a[0], a[1]); }
term erlang_minus_1(Process *p, term *a) { return arith_negate(p, a[0]); }
term erlang_minus_2(Process *p, term *a) { return arith_sub(p, a[0], a[1]); }
term erlang_times_2(Process *p, term *a) { return arith_mul(p, a[0], a[1]); }
term erlang_divide_2(Process *p, term *a) { return arith_divide(p, a[0], a[1]); }
term erlang_div_2(Process *p, term *a) { return arith_div(p, a[0], a[1]); }
term erlang_rem_2(Process *p, term *a) { return arith_rem(p, a[0], a[1]); }
term erlang_band_2(Process *p, term *a) { return arith_band(p, a[0], a[1]); }
term erlang_bor_2(Process *p, term *a) { return arith_bor(p, a[0], a[1]); }
term erlang_bxor_2(Process *p, term *a) { return arith_bxor(p, a[0], a[1]); }
term erlang_bnot_1(Process *p, term *a) { return arith_bnot(p, a[0]); }
term erlang_bsl_2(Process *p, term *a) { return arith_bsl(p, a[0], a[1]); }
term erlang_bsr_2(Process *p, term *a) { return arith_bsr(p, a[0], a[1]); }

#define COMPARISON(name, condition) \
    term name(Process *p, term *a) \
    { \
        (void) p; \
        return make_bool(condition); \
    }
COMPARISON(erlang_equal_2, equal(a[0], a[1]))
COMPARISON(erlang_not_equal_2, !equal(a[0], a[1]))
COMPARISON(erlang_equal_exact_2, equal_exact(a[0], a[1]))
COMPARISON(erlang_not_equal_exact_2, !equal_exact(a[0], a[1]))
COMPARISON(erlang_less_2, compare(a[0], a[1]) < 0)
COMPARISON(erlang_at_most_2, compare(a[0], a[1]) <= 0)
COMPARISON(erlang_greater_2, compare(a[0], a[1]) > 0)
COMPARISON(erlang_at_least_2, compare(a[0], a[1]) >= 0)
#undef COMPARISON

// Of equals the first.
term erlang_min_2(Process *p, term *a) { return (void) p, compare(a[0], a[1]) <= 0 ? a[0] : a[1]; }
term erlang_max_2(Process *p, term *a) { return (void) p, compare(a[0], a[1]) >= 0 ? a[0] : a[1]; }

// The order of map keys: below, equal or above as a number less than, equal to or greater than 0.
term erts_internal_cmp_term_2(Process *p, term *a)
{
    (void) p;
    int order = compare_exact(a[0], a[1]);
    return make_small(order < 0 ? -1 : order > 0);
}

static bool both_bool(term *a) { return is_bool(a[0]) && is_bool(a[1]); }
static bool is_true(term t) { return t == (term) ATOM_true; }

term erlang_and_2(Process *p, term *a) { return both_bool(a) ? make_bool(is_true(a[0]) && is_true(a[1])) : raise_badarg(p); }
term erlang_or_2(Process *p, term *a) { return both_bool(a) ? make_bool(is_true(a[0]) || is_true(a[1])) : raise_badarg(p); }
term erlang_xor_2(Process *p, term *a) { return both_bool(a) ? make_bool(a[0] != a[1]) : raise_badarg(p); }
term erlang_not_1(Process *p, term *a) { return is_bool(a[0]) ? make_bool(!is_true(a[0])) : raise_badarg(p); }

// ---- one number to another ----

term erlang_abs_1(Process *p, term *a)
{
    if (is_float(a[0])) return make_double(p, fabs(float_value(a[0])));
    if (!is_integer(a[0])) return raise_badarg(p);
    return integer_compare(a[0], make_small(0)) < 0 ? arith_negate(p, a[0]) : a[0];
}

term erlang_float_1(Process *p, term *a)
{
    double d;
    if (is_float(a[0])) return a[0];
    return number_to_double(a[0], &d) ? make_double(p, d) : raise_badarg(p);
}

static term to_integer(Process *p, term t, double (*rounding)(double))
{
    if (is_integer(t)) return t;
    return is_float(t) ? integer_from_double(p, rounding(float_value(t))) : raise_badarg(p);
}

term erlang_round_1(Process *p, term *a) { return to_integer(p, a[0], round); }
term erlang_trunc_1(Process *p, term *a) { return to_integer(p, a[0], trunc); }
term erlang_floor_1(Process *p, term *a) { return to_integer(p, a[0], floor); }
term erlang_ceil_1(Process *p, term *a) { return to_integer(p, a[0], ceil); }

// ---- math ----

// badarg for what is no number, badarith for numbers without a finite result.
static term math_result(Process *p, double d) { return isfinite(d) ? make_double(p, d) : raise_error(p, ATOM_badarith); }

static term math_unary(Process *p, term *a, double (*function)(double))
{
    double x;
    if (!is_number(a[0])) return raise_badarg(p);
    return number_to_double(a[0], &x) ? math_result(p, function(x)) : raise_error(p, ATOM_badarith);
}

static term math_binary(Process *p, term *a, double (*function)(double, double))
{
    double x, y;
    if (!is_number(a[0]) || !is_number(a[1])) return raise_badarg(p);
    bool fit = number_to_double(a[0], &x) && number_to_double(a[1], &y);
    return fit ? math_result(p, function(x, y)) : raise_error(p, ATOM_badarith);
}

#define UNARY(name) term math_##name##_1(Process *p, term *a) { return math_unary(p, a, name); }
UNARY(acos)
UNARY(acosh)
UNARY(asin)
UNARY(asinh)
UNARY(atan)
UNARY(atanh)
UNARY(ceil)
UNARY(cos)
UNARY(cosh)
UNARY(erf)
UNARY(erfc)
UNARY(exp)
UNARY(floor)
UNARY(log)
UNARY(log10)
UNARY(log2)
UNARY(sin)
UNARY(sinh)
UNARY(sqrt)
UNARY(tan)
UNARY(tanh)
#undef UNARY

term math_atan2_2(Process *p, term *a) { return math_binary(p, a, atan2); }
term math_fmod_2(Process *p, term *a) { return math_binary(p, a, fmod); }
term math_pow_2(Process *p, term *a) { return math_binary(p, a, pow); }

// ---- type tests ----

#define TEST(name, condition) \
    term erlang_##name##_1(Process *p, term *a) \
    { \
        (void) p; \
        (void) a; \
        return make_bool(condition); \
    }
TEST(is_atom, is_atom(a[0]))
TEST(is_binary, is_binary(a[0]))
TEST(is_bitstring, is_bitstring(a[0]))
TEST(is_boolean, is_bool(a[0]))
TEST(is_float, is_float(a[0]))
TEST(is_function, is_fun(a[0]))
TEST(is_integer, is_integer(a[0]))
TEST(is_list, is_list(a[0]))
TEST(is_map, is_map(a[0]))
TEST(is_number, is_number(a[0]))
TEST(is_pid, is_pid(a[0]))
TEST(is_port, false) // there are none
TEST(is_reference, is_ref(a[0]))
TEST(is_tuple, is_tuple(a[0]))
#undef TEST

term erlang_is_function_2(Process *p, term *a)
{
    if (!is_integer(a[1]) || integer_compare(a[1], make_small(0)) < 0) return raise_badarg(p);
    return make_bool(is_fun(a[0]) && is_small(a[1]) && (sterm) fun_arity(a[0]) == small_value(a[1]));
}

// is_integer(T, Low, High), OTP 29.
term erlang_is_integer_3(Process *p, term *a)
{
    if (!is_integer(a[1]) || !is_integer(a[2])) return raise_badarg(p);
    return make_bool(is_integer(a[0]) && integer_compare(a[1], a[0]) <= 0 && integer_compare(a[0], a[2]) <= 0);
}

// ---- hashes ----

// A range is 1..2^32.
static bool hash_range(term t, uint64_t *range)
{
    return is_integer(t) && integer_to_uint64(t, range) && *range >= 1 && *range <= (uint64_t) 1 << 32;
}

term erlang_phash2_1(Process *p, term *a) { return (void) p, make_small((sterm) (phash2(a[0]) & ((1u << 27) - 1))); }

term erlang_phash2_2(Process *p, term *a)
{
    uint64_t range;
    return hash_range(a[1], &range) ? make_integer(p, (int64_t) (phash2(a[0]) % range)) : raise_badarg(p);
}

term erlang_phash_2(Process *p, term *a)
{
    uint64_t range;
    return hash_range(a[1], &range) ? make_integer(p, (int64_t) (1 + phash(a[0]) % range)) : raise_badarg(p);
}

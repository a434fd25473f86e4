// Natives about time. The native unit is the nanosecond; local time is universal time; the offset between the monotonic
// and the system clock is whatever the host's two clocks say.
#include "../host.h"

enum { SECONDS_PER_DAY = 86400, DAYS_PER_ERA = 146097, DAYS_BEFORE_1970 = 719468, YEAR_MAX = 1 << 24 };
#define NANOSECONDS_PER_SECOND INT64_C(1000000000)

static int64_t nanoseconds(double ms)
{
    int64_t whole = (int64_t) ms;
    return whole * 1000000 + (int64_t) ((ms - (double) whole) * 1e6);
}

static int64_t monotonic_ns(void)
{
    host_clock();
    return nanoseconds(vm.monotonic_ms);
}

static int64_t system_ns(void)
{
    host_clock();
    vm.wall_clock_read = true;
    return nanoseconds(vm.system_ms);
}

static int64_t offset_ns(void)
{
    int64_t system = system_ns();
    return system - nanoseconds(vm.monotonic_ms);
}

// ---- units ----

// Parts per second of a unit, or 0 when it is none.
static int64_t parts_per_second(term unit)
{
    switch (unit) {
    case ATOM_second: case ATOM_seconds: return 1;
    case ATOM_millisecond: case ATOM_milli_seconds: return 1000;
    case ATOM_microsecond: case ATOM_micro_seconds: return 1000000;
    case ATOM_nanosecond: case ATOM_nano_seconds: case ATOM_native: case ATOM_perf_counter: return NANOSECONDS_PER_SECOND;
    default: break;
    }
    int64_t n;
    return is_integer(unit) && integer_to_int64(unit, &n) && n > 0 ? n : 0;
}

// floor(ns * parts / 10^9); parts of an odd unit may need a big product.
static term in_unit(Process *p, int64_t ns, term unit)
{
    int64_t parts = parts_per_second(unit), divisor = NANOSECONDS_PER_SECOND / (parts ? parts : 1);
    if (!parts) return raise_badarg(p);
    if (divisor > 0 && NANOSECONDS_PER_SECOND % parts == 0) {
        int64_t whole = ns / divisor;
        return make_integer(p, ns % divisor < 0 ? whole - 1 : whole);
    }
    term product = arith_mul(p, make_integer(p, ns), unit);
    return product == NONE ? NONE : arith_div(p, product, make_integer(p, NANOSECONDS_PER_SECOND));
}

term erlang_monotonic_time_0(Process *p, term *a) { return (void) a, make_integer(p, monotonic_ns()); }
term erlang_monotonic_time_1(Process *p, term *a) { return in_unit(p, monotonic_ns(), a[0]); }
term erlang_system_time_0(Process *p, term *a) { return (void) a, make_integer(p, system_ns()); }
term erlang_system_time_1(Process *p, term *a) { return in_unit(p, system_ns(), a[0]); }
term erlang_time_offset_0(Process *p, term *a) { return (void) a, make_integer(p, offset_ns()); }
term erlang_time_offset_1(Process *p, term *a) { return in_unit(p, offset_ns(), a[0]); }
term erts_internal_time_unit_0(Process *p, term *a) { return (void) a, make_integer(p, NANOSECONDS_PER_SECOND); }

// Rounds down, negative times too.
term erlang_convert_time_unit_3(Process *p, term *a)
{
    int64_t from = parts_per_second(a[1]), to = parts_per_second(a[2]);
    if (!is_integer(a[0]) || !from || !to) return raise_badarg(p);
    if (from == to) return a[0];
    term product = arith_mul(p, a[0], make_integer(p, to));
    if (product != NONE && number_compare(a[0], make_small(0)) < 0) product = arith_sub(p, product, make_integer(p, from - 1));
    return product == NONE ? NONE : arith_div(p, product, make_integer(p, from));
}

static term timestamp(Process *p, int64_t us)
{
    int64_t seconds = us / 1000000;
    return make_tuple3(p, make_small((sterm) (seconds / 1000000)), make_small((sterm) (seconds % 1000000)), make_small((sterm) (us % 1000000)));
}

term erlang_timestamp_0(Process *p, term *a) { return (void) a, timestamp(p, system_ns() / 1000); }

// Never the same twice.
term erlang_now_0(Process *p, term *a)
{
    static int64_t last_us;
    int64_t us = system_ns() / 1000;
    last_us = us > last_us ? us : last_us + 1;
    return (void) a, timestamp(p, last_us);
}

// ---- the calendar ----

typedef struct DateTime {
    int64_t year;
    int month, day, hour, minute, second;
} DateTime;

// Eras of 400 years, each beginning on a 1st of March: the leap day is then the last of its year.
static int64_t days_of_date(int64_t year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400, year_of_era = y - era * 400;
    int month_from_march = (month + 9) % 12;
    int64_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + day_of_era - DAYS_BEFORE_1970;
}

static DateTime date_time_of(int64_t posix)
{
    int64_t days = posix / SECONDS_PER_DAY, rest = posix % SECONDS_PER_DAY;
    if (rest < 0) rest += SECONDS_PER_DAY, days--;
    int64_t shifted = days + DAYS_BEFORE_1970, era = (shifted >= 0 ? shifted : shifted - DAYS_PER_ERA + 1) / DAYS_PER_ERA;
    int64_t day_of_era = shifted - era * DAYS_PER_ERA;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / (DAYS_PER_ERA - 1)) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int month_from_march = (int) ((5 * day_of_year + 2) / 153);
    int month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    return (DateTime) { year_of_era + era * 400 + (month <= 2), month, (int) (day_of_year - (153 * month_from_march + 2) / 5 + 1),
        (int) (rest / 3600), (int) (rest / 60 % 60), (int) (rest % 60) };
}

static term date_term(Process *p, const DateTime *t) { return make_tuple3(p, make_integer(p, t->year), make_small(t->month), make_small(t->day)); }
static term time_term(Process *p, const DateTime *t) { return make_tuple3(p, make_small(t->hour), make_small(t->minute), make_small(t->second)); }

static term date_time_term(Process *p, const DateTime *t)
{
    term date = date_term(p, t);
    return make_tuple2(p, date, time_term(p, t));
}

static DateTime now(void) { return date_time_of(system_ns() / NANOSECONDS_PER_SECOND); }

term erlang_localtime_0(Process *p, term *a)
{
    DateTime t = now();
    return (void) a, date_time_term(p, &t);
}

term erlang_date_0(Process *p, term *a)
{
    DateTime t = now();
    return (void) a, date_term(p, &t);
}

term erlang_time_0(Process *p, term *a)
{
    DateTime t = now();
    return (void) a, time_term(p, &t);
}

static bool small_triple(term t, sterm out[3])
{
    if (!is_tuple(t) || tuple_arity(t) != 3) return false;
    for (size_t i = 0; i < 3; i++) {
        if (!is_small(tuple_at(t, i))) return false;
        out[i] = small_value(tuple_at(t, i));
    }
    return true;
}

static int days_in_month(int64_t year, int month)
{
    static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

static bool date_time_from(term t, DateTime *out)
{
    sterm date[3], time[3];
    if (!is_tuple(t) || tuple_arity(t) != 2 || !small_triple(tuple_at(t, 0), date) || !small_triple(tuple_at(t, 1), time)) return false;
    if (date[0] < -YEAR_MAX || date[0] > YEAR_MAX || date[1] < 1 || date[1] > 12 || date[2] < 1) return false;
    if (date[2] > days_in_month(date[0], (int) date[1])) return false;
    if (time[0] < 0 || time[0] > 23 || time[1] < 0 || time[1] > 59 || time[2] < 0 || time[2] > 59) return false;
    *out = (DateTime) { date[0], (int) date[1], (int) date[2], (int) time[0], (int) time[1], (int) time[2] };
    return true;
}

term erlang_localtime_to_universaltime_1(Process *p, term *a)
{
    DateTime t;
    return date_time_from(a[0], &t) ? a[0] : raise_badarg(p);
}

term erlang_localtime_to_universaltime_2(Process *p, term *a)
{
    if (!is_bool(a[1]) && a[1] != (term) ATOM_undefined) return raise_badarg(p);
    return erlang_localtime_to_universaltime_1(p, a);
}

term erlang_universaltime_to_posixtime_1(Process *p, term *a)
{
    DateTime t;
    if (!date_time_from(a[0], &t)) return raise_badarg(p);
    int64_t days = days_of_date(t.year, t.month, t.day);
    return make_integer(p, days * SECONDS_PER_DAY + t.hour * 3600 + t.minute * 60 + t.second);
}

term erlang_posixtime_to_universaltime_1(Process *p, term *a)
{
    int64_t posix, limit = (int64_t) YEAR_MAX * 366 * SECONDS_PER_DAY;
    if (!is_integer(a[0]) || !integer_to_int64(a[0], &posix) || posix > limit || posix < -limit) return raise_badarg(p);
    DateTime t = date_time_of(posix);
    return date_time_term(p, &t);
}

// Lists of options as natives get them: `[flag, {key, Value}]`.
#ifndef ATOMVM_NATIVES_OPTIONS_H
#define ATOMVM_NATIVES_OPTIONS_H

#include "../vm.h"

enum option_kind { OPTION_FLAG, OPTION_BOOLEAN, OPTION_SIZE, OPTION_ANY }; // a bare atom; {key, Value} otherwise

// One option that a native knows; the last rule of an array has key 0.
typedef struct OptionRule {
    term key;
    enum option_kind kind;
} OptionRule;

// The value of `key` in {key, Value}, or NONE.
static inline term option(term options, term key)
{
    for (; is_cons(options); options = tail(options)) {
        term o = head(options);
        if (is_tuple(o) && tuple_arity(o) == 2 && tuple_at(o, 0) == key) return tuple_at(o, 1);
    }
    return NONE;
}

static inline bool has_flag(term options, term key)
{
    for (; is_cons(options); options = tail(options))
        if (head(options) == key) return true;
    return false;
}

static inline bool option_value_fits(enum option_kind kind, term value)
{
    switch (kind) {
    case OPTION_FLAG: return false;
    case OPTION_BOOLEAN: return value == (term) ATOM_true || value == (term) ATOM_false;
    case OPTION_SIZE: return is_small(value) && small_value(value) >= 0;
    default: return true;
    }
}

static inline bool option_fits(term o, const OptionRule *rules)
{
    bool pair = is_tuple(o) && tuple_arity(o) == 2;
    for (; rules->key; rules++)
        if (pair ? tuple_at(o, 0) == rules->key && option_value_fits(rules->kind, tuple_at(o, 1)) : o == rules->key && rules->kind == OPTION_FLAG)
            return true;
    return false;
}

// A proper list in which every option is known and has a value of its kind.
static inline bool options_valid(term options, const OptionRule *rules)
{
    for (; is_cons(options); options = tail(options))
        if (!option_fits(head(options), rules)) return false;
    return is_nil(options);
}

#endif

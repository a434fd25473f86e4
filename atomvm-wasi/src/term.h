// Terms: one machine word each (32 bits on wasm32, the machine's own natively).
//
//   ........ ......01  list      pointer to a cons cell: [head][tail]
//   ........ ......10  boxed     pointer to a header word, then the object's words
//   ........ ......11  small     signed integer, WORD_BITS - 2 bits
//   ........ ....0100  atom      index into the atom table
//   ........ ....1000  pid       serial:13, slot:15 (local processes only; there is no distribution)
//   ........ ....1100  special   nil, and catch marks on the stack
//   ........ ....0000  header    first word of a boxed object; on the stack a return address; never a value
//
// Header: size in words without the header << 8 | kind << 4. Kinds below KIND_RAW hold terms (or words with two low
// zero bits, which the collector passes over); kinds from KIND_RAW on hold bytes the collector must not read.
//
// The word 0 is never a value. Natives return it (NONE) after raising, and the collector marks a moved cons with it.
// A moved boxed object has a boxed pointer where its header was.
#ifndef ATOMVM_TERM_H
#define ATOMVM_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uintptr_t term;
typedef intptr_t sterm;

#define WORD_BYTES sizeof(term)
#define WORD_BITS (8 * (int) sizeof(term))
#define WORDS_FOR_BYTES(n) (((size_t) (n) + WORD_BYTES - 1) / WORD_BYTES)

enum { TAG_LIST = 1, TAG_BOXED = 2, TAG_SMALL = 3, TAG_MASK = 3 };
enum { TAG_HEADER = 0x0, TAG_ATOM = 0x4, TAG_PID = 0x8, TAG_SPECIAL = 0xC, IMMED_MASK = 0xF };

#define NONE ((term) 0)
#define NIL ((term) 0x0C)
#define CATCH_MARK 0x1C // low 8 bits of a catch mark; the index into vm.catches is above

enum kind {
    KIND_TUPLE = 0,   // [e1]..[en]
    KIND_FLATMAP = 1, // [keys tuple][v1]..[vn], keys in term order, at most MAP_FLAT_MAX
    KIND_HASHMAP = 2, // [count small][root HNODE]
    KIND_HNODE = 3,   // [bitmap << 4][child].. : cons [K|V] leaf, or HNODE; never a value of its own,
    KIND_RECORD = 3,  // so what is one is a native record: [fields << 4][definition][value].., see record.h
    KIND_FUN = 4,     // local: [Lambda*][env1]..[envn]; external (size 1): [Function* | nothing], see fun.h in vm.h
    KIND_SUBBIN = 5,  // [HEAPBIN or REFCBIN term][bit offset << 2][bit size << 2]; any bit string
    KIND_MATCH = 6,   // match context: [HEAPBIN or REFCBIN term][bit position << 2][bit end << 2]
    KIND_EXTFUN = 7,  // fun M:F/A: [Function*]
    KIND_RAW = 8,
    KIND_POSBIG = 8, // magnitude, 32-bit limbs, least significant first; never fits a small; top limb pair may be 0-padded
    KIND_NEGBIG = 9,
    KIND_FLOAT = 10,   // 8 bytes, host order
    KIND_REF = 11,     // uint32_t[3] (padded to words): unique over the VM's life
    KIND_HEAPBIN = 12, // [byte size][bytes..], at most HEAPBIN_MAX bytes
    KIND_REFCBIN = 13, // [next off-heap object of the process][Blob*][byte size]
    KIND_MAGIC = 14,   // [next off-heap object][Resource*][uint32_t[3] as in REF]: a reference that owns something
};

enum { MAP_FLAT_MAX = 32, HEAPBIN_MAX = 64 };

static inline bool is_small(term t) { return (t & TAG_MASK) == TAG_SMALL; }
static inline bool both_small(term a, term b) { return (a & b & TAG_MASK) == TAG_SMALL; }
static inline bool is_cons(term t) { return (t & TAG_MASK) == TAG_LIST; }
static inline bool is_boxed(term t) { return (t & TAG_MASK) == TAG_BOXED; }
static inline bool is_pointer(term t) { return ((t + 1) & TAG_MASK) >= 2; } // list or boxed
static inline bool is_atom(term t) { return (t & IMMED_MASK) == TAG_ATOM; }
static inline bool is_pid(term t) { return (t & IMMED_MASK) == TAG_PID; }
static inline bool is_nil(term t) { return t == NIL; }
static inline bool is_list(term t) { return is_cons(t) || is_nil(t); }

#define SMALL_BITS (WORD_BITS - 2)
#define SMALL_MAX (((sterm) 1 << (SMALL_BITS - 1)) - 1)
#define SMALL_MIN (-SMALL_MAX - 1)
static inline term make_small(sterm n) { return ((term) n << 2) | TAG_SMALL; }
static inline sterm small_value(term t) { return (sterm) t >> 2; }
static inline bool fits_small(int64_t n) { return n >= SMALL_MIN && n <= SMALL_MAX; }

static inline term make_atom(uint32_t index) { return ((term) index << 4) | TAG_ATOM; }
static inline uint32_t atom_index(term t) { return (uint32_t) (t >> 4); }

static inline term *list_ptr(term t) { return (term *) (t - TAG_LIST); }
static inline term make_list(term *cell) { return (term) cell + TAG_LIST; }
static inline term head(term t) { return list_ptr(t)[0]; }
static inline term tail(term t) { return list_ptr(t)[1]; }

static inline term *boxed_ptr(term t) { return (term *) (t - TAG_BOXED); }
static inline term make_boxed(term *object) { return (term) object + TAG_BOXED; }
static inline term make_header(enum kind kind, size_t words) { return ((term) words << 8) | ((term) kind << 4); }
static inline bool is_header(term w) { return (w & IMMED_MASK) == TAG_HEADER; }
static inline enum kind header_kind(term h) { return (enum kind)((h >> 4) & 15); }
static inline size_t header_words(term h) { return (size_t) (h >> 8); }
static inline enum kind boxed_kind(term t) { return header_kind(*boxed_ptr(t)); }
static inline bool is_kind(term t, enum kind k) { return is_boxed(t) && boxed_kind(t) == k; }

static inline bool is_tuple(term t) { return is_kind(t, KIND_TUPLE); }
static inline size_t tuple_arity(term t) { return header_words(*boxed_ptr(t)); }
// Elements count from 0.
static inline term tuple_at(term t, size_t i) { return boxed_ptr(t)[1 + i]; }
static inline term *tuple_elements(term t) { return boxed_ptr(t) + 1; }

static inline bool is_float(term t) { return is_kind(t, KIND_FLOAT); }
static inline bool is_big(term t) { return is_boxed(t) && (boxed_kind(t) | 1) == KIND_NEGBIG; }
static inline bool is_integer(term t) { return is_small(t) || is_big(t); }
// Of an integer.
static inline bool is_negative(term t) { return is_small(t) ? small_value(t) < 0 : boxed_kind(t) == KIND_NEGBIG; }
static inline bool is_number(term t) { return is_integer(t) || is_float(t); }
static inline bool is_map(term t) { return is_boxed(t) && (boxed_kind(t) == KIND_FLATMAP || boxed_kind(t) == KIND_HASHMAP); }
static inline bool is_fun(term t) { return is_boxed(t) && (boxed_kind(t) == KIND_FUN || boxed_kind(t) == KIND_EXTFUN); }
static inline bool is_ref(term t) { return is_boxed(t) && (boxed_kind(t) == KIND_REF || boxed_kind(t) == KIND_MAGIC); }
// Any bit string that user code can hold (a match context is none).
static inline bool is_bitstring(term t)
{
    return is_boxed(t) && (boxed_kind(t) == KIND_HEAPBIN || boxed_kind(t) == KIND_REFCBIN || boxed_kind(t) == KIND_SUBBIN);
}

static inline double float_value(term t)
{
    double d;
    memcpy(&d, boxed_ptr(t) + 1, sizeof d);
    return d;
}
#define FLOAT_WORDS (1 + sizeof(double) / WORD_BYTES)

// Writers: the caller has the words already. Each returns the term and moves *top on.
static inline term put_cons(term **top, term h, term t)
{
    term *cell = *top;
    cell[0] = h;
    cell[1] = t;
    *top = cell + 2;
    return make_list(cell);
}
static inline term put_float(term **top, double d)
{
    term *o = *top;
    o[0] = make_header(KIND_FLOAT, sizeof(double) / WORD_BYTES);
    memcpy(o + 1, &d, sizeof d);
    *top = o + FLOAT_WORDS;
    return make_boxed(o);
}

#endif

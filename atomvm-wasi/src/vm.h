// The machine: every structure, and who may change it. All state hangs off the one `vm`.
//
// Heap of a process, one block, stack at the far end:
//
//   heap                    htop ->             <- stop                    end
//   | objects ............. |  free             | stack: frames, top first  |
//   | below `mature`: lived through a collection, goes to the old heap next |
//
// A frame is [return address][y0][y1]..; `stop` points at the return address of the newest one. Between instructions no
// term of a process points outside its heap, its old heap, its fragments and the literals.
//
// Allocation: instructions test for room and collect before they build (`gc_collect`). Natives call heap_alloc, which
// never collects and never moves anything: without room it takes a fragment, and the loop collects once the native has
// returned. So a native may keep terms in C variables, and no native is ever interrupted by the collector.
#ifndef ATOMVM_VM_H
#define ATOMVM_VM_H

#include "arena.h"
#include "atom.h"
#include "term.h"

typedef struct Process Process;
typedef struct Module Module;
typedef struct Function Function;
typedef uintptr_t Word; // one word of decoded code

// A native gets its arguments in a[0]..a[arity - 1] (the X registers; it may overwrite them) and returns a term, or NONE
// after one of the raise_* functions, or NONE after setting p->trap. NONE alone declines: the module's own function of
// that name runs instead, with the same arguments (so that, say, lists:sort/1 of no list fails as OTP's own does).
typedef term (*NativeFn)(Process *p, term *a);

enum { X_REGISTERS = 1024, F_REGISTERS = 1024, REDUCTIONS_PER_SLICE = 4000, STACKTRACE_DEPTH = 8 };

// ---- code ----

// A function of a module, or a name somebody refers to that no loaded module has (yet).
struct Function {
    const Word *code; // where a call goes: decoded code, or one of the stub instructions that load, decode, raise undef
    NativeFn native;  // wins over code when set
    const Word *own_code; // what the module has behind a native that declined; NULL until then
    term module, name;
    uint32_t arity;
    Module *owner;        // NULL until its module is indexed
    uint32_t code_offset; // of its func_info in the owner's Code chunk; 0 = the module has no such function
    uint32_t label;       // entry label
    uint32_t clause_line; // line reference for function_clause
    uint32_t label_low, label_high; // all its labels lie between these (others may, too)
    bool exported;
};

// Static half of a `fun`: row of FunT.
typedef struct Lambda {
    Function *function;
    Module *owner;
    uint32_t index, old_uniq, free_count;
    uint32_t arity; // of the call, free variables not counted
} Lambda;

static inline Lambda *fun_lambda(term f) { return (Lambda *) boxed_ptr(f)[1]; }
static inline Function *extfun_function(term f) { return (Function *) boxed_ptr(f)[1]; }
static inline uint32_t fun_arity(term f) // of either kind
{
    return boxed_kind(f) == KIND_EXTFUN ? extfun_function(f)->arity : fun_lambda(f)->arity;
}

Function *function_find(term module, term name, uint32_t arity); // NULL if nobody ever named it
Function *function_get(term module, term name, uint32_t arity);  // makes the entry
// Loads the module of `f` if the archive has it. True when `f` can be called then.
bool function_resolve(Function *f);

// ---- off-heap memory ----

// A counted block of bytes shared by REFCBINs. `used` bytes count; up to `capacity` may be appended in place by the
// owner of the last byte (bits.c).
typedef struct Blob {
    uint32_t references;
    uint32_t flags;
    size_t used, capacity;
    uint8_t data[];
} Blob;
Blob *blob_new(size_t capacity); // used = 0, one reference; NULL when the memory cap is reached
void blob_release(Blob *b);

// Something a KIND_MAGIC reference owns (ETS table, atomics, compiled pattern..).
typedef struct Resource Resource;
struct Resource {
    uint32_t references;
    const struct ResourceType {
        const char *name;
        void (*destroy)(Resource *);
    } *type;
    // the type's own fields follow
};

// Counted malloc: memory that is part of vm.memory_used. NULL when the cap is reached or the system has none.
void *vm_malloc(size_t size);
void *vm_malloc_uncapped(size_t size); // never NULL: for a process that is over the cap and will be ended for it
void *vm_realloc(void *old, size_t old_size, size_t size);
void vm_mfree(void *ptr, size_t size);
// From one to the other the cap is not kept, and no memory at all is the end: for loading code, of which there is as much
// as the archive has, and no half of it may stay behind.
size_t vm_suspend_cap(void); // returns what vm_restore_cap needs; the two nest
void vm_restore_cap(size_t cap);
bool vm_cap_is_suspended(void);
bool vm_cap_was_reached(void); // by any allocation so far

// ---- heap ----

typedef struct Fragment {
    struct Fragment *next;
    size_t words, used;
    term *off_heap; // of a message's fragment; a process's own fragments use the process's list
    term data[];
} Fragment;

typedef struct Message {
    struct Message *next;
    term value;
    Fragment *fragment; // self-contained home of value, or NULL when it lives on the receiver's heap or is immediate
} Message;

// Exception of a process between raise and the handler.
typedef struct Exception {
    term class;  // ATOM_error, ATOM_exit, ATOM_throw; NONE = none pending
    term reason;
    term args;   // list of arguments for the top stack entry (function_clause, undef, badarg in natives), or NONE for its arity
    term info;   // error_info map or NIL
    term cause;  // NONE, or the cause in the error_info of a native
    bool from_caller; // raised by erlang:error/1,2,3 and the like: the calling function is the top stack entry
    term trace;  // NONE: collect it; otherwise a ready stack trace term (erlang:raise/3)
} Exception;

struct Process {
    term *htop, *stop, *heap, *end, *mature;
    term *old_heap, *old_top, *old_end;
    Fragment *fragments;   // what natives allocated without room; gone at the next collection
    term *off_heap;        // newest REFCBIN/MAGIC object of the young heap and the fragments; linked through word 1
    term *old_off_heap;    // the same for the old heap
    size_t off_heap_bytes; // held by those, to collect before memory runs out
    uint32_t minor_collections;

    term pid;
    Exception exception;
    Function *current; // native being called, for its stack trace entry
    // Saved while not running:
    const Word *pc, *cp;
    uint32_t live;     // X registers to keep
    term *x_saved;
    uint32_t x_capacity;
    struct ProcessState *state; // everything the scheduler and process natives need: process.h
    struct {
        Function *function; // set by a native that wants the loop to tail-call this next; its arguments are in x
        const Word *code;   // of `function` when it is not function->code
        bool hibernate;     // once there is a message
        bool keeps_stack;   // when it hibernates: it returns to its caller
    } trap;
    bool wants_collection; // erlang:garbage_collect/0
    bool attention; // the loop must look after the native: fragments to collect, a limit passed, the process ended
    sterm reductions; // left in this slice; natives that do much work subtract
};

// Room for `words` words; never collects, never returns NULL (see above). Natives only.
term *heap_alloc(Process *p, size_t words);
// Gives back the tail of the newest heap_alloc: [from, its end) was not needed.
void heap_trim(Process *p, term *from);

// ---- raising: each returns NONE, so that natives can `return raise_badarg(p);` ----

term raise_error(Process *p, term reason);            // class error
term raise_class(Process *p, term class, term reason);
term raise_badarg(Process *p);                        // badarg, with the arguments in the stack trace as erl has it
term raise_error_info(Process *p, term reason, term cause); // the same with error_info #{cause => Cause}
term raise_system_limit(Process *p);

// ---- makers for natives (all through heap_alloc) ----

term make_integer(Process *p, int64_t n);
term make_unsigned(Process *p, uint64_t n);
term make_double(Process *p, double d); // the caller has checked that it is finite
term make_tuple(Process *p, size_t arity, const term *elements);
static inline term make_tuple2(Process *p, term a, term b) { return make_tuple(p, 2, (term[]) { a, b }); }
static inline term make_tuple3(Process *p, term a, term b, term c) { return make_tuple(p, 3, (term[]) { a, b, c }); }
term cons(Process *p, term h, term t);
term make_list_of(Process *p, const term *elements, size_t count, term tail_term);
term make_string(Process *p, const char *latin1, size_t length); // list of bytes
// A binary with these bytes. *bytes, when not NULL, points at them for writing; bytes_in may be NULL. NONE + system_limit
// raised when memory does not allow it.
term make_binary(Process *p, const void *bytes_in, size_t size, uint8_t **bytes);
term make_ref(Process *p);

// ---- words ----

// Sorts `count` items of `width` words, 1 or 2, by the first word of each, as unsigned numbers.
void sort_words(Word *items, size_t count, size_t width);

// ---- lists ----

// Length, or -1 for an improper list or no list.
sterm list_length(term list);

// ---- compare.c ----

// Term order of Erlang (integers and floats by value): < 0, 0, > 0.
int compare(term a, term b);
// The order of map keys and of ordered sets with exact keys: like compare, but every integer is before every float.
int compare_exact(term a, term b);
bool equal(term a, term b);       // ==
bool equal_exact(term a, term b); // =:=
static inline bool same(term a, term b) { return a == b || (is_pointer(a) && is_pointer(b) && equal_exact(a, b)); }
uint32_t term_hash(term t); // internal hash for maps and tables: equal_exact terms hash alike
uint32_t phash2(term t);    // erlang:phash2 before the range is applied, bit for bit OTP's

// ---- integer.c: arithmetic on any integers and floats; NONE + badarith raised otherwise ----

term arith_add(Process *p, term a, term b);
term arith_sub(Process *p, term a, term b);
term arith_mul(Process *p, term a, term b);
term arith_divide(Process *p, term a, term b); // '/', a float
term arith_div(Process *p, term a, term b);
term arith_rem(Process *p, term a, term b);
term arith_negate(Process *p, term a);
term arith_band(Process *p, term a, term b);
term arith_bor(Process *p, term a, term b);
term arith_bxor(Process *p, term a, term b);
term arith_bnot(Process *p, term a);
term arith_bsl(Process *p, term a, term b);
term arith_bsr(Process *p, term a, term b);
int integer_compare(term a, term b);         // both integers
int number_compare(term a, term b);          // any numbers, by exact value
bool integer_to_double(term a, double *d);   // false when out of range
bool integer_to_int64(term a, int64_t *n);   // false when out of range
bool integer_to_uint64(term a, uint64_t *n); // false when negative or out of range
// Two's complement bytes to and from integers of any size; little = least significant first.
term integer_from_bytes(Process *p, const uint8_t *bytes, size_t size, bool is_signed, bool little);
// The low size*8 bits of the integer, two's complement.
void integer_to_bytes(term a, uint8_t *bytes, size_t size, bool little);
// Digits in base 2..36, '-' in front when negative, upper case. *length is set; free with vm_mfree(text, *capacity).
char *integer_to_text(term a, int base, size_t *length, size_t *capacity);
// "+12", "-ff": the whole text must be digits of the base (one sign allowed); NONE without raising when it is not.
term integer_from_text(Process *p, const char *text, size_t length, int base);

// ---- float text (number_text.c) ----

enum { FLOAT_TEXT_MAX = 512 };
// Shortest text that reads back as d, as erl prints it: 1.0, 1.0e22, 0.001. Returns the length.
size_t float_to_shortest(double d, char *out);
// Erlang float syntax (digits '.' digits, optional exponent). False when malformed or out of range.
bool float_from_text(const char *text, size_t length, double *d);

// ---- maps (map.c) ----

term map_new(Process *p);                    // #{}
size_t map_size(term map);
term map_get(term map, term key);            // NONE when absent; raises nothing
term map_put(Process *p, term map, term key, term value);
term map_remove(Process *p, term map, term key); // the same map when absent
// count pairs key, value, key, value..; later ones win. Any order, repetitions allowed.
term map_from_pairs(Process *p, const term *pairs, size_t count);
// Visits all pairs; key order for flat maps, hash order above. Start with a zeroed iterator.
typedef struct MapIterator {
    term map, key, value;
    size_t depth, index;
    struct { term node; size_t index; } path[16];
} MapIterator;
void map_iterate(MapIterator *it, term map);
bool map_next(MapIterator *it); // true: key and value are set

// ---- bits.c: bit strings ----

// Where a bit string's or match context's bits are. `bytes` points at the byte of the first bit; bit_offset < 8.
typedef struct Bits {
    const uint8_t *bytes;
    size_t bit_offset, bit_size;
    term owner; // HEAPBIN or REFCBIN it lies in
    size_t owner_bit_offset;
} Bits;
bool bits_of(term bitstring, Bits *out); // false when it is none
// Bytes of a binary (whole bytes only). When not byte-aligned they are copied to *scratch (vm_malloc'ed, to be freed with
// vm_mfree(*scratch, *size)), otherwise *scratch is NULL. False when t is not a binary.
bool binary_bytes(term t, const uint8_t **bytes, size_t *size, uint8_t **scratch);
void bits_copy(uint8_t *dst, size_t dst_bit, const uint8_t *src, size_t src_bit, size_t bits);
int bits_compare(const Bits *a, const Bits *b);
// Part of a bit string as a term, sharing its bytes when large, copying when small.
term bits_slice(Process *p, const Bits *whole, size_t bit_from, size_t bit_count);
term make_bitstring(Process *p, const uint8_t *bytes, size_t bit_size); // copies
// iodata to bytes: total size (or -1 with *bad when it is not iodata), then the bytes.
int64_t iolist_size(term iolist);
bool iolist_write(term iolist, uint8_t *out); // size as measured
// UTF-8 helpers. utf8_decode: bytes used (1..4), 0 malformed, -1 truncated.
int utf8_decode(const uint8_t *s, size_t n, uint32_t *code_point);
int utf8_encode(uint32_t code_point, uint8_t *out); // bytes, 0 when it is no scalar value

// ---- etf.c ----

// Decodes a whole external term (starting with 131). NONE without raising when damaged or incomplete. `safe`: no new
// atoms. *used, when not NULL, gets the bytes read; otherwise trailing bytes are an error.
term etf_decode(Process *p, const uint8_t *bytes, size_t size, bool safe, size_t *used);
// Appends 131 and the term to a growing buffer; false when the term holds what has no external form or memory is out.
typedef struct Buffer {
    uint8_t *data;
    size_t size, capacity;
} Buffer;
bool buffer_append(Buffer *b, const void *bytes, size_t size); // vm_malloc'ed; free with buffer_free
void buffer_free(Buffer *b);
bool etf_encode(term t, Buffer *out);

// ---- copying ----

size_t term_size(term t); // words outside the literals needed to copy t
// Deep copy into prepared room of term_size words. REFCBIN and MAGIC objects of the copy are counted and linked into
// *off_heap: &p->off_heap for a process's heap, a list of the owner's for any other home.
term term_copy(term t, term **htop, term **off_heap);
void off_heap_release(term *list); // gives up everything on such a list when its home goes away
bool is_literal(const term *object);

// ---- printing (print.c) ----

// Text of a term as ~p/erlang:display print it (io_lib ~w rules for strings: lists of integers stay lists with pretty
// = false; display/1 shows printable lists as "text" strings when pretty = true).
bool term_print(term t, Buffer *out, bool pretty);

// ---- the machine ----

struct Vm {
    term x[X_REGISTERS];
    double f[F_REGISTERS];
    Process *running;
    size_t memory_used, memory_cap;
    double monotonic_ms, system_ms; // the host's clock at the last entry
    uint64_t unique;
    uint64_t reductions, slices; // of all processes since the start
    bool halted;         // halt/0,1,2: exit_code is set
    int exit_code;
    bool wall_clock_read; // by a program, since the start
    bool interrupt;      // something for the host: the scheduler returns after the slice
    uint32_t ref_counter[3];
};
extern struct Vm vm;

// ---- tables ----

typedef struct Native {
    const char *module, *name;
    uint32_t arity;
    NativeFn function;
    bool may_decline;
} Native;
NativeFn native_find(term module, term name, uint32_t arity); // NULL when there is none
bool native_may_decline(term module, term name, uint32_t arity);
void natives_init(void);

// Rows of natives/*.def: NATIVE(module, name, arity, c_function), text in quotes:
//   NATIVE("erlang", "length", 1, erlang_length_1)
// C names are module_function_arity; operators get words (erlang_plus_2). A native that may decline has NATIVE_OR_OWN.
#define NATIVE(module, name, arity, fn) term fn(Process *p, term *a);
#define NATIVE_OR_OWN NATIVE
#include "natives/all.def"
#undef NATIVE_OR_OWN
#undef NATIVE

#endif

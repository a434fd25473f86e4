// What the natives of module crypto share. They stand behind OTP's own crypto.erl, which catches their errors and makes
// {badarg | notsup | error, {File, Line}, Text} of them; file and line are ours.
#ifndef ATOMVM_NATIVES_CRYPTO_H
#define ATOMVM_NATIVES_CRYPTO_H

#include "../crypto.h"
#include "../iolist.h"
#include "../resource.h"

// ---- arguments ----

typedef struct Bytes {
    const uint8_t *at;
    size_t size;
    uint8_t *scratch;
} Bytes;

// Bytes of arguments, given back together. Natives are pairs: the outer one releases what the inner one took.
typedef struct Inputs {
    Bytes taken[12];
    size_t count;
} Inputs;
const Bytes *take_iodata(Inputs *in, term t); // NULL: it is none
const Bytes *take_binary(Inputs *in, term t);
void inputs_release(Inputs *in);

// The inner native `name` with the inputs that it takes, as native `export`.
#define WITH_INPUTS(export, name) \
    term export(Process *p, term *a) \
    { \
        Inputs in = { .count = 0 }; \
        term result = name(p, a, &in); \
        inputs_release(&in); \
        return result; \
    }

static inline void charge_bytes(Process *p, size_t size) { p->reductions -= (sterm) (size / 64); }

// ---- errors ----

enum { NO_ARGUMENT = -1 };
// Raises {Id, #{c_file_name, c_file_line_num, c_function_arg_num => argument}, Text}; arguments count from 0.
term raise_crypto(Process *p, const char *id, const char *file, int line, int argument, const char *text);
#define BAD_ARGUMENT(p, argument, text) raise_crypto(p, "badarg", SOURCE, __LINE__, argument, text)
#define NOT_SUPPORTED(p, argument, text) raise_crypto(p, "notsup", SOURCE, __LINE__, argument, text)
#define FAILED(p, argument, text) raise_crypto(p, "error", SOURCE, __LINE__, argument, text)

// ---- algorithms, by name: their atoms exist only while somebody uses them ----

bool atom_is(term t, const char *name);
term atom_of(const char *name);

typedef struct HashRow {
    const char *name;
    uint8_t digest_bytes; // of shake128 and shake256, hash/2's
    uint8_t block_bytes;
    uint16_t type;        // its number in OpenSSL
} HashRow;
extern const HashRow hash_rows[HASH_KINDS];
enum { HASH_UNKNOWN = -1, HASH_MISSING = -2 };
int hash_kind_of(term name); // or HASH_UNKNOWN, or HASH_MISSING: OTP has it, this machine has not

typedef struct CipherRow {
    const char *name;
    uint8_t key_bytes, iv_bytes, block_bytes;
    const char *mode_name;
    uint16_t type; // its number in OpenSSL, or 0
    int8_t mode;   // enum cipher_mode, or -1
    int8_t aead;   // enum aead_kind, or -1
} CipherRow;
extern const CipherRow cipher_rows[];
extern const size_t cipher_row_count;
const CipherRow *cipher_named(term name);                  // NULL: none
const CipherRow *cipher_find(term name, size_t key_bytes); // the same, with keys of this size
bool cipher_known(term name);                              // to OTP; perhaps not to this machine

// ---- signatures ----

enum { NO_HASH = -1 };

// What is signed.
typedef struct Signed {
    int hash;               // NO_HASH: the message itself (RSA and EdDSA only)
    const Bytes *message;
    uint8_t digest[DIGEST_MAX];
    size_t digest_size;
} Signed;

term rsa_sign(Process *p, const Signed *s, term key, term options, Inputs *in);
term rsa_verify(Process *p, const Signed *s, const Bytes *signature, term key, term options, Inputs *in);
bool rsa_sign_options_are_fine(Process *p, term options, int argument); // false: an error was raised

// ---- states: contexts behind references ----

typedef struct CryptoState {
    Handle handle;
    size_t bytes; // of all of it
    int kind;
    _Alignas(16) uint8_t context[];
} CryptoState;
CryptoState *crypto_state_new(const ResourceType *type, int kind, size_t context_bytes); // NULL: no memory
term crypto_state_term(Process *p, CryptoState *s);                                      // takes the maker's reference
void crypto_state_destroy(Resource *resource);

#endif

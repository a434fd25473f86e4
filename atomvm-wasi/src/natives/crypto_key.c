// crypto: key pairs, Diffie-Hellman, signatures, on the curves that there are.
#include "crypto.h"

#include "../platform.h"

static const char SOURCE[] = "crypto_key.c";

// ---- curves ----

static const struct { const char *name; uint8_t kind; } curve_names[] = {
    { "secp256r1", CURVE_SECP256R1 }, { "prime256v1", CURVE_SECP256R1 }, { "secp384r1", CURVE_SECP384R1 },
    { "secp256k1", CURVE_SECP256K1 }, { "secp521r1", CURVE_SECP521R1 },
};

static size_t curve_bytes(int kind)
{
    static const uint8_t sizes[] = { [CURVE_SECP256R1] = 32, [CURVE_SECP384R1] = 48, [CURVE_SECP256K1] = 32, [CURVE_SECP521R1] = 66 };
    return sizes[kind];
}

static size_t point_bytes(int kind) { return 1 + 2 * curve_bytes(kind); }

enum { CURVE_UNKNOWN = -1, CURVE_MISSING = -2 };

static bool holds_number(term binary, const uint8_t *number, size_t size)
{
    const uint8_t *bytes;
    size_t given;
    uint8_t *scratch;
    if (!is_bitstring(binary) || !binary_bytes(binary, &bytes, &given, &scratch)) return false;
    size_t skip = 0, zeros = 0;
    while (skip < given && bytes[skip] == 0) skip++;
    while (zeros < size && number[zeros] == 0) zeros++;
    bool same_number = given - skip == size - zeros && memcmp(bytes + skip, number + zeros, size - zeros) == 0;
    vm_mfree(scratch, given);
    return same_number;
}

static bool is_tuple_of(term t, size_t arity) { return is_tuple(t) && tuple_arity(t) == arity; }

// {{prime_field, P}, {A, B, Seed}, Base, Order, Cofactor}
static bool is_defined_by(int kind, term field, term curve, term base, term order, term cofactor)
{
    static const uint8_t one = 1;
    CurveParameters c;
    size_t size = curve_bytes(kind);
    zig_curve_parameters((uint8_t) kind, &c);
    return holds_number(tuple_at(field, 1), c.prime, size) && holds_number(tuple_at(curve, 0), c.a, size) && holds_number(tuple_at(curve, 1), c.b, size)
        && holds_number(base, c.base, point_bytes(kind)) && holds_number(order, c.order, size) && holds_number(cofactor, &one, 1);
}

static int curve_defined(term definition)
{
    if (!is_tuple_of(definition, 5)) return CURVE_UNKNOWN;
    term field = tuple_at(definition, 0), curve = tuple_at(definition, 1);
    if (!is_tuple_of(field, 2) || !is_tuple_of(curve, 3)) return CURVE_MISSING;
    for (int kind = 0; kind < CURVE_KINDS; kind++)
        if (is_defined_by(kind, field, curve, tuple_at(definition, 2), tuple_at(definition, 3), tuple_at(definition, 4))) return kind;
    return CURVE_MISSING;
}

// params: {Definition | undefined, Name | undefined}, as crypto.erl makes it.
static int curve_of(term params)
{
    if (!is_tuple_of(params, 2)) return CURVE_UNKNOWN;
    for (size_t i = 0; i < sizeof curve_names / sizeof *curve_names; i++)
        if (atom_is(tuple_at(params, 1), curve_names[i].name)) return curve_names[i].kind;
    return curve_defined(tuple_at(params, 0));
}

// ---- secrets: numbers of the curve's size, most significant byte first ----

typedef struct Secret {
    uint8_t bytes[CURVE_BYTES_MAX];
} Secret;

static bool secret_read(Secret *s, int kind, const Bytes *b)
{
    size_t size = curve_bytes(kind), skip = 0;
    while (skip < b->size && b->at[skip] == 0) skip++;
    if (b->size - skip > size) return false;
    memset(s->bytes, 0, sizeof s->bytes);
    memcpy(s->bytes + size - (b->size - skip), b->at + skip, b->size - skip);
    return true;
}

static bool secret_is_zero(const Secret *s)
{
    uint8_t bits = 0;
    for (size_t i = 0; i < sizeof s->bytes; i++) bits |= s->bytes[i];
    return bits == 0;
}

// Uniform from 1 to the order - 1.
static void secret_make(Secret *s, int kind)
{
    memset(s->bytes, 0, sizeof s->bytes);
    do {
        platform_random(s->bytes, curve_bytes(kind));
        if (kind == CURVE_SECP521R1) s->bytes[0] &= 1; // 521 bits of 528
    } while (!zig_curve_is_secret((uint8_t) kind, s->bytes));
}

static void secret_forget(Secret *s)
{
    for (volatile uint8_t *at = s->bytes; at < s->bytes + sizeof s->bytes;) *at++ = 0;
}

// ---- ecdh ----

static term curve_pair(Process *p, int kind, const Secret *s)
{
    uint8_t point[POINT_BYTES_MAX];
    if (!zig_curve_public_key((uint8_t) kind, s->bytes, point)) return BAD_ARGUMENT(p, 0, "Couldn't get public key");
    term public = make_binary(p, point, point_bytes(kind), NULL);
    return make_tuple2(p, public, make_binary(p, s->bytes, curve_bytes(kind), NULL));
}

// curve, private key or undefined
static term ec_generate(Process *p, term *a, Inputs *in)
{
    Secret s;
    int kind = curve_of(a[0]);
    if (kind == CURVE_MISSING) return NOT_SUPPORTED(p, 0, "Curve not supported");
    if (kind < 0) return BAD_ARGUMENT(p, 0, "Couldn't get Curve definition");
    if (a[1] == (term) ATOM_undefined) secret_make(&s, kind);
    else {
        const Bytes *given = take_binary(in, a[1]);
        if (!given || !secret_read(&s, kind, given)) return BAD_ARGUMENT(p, 0, "Bad private key");
        if (secret_is_zero(&s)) return BAD_ARGUMENT(p, 1, "peer priv key must not be 0");
    }
    term pair = curve_pair(p, kind, &s);
    secret_forget(&s);
    return pair;
}
WITH_INPUTS(crypto_ec_generate_key_nif_2, ec_generate)

// the other's public key, curve, my private key
static term ecdh_compute(Process *p, term *a, Inputs *in)
{
    static const char no_binary[] = "Bad peer public key; binary expected";
    const Bytes *public = take_binary(in, a[0]);
    if (!public) return BAD_ARGUMENT(p, 0, no_binary);
    int kind = curve_of(a[1]);
    if (kind == CURVE_MISSING) return NOT_SUPPORTED(p, 1, "Curve not supported");
    if (kind < 0) return FAILED(p, 1, "Bad curve def. Expect 5-tuple.");
    if (!zig_curve_is_point((uint8_t) kind, public->at, public->size)) return FAILED(p, NO_ARGUMENT, "Can't do fromdata");
    const Bytes *private = take_binary(in, a[2]);
    if (!private) return BAD_ARGUMENT(p, 0, no_binary);
    Secret s;
    uint8_t shared[CURVE_BYTES_MAX];
    bool done = secret_read(&s, kind, private) && zig_curve_shared((uint8_t) kind, s.bytes, public->at, public->size, shared);
    secret_forget(&s);
    return done ? make_binary(p, shared, curve_bytes(kind), NULL) : FAILED(p, NO_ARGUMENT, "Can't get result");
}
WITH_INPUTS(crypto_ecdh_compute_key_nif_3, ecdh_compute)

// ---- x25519, ed25519 ----

static term evp_generate(Process *p, term *a, Inputs *in)
{
    uint8_t public[KEY25519_BYTES], fresh[KEY25519_BYTES];
    bool agreement = atom_is(a[0], "x25519");
    const uint8_t *secret = fresh;
    if (!agreement && !atom_is(a[0], "ed25519")) return NOT_SUPPORTED(p, 0, "Curve not supported");
    if (a[1] == (term) ATOM_undefined) platform_random(fresh, sizeof fresh);
    else {
        const Bytes *given = take_binary(in, a[1]);
        if (!given) return FAILED(p, 1, "Can't get max size");
        if (given->size != KEY25519_BYTES) return FAILED(p, 1, "Can't EVP_PKEY_new_raw_private_key");
        secret = given->at;
    }
    if (!(agreement ? zig_x25519_public_key : zig_ed25519_public_key)(secret, public)) return FAILED(p, 1, "Can't EVP_PKEY_keygen");
    term point = make_binary(p, public, sizeof public, NULL);
    return make_tuple2(p, point, make_binary(p, secret, KEY25519_BYTES, NULL));
}
WITH_INPUTS(crypto_evp_generate_key_nif_2, evp_generate)

// curve, the other's public key, my private key
static term evp_compute(Process *p, term *a, Inputs *in)
{
    if (!atom_is(a[0], "x25519")) return NOT_SUPPORTED(p, 0, "Curve not supported");
    const Bytes *private = take_binary(in, a[2]);
    if (!private || private->size != KEY25519_BYTES) return BAD_ARGUMENT(p, 2, "Not a valid raw private key");
    const Bytes *public = take_binary(in, a[1]);
    if (!public || public->size != KEY25519_BYTES) return BAD_ARGUMENT(p, 1, "Not a raw public peer key");
    uint8_t shared[KEY25519_BYTES];
    if (!zig_x25519_shared(private->at, public->at, shared)) return FAILED(p, NO_ARGUMENT, "Can't EVP_PKEY_derive");
    return make_binary(p, shared, sizeof shared, NULL);
}
WITH_INPUTS(crypto_evp_compute_key_nif_3, evp_compute)

// ---- what is signed ----

enum algorithm { ECDSA, EDDSA, RSA };

static bool algorithm_of(Process *p, term name, enum algorithm *algorithm)
{
    static const char *const missing[] = { "dss", "mldsa44", "mldsa65", "mldsa87" };
    if (atom_is(name, "ecdsa")) return *algorithm = ECDSA, true;
    if (atom_is(name, "eddsa")) return *algorithm = EDDSA, true;
    if (atom_is(name, "rsa")) return *algorithm = RSA, true;
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++)
        if (atom_is(name, missing[i])) return NOT_SUPPORTED(p, 0, "Unsupported algorithm"), false;
    return BAD_ARGUMENT(p, 0, "Bad algorithm"), false;
}

static bool is_digest(term data) { return is_tuple(data) && tuple_arity(data) == 2 && atom_is(tuple_at(data, 0), "digest"); }

static bool digest_of(Process *p, Signed *s)
{
    _Alignas(16) uint8_t context[HASH_CONTEXT_MAX];
    if (zig_hash_context_size() > sizeof context) return raise_system_limit(p), false;
    zig_hash_init(context, (uint8_t) s->hash);
    zig_hash_update(context, s->message->at, s->message->size);
    zig_hash_final(context, s->digest, s->digest_size);
    return true;
}

static bool hash_of(Process *p, enum algorithm algorithm, term name, int *hash)
{
    *hash = NO_HASH;
    if (algorithm == EDDSA || (algorithm == RSA && atom_is(name, "none"))) return true;
    int kind = hash_kind_of(name);
    if (kind == HASH_MISSING) return NOT_SUPPORTED(p, 1, "Digest type not supported"), false;
    if (kind < 0) return BAD_ARGUMENT(p, 1, "Bad digest type"), false;
    return *hash = kind, true;
}

static bool options_are_fine(Process *p, enum algorithm algorithm, term options, int argument)
{
    if (!is_list(options)) return BAD_ARGUMENT(p, argument, "Expected a list"), false;
    if (algorithm == RSA) return rsa_sign_options_are_fine(p, options, argument);
    return options == NIL || (BAD_ARGUMENT(p, argument, "Only RSA supports Options"), false);
}

// a: algorithm, hash, message or {digest, Digest}; the options are a[options].
static bool signed_of(Process *p, term *a, int options, Inputs *in, enum algorithm *algorithm, Signed *s)
{
    if (!algorithm_of(p, a[0], algorithm) || !hash_of(p, *algorithm, a[1], &s->hash)) return false;
    s->message = take_iodata(in, is_digest(a[2]) ? tuple_at(a[2], 1) : a[2]);
    if (!s->message) return BAD_ARGUMENT(p, 2, "Expected a binary or a list"), false;
    charge_bytes(p, s->message->size);
    s->digest_size = s->hash == NO_HASH ? 0 : hash_rows[s->hash].digest_bytes;
    if (s->hash == NO_HASH) return options_are_fine(p, *algorithm, a[options], options);
    if (!is_digest(a[2])) return digest_of(p, s) && options_are_fine(p, *algorithm, a[options], options);
    if (s->message->size != s->digest_size) return BAD_ARGUMENT(p, 2, "Bad binary size for the algorithm"), false;
    memcpy(s->digest, s->message->at, s->digest_size);
    return options_are_fine(p, *algorithm, a[options], options);
}

// The leftmost bytes of a digest, as many as the curve has, or the whole of it behind zeros.
static void digest_fit(const Signed *s, int kind, uint8_t out[CURVE_BYTES_MAX])
{
    size_t size = curve_bytes(kind), used = s->digest_size < size ? s->digest_size : size;
    memset(out, 0, size);
    memcpy(out + size - used, s->digest, used);
}

// ---- ECDSA signatures in DER: SEQUENCE of two INTEGERs, as short as can be (X.690, 8.3) ----

enum { DER_SEQUENCE = 0x30, DER_INTEGER = 0x02, DER_LONG_LENGTH = 0x81, DER_SHORT_MAX = 0x7F };
enum { DER_SIGNATURE_MIN = 2 + 2 * 3, DER_SIGNATURE_MAX = 3 + 2 * (3 + CURVE_BYTES_MAX) };

static size_t der_integer(uint8_t *out, const uint8_t *bytes, size_t size)
{
    while (size > 1 && *bytes == 0) bytes++, size--;
    size_t sign = bytes[0] >> 7;
    out[0] = DER_INTEGER;
    out[1] = (uint8_t) (size + sign);
    out[2] = 0;
    memcpy(out + 2 + sign, bytes, size);
    return 2 + sign + size;
}

static size_t der_signature(uint8_t out[DER_SIGNATURE_MAX], const uint8_t *rs, size_t size)
{
    uint8_t integers[DER_SIGNATURE_MAX], *at = out;
    size_t used = der_integer(integers, rs, size);
    used += der_integer(integers + used, rs + size, size);
    *at++ = DER_SEQUENCE;
    if (used > DER_SHORT_MAX) *at++ = DER_LONG_LENGTH;
    *at++ = (uint8_t) used;
    memcpy(at, integers, used);
    return (size_t) (at - out) + used;
}

// An INTEGER at der[*at], not negative, as a number of `size` bytes.
static bool der_integer_read(const Bytes *der, size_t *at, uint8_t *out, size_t size)
{
    if (der->size - *at < 2 || der->at[*at] != DER_INTEGER) return false;
    size_t length = der->at[*at + 1];
    const uint8_t *bytes = der->at + *at + 2;
    if (length == 0 || length > size + 1 || length > der->size - *at - 2 || bytes[0] >> 7) return false;
    *at += 2 + length;
    if (length > size && *bytes++ != 0) return false;
    if (length > size) length--;
    memset(out, 0, size);
    memcpy(out + size - length, bytes, length);
    return true;
}

// Only the one encoding that DER has of a signature will do.
static bool der_signature_read(const Bytes *der, uint8_t *rs, size_t size)
{
    uint8_t again[DER_SIGNATURE_MAX];
    if (der->size < DER_SIGNATURE_MIN || der->size > DER_SIGNATURE_MAX) return false;
    size_t at = der->at[1] == DER_LONG_LENGTH ? 3 : 2;
    if (!der_integer_read(der, &at, rs, size) || !der_integer_read(der, &at, rs + size, size)) return false;
    return der_signature(again, rs, size) == der->size && memcmp(again, der->at, der->size) == 0;
}

// ---- signing ----

// key: {Curve, Bytes}. The curve, or -1.
static int ecdsa_key(term key, Inputs *in, const Bytes **bytes)
{
    if (!is_tuple(key) || tuple_arity(key) != 2 || !(*bytes = take_binary(in, tuple_at(key, 1)))) return -1;
    return curve_of(tuple_at(key, 0));
}

static term ecdsa_sign(Process *p, const Signed *s, term key, Inputs *in)
{
    uint8_t digest[CURVE_BYTES_MAX], noise[CURVE_BYTES_MAX], rs[2 * CURVE_BYTES_MAX], der[DER_SIGNATURE_MAX];
    const Bytes *bytes;
    Secret secret;
    int kind = ecdsa_key(key, in, &bytes);
    if (kind == CURVE_MISSING) return NOT_SUPPORTED(p, 3, "Curve not supported");
    if (kind < 0 || !secret_read(&secret, kind, bytes)) return BAD_ARGUMENT(p, 3, "Couldn't get ECDSA private key");
    digest_fit(s, kind, digest);
    platform_random(noise, curve_bytes(kind));
    bool done = zig_ecdsa_sign((uint8_t) kind, secret.bytes, digest, noise, rs);
    secret_forget(&secret);
    if (!done) return BAD_ARGUMENT(p, 3, "Couldn't get ECDSA private key");
    return make_binary(p, der, der_signature(der, rs, curve_bytes(kind)), NULL);
}

// key: [Bytes, ed25519]; NULL when it is none.
static const uint8_t *eddsa_key(term key, Inputs *in, bool *missing)
{
    *missing = false;
    if (list_length(key) != 2) return NULL;
    const Bytes *bytes = take_binary(in, head(key));
    term curve = head(tail(key));
    *missing = atom_is(curve, "ed448");
    return bytes && bytes->size == KEY25519_BYTES && atom_is(curve, "ed25519") ? bytes->at : NULL;
}

static term eddsa_sign(Process *p, const Signed *s, term key, Inputs *in)
{
    uint8_t signature[ED25519_SIGNATURE];
    bool missing;
    const uint8_t *secret = eddsa_key(key, in, &missing);
    if (missing) return NOT_SUPPORTED(p, 3, "Curve not supported");
    if (!secret) return BAD_ARGUMENT(p, 3, "Couldn't get EDDSA private key");
    if (!zig_ed25519_sign(secret, s->message->at, s->message->size, signature)) return FAILED(p, NO_ARGUMENT, "Can't EVP_DigestSign");
    return make_binary(p, signature, sizeof signature, NULL);
}

// algorithm, hash, message, key, options
static term sign(Process *p, term *a, Inputs *in)
{
    enum algorithm algorithm;
    Signed s;
    if (!signed_of(p, a, 4, in, &algorithm, &s)) return NONE;
    if (algorithm == RSA) return rsa_sign(p, &s, a[3], a[4], in);
    return (algorithm == ECDSA ? ecdsa_sign : eddsa_sign)(p, &s, a[3], in);
}
WITH_INPUTS(crypto_pkey_sign_nif_5, sign)

// ---- verifying ----

static term ecdsa_verify(Process *p, const Signed *s, const Bytes *signature, term key, Inputs *in)
{
    uint8_t digest[CURVE_BYTES_MAX], rs[2 * CURVE_BYTES_MAX];
    const Bytes *point;
    int kind = ecdsa_key(key, in, &point);
    if (kind == CURVE_MISSING) return NOT_SUPPORTED(p, 4, "Curve not supported");
    if (kind < 0 || !zig_curve_is_point((uint8_t) kind, point->at, point->size))
        return BAD_ARGUMENT(p, 4, "Couldn't get ECDSA public key");
    digest_fit(s, kind, digest);
    return make_bool(der_signature_read(signature, rs, curve_bytes(kind))
        && zig_ecdsa_verify((uint8_t) kind, point->at, point->size, digest, rs));
}

static term eddsa_verify(Process *p, const Signed *s, const Bytes *signature, term key, Inputs *in)
{
    bool missing;
    const uint8_t *point = eddsa_key(key, in, &missing);
    if (missing) return NOT_SUPPORTED(p, 4, "Curve not supported");
    if (!point) return BAD_ARGUMENT(p, 4, "Couldn't get EDDSA public key");
    return make_bool(signature->size == ED25519_SIGNATURE
        && zig_ed25519_verify(point, s->message->at, s->message->size, signature->at));
}

// algorithm, hash, message, signature, key, options
static term verify(Process *p, term *a, Inputs *in)
{
    enum algorithm algorithm;
    Signed s;
    if (!signed_of(p, a, 5, in, &algorithm, &s)) return NONE;
    const Bytes *signature = take_binary(in, a[3]);
    if (!signature) return BAD_ARGUMENT(p, 3, "Expected a binary");
    if (algorithm == RSA) return rsa_verify(p, &s, signature, a[4], a[5], in);
    return (algorithm == ECDSA ? ecdsa_verify : eddsa_verify)(p, &s, signature, a[4], in);
}
WITH_INPUTS(crypto_pkey_verify_nif_6, verify)

// ---- what this machine has not ----

term crypto_rsa_generate_key_nif_2(Process *p, term *a) { return (void) a, NOT_SUPPORTED(p, 0, "Unsupported algorithm"); }
term crypto_dh_generate_key_nif_4(Process *p, term *a) { return (void) a, NOT_SUPPORTED(p, 0, "Unsupported algorithm"); }
term crypto_dh_compute_key_nif_3(Process *p, term *a) { return (void) a, NOT_SUPPORTED(p, 0, "Unsupported algorithm"); }

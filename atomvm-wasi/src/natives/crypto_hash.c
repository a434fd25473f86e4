// crypto: hashes, MACs, PBKDF2, comparing.
#include "crypto.h"

static const char SOURCE[] = "crypto_hash.c";

// ---- hashes; a state is never changed, so it may be gone on from twice ----

static const ResourceType hash_state = { "hash", crypto_state_destroy };

static term bad_digest(Process *p, int kind)
{
    return kind == HASH_MISSING ? NOT_SUPPORTED(p, 0, "Digest type not supported in this cryptolib") : BAD_ARGUMENT(p, 0, "Bad digest type");
}

static CryptoState *hash_begin(Process *p, int kind)
{
    CryptoState *s = crypto_state_new(&hash_state, kind, zig_hash_context_size());
    if (s) zig_hash_init(s->context, (uint8_t) kind);
    else raise_system_limit(p);
    return s;
}

static CryptoState *hash_copy(Process *p, const CryptoState *from)
{
    CryptoState *s = crypto_state_new(&hash_state, from->kind, zig_hash_context_size());
    if (s) memcpy(s->context, from->context, zig_hash_context_size());
    else raise_system_limit(p);
    return s;
}

// The digest, and the end of the state.
static term hash_end(Process *p, CryptoState *s, size_t size)
{
    uint8_t *digest;
    term result = make_binary(p, NULL, size, &digest);
    if (result != NONE) zig_hash_final(s->context, digest, size);
    handle_release(&s->handle);
    return result;
}

static term hash_data(Process *p, term *a, Inputs *in)
{
    int kind = hash_kind_of(a[0]);
    if (kind < 0) return bad_digest(p, kind);
    const Bytes *data = take_iodata(in, a[1]);
    if (!data) return BAD_ARGUMENT(p, 1, "Not iolist");
    CryptoState *s = hash_begin(p, kind);
    if (!s) return NONE;
    zig_hash_update(s->context, data->at, data->size);
    charge_bytes(p, data->size);
    return hash_end(p, s, hash_rows[kind].digest_bytes);
}
WITH_INPUTS(crypto_hash_nif_2, hash_data)

term crypto_hash_init_nif_1(Process *p, term *a)
{
    int kind = hash_kind_of(a[0]);
    if (kind < 0) return bad_digest(p, kind);
    CryptoState *s = hash_begin(p, kind);
    return s ? crypto_state_term(p, s) : NONE;
}

static term hash_update(Process *p, term *a, Inputs *in)
{
    const CryptoState *before = (const CryptoState *) handle_of(a[0], &hash_state);
    if (!before) return BAD_ARGUMENT(p, 0, "Bad state");
    const Bytes *data = take_iodata(in, a[1]);
    if (!data) return BAD_ARGUMENT(p, 1, "Not iolist");
    CryptoState *s = hash_copy(p, before);
    if (!s) return NONE;
    zig_hash_update(s->context, data->at, data->size);
    charge_bytes(p, data->size);
    return crypto_state_term(p, s);
}
WITH_INPUTS(crypto_hash_update_nif_2, hash_update)

term crypto_hash_final_nif_1(Process *p, term *a)
{
    const CryptoState *before = (const CryptoState *) handle_of(a[0], &hash_state);
    if (!before) return BAD_ARGUMENT(p, 0, "Bad state");
    CryptoState *s = hash_copy(p, before);
    return s ? hash_end(p, s, hash_rows[s->kind].digest_bytes) : NONE;
}

// a[1]: bits, of which whole bytes count. A hash that is no shake has one size.
term crypto_hash_final_xof_nif_2(Process *p, term *a)
{
    const CryptoState *before = (const CryptoState *) handle_of(a[0], &hash_state);
    if (!before) return BAD_ARGUMENT(p, 0, "Bad state");
    uint64_t bits;
    if (!is_integer(a[1]) || !integer_to_uint64(a[1], &bits) || bits > INT32_MAX) return BAD_ARGUMENT(p, 1, "Bad len");
    size_t size = (size_t) (bits / 8);
    if (before->kind < HASH_SHAKE128 && size != hash_rows[before->kind].digest_bytes) return BAD_ARGUMENT(p, 1, "Bad len");
    CryptoState *s = hash_copy(p, before);
    charge_bytes(p, size);
    return s ? hash_end(p, s, size) : NONE;
}

// ---- MACs ----

static const ResourceType mac_state = { "mac", crypto_state_destroy };

// OpenSSL also takes modes that CMAC is not made for, and gives something.
static int cmac_kind(Process *p, term subtype, size_t key_size)
{
    const CipherRow *row = cipher_named(subtype);
    bool usable = row && row->mode == MODE_CBC;
    if (row && key_size != row->key_bytes) BAD_ARGUMENT(p, 2, "Bad key size");
    else if (usable) return key_size == 16 ? MAC_CMAC_AES128 : key_size == 24 ? MAC_CMAC_AES192 : MAC_CMAC_AES256;
    else if (cipher_known(subtype)) NOT_SUPPORTED(p, 1, "Unsupported cipher algorithm");
    else BAD_ARGUMENT(p, 1, "Unknown cipher");
    return -1;
}

static int hmac_kind(Process *p, term subtype)
{
    int kind = hash_kind_of(subtype);
    if (kind >= 0 && kind < HASH_SHAKE128) return MAC_HMAC + kind;
    if (kind == HASH_MISSING) NOT_SUPPORTED(p, 1, "Unsupported digest type");
    else BAD_ARGUMENT(p, 1, "Bad digest algorithm for HMAC");
    return -1;
}

// The mac_kind, or -1 with an error raised.
static int mac_kind_of(Process *p, term type, term subtype, size_t key_size)
{
    if (atom_is(type, "hmac")) return hmac_kind(p, subtype);
    if (atom_is(type, "cmac")) return cmac_kind(p, subtype, key_size);
    if (!atom_is(type, "poly1305")) BAD_ARGUMENT(p, 0, "Unknown mac algorithm");
    else if (key_size == POLY1305_KEY_BYTES) return MAC_POLY1305;
    else BAD_ARGUMENT(p, 2, "Bad key length");
    return -1;
}

static size_t mac_size(int kind) { return kind < MAC_CMAC_AES128 ? hash_rows[kind - MAC_HMAC].digest_bytes : CMAC_BYTES; }

static CryptoState *mac_begin(Process *p, term *a, Inputs *in)
{
    const Bytes *key = take_iodata(in, a[2]);
    if (!key) return BAD_ARGUMENT(p, 2, "Bad key"), NULL;
    int kind = mac_kind_of(p, a[0], a[1], key->size);
    if (kind < 0) return NULL;
    CryptoState *s = crypto_state_new(&mac_state, kind, zig_mac_context_size());
    if (s) zig_mac_init(s->context, (uint8_t) kind, key->at, key->size);
    else raise_system_limit(p);
    return s;
}

static term mac_data(Process *p, term *a, Inputs *in)
{
    const Bytes *data = take_iodata(in, a[3]);
    if (!data) return BAD_ARGUMENT(p, 3, "Bad text");
    CryptoState *s = mac_begin(p, a, in);
    if (!s) return NONE;
    uint8_t mac[MAC_MAX];
    zig_mac_update(s->context, data->at, data->size);
    charge_bytes(p, data->size);
    zig_mac_final(s->context, mac);
    term result = make_binary(p, mac, mac_size(s->kind), NULL);
    handle_release(&s->handle);
    return result;
}
WITH_INPUTS(crypto_mac_nif_4, mac_data)

static term mac_init(Process *p, term *a, Inputs *in)
{
    CryptoState *s = mac_begin(p, a, in);
    return s ? crypto_state_term(p, s) : NONE;
}
WITH_INPUTS(crypto_mac_init_nif_3, mac_init)

// Unlike a hash's, the state changes, and the same reference is given back.
static term mac_update(Process *p, term *a, Inputs *in)
{
    CryptoState *s = (CryptoState *) handle_of(a[0], &mac_state);
    if (!s) return BAD_ARGUMENT(p, 0, "Bad ref");
    const Bytes *data = take_iodata(in, a[1]);
    if (!data) return BAD_ARGUMENT(p, 1, "Bad text");
    zig_mac_update(s->context, data->at, data->size);
    charge_bytes(p, data->size);
    return a[0];
}
WITH_INPUTS(crypto_mac_update_nif_2, mac_update)

term crypto_mac_final_nif_1(Process *p, term *a)
{
    const CryptoState *before = (const CryptoState *) handle_of(a[0], &mac_state);
    if (!before) return BAD_ARGUMENT(p, 0, "Bad ref");
    CryptoState *s = crypto_state_new(&mac_state, before->kind, zig_mac_context_size());
    if (!s) return raise_system_limit(p);
    memcpy(s->context, before->context, zig_mac_context_size());
    uint8_t mac[MAC_MAX];
    zig_mac_final(s->context, mac);
    handle_release(&s->handle);
    return make_binary(p, mac, mac_size(before->kind), NULL);
}

// ---- PBKDF2 ----

enum { KEY_BYTES_MAX = 1 << 24 };

// A positive integer of at most `max`; 0 with an error raised.
static uint64_t positive(Process *p, term t, int argument, uint64_t max)
{
    uint64_t n;
    if (!is_integer(t) || !integer_to_uint64(t, &n) || n > max) return BAD_ARGUMENT(p, argument, "Not integer"), 0;
    return n > 0 ? n : (BAD_ARGUMENT(p, argument, "Must be > 0"), 0);
}

static term pbkdf2(Process *p, term *a, Inputs *in)
{
    int kind = hash_kind_of(a[0]);
    if (kind < 0) return bad_digest(p, kind);
    if (kind < HASH_SHA || kind > HASH_SHA512) return BAD_ARGUMENT(p, 0, "Not eligible digest type");
    const Bytes *password = take_binary(in, a[1]);
    if (!password) return BAD_ARGUMENT(p, 1, "Not binary");
    const Bytes *salt = take_binary(in, a[2]);
    if (!salt) return BAD_ARGUMENT(p, 2, "Not binary");
    uint64_t rounds = positive(p, a[3], 3, UINT32_MAX);
    if (rounds == 0) return NONE;
    uint64_t size = positive(p, a[4], 4, KEY_BYTES_MAX);
    if (size == 0) return NONE;
    uint8_t *key;
    term result = make_binary(p, NULL, (size_t) size, &key);
    if (result == NONE) return NONE;
    zig_pbkdf2_hmac((uint8_t) kind, password->at, password->size, salt->at, salt->size, (uint32_t) rounds, key, (size_t) size);
    uint64_t blocks = size / hash_rows[kind].digest_bytes + 1;
    p->reductions -= (sterm) (rounds * blocks > 1 << 28 ? 1 << 28 : rounds * blocks);
    return result;
}
WITH_INPUTS(crypto_pbkdf2_hmac_nif_5, pbkdf2)

// ---- comparing and XOR ----

// In a time that depends on the size alone.
static term hash_equals(Process *p, term *a, Inputs *in)
{
    const Bytes *x = take_binary(in, a[0]), *y = take_binary(in, a[1]);
    if (!x || !y || x->size != y->size) return raise_badarg(p);
    volatile uint8_t difference = 0;
    for (size_t i = 0; i < x->size; i++) difference |= x->at[i] ^ y->at[i];
    return make_bool(difference == 0);
}
WITH_INPUTS(crypto_hash_equals_nif_2, hash_equals)

static term exor(Process *p, term *a, Inputs *in)
{
    const Bytes *x = take_iodata(in, a[0]), *y = x ? take_iodata(in, a[1]) : NULL;
    if (!y || x->size != y->size) return raise_badarg(p);
    uint8_t *out;
    term result = make_binary(p, NULL, x->size, &out);
    if (result == NONE) return NONE;
    for (size_t i = 0; i < x->size; i++) out[i] = x->at[i] ^ y->at[i];
    return result;
}
WITH_INPUTS(crypto_do_exor_2, exor)

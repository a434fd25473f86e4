// crypto: RSA. Signatures and encryption with the paddings of PKCS #1 (RFC 8017).
#include "crypto.h"

#include "../platform.h"

static const char SOURCE[] = "crypto_rsa.c";

// ---- keys: [E, N], [E, N, D], [E, N, D, P, Q, D mod (P-1), D mod, 1/Q mod P] ----

static bool number_read(Inputs *in, term *list, RsaNumber *n)
{
    const Bytes *b = take_binary(in, head(*list));
    if (!b) return false;
    *n = (RsaNumber) { .at = b->at, .size = b->size };
    while (n->size > 0 && *n->at == 0) n->at++, n->size--;
    *list = tail(*list);
    return true;
}

static bool key_read(Inputs *in, term list, bool secret, RsaKey *key)
{
    RsaNumber *numbers[] = { &key->e, &key->n, &key->d, &key->p, &key->q, &key->dp, &key->dq, &key->qi };
    sterm count = list_length(list);
    *key = (RsaKey) { 0 };
    if (secret ? count != 3 && count != 8 : count != 2) return false;
    for (sterm i = 0; i < count; i++)
        if (!number_read(in, &list, numbers[i])) return false;
    return true;
}

static bool key_of(Process *p, Inputs *in, term list, bool secret, int argument, RsaKey *key)
{
    if (!key_read(in, list, secret, key))
        return BAD_ARGUMENT(p, argument, secret ? "Couldn't get RSA private key" : "Couldn't get RSA public key"), false;
    const RsaNumber *numbers[] = { &key->n, &key->e, &key->d, &key->p, &key->q, &key->dp, &key->dq, &key->qi };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (numbers[i]->size > RSA_BYTES_MAX) return NOT_SUPPORTED(p, argument, "RSA keys of more than 8192 bits"), false;
    sterm limbs = (sterm) (key->n.size / 4);
    p->reductions -= limbs * limbs * (secret ? limbs : 1);
    return true;
}

// ---- options ----

enum padding { PKCS1, OAEP, PSS, X931, UNPADDED, PADDINGS };
static const char *const padding_names[PADDINGS] = {
    "rsa_pkcs1_padding", "rsa_pkcs1_oaep_padding", "rsa_pkcs1_pss_padding", "rsa_x931_padding", "rsa_no_padding"
};
enum { SALT_OF_DIGEST = -1, SALT_ANY = -2 };

typedef struct Options {
    enum padding padding;
    int mgf, oaep, signature; // hashes, or NO_HASH
    ptrdiff_t salt_size;      // or one of the above
    const Bytes *label;
} Options;

static bool padding_of(term name, enum padding *padding, enum padding other)
{
    for (int i = 0; i < PADDINGS; i++)
        if (i != (int) other && atom_is(name, padding_names[i])) return *padding = (enum padding) i, true;
    return false;
}

static bool option_hash(Process *p, term name, int argument, int *hash)
{
    *hash = NO_HASH;
    if (atom_is(name, "none")) return true;
    int kind = hash_kind_of(name);
    if (kind == HASH_MISSING) return NOT_SUPPORTED(p, argument, "Digest type not supported"), false;
    if (kind < 0) return BAD_ARGUMENT(p, argument, "Bad digest type"), false;
    return *hash = kind, true;
}

static bool option_salt(Process *p, term value, int argument, Options *o)
{
    if (!is_small(value) || small_value(value) < SALT_ANY || small_value(value) > INT32_MAX)
        return BAD_ARGUMENT(p, argument, "Bad value in option rsa_pss_saltlen"), false;
    return o->salt_size = (ptrdiff_t) small_value(value), true;
}

static bool sign_option(Process *p, term tag, term value, int argument, Options *o)
{
    if (atom_is(tag, "rsa_mgf1_md")) return option_hash(p, value, argument, &o->mgf);
    if (atom_is(tag, "rsa_pss_saltlen")) return option_salt(p, value, argument, o);
    if (!atom_is(tag, "rsa_padding")) return BAD_ARGUMENT(p, argument, "Bad option"), false;
    return padding_of(value, &o->padding, OAEP) || (BAD_ARGUMENT(p, argument, "Bad value in option rsa_padding"), false);
}

static bool sign_options(Process *p, term list, int argument, Options *o)
{
    *o = (Options) { .padding = PKCS1, .mgf = NO_HASH, .salt_size = SALT_ANY };
    for (; is_cons(list); list = tail(list)) {
        term option = head(list);
        if (!is_tuple(option) || tuple_arity(option) != 2) return BAD_ARGUMENT(p, argument, "Expects only two-tuples in the list"), false;
        if (!sign_option(p, tuple_at(option, 0), tuple_at(option, 1), argument, o)) return false;
    }
    return true;
}

bool rsa_sign_options_are_fine(Process *p, term options, int argument)
{
    Options o;
    return sign_options(p, options, argument, &o);
}

static bool option_label(Process *p, Inputs *in, term value, int argument, Options *o)
{
    o->label = take_binary(in, value);
    return o->label || (BAD_ARGUMENT(p, argument, "Binary expected for option rsa_oaep_label"), false);
}

static bool crypt_option(Process *p, Inputs *in, term tag, term value, int argument, Options *o)
{
    if (atom_is(tag, "rsa_mgf1_md")) return option_hash(p, value, argument, &o->mgf);
    if (atom_is(tag, "rsa_oaep_md")) return option_hash(p, value, argument, &o->oaep);
    if (atom_is(tag, "signature_md")) return option_hash(p, value, argument, &o->signature);
    if (atom_is(tag, "rsa_oaep_label")) return option_label(p, in, value, argument, o);
    if (!atom_is(tag, "rsa_padding")) return BAD_ARGUMENT(p, argument, "Unknown option"), false;
    return padding_of(value, &o->padding, PSS) || (BAD_ARGUMENT(p, argument, "Bad padding type in option rsa_padding"), false);
}

static bool crypt_options(Process *p, Inputs *in, term list, int argument, Options *o)
{
    static const Bytes none = { .at = (const uint8_t *) "" };
    *o = (Options) { .padding = PKCS1, .mgf = NO_HASH, .oaep = NO_HASH, .signature = NO_HASH, .label = &none };
    for (; is_cons(list); list = tail(list)) {
        term option = head(list);
        if (!is_tuple(option) || tuple_arity(option) != 2) return BAD_ARGUMENT(p, argument, "Expect only two-tuples in the list"), false;
        if (!crypt_option(p, in, tuple_at(option, 0), tuple_at(option, 1), argument, o)) return false;
    }
    if (o->oaep == NO_HASH) o->oaep = HASH_SHA;
    if (o->mgf == NO_HASH) o->mgf = o->oaep;
    return true;
}

// ---- digests as PKCS #1 wraps them: DigestInfo, RFC 8017, 9.2, note 1 ----

enum { DIGEST_INFO_MAX = 19 + DIGEST_MAX };

// The last byte of 2.16.840.1.101.3.4.2.x, the NIST's hashes; 0: it is none of them.
static const uint8_t nist_hashes[HASH_KINDS] = {
    [HASH_SHA256] = 1, [HASH_SHA384] = 2, [HASH_SHA512] = 3, [HASH_SHA224] = 4, [HASH_SHA512_224] = 5, [HASH_SHA512_256] = 6,
    [HASH_SHA3_224] = 7, [HASH_SHA3_256] = 8, [HASH_SHA3_384] = 9, [HASH_SHA3_512] = 10,
};

static bool can_sign(int hash) { return hash == HASH_MD5 || hash == HASH_SHA || nist_hashes[hash] > 0; }

static size_t digest_info(const Signed *s, uint8_t out[DIGEST_INFO_MAX])
{
    static const uint8_t md5[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x05 }, sha[] = { 0x2b, 0x0e, 0x03, 0x02, 0x1a };
    const uint8_t nist[] = { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, nist_hashes[s->hash] };
    const uint8_t *name = s->hash == HASH_MD5 ? md5 : s->hash == HASH_SHA ? sha : nist;
    size_t size = s->hash == HASH_MD5 ? sizeof md5 : s->hash == HASH_SHA ? sizeof sha : sizeof nist, at = 0;
    uint8_t before[] = { 0x30, (uint8_t) (8 + size + s->digest_size), 0x30, (uint8_t) (4 + size), 0x06, (uint8_t) size };
    uint8_t behind[] = { 0x05, 0, 0x04, (uint8_t) s->digest_size };
    memcpy(out, before, sizeof before), at += sizeof before;
    memcpy(out + at, name, size), at += size;
    memcpy(out + at, behind, sizeof behind), at += sizeof behind;
    memcpy(out + at, s->digest, s->digest_size);
    return at + s->digest_size;
}

// ---- signing ----

// Whether such a signature exists at all; false: an error was raised.
static bool signature_exists(Process *p, const Signed *s, const Options *o)
{
    if (s->hash != NO_HASH && !can_sign(s->hash)) return FAILED(p, NO_ARGUMENT, "Can't EVP_PKEY_CTX_set_signature_md"), false;
    if (o->padding == X931 || (o->padding == UNPADDED && s->hash != NO_HASH))
        return FAILED(p, NO_ARGUMENT, "Can't EVP_PKEY_CTX_set_rsa_padding"), false;
    if (o->padding == PSS && o->mgf != NO_HASH && !can_sign(o->mgf))
        return FAILED(p, NO_ARGUMENT, "Can't EVP_PKEY_CTX_set_rsa_mgf1_md"), false;
    return true;
}

static bool pkcs1_encode(const Signed *s, uint8_t *out, size_t size)
{
    uint8_t info[DIGEST_INFO_MAX];
    if (s->hash == NO_HASH) return zig_pkcs1_encode_1(s->message->at, s->message->size, out, size);
    return zig_pkcs1_encode_1(info, digest_info(s, info), out, size);
}

// Of a key with n of `bits` bits. The number that is signed has a bit less, and so perhaps a byte. A salt of any size is one
// of the digest's, or what there is room for, as FIPS 186-4 has it and OpenSSL since 3.1.
static bool pss_encode(const Signed *s, const Options *o, size_t bits, uint8_t *out, size_t size)
{
    uint8_t salt[RSA_BYTES_MAX];
    size_t encoded = (bits + 6) / 8, most = encoded - s->digest_size - 2;
    if (s->hash == NO_HASH || encoded < s->digest_size + 2) return false;
    size_t salt_size = o->salt_size >= 0 ? (size_t) o->salt_size : s->digest_size;
    if (o->salt_size == SALT_ANY && salt_size > most) salt_size = most;
    if (salt_size > most) return false;
    platform_random(salt, salt_size);
    memset(out, 0, size - encoded);
    uint8_t mgf = (uint8_t) (o->mgf == NO_HASH ? s->hash : o->mgf);
    return zig_pss_encode((uint8_t) s->hash, mgf, s->digest, salt, salt_size, bits - 1, out + size - encoded);
}

static bool encode(const Signed *s, const Options *o, size_t bits, uint8_t *out, size_t size)
{
    if (o->padding == PSS) return pss_encode(s, o, bits, out, size);
    if (o->padding == PKCS1) return pkcs1_encode(s, out, size);
    if (s->message->size != size) return false;
    return memcpy(out, s->message->at, size), true;
}

term rsa_sign(Process *p, const Signed *s, term key, term options, Inputs *in)
{
    Options o;
    RsaKey k;
    if (!sign_options(p, options, 4, &o) || !key_of(p, in, key, true, 3, &k) || !signature_exists(p, s, &o)) return NONE;
    uint8_t encoded[RSA_BYTES_MAX], signature[RSA_BYTES_MAX];
    size_t size = k.n.size, bits = zig_rsa_bits(&k);
    bool done = bits > 0 && encode(s, &o, bits, encoded, size) && zig_rsa_power(&k, true, encoded, size, signature, size);
    return done ? make_binary(p, signature, size, NULL) : FAILED(p, NO_ARGUMENT, "Can't EVP_PKEY_sign");
}

// ---- verifying ----

static bool pss_fits(const Signed *s, const Options *o, size_t bits, uint8_t *encoded, size_t size)
{
    size_t used = (bits + 6) / 8;
    if (s->hash == NO_HASH || (used < size && encoded[0] != 0)) return false;
    ptrdiff_t salt_size = o->salt_size == SALT_OF_DIGEST ? (ptrdiff_t) s->digest_size : o->salt_size;
    uint8_t mgf = (uint8_t) (o->mgf == NO_HASH ? s->hash : o->mgf);
    return zig_pss_verify((uint8_t) s->hash, mgf, s->digest, salt_size, bits - 1, encoded + size - used);
}

static bool fits(const Signed *s, const Options *o, size_t bits, uint8_t *encoded, size_t size)
{
    uint8_t expected[RSA_BYTES_MAX];
    if (o->padding == PSS) return pss_fits(s, o, bits, encoded, size);
    if (o->padding == PKCS1 && s->hash == NO_HASH && s->message->size == 0) return false; // OpenSSL knows no signature of nothing
    return encode(s, o, bits, expected, size) && memcmp(expected, encoded, size) == 0;
}

term rsa_verify(Process *p, const Signed *s, const Bytes *signature, term key, term options, Inputs *in)
{
    Options o;
    RsaKey k;
    if (!sign_options(p, options, 5, &o) || !key_of(p, in, key, false, 4, &k) || !signature_exists(p, s, &o)) return NONE;
    uint8_t encoded[RSA_BYTES_MAX];
    size_t size = k.n.size, bits = signature->size == size ? zig_rsa_bits(&k) : 0;
    return make_bool(bits > 0 && zig_rsa_power(&k, false, signature->at, size, encoded, size) && fits(s, &o, bits, encoded, size));
}

// ---- encrypting: with the public key for the private one, or with the private one, which anybody can undo ----

static void random_without_zeros(uint8_t *out, size_t size)
{
    platform_random(out, size);
    for (size_t i = 0; i < size; i++)
        while (out[i] == 0) platform_random(out + i, 1);
}

static bool oaep_hashes(const Options *o) { return can_sign(o->oaep) && o->mgf < HASH_SHAKE128; }

static bool padded(const Options *o, bool secret, const Bytes *text, uint8_t *out, size_t size)
{
    uint8_t seed[DIGEST_MAX];
    switch (o->padding) {
    case PKCS1:
        if (secret) return zig_pkcs1_encode_1(text->at, text->size, out, size);
        random_without_zeros(out, size);
        return zig_pkcs1_encode_2(text->at, text->size, out, size);
    case OAEP:
        if (!oaep_hashes(o)) return false;
        platform_random(seed, hash_rows[o->oaep].digest_bytes);
        return zig_oaep_encode((uint8_t) o->oaep, (uint8_t) o->mgf, o->label->at, o->label->size, text->at, text->size, seed, out, size);
    case UNPADDED:
        if (text->size != size) return false;
        return memcpy(out, text->at, size), true;
    default:
        return false;
    }
}

static term encrypted(Process *p, const Options *o, const RsaKey *key, bool secret, const Bytes *text)
{
    uint8_t block[RSA_BYTES_MAX], out[RSA_BYTES_MAX];
    size_t size = key->n.size;
    bool done = padded(o, secret, text, block, size) && zig_rsa_power(key, secret, block, size, out, size);
    return done ? make_binary(p, out, size, NULL) : FAILED(p, NO_ARGUMENT, "Couldn't get the result");
}

// Where the text begins in the block. False: there is none.
static bool unpadded(const Options *o, bool secret, uint8_t *block, size_t size, size_t *start)
{
    *start = 0;
    if (o->padding == UNPADDED) return true;
    if (o->padding == PKCS1) *start = (secret ? zig_pkcs1_decode_2 : zig_pkcs1_decode_1)(block, size);
    if (o->padding == OAEP && oaep_hashes(o))
        *start = zig_oaep_decode((uint8_t) o->oaep, (uint8_t) o->mgf, o->label->at, o->label->size, block, size);
    return *start > 0;
}

static term decrypted(Process *p, const Options *o, const RsaKey *key, bool secret, const Bytes *text)
{
    uint8_t block[RSA_BYTES_MAX];
    size_t size = key->n.size, start;
    bool done = text->size <= size && zig_rsa_power(key, secret, text->at, text->size, block, size) && unpadded(o, secret, block, size, &start);
    return done ? make_binary(p, block + start, size - start, NULL) : FAILED(p, NO_ARGUMENT, "Couldn't get the result");
}

static bool is_rsa(Process *p, term algorithm)
{
    static const char *const others[] = { "dss", "ecdsa", "eddsa" };
    if (atom_is(algorithm, "rsa")) return true;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (atom_is(algorithm, others[i])) return NOT_SUPPORTED(p, 0, "Can't initiate encrypt/decrypt"), false;
    return BAD_ARGUMENT(p, 0, "Bad algorithm"), false;
}

// algorithm, text, key, options, whether the key is private, true to encrypt
static term crypt(Process *p, term *a, Inputs *in)
{
    Options o;
    RsaKey key;
    bool secret = a[4] == (term) ATOM_true, encrypt = a[5] == (term) ATOM_true;
    if (!is_rsa(p, a[0])) return NONE;
    const Bytes *text = take_binary(in, a[1]);
    if (!text) return BAD_ARGUMENT(p, 1, "Binary expected");
    if (!key_of(p, in, a[2], secret, 2, &key) || !crypt_options(p, in, a[3], 3, &o)) return NONE;
    if (o.signature != NO_HASH) return FAILED(p, NO_ARGUMENT, "Can't EVP_PKEY_CTX_set_signature_md");
    if (secret == encrypt && (o.padding == OAEP || o.padding == X931)) return FAILED(p, NO_ARGUMENT, "Couldn't set rsa padding");
    if (zig_rsa_bits(&key) == 0) return FAILED(p, NO_ARGUMENT, "Couldn't get the result");
    return (encrypt ? encrypted : decrypted)(p, &o, &key, secret, text);
}
WITH_INPUTS(crypto_pkey_crypt_nif_6, crypt)

// rsa, private key
static term public_of(Process *p, term *a, Inputs *in)
{
    RsaKey key;
    if (!atom_is(a[0], "rsa")) return NOT_SUPPORTED(p, 0, "Unsupported algorithm");
    if (!key_read(in, a[1], true, &key)) return BAD_ARGUMENT(p, 1, "Couldn't get RSA private key");
    term n = make_binary(p, key.n.at, key.n.size, NULL);
    return cons(p, make_binary(p, key.e.at, key.e.size, NULL), cons(p, n, NIL));
}
WITH_INPUTS(crypto_privkey_to_pubkey_nif_2, public_of)

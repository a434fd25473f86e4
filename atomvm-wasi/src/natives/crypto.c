// Module crypto: what its families share, and the lists of what there is.
#include "crypto.h"

#include "../map.h"

// ---- arguments ----

static const Bytes *take(Inputs *in, term t, bool (*read)(term, const uint8_t **, size_t *, uint8_t **))
{
    Bytes *b = &in->taken[in->count];
    if (!read(t, &b->at, &b->size, &b->scratch)) return NULL;
    in->count++;
    return b;
}

const Bytes *take_iodata(Inputs *in, term t) { return take(in, t, iodata_bytes); }
const Bytes *take_binary(Inputs *in, term t) { return is_bitstring(t) ? take(in, t, binary_bytes) : NULL; }

void inputs_release(Inputs *in)
{
    while (in->count > 0) {
        Bytes *b = &in->taken[--in->count];
        vm_mfree(b->scratch, b->size);
    }
}

// ---- errors ----

term raise_crypto(Process *p, const char *id, const char *file, int line, int argument, const char *text)
{
    term pairs[] = { atom_of("c_file_name"), make_string(p, file, strlen(file)),
                     atom_of("c_file_line_num"), make_small(line),
                     atom_of("c_function_arg_num"), make_small(argument) };
    term where = map_from_pairs(p, pairs, 3);
    return raise_error(p, make_tuple3(p, atom_of(id), where, make_string(p, text, strlen(text))));
}

// ---- names ----

bool atom_is(term t, const char *name)
{
    size_t length;
    if (!is_atom(t)) return false;
    const char *text = atom_text(t, &length);
    return length == strlen(name) && memcmp(text, name, length) == 0;
}

term atom_of(const char *name) { return atom_intern(name, strlen(name)); }

static bool one_of(term t, const char *const *names)
{
    while (*names && !atom_is(t, *names)) names++;
    return *names != NULL;
}

const HashRow hash_rows[HASH_KINDS] = {
    [HASH_MD5] = { "md5", 16, 64, 4 },
    [HASH_SHA] = { "sha", 20, 64, 64 },
    [HASH_SHA224] = { "sha224", 28, 64, 675 },
    [HASH_SHA256] = { "sha256", 32, 64, 672 },
    [HASH_SHA384] = { "sha384", 48, 128, 673 },
    [HASH_SHA512] = { "sha512", 64, 128, 674 },
    [HASH_SHA512_224] = { "sha512_224", 28, 128, 1094 },
    [HASH_SHA512_256] = { "sha512_256", 32, 128, 1095 },
    [HASH_SHA3_224] = { "sha3_224", 28, 144, 1096 },
    [HASH_SHA3_256] = { "sha3_256", 32, 136, 1097 },
    [HASH_SHA3_384] = { "sha3_384", 48, 104, 1098 },
    [HASH_SHA3_512] = { "sha3_512", 64, 72, 1099 },
    [HASH_BLAKE2B] = { "blake2b", 64, 128, 1056 },
    [HASH_BLAKE2S] = { "blake2s", 32, 64, 1057 },
    [HASH_SHAKE128] = { "shake128", 16, 168, 1100 },
    [HASH_SHAKE256] = { "shake256", 32, 136, 1101 },
};

int hash_kind_of(term name)
{
    static const char *const missing[] = { "md4", "ripemd160", "sm3", NULL };
    for (int kind = 0; kind < HASH_KINDS; kind++)
        if (atom_is(name, hash_rows[kind].name)) return kind;
    return one_of(name, missing) ? HASH_MISSING : HASH_UNKNOWN;
}

const CipherRow cipher_rows[] = {
    { "aes_128_ecb", 16, 0, 16, "ecb_mode", 418, MODE_ECB, -1 },
    { "aes_192_ecb", 24, 0, 16, "ecb_mode", 422, MODE_ECB, -1 },
    { "aes_256_ecb", 32, 0, 16, "ecb_mode", 426, MODE_ECB, -1 },
    { "aes_128_cbc", 16, 16, 16, "cbc_mode", 419, MODE_CBC, -1 },
    { "aes_192_cbc", 24, 16, 16, "cbc_mode", 423, MODE_CBC, -1 },
    { "aes_256_cbc", 32, 16, 16, "cbc_mode", 427, MODE_CBC, -1 },
    { "aes_128_ctr", 16, 16, 1, "ctr_mode", 0, MODE_CTR, -1 },
    { "aes_192_ctr", 24, 16, 1, "ctr_mode", 0, MODE_CTR, -1 },
    { "aes_256_ctr", 32, 16, 1, "ctr_mode", 0, MODE_CTR, -1 },
    { "aes_128_cfb8", 16, 16, 1, "cfb_mode", 421, MODE_CFB8, -1 },
    { "aes_192_cfb8", 24, 16, 1, "cfb_mode", 425, MODE_CFB8, -1 },
    { "aes_256_cfb8", 32, 16, 1, "cfb_mode", 429, MODE_CFB8, -1 },
    { "aes_128_cfb128", 16, 16, 1, "cfb_mode", 421, MODE_CFB128, -1 },
    { "aes_192_cfb128", 24, 16, 1, "cfb_mode", 425, MODE_CFB128, -1 },
    { "aes_256_cfb128", 32, 16, 1, "cfb_mode", 429, MODE_CFB128, -1 },
    { "aes_128_ofb", 16, 16, 1, "ofb_mode", 420, MODE_OFB, -1 },
    { "aes_192_ofb", 24, 16, 1, "ofb_mode", 424, MODE_OFB, -1 },
    { "aes_256_ofb", 32, 16, 1, "ofb_mode", 428, MODE_OFB, -1 },
    { "aes_128_gcm", 16, 12, 1, "gcm_mode", 895, -1, AEAD_AES128_GCM },
    { "aes_192_gcm", 24, 12, 1, "gcm_mode", 898, -1, AEAD_AES192_GCM },
    { "aes_256_gcm", 32, 12, 1, "gcm_mode", 901, -1, AEAD_AES256_GCM },
    { "aes_128_ccm", 16, 12, 1, "ccm_mode", 896, -1, AEAD_AES128_CCM },
    { "aes_192_ccm", 24, 12, 1, "ccm_mode", 899, -1, AEAD_AES192_CCM },
    { "aes_256_ccm", 32, 12, 1, "ccm_mode", 902, -1, AEAD_AES256_CCM },
    { "chacha20", 32, 16, 1, "stream_cipher", 0, MODE_CHACHA20, -1 },
    { "chacha20_poly1305", 32, 12, 1, "stream_cipher", 0, -1, AEAD_CHACHA20_POLY1305 },
};
const size_t cipher_row_count = sizeof cipher_rows / sizeof *cipher_rows;

const CipherRow *cipher_named(term name)
{
    for (size_t i = 0; i < cipher_row_count; i++)
        if (atom_is(name, cipher_rows[i].name)) return &cipher_rows[i];
    return NULL;
}

const CipherRow *cipher_find(term name, size_t key_bytes)
{
    const CipherRow *row = cipher_named(name);
    return row && row->key_bytes == key_bytes ? row : NULL;
}

bool cipher_known(term name)
{
    static const char *const missing[] = {
        "blowfish_cbc", "blowfish_cfb64", "blowfish_ecb", "blowfish_ofb64",
        "des_cbc", "des_cfb", "des_ecb", "des_ede3_cbc", "des_ede3_cfb", "rc2_cbc", "rc4", "sm4_cbc", "sm4_ccm", "sm4_cfb",
        "sm4_ctr", "sm4_ecb", "sm4_gcm", "sm4_ofb", NULL
    };
    return cipher_named(name) || one_of(name, missing);
}

// ---- what there is ----

static term atoms(Process *p, const char *const *names, size_t count)
{
    term list = NIL;
    while (count-- > 0) list = cons(p, atom_of(names[count]), list);
    return list;
}

#define ATOMS(p, ...) \
    atoms(p, (const char *const[]) { __VA_ARGS__ }, sizeof((const char *const[]) { __VA_ARGS__ }) / sizeof(const char *))

term crypto_hash_algorithms_0(Process *p, term *a)
{
    (void) a;
    term list = NIL;
    for (size_t i = 0; i < HASH_KINDS; i++) list = cons(p, atom_of(hash_rows[i].name), list);
    return list;
}

term crypto_cipher_algorithms_0(Process *p, term *a)
{
    (void) a;
    term list = NIL;
    for (size_t i = 0; i < cipher_row_count; i++) list = cons(p, atom_of(cipher_rows[i].name), list);
    return list;
}

term crypto_mac_algorithms_0(Process *p, term *a) { return (void) a, ATOMS(p, "cmac", "hmac", "poly1305"); }
term crypto_pubkey_algorithms_0(Process *p, term *a) { return (void) a, ATOMS(p, "rsa", "ecdsa", "ecdh", "eddsa", "eddh"); }

term crypto_rsa_opts_algorithms_0(Process *p, term *a)
{
    (void) a;
    return ATOMS(p, "rsa_pkcs1_pss_padding", "rsa_pss_saltlen", "rsa_mgf1_md", "rsa_pkcs1_oaep_padding", "rsa_oaep_label", "rsa_oaep_md",
        "signature_md", "rsa_pkcs1_padding", "rsa_no_padding");
}

term crypto_kem_algorithms_nif_0(Process *p, term *a) { return (void) p, (void) a, NIL; }

term crypto_curve_algorithms_0(Process *p, term *a)
{
    (void) a;
    return ATOMS(p, "secp256k1", "secp384r1", "secp521r1", "secp256r1", "prime256v1", "ed25519", "x25519");
}

static const char LIBRARY[] = "Zig standard library 0.13.0";
enum { LIBRARY_NUMBER = 0x000D00 };

term crypto_info_lib_0(Process *p, term *a)
{
    (void) a;
    term name = make_binary(p, "Zig", 3, NULL), text = make_binary(p, LIBRARY, sizeof LIBRARY - 1, NULL);
    return cons(p, make_tuple3(p, name, make_small(LIBRARY_NUMBER), text), NIL);
}

term crypto_info_nif_0(Process *p, term *a)
{
    (void) a;
    term library = make_string(p, LIBRARY, sizeof LIBRARY - 1);
    term pairs[] = { atom_of("compile_type"), ATOM_normal, atom_of("link_type"), atom_of("static"),
                     atom_of("cryptolib_version_compiled"), library, atom_of("cryptolib_version_linked"), library,
                     atom_of("fips_provider_available"), ATOM_false };
    return map_from_pairs(p, pairs, 5);
}

term crypto_info_fips_0(Process *p, term *a) { return (void) p, (void) a, atom_of("not_supported"); }

// Whether the mode is now what was asked for.
term crypto_enable_fips_mode_nif_1(Process *p, term *a) { return is_bool(a[0]) ? make_bool(a[0] == (term) ATOM_false) : raise_badarg(p); }

term crypto_hash_info_1(Process *p, term *a)
{
    int kind = hash_kind_of(a[0]);
    if (kind == HASH_MISSING) return raise_error(p, atom_of("notsup"));
    if (kind < 0) return raise_badarg(p);
    const HashRow *row = &hash_rows[kind];
    term pairs[] = { ATOM_size, make_small(row->digest_bytes), atom_of("block_size"), make_small(row->block_bytes),
                     ATOM_type, make_small(row->type) };
    return map_from_pairs(p, pairs, 3);
}

term crypto_cipher_info_nif_1(Process *p, term *a)
{
    const CipherRow *row = cipher_named(a[0]);
    if (!row) return cipher_known(a[0]) ? raise_error(p, atom_of("notsup")) : raise_badarg(p);
    term pairs[] = { atom_of("block_size"), make_small(row->block_bytes), atom_of("iv_length"), make_small(row->iv_bytes),
                     atom_of("key_length"), make_small(row->key_bytes), atom_of("mode"), atom_of(row->mode_name),
                     atom_of("prop_aead"), make_bool(row->aead >= 0),
                     ATOM_type, row->type ? make_small(row->type) : (term) ATOM_undefined };
    return map_from_pairs(p, pairs, 6);
}

// There is nothing to load: the natives are part of the machine.
term crypto_on_load_0(Process *p, term *a) { return (void) p, (void) a, ATOM_ok; }
term crypto_start_0(Process *p, term *a) { return (void) p, (void) a, ATOM_ok; }

// Engines, SRP, key encapsulation.
term crypto_unsupported(Process *p, term *a) { return (void) a, raise_error(p, atom_of("notsup")); }

// ---- states ----

CryptoState *crypto_state_new(const ResourceType *type, int kind, size_t context_bytes)
{
    size_t bytes = sizeof(CryptoState) + context_bytes;
    CryptoState *s = vm_malloc(bytes);
    if (!s) return NULL;
    s->bytes = bytes;
    s->kind = kind;
    handle_init(&s->handle, type);
    return s;
}

term crypto_state_term(Process *p, CryptoState *s)
{
    term result = handle_term(p, &s->handle);
    handle_release(&s->handle);
    return result;
}

void crypto_state_destroy(Resource *resource)
{
    CryptoState *s = (CryptoState *) resource;
    size_t bytes = s->bytes;
    for (volatile uint8_t *at = (volatile uint8_t *) s, *end = at + bytes; at < end;) *at++ = 0; // keys do not outlive it
    vm_mfree(s, bytes);
}

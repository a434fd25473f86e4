// Hashes, MACs, ciphers, key derivation and curves, from Zig's standard library (crypto.zig). Nothing here checks sizes:
// callers do. Contexts are plain bytes, 16-aligned, and may be copied. `bytes` may dangle when `size` is 0.
#ifndef ATOMVM_CRYPTO_H
#define ATOMVM_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// ---- hash.zig ----

enum hash_kind {
    HASH_MD5, HASH_SHA, HASH_SHA224, HASH_SHA256, HASH_SHA384, HASH_SHA512, HASH_SHA512_224, HASH_SHA512_256,
    HASH_SHA3_224, HASH_SHA3_256, HASH_SHA3_384, HASH_SHA3_512, HASH_BLAKE2B, HASH_BLAKE2S,
    HASH_SHAKE128, HASH_SHAKE256, // of any digest size
    HASH_KINDS
};
enum { DIGEST_MAX = 64, HASH_CONTEXT_MAX = 1024 };
size_t zig_hash_context_size(void); // at most HASH_CONTEXT_MAX
void zig_hash_init(void *context, uint8_t kind);
void zig_hash_update(void *context, const uint8_t *bytes, size_t size);
void zig_hash_final(void *context, uint8_t *digest, size_t size); // the context is spent

// ---- mac.zig ----

enum mac_kind { MAC_HMAC = 0 /* + the hash_kind, below shake128 */, MAC_CMAC_AES128 = HASH_SHAKE128, MAC_CMAC_AES192, MAC_CMAC_AES256, MAC_POLY1305 };
enum { MAC_MAX = DIGEST_MAX, CMAC_BYTES = 16, POLY1305_BYTES = 16, POLY1305_KEY_BYTES = 32 };
size_t zig_mac_context_size(void);
void zig_mac_init(void *context, uint8_t kind, const uint8_t *key, size_t key_size);
void zig_mac_update(void *context, const uint8_t *bytes, size_t size);
void zig_mac_final(void *context, uint8_t *mac); // the context is spent

// kind: SHA-1 or SHA-2 up to HASH_SHA512; rounds > 0.
void zig_pbkdf2_hmac(uint8_t kind, const uint8_t *password, size_t password_size, const uint8_t *salt, size_t salt_size,
    uint32_t rounds, uint8_t *key, size_t key_size);

// ---- cipher.zig ----

enum cipher_mode { MODE_ECB, MODE_CBC, MODE_CTR, MODE_CFB8, MODE_CFB128, MODE_OFB, MODE_CHACHA20 };
enum { CIPHER_BLOCK = 16, CIPHER_IV_BYTES = 16 };
size_t zig_cipher_context_size(void);
// key: 16, 24 or 32 bytes, ChaCha20's is 32; iv: CIPHER_IV_BYTES, not read for ECB.
void zig_cipher_init(void *context, uint8_t mode, const uint8_t *key, size_t key_size, const uint8_t *iv, bool encrypt);
// ECB and CBC take whole blocks. out may be in.
void zig_cipher_update(void *context, const uint8_t *in, size_t size, uint8_t *out);

// ---- aead.zig ----

enum aead_kind {
    AEAD_AES128_GCM, AEAD_AES192_GCM, AEAD_AES256_GCM, AEAD_AES128_CCM, AEAD_AES192_CCM, AEAD_AES256_CCM, AEAD_CHACHA20_POLY1305
};
enum { AEAD_KEY_MAX = 32, AEAD_TAG_MAX = 16, CHACHA20_POLY1305_NONCE = 12, CCM_NONCE_MIN = 7, CCM_NONCE_MAX = 13 };
typedef struct AeadInput {
    const uint8_t *key, *nonce, *aad, *text; // key: of the cipher's size
    size_t nonce_size, aad_size, text_size;  // nonce: not empty
    size_t tag_size;                         // 1 to AEAD_TAG_MAX; CCM: even, from 4
} AeadInput;
// out: text_size bytes, apart from the input.
void zig_aead_seal(uint8_t kind, const AeadInput *input, uint8_t *out, uint8_t tag[AEAD_TAG_MAX]);
// tag: input->tag_size bytes. False: the tag is wrong, and out holds zeros.
bool zig_aead_open(uint8_t kind, const AeadInput *input, uint8_t *out, const uint8_t *tag);

// ---- curve.zig ----

enum curve_kind { CURVE_SECP256R1, CURVE_SECP384R1, CURVE_SECP256K1, CURVE_SECP521R1, CURVE_KINDS };
enum { CURVE_BYTES_MAX = 66, POINT_BYTES_MAX = 1 + 2 * CURVE_BYTES_MAX, ED25519_SIGNATURE = 64, KEY25519_BYTES = 32 };
typedef struct CurveParameters { // y^2 = x^3 + ax + b modulo a prime
    uint8_t prime[CURVE_BYTES_MAX], a[CURVE_BYTES_MAX], b[CURVE_BYTES_MAX], order[CURVE_BYTES_MAX], base[POINT_BYTES_MAX];
} CurveParameters;
void zig_curve_parameters(uint8_t kind, CurveParameters *parameters);
// Secrets, coordinates and digests have the curve's size; points are SEC 1 (0x04, x, y or compressed).
bool zig_curve_public_key(uint8_t kind, const uint8_t *secret, uint8_t *point); // false: the secret is 0
bool zig_curve_is_secret(uint8_t kind, const uint8_t *secret); // from 1 to the order - 1
bool zig_curve_is_point(uint8_t kind, const uint8_t *point, size_t size);
bool zig_curve_shared(uint8_t kind, const uint8_t *secret, const uint8_t *point, size_t size, uint8_t *x);
// noise: random bytes of the curve's size; signature: r, s. False: the secret is 0 or not below the order.
bool zig_ecdsa_sign(uint8_t kind, const uint8_t *secret, const uint8_t *digest, const uint8_t *noise, uint8_t *signature);
bool zig_ecdsa_verify(uint8_t kind, const uint8_t *point, size_t size, const uint8_t *digest, const uint8_t *signature);
bool zig_x25519_public_key(const uint8_t *secret, uint8_t *point);
bool zig_x25519_shared(const uint8_t *secret, const uint8_t *point, uint8_t *shared); // false: a point of small order
bool zig_ed25519_public_key(const uint8_t *secret, uint8_t *point);
bool zig_ed25519_sign(const uint8_t *secret, const uint8_t *message, size_t size, uint8_t *signature);
bool zig_ed25519_verify(const uint8_t *point, const uint8_t *message, size_t size, const uint8_t *signature);

// ---- rsa.zig ----

enum { RSA_BITS_MAX = 8192, RSA_BYTES_MAX = RSA_BITS_MAX / 8 };
typedef struct RsaNumber {
    const uint8_t *at; // most significant byte first, at most RSA_BYTES_MAX of them
    size_t size;
} RsaNumber;
typedef struct RsaKey {
    RsaNumber n, e, d;           // d: of a private key
    RsaNumber p, q, dp, dq, qi;  // all or none
} RsaKey;
size_t zig_rsa_bits(const RsaKey *key); // of n; 0: it is even or too small
// x ^ e, or secret: x ^ d, modulo n; out_size: the bytes of n. False: x is not below n, or the key is none.
bool zig_rsa_power(const RsaKey *key, bool secret, const uint8_t *x, size_t x_size, uint8_t *out, size_t out_size);
// base ^ exponent; out: modulus->size bytes. False: base is not below the modulus, or that is even or too small.
bool zig_power_modulo(const RsaNumber *modulus, const RsaNumber *base, const RsaNumber *exponent, uint8_t *out);

// Encoded messages of `size` bytes, or as many as a number of `bits` bits has. kind, mgf: hashes below HASH_SHAKE128.
bool zig_pss_encode(uint8_t kind, uint8_t mgf, const uint8_t *digest, const uint8_t *salt, size_t salt_size, size_t bits, uint8_t *out);
bool zig_pss_verify(uint8_t kind, uint8_t mgf, const uint8_t *digest, ptrdiff_t salt_size, size_t bits, uint8_t *encoded); // < 0: any
bool zig_oaep_encode(uint8_t kind, uint8_t mgf, const uint8_t *label, size_t label_size, const uint8_t *text, size_t text_size,
    const uint8_t *seed, uint8_t *out, size_t size);
size_t zig_oaep_decode(uint8_t kind, uint8_t mgf, const uint8_t *label, size_t label_size, uint8_t *in, size_t size);
bool zig_pkcs1_encode_1(const uint8_t *text, size_t text_size, uint8_t *out, size_t size);
bool zig_pkcs1_encode_2(const uint8_t *text, size_t text_size, uint8_t *out, size_t size); // out: random, without zeros
size_t zig_pkcs1_decode_1(const uint8_t *in, size_t size); // where the text begins, 0: there is none; so the others
size_t zig_pkcs1_decode_2(const uint8_t *in, size_t size);

#endif

// crypto: ciphers in pieces and at once, with padding; AEADs.
#include "crypto.h"

#include "../map.h"
#include "../platform.h"

static const char SOURCE[] = "crypto_cipher.c";

enum padding { PADDING_UNDEFINED, PADDING_NONE, PADDING_PKCS, PADDING_ZERO, PADDING_RANDOM, PADDINGS };
static const char *const padding_names[PADDINGS] = { "undefined", "none", "pkcs_padding", "zero", "random" };

// What a call or a state works on. Bytes that do not fill a block wait in `held`, and so does, when PKCS padding is to be
// taken off, the last whole block.
typedef struct Cipher {
    const CipherRow *row;
    void *context;
    bool encrypt;
    enum padding padding;
    uint8_t held[CIPHER_BLOCK];
    size_t held_size;
    uint64_t size;     // bytes seen
    int padded;        // bytes added at the end, or -1
} Cipher;

// ---- options: true, false, undefined or a list of {encrypt, _}, {padding, _} ----

static bool option_encrypt(Process *p, term value, int argument, Cipher *c, bool *given)
{
    if (*given) return BAD_ARGUMENT(p, argument, "'encrypt' option is present more than once!"), false;
    *given = true;
    if (!is_bool(value) && value != (term) ATOM_undefined)
        return BAD_ARGUMENT(p, argument, "The 'encrypt' option must be a boolean!"), false;
    c->encrypt = value != (term) ATOM_false;
    return true;
}

static bool option_padding(Process *p, term value, int argument, Cipher *c, bool *given)
{
    if (*given) return BAD_ARGUMENT(p, argument, "The 'padding' option is present more than once!"), false;
    *given = true;
    for (int i = 0; i < PADDINGS; i++)
        if (atom_is(value, padding_names[i])) return c->padding = (enum padding) i, true;
    return BAD_ARGUMENT(p, argument, "Bad 'padding' option value"), false;
}

static bool option_unknown(Process *p, term tag, int argument)
{
    static const char before[] = "Bad tag in option: ";
    char text[120];
    Buffer shown = { 0 };
    if (!term_print(tag, &shown, true)) return buffer_free(&shown), raise_system_limit(p), false;
    size_t room = sizeof text - sizeof before, size = shown.size < room ? shown.size : room;
    memcpy(text, before, sizeof before - 1);
    memcpy(text + sizeof before - 1, shown.data, size);
    text[sizeof before - 1 + size] = 0;
    buffer_free(&shown);
    return BAD_ARGUMENT(p, argument, text), false;
}

static bool cipher_options(Process *p, term options, int argument, Cipher *c)
{
    bool encrypt_given = false, padding_given = false;
    c->encrypt = options != (term) ATOM_false;
    c->padding = PADDING_UNDEFINED;
    if (is_bool(options) || options == (term) ATOM_undefined) return true;
    if (!is_list(options) || list_length(options) < 0)
        return BAD_ARGUMENT(p, argument, "Options are not a boolean or a proper list"), false;
    for (; is_cons(options); options = tail(options)) {
        term option = head(options);
        if (!is_tuple(option) || tuple_arity(option) != 2)
            return BAD_ARGUMENT(p, argument, "Options must be a property list!"), false;
        term tag = tuple_at(option, 0), value = tuple_at(option, 1);
        bool good = atom_is(tag, "encrypt") ? option_encrypt(p, value, argument, c, &encrypt_given)
                  : atom_is(tag, "padding") ? option_padding(p, value, argument, c, &padding_given)
                                            : option_unknown(p, tag, argument);
        if (!good) return false;
    }
    return true;
}

// ---- beginning ----

// The cipher with this key, or NULL with an error raised.
static const CipherRow *row_of(Process *p, term name, size_t key_size)
{
    if (!is_atom(name)) return BAD_ARGUMENT(p, 0, "Cipher id is not an atom"), NULL;
    if (!cipher_known(name)) return BAD_ARGUMENT(p, 0, "Unknown cipher"), NULL;
    if (!cipher_named(name)) return NOT_SUPPORTED(p, 0, "Cipher not supported in this libcrypto version"), NULL;
    const CipherRow *row = cipher_find(name, key_size);
    if (!row) return BAD_ARGUMENT(p, 1, "Bad key size"), NULL;
    if (row->aead >= 0) return BAD_ARGUMENT(p, 0, "Missing arguments for this cipher"), NULL;
    return row;
}

// a: cipher, key, IV; then the options at `options`. The context has room already.
static bool cipher_begin(Process *p, term *a, int options, Inputs *in, Cipher *c)
{
    *c = (Cipher) { .context = c->context, .padded = -1 };
    if (!cipher_options(p, a[options], options, c)) return false;
    const Bytes *key = take_iodata(in, a[1]);
    if (!key) return BAD_ARGUMENT(p, 1, "Bad key"), false;
    c->row = row_of(p, a[0], key->size);
    if (!c->row) return false;
    if (a[2] == (term) ATOM_undefined)
        return NOT_SUPPORTED(p, NO_ARGUMENT, "Dynamic IV is not supported for libcrypto versions >= 3.0"), false;
    const Bytes *iv = take_iodata(in, a[2]);
    if (!iv) return BAD_ARGUMENT(p, 2, "Bad iv type"), false;
    if (c->row->iv_bytes > 0 && iv->size != c->row->iv_bytes) return BAD_ARGUMENT(p, 2, "Bad iv size"), false;
    zig_cipher_init(c->context, (uint8_t) c->row->mode, key->at, key->size, iv->at, c->encrypt);
    return true;
}

// ---- going on, and the end ----

static bool holds_last_block(const Cipher *c) { return !c->encrypt && c->padding == PADDING_PKCS; }

// Writes what can be written of `size` more bytes, at most size + CIPHER_BLOCK; returns how many.
static size_t cipher_add(Cipher *c, const uint8_t *bytes, size_t size, uint8_t *out)
{
    c->size += size;
    if (c->row->block_bytes == 1) return zig_cipher_update(c->context, bytes, size, out), size;
    size_t total = c->held_size + size, whole = total / CIPHER_BLOCK * CIPHER_BLOCK;
    if (whole == total && whole > 0 && holds_last_block(c)) whole -= CIPHER_BLOCK;
    if (whole == 0) return memcpy(c->held + c->held_size, bytes, size), c->held_size = total, 0;
    size_t used = whole - c->held_size;
    memcpy(out, c->held, c->held_size);
    memcpy(out + c->held_size, bytes, used);
    zig_cipher_update(c->context, out, whole, out);
    c->held_size = total - whole;
    memcpy(c->held, bytes + used, c->held_size);
    return whole;
}

// -1: an error was raised. Otherwise the bytes written to `out`: none or a block.
static int encrypt_end(Process *p, Cipher *c, uint8_t *out)
{
    size_t missing = (CIPHER_BLOCK - c->held_size) % CIPHER_BLOCK;
    if (c->padding == PADDING_PKCS && missing == 0) missing = CIPHER_BLOCK;
    c->padded = (int) missing;
    if (c->padding == PADDING_NONE && missing > 0)
        return FAILED(p, NO_ARGUMENT, "Padding 'none' but unfilled last block"), -1;
    if (missing == 0 || c->padding == PADDING_UNDEFINED) return 0;
    if (c->padding == PADDING_RANDOM) platform_random(c->held + c->held_size, missing);
    else memset(c->held + c->held_size, c->padding == PADDING_PKCS ? (int) missing : 0, missing);
    zig_cipher_update(c->context, c->held, CIPHER_BLOCK, out);
    return CIPHER_BLOCK;
}

// Bytes of the block that are no padding, or -1 when the padding is none. Looks at every byte whatever it finds.
static int unpadded_size(const uint8_t block[CIPHER_BLOCK])
{
    unsigned count = block[CIPHER_BLOCK - 1], wrong = count == 0 || count > CIPHER_BLOCK;
    for (unsigned i = 0; i < CIPHER_BLOCK; i++)
        wrong |= (unsigned) (i + count >= CIPHER_BLOCK) & (unsigned) (block[i] != count);
    return wrong ? -1 : (int) (CIPHER_BLOCK - count);
}

static int decrypt_end(Process *p, Cipher *c, uint8_t *out)
{
    static const char failure[] = "Can't finalize";
    if (c->padding != PADDING_PKCS)
        return c->held_size == 0 || c->padding == PADDING_UNDEFINED ? 0 : (FAILED(p, NO_ARGUMENT, failure), -1);
    if (c->held_size != CIPHER_BLOCK) return FAILED(p, NO_ARGUMENT, failure), -1;
    zig_cipher_update(c->context, c->held, CIPHER_BLOCK, out);
    int size = unpadded_size(out);
    return size >= 0 ? size : (FAILED(p, NO_ARGUMENT, failure), -1);
}

static int cipher_end(Process *p, Cipher *c, uint8_t *out)
{
    if (c->row->block_bytes == 1) return c->padded = 0;
    int size = c->encrypt ? encrypt_end(p, c, out) : decrypt_end(p, c, out);
    c->held_size = 0;
    return size;
}

static term first_bytes(Process *p, term binary, size_t size)
{
    Bits all;
    return bits_of(binary, &all) ? bits_slice(p, &all, 0, size * 8) : NONE;
}

static term one_time(Process *p, term *a, Inputs *in)
{
    _Alignas(16) uint8_t context[512];
    Cipher c = { .context = context };
    if (zig_cipher_context_size() > sizeof context) return raise_system_limit(p);
    const Bytes *data = take_iodata(in, a[3]);
    if (!data) return BAD_ARGUMENT(p, 3, "expected binary as data");
    if (!cipher_begin(p, a, 4, in, &c)) return NONE;
    uint8_t *out, end[CIPHER_BLOCK];
    size_t room = data->size + CIPHER_BLOCK;
    term result = make_binary(p, NULL, room, &out);
    if (result == NONE) return NONE;
    charge_bytes(p, data->size * 4);
    size_t size = cipher_add(&c, data->at, data->size, out);
    int more = cipher_end(p, &c, end);
    if (more < 0) return NONE;
    memcpy(out + size, end, (size_t) more);
    return first_bytes(p, result, size + (size_t) more);
}
WITH_INPUTS(crypto_ng_crypto_one_time_nif_5, one_time)

// ---- states ----

// The Cipher lies at the start of the context, the cipher's own context behind it.
enum { CIPHER_OFFSET = (sizeof(Cipher) + 15) / 16 * 16 };
static const ResourceType cipher_state = { "cipher", crypto_state_destroy };

static Cipher *cipher_of(term t)
{
    CryptoState *s = (CryptoState *) handle_of(t, &cipher_state);
    return s ? (Cipher *) s->context : NULL;
}

static term init(Process *p, term *a, Inputs *in)
{
    CryptoState *s = crypto_state_new(&cipher_state, 0, CIPHER_OFFSET + zig_cipher_context_size());
    if (!s) return raise_system_limit(p);
    Cipher *c = (Cipher *) s->context;
    c->context = s->context + CIPHER_OFFSET;
    if (cipher_begin(p, a, 3, in, c)) return crypto_state_term(p, s);
    handle_release(&s->handle);
    return NONE;
}
WITH_INPUTS(crypto_ng_crypto_init_nif_4, init)

static term update(Process *p, term *a, Inputs *in)
{
    Cipher *c = cipher_of(a[0]);
    if (!c) return BAD_ARGUMENT(p, 0, "Bad State");
    const Bytes *data = take_iodata(in, a[1]);
    if (!data) return BAD_ARGUMENT(p, 1, "expected binary");
    uint8_t *out;
    term result = make_binary(p, NULL, data->size + CIPHER_BLOCK, &out);
    if (result == NONE) return NONE;
    charge_bytes(p, data->size * 4);
    return first_bytes(p, result, cipher_add(c, data->at, data->size, out));
}
WITH_INPUTS(crypto_ng_crypto_update_nif_2, update)

// A state begun without IV does not exist here.
term crypto_ng_crypto_update_nif_3(Process *p, term *a) { return (void) a, BAD_ARGUMENT(p, 0, "Bad State"); }

term crypto_ng_crypto_final_nif_1(Process *p, term *a)
{
    Cipher *c = cipher_of(a[0]);
    if (!c) return BAD_ARGUMENT(p, 0, "Bad State");
    uint8_t out[CIPHER_BLOCK];
    int size = cipher_end(p, c, out);
    return size < 0 ? NONE : make_binary(p, out, (size_t) size, NULL);
}

term crypto_ng_crypto_get_data_nif_1(Process *p, term *a)
{
    const Cipher *c = cipher_of(a[0]);
    if (!c) return BAD_ARGUMENT(p, 0, "Bad State");
    term pairs[] = { ATOM_size, make_unsigned(p, c->size), atom_of("padding_size"), make_small(c->padded),
                     atom_of("padding_type"), atom_of(padding_names[c->padding]), atom_of("encrypt"), make_bool(c->encrypt) };
    return map_from_pairs(p, pairs, 4);
}

// ---- AEADs ----

enum { GCM_NONCE_MAX = 128 };

typedef struct Aead {
    const CipherRow *row;
    bool encrypt;
    size_t tag_size; // of the tag to make
} Aead;

// a[0], a[1]: name and key. False: an error was raised.
static bool aead_find(Process *p, term name, size_t key_size, Aead *aead)
{
    static const char unknown[] = "Unknown cipher or invalid key size";
    aead->row = cipher_find(name, key_size);
    if (aead->row) return aead->row->aead >= 0 || (BAD_ARGUMENT(p, 0, "Not aead cipher"), false);
    if (cipher_known(name) && !cipher_named(name)) return NOT_SUPPORTED(p, 0, "Cipher not supported in this libcrypto version"), false;
    return BAD_ARGUMENT(p, 0, unknown), false;
}

static bool is_ccm(const Aead *aead) { return aead->row->aead >= AEAD_AES128_CCM && aead->row->aead <= AEAD_AES256_CCM; }

static bool nonce_fits(const Aead *aead, size_t size)
{
    if (is_ccm(aead)) return size >= CCM_NONCE_MIN && size <= CCM_NONCE_MAX;
    return aead->row->aead == AEAD_CHACHA20_POLY1305 ? size == CHACHA20_POLY1305_NONCE : size > 0 && size <= GCM_NONCE_MAX;
}

static bool tag_fits(const Aead *aead, size_t size) { return !is_ccm(aead) || (size >= 4 && size <= AEAD_TAG_MAX && size % 2 == 0); }

// CCM's nonce leaves room for the size of the text.
static bool text_fits(const Aead *aead, size_t nonce_size, size_t size)
{
    return !is_ccm(aead) || nonce_size < CCM_NONCE_MAX - 1 || (uint64_t) size >> 8 * (15 - nonce_size) == 0;
}

static bool tag_size_of(term t, size_t *size)
{
    if (!is_small(t) || small_value(t) < 0) return false;
    return *size = (size_t) small_value(t), true;
}

static AeadInput aead_input(const Bytes *key, const Bytes *nonce, const Bytes *text, size_t text_size, const Bytes *aad, size_t tag_size)
{
    return (AeadInput) { .key = key->at, .nonce = nonce->at, .nonce_size = nonce->size, .text = text->at, .text_size = text_size,
                         .aad = aad->at, .aad_size = aad->size, .tag_size = tag_size };
}

// {Cipher text, Tag}
static term aead_sealed(Process *p, const Aead *aead, const AeadInput *input)
{
    uint8_t *out, tag[AEAD_TAG_MAX];
    if (aead->tag_size == 0 || aead->tag_size > AEAD_TAG_MAX) return FAILED(p, NO_ARGUMENT, "Can't get Tag");
    term text = make_binary(p, NULL, input->text_size, &out);
    if (text == NONE) return NONE;
    zig_aead_seal((uint8_t) aead->row->aead, input, out, tag);
    return make_tuple2(p, text, make_binary(p, tag, aead->tag_size, NULL));
}

// The plain text, or `error` when the tag does not fit.
static term aead_opened(Process *p, const Aead *aead, const AeadInput *input, const uint8_t *tag)
{
    uint8_t *out;
    if (input->tag_size == 0 || input->tag_size > AEAD_TAG_MAX) return ATOM_error;
    term text = make_binary(p, NULL, input->text_size, &out);
    if (text == NONE) return NONE;
    return zig_aead_open((uint8_t) aead->row->aead, input, out, tag) ? text : (term) ATOM_error;
}

// cipher, key, nonce, text, AAD, tag or its size, true to encrypt
static term aead_cipher(Process *p, term *a, Inputs *in)
{
    Aead aead = { .encrypt = a[6] == (term) ATOM_true };
    if (!is_bool(a[6])) return BAD_ARGUMENT(p, 6, "Bad enc flag");
    if (!is_atom(a[0])) return BAD_ARGUMENT(p, 0, "non-atom cipher type");
    const Bytes *key = take_iodata(in, a[1]);
    if (!key) return BAD_ARGUMENT(p, 1, "non-binary key");
    const Bytes *nonce = take_iodata(in, a[2]);
    if (!nonce) return BAD_ARGUMENT(p, 2, "non-binary iv");
    const Bytes *text = take_iodata(in, a[3]);
    if (!text) return BAD_ARGUMENT(p, 3, "non-binary text");
    const Bytes *aad = take_iodata(in, a[4]), *tag = NULL;
    if (!aad) return BAD_ARGUMENT(p, 4, "non-binary AAD");
    if (aead.encrypt && !tag_size_of(a[5], &aead.tag_size)) return BAD_ARGUMENT(p, 5, "Bad Tag length");
    if (!aead.encrypt && !(tag = take_iodata(in, a[5]))) return BAD_ARGUMENT(p, 5, "non-binary Tag");
    if (!aead_find(p, a[0], key->size, &aead)) return NONE;
    if (!nonce_fits(&aead, nonce->size)) return BAD_ARGUMENT(p, 2, "Bad IV length");
    AeadInput input = aead_input(key, nonce, text, text->size, aad, aead.encrypt ? aead.tag_size : tag->size);
    if (!tag_fits(&aead, input.tag_size)) return BAD_ARGUMENT(p, 5, "Can't set tag");
    if (!text_fits(&aead, nonce->size, text->size)) return aead.encrypt ? BAD_ARGUMENT(p, 3, "Can't set in-text") : (term) ATOM_error;
    charge_bytes(p, text->size * 4 + aad->size);
    return aead.encrypt ? aead_sealed(p, &aead, &input) : aead_opened(p, &aead, &input, tag->at);
}
WITH_INPUTS(crypto_aead_cipher_nif_7, aead_cipher)

// ---- AEADs with a state (OTP 28): cipher, key, size of the tag and direction are fixed, each call is whole ----

typedef struct AeadState {
    Aead aead;
    uint8_t key[AEAD_KEY_MAX];
    size_t key_size;
} AeadState;

static const ResourceType aead_state = { "aead", crypto_state_destroy };

// cipher, key, size of the tag, true to encrypt
static term aead_init(Process *p, term *a, Inputs *in)
{
    Aead aead = { .encrypt = a[3] == (term) ATOM_true };
    if (!is_bool(a[3])) return BAD_ARGUMENT(p, 3, "Bad enc flag");
    if (!is_atom(a[0])) return BAD_ARGUMENT(p, 0, "non-atom cipher type");
    const Bytes *key = take_iodata(in, a[1]);
    if (!key) return BAD_ARGUMENT(p, 1, "non-binary key");
    if (!tag_size_of(a[2], &aead.tag_size)) return BAD_ARGUMENT(p, 2, "Bad Tag length");
    if (!aead_find(p, a[0], key->size, &aead)) return NONE;
    CryptoState *s = crypto_state_new(&aead_state, 0, sizeof(AeadState));
    if (!s) return raise_system_limit(p);
    AeadState *state = (AeadState *) s->context;
    *state = (AeadState) { .aead = aead, .key_size = key->size };
    memcpy(state->key, key->at, key->size); // aead_find has checked its size
    return crypto_state_term(p, s);
}
WITH_INPUTS(crypto_aead_cipher_init_nif_4, aead_init)

// The tag lies behind the cipher text.
static term aead_joined(Process *p, const Aead *aead, const AeadInput *input)
{
    uint8_t *out, tag[AEAD_TAG_MAX];
    if (aead->tag_size == 0 || aead->tag_size > AEAD_TAG_MAX) return FAILED(p, NO_ARGUMENT, "Can't get Tag");
    term text = make_binary(p, NULL, input->text_size + aead->tag_size, &out);
    if (text == NONE) return NONE;
    zig_aead_seal((uint8_t) aead->row->aead, input, out, tag);
    memcpy(out + input->text_size, tag, aead->tag_size);
    return text;
}

// state, nonce, text, AAD
static term aead_step(Process *p, term *a, Inputs *in)
{
    const CryptoState *s = (const CryptoState *) handle_of(a[0], &aead_state);
    if (!s) return BAD_ARGUMENT(p, 0, "Bad State");
    const AeadState *state = (const AeadState *) s->context;
    const Aead *aead = &state->aead;
    const Bytes *nonce = take_iodata(in, a[1]);
    if (!nonce) return BAD_ARGUMENT(p, 1, "non-binary iv");
    const Bytes *text = take_iodata(in, a[2]);
    if (!text) return BAD_ARGUMENT(p, 2, "non-binary text");
    const Bytes *aad = take_iodata(in, a[3]);
    if (!aad) return BAD_ARGUMENT(p, 3, "non-binary AAD");
    if (!nonce_fits(aead, nonce->size)) return BAD_ARGUMENT(p, 2, "Bad IV length");
    if (!aead->encrypt && text->size < aead->tag_size) return FAILED(p, NO_ARGUMENT, "Bad in data");
    size_t size = text->size - (aead->encrypt ? 0 : aead->tag_size);
    AeadInput input = aead_input(&(Bytes) { .at = state->key, .size = state->key_size }, nonce, text, size, aad, aead->tag_size);
    if (!tag_fits(aead, aead->tag_size)) return BAD_ARGUMENT(p, 0, "Can't set tag");
    if (!text_fits(aead, nonce->size, size)) return aead->encrypt ? BAD_ARGUMENT(p, 2, "Can't set in-text") : (term) ATOM_error;
    charge_bytes(p, text->size * 4 + aad->size);
    return aead->encrypt ? aead_joined(p, aead, &input) : aead_opened(p, aead, &input, text->at + size);
}
WITH_INPUTS(crypto_aead_cipher_nif_4, aead_step)

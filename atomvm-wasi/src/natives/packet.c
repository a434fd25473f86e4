// erlang:decode_packet/3: the packets that a stream is cut into, and lines of HTTP.
#include "../iolist.h"
#include "../map.h"
#include "../module.h"

enum format {
    FORMAT_RAW, FORMAT_1, FORMAT_2, FORMAT_4, FORMAT_LINE, FORMAT_HTTP, FORMAT_HTTPH,
    FORMAT_ASN1, FORMAT_CDR, FORMAT_FCGI, FORMAT_SSL_TLS, FORMAT_SUNRM, FORMAT_TPKT
};

typedef struct Packet {
    enum format format;
    bool binaries;             // of HTTP: strings as binaries
    uint32_t packet_size;      // 0: any
    uint32_t line_length;      // 0: any
    uint8_t delimiter;
    const uint8_t *bytes;
    size_t size;
} Packet;

static term named(const char *name, size_t length) { return atom_intern(name, length); }
#define NAMED(text) named(text, sizeof text - 1)

// ---- arguments ----

static bool format_of(term t, Packet *k)
{
    static const struct { const char *name; enum format format; bool binaries; } formats[] = {
        { "raw", FORMAT_RAW, false }, { "line", FORMAT_LINE, false }, { "http", FORMAT_HTTP, false },
        { "httph", FORMAT_HTTPH, false }, { "http_bin", FORMAT_HTTP, true }, { "httph_bin", FORMAT_HTTPH, true },
        { "asn1", FORMAT_ASN1, false }, { "cdr", FORMAT_CDR, false }, { "fcgi", FORMAT_FCGI, false },
        { "ssl_tls", FORMAT_SSL_TLS, false }, { "sunrm", FORMAT_SUNRM, false }, { "tpkt", FORMAT_TPKT, false },
    };
    static const enum format sizes[] = { FORMAT_RAW, FORMAT_1, FORMAT_2, FORMAT_RAW, FORMAT_4 };
    if (is_small(t) && small_value(t) >= 0 && small_value(t) <= 4 && small_value(t) != 3)
        return k->format = sizes[small_value(t)], true;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (is_atom(t) && t == named(formats[i].name, strlen(formats[i].name)))
            return k->format = formats[i].format, k->binaries = formats[i].binaries, true;
    return false;
}

static bool uint32_of(term t, uint32_t max, uint32_t *out)
{
    uint64_t n;
    if (!is_integer(t) || !integer_to_uint64(t, &n) || n > max) return false;
    return *out = (uint32_t) n, true;
}

static bool options_of(term list, Packet *k)
{
    for (; is_cons(list); list = tail(list)) {
        term option = head(list);
        uint32_t delimiter;
        if (!is_tuple(option) || tuple_arity(option) != 2) return false;
        term key = tuple_at(option, 0), value = tuple_at(option, 1);
        if (key == NAMED("packet_size")) {
            if (!uint32_of(value, UINT32_MAX, &k->packet_size)) return false;
        } else if (key == NAMED("line_length")) {
            if (!uint32_of(value, UINT32_MAX, &k->line_length)) return false;
        } else if (key == NAMED("line_delimiter")) {
            if (!uint32_of(value, UINT8_MAX, &delimiter)) return false;
            k->delimiter = (uint8_t) delimiter;
        } else return false;
    }
    return is_nil(list);
}

// ---- how long a packet is ----

enum { INVALID = -1, UNKNOWN = 0 }; // in place of a length; UNKNOWN: there must be more bytes to tell

static int64_t counted_length(const Packet *k, unsigned width)
{
    uint32_t length = 0;
    if (k->size < width) return UNKNOWN;
    for (unsigned i = 0; i < width; i++) length = length << 8 | k->bytes[i];
    if (k->packet_size ? length > k->packet_size : length > INT32_MAX) return INVALID;
    return (int64_t) width + length;
}

// A number of so many bytes, the highest first.
static uint32_t number_at(const Packet *k, size_t at, unsigned width)
{
    uint32_t n = 0;
    for (unsigned i = 0; i < width; i++) n = n << 8 | k->bytes[at + i];
    return n;
}

static int64_t with_header(const Packet *k, size_t header, uint32_t content)
{
    if (k->packet_size && content > k->packet_size) return INVALID;
    return (uint64_t) content + header > INT32_MAX ? INVALID : (int64_t) header + content;
}

// BER (X.690): a tag of one byte or more, a length of one byte or of up to four that follow.
static int64_t asn1_length(const Packet *k)
{
    enum { LONG_TAG = 0x1f, GOES_ON = 0x80, LENGTH_BYTES_MAX = 4 };
    size_t at = 1;
    if (k->size > 0 && (k->bytes[0] & LONG_TAG) == LONG_TAG)
        while (at < k->size && k->bytes[at++] & GOES_ON)
            if (at == k->size) return UNKNOWN;
    if (at >= k->size) return UNKNOWN;
    unsigned width = k->bytes[at] & GOES_ON ? k->bytes[at] & ~GOES_ON : 0;
    if (width == 0) return with_header(k, at + 1, k->bytes[at] & GOES_ON ? 0 : k->bytes[at]);
    if (width > k->size - at - 1) return UNKNOWN;
    return width > LENGTH_BYTES_MAX ? INVALID : with_header(k, at + 1 + width, number_at(k, at + 1, width));
}

// GIOP, of CORBA: magic, version, flags of which bit 0 says little endian, type, size.
static int64_t cdr_length(const Packet *k)
{
    enum { HEADER = 12, FLAGS = 6, SIZE = 8 };
    if (k->size < HEADER) return UNKNOWN;
    if (memcmp(k->bytes, "GIOP", 4) != 0) return INVALID;
    uint32_t size = number_at(k, SIZE, 4);
    return with_header(k, HEADER, k->bytes[FLAGS] & 1 ? __builtin_bswap32(size) : size);
}

enum { FCGI_PADDING = 6 }; // where the number of bytes of padding stands

// FastCGI: version 1, type, request id of two bytes, size of two, padding of one.
static int64_t fcgi_length(const Packet *k)
{
    enum { HEADER = 8, SIZE = 4 };
    if (k->size < HEADER) return UNKNOWN;
    return k->bytes[0] == 1 ? with_header(k, HEADER, number_at(k, SIZE, 2) + k->bytes[FCGI_PADDING]) : INVALID;
}

enum { TLS_HEADER = 5 };

// A client that also speaks SSL 2 begins with its hello: bit 7 and a length of two bytes, 1, version of two.
static bool is_ssl2_hello(const Packet *k) { return k->bytes[0] & 0x80 && k->bytes[2] == 1; }

// A record of TLS: type, version of two bytes, size of two.
static int64_t tls_length(const Packet *k)
{
    if (k->size < TLS_HEADER) return UNKNOWN;
    if (!is_ssl2_hello(k)) return with_header(k, TLS_HEADER, number_at(k, 3, 2));
    uint32_t size = number_at(k, 0, 2) & 0x7fff; // from the third byte on
    return size < 3 ? INVALID : with_header(k, TLS_HEADER, size - 3);
}

// ONC RPC (RFC 5531): bit 31 says that it is the last fragment.
static int64_t sunrm_length(const Packet *k)
{
    return k->size < 4 ? UNKNOWN : with_header(k, 4, number_at(k, 0, 4) & INT32_MAX);
}

// TPKT (RFC 1006): version 3, a byte of no meaning, size of two bytes with the header.
static int64_t tpkt_length(const Packet *k)
{
    enum { HEADER = 4 };
    if (k->size < HEADER) return UNKNOWN;
    uint32_t size = number_at(k, 2, 2);
    return k->bytes[0] != 3 || size < HEADER ? INVALID : with_header(k, HEADER, size - HEADER);
}

// With its end. A line longer than line_length is cut there.
static int64_t line_length(const Packet *k)
{
    const uint8_t *end = k->size ? memchr(k->bytes, k->delimiter, k->size) : NULL;
    size_t length = end ? (size_t) (end - k->bytes) + 1 : 0;
    if (k->packet_size && (end ? length : k->size) > k->packet_size) return INVALID;
    bool long_line = k->line_length && (end ? length > k->line_length : k->size >= k->line_length);
    if (long_line) return k->line_length;
    return end ? (int64_t) length : UNKNOWN;
}

// A header ends before a line that does not go on with it.
static int64_t http_length(const Packet *k)
{
    bool header = k->format == FORMAT_HTTPH;
    uint32_t limit = k->packet_size ? k->packet_size : k->line_length;
    for (size_t at = 0; at < k->size; at++) {
        if (k->bytes[at] != '\n') continue;
        bool empty = at == 0 || (at == 1 && k->bytes[0] == '\r');
        if (limit && at + 1 > limit) return INVALID;
        if (!header || empty) return (int64_t) at + 1;
        if (at + 1 == k->size) return UNKNOWN;
        if (k->bytes[at + 1] != ' ' && k->bytes[at + 1] != '\t') return (int64_t) at + 1;
    }
    return limit && k->size >= limit ? INVALID : UNKNOWN;
}

static int64_t packet_length(const Packet *k)
{
    switch (k->format) {
    case FORMAT_RAW: return (int64_t) k->size;
    case FORMAT_1: return counted_length(k, 1);
    case FORMAT_2: return counted_length(k, 2);
    case FORMAT_4: return counted_length(k, 4);
    case FORMAT_LINE: return line_length(k);
    case FORMAT_ASN1: return asn1_length(k);
    case FORMAT_CDR: return cdr_length(k);
    case FORMAT_FCGI: return fcgi_length(k);
    case FORMAT_SSL_TLS: return tls_length(k);
    case FORMAT_SUNRM: return sunrm_length(k);
    case FORMAT_TPKT: return tpkt_length(k);
    default: return http_length(k);
    }
}

// ---- HTTP (RFC 9112), as loosely as OTP reads it ----

typedef struct Text {
    const uint8_t *at, *end;
} Text;

static size_t text_size(Text t) { return (size_t) (t.end - t.at); }

static term text_term(Process *p, const Packet *k, Text t)
{
    if (k->binaries) return make_binary(p, t.at, text_size(t), NULL);
    return make_string(p, (const char *) t.at, text_size(t));
}

static bool is_blank(uint8_t c) { return c == ' ' || c == '\t'; }
static bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }

// Characters of names and methods: no controls, no separators.
static bool is_token(uint8_t c)
{
    return c > 32 && c < 127 && !memchr("()<>@,;:\\\"/[]?={}", c, 17);
}

static Text skip_blanks(Text t)
{
    while (t.at < t.end && is_blank(*t.at)) t.at++;
    return t;
}

static bool text_is(Text t, const char *text) { return text_size(t) == strlen(text) && memcmp(t.at, text, text_size(t)) == 0; }

static bool text_starts(Text t, const char *text, bool any_case)
{
    size_t length = strlen(text);
    if (text_size(t) < length) return false;
    for (size_t i = 0; i < length; i++) {
        uint8_t c = t.at[i];
        if (any_case && c >= 'A' && c <= 'Z') c |= 32;
        if (c != (uint8_t) text[i]) return false;
    }
    return true;
}

static term http_error(Process *p, const Packet *k, size_t length)
{
    return make_tuple2(p, NAMED("http_error"), text_term(p, k, (Text) { k->bytes, k->bytes + length }));
}

// "HTTP/1.1" -> {1, 1}. NONE: it is none. With `any_end`, something may follow.
static term version(Process *p, Text t, bool any_end)
{
    if (!text_starts(t, "HTTP/", false)) return NONE;
    sterm numbers[2] = { 0, 0 };
    t.at += 5;
    for (int i = 0; i < 2; i++) {
        const uint8_t *first = t.at;
        while (t.at < t.end && is_digit(*t.at)) {
            numbers[i] = numbers[i] * 10 + (*t.at++ - '0');
            if (numbers[i] > UINT16_MAX) return NONE;
        }
        if (t.at == first || (i == 0 && (t.at == t.end || *t.at++ != '.'))) return NONE;
    }
    return any_end || t.at == t.end ? make_tuple2(p, make_small(numbers[0]), make_small(numbers[1])) : NONE;
}

enum { PORT_DIGITS_MAX = 8 };

static term scheme_uri(Process *p, const Packet *k, Text uri)
{
    const uint8_t *colon = text_size(uri) ? memchr(uri.at, ':', text_size(uri)) : NULL;
    if (!colon) return text_term(p, k, uri);
    term scheme = text_term(p, k, (Text) { uri.at, colon });
    return make_tuple3(p, NAMED("scheme"), scheme, text_term(p, k, (Text) { colon + 1, uri.end }));
}

// undefined for what is no number, and for 0.
static term port_of(Text t)
{
    sterm number = 0;
    if (text_size(t) > PORT_DIGITS_MAX) return ATOM_undefined;
    for (; t.at < t.end; t.at++) {
        if (!is_digit(*t.at)) return ATOM_undefined;
        number = number * 10 + (*t.at - '0');
    }
    return number > 0 ? make_small(number) : (term) ATOM_undefined;
}

// {absoluteURI, http | https, Host, Port | undefined, Path}
static term absolute_uri(Process *p, const Packet *k, Text uri, term scheme, size_t skip)
{
    Text host = { uri.at + skip, uri.at + skip };
    while (host.end < uri.end && *host.end != '/') host.end++;
    Text path = { host.end, uri.end };
    const uint8_t *colon = text_size(host) ? memchr(host.at, ':', text_size(host)) : NULL;
    term port = colon ? port_of((Text) { colon + 1, host.end }) : (term) ATOM_undefined;
    if (colon) host.end = colon;
    static const uint8_t root[] = "/";
    if (text_size(path) == 0) path = (Text) { root, root + 1 };
    term elements[] = { NAMED("absoluteURI"), scheme, text_term(p, k, host), port, text_term(p, k, path) };
    return make_tuple(p, 5, elements);
}

static term http_uri(Process *p, const Packet *k, Text uri)
{
    if (text_is(uri, "*")) return NAMED("*");
    if (*uri.at == '/') return make_tuple2(p, NAMED("abs_path"), text_term(p, k, uri));
    if (text_starts(uri, "http://", true)) return absolute_uri(p, k, uri, NAMED("http"), 7);
    if (text_starts(uri, "https://", true)) return absolute_uri(p, k, uri, NAMED("https"), 8);
    return scheme_uri(p, k, uri);
}

// Methods that are atoms; others are strings.
static term method_term(Process *p, const Packet *k, Text t)
{
    static const char *const methods[] = { "OPTIONS", "GET", "HEAD", "POST", "PUT", "DELETE", "TRACE" };
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (text_is(t, methods[i])) return named(methods[i], strlen(methods[i]));
    return text_term(p, k, t);
}

static Text without_line_end(Text t)
{
    if (t.end > t.at && t.end[-1] == '\n') t.end--;
    if (t.end > t.at && t.end[-1] == '\r') t.end--;
    return t;
}

enum { STATUS_MAX = 1 << 24 };

static term http_response(Process *p, const Packet *k, Text line)
{
    Text v = { line.at, line.at };
    while (v.end < line.end && !is_blank(*v.end)) v.end++;
    term number = version(p, v, false);
    Text rest = skip_blanks((Text) { v.end, line.end });
    if (number == NONE || rest.at == v.end) return NONE;
    sterm status = 0;
    const uint8_t *first = rest.at;
    for (; rest.at < rest.end && is_digit(*rest.at); rest.at++)
        if ((status = status * 10 + (*rest.at - '0')) > STATUS_MAX) return NONE;
    if (rest.at < rest.end && (rest.at == first || !is_blank(*rest.at))) return NONE;
    term phrase = text_term(p, k, skip_blanks(rest));
    return make_tuple(p, 4, (term[]) { NAMED("http_response"), number, make_small(status), phrase });
}

static term http_request(Process *p, const Packet *k, Text line)
{
    Text method = { line.at, line.at };
    while (method.end < line.end && is_token(*method.end)) method.end++;
    Text rest = skip_blanks((Text) { method.end, line.end });
    if (text_size(method) == 0 || rest.at == method.end || text_size(rest) == 0) return NONE;
    Text uri = { rest.at, rest.at };
    while (uri.end < rest.end && !is_blank(*uri.end)) uri.end++;
    Text v = skip_blanks((Text) { uri.end, rest.end });
    term number = text_size(v) ? version(p, v, true) : make_tuple2(p, make_small(0), make_small(9));
    if (number == NONE) return NONE;
    term what = method_term(p, k, method);
    return make_tuple(p, 4, (term[]) { NAMED("http_request"), what, http_uri(p, k, uri), number });
}

static term http_line(Process *p, const Packet *k, size_t length)
{
    Text line = without_line_end((Text) { k->bytes, k->bytes + length });
    term result = text_starts(line, "HTTP/", false) ? http_response(p, k, line) : http_request(p, k, line);
    return result == NONE ? http_error(p, k, length) : result;
}

// The fields that OTP numbers, from 1 on in this order; their names are atoms.
static const char *const fields[] = {
    "Cache-Control", "Connection", "Date", "Pragma", "Transfer-Encoding", "Upgrade", "Via", "Accept", "Accept-Charset",
    "Accept-Encoding", "Accept-Language", "Authorization", "From", "Host", "If-Modified-Since", "If-Match", "If-None-Match",
    "If-Range", "If-Unmodified-Since", "Max-Forwards", "Proxy-Authorization", "Range", "Referer", "User-Agent", "Age",
    "Location", "Proxy-Authenticate", "Public", "Retry-After", "Server", "Vary", "Warning", "Www-Authenticate", "Allow",
    "Content-Base", "Content-Encoding", "Content-Language", "Content-Length", "Content-Location", "Content-Md5",
    "Content-Range", "Content-Type", "Etag", "Expires", "Last-Modified", "Accept-Ranges", "Set-Cookie", "Set-Cookie2",
    "X-Forwarded-For", "Cookie", "Keep-Alive", "Proxy-Connection",
};
enum { NAME_MAX = 50 };

// Upper case at the start and after '-', lower case elsewhere, for names that are not too long.
static term field_name(Process *p, const Packet *k, Text name, sterm *number)
{
    uint8_t shaped[NAME_MAX];
    bool upper = true;
    *number = 0;
    if (text_size(name) > NAME_MAX) return text_term(p, k, name);
    for (size_t i = 0; i < text_size(name); i++) {
        uint8_t c = name.at[i];
        if (upper && c >= 'a' && c <= 'z') c &= ~32;
        if (!upper && c >= 'A' && c <= 'Z') c |= 32;
        shaped[i] = c;
        upper = c == '-' && !upper;
    }
    Text t = { shaped, shaped + text_size(name) };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (text_is(t, fields[i])) return *number = (sterm) i + 1, named(fields[i], strlen(fields[i]));
    return text_term(p, k, t);
}

static term http_header(Process *p, const Packet *k, size_t length)
{
    Text line = without_line_end((Text) { k->bytes, k->bytes + length });
    if (text_size(line) == 0) return NAMED("http_eoh");
    Text name = { line.at, line.at };
    while (name.end < line.end && is_token(*name.end)) name.end++;
    if (name.end == line.end || *name.end != ':') return http_error(p, k, length);
    Text value = skip_blanks((Text) { name.end + 1, line.end });
    sterm number;
    term shaped = field_name(p, k, name, &number), as_sent = text_term(p, k, name);
    term elements[] = { NAMED("http_header"), make_small(number), shaped, as_sent, text_term(p, k, value) };
    return make_tuple(p, 5, elements);
}

// ---- TLS ----

// {ssl_tls, [], Type, {Major, Minor}, Content}; the hello of SSL 2 as one of type 22 whose content is a handshake of TLS.
static term tls_record(Process *p, const Packet *k, const Bits *whole, size_t length)
{
    enum { HANDSHAKE = 22, CLIENT_HELLO = 1, HANDSHAKE_HEADER = 4 };
    bool ssl2 = is_ssl2_hello(k);
    const uint8_t *version = k->bytes + (ssl2 ? 3 : 1);
    term content;
    if (ssl2) {
        uint8_t *out;
        size_t size = length - 3; // behind the length and the 1
        content = make_binary(p, NULL, HANDSHAKE_HEADER + size, &out);
        if (content == NONE) return NONE;
        const uint8_t header[HANDSHAKE_HEADER] = { CLIENT_HELLO, (uint8_t) (size >> 16), (uint8_t) (size >> 8), (uint8_t) size };
        memcpy(out, header, sizeof header);
        memcpy(out + sizeof header, version, size);
    } else {
        content = bits_slice(p, whole, TLS_HEADER * 8, (length - TLS_HEADER) * 8);
        if (content == NONE) return NONE;
    }
    term of_version = make_tuple2(p, make_small(version[0]), make_small(version[1]));
    term elements[] = { NAMED("ssl_tls"), NIL, make_small(ssl2 ? HANDSHAKE : k->bytes[0]), of_version, content };
    return make_tuple(p, 5, elements);
}

// ---- the native ----

static size_t prefix_bytes(enum format format) { return format == FORMAT_1 ? 1 : format == FORMAT_2 ? 2 : format == FORMAT_4 ? 4 : 0; }

static term packet_term(Process *p, const Packet *k, const Bits *whole, size_t length)
{
    size_t prefix = prefix_bytes(k->format);
    if (k->format == FORMAT_HTTP) return http_line(p, k, length);
    if (k->format == FORMAT_HTTPH) return http_header(p, k, length);
    if (k->format == FORMAT_SSL_TLS) return tls_record(p, k, whole, length);
    if (k->format == FORMAT_FCGI) length -= k->bytes[FCGI_PADDING];
    return bits_slice(p, whole, prefix * 8, (length - prefix) * 8);
}

// {ok, Packet, Rest}, {more, Length | undefined}, {error, invalid}
static term decode(Process *p, const Packet *k, const Bits *whole)
{
    int64_t length = packet_length(k);
    if (length == INVALID) return make_tuple2(p, ATOM_error, NAMED("invalid"));
    if (length == UNKNOWN) return make_tuple2(p, NAMED("more"), ATOM_undefined);
    if ((uint64_t) length > k->size) return make_tuple2(p, NAMED("more"), make_integer(p, length));
    term packet = packet_term(p, k, whole, (size_t) length);
    term rest = packet == NONE ? NONE : bits_slice(p, whole, (size_t) length * 8, whole->bit_size - (size_t) length * 8);
    return rest == NONE ? NONE : make_tuple3(p, ATOM_ok, packet, rest);
}

term erlang_decode_packet_3(Process *p, term *a)
{
    Packet k = { .delimiter = '\n' };
    Bits whole;
    uint8_t *scratch;
    if (!is_bitstring(a[1]) || !bits_of(a[1], &whole) || !format_of(a[0], &k) || !options_of(a[2], &k)) return raise_badarg(p);
    if (whole.bit_size % 8 && archive_otp_release_number() >= 27) return raise_badarg(p); // before, they were of the rest
    term binary = bits_slice(p, &whole, 0, whole.bit_size & ~(size_t) 7);
    if (binary == NONE || !binary_bytes(binary, &k.bytes, &k.size, &scratch)) return raise_system_limit(p);
    p->reductions -= (sterm) (k.size / 64);
    term result = decode(p, &k, &whole);
    vm_mfree(scratch, k.size);
    return result;
}

// The external term format, beyond what vm.h declares. https://www.erlang.org/doc/apps/erts/erl_ext_dist.html
//
// Pids and references are local ones, of node nonode@nohost; those of other nodes and ports cannot be decoded. A local fun
// is decoded when its module can be loaded and is the same version.
#ifndef ATOMVM_ETF_H
#define ATOMVM_ETF_H

#include "vm.h"

enum etf_tag {
    ETF_VERSION = 131,
    ETF_RECORD = 67, // since OTP 29
    ETF_NEW_FLOAT = 70,
    ETF_BIT_BINARY = 77,
    ETF_COMPRESSED = 80,
    ETF_NEW_PID = 88,
    ETF_NEWER_REFERENCE = 90,
    ETF_SMALL_INTEGER = 97,
    ETF_INTEGER = 98,
    ETF_FLOAT = 99,
    ETF_ATOM = 100,
    ETF_REFERENCE = 101,
    ETF_PID = 103,
    ETF_SMALL_TUPLE = 104,
    ETF_LARGE_TUPLE = 105,
    ETF_NIL = 106,
    ETF_STRING = 107,
    ETF_LIST = 108,
    ETF_BINARY = 109,
    ETF_SMALL_BIG = 110,
    ETF_LARGE_BIG = 111,
    ETF_NEW_FUN = 112,
    ETF_EXPORT = 113,
    ETF_NEW_REFERENCE = 114,
    ETF_SMALL_ATOM = 115,
    ETF_MAP = 116,
    ETF_ATOM_UTF8 = 118,
    ETF_SMALL_ATOM_UTF8 = 119,
};

typedef struct EtfOptions {
    int minor_version;  // 0: floats as text; 0, 1: atoms in Latin-1 where possible; 2: atoms in UTF-8
    bool deterministic; // large maps in key order
} EtfOptions;

// What term_to_binary/1 uses: OTP 25 has 1, from OTP 26 on it is 2. Set at boot; etf_encode has 2 always.
extern int etf_default_minor_version;

// etf_encode with options. Atoms, numbers.. never fail: false only when memory is out.
bool etf_encode_with(term t, const EtfOptions *options, Buffer *out);

#endif

// Decodes LZMA (lc=2 lp=0 pb=0, as the range coder's bytes alone), in steps: what has been decoded stays the dictionary.
#ifndef ATOMVM_LZMA_H
#define ATOMVM_LZMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LZMA_LITERAL_CONTEXTS = 4, LZMA_STATES = 12 };

typedef uint16_t Probability; // that the next bit is 0, in 2048ths

typedef struct LzmaLength {
    Probability choice, choice2, low[8], middle[8], high[256];
} LzmaLength;

typedef struct Lzma {
    const uint8_t *in, *in_end;
    uint8_t *start, *out, *end;
    uint32_t range, code, state, distances[4]; // the latest four, less one
    bool bad; // damaged: ran over the end, or refers to what is before the start
    struct LzmaModel {
        Probability literal[LZMA_LITERAL_CONTEXTS][0x300];
        Probability is_match[LZMA_STATES], is_repeated[LZMA_STATES], is_older[LZMA_STATES], is_third[LZMA_STATES];
        Probability is_fourth[LZMA_STATES], is_long[LZMA_STATES];
        Probability slot[4][64], near_distance[128], align[16];
        LzmaLength length, repeated_length;
    } model;
} Lzma;

void lzma_start(Lzma *s, const uint8_t *in, size_t in_size, uint8_t *out, size_t out_size);
// Goes on until `until` bytes from the start on, or some more, are there. False when the input is damaged.
bool lzma_decode(Lzma *s, size_t until);

#endif

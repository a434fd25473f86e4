// The rare or long halves of instructions. p->htop and p->stop are current when they are called (the loop's SAVE); they
// never collect, but for cold_next_message, which runs where no X register lives. NONE or false: raised, or no match, as said.
#ifndef ATOMVM_COLD_H
#define ATOMVM_COLD_H

#include "instructions.h"
#include "process.h"

// cold.c
term cold_bad_fun(Process *p, term fun, uint32_t arity);   // raises badfun or badarity
Function *cold_apply(Process *p, uint32_t arity);          // x[arity]:x[arity + 1]; NULL: raised
term cold_put_map(Process *p, const Word *pc);
term cold_error_tuple(Process *p, term reason, term value);
term cold_catch_value(Process *p);                         // of `catch Expr`, from x1..x3
term cold_send(Process *p, term to, term message);         // NONE: raised, as by erlang:send/2
bool cold_deliver(Process *p, term to, term message);      // false: there is nobody that could get it; nothing raised
term cold_next_message(Process *p);                        // the message a receive looks at next; NONE: no more
void cold_remove_message(Process *p);
void cold_receive_timeout(Process *p);
enum timer_start { TIMER_BAD, TIMER_NOW, TIMER_STARTED };
enum timer_start cold_start_receive_timer(Process *p, term timeout, const Word *after);
void cold_uncaught(Process *p);                            // ends the process for its pending exception
term cold_out_of_memory(Process *p);                       // exit reason

// cold_record.c
term cold_put_record(Process *p, const Word *pc);
term cold_get_record_field(Process *p, const Word *pc);
bool cold_get_record_elements(Process *p, const Word *pc);
bool cold_is_record_accessible(Process *p, const Word *pc);

// cold_bits.c
bool cold_field_bits(term size, Word unit, size_t *bits);
bool cold_get_binary(Process *p, term context, term size, Word unit, term *out);
uint32_t cold_match_live(const Word *pc);
size_t cold_match_words(Process *p, const Word *pc);
const Word *cold_match(Process *p, const Word *pc);        // next instruction; NULL: no match
term cold_create_bin(Process *p, const Word *pc);
term cold_init_bin(Process *p, const Word *pc);
term cold_append_bin(Process *p, Word size, Word unit, Word binary);
void cold_builder_owner(term bin);
term cold_bin_add(Process *p, term a, term b, Word unit);
bool cold_put_segment(Process *p, Word opcode, term size, Word unit, unsigned flags, term value);
void cold_put_string(const uint8_t *bytes, size_t size);

#endif

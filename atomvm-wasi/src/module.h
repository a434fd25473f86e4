// Modules: the archive they come from, their tables, and the decoding of a function on its first call.
//
// Starting costs nothing per module: the archive's names are indexed; a module is indexed (module.c) when one of its
// functions is first wanted, a function decoded (decode.c) when it is first called.
#ifndef ATOMVM_MODULE_H
#define ATOMVM_MODULE_H

#include "vm.h"

typedef struct Slice {
    const uint8_t *bytes;
    size_t size;
} Slice;

struct Module {
    term name;
    Slice code, strings, line, line_files, attributes, records;
    uint32_t atom_count, import_count, literal_count, lambda_count, label_count, function_count, export_count;
    term *atoms;          // [1..atom_count]
    Function **imports;   // [import_count]
    term *literal_values; // NONE until first used
    struct Literal {
        const uint8_t *bytes; // of a binary, or the external term, perhaps condensed
        uint32_t size;
        bool is_binary;
    } *literals;
    Lambda *lambdas;
    uint32_t *label_offset;   // offset in code of what follows the label
    Function **label_function; // function that the label lies in
    Function **functions;     // in code order
    Function **exports;
    struct RecordType *record_types; // [record_count], read when a record is first made (record.c)
    uint32_t record_count;
    bool records_ready;
    bool condensed; // lines are as in a condensed archive
    bool line_ready;
    uint32_t line_count, file_count;
    uint32_t *lines; // line_count entries: file << 24 | line, see line.c
    Slice *files;
};

// A run of decoded code, for stack traces. Kept sorted by address.
typedef struct CodeRange {
    const Word *start, *end;
    Function *function;
    uint32_t line_count;
    struct LineMark { uint32_t at, line; } *lines; // word offset from start, line reference of the Line chunk
} CodeRange;

// Takes an archive (kept, never copied). False with a message in `why` when it is damaged.
bool archive_open(const uint8_t *bytes, size_t size, char *why, size_t why_size);
term archive_start_module(void); // NONE without one
bool archive_has_module(term name);
size_t archive_section_count(void);
term archive_module_at(size_t section); // its name, or NONE when the section is no module
bool archive_file_name_at(size_t section, Slice *name); // false when the section is no plain file
// A plain file of the archive, "app/priv/name".
bool archive_file(const char *name, size_t length, Slice *out);
// Release of the OTP whose libraries these are, from the plain file "atomvm/otp_release"; 25 when it does not say.
Slice archive_otp_release(void);
uint32_t archive_otp_release_number(void);

Module *module_find(term name);   // indexed already, or NULL
Module *module_load(term name);   // indexes it; NULL when the archive has none or it is damaged (module_error says)
extern char module_error[256];
term module_literal(Module *m, uint32_t index);
// By the index that the compiler gave it; NULL when the packer has left it out. Rows of FunT are in that order.
Lambda *module_lambda(Module *m, uint32_t index);

// Decodes; f->code is set. False when the code is damaged or memory is out (module_error).
bool function_decode(Function *f);
// What the module itself has for a function whose native declined; NULL when it has nothing.
const Word *function_own_code(Function *f);
const CodeRange *code_range_of(const Word *pc);
size_t code_bytes(void); // of all decoded code
// File and line of a return address or faulting pc; false when unknown.
bool code_line(const Word *pc, Slice *file, uint32_t *line);

typedef struct CatchTarget {
    const Word *handler;
    uint32_t y_bytes; // of the catch mark's register, from stop
} CatchTarget;
const CatchTarget *catch_target(uint32_t index);

// Stub instructions that Function.code starts with.
extern const Word stub_load[], stub_decode[], stub_undefined[], stub_native[], stub_exit[];

#endif

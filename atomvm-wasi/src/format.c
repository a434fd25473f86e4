// Text with numbers and other text in it.
#include "format.h"

#include "integer.h"

#include <stdarg.h>

typedef struct Line {
    char *at, *end;
} Line;

static void put(Line *line, const char *text, size_t length)
{
    size_t room = (size_t) (line->end - line->at);
    if (length > room) length = room;
    memcpy(line->at, text, length);
    line->at += length;
}

static void put_integer(Line *line, int64_t n)
{
    char text[INT64_TEXT_MAX], *at = int64_to_text(n, 10, text);
    put(line, at, (size_t) (text + sizeof text - at));
}

size_t format_text(char *out, size_t size, const char *format, ...)
{
    Line line = { out, out + size - 1 };
    va_list args;
    va_start(args, format);
    for (const char *at = format; *at; at++) {
        if (*at != '%') {
            put(&line, at, 1);
            continue;
        }
        size_t longest = SIZE_MAX;
        if (*++at == '.') {
            longest = (size_t) va_arg(args, int);
            at += 2;
        }
        switch (*at) {
        case 'd': put_integer(&line, va_arg(args, int)); break;
        case 'u': put_integer(&line, va_arg(args, unsigned)); break;
        case 'z': put_integer(&line, (int64_t) va_arg(args, size_t)), at++; break;
        case 's': {
            const char *text = va_arg(args, const char *);
            size_t length = 0;
            while (length < longest && text[length]) length++;
            put(&line, text, length);
            break;
        }
        default: put(&line, at, 1);
        }
    }
    va_end(args);
    *line.at = 0;
    return (size_t) (line.at - out);
}

// Texts and places of compile errors: the parser's are PCRE's; PCRE2, which OTP has since 28, says some of them otherwise
// and looks at a character before it complains of it.
#include "re.h"

RegexError re_error_of_release(RegexError error)
{
    static const struct {
        const char *pcre, *pcre2; // NULL: the same text
        size_t later;
    } texts[] = {
        { "missing )", "missing closing parenthesis", 0 },
        { "unmatched parentheses", "unmatched closing parenthesis", 1 },
        { "nothing to repeat", "quantifier does not follow a repeatable item", 1 },
        { "range out of order in character class", NULL, 1 },
        { "invalid range in character class", NULL, 1 },
        { "two named subpatterns have the same name", "two named subpatterns have the same name (PCRE2_DUPNAMES not set)", 1 },
        { "group name must start with a non-digit", "subpattern name must start with a non-digit", 1 },
        { "syntax error in subpattern name (missing terminator)", "syntax error in subpattern name (missing terminator?)", 0 },
        { "unrecognized character after (?P", NULL, 1 },
        { "unrecognized character after (? or (?-", NULL, 1 },
        { "missing ) after comment", "missing ) after (?# comment", 0 },
        { "conditional group contains more than two branches", "conditional subpattern contains more than two branches", 0 },
        { "DEFINE group contains more than one branch", "DEFINE subpattern contains more than one branch", 0 },
        { "unknown property name after \\P or \\p", "unknown property after \\P or \\p", 1 },
        { "character value in \\x{} or \\o{} is too large", "character code point value in \\x{} or \\o{} is too large", 0 },
        { "non-hex character in \\x{} (closing brace missing?)", NULL, 1 },
        { "octal value is greater than \\377 in 8-bit non-UTF-8 mode", NULL, 1 },
        { "non-octal character in \\o{} (closing brace missing?)", NULL, 1 },
        { "missing opening brace after \\o", NULL, 1 },
        { "\\N is not supported in a class", NULL, 1 },
        { "number after (?C is > 255", "number after (?C is greater than 255", 0 },
        { "setting UTF is disabled by the application", "using UTF is disabled by the application", 0 },
    };
    for (size_t i = 0; regex_is_pcre2 && i < sizeof texts / sizeof *texts; i++) {
        if (strcmp(error.text, texts[i].pcre) != 0) continue;
        return (RegexError) { texts[i].pcre2 ? texts[i].pcre2 : error.text, error.at + texts[i].later };
    }
    return error;
}

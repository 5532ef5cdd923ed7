#include "server/clients/client_code.h"

#include "shared/base/civil.h"

#include <ctype.h>
#include <string.h>

void client_code_word(const char *organization_name, char ret_word[9])
{
    size_t n = 0;
    for (const char *p = organization_name; *p != '\0' && n < 8; p++) {
        unsigned char c = (unsigned char)*p;
        if (c < 128 && isalnum(c))
            ret_word[n++] = (char)toupper(c);
        else if (isspace(c) && n > 0)
            break;
    }
    ret_word[n] = '\0';
    if (n == 0)
        memcpy(ret_word, "ORG", sizeof "ORG");
}

bool client_code_next(struct op_ctx *ctx, const char *organization_name, const char **ret_code)
{
    char word[9];
    client_code_word(organization_name, word);
    struct civil day = civil_from_ms(ctx->now);
    const char *prefix = arena_printf(ctx->arena, "CLI-%s-%04d%02d%02d-", word, day.year, day.month, day.day);
    // '.' follows '-': a range of the unique index instead of LIKE. Clients are never deleted, so counting numbers them.
    char *end = arena_strdup(ctx->arena, prefix);
    end[strlen(end) - 1] = '.';
    int64_t taken = 0;
    if (!db_one_int(ctx->db, "SELECT count(*) FROM client WHERE code >= $1 AND code < $2",
                    DB_ARGS(db_text(prefix), db_text(end)), &taken, NULL, ctx->err))
        return false;
    *ret_code = arena_printf(ctx->arena, "%s%03lld", prefix, (long long)taken + 1);
    return true;
}

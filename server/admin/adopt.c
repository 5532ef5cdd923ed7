// Stores of before notes were texts that merge, brought up to date when a server starts.
#include "server/admin/admin.h"
#include "server/admin/tools.h"
#include "server/scheduling/scheduling.h"

enum { AT_ONCE = 500 }; // notes of one transaction

struct adopt_args {
    bool *left;
};

static bool run(struct op_ctx *ctx, const void *in)
{
    const struct adopt_args *args = in;
    return scheduling_adopt_notes(ctx, AT_ONCE, args->left);
}

static const struct shape shape = { .name = "Adopt", .size = sizeof(struct adopt_args) };
static const struct op_spec spec = {
    .name = "admin.adopt_notes", .roles = ROLE_ADMIN, .kind = OP_CHANGE, .in = &shape
};
// Unaudited: nearly always there is nothing to do, and every start would leave an entry.
static const struct op adopt = { .spec = &spec, .run = run, .unaudited = true };

bool admin_adopt_notes(struct app *app, struct err *err)
{
    bool left = true;
    struct adopt_args args = { &left };
    while (left)
        if (!tool_run(app, &adopt, &args, NULL, err))
            return false;
    return true;
}

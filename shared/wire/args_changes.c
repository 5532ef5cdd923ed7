#include "shared/wire/args_changes.h"

#include "shared/wire/op.h"

static const struct field list_fields[] = {
    { FIELD(struct args_change_list, since), .kind = FIELD_TEXT, .min = 1, .max = 128, .flags = FIELD_QUERY,
      .help = "nextSince of the page before; left out: no rows, only where the log stands now" },
    { FIELD(struct args_change_list, wait), .kind = FIELD_INT, .min = 0, .max = CHANGE_WAIT_MAX,
      .flags = FIELD_QUERY, .help = "Seconds to wait for a change when there is none" },
};
const struct shape shape_change_list = SHAPE(struct args_change_list, "ListChanges", list_fields);

const struct op_spec op_change_list = {
    .name = "change.list",
    .method = "GET",
    .path = "/api/changes",
    .roles = ROLE_ANYONE_SIGNED_IN,
    .kind = OP_QUERY,
    .status = 200,
    .in = &shape_change_list,
    .help = "What changed of all that the caller may see, in the order of the change log.",
};

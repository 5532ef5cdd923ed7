// Arguments of change.list: the change log over REST (handbook SYNC).
#pragma once

#include "shared/wire/shape.h"

enum { CHANGE_WAIT_MAX = 50 }; // seconds; what stands between often gives up after a minute

struct args_change_list {
    const char *since; // nextSince of an earlier page; NULL: from now on
    int64_t wait;      // seconds to wait for a change when there is none
};

extern const struct shape shape_change_list;
extern const struct op_spec op_change_list;

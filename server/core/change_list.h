// change.list: the change log for programs that ask over REST, with the pages and principals of sync (handbook SYNC).
#pragma once

#include "server/core/op.h"

extern const struct op op_run_change_list;

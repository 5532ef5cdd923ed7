// What a run did, as a hash that a replay must repeat, and its last lines for whoever has to find out.
#pragma once

#include "shared/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// show: every line goes to standard output as well.
void trace_reset(bool show);
void trace(const char *format, ...) PRINTF_LIKE(1, 2);
// Into the hash alone.
void trace_bytes(const void *data, size_t size);
uint64_t trace_hash(void);
// The last lines, to standard error.
void trace_print_last(void);

// The run has failed: the first reason counts. The scheduler stops after the step.
void fail_run(const char *format, ...) PRINTF_LIKE(1, 2);
bool run_failed(void);
const char *run_failure(void);

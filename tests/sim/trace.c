#include "tests/sim/trace.h"

#include "tests/sim/machine.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { LINES = 60, LINE_SIZE = 240 };

static struct {
    uint64_t hash;
    char lines[LINES][LINE_SIZE];
    size_t count;
    bool show, failed;
    char failure[4096];
} run;

void trace_reset(bool show)
{
    memset(&run, 0, sizeof run);
    run.hash = 14695981039346656037u;
    run.show = show;
}

void trace_bytes(const void *data, size_t size)
{
    const unsigned char *bytes = data;
    for (size_t i = 0; i < size; i++)
        run.hash = (run.hash ^ bytes[i]) * 1099511628211u;
}

void trace(const char *format, ...)
{
    char *line = run.lines[run.count++ % LINES];
    int64_t ms = machine_time() / 1000;
    int length = snprintf(line, LINE_SIZE, "%6" PRId64 ".%03d ", ms / 1000, (int)(ms % 1000));
    va_list list;
    va_start(list, format);
    vsnprintf(line + length, LINE_SIZE - (size_t)length, format, list);
    va_end(list);
    trace_bytes(line, strlen(line));
    if (run.show)
        printf("%s\n", line);
}

uint64_t trace_hash(void)
{
    return run.hash;
}

void trace_print_last(void)
{
    size_t first = run.count > LINES ? run.count - LINES : 0;
    for (size_t i = first; i < run.count; i++)
        fprintf(stderr, "  %s\n", run.lines[i % LINES]);
}

void fail_run(const char *format, ...)
{
    if (run.failed)
        return;
    run.failed = true;
    va_list list;
    va_start(list, format);
    vsnprintf(run.failure, sizeof run.failure, format, list);
    va_end(list);
    trace("FAILED: %s", run.failure);
}

bool run_failed(void)
{
    return run.failed;
}

const char *run_failure(void)
{
    return run.failure;
}

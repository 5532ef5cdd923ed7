#include "tests/bench/sample.h"

#include "tests/bench/socket.h"

#include <stdlib.h>

void sample_free(struct sample *sample)
{
    free(sample->values);
    *sample = (struct sample){ 0 };
}

void sample_add(struct sample *sample, int64_t value)
{
    if (sample->count == sample->cap) {
        sample->cap = sample->cap == 0 ? 1024 : sample->cap * 2;
        sample->values = realloc(sample->values, sample->cap * sizeof *sample->values);
        if (sample->values == NULL)
            bench_fail("out of memory");
    }
    sample->values[sample->count++] = value;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

int64_t sample_at(struct sample *sample, double share)
{
    if (sample->count == 0)
        return 0;
    qsort(sample->values, sample->count, sizeof *sample->values, compare);
    return sample->values[(size_t)(share * (double)(sample->count - 1))];
}

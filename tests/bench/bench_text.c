// How fast and how small texts that merge are.
//
//   bench_text TRACE.json.gz...   editing traces, sequential or concurrent: a line of JSON each
//   bench_text --merge [EDITS]    two replicas with so many edits each (10,000), made apart, told each other's
//
// A sequential trace is typed one edit at a time, each also encoded as an update. Of a concurrent one each author types
// on the state that the trace names; then another replica applies the updates one at a time, and that is timed. Times
// are the median of several runs, of the processor, so that what else runs on the machine counts for less. A file that
// is no sound trace gets a line on stderr; the exit status is 1 when there was one, or when a text did not end as told.
#include "shared/text/text.h"
#include "tests/lib/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RUNS = 9 };

struct figures {
    double apply[RUNS], encode[RUNS], load[RUNS]; // ms
    size_t update_bytes, saved_bytes;
    bool final_ok;
};

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int by_size(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double median(double *times)
{
    qsort(times, RUNS, sizeof *times, by_size);
    return times[RUNS / 2];
}

static bool content_is(const struct text *text, const char *expected)
{
    CLEANUP(buf_free) struct buf content = { 0 };
    text_content(text, &content);
    return content.len == strlen(expected) && memcmp(buf_text(&content), expected, content.len) == 0;
}

// ---- traces ----
static bool ends_well(const struct replay *replay, const struct text *text, const struct text *loaded)
{
    CLEANUP(buf_free) struct buf content = { 0 };
    text_content(text, &content);
    return content_is(loaded, buf_text(&content)) && (replay->end == NULL || content_is(text, replay->end));
}

static void run_once(const struct replay *replay, struct figures *figures, int run)
{
    CLEANUP(buf_free) struct buf snapshot = { 0 };
    struct err err = { 0 };
    double start = now_ms();
    struct text *text = replay_run(replay, &figures->update_bytes);
    figures->apply[run] = now_ms() - start;
    start = now_ms();
    text_save(text, &snapshot);
    figures->encode[run] = now_ms() - start;
    start = now_ms();
    struct text *loaded = text_load(1, snapshot.data, snapshot.len, &err);
    figures->load[run] = now_ms() - start;
    CHECK(loaded != NULL);
    figures->saved_bytes = snapshot.len;
    figures->final_ok = figures->final_ok && ends_well(replay, text, loaded);
    text_free(text);
    text_free(loaded);
}

static bool bench_trace(const char *path)
{
    struct replay replay;
    struct err err = { 0 };
    if (!replay_open(&replay, path, &err)) {
        fprintf(stderr, "bench_text: %s: %s\n", path, err.message);
        replay_close(&replay);
        return false;
    }
    struct figures figures = { .final_ok = true };
    for (int i = 0; i < RUNS; i++)
        run_once(&replay, &figures, i);
    const char *slash = strrchr(path, '/');
    double edits = replay.edit_count == 0 ? 1 : (double)replay.edit_count;
    printf("{\"trace\":\"%s\",\"edits\":%zu,\"apply_ms\":%.2f,\"bytes_per_edit\":%.2f,\"encode_ms\":%.2f,"
           "\"load_ms\":%.2f,\"saved_bytes\":%zu,\"final_ok\":%s}\n",
           slash == NULL ? path : slash + 1, replay.edit_count, median(figures.apply),
           (double)figures.update_bytes / edits, median(figures.encode), median(figures.load),
           figures.saved_bytes, figures.final_ok ? "true" : "false");
    fflush(stdout);
    replay_close(&replay);
    return figures.final_ok;
}

// ---- two replicas apart ----
static unsigned draw(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(*seed >> 33);
}

// Somebody types: words, now and then a step back, now and then elsewhere.
static void type_alone(struct text *text, size_t edits, uint64_t seed)
{
    CLEANUP(buf_free) struct buf update = { 0 };
    struct err err = { 0 };
    size_t at = text_length(text);
    for (size_t i = 0; i < edits; i++) {
        unsigned what = draw(&seed) % 100;
        if (what < 4)
            at = draw(&seed) % (text_length(text) + 1);
        char letter = (char)('a' + draw(&seed) % 26);
        struct replay_edit edit = { at, 0, &letter, 1 };
        if (what < 20 && at > 0)
            edit = (struct replay_edit){ at - 1, 1, "", 0 };
        CHECK(replay_make(text, &edit, &update, &err));
        at = edit.size > 0 ? at + 1 : at - 1;
        buf_clear(&update);
    }
}

static size_t send(const struct text *from, struct text *to)
{
    CLEANUP(buf_free) struct buf version = { 0 };
    CLEANUP(buf_free) struct buf update = { 0 };
    struct err err = { 0 };
    text_version(to, &version);
    CHECK(text_diff(from, version.data, version.len, &update, &err));
    CHECK(text_apply(to, update.data, update.len, NULL, &err));
    return update.len;
}

static bool bench_merge(size_t edits)
{
    double times[RUNS];
    size_t bytes = 0;
    bool ok = true;
    for (int i = 0; i < RUNS; i++) {
        struct text *a = text_create(1), *b = text_create(2);
        type_alone(a, 1000, 7);
        send(a, b);
        type_alone(a, edits, 1);
        type_alone(b, edits, 2);
        double start = now_ms();
        bytes = send(a, b) + send(b, a);
        times[i] = now_ms() - start;
        CLEANUP(buf_free) struct buf content = { 0 };
        text_content(a, &content);
        ok = ok && content_is(b, buf_text(&content));
        text_free(a);
        text_free(b);
    }
    printf("{\"merge\":\"two replicas, both ways\",\"edits_each\":%zu,\"merge_ms\":%.2f,\"diff_bytes\":%zu,"
           "\"final_ok\":%s}\n",
           edits, median(times), bytes, ok ? "true" : "false");
    return ok;
}

int main(int argc, char **argv)
{
    if (argc >= 2 && strcmp(argv[1], "--merge") == 0)
        return bench_merge(argc > 2 ? strtoul(argv[2], NULL, 10) : 10000) ? 0 : 1;
    if (argc < 2) {
        fprintf(stderr, "usage: bench_text TRACE.json.gz... | --merge [EDITS]\n");
        return 2;
    }
    bool ok = true;
    for (int i = 1; i < argc; i++)
        ok = bench_trace(argv[i]) && ok;
    return ok ? 0 : 1;
}

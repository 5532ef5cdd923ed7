// How fast and how small texts that merge are.
//
//   bench_text TRACE.json.gz...   editing traces, sequential or concurrent: a line of JSON each
//   bench_text --merge [EDITS]    two replicas with so many edits each (10,000), made apart, told each other's
//
// A sequential trace is typed one edit at a time, each also encoded as an update. Of a concurrent one each author types
// on the state that the trace names; then another replica applies the updates one at a time, and that is timed. Times
// are the median of several runs, of the processor, so that what else runs on the machine counts for less.
#include "shared/text/text.h"
#include "tests/lib/traces.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RUNS = 9, AUTHORS_MAX = 64 };

// One patch half: a deletion or an insertion; bytes, not code points.
struct edit {
    size_t at;
    size_t gone;
    const char *bytes;
    size_t size;
};

struct trace {
    const char *name;
    cJSON *json;
    const char *end;
    bool concurrent;
    struct edit *edits; // sequential: all; concurrent: by transaction through `first`
    size_t edit_count;
    struct buf updates; // concurrent: one after the other
    size_t *update_ends;
    size_t update_count;
};

struct figures {
    double apply_ms, encode_ms, load_ms;
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

static void make_edit(struct text *text, const struct edit *edit, struct buf *update)
{
    struct err err = { 0 };
    if (edit->gone > 0)
        CHECK(text_delete(text, edit->at, edit->gone, update, &err));
    if (edit->size > 0)
        CHECK(text_insert(text, edit->at, edit->bytes, edit->size, update, &err));
}

// ---- positions in code points become bytes of the text as it is at that moment ----
static bool is_ascii(const char *bytes)
{
    while ((unsigned char)*bytes - 1u < 0x7f)
        bytes++;
    return *bytes == '\0';
}

static struct edit edit_of(const cJSON *patch, const struct text *text, bool *plain)
{
    size_t at = (size_t)cJSON_GetArrayItem(patch, 0)->valuedouble;
    size_t gone = (size_t)cJSON_GetArrayItem(patch, 1)->valuedouble;
    const char *bytes = cJSON_GetArrayItem(patch, 2)->valuestring;
    *plain = *plain && is_ascii(bytes);
    if (!*plain) {
        CLEANUP(buf_free) struct buf content = { 0 };
        text_content(text, &content);
        size_t from = trace_offset(buf_text(&content), 0, at);
        gone = trace_offset(buf_text(&content), from, gone) - from;
        at = from;
    }
    return (struct edit){ at, gone, bytes, strlen(bytes) };
}

static void add_edit(struct trace *trace, struct edit edit)
{
    if ((trace->edit_count & (trace->edit_count - 1)) == 0) {
        size_t room = trace->edit_count == 0 ? 1 : trace->edit_count * 2;
        trace->edits = realloc(trace->edits, room * sizeof *trace->edits);
        CHECK(trace->edits != NULL);
    }
    trace->edits[trace->edit_count++] = edit;
}

static void prepare_sequential(struct trace *trace)
{
    struct text *text = text_create(1);
    CLEANUP(buf_free) struct buf update = { 0 };
    bool plain = is_ascii(cJSON_GetObjectItem(trace->json, "startContent")->valuestring);
    const char *start = cJSON_GetObjectItem(trace->json, "startContent")->valuestring;
    struct edit begin = { 0, 0, start, strlen(start) };
    if (begin.size > 0) {
        add_edit(trace, begin);
        make_edit(text, &begin, &update);
    }
    const cJSON *txn, *patch;
    cJSON_ArrayForEach(txn, cJSON_GetObjectItem(trace->json, "txns"))
    {
        cJSON_ArrayForEach(patch, cJSON_GetObjectItem(txn, "patches"))
        {
            struct edit edit = edit_of(patch, text, &plain);
            add_edit(trace, edit);
            make_edit(text, &edit, &update);
        }
        buf_clear(&update);
    }
    text_free(text);
}

// ---- concurrent: every author has a replica ----
struct author {
    struct text *text;
    bool *has;  // by transaction
    size_t low; // all before it are there
};

struct story {
    struct trace *trace;
    const cJSON **txns;
    size_t count;
    size_t *first, *last; // by transaction: its updates
    unsigned *seen; // by transaction and author: how many transactions of that author it was made on, or is
    struct author authors[AUTHORS_MAX];
    size_t author_count;
};

static size_t author_of(const struct story *story, size_t txn)
{
    return (size_t)cJSON_GetObjectItem(story->txns[txn], "agent")->valueint;
}

static void add_update(struct trace *trace, const struct buf *update)
{
    buf_add(&trace->updates, buf_text(update), update->len);
    trace->update_ends = realloc(trace->update_ends, (trace->update_count + 1) * sizeof *trace->update_ends);
    CHECK(trace->update_ends != NULL);
    trace->update_ends[trace->update_count++] = trace->updates.len;
}

static void apply_update(struct text *text, const struct trace *trace, size_t index)
{
    struct err err = { 0 };
    size_t from = index == 0 ? 0 : trace->update_ends[index - 1];
    CHECK(text_apply(text, trace->updates.data + from, trace->update_ends[index] - from, NULL, &err));
}

static void see_parents(struct story *story, size_t txn)
{
    unsigned *seen = story->seen + txn * story->author_count;
    const cJSON *parent;
    cJSON_ArrayForEach(parent, cJSON_GetObjectItem(story->txns[txn], "parents"))
    {
        const unsigned *theirs = story->seen + (size_t)parent->valueint * story->author_count;
        for (size_t i = 0; i < story->author_count; i++)
            if (seen[i] < theirs[i])
                seen[i] = theirs[i];
    }
}

static void catch_up(struct story *story, struct author *author, size_t txn)
{
    const unsigned *seen = story->seen + txn * story->author_count;
    for (size_t i = author->low; i < txn; i++) {
        size_t other = author_of(story, i);
        if (!author->has[i] && story->seen[i * story->author_count + other] <= seen[other]) {
            for (size_t j = story->first[i]; j < story->last[i]; j++)
                apply_update(author->text, story->trace, j);
            author->has[i] = true;
        }
        if (author->low == i && author->has[i])
            author->low++;
    }
}

static void tell(struct story *story, size_t txn)
{
    struct author *author = &story->authors[author_of(story, txn)];
    see_parents(story, txn);
    catch_up(story, author, txn);
    author->has[txn] = true;
    story->seen[txn * story->author_count + author_of(story, txn)]++;
    story->first[txn] = story->trace->update_count;
    bool plain = false;
    const cJSON *patch;
    cJSON_ArrayForEach(patch, cJSON_GetObjectItem(story->txns[txn], "patches"))
    {
        CLEANUP(buf_free) struct buf update = { 0 };
        struct edit edit = edit_of(patch, author->text, &plain);
        struct edit half = { edit.at, edit.gone, "", 0 };
        edit.gone = 0;
        make_edit(author->text, &half, &update);
        if (update.len > 0)
            add_update(story->trace, &update);
        buf_clear(&update);
        make_edit(author->text, &edit, &update);
        if (update.len > 0)
            add_update(story->trace, &update);
        story->trace->edit_count++;
    }
    story->last[txn] = story->trace->update_count;
}

static void *zeroes(size_t count, size_t size)
{
    void *items = calloc(count + 1, size);
    CHECK(items != NULL);
    return items;
}

static void prepare_concurrent(struct trace *trace)
{
    const cJSON *txns = cJSON_GetObjectItem(trace->json, "txns");
    struct story story = { .trace = trace, .count = (size_t)cJSON_GetArraySize(txns) };
    story.author_count = (size_t)cJSON_GetObjectItem(trace->json, "numAgents")->valueint;
    CHECK(story.author_count <= AUTHORS_MAX);
    story.txns = zeroes(story.count, sizeof *story.txns);
    story.first = zeroes(story.count, sizeof *story.first);
    story.last = zeroes(story.count, sizeof *story.last);
    story.seen = zeroes(story.count * story.author_count, sizeof *story.seen);
    for (size_t i = 0; i < story.author_count; i++)
        story.authors[i] = (struct author){ text_create(i + 1), zeroes(story.count, sizeof(bool)), 0 };
    const cJSON *txn;
    size_t count = 0;
    cJSON_ArrayForEach(txn, txns) story.txns[count++] = txn;
    for (size_t i = 0; i < story.count; i++)
        tell(&story, i);
    for (size_t i = 0; i < story.author_count; i++) {
        text_free(story.authors[i].text);
        free(story.authors[i].has);
    }
    free(story.txns);
    free(story.first);
    free(story.last);
    free(story.seen);
}

// ---- what is timed ----
static struct text *apply_all(const struct trace *trace, struct figures *figures, double *ret_ms)
{
    CLEANUP(buf_free) struct buf update = { 0 };
    size_t bytes = 0;
    double start = now_ms();
    struct text *text = text_create(1000);
    for (size_t i = 0; !trace->concurrent && i < trace->edit_count; i++) {
        make_edit(text, &trace->edits[i], &update);
        bytes += update.len;
        buf_clear(&update);
    }
    for (size_t i = 0; trace->concurrent && i < trace->update_count; i++)
        apply_update(text, trace, i);
    *ret_ms = now_ms() - start;
    figures->update_bytes = trace->concurrent ? trace->updates.len : bytes;
    return text;
}

static void run_once(const struct trace *trace, struct figures *figures, double *apply, double *encode,
                     double *load)
{
    CLEANUP(buf_free) struct buf snapshot = { 0 };
    struct err err = { 0 };
    struct text *text = apply_all(trace, figures, apply);
    double start = now_ms();
    text_save(text, &snapshot);
    *encode = now_ms() - start;
    start = now_ms();
    struct text *loaded = text_load(1001, snapshot.data, snapshot.len, &err);
    *load = now_ms() - start;
    CHECK(loaded != NULL);
    figures->saved_bytes = snapshot.len;
    figures->final_ok = content_is(text, trace->end) && content_is(loaded, trace->end);
    text_free(text);
    text_free(loaded);
}

static bool bench_trace(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct trace trace = { .name = slash == NULL ? path : slash + 1, .json = trace_parse(path) };
    const cJSON *kind = cJSON_GetObjectItem(trace.json, "kind");
    trace.end = cJSON_GetObjectItem(trace.json, "endContent")->valuestring;
    trace.concurrent = kind != NULL && strcmp(kind->valuestring, "concurrent") == 0;
    if (trace.concurrent)
        prepare_concurrent(&trace);
    else
        prepare_sequential(&trace);
    struct figures figures = { 0 };
    double apply[RUNS], encode[RUNS], load[RUNS];
    bool ok = true;
    for (int i = 0; i < RUNS; i++) {
        run_once(&trace, &figures, &apply[i], &encode[i], &load[i]);
        ok = ok && figures.final_ok;
    }
    printf("{\"trace\":\"%s\",\"edits\":%zu,\"apply_ms\":%.2f,\"bytes_per_edit\":%.2f,\"encode_ms\":%.2f,"
           "\"load_ms\":%.2f,\"saved_bytes\":%zu,\"final_ok\":%s}\n",
           trace.name, trace.edit_count, median(apply),
           (double)figures.update_bytes / (double)trace.edit_count, median(encode), median(load),
           figures.saved_bytes, ok ? "true" : "false");
    cJSON_Delete(trace.json);
    free(trace.edits);
    free(trace.update_ends);
    buf_free(&trace.updates);
    return ok;
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
    size_t at = text_length(text);
    for (size_t i = 0; i < edits; i++) {
        unsigned what = draw(&seed) % 100;
        if (what < 4)
            at = draw(&seed) % (text_length(text) + 1);
        char letter = (char)('a' + draw(&seed) % 26);
        struct edit edit = { at, 0, &letter, 1 };
        if (what < 20 && at > 0)
            edit = (struct edit){ at - 1, 1, "", 0 };
        make_edit(text, &edit, &update);
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

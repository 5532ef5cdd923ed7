// A hostile server from its welcome on: lines of the input are its messages, those that start with '{"t":"snap"' go as
// snapshot pages. Whatever it says, the client ends the session or goes on, and its cache can still be read.
#include "tui/net/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct model *model;
static struct feed *feed;
static char folder[64];

static int64_t clock_of_test(void)
{
    return INT64_C(1900000000000);
}

static void remove_home(void)
{
    static const char *const names[] = { "cache.db",  "cache.db-wal",  "cache.db-shm",  "cache.db.lock",
                                         "outbox.db", "outbox.db-wal", "outbox.db-shm", "outbox.db.lock",
                                         "sync.lock", "cache.bad" };
    feed_close(feed);
    model_close(model);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

// One home for all runs, in memory when the machine has room there.
static void open_home(void)
{
    struct err err;
    struct stat info;
    snprintf(folder, sizeof folder, "%s/serenity-fuzz-XXXXXX",
             stat("/dev/shm", &info) == 0 ? "/dev/shm" : "/tmp");
    CHECK(mkdtemp(folder) != NULL);
    struct model_options options = { .home = folder, .now = clock_of_test };
    CHECK(model_open(&model, &options, &err));
    CHECK(feed_open(&feed, model, &err));
    CHECK(feed_take_session(feed));
    CHECK(device_sign_in(feed_outbox(feed), "http://127.0.0.1:1", "a@example.com", "u1", "A", "R", 1, &err));
    struct args_id args = { .id = "01900001-0000-7000-8000-000000000001" };
    CHECK(model_mark_read(model, args.id, NULL, &err));
    atexit(remove_home);
}

static void drop(void *user, struct buf *text)
{
    (void)user;
    buf_free(text);
}

static enum session_end say(struct session *session, const char *line, size_t size)
{
    static const char page_start[] = "{\"t\":\"snap\"";
    struct err err = { 0 };
    CLEANUP(buf_free) struct buf page = { 0 };
    bool is_page = size >= sizeof page_start - 1 && memcmp(line, page_start, sizeof page_start - 1) == 0;
    if (is_page && !page_deflate(line, size, &page, &err))
        return SESSION_BROKEN;
    enum session_end end =
        session_receive(session, is_page ? page.data : line, is_page ? page.len : size, is_page, 1, &err);
    CHECK(end == SESSION_GOES_ON || err.code != ERR_NONE);
    return end == SESSION_GOES_ON ? session_tick(session, 1, &err) : end;
}

static void look(void)
{
    struct arena arena = { 0 };
    struct model_news news;
    struct list list = { 0 };
    struct consultation_detail detail;
    struct credit_summary credits;
    model_consultations(model, 0, INT64_C(4000000000000), &arena, &list);
    for (size_t i = 0; i < list.count; i++)
        CHECK(model_consultation(model, LIST_AT(&list, struct consultation, i)->row.id, &arena, &detail));
    model_credits(model, &credits);
    model_refusals(model, &arena, &list);
    model_notifications(model, 50, &arena, &list);
    model_take_news(model, &arena, &news);
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err;
    if (model == NULL)
        open_home();
    struct session session = { .feed = feed, .model = model, .user_id = "u1", .send = drop };
    CHECK(session_begin(&session, "A", 1, &err));
    const char *at = (const char *)data, *end = at + size;
    enum session_end goes = SESSION_GOES_ON;
    while (at < end && goes == SESSION_GOES_ON) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t length = (size_t)((stop != NULL ? stop : end) - at);
        goes = say(&session, at, length);
        at += length + 1;
    }
    look();
    CHECK(feed_reset(feed, true, &err));
    return 0;
}

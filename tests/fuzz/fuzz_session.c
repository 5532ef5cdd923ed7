// A hostile server from its welcome on: lines of the input are its messages, those that start with '{"t":"snap"' go as
// snapshot pages. Whatever it says, the client ends the session or goes on, and its cache can still be read.
#include "tests/fuzz/client_home.h"
#include "tui/net/session.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct model *model;
static struct feed *feed;
static char folder[CLIENT_FOLDER_MAX];

static void remove_home(void)
{
    client_home_close(model, feed);
    client_home_remove(folder);
}

// One home for all runs.
static void open_home(void)
{
    struct err err;
    client_home_create(folder);
    CHECK(client_home_open(folder, &model, &feed, &err));
    CHECK(feed_take_session(feed));
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
    client_home_look(model);
    CHECK(feed_reset(feed, true, &err));
    return 0;
}

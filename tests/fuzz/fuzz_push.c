// What a client program may say to a server with the demo world, its engine and its store: each line of the input is a
// message, and the person who says them is signed in. Whatever comes, the answers are well formed, the connection ends
// or goes on, and nothing of it is left behind. A first line "nobody" leaves the hello to the input, "$T" in a line
// stands for a good token.
#include "server/admin/admin.h"
#include "server/core/app.h"
#include "server/core/op.h"
#include "server/push/conn.h"
#include "shared/base/check.h"
#include "shared/wire/json.h"

#include <ftw.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUTS_OF_A_STORE = 10000, LINES_MAX = 64 };

struct push_session { // in the place of a socket
    bool ended, paused;
};

void socket_wants_write(struct push_session *session)
{
    CHECK(session != NULL);
}

void socket_write(struct push_session *session)
{
    CHECK(session != NULL);
}

void socket_pause(struct push_session *session, bool pause)
{
    session->paused = pause;
}

void socket_end(struct push_session *session)
{
    session->ended = true;
}

// --- the server ------------------------------------------------------------------------------------------------------

static struct app app;
static struct push *push;
static char folder[64], token[2048], epoch[64];
static unsigned inputs;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t work_done = PTHREAD_COND_INITIALIZER;

static void must(bool ok, const struct err *err)
{
    if (ok)
        return;
    fprintf(stderr, "fuzz_push: %s\n", err->message);
    abort();
}

static void wake(void *user)
{
    (void)user;
    pthread_mutex_lock(&lock);
    pthread_cond_signal(&work_done);
    pthread_mutex_unlock(&lock);
}

static void wait_a_little(void)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 200000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&lock);
    pthread_cond_timedwait(&work_done, &lock, &until);
    pthread_mutex_unlock(&lock);
}

static void sign_in(void)
{
    static const char body[] = "{\"email\":\"john@insightserenity.com\",\"password\":\"SecurePass123!\"}";
    struct err err = { 0 };
    struct op_request *request = op_request_create();
    request->op = op_find("auth.login");
    request->request_id = "fuzz";
    request->address = "192.0.2.7";
    request->body = json_parse(body, sizeof body - 1, &err);
    engine_run(app.engine, request);
    must(request->ok, &request->err);
    CLEANUP(json_free) cJSON *data = json_parse(buf_text(&request->reply), request->reply.len, &err);
    const cJSON *tokens = cJSON_GetObjectItemCaseSensitive(data, "tokens");
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(tokens, "accessToken"));
    CHECK(text != NULL && strlen(text) < sizeof token);
    snprintf(token, sizeof token, "%s", text);
    op_request_free(request);
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)info, (void)kind, (void)place;
    return remove(path);
}

static void close_server(void)
{
    epoch[0] = '\0';
    app_stop(&app);
    push_destroy(push);
    app_destroy(&app);
    CHECK(nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS) == 0);
}

static void open_server(void)
{
    struct err err = { 0 };
    struct stat info;
    CLEANUP(buf_free) struct buf said = { 0 };
    snprintf(folder, sizeof folder, "%s/serenity-fuzz-XXXXXX",
             stat("/dev/shm", &info) == 0 ? "/dev/shm" : "/tmp");
    CHECK(mkdtemp(folder) != NULL);
    struct app_config config = {
        .data = folder,
        .public_url = "http://127.0.0.1",
        .mail_from = "a@example.com",
        .access_minutes = 60 * 24 * 7,
        .refresh_days = 30,
        .argon2_mib = 1,
        .argon2_passes = 1,
        .readers = 1,
    };
    must(app_create(&app, &config, &err), &err);
    must(app_start(&app, wake, NULL, &err), &err);
    must(admin_demo(&app, &said, &err), &err);
    sign_in();
    push = push_create(&app);
}

// --- one connection --------------------------------------------------------------------------------------------------

static void check_frame(const struct frame *frame)
{
    struct err err = { 0 };
    CLEANUP(buf_free) struct buf page = { 0 };
    const char *text = (const char *)frame->bytes + FRAME_HEADROOM;
    if (frame->binary)
        CHECK(page_inflate(text, frame->size, &page, &err));
    CLEANUP(json_free)
    cJSON *json =
        json_parse(frame->binary ? buf_text(&page) : text, frame->binary ? page.len : frame->size, &err);
    CHECK(cJSON_IsString(cJSON_GetObjectItemCaseSensitive(json, "t")));
    const char *said = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "epoch"));
    if (said != NULL)
        snprintf(epoch, sizeof epoch, "%s", said);
}

static bool read_frames(struct conn *conn)
{
    struct frame *frame = conn_next_frame(conn, false);
    if (frame == NULL)
        return false;
    check_frame(frame);
    frame_unref(frame);
    return true;
}

// Until nothing is under way and nothing is left to send.
static void settle(struct conn *conn)
{
    for (;;) {
        engine_deliver(app.engine);
        push_take_changes(push);
        if (conn != NULL && read_frames(conn))
            continue;
        if (engine_idle(app.engine))
            return;
        wait_a_little();
    }
}

static void say(struct conn *conn, const char *line, size_t size)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    for (size_t i = 0; i < size; i++) {
        if (i + 1 < size && line[i] == '$' && line[i + 1] == 'T') {
            buf_add_text(&text, token);
            i++;
        } else {
            buf_add_char(&text, line[i]);
        }
    }
    conn_message(conn, buf_text(&text), text.len);
    settle(conn);
}

// From where the server is; the first of a store fetches everything.
static void say_hello(struct conn *conn)
{
    char line[256];
    int64_t head = epoch[0] == '\0' ? 0 : feed_head(push_feed(push, TENANT_DEFAULT, 0));
    int size = snprintf(line, sizeof line,
                        "{\"t\":\"hello\",\"protocol\":1,\"schema\":1,\"device\":\"d%u\",\"token\":\"$T\","
                        "\"epoch\":\"%s\",\"cursor\":%" PRId64 ",\"nextOp\":1}",
                        inputs, epoch, head);
    say(conn, line, (size_t)size);
    CHECK(conn->state == CONN_LIVE);
}

static void converse(struct conn *conn, const struct push_session *session, const char *at, const char *end)
{
    static const char nobody[] = "nobody\n";
    bool stranger = (size_t)(end - at) >= sizeof nobody - 1 && memcmp(at, nobody, sizeof nobody - 1) == 0;
    if (stranger)
        at += sizeof nobody - 1;
    else
        say_hello(conn);
    for (int lines = 0; at < end && lines < LINES_MAX && !session->ended && !conn_gone(conn); lines++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t size = (size_t)((stop != NULL ? stop : end) - at);
        say(conn, at, size);
        CHECK(!session->paused || conn_gone(conn)); // nothing is under way, so it is read again
        at += size + 1;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (inputs > 0 && inputs % INPUTS_OF_A_STORE == 0)
        close_server();
    if (inputs % INPUTS_OF_A_STORE == 0)
        open_server();
    if (inputs++ == 0)
        atexit(close_server);
    struct push_session session = { 0 };
    struct conn *conn = conn_open(push, &session);
    converse(conn, &session, (const char *)data, (const char *)data + size);
    conn_closed(conn);
    settle(NULL);
    CHECK(push->count == 0 && push->conns == NULL && push->late == NULL && push->rooms == NULL);
    return 0;
}

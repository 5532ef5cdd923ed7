// What a client program says: which message may come when, and who deals with it.
#include "server/push/conn.h"

#include "shared/host/host.h"

#include <string.h>

enum {
    MESSAGE_US = 20000,  // 50 messages a second that are no operations ...
    MESSAGE_BURST = 100, // ... and that many at once
};

// Fills a message's struct; a message that is wrong closes the connection.
static bool read_message(struct conn *conn, const struct shape *shape, const cJSON *json, struct arena *arena,
                         void *ret)
{
    struct err err = { 0 };
    if (shape_read_lenient(shape, json, arena, ret, &err))
        return true;
    conn_fail_with(conn, &err);
    return false;
}

static void on_hello(struct conn *conn, const cJSON *json, struct arena *arena)
{
    struct msg_hello hello;
    if (read_message(conn, &shape_hello, json, arena, &hello))
        hello_received(conn, &hello);
}

static void on_auth(struct conn *conn, const cJSON *json, struct arena *arena)
{
    struct msg_auth auth;
    if (read_message(conn, &shape_auth, json, arena, &auth))
        conn_check(conn, auth.token);
}

static void on_cur(struct conn *conn, const cJSON *json, struct arena *arena)
{
    struct msg_cur cur;
    if (read_message(conn, &shape_cur, json, arena, &cur) && cur.at > conn->told &&
        cur.at > feed_head(conn->audience->feed))
        conn_fail(conn, ERR_BAD_REQUEST, "The cursor is ahead of the server.");
}

static void on_again(struct conn *conn, const cJSON *json, struct arena *arena)
{
    struct msg_again again;
    if (read_message(conn, &shape_again, json, arena, &again))
        snapshot_again(conn, &again);
}

static void on_op(struct conn *conn, const cJSON *json, struct arena *arena)
{
    (void)arena;
    ops_received(conn, json);
}

static void on_doc_sync(struct conn *conn, const cJSON *json, struct arena *arena)
{
    (void)arena;
    texts_received(conn, json);
}

static void on_presence(struct conn *conn, const cJSON *json, struct arena *arena)
{
    struct msg_presence presence;
    if (read_message(conn, &shape_presence, json, arena, &presence))
        presence_received(conn, &presence);
}

static void on_ping(struct conn *conn, const cJSON *json, struct arena *arena)
{
    static const char pong[] = "{\"t\":\"pong\"}";
    (void)json;
    (void)arena;
    conn_send_frame(conn, frame_create(pong, sizeof pong - 1, false));
}

static void on_pong(struct conn *conn, const cJSON *json, struct arena *arena)
{
    (void)conn;
    (void)json;
    (void)arena;
}

#define STATE(state) (1u << (state))
#define WELCOMED     (STATE(CONN_SNAPSHOT) | STATE(CONN_LIVE) | STATE(CONN_OUTBOX))

static const struct {
    const char *name;
    unsigned states; // in which it may come
    bool free;       // not counted by the limit of messages: it has its own
    void (*receive)(struct conn *conn, const cJSON *json, struct arena *arena);
} messages[] = {
    { "hello", STATE(CONN_HELLO) | STATE(CONN_SNAPSHOT) | STATE(CONN_LIVE), false, on_hello },
    { "auth", WELCOMED, false, on_auth },
    { "again", STATE(CONN_LIVE), false, on_again },
    { "cur", WELCOMED, false, on_cur },
    { "op", WELCOMED, true, on_op },
    { "doc.sync", WELCOMED, false, on_doc_sync },
    { "presence", WELCOMED, false, on_presence },
    { "ping", STATE(CONN_HELLO) | STATE(CONN_CHECKING) | WELCOMED, false, on_ping },
    { "pong", STATE(CONN_CHECKING) | WELCOMED, false, on_pong },
};

static bool too_many(struct conn *conn)
{
    int64_t now = host_monotonic_us();
    if (conn->busy_until < now)
        conn->busy_until = now;
    conn->busy_until += MESSAGE_US;
    return conn->busy_until - now > MESSAGE_BURST * MESSAGE_US;
}

static void dispatch(struct conn *conn, const cJSON *json, struct arena *arena)
{
    const char *type = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "t"));
    for (size_t i = 0; type != NULL && i < ARRAY_LEN(messages); i++) {
        if (strcmp(messages[i].name, type) != 0)
            continue;
        if (conn->state == CONN_HELLO && conn->user_id != NULL && messages[i].receive != on_hello)
            return; // sent before the client knew of its reset; it will be sent again
        if (!(messages[i].states & STATE(conn->state)))
            conn_fail(conn, ERR_BAD_REQUEST, "That message may not come now.");
        else if (!messages[i].free && too_many(conn))
            conn_fail(conn, ERR_RATE_LIMITED, "Too many messages.");
        else
            messages[i].receive(conn, json, arena);
        return;
    }
    conn_fail(conn, ERR_BAD_REQUEST, "There is no such message.");
}

void conn_message(struct conn *conn, const char *text, size_t size)
{
    CLEANUP(arena_free) struct arena arena = { 0 };
    struct err err = { 0 };
    if (conn_gone(conn) || conn->push->draining)
        return;
    CLEANUP(json_free) cJSON *json = json_parse(text, size, &err);
    if (json == NULL)
        conn_fail_with(conn, &err);
    else if (!cJSON_IsObject(json))
        conn_fail(conn, ERR_BAD_REQUEST, "A message is a JSON object.");
    else
        dispatch(conn, json, &arena);
}

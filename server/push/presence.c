// Who looks at which consultation right now: in memory only, forgotten when a connection ends or falls silent.
#include "server/push/conn.h"

#include "server/core/changes.h"
#include "shared/base/id.h"
#include "shared/host/host.h"
#include "shared/wire/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_PAUSE_US = 100000, ROOM_ID_MAX = 64, EXPIRY_US = SYNC_PRESENCE_EXPIRY_MS * 1000 };

struct room {
    char id[ROOM_ID_MAX];
    char *tenant;
    struct conn *members;
    bool changed;    // to be told
    int64_t told_at; // monotonic us
    struct room *next;
};

struct room_check {
    struct read_task task; // first: the engine hands it back
    struct conn *conn;
    struct arena arena;
    char id[ROOM_ID_MAX];
    int state;
    const char *tenant, *principals;
    unsigned life;
    bool visible;
};

// --- rooms ----------------------------------------------------------------------------------------------------------

static struct room *find_room(struct push *push, const char *tenant, const char *id)
{
    for (struct room *room = push->rooms; room != NULL; room = room->next)
        if (strcmp(room->id, id) == 0 && strcmp(room->tenant, tenant) == 0)
            return room;
    struct room *room = calloc(1, sizeof *room);
    CHECK(room != NULL);
    snprintf(room->id, sizeof room->id, "%s", id);
    room->tenant = strdup(tenant);
    CHECK(room->tenant != NULL);
    room->next = push->rooms;
    push->rooms = room;
    return room;
}

static void free_room(struct push *push, struct room *room)
{
    struct room **link = &push->rooms;
    while (*link != room)
        link = &(*link)->next;
    *link = room->next;
    free(room->tenant);
    free(room);
}

static struct frame *room_frame(const struct room *room)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    buf_addf(&text, "{\"t\":\"presence\",\"room\":\"%s\",\"who\":[", room->id);
    for (const struct conn *conn = room->members; conn != NULL && text.len < SYNC_FRAME_MAX - 1024;
         conn = conn->room_next) {
        json_add_comma(&text);
        buf_add_text(&text, "{\"user\":");
        json_add_text(&text, conn->user_id);
        buf_add_text(&text, ",\"name\":");
        json_add_text(&text, conn->name == NULL ? "" : conn->name);
        buf_addf(&text, ",\"state\":\"%s\"}", presence_words[conn->room_state]);
    }
    buf_add_text(&text, "]}");
    return frame_create(text.data, text.len, false);
}

// Ten times a second at most, and only to those who read what they were sent.
static void tell(struct room *room, int64_t now)
{
    if (!room->changed || now - room->told_at < ROOM_PAUSE_US)
        return;
    room->changed = false;
    room->told_at = now;
    struct frame *frame = room_frame(room);
    for (struct conn *conn = room->members, *next; conn != NULL; conn = next) {
        next = conn->room_next;
        if (conn->out_count < 8)
            conn_send_frame(conn, frame_ref(frame));
    }
    frame_unref(frame);
}

void presence_leave(struct conn *conn)
{
    struct room *room = conn->room;
    if (room == NULL)
        return;
    struct conn **link = &room->members;
    while (*link != conn)
        link = &(*link)->room_next;
    *link = conn->room_next;
    conn->room = NULL;
    room->changed = true;
    if (room->members == NULL)
        free_room(conn->push, room);
    else
        tell(room, host_monotonic_us());
}

static void enter(struct conn *conn, const char *id, int state)
{
    int64_t now = host_monotonic_us();
    if (conn->room != NULL && strcmp(conn->room->id, id) != 0)
        presence_leave(conn);
    bool news = conn->room == NULL || conn->room_state != state;
    if (conn->room == NULL) {
        conn->room = find_room(conn->push, conn->tenant, id);
        conn->room_next = conn->room->members;
        conn->room->members = conn;
    }
    conn->room_state = state;
    conn->room_until = now + EXPIRY_US;
    conn->room->changed = conn->room->changed || news;
    tell(conn->room, now);
}

static void expire(struct room *room, int64_t now)
{
    for (struct conn *conn = room->members, *next; conn != NULL; conn = next) {
        next = conn->room_next;
        bool last = next == NULL && conn == room->members;
        if (conn->room_until >= now)
            continue;
        presence_leave(conn);
        if (last)
            return; // and the room is gone
    }
    tell(room, now);
}

void presence_tick(struct push *push, int64_t now)
{
    for (struct room *room = push->rooms, *next; room != NULL; room = next) {
        next = room->next;
        expire(room, now);
    }
}

// --- entering -------------------------------------------------------------------------------------------------------

// The consultation is the first row behind everything below its id, if the person may see it.
static void look(struct room_check *check, struct db *db)
{
    CLEANUP(buf_free) struct buf row = { 0 };
    struct err err = { 0 };
    const char *last = "";
    int count = 0;
    char below[ROOM_ID_MAX + 1];
    size_t length = strlen(check->id);
    memcpy(below, check->id, length + 1);
    below[length - 1]--;
    below[length] = '~';
    below[length + 1] = '\0';
    check->visible = row_sources[ROW_CONSULTATION]->page(db, check->tenant, check->principals, below, 1,
                                                         &check->arena, &row, &last, &count, &err) &&
                     count == 1 && strcmp(last, check->id) == 0;
}

static void run(struct read_task *task, struct db *db)
{
    look((struct room_check *)task, db);
}

static void done(struct read_task *task)
{
    struct room_check *check = (struct room_check *)task;
    struct conn *conn = check->conn;
    if (!conn_gone(conn) && !task->failed && check->life == conn->life) {
        if (check->visible)
            enter(conn, check->id, check->state);
        else
            presence_leave(conn); // as if there were no such consultation
    }
    conn_unref(conn);
    arena_free(&check->arena);
    free(check);
}

void presence_received(struct conn *conn, const struct msg_presence *presence)
{
    if (presence->room == NULL || presence->room[0] == '\0') {
        presence_leave(conn);
        return;
    }
    if (!id_valid(presence->room) || presence->state < 0) {
        conn_fail(conn, ERR_BAD_REQUEST, "Presence names a consultation and a state.");
        return;
    }
    struct room_check *check = calloc(1, sizeof *check);
    CHECK(check != NULL);
    check->task.run = run;
    check->task.done = done;
    check->conn = conn_ref(conn);
    check->life = conn->life;
    snprintf(check->id, sizeof check->id, "%s", presence->room);
    check->state = presence->state;
    check->tenant = arena_strdup(&check->arena, conn->tenant);
    check->principals = arena_strdup(&check->arena, conn->audience->principals);
    engine_read(conn->push->app->engine, &check->task);
}

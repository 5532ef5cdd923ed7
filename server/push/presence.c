// Who looks at which consultation right now: in memory only, forgotten when a connection ends or falls silent.
#include "server/push/conn.h"

#include "server/core/changes.h"
#include "shared/base/id.h"
#include "shared/domain/notes.h"
#include "shared/domain/part.h"
#include "shared/host/host.h"
#include "shared/wire/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROOM_PAUSE_US = 100000,
    ROOM_ID_MAX = 64,
    EXPIRY_US = SYNC_PRESENCE_EXPIRY_MS * 1000,
    CHECKED_US = 5000000, // carets of who was let in that lately are passed on without another look
    ROLE_SETS = ROLE_CO_CONSULTANT << 1,
};

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
    struct caret caret;
    const char *tenant, *principals;
    unsigned life;
    struct part_person person;
    bool visible;
    unsigned roles; // of the person, in the consultation
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

static void write_caret(const struct caret *caret, struct buf *out)
{
    buf_addf(out, ",\"note\":\"%s\",\"agent\":\"%s\",\"seq\":%" PRId64, note_kind_words[caret->note],
             caret->agent, caret->seq);
}

static void write_member(const struct conn *conn, unsigned reader_roles, struct buf *out)
{
    json_add_comma(out);
    buf_add_text(out, "{\"user\":");
    json_add_text(out, conn->user_id);
    buf_add_text(out, ",\"name\":");
    json_add_text(out, conn->name == NULL ? "" : conn->name);
    buf_addf(out, ",\"device\":%" PRId64 ",\"state\":\"%s\"", conn->number, presence_words[conn->room_state]);
    if (conn->caret.note >= 0 && (note_readers((enum note_kind)conn->caret.note) & reader_roles) != 0)
        write_caret(&conn->caret, out);
    buf_add_char(out, '}');
}

// As those see it who are that in the consultation: nobody learns of a caret in a note that they may not read.
static struct frame *room_frame(const struct room *room, unsigned roles)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    buf_addf(&text, "{\"t\":\"presence\",\"room\":\"%s\",\"who\":[", room->id);
    for (const struct conn *conn = room->members; conn != NULL && text.len < SYNC_FRAME_MAX - 1024;
         conn = conn->room_next)
        write_member(conn, roles, &text);
    buf_add_text(&text, "]}");
    return frame_create(text.data, text.len, false);
}

// Ten times a second at most, and only to those who read what they were sent.
static void tell(struct room *room, int64_t now)
{
    struct frame *frames[ROLE_SETS] = { 0 };
    if (!room->changed)
        return;
    if (now - room->told_at < ROOM_PAUSE_US) {
        push_ring_in(room->members->push, room->told_at + ROOM_PAUSE_US - now);
        return;
    }
    room->changed = false;
    room->told_at = now;
    for (struct conn *conn = room->members, *next; conn != NULL; conn = next) {
        next = conn->room_next;
        struct frame **frame = &frames[conn->room_roles % ROLE_SETS];
        if (*frame == NULL)
            *frame = room_frame(room, conn->room_roles);
        if (conn->out_count < 8)
            conn_send_frame(conn, frame_ref(*frame));
    }
    for (size_t i = 0; i < ROLE_SETS; i++)
        frame_unref(frames[i]);
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

static bool same_caret(const struct caret *a, const struct caret *b)
{
    return a->note == b->note && (a->note < 0 || (a->seq == b->seq && strcmp(a->agent, b->agent) == 0));
}

static void stay(struct conn *conn, int state, const struct caret *caret)
{
    int64_t now = host_monotonic_us();
    struct room *room = conn->room;
    room->changed = room->changed || conn->room_state != state || !same_caret(&conn->caret, caret);
    conn->room_state = state;
    conn->caret = *caret;
    conn->room_until = now + EXPIRY_US;
    tell(room, now);
}

static void enter(struct conn *conn, const struct room_check *check)
{
    if (conn->room != NULL && strcmp(conn->room->id, check->id) != 0)
        presence_leave(conn);
    if (conn->room == NULL) {
        conn->room = find_room(conn->push, conn->tenant, check->id);
        conn->room_next = conn->room->members;
        conn->room->members = conn;
        conn->room->changed = true;
    }
    conn->room->changed = conn->room->changed || conn->room_roles != check->roles;
    conn->room_roles = check->roles;
    conn->room_checked_at = host_monotonic_us();
    stay(conn, check->state, &check->caret);
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

// Who may still see it is looked at anew with what they say next: their part may be another one.
void presence_changed(struct push *push, const char *tenant, const struct change_entry *entry)
{
    struct room *room = push->rooms;
    while (room != NULL && (strcmp(room->id, entry->id) != 0 || strcmp(room->tenant, tenant) != 0))
        room = room->next;
    for (struct conn *conn = room == NULL ? NULL : room->members, *next; conn != NULL; conn = next) {
        next = conn->room_next;
        conn->room_checked_at = -CHECKED_US;
        if (!principals_meet(entry->now, conn->audience->principals))
            presence_leave(conn);
    }
}

// --- entering -------------------------------------------------------------------------------------------------------

// Who somebody that sees it is in the consultation, as the operations decide it.
static unsigned part_of(struct room_check *check, const struct buf *row)
{
    struct row_consultation consultation;
    struct err err = { 0 };
    CLEANUP(json_free) cJSON *json = json_parse(row->data, row->len, &err);
    if (json == NULL ||
        !shape_read_lenient(row_shapes[ROW_CONSULTATION], json, &check->arena, &consultation, &err))
        return 0;
    const struct part_facts facts = { consultation.clientId, consultation.consultantId,
                                      &consultation.coConsultantIds };
    return part_in(&facts, &check->person);
}

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
    if (check->visible)
        check->roles = part_of(check, &row);
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
            enter(conn, check);
        else
            presence_leave(conn); // as if there were no such consultation
    }
    conn_unref(conn);
    arena_free(&check->arena);
    free(check);
}

static bool read_caret(const struct msg_presence *presence, struct caret *ret)
{
    *ret = (struct caret){ .note = presence->note, .seq = presence->seq };
    if (presence->note < 0)
        return true;
    if (presence->agent == NULL || strspn(presence->agent, "0123456789abcdef") != sizeof ret->agent - 1)
        return false;
    snprintf(ret->agent, sizeof ret->agent, "%s", presence->agent);
    return true;
}

static void ask(struct conn *conn, const struct msg_presence *presence, const struct caret *caret)
{
    struct room_check *check = calloc(1, sizeof *check);
    CHECK(check != NULL);
    check->task.run = run;
    check->task.done = done;
    check->conn = conn_ref(conn);
    check->life = conn->life;
    snprintf(check->id, sizeof check->id, "%s", presence->room);
    check->state = presence->state;
    check->caret = *caret;
    check->person = (struct part_person){ conn->roles, arena_strdup(&check->arena, conn->client_id),
                                          arena_strdup(&check->arena, conn->consultant_id) };
    check->tenant = arena_strdup(&check->arena, conn->tenant);
    check->principals = arena_strdup(&check->arena, conn->audience->principals);
    engine_read(conn->push->app->engine, &check->task);
}

void presence_received(struct conn *conn, const struct msg_presence *presence)
{
    struct caret caret;
    if (presence->room == NULL || presence->room[0] == '\0') {
        presence_leave(conn);
        return;
    }
    if (!id_valid(presence->room) || presence->state < 0 || !read_caret(presence, &caret)) {
        conn_fail(conn, ERR_BAD_REQUEST, "Presence names a consultation, a state, and whole carets.");
        return;
    }
    bool known = conn->room != NULL && strcmp(conn->room->id, presence->room) == 0 &&
                 host_monotonic_us() - conn->room_checked_at < CHECKED_US;
    if (known)
        stay(conn, presence->state, &caret);
    else
        ask(conn, presence, &caret);
}

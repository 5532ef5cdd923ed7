// Texts that merge: what a replica lacks is asked of the operation note.sync with the connection's own token, so that
// who may read it is decided where all else is. A connection has few of them under way, and no more while its answers
// wait to be sent; large ones are deflated on a reader's thread.
#include "server/push/conn.h"

#include "shared/host/host.h"
#include "shared/wire/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    UNDER_WAY = 4,
    OUT_FULL = 8, // frames waiting: nothing more is asked
    WAITING_MAX = SYNC_DOCS_MAX * 2,
    NOTE_MAX = 64,            // bytes of a note's name
    PACKED_ABOVE = 16 * 1024, // a text frame up to here, a deflated page above
};

struct text_ask {
    struct conn *conn;
    unsigned life; // of the connection when it asked
    char note[NOTE_MAX + 1];
    cJSON *args; // what note.sync is given; NULL: the name is none
    struct text_ask *next;
};

struct packing {
    struct read_task task; // first: the engine hands it back
    struct text_ask *ask;
    struct buf text;
    struct frame *frame;
};

static void ask_free(struct text_ask *ask)
{
    cJSON_Delete(ask->args);
    conn_unref(ask->conn);
    free(ask);
}

// --- answering ------------------------------------------------------------------------------------------------------

static void write_head(struct buf *out, const char *note)
{
    buf_add_text(out, "{\"t\":\"doc.state\",\"note\":");
    json_add_text(out, note);
}

static void send_code(const struct text_ask *ask, enum err_code code)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    write_head(&text, ask->note);
    buf_addf(&text, ",\"code\":\"%s\"}", err_name(code));
    conn_send(ask->conn, &text);
}

static bool is_stale(const struct text_ask *ask)
{
    return conn_gone(ask->conn) || ask->life != ask->conn->life_of_texts;
}

// The answer has left for the connection, or nobody waits for it.
static void ended(struct text_ask *ask)
{
    struct conn *conn = ask->conn;
    if (!is_stale(ask))
        conn->texts_under_way--;
    texts_continue(conn);
    ask_free(ask);
}

static void pack(struct read_task *task, struct db *db)
{
    (void)db;
    struct packing *packing = (struct packing *)task;
    CLEANUP(buf_free) struct buf packed = { 0 };
    struct err err = { 0 };
    if (page_deflate(packing->text.data, packing->text.len, &packed, &err))
        packing->frame = frame_create(packed.data, packed.len, true);
}

static void was_packed(struct read_task *task)
{
    struct packing *packing = (struct packing *)task;
    struct text_ask *ask = packing->ask;
    if (is_stale(ask))
        frame_unref(packing->frame);
    else if (packing->frame != NULL)
        conn_send_frame(ask->conn, packing->frame);
    else
        send_code(ask, task->failed ? ERR_UNAVAILABLE : ERR_TOO_LARGE);
    ended(ask);
    buf_free(&packing->text);
    free(packing);
}

static void pack_and_send(struct text_ask *ask, struct buf *text)
{
    struct packing *packing = calloc(1, sizeof *packing);
    CHECK(packing != NULL);
    packing->task.run = pack;
    packing->task.done = was_packed;
    packing->ask = ask;
    packing->text = *text;
    *text = (struct buf){ 0 };
    engine_read(ask->conn->push->app->engine, &packing->task);
}

// reply: "{...}", whose members are those of the message.
static void send_state(struct text_ask *ask, const struct buf *reply)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    write_head(&text, ask->note);
    buf_add_char(&text, ',');
    buf_add(&text, reply->data + 1, reply->len - 1);
    if (text.len > PACKED_ABOVE) {
        pack_and_send(ask, &text);
        return;
    }
    conn_send(ask->conn, &text);
    ended(ask);
}

static void finished(struct op_request *request, void *user)
{
    struct text_ask *ask = user;
    if (is_stale(ask)) {
        ended(ask);
    } else if (request->ok) {
        send_state(ask, &request->reply);
    } else {
        if (request->err.code == ERR_UNAUTHENTICATED)
            conn_check(ask->conn, NULL);
        send_code(ask, request->err.code);
        ended(ask);
    }
    op_request_free(request);
}

// --- asking -----------------------------------------------------------------------------------------------------------

static void submit(struct text_ask *ask)
{
    struct conn *conn = ask->conn;
    struct op_request *request = op_request_create();
    request->op = op_find("note.sync");
    CHECK(request->op != NULL);
    request->body = ask->args;
    ask->args = NULL;
    request->token = arena_strdup(&request->arena, conn->token);
    request->request_id = arena_printf(&request->arena, "sync-%s-texts", conn->device);
    request->received_at = host_monotonic_us();
    request->done = finished;
    request->user = ask;
    conn->texts_under_way++;
    engine_submit(conn->push->app->engine, request);
}

void texts_continue(struct conn *conn)
{
    bool open = !conn_gone(conn) && (conn->state == CONN_SNAPSHOT || conn->state == CONN_LIVE);
    while (open && conn->texts != NULL && conn->texts_under_way < UNDER_WAY && conn->out_count < OUT_FULL) {
        struct text_ask *ask = conn->texts;
        conn->texts = ask->next;
        if (conn->texts == NULL)
            conn->texts_end = &conn->texts;
        conn->text_count--;
        if (ask->args != NULL) {
            submit(ask);
        } else {
            send_code(ask, ERR_NOT_FOUND);
            ask_free(ask);
        }
    }
}

void texts_abandon(struct conn *conn)
{
    while (conn->texts != NULL) {
        struct text_ask *ask = conn->texts;
        conn->texts = ask->next;
        ask_free(ask);
    }
    conn->texts_end = &conn->texts;
    conn->text_count = conn->texts_under_way = 0;
    conn->life_of_texts++;
}

// --- receiving --------------------------------------------------------------------------------------------------------

// "<consultation>:<kind>" and what the replica has, as the arguments of note.sync, which checks them.
static cJSON *read_args(const cJSON *doc, const char *note)
{
    const char *colon = strchr(note, ':');
    if (colon == NULL)
        return NULL;
    cJSON *args = cJSON_CreateObject();
    char id[NOTE_MAX + 1];
    snprintf(id, sizeof id, "%.*s", (int)(colon - note), note);
    cJSON_AddStringToObject(args, "id", id);
    cJSON_AddStringToObject(args, "kind", colon + 1);
    static const char *const copied[] = { "epoch", "version" };
    for (size_t i = 0; i < ARRAY_LEN(copied); i++) {
        const cJSON *member = cJSON_GetObjectItemCaseSensitive(doc, copied[i]);
        if (member != NULL && !cJSON_IsNull(member))
            cJSON_AddItemToObject(args, copied[i], cJSON_Duplicate(member, true));
    }
    return args;
}

// False: it names no note at all.
static bool receive(struct conn *conn, const cJSON *doc)
{
    const char *note = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(doc, "note"));
    if (note == NULL || note[0] == '\0' || strlen(note) > NOTE_MAX)
        return false;
    struct text_ask *ask = calloc(1, sizeof *ask);
    CHECK(ask != NULL);
    ask->conn = conn_ref(conn);
    ask->life = conn->life_of_texts;
    snprintf(ask->note, sizeof ask->note, "%s", note);
    ask->args = read_args(doc, note);
    *conn->texts_end = ask;
    conn->texts_end = &ask->next;
    conn->text_count++;
    return true;
}

void texts_received(struct conn *conn, const cJSON *message)
{
    const cJSON *docs = cJSON_GetObjectItemCaseSensitive(message, "docs");
    int count = cJSON_IsArray(docs) ? cJSON_GetArraySize(docs) : 0;
    if (count == 0 || count > SYNC_DOCS_MAX || conn->text_count + (unsigned)count > WAITING_MAX) {
        conn_fail(conn, ERR_BAD_REQUEST,
                  "A message asks for 1 to 50 texts, and no more than 100 may be asked for.");
        return;
    }
    for (const cJSON *doc = docs->child; doc != NULL; doc = doc->next)
        if (!receive(conn, doc)) {
            conn_fail(conn, ERR_BAD_REQUEST, "A text is asked for by the name of its note.");
            return;
        }
    texts_continue(conn);
}

// Operations that a client program sends: handed to the engine under the key (device, n), answered in their order.
//
// Those about one thing run one after the other, so that a `retry` holds back what came after it about that thing and
// nothing else. Everything is sent again by the client until it is answered; the engine runs each key once.
#include "server/push/conn.h"

#include "shared/host/host.h"
#include "shared/wire/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RETRY_MS = 1000,
    PATIENT_MS = 10 * 60 * 1000,
    LANE_MAX = 64,
    IN_FLIGHT_MAX = SYNC_OPS_MAX * 2,
    RESULT_KEPT = 48 * 1024
};

enum op_state { OP_WAITS, OP_RUNS, OP_ANSWERED };

struct pending_op {
    struct conn *conn; // NULL: it has gone
    int64_t n;
    enum op_state state;
    char thing[LANE_MAX]; // what it is about, by id; "" for none
    char text[LANE_MAX];  // the text of that thing that it writes, by kind; "": it is about the thing itself
    bool makes;           // it makes the thing
    struct op_request *request;
    bool retry;
    char *result; // the member of results, as text
    struct pending_op *next;
};

// --- results --------------------------------------------------------------------------------------------------------

static bool is_for_later(enum err_code code)
{
    return code == ERR_RATE_LIMITED || code == ERR_UNAVAILABLE || code == ERR_STORAGE_FULL ||
           code == ERR_INTERNAL || code == ERR_UNAUTHENTICATED;
}

static void answered(struct pending_op *op, struct buf *text)
{
    buf_add_char(text, '}');
    op->result = text->data;
    *text = (struct buf){ 0 };
    op->state = OP_ANSWERED;
}

static void answer_ok(struct pending_op *op)
{
    struct buf text = { 0 };
    const struct op_request *request = op->request;
    buf_addf(&text, "{\"n\":%" PRId64 ",\"status\":\"ok\",\"seq\":%" PRId64, op->n, request->seq);
    if (request->reply.len > 0 && request->reply.len <= RESULT_KEPT) {
        buf_add_text(&text, ",\"data\":");
        buf_add(&text, request->reply.data, request->reply.len);
    }
    answered(op, &text);
}

static void answer_err(struct pending_op *op, const struct err *err, int retry_after)
{
    struct buf text = { 0 };
    bool patient = op->request != NULL && op->request->patient && err->code == ERR_NOT_FOUND;
    op->retry = is_for_later(err->code) || patient;
    buf_addf(&text, "{\"n\":%" PRId64 ",\"status\":\"%s\",\"code\":\"%s\",\"message\":", op->n,
             op->retry ? "retry" : "rejected", err_name(err->code));
    json_add_text(&text, err->message);
    if (err->field[0] != '\0') {
        buf_add_text(&text, ",\"field\":");
        json_add_text(&text, err->field);
    }
    if (err->details != NULL && strlen(err->details) <= RESULT_KEPT)
        buf_addf(&text, ",\"details\":%s", err->details);
    if (op->retry)
        buf_addf(&text, ",\"after\":%d", retry_after > 0 ? retry_after * 1000 : RETRY_MS);
    answered(op, &text);
}

static void op_free(struct pending_op *op)
{
    if (op->request != NULL)
        op_request_free(op->request);
    free(op->result);
    free(op);
}

// Sends the answers that nothing before them holds back, as few messages as they fit into.
static void send_results(struct conn *conn)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    while (conn->ops != NULL && conn->ops->state == OP_ANSWERED) {
        struct pending_op *op = conn->ops;
        if (text.len > 0 && text.len + strlen(op->result) > SYNC_FRAME_MAX - 16) {
            buf_add_text(&text, "]}");
            conn_send(conn, &text);
        }
        buf_add_text(&text, text.len == 0 ? "{\"t\":\"res\",\"results\":[" : ",");
        buf_add_text(&text, op->result);
        conn->ops = op->next;
        if (conn->ops == NULL)
            conn->ops_end = &conn->ops;
        conn->op_count--;
        op_free(op);
    }
    if (text.len == 0)
        return;
    buf_add_text(&text, "]}");
    conn_send(conn, &text);
    conn_balance(conn);
    if (conn->push->draining && conn->op_count == 0)
        conn_bye(conn);
}

// --- running --------------------------------------------------------------------------------------------------------

static void finished(struct op_request *request, void *user);

// Operations about one thing run one after the other. A text is a thing of its own: it waits for nobody but those that
// write the same text before it, and for the one that makes the thing it belongs to (a booking made offline, and what was
// typed into its notes).
static bool is_before(const struct pending_op *before, const struct pending_op *op)
{
    if (op->thing[0] == '\0' || strcmp(before->thing, op->thing) != 0)
        return false;
    return strcmp(before->text, op->text) == 0 || (op->text[0] != '\0' && before->makes);
}

// Whether something before it about the same thing has to end first; *ret_retry: whether that is to be tried again.
static bool is_held_back(const struct conn *conn, const struct pending_op *op, bool *ret_retry)
{
    bool held = false;
    *ret_retry = false;
    for (const struct pending_op *before = conn->ops; before != op; before = before->next) {
        if (!is_before(before, op))
            continue;
        held = held || before->state != OP_ANSWERED;
        *ret_retry = *ret_retry || before->retry;
    }
    return held;
}

static void start_ready(struct conn *conn)
{
    for (struct pending_op *op = conn->ops; op != NULL; op = op->next) {
        bool retry;
        if (op->state != OP_WAITS || is_held_back(conn, op, &retry))
            continue;
        if (retry) {
            struct err err = { 0 };
            err_set(&err, ERR_UNAVAILABLE, "An operation before it has to be tried again first.");
            answer_err(op, &err, 0);
            continue;
        }
        op->state = OP_RUNS;
        engine_submit(conn->push->app->engine, op->request);
    }
}

static void note_session(struct conn *conn, const struct op_request *request)
{
    if (!request->ok && request->err.code == ERR_UNAUTHENTICATED)
        conn_check(conn, NULL);
    if (strncmp(request->op->spec->name, "auth.", 5) == 0)
        push_auth_changed(conn->push, request->actor.user_id, request->ok);
}

static void finished(struct op_request *request, void *user)
{
    struct pending_op *op = user;
    struct conn *conn = op->conn;
    if (conn == NULL) {
        op_free(op);
        return;
    }
    if (request->ok)
        answer_ok(op);
    else
        answer_err(op, &request->err, request->retry_after);
    if (request->ok && request->seq > conn->wanted)
        conn->wanted = request->seq;
    note_session(conn, request);
    op_request_free(request);
    op->request = NULL;
    start_ready(conn);
    send_results(conn);
}

void ops_abandon(struct conn *conn)
{
    while (conn->ops != NULL) {
        struct pending_op *op = conn->ops;
        conn->ops = op->next;
        if (op->state == OP_RUNS)
            op->conn = NULL; // finished() frees it
        else
            op_free(op);
    }
    conn->ops_end = &conn->ops;
    conn->op_count = 0;
}

// --- receiving ------------------------------------------------------------------------------------------------------

static bool read_n(const cJSON *json, int64_t *ret)
{
    const cJSON *n = cJSON_GetObjectItemCaseSensitive(json, "n");
    if (!cJSON_IsNumber(n) || n->valuedouble < 1 || n->valuedouble > 9007199254740991.0 ||
        n->valuedouble != floor(n->valuedouble))
        return false;
    *ret = (int64_t)n->valuedouble;
    return true;
}

// What a device may queue. The rest (signing in above all) has its limits on the REST side.
static const struct op *find_op(const char *name)
{
    const struct op *op = name == NULL ? NULL : op_find(name);
    return op != NULL && op->spec->kind == OP_CHANGE && op->spec->offline ? op : NULL;
}

static void add(struct conn *conn, struct pending_op *op)
{
    *conn->ops_end = op;
    conn->ops_end = &op->next;
    conn->op_count++;
}

static void copy_word(const cJSON *args, const char *name, char ret[LANE_MAX])
{
    const char *word = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(args, name));
    if (word != NULL && strlen(word) < LANE_MAX)
        snprintf(ret, LANE_MAX, "%s", word);
}

static bool is_in_path(const struct op_spec *spec, const char *name)
{
    const struct field *field = spec->in == NULL ? NULL : shape_find(spec->in, name);
    return field != NULL && (field->flags & FIELD_PATH) != 0;
}

// As its path says it: .../:id is about a thing, .../:id/notes/:kind about a text of it. Whose id is none of the path
// makes the thing.
static void note_lane(struct pending_op *op, const struct op_spec *spec, const cJSON *args)
{
    copy_word(args, "id", op->thing);
    op->makes = !is_in_path(spec, "id");
    if (is_in_path(spec, "kind"))
        copy_word(args, "kind", op->text);
}

// After a restore programs offer what they had acknowledged, each its own part: what one writes upon another one brings.
static bool others_may_bring_it(const struct push *push)
{
    return push->restored_at != 0 && app_now(push->app) - push->restored_at < PATIENT_MS;
}

static void fill_request(struct conn *conn, struct pending_op *op, const struct op *found, cJSON *json)
{
    struct op_request *request = op->request = op_request_create();
    struct arena *arena = &request->arena;
    request->op = found;
    request->body = cJSON_DetachItemFromObjectCaseSensitive(json, "args");
    request->token = arena_strdup(arena, conn->token);
    request->patient = others_may_bring_it(conn->push);
    request->idempotency_key = arena_printf(arena, "%s:%" PRId64, conn->device, op->n);
    request->request_id = arena_printf(arena, "sync-%s-%" PRId64, conn->device, op->n);
    request->received_at = host_monotonic_us();
    request->done = finished;
    request->user = op;
    note_lane(op, found->spec, request->body);
}

// One member of ops. False: no operation at all, which closes the connection.
static bool receive(struct conn *conn, cJSON *json)
{
    int64_t n;
    const cJSON *args = cJSON_GetObjectItemCaseSensitive(json, "args");
    if (!cJSON_IsObject(json) || !read_n(json, &n) || (args != NULL && !cJSON_IsObject(args)))
        return false;
    const struct op *found = find_op(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "name")));
    struct pending_op *op = calloc(1, sizeof *op);
    CHECK(op != NULL);
    op->conn = conn;
    op->n = n;
    if (found == NULL) {
        struct err err = { 0 };
        err_set(&err, ERR_BAD_REQUEST, "There is no such operation.");
        answer_err(op, &err, 0);
    } else {
        fill_request(conn, op, found, json);
    }
    add(conn, op);
    return true;
}

void ops_received(struct conn *conn, const cJSON *message)
{
    cJSON *ops = cJSON_GetObjectItemCaseSensitive(message, "ops");
    int count = cJSON_IsArray(ops) ? cJSON_GetArraySize(ops) : 0;
    if (count == 0 || count > SYNC_OPS_MAX || conn->op_count + (unsigned)count > IN_FLIGHT_MAX) {
        conn_fail(conn, ERR_BAD_REQUEST,
                  "A message carries 1 to 50 operations, and no more may be under way.");
        return;
    }
    for (cJSON *json = ops->child; json != NULL; json = json->next)
        if (!receive(conn, json)) {
            conn_fail(conn, ERR_BAD_REQUEST, "An operation is an object of n, name and args.");
            return;
        }
    start_ready(conn);
    send_results(conn);
    conn_balance(conn);
}

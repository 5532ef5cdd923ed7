// Who a connection is, checked on a reader thread: at hello, with a fresh token, and again and again while it lives.
#include "server/push/conn.h"

#include "server/core/changes.h"
#include "server/core/epoch.h"
#include "server/core/log.h"
#include "server/core/metrics.h"
#include "server/core/results.h"
#include "server/identity/identity.h"
#include "shared/host/host.h"

#include <stdlib.h>
#include <string.h>

static const int64_t CHECK_US = INT64_C(60000000); // between two looks at a session

struct check {
    struct read_task task; // first: the engine hands it back
    struct conn *conn;
    struct arena arena;
    bool is_hello;
    unsigned n; // of conn->checks
    const char *token;
    struct msg_hello hello;

    bool ok;
    struct err err;
    struct actor actor;
    const char *principals;
    struct welcome welcome;
    int64_t reach; // the seq up to which this store holds what the client heard of; -1 unknown
    int64_t restored_at;
};

static bool read_tenant(struct db *db, const char *tenant, struct check *check)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    struct welcome *welcome = &check->welcome;
    if (!db_query(db, &rows, "SELECT epoch, seq, log_floor, restored_at FROM tenant WHERE id = $1",
                  DB_ARGS(db_text(tenant)), &check->err))
        return false;
    if (!db_next(&rows))
        return db_ok(&rows) && err_set(&check->err, ERR_INTERNAL, "There is no such tenant.");
    welcome->epoch = db_col_copy(&rows, 0, &check->arena);
    welcome->head = db_col_int(&rows, 1);
    welcome->oldest = db_col_int(&rows, 2) + 1;
    check->restored_at = db_col_int(&rows, 3);
    return true;
}

static bool says_epoch(const struct msg_hello *hello)
{
    return hello->epoch != NULL && hello->epoch[0] != '\0';
}

// A client of an epoch that is over learns which of its acknowledged operations may be gone.
static bool read_reach(struct db *db, const char *tenant, struct check *check)
{
    const char *epoch = check->hello.epoch;
    struct welcome *welcome = &check->welcome;
    check->reach = welcome->restored_to = -1;
    if (!says_epoch(&check->hello))
        return true;
    if (!epoch_reach(db, tenant, epoch, &check->reach, &check->err))
        return false;
    if (strcmp(epoch, welcome->epoch) != 0)
        welcome->restored_to = check->reach;
    return true;
}

static bool look(struct check *check, struct db *db)
{
    struct app *app = check->conn->push->app;
    struct actor *actor = &check->actor;
    check->welcome.now = app_now(app);
    if (!identity_authenticate(app, db, check->token, check->welcome.now, &check->arena, actor, &check->err))
        return false;
    check->principals = principals_of(actor, &check->arena);
    return !check->is_hello ||
           (read_tenant(db, actor->tenant, check) && read_reach(db, actor->tenant, check) &&
            results_floor(db, actor->user_id, check->hello.device, &check->welcome.op_floor, &check->err));
}

static void run(struct read_task *task, struct db *db)
{
    struct check *check = (struct check *)task;
    check->ok = look(check, db);
}

static void check_free(struct check *check)
{
    conn_unref(check->conn);
    arena_free(&check->arena);
    free(check);
}

static void keep(char **place, const char *text)
{
    char *copy = text == NULL ? NULL : strdup(text);
    free(*place);
    *place = copy;
}

static void keep_identity(struct conn *conn, const struct check *check)
{
    keep(&conn->user_id, check->actor.user_id);
    keep(&conn->name, check->actor.name);
    keep(&conn->tenant, check->actor.tenant);
    keep(&conn->session_id, check->actor.session_id);
    keep(&conn->token, check->token);
    keep(&conn->client_id, check->actor.client_id);
    keep(&conn->consultant_id, check->actor.consultant_id);
    conn->roles = check->actor.roles;
    conn->check_at = host_monotonic_us() + CHECK_US;
}

// Whether the client may still see all that it holds.
static bool holds_all(const char *scopes, const struct list *held)
{
    for (size_t i = 0; i < held->count; i++)
        if (!principals_meet(scopes, *LIST_AT(held, const char *, i)))
            return false;
    return true;
}

static char *join(const struct list *texts)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    for (size_t i = 0; i < texts->count; i++)
        buf_addf(&text, "%s%s", i == 0 ? "" : " ", *LIST_AT(texts, const char *, i));
    char *joined = strdup(buf_text(&text));
    CHECK(joined != NULL);
    return joined;
}

// Where the client can go on from what it has; *ret_why: why it cannot, NULL when it has nothing.
static bool can_tail(const struct check *check, const char **ret_why)
{
    const struct msg_hello *hello = &check->hello;
    const struct welcome *welcome = &check->welcome;
    *ret_why = NULL;
    if (hello->cursor <= 0 || !says_epoch(hello))
        return false;
    if (!holds_all(welcome->scopes, &hello->scopes))
        *ret_why = "roles";
    else if (hello->cursor > check->reach)
        *ret_why = strcmp(hello->epoch, welcome->epoch) == 0 ? "cursor" : "epoch";
    else if (hello->cursor < welcome->oldest - 1)
        *ret_why = "cursor";
    return *ret_why == NULL;
}

// An interrupted snapshot of what somebody else could see is of no use.
static bool same_scopes(const struct check *check)
{
    const struct list *held = &check->hello.scopes;
    CLEANUP(arena_free) struct arena arena = { 0 };
    char *joined = join(held);
    bool same = held->count == 0 || (holds_all(check->principals, held) &&
                                     principals_without(check->principals, joined, &arena)[0] == '\0');
    free(joined);
    return same;
}

// Where an interrupted snapshot can go on.
static bool can_resume(const struct check *check)
{
    const struct msg_hello *hello = &check->hello;
    return hello->has_resume && says_epoch(hello) && same_scopes(check) && hello->resume.at <= check->reach &&
           hello->resume.at >= check->welcome.oldest - 1;
}

// The store may be an old one that nobody marked: then clients have heard of more than it holds. That is their word
// alone, so it counts from the start of this server, and no further.
static void note_restore(struct push *push, const struct check *check)
{
    const struct msg_hello *hello = &check->hello;
    int64_t heard = hello->cursor > 0 ? hello->cursor : hello->has_resume ? hello->resume.at : 0;
    bool behind = says_epoch(hello) && heard > check->reach;
    int64_t at = behind ? push->started_at : check->restored_at;
    if (at <= push->restored_at)
        return;
    push->restored_at = at;
    if (behind)
        log_event(LOG_LEVEL_WARN,
                  "a client heard of changes that this store does not hold: is it an old one?",
                  LOG_TEXT("user", check->actor.user_id), LOG_TEXT("device", hello->device));
}

static void say_reset(struct conn *conn, const char *why)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    metrics_add(conn->push->app->metrics, METRIC_SYNC_RESETS, 1);
    write_reset(&text, why);
    conn_send(conn, &text);
}

// From its cursor; what it does not hold yet of what it may see now comes first.
static void go_on(struct conn *conn, const struct msg_hello *hello)
{
    conn->catching_up = true;
    if (hello->scopes.count > 0)
        conn->scopes = join(&hello->scopes);
    conn_go_live(conn, hello->cursor);
    const char *held = conn->scopes;
    CLEANUP(arena_free) struct arena arena = { 0 };
    if (principals_without(conn->audience->principals, held, &arena)[0] != '\0')
        scopes_change(conn);
}

static void welcome(struct conn *conn, struct check *check)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    const struct msg_hello *hello = &check->hello;
    const char *why;
    struct feed *feed = push_feed(conn->push, check->actor.tenant, check->welcome.head);
    keep_identity(conn, check);
    keep(&conn->device, hello->device);
    note_restore(conn->push, check);
    if (conn->audience != NULL)
        audience_leave(conn->audience, conn);
    audience_join(feed_audience(feed, check->principals), conn);
    free(conn->scopes);
    conn->scopes = NULL;
    check->welcome.scopes = check->principals;
    check->welcome.protocol = hello->protocol;
    if (hello->protocol < SYNC_PROTOCOL) {
        write_welcome(&text, &check->welcome);
        conn_send(conn, &text);
        conn->state = CONN_OUTBOX;
        return;
    }
    conn->checked = check->n;
    check->welcome.tail = can_tail(check, &why);
    if (why != NULL)
        say_reset(conn, why);
    write_welcome(&text, &check->welcome);
    conn_send(conn, &text);
    if (feed_head(feed) > check->welcome.head) // what they may see may have changed since it was looked up
        conn_check(conn, NULL);
    if (check->welcome.tail) {
        go_on(conn, hello);
        return;
    }
    bool resume = why == NULL && can_resume(check);
    snapshot_start(conn, check->welcome.head, resume ? &hello->resume : NULL);
}

static void checked_again(struct conn *conn, struct check *check)
{
    if (strcmp(check->actor.user_id, conn->user_id) != 0) {
        conn_fail(conn, ERR_FORBIDDEN, "That token is another person's.");
        return;
    }
    if (check->n < conn->checked) // a later look was faster
        return;
    conn->checked = check->n;
    keep_identity(conn, check);
    if (strcmp(conn->audience->principals, check->principals) == 0)
        return;
    if (conn->state == CONN_OUTBOX)
        return;
    if (conn->state != CONN_LIVE) {
        conn_reset(conn, "roles");
        return;
    }
    struct feed *feed = conn->audience->feed;
    audience_leave(conn->audience, conn);
    audience_join(feed_audience(feed, check->principals), conn);
    scopes_change(conn);
}

static void done(struct read_task *task)
{
    struct check *check = (struct check *)task;
    struct conn *conn = check->conn;
    if (conn_gone(conn)) {
        check_free(check);
        return;
    }
    if (task->failed)
        err_set(&check->err, ERR_UNAVAILABLE, "The server is busy; try again in a moment.");
    if (task->failed || !check->ok)
        conn_fail_with(conn, &check->err);
    else if (check->is_hello)
        welcome(conn, check);
    else
        checked_again(conn, check);
    check_free(check);
}

static struct check *check_create(struct conn *conn, const char *token)
{
    struct check *check = calloc(1, sizeof *check);
    CHECK(check != NULL);
    check->task.run = run;
    check->task.done = done;
    check->conn = conn_ref(conn);
    check->n = ++conn->checks;
    check->token = arena_strdup(&check->arena, token);
    return check;
}

void hello_received(struct conn *conn, const struct msg_hello *hello)
{
    if (hello->protocol < SYNC_PROTOCOL_OLDEST || hello->protocol > SYNC_PROTOCOL) {
        conn_fail(conn, ERR_UPGRADE_REQUIRED,
                  hello->protocol < SYNC_PROTOCOL
                      ? "This program is too old for the server; please upgrade it."
                      : "This program is newer than the server.");
        return;
    }
    struct check *check = check_create(conn, hello->token);
    struct arena *arena = &check->arena;
    check->is_hello = true;
    check->hello = *hello;
    check->hello.token = NULL;
    check->hello.device = arena_strdup(arena, hello->device);
    check->hello.epoch = arena_strdup(arena, hello->epoch);
    check->hello.scopes = (struct list){ 0 };
    for (size_t i = 0; i < hello->scopes.count; i++)
        *LIST_ADD(&check->hello.scopes, arena, const char *) =
            arena_strdup(arena, *LIST_AT(&hello->scopes, const char *, i));
    check->hello.resume.table = arena_strdup(arena, hello->resume.table);
    check->hello.resume.after = arena_strdup(arena, hello->resume.after);
    conn->state = CONN_CHECKING;
    conn->life++;
    conn->deadline = 0;
    snapshot_free(conn);
    texts_abandon(conn);
    engine_read(conn->push->app->engine, &check->task);
}

void conn_check(struct conn *conn, const char *token)
{
    if (conn_gone(conn) || conn->user_id == NULL)
        return;
    conn->check_at = host_monotonic_us() + CHECK_US;
    struct check *check = check_create(conn, token == NULL ? conn->token : token);
    engine_read(conn->push->app->engine, &check->task);
}

// The client throws its cache away; what it sends next is a hello, on this connection or on another one.
void conn_reset(struct conn *conn, const char *why)
{
    say_reset(conn, why);
    snapshot_free(conn);
    texts_abandon(conn);
    presence_leave(conn);
    conn->state = CONN_HELLO;
    conn->dirty = conn->catching_up = false;
    conn->life++;
    conn->deadline = host_monotonic_us() + SYNC_HELLO_MS * INT64_C(1000);
}

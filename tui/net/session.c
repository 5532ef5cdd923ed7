#include "tui/net/session.h"

#include "shared/base/civil.h"
#include "shared/wire/base64.h"
#include "shared/wire/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CUR_MS = 5000, CUR_ROWS = 1000, WAIT_MAX_MS = 5 * 60 * 1000 };

// A connection whose other end is gone looks like one on which nothing happens. After QUIET_MS without a byte the server
// is asked; it answers at once, whatever else it does, and after SILENCE_MS the connection is given up. Together with
// connecting again that leaves half of the 30 s in which a client has to be back once the network is.
enum { QUIET_MS = 7000, SILENCE_MS = 2 * QUIET_MS };

static const char *const presence_words[] = { "viewing", "writing", "session", NULL };

static bool broken(struct err *err, const char *what)
{
    return err_set(err, ERR_BAD_REQUEST, "the server broke the protocol: %s", what);
}

// --- out -----------------------------------------------------------------------------------------------------------------

static void send_text(struct session *session, struct buf *text)
{
    session->send(session->user, text);
}

static void add_resume(struct buf *out, const struct feed_hello *hello)
{
    if (hello->resume_at == 0 || hello->resume_table == NULL || hello->resume_after[0] == '\0')
        return;
    buf_addf(out, ",\"resume\":{\"at\":%" PRId64 ",\"table\":", hello->resume_at);
    json_add_text(out, hello->resume_table);
    json_add_key(out, "after");
    json_add_text(out, hello->resume_after);
    buf_add_char(out, '}');
}

static void add_scopes(struct buf *out, const char *scopes)
{
    json_add_key(out, "scopes");
    buf_add_char(out, '[');
    while (*scopes != '\0') {
        size_t length = strcspn(scopes, " ");
        json_add_comma(out);
        buf_addf(out, "\"%.*s\"", (int)length, scopes);
        scopes += length + strspn(scopes + length, " ");
    }
    buf_add_char(out, ']');
}

bool session_begin(struct session *session, const char *token, int64_t now, struct err *err)
{
    struct arena arena = { 0 };
    struct feed_hello hello;
    struct buf text = { 0 };
    session->heard_at = session->pinged_at = session->told_at = now;
    bool good = feed_hello(session->feed, &arena, &hello, err);
    if (good) {
        buf_addf(&text, "{\"t\":\"hello\",\"protocol\":%d,\"schema\":%d,\"device\":", SYNC_PROTOCOL,
                 SYNC_SCHEMA);
        json_add_text(&text, hello.device);
        json_add_key(&text, "token");
        json_add_text(&text, token);
        json_add_key(&text, "epoch");
        json_add_text(&text, hello.epoch);
        buf_addf(&text, ",\"cursor\":%" PRId64 ",\"nextOp\":%" PRId64, hello.cursor, hello.next_op);
        add_scopes(&text, hello.scopes);
        add_resume(&text, &hello);
        buf_add_char(&text, '}');
        session->told_cursor = hello.cursor;
        send_text(session, &text);
    }
    arena_free(&arena);
    return good;
}

void session_renew(struct session *session, const char *token)
{
    struct buf text = { 0 };
    buf_add_text(&text, "{\"t\":\"auth\",\"token\":");
    json_add_text(&text, token);
    buf_add_char(&text, '}');
    send_text(session, &text);
}

static void tell_cursor(struct session *session, int64_t now)
{
    struct buf text = { 0 };
    session->told_cursor = feed_cursor(session->feed);
    session->told_at = now;
    session->rows_since = 0;
    buf_addf(&text, "{\"t\":\"cur\",\"at\":%" PRId64 "}", session->told_cursor);
    send_text(session, &text);
}

static void tell_presence(struct session *session, int64_t now)
{
    struct port_place place;
    struct buf text = { 0 };
    port_place(session->model, &place);
    session->place_told = place.version;
    session->beat_at = now;
    buf_add_text(&text, "{\"t\":\"presence\",\"room\":");
    json_add_text(&text, place.room);
    if (place.room[0] != '\0')
        buf_addf(&text, ",\"state\":\"%s\"", presence_words[place.state]);
    if (place.note >= 0)
        buf_addf(&text, ",\"note\":\"%s\",\"agent\":\"%016" PRIx64 "\",\"seq\":%" PRIu32,
                 note_kind_words[place.note], place.caret.agent, place.caret.seq);
    buf_add_char(&text, '}');
    send_text(session, &text);
}

static void send_docs(struct session *session)
{
    for (;;) {
        struct buf text = { 0 };
        if (!feed_take_docs(session->feed, &text)) {
            buf_free(&text);
            return;
        }
        send_text(session, &text);
    }
}

// --- in: one function a message ----------------------------------------------------------------------------------------

typedef enum session_end (*handler)(struct session *session, const cJSON *message, struct err *err);

static int64_t number(const cJSON *message, const char *name, int64_t absent)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(message, name);
    bool good = cJSON_IsNumber(item) && item->valuedouble >= 0 && item->valuedouble <= 9007199254740991.0;
    return good ? (int64_t)item->valuedouble : absent;
}

static const char *text(const cJSON *message, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(message, name));
}

static int64_t point_in_time(const cJSON *message, const char *name)
{
    const char *iso = text(message, name);
    int64_t ms;
    if (iso != NULL)
        return civil_parse_iso(iso, &ms) ? ms : 0;
    return number(message, name, 0);
}

// What a failure of the feed means for the connection.
static enum session_end ended(bool good, const struct err *err)
{
    if (good)
        return SESSION_GOES_ON;
    return err->code == ERR_CONFLICT ? SESSION_STALE : SESSION_BROKEN;
}

// Space separated.
static const char *read_scopes(const cJSON *message, struct buf *ret)
{
    const cJSON *scope;
    cJSON_ArrayForEach(scope, cJSON_GetObjectItemCaseSensitive(message, "scopes"))
    {
        if (feed_scope_valid(cJSON_GetStringValue(scope)))
            buf_addf(ret, "%s%s", ret->len == 0 ? "" : " ", scope->valuestring);
    }
    return buf_text(ret);
}

static enum session_end on_welcome(struct session *session, const cJSON *message, struct err *err)
{
    const char *epoch = text(message, "epoch"), *mode = text(message, "mode");
    const cJSON *limits = cJSON_GetObjectItemCaseSensitive(message, "limits");
    if (session->welcomed || epoch == NULL || mode == NULL || number(message, "protocol", 0) != SYNC_PROTOCOL)
        return ended(broken(err, "a welcome that is none"), err);
    struct feed_welcome welcome = {
        .epoch = epoch,
        .head = number(message, "head", -1),
        .restored_to = number(message, "restoredTo", 0),
        .op_floor = number(message, "opFloor", 0),
        .server_now = point_in_time(message, "now"),
        .snapshot = strcmp(mode, "snapshot") == 0,
        .outbox = strcmp(mode, "outbox") == 0,
        .frame = number(limits, "frame", 0),
        .ops = number(limits, "ops", 0),
    };
    CLEANUP(buf_free) struct buf scopes = { 0 };
    welcome.scopes = read_scopes(message, &scopes);
    if (!feed_welcome(session->feed, &welcome, err))
        return ended(false, err);
    session->welcomed = true;
    session->ops_wait = true;
    session->too_old = welcome.outbox;
    const char *notice = text(message, "message");
    snprintf(session->notice, sizeof session->notice, "%s",
             notice != NULL ? notice : "please upgrade this program");
    return SESSION_GOES_ON;
}

static enum session_end on_snap(struct session *session, const cJSON *message, struct err *err)
{
    struct page_rows *rows = &session->rows;
    const char *table = text(message, "table");
    if (table == NULL)
        return ended(broken(err, "a page of no table"), err);
    if (rows->at == NULL && !page_rows_of(cJSON_GetObjectItemCaseSensitive(message, "rows"), rows))
        return ended(broken(err, "a page without rows"), err);
    int64_t n = number(message, "n", session->pages);
    if (n < session->pages)
        return SESSION_GOES_ON; // once more
    if (n > session->pages)
        return ended(broken(err, "a page is missing"), err);
    session->pages++;
    if (!feed_snapshot_page(session->feed, number(message, "at", -1), table, rows, err))
        return ended(false, err);
    session->loaded += (int64_t)rows->count;
    return SESSION_GOES_ON;
}

static void ask_again(struct session *session, unsigned tables)
{
    struct buf text = { 0 };
    session->pages = 0;
    buf_add_text(&text, "{\"t\":\"again\",\"tables\":[");
    for (int table = 0; table < ROW_TABLES; table++)
        if (tables & 1u << table) {
            json_add_comma(&text);
            json_add_text(&text, row_shapes[table]->name);
        }
    buf_add_text(&text, "]}");
    send_text(session, &text);
}

static enum session_end on_ready(struct session *session, const cJSON *message, struct err *err)
{
    bool differs;
    unsigned again;
    const cJSON *sums = cJSON_GetObjectItemCaseSensitive(message, "sums");
    if (number(message, "pages", session->pages) != session->pages)
        return ended(broken(err, "the last page is missing"), err);
    if (!feed_ready(session->feed, number(message, "at", -1), sums, &again, &differs, err))
        return ended(false, err);
    if (differs) {
        err_set(err, ERR_BAD_REQUEST, "the cache differed from the server and is fetched anew");
        return SESSION_STALE;
    }
    session->again = again != 0;
    session->current = again == 0;
    if (again != 0)
        ask_again(session, again);
    return SESSION_GOES_ON;
}

static enum session_end on_chg(struct session *session, const cJSON *message, struct err *err)
{
    const cJSON *rows = cJSON_GetObjectItemCaseSensitive(message, "rows");
    if (session->again)
        return SESSION_GOES_ON;
    session->rows_since += cJSON_GetArraySize(rows);
    bool good =
        feed_changes(session->feed, number(message, "from", -1), number(message, "to", -1), rows, err);
    return ended(good, err);
}

static bool read_result(const cJSON *json, struct arena *arena, struct feed_result *ret)
{
    const cJSON *details = cJSON_GetObjectItemCaseSensitive(json, "details");
    *ret = (struct feed_result){
        .n = number(json, "n", 0),
        .status = text(json, "status"),
        .seq = number(json, "seq", 0),
        .after = number(json, "after", 0),
        .code = text(json, "code"),
        .message = text(json, "message"),
        .field = text(json, "field"),
    };
    if (cJSON_IsObject(details)) {
        char *printed = cJSON_PrintUnformatted(details);
        CHECK(printed != NULL);
        ret->details = arena_strdup(arena, printed);
        cJSON_free(printed);
    }
    return ret->n > 0 && ret->status != NULL;
}

static enum session_end on_res(struct session *session, const cJSON *message, struct err *err)
{
    struct arena arena = { 0 };
    struct list results = { 0 };
    bool good = true;
    const cJSON *json;
    cJSON_ArrayForEach(json, cJSON_GetObjectItemCaseSensitive(message, "results"))
    {
        good = good && (read_result(json, &arena, LIST_ADD(&results, &arena, struct feed_result)) ||
                        broken(err, "an answer that is none"));
    }
    good = good && feed_results(session->feed, &results, err);
    arena_free(&arena);
    session->ops_wait = true; // lanes go on
    return ended(good, err);
}

static int presence_of(const char *word)
{
    for (int i = 0; word != NULL && presence_words[i] != NULL; i++)
        if (strcmp(presence_words[i], word) == 0)
            return i;
    return -1;
}

static void read_caret(const cJSON *who, struct port_person *person)
{
    const char *note = text(who, "note"), *agent = text(who, "agent");
    int64_t seq = number(who, "seq", -1);
    char *end;
    person->note = -1;
    person->caret = (struct text_anchor){ 0 };
    if (note == NULL || agent == NULL || strlen(agent) != 16 || seq < 0 || seq > UINT32_MAX)
        return;
    for (int kind = 0; kind < NOTE_KINDS; kind++)
        if (strcmp(note_kind_words[kind], note) == 0)
            person->note = kind;
    person->caret = (struct text_anchor){ strtoull(agent, &end, 16), (uint32_t)seq };
    if (*end != '\0')
        person->note = -1;
}

static enum session_end on_presence(struct session *session, const cJSON *message, struct err *err)
{
    struct port_person people[32];
    size_t count = 0;
    const char *room = text(message, "room");
    const cJSON *who;
    (void)err;
    cJSON_ArrayForEach(who, cJSON_GetObjectItemCaseSensitive(message, "who"))
    {
        const char *user = text(who, "user"), *name = text(who, "name");
        int state = presence_of(text(who, "state"));
        bool self = user != NULL && session->user_id != NULL && strcmp(user, session->user_id) == 0;
        if (user == NULL || name == NULL || state < 0 || self || count == ARRAY_LEN(people))
            continue;
        struct port_person *person = &people[count++];
        snprintf(person->user_id, sizeof person->user_id, "%s", user);
        snprintf(person->name, sizeof person->name, "%s", name);
        person->state = (enum presence_state)state;
        read_caret(who, person);
    }
    if (room != NULL)
        port_set_present(session->model, room, people, count);
    return SESSION_GOES_ON;
}

static bool read_bytes(const cJSON *message, const char *name, struct arena *arena, struct bytes *ret)
{
    const char *encoded = text(message, name);
    return encoded == NULL || base64_read(encoded, arena, ret);
}

static enum session_end on_doc_state(struct session *session, const cJSON *message, struct err *err)
{
    CLEANUP(arena_free) struct arena arena = { 0 };
    const char *code = text(message, "code");
    struct feed_doc doc = {
        .note = text(message, "note"),
        .code = code != NULL ? err_from_name(code) : ERR_NONE,
        .epoch = number(message, "epoch", 0),
        .head = number(message, "head", 0),
    };
    if (doc.note == NULL || !read_bytes(message, "update", &arena, &doc.update) ||
        !read_bytes(message, "snapshot", &arena, &doc.snapshot))
        return ended(broken(err, "a text that is none"), err);
    if (!feed_doc(session->feed, &doc, err))
        return ended(false, err);
    send_docs(session);
    return SESSION_GOES_ON;
}

static enum session_end on_poke(struct session *session, const cJSON *message, struct err *err)
{
    (void)message, (void)err;
    session->rows_since = CUR_ROWS; // say at once how far this side is
    return SESSION_GOES_ON;
}

static enum session_end on_reset(struct session *session, const cJSON *message, struct err *err)
{
    const char *why = text(message, "why");
    bool hide = why != NULL && strcmp(why, "roles") == 0;
    if (!feed_reset(session->feed, hide, err))
        return ended(false, err);
    if (!session->welcomed)
        return SESSION_GOES_ON; // a snapshot follows on this connection
    err_set(err, ERR_BAD_REQUEST, "the server asked to fetch everything anew");
    return SESSION_STALE;
}

static enum session_end on_err(struct session *session, const cJSON *message, struct err *err)
{
    const char *code = text(message, "code"), *words = text(message, "message");
    enum err_code known = code != NULL ? err_from_name(code) : ERR_INTERNAL;
    (void)session;
    err_set(err, known, "%s", words != NULL ? words : "the server ended the connection");
    if (known == ERR_UNAUTHENTICATED)
        return SESSION_DENIED;
    return known == ERR_UPGRADE_REQUIRED ? SESSION_TOO_OLD : SESSION_BROKEN;
}

static enum session_end on_bye(struct session *session, const cJSON *message, struct err *err)
{
    const char *why = text(message, "why");
    int64_t after = number(message, "after", 0);
    session->come_back = after < WAIT_MAX_MS ? after : WAIT_MAX_MS;
    err_set(err, ERR_OFFLINE, "the server is going: %s", why != NULL ? why : "no reason given");
    return SESSION_BYE;
}

static enum session_end on_pong(struct session *session, const cJSON *message, struct err *err)
{
    (void)session, (void)message, (void)err;
    return SESSION_GOES_ON;
}

enum frame { FRAME_TEXT = 1, FRAME_BINARY = 2, FRAME_EITHER = 3 };

static const struct {
    const char *type;
    handler handle;
    bool before_welcome;
    enum frame frame;
} handlers[] = {
    { "bye", on_bye, true, FRAME_TEXT },
    { "chg", on_chg, false, FRAME_TEXT },
    { "doc.state", on_doc_state, false, FRAME_EITHER },
    { "err", on_err, true, FRAME_TEXT },
    { "poke", on_poke, false, FRAME_TEXT },
    { "pong", on_pong, true, FRAME_TEXT },
    { "presence", on_presence, false, FRAME_TEXT },
    { "ready", on_ready, false, FRAME_TEXT },
    { "res", on_res, false, FRAME_TEXT },
    { "reset", on_reset, true, FRAME_TEXT },
    { "snap", on_snap, false, FRAME_BINARY },
    { "welcome", on_welcome, true, FRAME_TEXT },
};

static enum session_end dispatch(struct session *session, const cJSON *message, bool binary, struct err *err)
{
    const char *type = text(message, "t");
    if (type == NULL)
        return ended(broken(err, "a message without a type"), err);
    for (size_t i = 0; i < ARRAY_LEN(handlers); i++) {
        if (strcmp(handlers[i].type, type) != 0)
            continue;
        if (!(handlers[i].frame & (binary ? FRAME_BINARY : FRAME_TEXT)) ||
            (!session->welcomed && !handlers[i].before_welcome))
            return ended(broken(err, "a message out of turn"), err);
        return handlers[i].handle(session, message, err);
    }
    return SESSION_GOES_ON; // of a newer server
}

void session_heard(struct session *session, int64_t now)
{
    session->heard_at = now;
}

enum session_end session_receive(struct session *session, const void *data, size_t size, bool binary,
                                 int64_t now, struct err *err)
{
    CLEANUP(buf_free) struct buf page = { 0 };
    session_heard(session, now);
    if (binary && !page_inflate(data, size, &page, err))
        return SESSION_BROKEN;
    CLEANUP(json_free) cJSON *message = NULL;
    session->rows = (struct page_rows){ 0 };
    if (!binary || !page_cut(buf_text(&page), page.len, &message, &session->rows))
        message = json_parse(binary ? buf_text(&page) : data, binary ? page.len : size, err);
    if (!cJSON_IsObject(message))
        return message == NULL ? SESSION_BROKEN : ended(broken(err, "a message that is no object"), err);
    return dispatch(session, message, binary, err);
}

// --- due -----------------------------------------------------------------------------------------------------------------

static void ping(struct session *session, int64_t now)
{
    struct buf message = { 0 };
    session->pinged_at = now;
    buf_add_text(&message, "{\"t\":\"ping\"}");
    send_text(session, &message);
}

static bool presence_due(struct session *session, int64_t now)
{
    struct port_place place;
    port_place(session->model, &place);
    if (place.version != session->place_told)
        return now - session->beat_at >= SYNC_PRESENCE_PAUSE_MS;
    return place.room[0] != '\0' && now - session->beat_at >= SYNC_PRESENCE_BEAT_MS;
}

static enum session_end send_ops(struct session *session, struct err *err)
{
    size_t count = 0;
    do {
        struct buf message = { 0 };
        if (!feed_take_ops(session->feed, &message, &count, err)) {
            buf_free(&message);
            return ended(false, err);
        }
        if (count > 0)
            send_text(session, &message);
    } while (count > 0);
    session->ops_wait = false;
    return SESSION_GOES_ON;
}

enum session_end session_tick(struct session *session, int64_t now, struct err *err)
{
    if (now - session->heard_at > SILENCE_MS) {
        err_set(err, ERR_OFFLINE, "the server has fallen silent");
        return SESSION_BROKEN;
    }
    if (now - session->heard_at >= QUIET_MS && now - session->pinged_at >= QUIET_MS)
        ping(session, now);
    if (!session->welcomed)
        return SESSION_GOES_ON;
    bool moved = feed_cursor(session->feed) != session->told_cursor;
    if (session->rows_since >= CUR_ROWS || (moved && now - session->told_at >= CUR_MS))
        tell_cursor(session, now);
    if (presence_due(session, now))
        tell_presence(session, now);
    if (session->current)
        send_docs(session);
    return session->ops_wait ? send_ops(session, err) : SESSION_GOES_ON;
}

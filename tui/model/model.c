// Opening and closing, news, connection and account.

#include "tui/model/internal.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TOASTS_MAX = 20 };

static void home_folder(const char *given, char out[HOME_MAX])
{
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    if (given != NULL && *given != '\0')
        snprintf(out, HOME_MAX, "%s", given);
    else if (data != NULL && data[0] == '/')
        snprintf(out, HOME_MAX, "%s/serenity", data);
    else
        snprintf(out, HOME_MAX, "%s/.local/share/serenity", home != NULL ? home : ".");
}

// Made for this program: it holds an outbox, or nothing at all.
static bool is_own_folder(const char *home)
{
    char outbox[PATH_MAX];
    snprintf(outbox, sizeof outbox, "%s/outbox.db", home);
    if (access(outbox, F_OK) == 0)
        return true;
    DIR *folder = opendir(home);
    bool empty = folder != NULL;
    for (const struct dirent *entry; empty && (entry = readdir(folder)) != NULL;)
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    if (folder != NULL)
        closedir(folder);
    return empty;
}

static bool try_cache(struct model *model, struct err *err)
{
    if (home_open_cache(model->home, &model->cache, err) &&
        cache_match_account(model->cache, model->outbox, err))
        return true;
    store_close(model->cache);
    model->cache = NULL;
    return false;
}

// What the cache holds can be fetched again, so a damaged or outdated one is thrown away.
static bool open_cache(struct model *model, struct err *err)
{
    home_drop_bad_cache(model->home);
    return try_cache(model, err) || (home_drop_bad_cache(model->home) && try_cache(model, err));
}

static bool open_home(struct model *model, struct err *err)
{
    if (!folder_make(model->home, 0700, err))
        return false;
    if (is_own_folder(model->home) && chmod(model->home, 0700) != 0)
        return err_set(err, ERR_INTERNAL, "cannot make %s private: %s", model->home, strerrordesc_np(errno));
    return home_open_outbox(model->home, &model->outbox, err) && open_cache(model, err);
}

static void add_toasts(struct model *model, struct arena *arena, struct list *events);

static void load_state(struct model *model)
{
    struct arena arena = { 0 };
    struct device device = { 0 };
    device_get(model->outbox, &arena, &device);
    model->connection.state = device.refresh != NULL ? LINK_OFFLINE : LINK_SIGNED_OUT;
    add_toasts(model, &arena, NULL); // what is there already is no news
    arena_free(&arena);
    CLEANUP(query_end)
    sqlite3_stmt *state = store_query(model->cache, "SELECT skew, cursor, account FROM state");
    if (store_row(model->cache, state)) {
        atomic_store(&model->skew, sqlite3_column_int64(state, 0));
        model->cursor = sqlite3_column_int64(state, 1);
        model->account = sqlite3_column_int64(state, 2);
    }
    CLEANUP(query_end) sqlite3_stmt *link = store_query(model->cache, "SELECT since FROM link");
    if (store_row(model->cache, link))
        model->connection.since = sqlite3_column_int64(link, 0);
}

bool model_open(struct model **ret_model, const struct model_options *options, struct err *err)
{
    struct model *model = calloc(1, sizeof *model);
    CHECK(model != NULL);
    home_folder(options->home, model->home);
    model->server = options->server != NULL && *options->server != '\0' ? strdup(options->server) : NULL;
    model->machine_now = options->now != NULL ? options->now : host_now_ms;
    model->zones = zone_db_create();
    model->requests_end = &model->requests;
    CHECK(pthread_mutex_init(&model->lock, NULL) == 0);
    model->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    CHECK(model->event_fd >= 0);
    if (!open_home(model, err)) {
        model_close(model);
        return false;
    }
    load_state(model);
    *ret_model = model;
    return true;
}

void model_close(struct model *model)
{
    if (model == NULL)
        return;
    struct err err;
    if (model->outbox != NULL && port_take_soft(model))
        outbox_flush(model->outbox, &err);
    store_close(model->cache);
    store_close(model->outbox);
    arena_free(&model->pending_arena);
    zone_db_destroy(model->zones);
    for (size_t i = 0; i < model->event_count; i++)
        free(model->events[i]);
    for (struct request *request; (request = port_take_request(model)) != NULL;)
        request_free(request);
    pthread_mutex_destroy(&model->lock);
    close(model->event_fd);
    free(model->server);
    free(model);
}

int64_t model_now(const struct model *model)
{
    return model->machine_now() + atomic_load(&model->skew);
}

struct zone_db *model_zones(const struct model *model)
{
    return model->zones;
}

// --- news ------------------------------------------------------------------------------------------------------------

int model_event_fd(const struct model *model)
{
    return model->event_fd;
}

static int64_t current_account(struct model *model)
{
    CLEANUP(query_end) sqlite3_stmt *query = store_query(model->cache, "SELECT account, cursor FROM state");
    if (!store_row(model->cache, query))
        return model->account;
    model->cursor = sqlite3_column_int64(query, 1);
    return sqlite3_column_int64(query, 0);
}

static void add_toast(const struct row_notification *row, struct arena *arena, struct list *events)
{
    *LIST_ADD(events, arena, struct model_event) = (struct model_event){
        .kind = MODEL_TOAST,
        .title = row->title != NULL ? row->title : "",
        .body = row->body != NULL ? row->body : "",
        .consultation_id = row->consultationId,
        .at = row->at,
    };
}

// A notification is new when its revision is above all that were there. Whichever program of this home fetched it, every
// program shows it; what a first snapshot brings is old.
static void add_toasts(struct model *model, struct arena *arena, struct list *events)
{
    int64_t account = current_account(model);
    bool quiet = !model->toasts_known || account != model->account;
    model->account = account;
    model->toasts_known = model->cursor > 0;
    int64_t before = model->toasted;
    struct row_notification rows[TOASTS_MAX];
    size_t count = 0;
    CLEANUP(query_end)
    sqlite3_stmt *query =
        store_query(model->cache, table_select(ROW_NOTIFICATION, "ORDER BY \"at\" DESC LIMIT 20"));
    while (count < TOASTS_MAX && table_next(model->cache, query, ROW_NOTIFICATION, arena, &rows[count])) {
        if (rows[count].rev > model->toasted)
            model->toasted = rows[count].rev;
        count++;
    }
    for (size_t i = count; i-- > 0 && !quiet;)
        if (rows[i].rev > before && rows[i].readAt == 0)
            add_toast(&rows[i], arena, events);
}

static void take_events(struct model *model, struct arena *arena, struct model_news *ret)
{
    pthread_mutex_lock(&model->lock);
    ret->changed = model->changed;
    model->changed = 0;
    for (size_t i = 0; i < model->event_count; i++) {
        const struct queued_event *queued = model->events[i];
        struct model_event *event = LIST_ADD(&ret->events, arena, struct model_event);
        *event = queued->event;
        event->title = arena_strdup(arena, queued->title);
        event->body = arena_strdup(arena, queued->body);
        event->consultation_id =
            queued->consultation_id[0] != '\0' ? arena_strdup(arena, queued->consultation_id) : NULL;
        free(model->events[i]);
    }
    model->event_count = 0;
    pthread_mutex_unlock(&model->lock);
}

void model_take_news(struct model *model, struct arena *arena, struct model_news *ret_news)
{
    uint64_t count;
    ssize_t got = read(model->event_fd, &count, sizeof count);
    (void)got;
    struct model_news news = { 0 };
    take_events(model, arena, &news);
    if ((news.changed & (MODEL_ROWS(ROW_NOTIFICATION) | MODEL_ACCOUNT)) != 0 || !model->toasts_known)
        add_toasts(model, arena, &news.events);
    *ret_news = news;
}

// --- connection and account --------------------------------------------------------------------------------------------

void model_connection(struct model *model, struct connection *ret_connection)
{
    pthread_mutex_lock(&model->lock);
    *ret_connection = model->connection;
    pthread_mutex_unlock(&model->lock);
}

static struct request *new_request(enum request_kind kind)
{
    struct request *request = calloc(1, sizeof *request);
    CHECK(request != NULL);
    request->kind = kind;
    return request;
}

void model_connect_now(struct model *model)
{
    add_request(model, new_request(REQUEST_CONNECT));
}

void model_account(struct model *model, struct arena *arena, struct account *ret_account)
{
    struct device device = { 0 };
    device_get(model->outbox, arena, &device);
    const char *server = device.server != NULL ? device.server : MODEL_DEFAULT_SERVER;
    *ret_account = (struct account){
        .server = model->server != NULL ? model->server : server,
        .email = device.email,
        .user_id = device.user_id,
        .signed_in =
            device.refresh != NULL && (model->server == NULL || server_url_same(model->server, server)),
    };
}

bool model_sign_in(struct model *model, const char *server, const char *email, const char *password,
                   struct err *err)
{
    struct arena arena = { 0 };
    struct account account;
    model_account(model, &arena, &account);
    const char *target = server != NULL && *server != '\0' ? server : account.server;
    bool good = server_url_allowed(target, err);
    if (good) {
        struct request *request = new_request(REQUEST_SIGN_IN);
        request->server = strdup(target);
        request->email = strdup(email);
        request->secret = strdup(password);
        add_request(model, request);
    }
    arena_free(&arena);
    return good;
}

// The server is told if it can be reached; the tokens are gone from here in any case.
static void ask_to_revoke(struct model *model, const struct device *device)
{
    if (device->access == NULL || device->server == NULL)
        return;
    struct request *request = new_request(REQUEST_REVOKE);
    request->server = strdup(device->server);
    request->secret = strdup(device->access);
    add_request(model, request);
}

bool model_sign_out(struct model *model, bool discard, struct err *err)
{
    struct arena arena = { 0 };
    struct device before = { 0 };
    device_get(model->outbox, &arena, &before);
    bool good = device_sign_out(model->outbox, discard, err);
    if (good) {
        ask_to_revoke(model, &before);
        good = cache_match_account(model->cache, model->outbox, err);
        pending_changed(model);
        signal_own(model, MODEL_EVERYTHING);
    }
    arena_free(&arena);
    return good;
}

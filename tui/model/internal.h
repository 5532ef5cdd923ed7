// What the parts of the model share. Nothing outside tui/model includes this.
#pragma once

#include "shared/host/host.h"
#include "shared/sync/overlay.h"
#include "tui/model/device.h"
#include "tui/model/model.h"
#include "tui/model/outbox.h"
#include "tui/model/port.h"
#include "tui/model/server_url.h"
#include "tui/model/tables.h"

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>

enum { EVENTS_MAX = 64, ASKED_MAX = 64, HOME_MAX = 3000 };

struct pending { // an operation whose effects the cache may lack
    struct overlay_op op;
    enum outbox_state state;
    int64_t seq;
    const char *thing, *note;
    int64_t minutes; // what a booking will cost
    const char *package_name;
};

struct refused_thing {
    const char *thing;
    int64_t n;
    struct overlay_op booking; // of a refused booking; else spec is NULL
};

struct queued_event {
    struct model_event event;
    char title[256], body[2048], consultation_id[ID_SIZE];
};

struct asked { // for free slots
    char question[128];
    enum slots_state state;
    int64_t at;
    char why[ERR_MESSAGE_MAX];
};

struct model {
    char home[HOME_MAX];
    char *server; // of the options
    int64_t (*machine_now)(void);
    struct zone_db *zones;

    // the model's own thread
    struct store *cache, *outbox;
    int64_t cursor; // of the cache, as of the last reader_begin()
    struct arena pending_arena;
    struct list pending;        // struct pending, in order
    struct list refused_things; // struct refused_thing
    bool pending_known;
    bool toasts_known;          // toasted tells old notifications from new ones
    int64_t toasted;            // highest rev of a notification that was there already
    int64_t account;            // of the last look
    char organization[ID_SIZE]; // as chosen; "" for the one the person acts for
    struct model_text *texts;   // the open ones

    // shared with tui/net
    pthread_mutex_t lock;
    int event_fd;
    unsigned changed;
    struct queued_event *events[EVENTS_MAX];
    size_t event_count;
    struct connection connection;
    struct request *requests, **requests_end;
    void (*wake)(void *user);
    void *wake_user;
    struct port_place place;
    char caret_note[64]; // where the caret is; place.caret is in it
    char present_room[64];
    struct port_person present[PRESENT_MAX];
    size_t present_count;
    struct asked asked[ASKED_MAX];
    atomic_bool soft;
    _Atomic int64_t skew;
};

// The two files of a home. ERR_STORAGE_FULL, ERR_INTERNAL. A cache that is damaged, now or when something is done with
// it, or of another version leaves a mark for home_drop_bad_cache().
bool home_open_cache(const char *home, struct store **ret, struct err *err);
// Throws away a cache that has the mark: it can be fetched again. False without one. Nobody may have it open.
bool home_drop_bad_cache(const char *home);
bool home_open_outbox(const char *home, struct store **ret, struct err *err);
// Forgets every row; the cache then belongs to that account.
bool cache_wipe(struct store *cache, int64_t account, struct err *err);
// Wipes the cache when it belongs to another account than the outbox says.
bool cache_match_account(struct store *cache, struct store *outbox, struct err *err);

// Begins one consistent look at outbox and cache: refreshes pending operations and the cursor.
void reader_begin(struct model *model);
// Ends it; a failure becomes MODEL_TROUBLE.
void reader_end(struct model *model);
// Pending operations that the cache does not show yet, one after another: pass NULL first.
const struct pending *pending_next(const struct model *model, const struct pending *after);
// The same about one consultation.
const struct pending *pending_about(const struct model *model, const char *thing,
                                    const struct pending *after);
const struct refused_thing *refused_about(const struct model *model, const char *thing);
// The refused booking of a consultation, or NULL.
const struct refused_thing *refused_booking(const struct model *model, const char *thing);
void pending_changed(struct model *model);

// The person, for overlays; rows in the arena.
void model_who(struct model *model, struct arena *arena, struct overlay_who *ret);
// One row by id; false when the cache has none.
bool row_get(struct model *model, enum row_table table, const char *id, struct arena *arena, void *ret);
// Lots with pending operations applied, inside a look. ret: struct overlay_lot.
// client_id: of that client alone, unless NULL.
void lots_overlaid(struct model *model, const char *client_id, struct arena *arena, struct list *ret);
// Within a look: the organisation that is meant (NULL: none), and an organisation's name (NULL: unknown).
const char *organization_chosen(struct model *model, struct arena *arena);
const char *organization_name(struct model *model, const char *id, struct arena *arena);
// A consultation with pending operations applied, inside a look.
bool consultation_get(struct model *model, const char *id_or_code, struct arena *arena,
                      struct consultation *ret);

// Queues an operation of this person: checks role and shape, writes it durably, signals and wakes.
bool queue_op(struct model *model, const struct op_spec *spec, const void *args, int64_t *ret_n,
              struct err *err);
// Tells the screens and the net.
void signal_own(struct model *model, unsigned changed);
void add_request(struct model *model, struct request *request);

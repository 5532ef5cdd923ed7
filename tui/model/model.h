// What the screens and the command line ask of this device's memory: a cache of what the server said, the outbox of
// what the server has not heard yet, and both together as one answer (handbook SYNC).
//
// Every function here belongs to one thread, the one that opened the model. None waits for the network: questions
// are answered from the cache in well under a millisecond, acts are written durably into the outbox and return.
// tui/net works behind it on threads of its own; what it brings shows as news (model_event_fd, model_take_news).
//
// Answers live in the arena given. Questions do not fail: when the cache cannot be read the answer is empty and an
// event MODEL_TROUBLE says why. Acts return false with the reason when a rule or the disk refuses them.
#pragma once

#include "shared/base/id.h"
#include "shared/domain/availability.h"
#include "shared/domain/booking.h"
#include "shared/domain/credits.h"
#include "shared/wire/args_consultation.h"
#include "shared/wire/args_people.h"
#include "shared/wire/rows.h"

struct model;
struct zone_db; // shared/host/host.h

#define MODEL_DEFAULT_SERVER "http://127.0.0.1:8180"

struct model_options {
    const char *home;     // folder of the cache, made with mode 0700; NULL: $XDG_DATA_HOME/serenity
    const char *server;   // NULL: where this home signed in last, else MODEL_DEFAULT_SERVER
    int64_t (*now)(void); // UTC ms; NULL: the machine's clock
};

// Opens or makes the cache and the outbox. Errors: ERR_INTERNAL (cannot open, newer than this program, corrupt
// outbox), ERR_STORAGE_FULL. A damaged cache is thrown away and fetched anew; a damaged outbox never is.
bool model_open(struct model **ret_model, const struct model_options *options, struct err *err);
// Makes everything typed durable, then closes. NULL is allowed. Stop tui/net first.
void model_close(struct model *model);

// The time as the server counts it: this machine's clock plus the difference last seen. UTC ms.
int64_t model_now(const struct model *model);
// Loaded zones, for zone_db_get(). Owned by the model.
struct zone_db *model_zones(const struct model *model);
// The person's own zone (me.timezone), else the machine's; never NULL.
const struct zone *model_zone(const struct model *model);

// --- news ----------------------------------------------------------------------------------------------------------

// What may have changed, as bits: one a table, in the order of enum row_table, then the rest.
#define MODEL_ROWS(table) (1u << (unsigned)(table))
enum model_changed {
    MODEL_OUTBOX = 1 << (ROW_TABLES + 0),   // something was queued, sent, answered: overlaid rows changed too
    MODEL_REFUSALS = 1 << (ROW_TABLES + 1), // the inbox of refusals
    MODEL_CONNECTION = 1 << (ROW_TABLES + 2), // model_connection() says something else
    MODEL_ACCOUNT = 1 << (ROW_TABLES + 3),    // signed in or out
    MODEL_SLOTS = 1 << (ROW_TABLES + 4),      // an answer to model_slots_want()
    MODEL_PRESENCE = 1 << (ROW_TABLES + 5),
    MODEL_TEXTS =
        1 << (ROW_TABLES + 6), // a replica of a note has changed (tui/model/texts.h), or a caret in it
    MODEL_EVERYTHING = (1 << (ROW_TABLES + 7)) - 1,
};

enum model_event_kind {
    MODEL_TOAST,     // a notification arrived: title, body, consultation_id
    MODEL_REFUSED,   // the server refused an operation: title, body, operation, consultation_id
    MODEL_SIGNED_IN, // model_sign_in() worked
    MODEL_SIGN_IN_FAILED, // err says why (ERR_BAD_CREDENTIALS, ERR_OFFLINE, ERR_CONFLICT: another person's changes wait)
    MODEL_SIGNED_OUT, // the session ended (signed out, revoked, password changed): sign in again; err says why
    MODEL_TROUBLE, // this device: disk full, unreadable cache, a server that breaks the protocol; err says what
};

struct model_event {
    enum model_event_kind kind;
    const char *title, *body;    // other people's text, not cleaned; "" when there is none
    const char *consultation_id; // or NULL
    int64_t at;                  // UTC ms
    int64_t operation;           // n of the refused operation, else 0
    struct err err;
};

struct model_news {
    unsigned changed;   // bits of MODEL_ROWS() and enum model_changed
    struct list events; // struct model_event, oldest first
};

// An eventfd: readable when there is news. Only poll it; model_take_news() empties it.
int model_event_fd(const struct model *model);
// What changed since the last call. Own acts count as news too, so a screen needs one path only.
void model_take_news(struct model *model, struct arena *arena, struct model_news *ret_news);

// --- connection and account ----------------------------------------------------------------------------------------

enum link_state {
    LINK_SIGNED_OUT, // nobody is signed in: nothing is tried
    LINK_OFFLINE,    // the last try failed; next_try says when the next one comes
    LINK_CONNECTING, // a try runs, or a snapshot is being fetched (loading)
    LINK_ONLINE,     // up to date with the server and hearing every change
    LINK_TOO_OLD, // this program must be upgraded; `why` says so. What waits is sent if the server still takes it
};

struct connection {
    enum link_state state;
    int64_t since;             // of this state; of being offline when connecting after a loss; UTC ms
    int64_t next_try;          // UTC ms, 0 when none is planned
    bool loading;              // a snapshot is on its way
    int64_t loaded;            // rows of it so far
    char why[ERR_MESSAGE_MAX]; // why it is not online, for people; "" when it is
};
void model_connection(struct model *model, struct connection *ret_connection);
// Tries now instead of at next_try.
void model_connect_now(struct model *model);

struct account {
    const char *server;  // "http://127.0.0.1:8180"
    const char *email;   // NULL: nobody has signed in here
    const char *user_id; // NULL: unknown yet
    bool signed_in;      // tokens are at hand
};
void model_account(struct model *model, struct arena *arena, struct account *ret_account);

// Asks the server in the background; MODEL_SIGNED_IN or MODEL_SIGN_IN_FAILED follows. server NULL: the present one.
// http:// is refused beyond loopback (ERR_BAD_REQUEST). The password is not kept.
bool model_sign_in(struct model *model, const char *server, const char *email, const char *password,
                   struct err *err);
// Forgets tokens and cache at once and tells the server when it can be reached. While operations wait it fails with
// ERR_CONFLICT, unless discard: then they are thrown away.
bool model_sign_out(struct model *model, bool discard, struct err *err);

// --- what there is -------------------------------------------------------------------------------------------------
// "waits": something about it is queued or sent and not yet answered, or answered and not yet seen in the change log.

struct consultation {
    struct row_consultation row; // with what waits applied by the rules that the server uses
    unsigned part;               // who this person is in it: bits of enum role (shared/domain/part.h)
    bool waits;
    bool only_here;    // a booking that the server has not seen, or has refused
    bool refused;      // something about it stands in the inbox of refusals
    bool credit_waits; // its minutes are a quote until the server has spoken
};

// How far a booking has come, for whoever wants it: only on this device; the server keeps its time; its consultant will be
// there; it will not be.
enum booking_stage { STAGE_QUEUED, STAGE_HELD, STAGE_CONFIRMED, STAGE_REFUSED, STAGE_OVER };
// queued, held, confirmed, refused; NULL of what began, is over or was cancelled.
extern const char *const booking_stage_words[];
enum booking_stage consultation_stage(const struct consultation *consultation);

struct note_view {
    enum note_kind kind;
    const char *text;        // with what was typed here
    const char *author_name; // of the server's last update; NULL when there is none
    int64_t updated_at;      // UTC ms
    bool waits;
};
struct action_item_view {
    struct row_action_item row;
    bool waits;
};
struct deliverable_view {
    struct row_deliverable row;
    bool waits;
};
struct attendee_view {
    struct row_attendee row; // of what waits, id is ""
    bool waits;
};

struct consultation_detail {
    struct consultation head;
    struct list
        notes; // struct note_view: only kinds that exist or were typed, in the order of enum note_kind
    struct list action_items; // struct action_item_view, oldest first
    struct list deliverables; // struct deliverable_view, oldest first
    struct list attendees;    // struct attendee_view, as they came
    bool has_outcome, outcome_waits;
    struct row_outcome outcome;
};

// Every consultation that touches [from, to), cancelled ones too, by start. ret: struct consultation.
void model_consultations(struct model *model, int64_t from, int64_t to, struct arena *arena,
                         struct list *ret);
// At most `limit` whose code, client, consultant, contact or purpose holds the words (case-insensitive), newest first.
void model_search(struct model *model, const char *words, size_t limit, struct arena *arena,
                  struct list *ret);
// By id or code (CONS-...). False: not in the cache.
bool model_consultation(struct model *model, const char *id_or_code, struct arena *arena,
                        struct consultation_detail *ret);
// The one that runs now or comes next and is not over or called off. False: none.
bool model_next(struct model *model, struct arena *arena, struct consultation *ret);

struct todo {                // what waits for the person (struct consultation each, by start)
    struct list to_confirm;  // scheduled or requested, ahead; only for consultants
    struct list to_write_up; // confirmed or in progress and past their end; only for consultants
};
void model_todo(struct model *model, struct arena *arena, struct todo *ret);

// Rows as the server said them. ret: struct row_...; bool ones: false when there is none yet.
bool model_me(struct model *model, struct arena *arena, struct row_me *ret);
// Bits of enum role of the person signed in; ROLE_PUBLIC before the first sync.
unsigned model_roles(struct model *model);
void model_policy(struct model *model, struct booking_policy *ret); // the default before the first sync
void model_packages(struct model *model, struct arena *arena, struct list *ret);    // by displayOrder
void model_consultants(struct model *model, struct arena *arena, struct list *ret); // by name
bool model_consultant(struct model *model, const char *id, struct arena *arena, struct row_consultant *ret);
void model_statement(struct model *model, size_t limit, struct arena *arena,
                     struct list *ret); // newest first
// The client organisations that the person belongs to (struct row_organization, by name), and the one whose credits are
// shown and that sessions are booked for: the one chosen, else the one they act for. False: there is none.
void model_organizations(struct model *model, struct arena *arena, struct list *ret);
bool model_organization(struct model *model, struct arena *arena, struct row_organization *ret);
void model_choose_organization(struct model *model, const char *id);

struct notification_view {
    struct row_notification row; // readAt set at once when reading it was queued
    bool waits;
};
void model_notifications(struct model *model, size_t limit, struct arena *arena,
                         struct list *ret); // newest first
int64_t model_unread(struct model *model);

// Open hours after time off and overrides, in [from, to): struct slot, by start. Only of consultants whose rules this
// person may see.
void model_open_spans(struct model *model, const char *consultant_id, int64_t from, int64_t to,
                      struct arena *arena, struct list *ret);
struct day_off {
    int64_t start, end; // UTC ms
    const char *reason; // or NULL
};
void model_days_off(struct model *model, const char *consultant_id, int64_t from, int64_t to,
                    struct arena *arena,
                    struct list *ret); // struct day_off

// --- credits -------------------------------------------------------------------------------------------------------

struct lot_view {
    struct row_lot row;    // with what waits applied
    int64_t waits_minutes; // of row.reserved, how many are only quoted so far (negative: on their way back)
    bool usable;           // not expired at model_now()
};
void model_lots(struct model *model, struct arena *arena, struct list *ret); // soonest expiry first

struct credit_summary {     // hundredths of a credit; the free trial is counted apart
    int64_t free, reserved; // free: in lots that are usable now
    int64_t pending;        // of reserved, not yet confirmed by the server
    int64_t trial_minutes;  // of free trial still usable
    int64_t next_expiry;    // of a lot with free minutes, UTC ms, 0 none
};
void model_credits(struct model *model, struct credit_summary *ret);
// "3", "1.5": hundredths as people read them. Returns buffer.
char *centi_format(int64_t centi, char *buffer, size_t size);

struct quote {                // what a session would cost, by the rule that the server uses
    int64_t minutes;          // of credit
    int64_t centi;            // the same in hundredths of a credit
    const char *package_name; // of the first lot that pays
    int64_t lot_expires_at;
};
// ERR_INSUFFICIENT_CREDITS says what is missing.
bool model_quote(struct model *model, int64_t session_minutes, bool free_trial, struct arena *arena,
                 struct quote *ret, struct err *err);

struct cancel_preview { // "cancel now: 1 credit returns to Discovery & Assessment, expires in 3 days"
    enum cancel_effect effect;
    int64_t minutes, centi;   // of credit
    const char *package_name; // or NULL
    int64_t usable_until;     // of what returns; 0: not known on this device (a consultant sees no lots)
    int64_t deadline;         // until when cancelling is free, UTC ms
};
bool model_cancel_preview(struct model *model, const char *id, struct arena *arena,
                          struct cancel_preview *ret);

// May this person make that move now? The same words that the server would use.
bool model_may(struct model *model, const struct consultation *consultation, enum booking_move move,
               struct err *err);

// --- free slots (asked of the server, kept in the cache) --------------------------------------------------------------

enum slots_state { SLOTS_UNKNOWN, SLOTS_LOADING, SLOTS_READY, SLOTS_FAILED };
struct slots_view {
    enum slots_state state;
    struct list slots;         // struct slot, by start; of an earlier answer while loading or failed
    int64_t fetched_at;        // UTC ms of that answer, 0 none
    char why[ERR_MESSAGE_MAX]; // when failed
};
// Asks in the background; MODEL_SLOTS follows. The same question within 10 s is not sent again.
void model_slots_want(struct model *model, const char *consultant_id, int64_t from, int64_t to,
                      int64_t minutes);
void model_slots(struct model *model, const char *consultant_id, int64_t from, int64_t to, int64_t minutes,
                 struct arena *arena, struct slots_view *ret);

// --- acts: each is one operation in the outbox ------------------------------------------------------------------------
// True: it is on the disk and will reach the server once, whatever happens. ret_n (may be NULL): its number. Actual
// times of 0 become model_now().

bool model_confirm(struct model *model, const char *id, const char *preparation_notes, int64_t *ret_n,
                   struct err *err);
bool model_start(struct model *model, const struct args_start *args, int64_t *ret_n, struct err *err);
bool model_complete(struct model *model, const struct args_complete *args, int64_t *ret_n, struct err *err);
bool model_cancel(struct model *model, const char *id, const char *reason, int64_t *ret_n, struct err *err);
// The session is given by one consultant more, or one less. The server says whether they have the time.
bool model_add_co_consultant(struct model *model, const char *id, const char *consultant_id, int64_t *ret_n,
                             struct err *err);
bool model_remove_co_consultant(struct model *model, const char *id, const char *consultant_id,
                                int64_t *ret_n, struct err *err);
// reason: the client reads it.
bool model_decline(struct model *model, const char *id, const char *reason, int64_t *ret_n, struct err *err);
bool model_reschedule(struct model *model, const struct args_reschedule *args, int64_t *ret_n,
                      struct err *err);
// args->id may be NULL: one is made. ret_id (may be NULL) receives it.
bool model_book(struct model *model, const struct args_book *args, struct id *ret_id, int64_t *ret_n,
                struct err *err);
// args->id: the consultation. args->itemId may be NULL.
bool model_add_action_item(struct model *model, const struct args_action_item *args, int64_t *ret_n,
                           struct err *err);
// args->consultationId: the consultation. args->id may be NULL.
bool model_add_deliverable(struct model *model, const struct args_deliverable *args, int64_t *ret_n,
                           struct err *err);
bool model_add_availability(struct model *model, const struct args_availability *args, int64_t *ret_n,
                            struct err *err);
bool model_mark_read(struct model *model, const char *notification_id, int64_t *ret_n, struct err *err);
// Any other operation that may be queued offline. args: the struct of op_spec_find(name)->in.
bool model_queue(struct model *model, const char *name, const void *args, int64_t *ret_n, struct err *err);

// Makes every text typed so far safe from a crash of the machine too, before this returns.
bool model_flush(struct model *model, struct err *err);

// Takes an operation back. False with ERR_CONFLICT when it was already sent (undo comes too late), or when it is what
// was typed into a note: that is undone there.
bool model_withdraw(struct model *model, int64_t n, struct err *err);

// --- outbox and refusals ----------------------------------------------------------------------------------------------

struct outbox_counts {
    int64_t waiting; // queued or sent, no answer yet
    int64_t sent;    // of those, on their way
    int64_t refused; // in the inbox
};
void model_outbox_counts(struct model *model, struct outbox_counts *ret);

struct waiting {
    int64_t n;
    const char *name;            // "consultation.start"
    const char *help;            // its sentence of the operation table
    const char *consultation_id; // or NULL
    const char *code;            // of the consultation, when it has one
    int64_t at;                  // queued, UTC ms
    bool sent;
    int64_t next_try; // the server asked to wait until then; 0 otherwise
    const char *why;  // its words then, or NULL
};
void model_waiting(struct model *model, struct arena *arena, struct list *ret); // struct waiting, in order

struct refusal {
    int64_t n;
    const char *name, *help;
    const char *consultation_id, *code; // or NULL
    int64_t at;                         // queued
    int64_t refused_at;
    enum err_code reason;
    const char *message, *field; // the server's words
    const char *details;         // JSON object as text, or NULL
    struct list alternatives;    // struct slot: free times near the one that was taken, nearest first
    int64_t because_of;          // n of the refused operation that this one needed, else 0
    const char *text;            // of a note: what was typed here, else NULL
    const char *args;            // JSON, as it was sent
};
void model_refusals(struct model *model, struct arena *arena,
                    struct list *ret); // struct refusal, oldest first
// The refused booking of that consultation: it is shown as refused until it is sent again or thrown away.
bool model_refused_booking(struct model *model, const char *consultation_id, struct arena *arena,
                           struct refusal *ret);
// Queues the same again; what was typed into a note goes to the end of what it is now (ERR_WRONG_STATE: nothing was).
bool model_refusal_resend(struct model *model, int64_t n, int64_t *ret_n, struct err *err);
// A refused booking or move, at one of its alternatives.
bool model_refusal_resend_at(struct model *model, int64_t n, int64_t start, int64_t *ret_n, struct err *err);
bool model_refusal_discard(struct model *model, int64_t n, struct err *err);

// --- presence ---------------------------------------------------------------------------------------------------------

enum presence_state { PRESENCE_VIEWING, PRESENCE_WRITING, PRESENCE_SESSION };
struct present {
    const char *user_id, *name; // other people's text
    enum presence_state state;
};
// Says where this person is; kept up until the next call. NULL leaves.
void model_presence_enter(struct model *model, const char *consultation_id, enum presence_state state);
// Who else is there: struct present.
void model_presence(struct model *model, const char *consultation_id, struct arena *arena, struct list *ret);

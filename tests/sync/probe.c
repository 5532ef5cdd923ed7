// A client program without a screen, driven line by line: the model and the net of `serenity`, so that tests can look
// at them from outside. Reads commands on stdin, answers each with one line of JSON on stdout.
//
//   probe HOME SERVER
//     login EMAIL PASSWORD             waits for the outcome
//     wait STATE MS                    connection: signed_out, offline, connecting, online
//     settled MS                       nothing waits any more
//     list FROM TO                     consultations (UTC ms)
//     show ID                          one consultation with its parts
//     note ID KIND TEXT                becomes TEXT (to the end of the line, "\n" for a newline)
//     confirm|start|cancel ID          complete ID SUMMARY   item ID TEXT
//     book CONSULTANT START END        reschedule ID START END
//     outbox | refusals | credits | events | connection | enter ID | present ID | resend N | discard N | slots ID FROM TO [MINUTES]
#include "shared/wire/json.h"
#include "tests/sync/typing.h"
#include "tui/net/net.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct probe {
    struct model *model;
    struct net *net;
    struct arena arena;
    struct buf out;
    struct list events; // struct model_event
    struct arena events_arena;
    char *words[8];
    int count;
    const char *rest[8]; // the line from that word on
};

static int64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void gather(struct probe *probe)
{
    struct model_news news;
    model_take_news(probe->model, &probe->arena, &news);
    for (size_t i = 0; i < news.events.count; i++) {
        struct model_event *event = LIST_ADD(&probe->events, &probe->events_arena, struct model_event);
        *event = *LIST_AT(&news.events, struct model_event, i);
        event->title = arena_strdup(&probe->events_arena, event->title);
        event->body = arena_strdup(&probe->events_arena, event->body);
        event->consultation_id = arena_strdup(&probe->events_arena, event->consultation_id);
    }
}

// Waits until the condition holds; false after `ms`.
static bool wait_for(struct probe *probe, bool (*holds)(struct probe *probe, const char *arg),
                     const char *arg, int64_t ms)
{
    int64_t until = clock_ms() + ms;
    for (;;) {
        gather(probe);
        if (holds(probe, arg))
            return true;
        int64_t left = until - clock_ms();
        if (left <= 0)
            return false;
        struct pollfd fd = { .fd = model_event_fd(probe->model), .events = POLLIN };
        poll(&fd, 1, (int)(left < 50 ? left : 50));
    }
}

// --- answers ---------------------------------------------------------------------------------------------------------------

static void field_text(struct probe *probe, const char *name, const char *text)
{
    json_add_key(&probe->out, name);
    json_add_text(&probe->out, text);
}

static void field_int(struct probe *probe, const char *name, int64_t value)
{
    json_add_key(&probe->out, name);
    buf_addf(&probe->out, "%" PRId64, value);
}

static void field_shape(struct probe *probe, const char *name, const struct shape *shape, const void *value)
{
    json_add_key(&probe->out, name);
    shape_write(shape, value, &probe->out);
}

static void open_object(struct probe *probe)
{
    json_add_comma(&probe->out);
    buf_add_char(&probe->out, '{');
}

static void answer(struct probe *probe, bool good, const struct err *err)
{
    field_text(probe, "ok", good ? "yes" : "no");
    if (!good) {
        field_text(probe, "code", err_name(err->code));
        field_text(probe, "message", err->message);
    }
}

static void write_consultation(struct probe *probe, const struct consultation *c)
{
    open_object(probe);
    field_shape(probe, "row", row_shapes[ROW_CONSULTATION], &c->row);
    field_int(probe, "waits", c->waits);
    field_int(probe, "onlyHere", c->only_here);
    field_int(probe, "refused", c->refused);
    buf_add_char(&probe->out, '}');
}

static void write_note(struct probe *probe, const struct note_view *note, const char *kind)
{
    open_object(probe);
    field_text(probe, "kind", kind);
    field_text(probe, "text", note->text);
    field_int(probe, "waits", note->waits);
    buf_add_char(&probe->out, '}');
}

// --- commands ---------------------------------------------------------------------------------------------------------------

static bool signed_in_or_not(struct probe *probe, const char *arg)
{
    (void)arg;
    for (size_t i = 0; i < probe->events.count; i++) {
        enum model_event_kind kind = LIST_AT(&probe->events, struct model_event, i)->kind;
        if (kind == MODEL_SIGNED_IN || kind == MODEL_SIGN_IN_FAILED)
            return true;
    }
    return false;
}

static void run_login(struct probe *probe)
{
    struct err err = { 0 };
    probe->events = (struct list){ 0 };
    bool good = model_sign_in(probe->model, NULL, probe->words[1], probe->words[2], &err);
    good = good && wait_for(probe, signed_in_or_not, NULL, 20000);
    for (size_t i = 0; good && i < probe->events.count; i++) {
        const struct model_event *event = LIST_AT(&probe->events, struct model_event, i);
        if (event->kind == MODEL_SIGN_IN_FAILED) {
            err = event->err;
            good = false;
        }
    }
    answer(probe, good, &err);
}

static const char *const link_words[] = { "signed_out", "offline", "connecting", "online", "too_old" };

static bool link_is(struct probe *probe, const char *arg)
{
    struct connection connection;
    model_connection(probe->model, &connection);
    return strcmp(link_words[connection.state], arg) == 0;
}

static void run_wait(struct probe *probe)
{
    struct err err = { .code = ERR_OFFLINE };
    answer(probe, wait_for(probe, link_is, probe->words[1], atoll(probe->words[2])), &err);
}

static bool nothing_waits(struct probe *probe, const char *arg)
{
    (void)arg;
    struct outbox_counts counts;
    model_outbox_counts(probe->model, &counts);
    return counts.waiting == 0;
}

static void run_settled(struct probe *probe)
{
    struct err err = { .code = ERR_OFFLINE };
    answer(probe, wait_for(probe, nothing_waits, NULL, atoll(probe->words[1])), &err);
}

static void run_list(struct probe *probe)
{
    struct list list = { 0 };
    int64_t before = clock_ms();
    model_consultations(probe->model, atoll(probe->words[1]), atoll(probe->words[2]), &probe->arena, &list);
    field_int(probe, "ms", clock_ms() - before);
    json_add_key(&probe->out, "list");
    buf_add_char(&probe->out, '[');
    for (size_t i = 0; i < list.count; i++)
        write_consultation(probe, LIST_AT(&list, struct consultation, i));
    buf_add_char(&probe->out, ']');
}

static void write_parts(struct probe *probe, const struct consultation_detail *detail)
{
    json_add_key(&probe->out, "notes");
    buf_add_char(&probe->out, '[');
    for (size_t i = 0; i < detail->notes.count; i++) {
        const struct note_view *note = LIST_AT(&detail->notes, struct note_view, i);
        write_note(probe, note, note_kind_words[note->kind]);
    }
    buf_add_text(&probe->out, "]");
    json_add_key(&probe->out, "items");
    buf_add_char(&probe->out, '[');
    for (size_t i = 0; i < detail->action_items.count; i++) {
        json_add_comma(&probe->out);
        shape_write(row_shapes[ROW_ACTION_ITEM],
                    &LIST_AT(&detail->action_items, struct action_item_view, i)->row, &probe->out);
    }
    buf_add_char(&probe->out, ']');
    json_add_key(&probe->out, "attendees");
    buf_add_char(&probe->out, '[');
    for (size_t i = 0; i < detail->attendees.count; i++) {
        json_add_comma(&probe->out);
        shape_write(row_shapes[ROW_ATTENDEE], &LIST_AT(&detail->attendees, struct attendee_view, i)->row,
                    &probe->out);
    }
    buf_add_char(&probe->out, ']');
    if (detail->has_outcome)
        field_shape(probe, "outcome", row_shapes[ROW_OUTCOME], &detail->outcome);
    field_int(probe, "deliverables", (int64_t)detail->deliverables.count);
}

static void run_show(struct probe *probe)
{
    struct consultation_detail detail;
    if (!model_consultation(probe->model, probe->words[1], &probe->arena, &detail))
        return;
    json_add_key(&probe->out, "head");
    write_consultation(probe, &detail.head);
    write_parts(probe, &detail);
}

static char *unescape(const char *text, struct arena *arena)
{
    char *out = arena_strdup(arena, text), *to = out;
    for (const char *p = out; *p != '\0'; p++)
        *to++ = (char)(p[0] == '\\' && p[1] == 'n' ? (p++, '\n') : *p);
    *to = '\0';
    return out;
}

static void run_note(struct probe *probe)
{
    struct err err;
    const char *text = unescape(probe->rest[3], &probe->arena);
    int kind = 0;
    while (kind < NOTE_KINDS - 1 && strcmp(note_kind_words[kind], probe->words[2]) != 0)
        kind++;
    answer(probe, type_note(probe->model, probe->words[1], (enum note_kind)kind, text, &err), &err);
}

static void run_move(struct probe *probe)
{
    struct err err;
    const char *id = probe->words[1];
    struct args_start start = { .id = id };
    struct args_complete complete = { .id = id, .outcomes.summary = probe->rest[2] };
    struct args_action_item item = {
        .id = id, .description = probe->rest[2], .assignedTo = 0, .priority = 2
    };
    bool good = false;
    if (strcmp(probe->words[0], "confirm") == 0)
        good = model_confirm(probe->model, id, NULL, NULL, &err);
    else if (strcmp(probe->words[0], "start") == 0)
        good = model_start(probe->model, &start, NULL, &err);
    else if (strcmp(probe->words[0], "complete") == 0)
        good = model_complete(probe->model, &complete, NULL, &err);
    else if (strcmp(probe->words[0], "cancel") == 0)
        good = model_cancel(probe->model, id, "because", NULL, &err);
    else
        good = model_add_action_item(probe->model, &item, NULL, &err);
    answer(probe, good, &err);
}

static void run_book(struct probe *probe)
{
    struct err err;
    struct id id = { "" };
    struct args_schedule schedule = { .scheduledStart = atoll(probe->words[2]),
                                      .scheduledEnd = atoll(probe->words[3]) };
    bool booking = strcmp(probe->words[0], "book") == 0;
    struct args_book book = { .schedule = schedule, .useCredits = true, .has_useCredits = true };
    struct args_reschedule move = { .id = probe->words[1], .schedule = schedule };
    if (strcmp(probe->words[1], "any") != 0)
        book.consultantId = probe->words[1];
    bool good = booking ? model_book(probe->model, &book, &id, NULL, &err)
                        : model_reschedule(probe->model, &move, NULL, &err);
    answer(probe, good, &err);
    field_text(probe, "id", id.text);
}

static void run_outbox(struct probe *probe)
{
    struct outbox_counts counts;
    struct list list = { 0 };
    model_outbox_counts(probe->model, &counts);
    model_waiting(probe->model, &probe->arena, &list);
    field_int(probe, "waiting", counts.waiting);
    field_int(probe, "sent", counts.sent);
    field_int(probe, "refused", counts.refused);
    json_add_key(&probe->out, "list");
    buf_add_char(&probe->out, '[');
    for (size_t i = 0; i < list.count; i++) {
        open_object(probe);
        field_int(probe, "n", LIST_AT(&list, struct waiting, i)->n);
        field_text(probe, "name", LIST_AT(&list, struct waiting, i)->name);
        field_int(probe, "sent", LIST_AT(&list, struct waiting, i)->sent);
        field_text(probe, "why", LIST_AT(&list, struct waiting, i)->why);
        buf_add_char(&probe->out, '}');
    }
    buf_add_char(&probe->out, ']');
}

static void run_refusals(struct probe *probe)
{
    struct list list = { 0 };
    model_refusals(probe->model, &probe->arena, &list);
    json_add_key(&probe->out, "list");
    buf_add_char(&probe->out, '[');
    for (size_t i = 0; i < list.count; i++) {
        const struct refusal *refusal = LIST_AT(&list, struct refusal, i);
        open_object(probe);
        field_int(probe, "n", refusal->n);
        field_text(probe, "name", refusal->name);
        field_text(probe, "code", err_name(refusal->reason));
        field_text(probe, "message", refusal->message);
        field_int(probe, "alternatives", (int64_t)refusal->alternatives.count);
        field_int(probe, "becauseOf", refusal->because_of);
        field_text(probe, "text", refusal->text);
        buf_add_char(&probe->out, '}');
    }
    buf_add_char(&probe->out, ']');
}

static void run_refusal_act(struct probe *probe)
{
    struct err err;
    int64_t n = atoll(probe->words[1]);
    bool again = strcmp(probe->words[0], "resend") == 0;
    answer(probe,
           again ? model_refusal_resend(probe->model, n, NULL, &err)
                 : model_refusal_discard(probe->model, n, &err),
           &err);
}

static void run_credits(struct probe *probe)
{
    struct credit_summary credits;
    model_credits(probe->model, &credits);
    field_int(probe, "free", credits.free);
    field_int(probe, "reserved", credits.reserved);
    field_int(probe, "pending", credits.pending);
    field_int(probe, "trialMinutes", credits.trial_minutes);
}

static void run_events(struct probe *probe)
{
    static const char *const words[] = { "toast",          "refused",    "signed_in",
                                         "sign_in_failed", "signed_out", "trouble" };
    gather(probe);
    json_add_key(&probe->out, "list");
    buf_add_char(&probe->out, '[');
    for (size_t i = 0; i < probe->events.count; i++) {
        const struct model_event *event = LIST_AT(&probe->events, struct model_event, i);
        open_object(probe);
        field_text(probe, "kind", words[event->kind]);
        field_text(probe, "title", event->title);
        field_text(probe, "body", event->body);
        field_text(probe, "code", err_name(event->err.code));
        field_text(probe, "message", event->err.message);
        buf_add_char(&probe->out, '}');
    }
    buf_add_char(&probe->out, ']');
    probe->events = (struct list){ 0 };
}

static void run_connection(struct probe *probe)
{
    struct connection connection;
    model_connection(probe->model, &connection);
    field_text(probe, "state", link_words[connection.state]);
    field_int(probe, "nextTry", connection.next_try);
    field_text(probe, "why", connection.why);
    field_int(probe, "now", model_now(probe->model));
}

static void run_enter(struct probe *probe)
{
    model_presence_enter(probe->model, strcmp(probe->words[1], "-") == 0 ? NULL : probe->words[1],
                         PRESENCE_WRITING);
}

static void run_present(struct probe *probe)
{
    struct list list = { 0 };
    model_presence(probe->model, probe->words[1], &probe->arena, &list);
    field_int(probe, "count", (int64_t)list.count);
    if (list.count > 0)
        field_text(probe, "name", LIST_AT(&list, struct present, 0)->name);
}

static int64_t slot_minutes(const struct probe *probe)
{
    return probe->count > 4 ? atoll(probe->words[4]) : 60;
}

static bool slots_known(struct probe *probe, const char *arg)
{
    struct slots_view view;
    (void)arg;
    model_slots(probe->model, probe->words[1], atoll(probe->words[2]), atoll(probe->words[3]),
                slot_minutes(probe), &probe->arena, &view);
    return view.state == SLOTS_READY || view.state == SLOTS_FAILED;
}

static void run_slots(struct probe *probe)
{
    struct slots_view view;
    int64_t from = atoll(probe->words[2]), to = atoll(probe->words[3]);
    model_slots_want(probe->model, probe->words[1], from, to, slot_minutes(probe));
    wait_for(probe, slots_known, NULL, 10000);
    model_slots(probe->model, probe->words[1], from, to, slot_minutes(probe), &probe->arena, &view);
    field_int(probe, "state", view.state);
    field_int(probe, "count", (int64_t)view.slots.count);
    if (view.slots.count > 0)
        field_int(probe, "first", LIST_AT(&view.slots, struct slot, 0)->start);
    field_text(probe, "why", view.why);
}

static void run_logout(struct probe *probe)
{
    struct err err;
    answer(probe, model_sign_out(probe->model, probe->count > 1, &err), &err);
}

static const struct {
    const char *name;
    int words;
    void (*run)(struct probe *probe);
} commands[] = {
    { "book", 4, run_book },
    { "cancel", 2, run_move },
    { "complete", 3, run_move },
    { "confirm", 2, run_move },
    { "connection", 1, run_connection },
    { "credits", 1, run_credits },
    { "discard", 2, run_refusal_act },
    { "enter", 2, run_enter },
    { "events", 1, run_events },
    { "item", 3, run_move },
    { "list", 3, run_list },
    { "login", 3, run_login },
    { "logout", 1, run_logout },
    { "note", 4, run_note },
    { "outbox", 1, run_outbox },
    { "present", 2, run_present },
    { "refusals", 1, run_refusals },
    { "reschedule", 4, run_book },
    { "resend", 2, run_refusal_act },
    { "settled", 2, run_settled },
    { "show", 2, run_show },
    { "slots", 4, run_slots },
    { "start", 2, run_move },
    { "wait", 3, run_wait },
};

static void split(struct probe *probe, char *line)
{
    char *copy = arena_strdup(&probe->arena, line), *state = NULL;
    probe->count = 0;
    for (int i = 0; i < 8; i++) {
        probe->rest[i] = "";
        probe->words[i] = copy + strlen(line);
    }
    for (char *word = strtok_r(line, " ", &state); word != NULL && probe->count < 8;
         word = strtok_r(NULL, " ", &state)) {
        probe->words[probe->count] = word;
        probe->rest[probe->count++] = copy + (word - line);
    }
}

static void run_line(struct probe *probe, char *line)
{
    split(probe, line);
    buf_clear(&probe->out);
    buf_add_char(&probe->out, '{');
    for (size_t i = 0; i < ARRAY_LEN(commands) && probe->count > 0; i++)
        if (strcmp(commands[i].name, probe->words[0]) == 0 && probe->count >= commands[i].words)
            commands[i].run(probe);
    buf_add_char(&probe->out, '}');
    puts(buf_text(&probe->out));
    fflush(stdout);
    arena_reset(&probe->arena);
}

int main(int argc, char **argv)
{
    struct probe probe = { 0 };
    struct err err;
    struct model_options options = { .home = argc > 1 ? argv[1] : NULL, .server = argc > 2 ? argv[2] : NULL };
    if (!model_open(&probe.model, &options, &err) || !net_start(&probe.net, probe.model, &err)) {
        fprintf(stderr, "probe: %s\n", err.message);
        return 1;
    }
    static char line[128 * 1024];
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        run_line(&probe, line);
    }
    net_stop(probe.net);
    model_close(probe.model);
    buf_free(&probe.out);
    arena_free(&probe.arena);
    arena_free(&probe.events_arena);
    return 0;
}

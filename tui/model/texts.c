// Typing into a note: replicas that are open, edits into file and outbox, undo.

#include "tui/model/texts_internal.h"

#include "shared/base/utf8.h"
#include "shared/text/difference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE_MAX = 8 * 1024 }; // bytes of one update, so that operations stay small

// A consultation that is not on this device says nothing: then the account's roles count.
static void look_who(struct model_text *text)
{
    CLEANUP(arena_free) struct arena arena = { 0 };
    struct overlay_who who;
    struct consultation c;
    reader_begin(text->model);
    model_who(text->model, &arena, &who);
    bool known = consultation_get(text->model, text->consultation_id, &arena, &c);
    text->roles = known ? overlay_part(&c.row, &who) : 0;
    if (text->roles == 0)
        text->roles = who.roles;
    reader_end(text->model);
}

struct model_text *model_text_open(struct model *model, const char *consultation_id, enum note_kind kind)
{
    struct model_text *text = calloc(1, sizeof *text);
    CHECK(text != NULL);
    char note[REPLICA_NOTE_SIZE];
    text->model = model;
    text->kind = kind;
    snprintf(text->consultation_id, sizeof text->consultation_id, "%s", consultation_id);
    replica_open(&text->replica, model->outbox, replica_id(consultation_id, kind, note));
    look_who(text);
    text->next = model->texts;
    model->texts = text;
    return text;
}

void model_text_close(struct model_text *text)
{
    if (text == NULL)
        return;
    struct model_text **link = &text->model->texts;
    while (*link != text)
        link = &(*link)->next;
    *link = text->next;
    port_set_caret(text->model, text->replica.note, NULL);
    replica_close(&text->replica);
    buf_free(&text->content);
    free(text);
}

static bool follow(struct model_text *text)
{
    bool changed = replica_follow(&text->replica, text->model->outbox, NULL);
    text->content_known = text->content_known && !changed;
    return changed;
}

bool model_text_refresh(struct model_text *text)
{
    look_who(text);
    return follow(text);
}

const char *model_text_content(struct model_text *text, size_t *ret_size)
{
    if (!text->content_known) {
        buf_clear(&text->content);
        text_content(text->replica.text, &text->content);
        text->content_known = true;
    }
    if (ret_size != NULL)
        *ret_size = text->content.len;
    return buf_text(&text->content);
}

// --- rights and state ----------------------------------------------------------------------------------------------

bool model_text_may_write(const struct model_text *text, struct err *err)
{
    if (text->roles == ROLE_PUBLIC || (text->roles & note_writers(text->kind)) != 0)
        return true;
    return err_set(err, ERR_FORBIDDEN, "%s",
                   text->kind == NOTE_CLIENT ? "The client writes this one; you read it."
                                             : "The consultants write this one; you read it.");
}

bool model_text_waits(const struct model_text *text)
{
    return outbox_note_waits(text->model->outbox, text->replica.note);
}

int64_t model_text_refused(const struct model_text *text)
{
    return outbox_note_refused(text->model->outbox, text->replica.note);
}

// --- editing -------------------------------------------------------------------------------------------------------

// One step: what it does to the text in memory, as a batch for file and outbox.
struct edit_step {
    uint32_t from; // own ids before it
    struct buf update, batch;
};

static uint32_t own_used(const struct model_text *text)
{
    const struct text *merging = text->replica.text;
    return text_agent_used(merging, text_agent(merging));
}

static bool change(struct text *text, size_t at, size_t removed, const char *bytes, size_t size, bool join,
                   struct edit_step *step, struct err *err)
{
    if (join)
        text_undo_join(text);
    if (removed > 0 && !text_delete(text, at, removed, &step->update, err))
        return false;
    if (removed > 0 && size > 0)
        text_undo_join(text);
    return text_insert(text, at, bytes, size, &step->update, err);
}

// Rows small enough for one operation each; the last one says how far the step goes.
static void append_rows(struct replica *replica, struct store *store, const struct edit_step *step,
                        int64_t used)
{
    struct text_batch rest = { (const uint8_t *)step->batch.data,
                               (const uint8_t *)step->batch.data + step->batch.len, false };
    const uint8_t *start = rest.at;
    const void *update;
    size_t size;
    while (text_batch_next(&rest, &update, &size)) {
        bool last = rest.at == rest.end;
        if (!last && (size_t)(rest.at - start) < PIECE_MAX / 2)
            continue;
        replica_append(replica, store, start, (size_t)(rest.at - start), last ? used : 0);
        start = rest.at;
    }
}

static void add_to_outbox(struct model_text *text, struct edit_step *step)
{
    struct replica *replica = &text->replica;
    struct store *store = text->model->outbox;
    text_own_batch(replica->text, step->from, PIECE_MAX, &step->batch);
    replica_keep(replica, store);
    append_rows(replica, store, step, own_used(text));
    outbox_note_edit(store, replica->note, text->consultation_id, model_now(text->model));
}

// The picture in memory is ahead of the file when the file failed: it is read again.
static void start_again(struct model_text *text)
{
    char note[REPLICA_NOTE_SIZE];
    memcpy(note, text->replica.note, sizeof note);
    replica_close(&text->replica);
    replica_open(&text->replica, text->model->outbox, note);
    text->content_known = false;
}

static bool begin(struct model_text *text, struct err *err)
{
    return model_text_may_write(text, err) && store_begin(text->model->outbox, STORE_SOFT, err);
}

// Ends: what the step did is in the file and in the outbox, or nowhere.
static bool finish(struct model_text *text, struct edit_step *step, bool good, struct err *err)
{
    struct store *store = text->model->outbox;
    bool changed = own_used(text) != step->from;
    if (good && changed)
        add_to_outbox(text, step);
    if (!good)
        store_rollback(store);
    else
        good = store_commit(store, err);
    buf_free(&step->update);
    buf_free(&step->batch);
    text->content_known = text->content_known && !changed;
    if (!good && changed)
        start_again(text);
    if (!good || !changed)
        return good;
    follow(text);
    atomic_store(&text->model->soft, true);
    pending_changed(text->model);
    signal_own(text->model, MODEL_OUTBOX | MODEL_TEXTS);
    return true;
}

// Another program of this home typed meanwhile: its words come first, and the place goes with them.
static void catch_up(struct model_text *text, size_t *at, size_t *removed)
{
    if (!replica_is_behind_own(&text->replica, text->model->outbox))
        return;
    struct text_anchor from = model_text_anchor(text, *at), to = model_text_anchor(text, *at + *removed);
    follow(text);
    *at = model_text_position(text, from);
    size_t end = model_text_position(text, to);
    *removed = end > *at ? end - *at : 0;
}

static bool check_length(size_t length, struct err *err)
{
    return length <= NOTE_LENGTH_MAX ||
           err_set(err, ERR_TOO_LARGE, "a note holds %d KB at most", NOTE_LENGTH_MAX / 1024);
}

bool model_text_replace(struct model_text *text, size_t at, size_t removed, const char *bytes, size_t size,
                        bool join, struct err *err)
{
    struct edit_step step = { 0 };
    size_t length = text_length(text->replica.text);
    if (at > length || removed > length - at)
        return err_set(err, ERR_BAD_REQUEST, "the place is beyond the end of the text");
    if (!check_length(length - removed + size, err))
        return false;
    if (!utf8_is_plain(bytes, size))
        return err_set(err, ERR_BAD_REQUEST, "a note holds no control characters");
    if (removed == 0 && size == 0)
        return true;
    if (!begin(text, err))
        return false;
    catch_up(text, &at, &removed);
    step.from = own_used(text);
    bool good = change(text->replica.text, at, removed, bytes, size, join, &step, err);
    return finish(text, &step, good, err);
}

bool model_text_rewrite(struct model_text *text, const char *content, size_t size, struct err *err)
{
    CLEANUP(arena_free) struct arena arena = { 0 };
    CLEANUP(buf_free) struct buf before = { 0 };
    struct edit_step step = { 0 };
    struct list hunks = { 0 };
    if (!utf8_is_plain(content, size))
        return err_set(err, ERR_BAD_REQUEST, "a note holds no control characters");
    if (!check_length(size, err) || !begin(text, err))
        return false;
    if (replica_is_behind_own(&text->replica, text->model->outbox))
        follow(text);
    buf_add(&before, "", 0);
    text_content(text->replica.text, &before);
    text_differences(buf_text(&before), before.len, content, size, &arena, &hunks);
    step.from = own_used(text);
    bool good = true;
    for (size_t i = hunks.count; good && i-- > 0;) { // from the end, so that places stay what they are
        const struct text_hunk *hunk = LIST_AT(&hunks, struct text_hunk, i);
        good = change(text->replica.text, (size_t)(hunk->old.at - buf_text(&before)), hunk->old.size,
                      hunk->new.at, hunk->new.size, i + 1 < hunks.count, &step, err);
    }
    return finish(text, &step, good, err);
}

// --- undo ----------------------------------------------------------------------------------------------------------

// Behind what came, at what went: where the two texts begin to be the same again.
static size_t change_end(const struct buf *before, const char *after, size_t size)
{
    size_t most = before->len < size ? before->len : size, head = 0, tail = 0;
    while (head < most && before->data[head] == after[head])
        head++;
    while (tail < most - head && before->data[before->len - 1 - tail] == after[size - 1 - tail])
        tail++;
    while (tail > 0 && ((unsigned char)after[size - tail] & 0xc0) == 0x80)
        tail--;
    return size - tail;
}

typedef bool (*undo_function)(struct text *text, struct buf *ret_update, struct err *err);

static bool undo_with(struct model_text *text, undo_function undo, size_t *ret_at, struct err *err)
{
    struct edit_step step = { 0 };
    CLEANUP(buf_free) struct buf before = { 0 };
    size_t size;
    buf_add_text(&before, model_text_content(text, NULL));
    if (!begin(text, err))
        return false;
    if (replica_is_behind_own(&text->replica, text->model->outbox))
        follow(text);
    step.from = own_used(text);
    bool good = undo(text->replica.text, &step.update, err);
    if (!finish(text, &step, good, err))
        return false;
    const char *after = model_text_content(text, &size);
    if (ret_at != NULL)
        *ret_at = change_end(&before, after, size);
    return true;
}

bool model_text_undo(struct model_text *text, size_t *ret_at, struct err *err)
{
    return undo_with(text, text_undo, ret_at, err);
}

bool model_text_redo(struct model_text *text, size_t *ret_at, struct err *err)
{
    return undo_with(text, text_redo, ret_at, err);
}

bool model_text_can_undo(const struct model_text *text)
{
    return text_can_undo(text->replica.text);
}

bool model_text_can_redo(const struct model_text *text)
{
    return text_can_redo(text->replica.text);
}

// --- places --------------------------------------------------------------------------------------------------------

struct text_anchor model_text_anchor(const struct model_text *text, size_t at)
{
    struct text_anchor anchor = { 0 };
    struct err ignored;
    size_t length = text_length(text->replica.text);
    text_anchor_at(text->replica.text, at < length ? at : length, &anchor, &ignored);
    return anchor;
}

size_t model_text_position(const struct model_text *text, struct text_anchor anchor)
{
    struct err ignored;
    size_t at = text_length(text->replica.text);
    text_position(text->replica.text, anchor, &at, &ignored);
    return at;
}

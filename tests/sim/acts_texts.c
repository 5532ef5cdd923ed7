// What people do to notes. Whole lines, each a text of its own, so that the proofs know them again.
#include "tests/sim/acts_internal.h"

#include "tests/sim/prove.h"
#include "tests/sim/trace.h"
#include "tui/model/replica.h"
#include "tui/model/texts.h"

#include <stdio.h>
#include <string.h>

enum { PASTE_SMALL = 13000, PASTE_LARGE = 70000, PASTE_ONCE_IN = 24, LARGE_ONCE_IN = 8 };

struct paper { // a note open at a seat
    struct model_text *text;
    char note[REPLICA_NOTE_SIZE];
};

static struct paper kept[SEATS_MAX];

static struct paper *kept_by(const struct seat *seat)
{
    size_t i = 0;
    while (seat_at(i) != seat)
        i++;
    return &kept[i];
}

void acts_reset_texts(void)
{
    memset(kept, 0, sizeof kept);
}

static void put_away(struct paper *paper)
{
    model_text_close(paper->text);
    paper->text = NULL;
}

void acts_leave(struct seat *seat)
{
    seat_enter(seat);
    put_away(kept_by(seat));
    seat_leave();
}

static bool take_paper(struct turn *turn, struct paper *ret)
{
    struct consultation session;
    if (!pick_session(turn, &session))
        return false;
    enum note_kind kind = (enum note_kind)below(turn, NOTE_KINDS);
    replica_id(session.row.id, kind, ret->note);
    ret->text = model_text_open(turn->model, session.row.id, kind);
    return true;
}

static const char *end_of(struct turn *turn, bool good)
{
    return disk_is_off(seat_node(turn->seat)) ? "the power fails" : good ? "saved" : turn->err.message;
}

// Typing ----------------------------------------------------------------------------------------------------------

// The beginning of a line, or the end.
static size_t some_place(struct turn *turn, struct model_text *text)
{
    size_t size;
    const char *content = model_text_content(text, &size);
    size_t at = size == 0 ? 0 : below(turn, size + 1);
    while (at > 0 && at < size && content[at - 1] != '\n')
        at--;
    return at;
}

static void put_in(struct turn *turn, struct paper *paper, const char *bytes, const char *first,
                   const char *last)
{
    size_t at = some_place(turn, paper->text);
    bool good = model_text_replace(paper->text, at, 0, bytes, strlen(bytes), below(turn, 4) == 0, &turn->err);
    bool told = good && !disk_is_off(seat_node(turn->seat));
    prove_typed(turn->seat, paper->note, first, told);
    if (last != NULL)
        prove_typed(turn->seat, paper->note, last, told);
    trace("%s types %.*s at %zu of %s: %s", seat_name(turn->seat), (int)strcspn(first, "\n"), first, at,
          paper->note, end_of(turn, good));
}

static void type_line(struct turn *turn, struct paper *paper)
{
    const char *line = arena_printf(&turn->arena, "%s\n", new_text(turn, "line"));
    put_in(turn, paper, line, line, NULL);
}

// More than one operation carries; the proofs look for how it begins and ends.
static void paste(struct turn *turn, struct paper *paper)
{
    CLEANUP(buf_free) struct buf bytes = { 0 };
    const char *first = arena_printf(&turn->arena, "%s begins\n", new_text(turn, "paste"));
    const char *last = arena_printf(&turn->arena, "%s ends\n", new_text(turn, "paste"));
    size_t size = below(turn, LARGE_ONCE_IN) == 0 ? PASTE_LARGE : PASTE_SMALL;
    buf_add_text(&bytes, first);
    for (int i = 0; bytes.len + strlen(last) + 40 < size; i++)
        buf_addf(&bytes, "%d words were found somewhere.\n", i);
    buf_add_text(&bytes, last);
    put_in(turn, paper, buf_text(&bytes), first, last);
}

static void go_on(struct turn *turn, struct paper *paper)
{
    if (below(turn, PASTE_ONCE_IN) == 0)
        paste(turn, paper);
    for (unsigned i = 0, count = 1 + below(turn, 3); i < count; i++)
        type_line(turn, paper);
}

void type_note(struct turn *turn)
{
    struct paper paper;
    if (!take_paper(turn, &paper))
        return;
    go_on(turn, &paper);
    put_away(&paper);
}

// Changing --------------------------------------------------------------------------------------------------------

static void delete_lines(struct turn *turn, struct paper *paper)
{
    size_t size, at = some_place(turn, paper->text);
    const char *content = model_text_content(paper->text, &size), *end = content + at;
    for (unsigned i = 0, count = 1 + below(turn, 2); i < count && end != NULL && *end != '\0'; i++)
        end = strchr(end, '\n') == NULL ? content + size : strchr(end, '\n') + 1;
    bool good = model_text_replace(paper->text, at, (size_t)(end - content) - at, "", 0, false, &turn->err);
    trace("%s deletes at %zu of %s: %s", seat_name(turn->seat), at, paper->note, end_of(turn, good));
}

static void undo(struct turn *turn, struct paper *paper)
{
    bool good = model_text_undo(paper->text, NULL, &turn->err);
    trace("%s undoes in %s: %s", seat_name(turn->seat), paper->note, end_of(turn, good));
}

static void redo(struct turn *turn, struct paper *paper)
{
    bool good = model_text_redo(paper->text, NULL, &turn->err);
    trace("%s redoes in %s: %s", seat_name(turn->seat), paper->note, end_of(turn, good));
}

// Hands in all of it with a line less or one more.
static void rewrite(struct turn *turn, struct paper *paper)
{
    CLEANUP(buf_free) struct buf words = { 0 };
    const char *line = arena_printf(&turn->arena, "%s\n", new_text(turn, "line"));
    size_t at = some_place(turn, paper->text), size;
    const char *content = model_text_content(paper->text, &size), *rest = content + at;
    const char *next = below(turn, 2) == 0 ? strchr(rest, '\n') : NULL;
    buf_add(&words, content, at);
    buf_add_text(&words, next != NULL ? next + 1 : line);
    buf_add_text(&words, next != NULL ? "" : rest);
    bool good = model_text_rewrite(paper->text, words.data, words.len, &turn->err);
    if (next == NULL)
        prove_typed(turn->seat, paper->note, line, good && !disk_is_off(seat_node(turn->seat)));
    trace("%s rewrites %s with %.*s: %s", seat_name(turn->seat), paper->note, (int)strcspn(line, "\n"),
          next != NULL ? "a line less" : line, end_of(turn, good));
}

static void change(struct turn *turn, struct paper *paper)
{
    static void (*const ways[])(struct turn * turn, struct paper * paper) = { delete_lines, undo, undo, redo,
                                                                              rewrite };
    CLEANUP(buf_free) struct buf before = { 0 };
    model_text_refresh(paper->text);
    buf_add_text(&before, model_text_content(paper->text, NULL));
    ways[below(turn, ARRAY_LEN(ways))](turn, paper);
    prove_took_away(paper->note, buf_text(&before), model_text_content(paper->text, NULL));
}

void change_note(struct turn *turn)
{
    struct paper paper, *open = kept_by(turn->seat);
    if (open->text != NULL) {
        change(turn, open);
    } else if (take_paper(turn, &paper)) {
        type_line(turn, &paper);
        change(turn, &paper);
        put_away(&paper);
    }
}

void keep_note_open(struct turn *turn)
{
    struct paper *open = kept_by(turn->seat);
    if (open->text == NULL && !take_paper(turn, open))
        return;
    if (below(turn, 2) == 0)
        trace("%s looks again: %d", seat_name(turn->seat), model_text_refresh(open->text));
    go_on(turn, open);
    if (below(turn, 6) == 0)
        put_away(open);
}

// Refused ---------------------------------------------------------------------------------------------------------

void deal_with_refused_words(struct turn *turn, const struct refusal *refusal, bool again)
{
    int64_t n;
    prove_words_dealt(refusal->text, again);
    bool good = again ? model_refusal_resend(turn->model, refusal->n, &n, &turn->err)
                      : model_refusal_discard(turn->model, refusal->n, &turn->err);
    trace("%s %s refused words of %d: %s", seat_name(turn->seat), again ? "types again" : "discards",
          (int)refusal->n, end_of(turn, good));
}

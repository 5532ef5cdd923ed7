#include "tui/screens/common/note_carets.h"

#include "shared/text/difference.h"
#include "tui/term/text.h"

#include <string.h>

static const enum ink inks[] = { INK_INFO, INK_SPECIAL, INK_GOOD, INK_WARN };

// The same person has the same ink wherever they are.
static enum ink ink_of(const char *name)
{
    unsigned sum = 0;
    for (; *name != '\0'; name++)
        sum = sum * 31 + (unsigned char)*name;
    return inks[sum % ARRAY_LEN(inks)];
}

// The first word of the name is enough beside the text.
static const char *short_name(struct app *app, const char *name)
{
    return app_printf(app, "%.*s", (int)strcspn(name, " "), name);
}

// --- carets --------------------------------------------------------------------------------------------------------

static int line_end(const struct text_area *area, const struct caret *caret, int y)
{
    int x, below;
    const char *text = edit_text(&area->edit) + caret->at;
    size_t rest = strcspn(text, "\n");
    for (;; rest--) {
        text_area_place(area, caret->at + rest, &x, &below);
        if (below == y || rest == 0)
            return x;
    }
}

static void draw_tag(const struct caret *caret, const struct text_area *area, struct app *app,
                     const struct canvas *canvas, int y)
{
    const char *tag = app_printf(app, "‹ %s", short_name(app, caret->name));
    int from = line_end(area, caret, y) + 2;
    if (from + text_width(tag) <= canvas->area.width - 1)
        canvas_text(canvas, from, y, ink_of(caret->name), tag);
}

// A cell in the ink of the person, with the letter it stands before.
static void draw_caret(const struct caret *caret, const struct text_area *area, struct app *app,
                       const struct canvas *canvas)
{
    int x, y;
    text_area_place(area, caret->at, &x, &y);
    if (y < 0 || y >= area->height)
        return;
    if (x >= canvas->area.width)
        x = canvas->area.width - 1;
    canvas_ink(canvas, (struct rect){ x, y, 1, 1 }, ink_of(caret->name));
    canvas_mark(canvas, (struct rect){ x, y, 1, 1 }, MARK_UNDERLINE | MARK_REVERSE);
    draw_tag(caret, area, app, canvas, y);
}

void note_carets_draw(struct model_text *text, const struct text_area *area, struct app *app,
                      const struct canvas *canvas)
{
    struct list carets = { 0 };
    model_text_carets(text, &app->frame, &carets);
    for (size_t i = 0; i < carets.count; i++)
        draw_caret(LIST_AT(&carets, struct caret, i), area, app, canvas);
}

void note_carets_away(struct model_text *text, const struct text_area *area, struct app *app,
                      const struct canvas *canvas, int x, int y)
{
    struct list carets = { 0 };
    model_text_carets(text, &app->frame, &carets);
    for (size_t i = 0; i < carets.count; i++) {
        const struct caret *caret = LIST_AT(&carets, struct caret, i);
        int column, row;
        text_area_place(area, caret->at, &column, &row);
        if (row >= 0 && row < area->height)
            continue;
        const char *tag = app_printf(app, " %s %s ", row < 0 ? "↑" : "↓", caret->name);
        x += canvas_text_in(canvas, x, y, canvas->area.width - 2 - x, ink_of(caret->name), tag) + 1;
    }
}

// --- authors -------------------------------------------------------------------------------------------------------

static const char *name_of(struct app *app, const struct authored *part)
{
    return part->mine ? "you" : part->author_name != NULL ? short_name(app, part->author_name) : "?";
}

// Everyone who wrote something of these bytes, each once; *ret_ink: of the first who is somebody else.
static const char *names_of(const struct list *parts, size_t from, size_t to, struct app *app,
                            enum ink *ret_ink)
{
    const char *names = "";
    *ret_ink = INK_FAINT;
    for (size_t i = 0; i < parts->count; i++) {
        const struct authored *part = LIST_AT(parts, struct authored, i);
        if (part->at >= to || part->at + part->size <= from)
            continue;
        const char *name = name_of(app, part);
        if (strstr(names, name) == NULL)
            names = app_printf(app, "%s%s%s", names, *names ? ", " : "", name);
        if (!part->mine && *ret_ink == INK_FAINT)
            *ret_ink = ink_of(part->author_name != NULL ? part->author_name : "?");
    }
    return names;
}

// The names stand where they change.
void note_authors_draw(struct model_text *text, const struct text_area *area, struct app *app,
                       const struct canvas *gutter)
{
    struct list parts = { 0 };
    const char *before = "";
    struct wrap rows = text_area_rows(area);
    struct wrap_line line;
    model_text_authors(text, &app->frame, &parts);
    for (int y = 0; y < gutter->area.height && wrap_next(&rows, &line); y++) {
        enum ink ink;
        const char *names = names_of(&parts, line.start, line.end, app, &ink);
        if (*names == '\0')
            continue;
        if (strcmp(before, names) != 0)
            canvas_text_in(gutter, 0, y, gutter->area.width - 3, ink == INK_FAINT ? INK_DIM : ink, names);
        canvas_text(gutter, gutter->area.width - 2, y, ink, "│");
        before = names;
    }
}

// --- a text that was away ------------------------------------------------------------------------------------------

// The first text is part of what it grew into; where its pieces are now is found from both ends of what changed.
bool note_rewrite_since(struct model_text *text, const char *given, const char *back, struct err *err)
{
    CLEANUP(arena_free) struct arena arena = { 0 };
    CLEANUP(buf_free) struct buf wanted = { 0 };
    struct list theirs = { 0 }, ours = { 0 };
    const char *now = model_text_content(text, NULL);
    text_differences(given, strlen(given), now, strlen(now), &arena, &theirs);
    text_differences(given, strlen(given), back, strlen(back), &arena, &ours);
    const char *at = given;
    size_t i = 0, j = 0;
    while (i < theirs.count || j < ours.count) {
        const struct text_hunk *hunk = i < theirs.count ? LIST_AT(&theirs, struct text_hunk, i) : NULL;
        bool first = hunk != NULL;
        if (j < ours.count) {
            const struct text_hunk *mine = LIST_AT(&ours, struct text_hunk, j);
            first = hunk != NULL && hunk->old.at <= mine->old.at;
            hunk = first ? hunk : mine;
        }
        if (hunk == NULL)
            break;
        if (hunk->old.at > at) {
            buf_add(&wanted, at, (size_t)(hunk->old.at - at));
            at = hunk->old.at;
        }
        buf_add(&wanted, hunk->new.at, hunk->new.size);
        if (hunk->old.at + hunk->old.size > at)
            at = hunk->old.at + hunk->old.size;
        *(first ? &i : &j) += 1;
    }
    buf_add_text(&wanted, at);
    return model_text_rewrite(text, buf_text(&wanted), wanted.len, err);
}

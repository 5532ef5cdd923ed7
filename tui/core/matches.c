#include "tui/core/matches.h"

#include <stdlib.h>

void matches_set(struct matches *matches, const struct match_item *items, int count)
{
    matches->items = ARENA_ARRAY(&matches->arena, struct match_item, count);
    matches->hits = ARENA_ARRAY(&matches->arena, struct match_hit, count);
    matches->count = count;
    for (int i = 0; i < count; i++) {
        matches->items[i] = (struct match_item){
            .text = arena_strdup(&matches->arena, items[i].text),
            .detail = arena_strdup(&matches->arena, items[i].detail),
            .key = arena_strdup(&matches->arena, items[i].key),
            .reason = arena_strdup(&matches->arena, items[i].reason),
        };
    }
    matches_filter(matches);
}

void matches_free(struct matches *matches)
{
    entry_free(&matches->entry);
    arena_free(&matches->arena);
}

static int better(const void *a, const void *b)
{
    const struct match_hit *one = a, *other = b;
    if (one->match.score != other->match.score)
        return one->match.score > other->match.score ? -1 : 1;
    return one->item - other->item;
}

void matches_filter(struct matches *matches)
{
    int hits = 0;
    const char *typed = edit_text(&matches->entry.edit);
    for (int i = 0; i < matches->count; i++) {
        struct match_hit *hit = &matches->hits[hits];
        hit->item = i;
        if (!fuzzy_match(typed, matches->items[i].text, &hit->match))
            continue;
        if (matches->items[i].reason && *typed)
            hit->match.score -= 5; // what cannot run gives way to what can
        hits++;
    }
    qsort(matches->hits, (size_t)hits, sizeof(matches->hits[0]), better);
    list_view_count(&matches->list, hits);
    list_view_select(&matches->list, 0);
}

bool matches_key(struct matches *matches, keycode key)
{
    bool changed = false;
    if (key == (K_CTRL | 'n') || key == (K_CTRL | 'j'))
        key = K_DOWN;
    if (key == (K_CTRL | 'p'))
        key = K_UP;
    bool used = key_is_text(key)
                    ? entry_key(&matches->entry, key, &changed)
                    : list_view_key(&matches->list, key) || entry_key(&matches->entry, key, &changed);
    if (changed)
        matches_filter(matches);
    return used;
}

int matches_chosen(const struct matches *matches)
{
    return matches->list.count > 0 ? matches->hits[matches->list.selected].item : -1;
}

static void draw_text(const struct canvas *canvas, int y, int width, const struct match_item *item,
                      const struct match_hit *hit)
{
    canvas_text_in(canvas, 1, y, width, item->reason ? INK_DISABLED : INK_TEXT, item->text);
    for (int i = 0; i < hit->match.count; i++) {
        int at = hit->match.position[i];
        int x = text_width_n(item->text, (size_t)at);
        if (x < width - 1)
            canvas_text_n(canvas, 1 + x, y, INK_MATCH, item->text + at, 1);
    }
}

static void draw_hit(const struct matches *matches, const struct canvas *canvas, int y, int number)
{
    const struct match_hit *hit = &matches->hits[number];
    const struct match_item *item = &matches->items[hit->item];
    int width = canvas->area.width, right = width - 1;
    if (number == matches->list.selected)
        canvas_paper(canvas, (struct rect){ 0, y, width, 1 }, PAPER_SELECTED);
    if (item->key && *item->key)
        right = canvas_right(canvas, right, y, item->reason ? INK_DISABLED : INK_KEY, item->key) - 2;
    const char *detail = item->reason ? item->reason : item->detail;
    int text = text_width(item->text);
    draw_text(canvas, y, right - 1, item, hit);
    int room = right - text - 4;
    if (detail && room > 8)
        canvas_text_in(canvas, text + 4, y, room, item->reason ? INK_DISABLED : INK_DIM, detail);
}

void matches_draw(struct matches *matches, const struct canvas *canvas, const char *hint)
{
    entry_draw(&matches->entry, canvas, 0, 0, canvas->area.width, true, hint);
    struct rect rest = canvas_rect(canvas);
    rect_cut_top(&rest, 2);
    struct canvas body = canvas_sub(canvas, rest);
    list_view_fit(&matches->list, rest.height);
    for (int y = 0; y < rest.height && matches->list.top + y < matches->list.count; y++)
        draw_hit(matches, &body, y, matches->list.top + y);
    if (matches->list.count == 0)
        canvas_text(&body, 1, 0, INK_DIM, "nothing of that name");
    canvas_scrollbar(&body, canvas_rect(&body), matches->list.top, rest.height, matches->list.count);
}

// Lines that begin and end it alike stay, lines in between are compared (Myers, "An O(ND) difference algorithm", 1986),
// and within a run of changed lines only the middle is replaced.
#include "shared/text/difference.h"

#include <stdbool.h>
#include <string.h>

enum { DIFFERENCES_MAX = 200 }; // lines; beyond, what lies in between is replaced as a whole

struct diff {
    struct arena *arena;
    struct text_part *old, *new; // lines
    int old_count, new_count;
    bool *gone, *added; // by line
    struct list *hunks; // struct text_hunk
};

static bool is_inside_point(const char *at)
{
    return ((unsigned char)*at & 0xc0) == 0x80;
}

// Takes off what begins and ends alike, between code points.
static struct text_hunk trim(struct text_hunk hunk)
{
    struct text_part *old = &hunk.old, *new = &hunk.new;
    size_t least = old->size < new->size ? old->size : new->size, front = 0, back = 0;
    while (front < least && old->at[front] == new->at[front])
        front++;
    while (front > 0 && ((front < old->size && is_inside_point(old->at + front)) ||
                         (front < new->size &&is_inside_point(new->at + front))))
        front--;
    while (back < least - front && old->at[old->size - 1 - back] == new->at[new->size - 1 - back])
        back++;
    while (back > 0 && is_inside_point(old->at + old->size - back))
        back--;
    *old = (struct text_part){ old->at + front, old->size - front - back };
    *new = (struct text_part){ new->at + front, new->size - front - back };
    return hunk;
}

static bool is_line_start(const struct text_part *part, size_t at)
{
    return at == 0 || part->at[at - 1] == '\n';
}

// Takes off whole lines alone: cut within a line, the rest of it would pass for a line of its own, and a line that was
// not touched be put together from its neighbours.
static struct text_hunk trim_lines(struct text_hunk hunk)
{
    struct text_part *old = &hunk.old, *new = &hunk.new;
    size_t least = old->size < new->size ? old->size : new->size, front = 0, back = 0;
    while (front < least && old->at[front] == new->at[front])
        front++;
    while (!is_line_start(old, front))
        front--;
    while (back < least - front && old->at[old->size - 1 - back] == new->at[new->size - 1 - back])
        back++;
    while (back > 0 && !(is_line_start(old, old->size - back) && is_line_start(new, new->size - back)))
        back--;
    *old = (struct text_part){ old->at + front, old->size - front - back };
    *new = (struct text_part){ new->at + front, new->size - front - back };
    return hunk;
}

static struct text_part *split(struct arena *arena, struct text_part whole, int *ret_count)
{
    struct list lines = { 0 };
    while (whole.size > 0) {
        const char *end = memchr(whole.at, '\n', whole.size);
        size_t size = end == NULL ? whole.size : (size_t)(end - whole.at) + 1;
        *LIST_ADD(&lines, arena, struct text_part) = (struct text_part){ whole.at, size };
        whole = (struct text_part){ whole.at + size, whole.size - size };
    }
    *ret_count = (int)lines.count;
    return lines.items;
}

static bool same_line(const struct diff *diff, int old, int new)
{
    const struct text_part *a = &diff->old[old], *b = &diff->new[new];
    return a->size == b->size && memcmp(a->at, b->at, a->size) == 0;
}

// How far one comes on diagonal k by one difference more than `reach` tells; reach is indexed from its middle.
static int step(const int *reach, int d, int k)
{
    bool down = k == -d || (k != d && reach[k - 1] < reach[k + 1]);
    return down ? reach[k + 1] : reach[k - 1] + 1;
}

// The fewest differences, with what was reached before each; -1: more than DIFFERENCES_MAX.
static int find_path(struct diff *diff, int **befores)
{
    int reach_all[2 * DIFFERENCES_MAX + 3] = { 0 }, *reach = reach_all + DIFFERENCES_MAX + 1;
    for (int d = 0; d <= DIFFERENCES_MAX; d++) {
        int width = 2 * d + 3;
        int *copy = ARENA_ARRAY(diff->arena, int, width);
        memcpy(copy, reach - d - 1, sizeof(int) * (size_t)width);
        befores[d] = copy + d + 1;
        for (int k = -d; k <= d; k += 2) {
            int old = d == 0 ? 0 : step(reach, d, k), new = old - k;
            while (old < diff->old_count && new < diff->new_count && same_line(diff, old, new)) {
                old++;
                new ++;
            }
            reach[k] = old;
            if (old >= diff->old_count && new >= diff->new_count)
                return d;
        }
    }
    return -1;
}

static void mark_path(struct diff *diff, int **befores, int d)
{
    int old = diff->old_count, new = diff->new_count;
    for (; d > 0; d--) {
        const int *reach = befores[d];
        int k = old - new;
        bool down = k == -d || (k != d && reach[k - 1] < reach[k + 1]);
        int from = down ? reach[k + 1] : reach[k - 1];
        int from_new = from - (down ? k + 1 : k - 1);
        if (down)
            diff->added[from_new] = true;
        else
            diff->gone[from] = true;
        old = from;
        new = from_new;
    }
}

static struct text_part join(const struct text_part *lines, int from, int to, const char *end)
{
    if (from == to)
        return (struct text_part){ end, 0 };
    return (struct text_part){ lines[from].at,
                               (size_t)(lines[to - 1].at + lines[to - 1].size - lines[from].at) };
}

static void gather(struct diff *diff, const struct text_hunk *whole)
{
    int old = 0, new = 0;
    const char *old_at = whole->old.at, *new_at = whole->new.at;
    while (old < diff->old_count || new < diff->new_count) {
        int old_from = old, new_from = new;
        while (old < diff->old_count && diff->gone[old])
            old++;
        while (new < diff->new_count && diff->added[new])
            new ++;
        if (old > old_from || new > new_from) {
            struct text_hunk hunk = { join(diff->old, old_from, old, old_at),
                                      join(diff->new, new_from, new, new_at) };
            *LIST_ADD(diff->hunks, diff->arena, struct text_hunk) = trim(hunk);
        } else {
            old++;
            new ++;
        }
        old_at = old == 0 ? old_at : diff->old[old - 1].at + diff->old[old - 1].size;
        new_at = new == 0 ? new_at : diff->new[new - 1].at + diff->new[new - 1].size;
    }
}

static void compare(struct diff *diff, struct text_hunk whole)
{
    int *befores[DIFFERENCES_MAX + 1];
    diff->old = split(diff->arena, whole.old, &diff->old_count);
    diff->new = split(diff->arena, whole.new, &diff->new_count);
    int differences = find_path(diff, befores);
    if (differences < 0 || whole.old.size == 0 || whole.new.size == 0) {
        *LIST_ADD(diff->hunks, diff->arena, struct text_hunk) = trim(whole);
        return;
    }
    diff->gone = ARENA_ARRAY(diff->arena, bool, diff->old_count);
    diff->added = ARENA_ARRAY(diff->arena, bool, diff->new_count);
    mark_path(diff, befores, differences);
    gather(diff, &whole);
}

void text_differences(const char *old, size_t old_size, const char *new, size_t new_size, struct arena *arena,
                      struct list *ret_hunks)
{
    struct diff diff = { .arena = arena, .hunks = ret_hunks };
    struct text_hunk whole = trim_lines((struct text_hunk){ { old, old_size }, { new, new_size } });
    if (whole.old.size > 0 || whole.new.size > 0)
        compare(&diff, whole);
}

#include "tests/lib/replay_past.h"

#include <stdlib.h>
#include <string.h>

enum { HAS = 1, NEEDS = 2 };

static void *zeroes(size_t count, size_t size)
{
    void *items = calloc(count + 1, size);
    CHECK(items != NULL);
    return items;
}

// Numbers count for themselves, names in the order of their appearance.
static bool read_author(struct past *past, const cJSON *agent, size_t *ret_author)
{
    if (cJSON_IsNumber(agent) && agent->valuedouble >= 0 && agent->valuedouble <= PAST_AUTHOR_MAX) {
        *ret_author = (size_t)agent->valuedouble;
        return true;
    }
    if (!cJSON_IsString(agent))
        return false;
    size_t i = 0;
    while (i < past->name_count && strcmp(past->names[i], agent->valuestring) != 0)
        i++;
    if (i == past->name_count)
        past->names[past->name_count++] = agent->valuestring;
    *ret_author = i;
    return i <= PAST_AUTHOR_MAX;
}

static bool read_txn(struct past *past, size_t index, const cJSON *json)
{
    struct txn *txn = &past->txns[index];
    *txn = (struct txn){ .json = json, .first_parent = past->parent_count };
    const cJSON *parents = cJSON_GetObjectItem(json, "parents"), *parent;
    if (!cJSON_IsArray(parents) || !read_author(past, cJSON_GetObjectItem(json, "agent"), &txn->author))
        return false;
    cJSON_ArrayForEach(parent, parents)
    {
        if (!cJSON_IsNumber(parent) || parent->valuedouble < 0 || parent->valuedouble >= (double)index)
            return false;
        size_t at = (size_t)parent->valuedouble;
        past->parents[past->parent_count++] = at;
        past->txns[at].children++;
    }
    txn->parents = past->parent_count - txn->first_parent;
    return true;
}

static size_t count_parents(const cJSON *txns)
{
    size_t count = 0;
    const cJSON *txn;
    cJSON_ArrayForEach(txn, txns) count += (size_t)cJSON_GetArraySize(cJSON_GetObjectItem(txn, "parents"));
    return count;
}

bool past_read(struct past *past, const cJSON *txns, struct err *err)
{
    const cJSON *txn;
    past->count = (size_t)cJSON_GetArraySize(txns);
    past->txns = zeroes(past->count, sizeof *past->txns);
    past->parents = zeroes(count_parents(txns), sizeof *past->parents);
    past->names = zeroes(past->count, sizeof *past->names);
    past->marks = zeroes(past->count, 1);
    past->missing = zeroes(past->count, sizeof *past->missing);
    size_t index = 0;
    cJSON_ArrayForEach(txn, txns)
    {
        if (!read_txn(past, index++, txn))
            return err_set(err, ERR_BAD_REQUEST,
                           "Transaction %zu of the trace has no sound agent or parents.", index - 1);
    }
    return true;
}

static int is_single(unsigned char mark)
{
    return mark == HAS || mark == NEEDS;
}

static void mark(struct past *past, size_t txn, unsigned char how, size_t *open)
{
    unsigned char was = past->marks[txn], is = (unsigned char)(was | how);
    *open = *open + (size_t)is_single(is) - (size_t)is_single(was);
    past->marks[txn] = is;
}

// Back, until all that is left to visit is common to both.
bool past_missing(struct past *past, size_t at, size_t txn)
{
    const size_t *parents = past->parents + past->txns[txn].first_parent;
    size_t open = 0, i = txn;
    bool fits = true;
    past->missing_count = 0;
    if (at != PAST_NOWHERE)
        mark(past, at, HAS, &open);
    for (size_t p = 0; p < past->txns[txn].parents; p++)
        mark(past, parents[p], NEEDS, &open);
    while (open > 0 && fits && i-- > 0) {
        unsigned char how = past->marks[i];
        const struct txn *visited = &past->txns[i];
        open -= (size_t)is_single(how);
        past->marks[i] = 0;
        fits = how != HAS;
        if (how == NEEDS)
            past->missing[past->missing_count++] = i;
        for (size_t p = 0; how != 0 && p < visited->parents; p++)
            mark(past, past->parents[visited->first_parent + p], how, &open);
    }
    memset(past->marks, 0, i < past->count ? i : 0);
    return fits;
}

void past_free(struct past *past)
{
    free(past->txns);
    free(past->parents);
    free(past->missing);
    free(past->names);
    free(past->marks);
}

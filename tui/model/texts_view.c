// Who else is in a note, who wrote it, and what it was before.

#include "tui/model/texts_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- carets --------------------------------------------------------------------------------------------------------

void model_text_caret(struct model_text *text, size_t at)
{
    struct text_anchor anchor = model_text_anchor(text, at);
    port_set_caret(text->model, text->replica.note, &anchor);
}

static int by_name(const void *a, const void *b)
{
    const struct caret *left = a, *right = b;
    int order = strcmp(left->name, right->name);
    return order != 0 ? order : strcmp(left->user_id, right->user_id);
}

void model_text_carets(struct model_text *text, struct arena *arena, struct list *ret)
{
    struct port_person people[PRESENT_MAX];
    size_t count = port_present(text->model, text->consultation_id, people);
    struct list carets = { 0 };
    struct err ignored;
    for (size_t i = 0; i < count; i++) {
        size_t at;
        if (people[i].note != (int)text->kind ||
            !text_position(text->replica.text, people[i].caret, &at, &ignored))
            continue;
        *LIST_ADD(&carets, arena, struct caret) = (struct caret){
            .user_id = arena_strdup(arena, people[i].user_id),
            .name = arena_strdup(arena, people[i].name),
            .at = at,
            .writing = people[i].state == PRESENCE_WRITING,
        };
    }
    if (carets.count > 0)
        qsort(carets.items, carets.count, sizeof(struct caret), by_name);
    *ret = carets;
}

// --- history -------------------------------------------------------------------------------------------------------

static sqlite3_stmt *revisions_of(struct model_text *text)
{
    sqlite3_stmt *query =
        store_query(text->model->cache, table_select(ROW_NOTE_REVISION, "AND noteId = ?1 ORDER BY ord DESC"));
    bind_text(query, 1, text->replica.note);
    return query;
}

static bool is_me(const struct row_me *me, const char *user_id)
{
    return me->id != NULL && user_id != NULL && strcmp(me->id, user_id) == 0;
}

static void note_faded(const struct list *revisions, int64_t before)
{
    int64_t purged = 0;
    for (size_t i = 0; i < revisions->count; i++) {
        const struct revision *step = LIST_AT(revisions, struct revision, i);
        if (step->removed > 0 && step->ended_at < before && step->ended_at > purged)
            purged = step->ended_at;
    }
    for (size_t i = 0; i < revisions->count; i++) {
        struct revision *version = LIST_AT(revisions, struct revision, i);
        version->faded = version->ended_at < purged;
    }
}

void model_text_history(struct model_text *text, struct arena *arena, struct list *ret)
{
    struct row_note_revision row;
    struct row_me me = { 0 };
    struct list revisions = { 0 };
    model_me(text->model, arena, &me);
    reader_begin(text->model);
    CLEANUP(query_end) sqlite3_stmt *query = revisions_of(text);
    while (table_next(text->model->cache, query, ROW_NOTE_REVISION, arena, &row))
        *LIST_ADD(&revisions, arena, struct revision) = (struct revision){
            .ord = row.ord,
            .author_name = row.authorName != NULL ? row.authorName : "",
            .mine = is_me(&me, row.authorId),
            .started_at = row.startedAt,
            .ended_at = row.endedAt,
            .added = row.added,
            .removed = row.removed,
        };
    query_end(&query);
    reader_end(text->model);
    note_faded(&revisions, note_purge_before(model_now(text->model)));
    *ret = revisions;
}

bool model_text_at(struct model_text *text, int64_t ord, struct buf *ret_content, struct err *err)
{
    CLEANUP(arena_free) struct arena arena = { 0 };
    struct row_note_revision row;
    reader_begin(text->model);
    CLEANUP(query_end)
    sqlite3_stmt *query =
        store_query(text->model->cache, table_select(ROW_NOTE_REVISION, "AND noteId = ?1 AND ord = ?2"));
    bind_text(query, 1, text->replica.note);
    bind_int(query, 2, ord);
    bool found = table_next(text->model->cache, query, ROW_NOTE_REVISION, &arena, &row);
    query_end(&query);
    reader_end(text->model);
    if (!found)
        return err_set(err, ERR_NOT_FOUND, "there is no such version on this device");
    return text_at_version(text->replica.text, row.version.data, row.version.size, ret_content, err);
}

struct known_agent {
    uint64_t id;
    const char *name;
    bool mine;
};

static void read_agents(struct model_text *text, struct arena *arena, struct list *ret)
{
    struct row_note_revision row;
    struct row_me me = { 0 };
    model_me(text->model, arena, &me);
    reader_begin(text->model);
    CLEANUP(query_end) sqlite3_stmt *query = revisions_of(text);
    while (table_next(text->model->cache, query, ROW_NOTE_REVISION, arena, &row))
        if (row.agent != NULL)
            *LIST_ADD(ret, arena, struct known_agent) =
                (struct known_agent){ strtoull(row.agent, NULL, 16), row.authorName,
                                      is_me(&me, row.authorId) };
    query_end(&query);
    reader_end(text->model);
}

static struct known_agent find_agent(const struct list *agents, uint64_t id, uint64_t own)
{
    for (size_t i = 0; i < agents->count; i++)
        if (LIST_AT(agents, struct known_agent, i)->id == id)
            return *LIST_AT(agents, struct known_agent, i);
    return (struct known_agent){ .id = id, .mine = id == own };
}

static bool same_author(const struct authored *a, const struct known_agent *b)
{
    if (a->mine || b->mine)
        return a->mine == b->mine;
    return a->author_name != NULL && b->name != NULL && strcmp(a->author_name, b->name) == 0;
}

void model_text_authors(struct model_text *text, struct arena *arena, struct list *ret)
{
    struct list agents = { 0 }, parts = { 0 };
    struct text_walk walk = { 0 };
    struct text_span span;
    size_t at = 0;
    read_agents(text, arena, &agents);
    while (text_next(text->replica.text, &walk, &span)) {
        if (span.deleted)
            continue;
        struct known_agent author = find_agent(&agents, span.agent, text_agent(text->replica.text));
        struct authored *last = parts.count > 0 ? LIST_AT(&parts, struct authored, parts.count - 1) : NULL;
        if (last != NULL && same_author(last, &author))
            last->size += span.size;
        else
            *LIST_ADD(&parts, arena, struct authored) =
                (struct authored){ at, span.size, author.name, author.mine };
        at += span.size;
    }
    *ret = parts;
}

// Loading trusts nothing: what comes out is a text that can be edited, merged and saved without harm, or nothing.
#include "shared/text/snapshot.h"

#include "shared/base/utf8.h"

#include <stdlib.h>

#include <zlib.h>

// Until the text is read, an agent's bytes say what becomes of each unit.
enum { UNIT_NONE, UNIT_LIVE, UNIT_DEAD };

enum { PART_MAX = TEXT_UNITS_MAX * 4 };

// An insertion's run.
struct insertion {
    uint32_t agent;
    uint32_t run;
    uint32_t age;
    uint32_t placed; // how many of its units have been met
};

struct loading {
    struct text *text;
    char *parts[2];
    size_t sizes[2];
    struct reader columns[COLUMN_COUNT];
    uint32_t *first_run;
    uint32_t *age; // by run
    struct array insertions;
    struct array pieces;
};

static bool load_part(struct reader *in, char **ret_part, size_t *ret_size)
{
    uint64_t size = get_varint(in), stored = get_varint(in);
    if (in->bad || size > PART_MAX || stored > size || size / 1100 > stored + 100)
        return false;
    const char *bytes = get_bytes(in, (size_t)stored);
    char *part = malloc((size_t)size + 1);
    CHECK(part != NULL);
    *ret_part = part;
    *ret_size = (size_t)size;
    if (bytes == NULL)
        return false;
    uLongf got = (uLongf)size;
    if (stored == size)
        memcpy(part, bytes, (size_t)size);
    else if (uncompress((Bytef *)part, &got, (const Bytef *)bytes, (uLong)stored) != Z_OK || got != size)
        return false;
    return true;
}

static bool load_parts(struct loading *loading, const void *snapshot, size_t size)
{
    const uint8_t *bytes = snapshot;
    if (size < SNAPSHOT_MAGIC_SIZE + SNAPSHOT_CRC_SIZE ||
        memcmp(bytes, SNAPSHOT_MAGIC, SNAPSHOT_MAGIC_SIZE) != 0)
        return false;
    const uint8_t *end = bytes + size - SNAPSHOT_CRC_SIZE;
    struct reader crc = { end, bytes + size, false };
    if (get_fixed(&crc, SNAPSHOT_CRC_SIZE) != crc32_z(0, bytes, size - SNAPSHOT_CRC_SIZE))
        return false;
    struct reader in = { bytes + SNAPSHOT_MAGIC_SIZE, end, false };
    for (int i = 0; i < 2; i++)
        if (!load_part(&in, &loading->parts[i], &loading->sizes[i]))
            return false;
    const uint8_t *columns = (const uint8_t *)loading->parts[0];
    struct reader all = { columns, columns + loading->sizes[0], false };
    for (int i = 0; i < COLUMN_COUNT; i++) {
        uint64_t length = get_varint(&all);
        const uint8_t *column = (const uint8_t *)get_bytes(&all, (size_t)length);
        if (column == NULL)
            return false;
        loading->columns[i] = (struct reader){ column, column + length, false };
    }
    return in.at == in.end && all.at == all.end;
}

static bool load_agents(struct loading *loading, struct err *err)
{
    struct text *text = loading->text;
    struct reader *in = &loading->columns[COLUMN_AGENTS];
    struct array counts = { 0 };
    uint64_t runs = 0;
    while (in->at < in->end) {
        uint64_t id = get_fixed(in, 8);
        uint32_t count = get_u32(in), units = get_u32(in);
        uint32_t known = text->agents.count;
        if (in->bad || count == 0 || runs + count > loading->sizes[0] || agent_add(text, id, err) != known)
            break;
        if (!agent_reserve(text, known, units, err))
            break;
        array_reserve(&AGENT(text, known)->runs, sizeof(struct run), count);
        *(uint32_t *)array_add(&counts, sizeof(uint32_t)) = (uint32_t)runs;
        runs += count;
    }
    bool ok = in->at == in->end && !in->bad && counts.count == text->agents.count;
    *(uint32_t *)array_add(&counts, sizeof(uint32_t)) = (uint32_t)runs;
    loading->first_run = counts.items;
    loading->age = calloc(runs + 1, sizeof *loading->age);
    CHECK(loading->age != NULL);
    array_reserve(&loading->insertions, sizeof(struct insertion), (uint32_t)runs);
    return ok;
}

static uint32_t runs_of(const struct loading *loading, uint32_t agent)
{
    return loading->first_run[agent + 1] - loading->first_run[agent];
}

static bool load_target(struct loading *loading, uint32_t owner, struct run *run)
{
    struct reader *in = &loading->columns[COLUMN_RUNS];
    uint64_t value = get_varint(in);
    uint64_t seq = value >> 2;
    run->kind = value & TARGET_GOES_BACK ? RUN_DELETE_BACK : RUN_DELETE;
    run->right = EDGE;
    if (!(value & TARGET_OF_OTHER)) {
        run->left = (struct id){ owner, run->seq - 1 - (uint32_t)seq };
        return !in->bad && seq < run->seq;
    }
    run->left = (struct id){ get_u32(in), (uint32_t)seq };
    return !in->bad && seq < TEXT_UNITS_MAX && run->left.agent < loading->text->agents.count &&
           run->left.agent != owner;
}

static bool load_runs_of(struct loading *loading, uint32_t owner, struct err *err)
{
    struct text *text = loading->text;
    struct agent *agent = AGENT(text, owner);
    struct reader *in = &loading->columns[COLUMN_RUNS];
    for (uint32_t i = 0; i < runs_of(loading, owner); i++) {
        uint64_t value = get_varint(in);
        uint64_t len = value >> 1;
        struct run *run = array_add(&agent->runs, sizeof *run);
        *run = (struct run){ .seq = agent->next, .kind = RUN_INSERT };
        if (in->bad || len == 0 || len > TEXT_UNITS_MAX || !agent_reserve(text, owner, (uint32_t)len, err))
            return false;
        if (!(value & RUN_IS_DELETION)) {
            *(struct insertion *)array_add(&loading->insertions, sizeof(struct insertion)) =
                (struct insertion){ owner, i, 0, 0 };
            memset(agent->bytes + agent->next, UNIT_LIVE, (size_t)len);
        } else if (!load_target(loading, owner, run)) {
            return false;
        } else {
            memset(agent->bytes + agent->next, UNIT_NONE, (size_t)len);
        }
        agent->next += (uint32_t)len;
        text->units += (uint32_t)len;
    }
    return true;
}

static bool load_runs(struct loading *loading, struct err *err)
{
    for (uint32_t i = 0; i < loading->text->agents.count; i++)
        if (!load_runs_of(loading, i, err))
            return false;
    return loading->columns[COLUMN_RUNS].at == loading->columns[COLUMN_RUNS].end;
}

static bool load_order(struct loading *loading)
{
    struct reader *in = &loading->columns[COLUMN_ORDER];
    uint32_t agents = loading->text->agents.count;
    uint32_t *told = calloc(agents + 1, sizeof *told);
    CHECK(told != NULL);
    uint32_t age = 0;
    bool ok = true;
    while (ok && in->at < in->end) {
        uint32_t agent = get_u32(in), count = get_u32(in);
        ok = !in->bad && agent < agents && count > 0 && count <= runs_of(loading, agent) - told[agent];
        for (uint32_t i = 0; ok && i < count; i++)
            loading->age[loading->first_run[agent] + told[agent]++] = age++;
    }
    free(told);
    for (uint32_t i = 0; i < loading->insertions.count; i++) {
        struct insertion *insertion = AT(loading->insertions, struct insertion, i);
        insertion->age = loading->age[loading->first_run[insertion->agent] + insertion->run];
    }
    return ok && age == loading->first_run[agents];
}

// The run that a piece begins or goes on with.
static bool find_run(struct loading *loading, uint64_t code, int64_t *expected, struct array *open,
                     uint32_t *ret_run)
{
    if (code & PIECE_GOES_ON) {
        if (open->count == 0)
            return false;
        *ret_run = *AT(*open, uint32_t, open->count - 1);
        return true;
    }
    uint64_t folded = code >> 2;
    if (folded > (uint64_t)NONE * 2)
        return false;
    int64_t run = *expected + (folded & 1 ? -(int64_t)(folded / 2) - 1 : (int64_t)(folded / 2));
    if (run < 0 || run >= loading->insertions.count ||
        AT(loading->insertions, struct insertion, run)->placed > 0)
        return false;
    *expected = run + 1;
    *ret_run = (uint32_t)run;
    *(uint32_t *)array_add(open, sizeof(uint32_t)) = (uint32_t)run;
    return true;
}

static bool load_piece(struct loading *loading, int64_t *expected, struct array *open)
{
    uint64_t code = get_varint(&loading->columns[COLUMN_PIECES]);
    uint32_t run = 0;
    if (!find_run(loading, code, expected, open, &run))
        return false;
    struct insertion *insertion = AT(loading->insertions, struct insertion, run);
    const struct agent *agent = AGENT(loading->text, insertion->agent);
    uint32_t rest = run_end(agent, insertion->run) - run_at(agent, insertion->run)->seq - insertion->placed;
    bool completes = (code & PIECE_COMPLETES) != 0;
    uint32_t len = completes ? rest : get_u32(&loading->columns[COLUMN_LENGTHS]);
    if (len == 0 || (!completes && len >= rest))
        return false;
    *(struct piece *)array_add(&loading->pieces, sizeof(struct piece)) =
        (struct piece){ .run = run,
                        .agent = (uint16_t)insertion->agent,
                        .seq = run_at(agent, insertion->run)->seq + insertion->placed,
                        .len = len,
                        .age = insertion->age,
                        .begins = insertion->placed == 0 };
    insertion->placed += len;
    open->count -= completes;
    return true;
}

static bool load_pieces(struct loading *loading)
{
    struct reader *in = &loading->columns[COLUMN_PIECES];
    struct array open = { 0 };
    int64_t expected = 0;
    bool ok = true;
    array_reserve(&loading->pieces, sizeof(struct piece), (uint32_t)(in->end - in->at));
    while (ok && in->at < in->end)
        ok = load_piece(loading, &expected, &open);
    ok = ok && open.count == 0 && !in->bad &&
         loading->columns[COLUMN_LENGTHS].at == loading->columns[COLUMN_LENGTHS].end;
    array_free(&open);
    for (uint32_t i = 0; ok && i < loading->insertions.count; i++)
        ok = AT(loading->insertions, struct insertion, i)->placed > 0;
    return ok;
}

// A unit that is told outright must be an insertion that is older.
static bool load_origin(struct loading *loading, uint32_t age, struct id *ret_id)
{
    struct reader *in = &loading->columns[COLUMN_ORIGINS];
    uint32_t agent = get_u32(in);
    if (agent == 0) {
        *ret_id = EDGE;
        return !in->bad;
    }
    struct id id = { agent - 1, get_u32(in) };
    if (in->bad || id.agent >= loading->text->agents.count || id.seq >= AGENT(loading->text, id.agent)->next)
        return false;
    uint32_t run = run_index(AGENT(loading->text, id.agent), id.seq);
    *ret_id = id;
    return run_at(AGENT(loading->text, id.agent), run)->kind == RUN_INSERT &&
           loading->age[loading->first_run[id.agent] + run] < age;
}

static bool load_told_origins(struct loading *loading)
{
    struct reader *in = &loading->columns[COLUMN_ORIGINS];
    uint64_t at = 0;
    while (in->at < in->end) {
        uint64_t code = get_varint(in);
        at += code >> 2;
        if (in->bad || (code >> 2) > NONE || at >= loading->pieces.count)
            return false;
        struct piece *piece = AT(loading->pieces, struct piece, at);
        if ((code & ORIGIN_LEFT) && !load_origin(loading, piece->age, &piece->left))
            return false;
        if ((code & ORIGIN_RIGHT) && !load_origin(loading, piece->age, &piece->right))
            return false;
    }
    return true;
}

static bool load_origins(struct loading *loading)
{
    pieces_find_neighbours(loading->pieces.items, loading->pieces.count);
    if (!load_told_origins(loading))
        return false;
    for (uint32_t i = 0; i < loading->pieces.count; i++) {
        const struct piece *piece = AT(loading->pieces, struct piece, i);
        struct run *run = AT(AGENT(loading->text, piece->agent)->runs, struct run,
                             AT(loading->insertions, struct insertion, piece->run)->run);
        if (!piece->begins)
            continue;
        run->left = piece->left;
        run->right = piece->right;
    }
    return true;
}

// A deletion must be younger than all it deletes; of its own agent it is.
static bool is_younger(const struct loading *loading, uint32_t owner, uint32_t run, struct id first,
                       uint32_t len)
{
    if (first.agent == owner)
        return true;
    const struct agent *other = AGENT(loading->text, first.agent);
    uint32_t last = loading->first_run[first.agent] + run_index(other, first.seq + len - 1);
    return loading->age[last] < loading->age[loading->first_run[owner] + run];
}

static bool kill_run(struct loading *loading, uint32_t owner, uint32_t index)
{
    const struct agent *agent = AGENT(loading->text, owner);
    const struct run *run = run_at(agent, index);
    uint32_t len = run_end(agent, index) - run->seq;
    if (run->kind == RUN_DELETE_BACK && run->left.seq + 1 < len)
        return false;
    struct id first = { run->left.agent, run->kind == RUN_DELETE ? run->left.seq : run->left.seq + 1 - len };
    if (first.seq + len > AGENT(loading->text, first.agent)->next)
        return false;
    char *units = AGENT(loading->text, first.agent)->bytes + first.seq;
    if (memchr(units, UNIT_NONE, len) != NULL || !is_younger(loading, owner, index, first, len))
        return false;
    memset(units, UNIT_DEAD, len);
    return true;
}

static bool load_deaths(struct loading *loading)
{
    const struct text *text = loading->text;
    for (uint32_t i = 0; i < text->agents.count; i++)
        for (uint32_t j = 0; j < AGENT(text, i)->runs.count; j++)
            if (run_at(AGENT(text, i), j)->kind != RUN_INSERT && !kill_run(loading, i, j))
                return false;
    return true;
}

// Units of a piece that share a fate are a span.
static void cut_piece(struct loading *loading, const struct piece *piece)
{
    const char *units = AGENT(loading->text, piece->agent)->bytes + piece->seq;
    struct span span = { .agent = (uint16_t)piece->agent, .seq = piece->seq, .joined = !piece->begins };
    for (uint32_t from = 0, to = 1; from < piece->len; from = to++) {
        char unit = units[from];
        while (to < piece->len && units[to] == unit)
            to++;
        span.len = to - from;
        span.dead = unit == UNIT_DEAD;
        tree_append(loading->text, span);
        span.seq += span.len;
        span.joined = true;
    }
}

static bool is_ascii(const char *bytes, size_t size)
{
    unsigned char all = 0;
    for (size_t i = 0; i < size; i++)
        all |= (unsigned char)bytes[i];
    return all < 0x80;
}

static bool load_text(struct loading *loading)
{
    const struct text *text = loading->text;
    size_t size = loading->sizes[1];
    if (size != text->total)
        return false;
    const char *from[2] = { loading->parts[1], loading->parts[1] + text->live };
    bool ascii = is_ascii(loading->parts[1], size);
    for (uint32_t i = 0; i < text->leaves.count; i++) {
        const struct leaf *leaf = LEAF(text, i);
        for (uint32_t j = 0; j < leaf->count; j++) {
            const struct span *span = &leaf->spans[j];
            const char *bytes = from[span->dead];
            if (!ascii && !utf8_valid(bytes, span->len))
                return false;
            memcpy(AGENT(text, span->agent)->bytes + span->seq, bytes, span->len);
            from[span->dead] += span->len;
        }
    }
    return true;
}

// Origins lie between code points too.
static bool check_borders(const struct loading *loading)
{
    for (uint32_t i = 0; i < loading->pieces.count; i++) {
        const struct piece *piece = AT(loading->pieces, struct piece, i);
        const struct text *text = loading->text;
        if ((piece->left.agent != NONE && !id_ends_point(text, piece->left)) ||
            (piece->right.agent != NONE && !id_starts_point(text, piece->right)))
            return false;
    }
    return true;
}

static bool load_all(struct loading *loading, const void *snapshot, size_t size, struct err *err)
{
    if (!load_parts(loading, snapshot, size) || !load_agents(loading, err) || !load_runs(loading, err) ||
        !load_order(loading) || !load_pieces(loading) || !load_origins(loading) || !load_deaths(loading))
        return false;
    for (uint32_t i = 0; i < loading->pieces.count; i++)
        cut_piece(loading, AT(loading->pieces, struct piece, i));
    tree_finish(loading->text);
    return load_text(loading) && check_borders(loading);
}

static void loading_free(struct loading *loading)
{
    free(loading->parts[0]);
    free(loading->parts[1]);
    free(loading->first_run);
    free(loading->age);
    array_free(&loading->insertions);
    array_free(&loading->pieces);
}

struct text *text_load(uint64_t agent, const void *snapshot, size_t size, struct err *err)
{
    struct text *text = calloc(1, sizeof *text);
    CHECK(text != NULL);
    tree_init(text);
    text->placed = false;
    struct loading loading = { .text = text };
    err_clear(err);
    bool ok = load_all(&loading, snapshot, size, err);
    loading_free(&loading);
    if (!ok && err->code == ERR_NONE)
        err_set(err, ERR_BAD_REQUEST, "The snapshot is damaged.");
    if (ok && text_set_agent(text, agent, err))
        return text;
    text_free(text);
    return NULL;
}

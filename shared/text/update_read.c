// Applying an update: first it is read to its end and held against what is known, and nothing is changed; then its
// operations are performed. What can still prove impossible then is taken back.
#include "shared/text/inner.h"
#include "shared/text/update.h"

#include <stdlib.h>

enum outcome { READ_OK, READ_BAD, READ_WAITS };

struct reading {
    struct text *text;
    struct reader in;
    bool several;
    struct array table; // uint32_t: agents
    uint32_t *next;     // by agent: what is known with the operations read so far
    uint32_t author;
    bool *started;
    struct array ops;
    uint32_t waits_tag, waits_seq;
    bool waits;
    struct err *err;
};

static bool refuse(struct reading *reading, const char *why)
{
    reading->in.bad = true;
    return err_set(reading->err, ERR_BAD_REQUEST, "%s", why);
}

static void wait_for(struct reading *reading, uint32_t tag, uint32_t seq)
{
    if (reading->waits)
        return;
    reading->waits = true;
    reading->waits_tag = tag;
    reading->waits_seq = seq;
}

static uint32_t known(const struct reading *reading, uint32_t agent)
{
    return reading->next != NULL ? reading->next[agent] : AGENT(reading->text, agent)->next;
}

// An agent by tag, seq being what is needed of it; NONE: the update waits.
static uint32_t find_tag(struct reading *reading, uint32_t tag, uint32_t seq)
{
    uint32_t agent = agent_find_tag(reading->text, tag);
    if (agent == NONE)
        wait_for(reading, tag, seq);
    return agent;
}

static struct id need(struct reading *reading, uint32_t agent, uint32_t seq)
{
    if (agent != NONE && seq >= known(reading, agent))
        wait_for(reading, (uint32_t)AGENT(reading->text, agent)->id, seq);
    return (struct id){ agent, seq };
}

static struct id get_other(struct reading *reading)
{
    if (!reading->several) {
        uint32_t tag = (uint32_t)get_fixed(&reading->in, 4);
        uint32_t seq = get_u32(&reading->in);
        return need(reading, find_tag(reading, tag, seq), seq);
    }
    uint32_t index = get_u32(&reading->in);
    uint32_t seq = get_u32(&reading->in);
    if (index >= reading->table.count) {
        reading->in.bad = true;
        return EDGE;
    }
    return need(reading, *AT(reading->table, uint32_t, index), seq);
}

static struct id get_own(struct reading *reading, const struct op *op)
{
    uint32_t back = get_u32(&reading->in);
    if (back >= op->seq) {
        reading->in.bad = true;
        return EDGE;
    }
    return (struct id){ op->agent, op->seq - 1 - back };
}

static void get_left(struct reading *reading, struct op *op, int head)
{
    op->left = EDGE;
    op->follows = (head & LEFT_MASK) == LEFT_FOLLOWS;
    if ((head & LEFT_MASK) == LEFT_OWN)
        op->left = get_own(reading, op);
    else if ((head & LEFT_MASK) == LEFT_OTHER)
        op->left = get_other(reading);
    else if (op->follows && (op->seq == 0 || (head & RIGHT_MASK) != RIGHT_END))
        reading->in.bad = true;
}

static void get_right(struct reading *reading, struct op *op, int head)
{
    op->right = EDGE;
    if ((head & RIGHT_MASK) == RIGHT_OWN)
        op->right = get_own(reading, op);
    else if ((head & RIGHT_MASK) == RIGHT_OTHER)
        op->right = get_other(reading);
    else if ((head & RIGHT_MASK) == RIGHT_NEXT && (head & LEFT_MASK) == LEFT_START)
        reading->in.bad = true;
    else if ((head & RIGHT_MASK) == RIGHT_NEXT)
        op->right = need(reading, op->left.agent, op->left.seq + 1);
}

static void get_insertion(struct reading *reading, struct op *op, int head)
{
    op->kind = RUN_INSERT;
    get_left(reading, op, head);
    get_right(reading, op, head);
    size_t left = (size_t)(reading->in.end - reading->in.at);
    op->len = reading->several ? get_u32(&reading->in) : left > TEXT_UNITS_MAX ? 0 : (uint32_t)left;
    op->bytes = get_bytes(&reading->in, op->len);
    if (head & INSERT_UNUSED)
        reading->in.bad = true;
}

static void get_deletion(struct reading *reading, struct op *op, int head)
{
    int target = head & TARGET_MASK;
    op->kind = head & DELETE_BACK ? RUN_DELETE_BACK : RUN_DELETE;
    op->follows = target == TARGET_FOLLOWS;
    op->right = EDGE;
    if (target == TARGET_OWN)
        op->left = get_own(reading, op);
    else if (target == TARGET_OTHER)
        op->left = get_other(reading);
    else if (!op->follows || reading->several || op->seq == 0)
        reading->in.bad = true;
    op->len = head & DELETE_ONE ? 1 : get_u32(&reading->in);
    if ((head & DELETE_UNUSED) || (!(head & DELETE_ONE) && op->len == 1))
        reading->in.bad = true;
    else if (!op->follows && op->kind == RUN_DELETE)
        need(reading, op->left.agent, op->left.seq + op->len - 1);
}

// What the operation needs of its own agent.
static bool place_in_time(struct reading *reading, struct op *op)
{
    if (reading->in.bad || op->len == 0 || op->seq > TEXT_UNITS_MAX || op->len > TEXT_UNITS_MAX - op->seq)
        return refuse(reading, "The update is malformed.");
    if (op->agent == NONE)
        return true;
    if (op->seq > known(reading, op->agent))
        wait_for(reading, (uint32_t)AGENT(reading->text, op->agent)->id, op->seq - 1);
    if (reading->next != NULL && reading->next[op->agent] < op->seq + op->len)
        reading->next[op->agent] = op->seq + op->len;
    *(struct op *)array_add(&reading->ops, sizeof *op) = *op;
    return true;
}

static bool read_rest(struct reading *reading, struct op *op, int head)
{
    if (head & HEAD_DELETE)
        get_deletion(reading, op, head);
    else
        get_insertion(reading, op, head);
    return place_in_time(reading, op);
}

// Fills in what an operation leaves to the one before it.
static bool resolve(const struct text *text, struct op *op, struct err *err)
{
    if (!op->follows)
        return true;
    const struct agent *agent = AGENT(text, op->agent);
    const struct run *run = run_at(agent, run_index(agent, op->seq - 1));
    if ((run->kind == RUN_INSERT) != (op->kind == RUN_INSERT))
        return err_set(err, ERR_BAD_REQUEST, "An operation follows one of another kind.");
    op->left = (struct id){ op->agent, op->seq - 1 };
    op->right = run->right;
    if (op->kind == RUN_INSERT)
        return true;
    uint32_t past = op->seq - 1 - run->seq;
    uint32_t last = run->kind == RUN_DELETE_BACK ? run->left.seq - past : run->left.seq + past;
    bool back = op->kind == RUN_DELETE_BACK;
    if (back && last == 0)
        return err_set(err, ERR_BAD_REQUEST, "A deletion goes back beyond the first character.");
    op->left = (struct id){ run->left.agent, back ? last - 1 : last + 1 };
    return true;
}

// A deletion that goes on with the one before may need characters that have not arrived.
static bool need_target(struct reading *reading)
{
    struct op *op = reading->ops.count == 0 ? NULL : AT(reading->ops, struct op, 0);
    if (reading->waits || op == NULL || op->kind == RUN_INSERT || !op->follows)
        return true;
    if (!resolve(reading->text, op, reading->err))
        return false;
    op->follows = false;
    need(reading, op->left.agent, op->kind == RUN_DELETE ? op->left.seq + op->len - 1 : op->left.seq);
    return true;
}

static bool read_one(struct reading *reading)
{
    struct op op = { .agent = NONE };
    int head = (int)get_fixed(&reading->in, 1);
    if (head & HEAD_AGENT) {
        uint64_t id = get_fixed(&reading->in, 8);
        if (reading->in.bad)
            return refuse(reading, "The update is malformed.");
        op.agent = agent_add(reading->text, id, reading->err);
        return op.agent != NONE && read_rest(reading, &op, head);
    }
    uint32_t tag = (uint32_t)get_fixed(&reading->in, 4);
    op.seq = get_u32(&reading->in);
    if (op.seq == 0)
        return refuse(reading, "The update is malformed.");
    op.agent = find_tag(reading, tag, op.seq - 1);
    return read_rest(reading, &op, head) && need_target(reading);
}

static bool read_table(struct reading *reading)
{
    for (size_t bytes = 8; bytes >= 4; bytes -= 4) {
        uint32_t count = get_u32(&reading->in);
        if (count > (size_t)(reading->in.end - reading->in.at) / bytes)
            return refuse(reading, "The update is malformed.");
        for (uint32_t i = 0; i < count; i++) {
            uint64_t id = get_fixed(&reading->in, bytes);
            uint32_t agent =
                bytes == 8 ? agent_add(reading->text, id, reading->err) : find_tag(reading, (uint32_t)id, 0);
            if (agent == NONE && bytes == 8)
                return false;
            *(uint32_t *)array_add(&reading->table, sizeof agent) = agent;
        }
    }
    uint32_t agents = reading->text->agents.count;
    reading->next = calloc(agents + 1, sizeof *reading->next);
    reading->started = calloc(reading->table.count + 1, sizeof *reading->started);
    CHECK(reading->next != NULL && reading->started != NULL);
    for (uint32_t i = 0; i < agents; i++)
        reading->next[i] = AGENT(reading->text, i)->next;
    return true;
}

static bool read_several(struct reading *reading)
{
    struct reader *in = &reading->in;
    if (get_fixed(in, 1) != UPDATE_SEVERAL)
        return refuse(reading, "The update is of an unknown format.");
    if (!read_table(reading))
        return false;
    uint32_t *seqs = calloc(reading->table.count + 1, sizeof *seqs);
    CHECK(seqs != NULL);
    bool ok = true;
    reading->author = NONE;
    while (ok && in->at < in->end) {
        int head = (int)get_fixed(in, 1);
        if (head & HEAD_AGENT)
            reading->author = get_u32(in);
        if ((head & 0x80) || in->bad || reading->author >= reading->table.count) {
            ok = refuse(reading, "The update is malformed.");
            break;
        }
        uint32_t author = reading->author;
        if (!reading->started[author])
            seqs[author] = get_u32(in);
        reading->started[author] = true;
        struct op op = { .agent = *AT(reading->table, uint32_t, author), .seq = seqs[author] };
        ok = read_rest(reading, &op, head);
        seqs[author] = op.seq + op.len;
    }
    free(seqs);
    return ok;
}

// Leaves out what is known of it.
static void trim(const struct text *text, struct op *op)
{
    uint32_t known_part = AGENT(text, op->agent)->next - op->seq;
    if (known_part == 0)
        return;
    op->seq += known_part;
    op->len -= known_part;
    if (op->kind == RUN_INSERT) {
        op->left = (struct id){ op->agent, op->seq - 1 };
        op->bytes += known_part;
    } else {
        op->left.seq += op->kind == RUN_DELETE ? known_part : -known_part;
    }
}

static bool is_known(const struct text *text, const struct op *op)
{
    return op->seq + op->len <= AGENT(text, op->agent)->next;
}

static bool perform_all(struct reading *reading)
{
    for (uint32_t i = 0; i < reading->ops.count; i++) {
        struct op *op = AT(reading->ops, struct op, i);
        if (is_known(reading->text, op))
            continue;
        if (!resolve(reading->text, op, reading->err))
            return false;
        trim(reading->text, op);
        if (!integrate(reading->text, op, reading->err))
            return false;
    }
    return true;
}

static bool perform(struct reading *reading, enum text_applied *ret_applied)
{
    uint32_t fresh = 0;
    for (uint32_t i = 0; i < reading->ops.count; i++)
        fresh += !is_known(reading->text, AT(reading->ops, struct op, i));
    *ret_applied = fresh > 0 ? TEXT_APPLIED : TEXT_KNOWN;
    if (fresh > 0)
        tree_place(reading->text);
    if (fresh < 2)
        return perform_all(reading);
    struct backup backup;
    backup_take(&backup, reading->text);
    bool ok = perform_all(reading);
    if (!ok)
        backup_restore(&backup, reading->text);
    backup_free(&backup);
    return ok;
}

bool update_apply(struct text *text, const void *update, size_t size, enum text_applied *ret_applied,
                  uint32_t *ret_tag, uint32_t *ret_seq, struct err *err)
{
    const uint8_t *bytes = update;
    if (size == 0)
        return err_set(err, ERR_BAD_REQUEST, "The update is empty.");
    struct reading reading = { .text = text,
                               .in = { bytes, bytes + size, false },
                               .several = (bytes[0] & UPDATE_SEVERAL) != 0,
                               .err = err };
    uint32_t agents = text->agents.count;
    bool ok = reading.several ? read_several(&reading) : read_one(&reading);
    if (ok && reading.waits) {
        *ret_applied = TEXT_WAITING;
        *ret_tag = reading.waits_tag;
        *ret_seq = reading.waits_seq;
    } else if (ok) {
        ok = perform(&reading, ret_applied);
    }
    agents_trim(text, agents);
    array_free(&reading.table);
    array_free(&reading.ops);
    free(reading.next);
    free(reading.started);
    return ok;
}

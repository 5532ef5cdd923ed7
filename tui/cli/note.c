// serenity note: reading a note, adding to it, replacing it, its history. Others' words stay: what is written is merged.
#include "tui/cli/acts.h"
#include "tui/cli/commands.h"
#include "tui/cli/run.h"
#include "tui/model/texts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int usage(const char *why)
{
    fprintf(stderr, "serenity note: %s\n", why);
    return CLI_USAGE;
}

// -1: there is no such kind.
static int read_kind(const char *word)
{
    for (int kind = 0; kind < NOTE_KINDS; kind++)
        if (strcmp(note_kind_words[kind], word) == 0)
            return kind;
    return -1;
}

// Without a word: the note that one writes for oneself.
static int own_kind(struct cli_run *run)
{
    return (model_roles(run->model) & ROLE_CONSULTANT) != 0 ? NOTE_CONSULTANT : NOTE_CLIENT;
}

// --- what is to be written -----------------------------------------------------------------------------------------------

static bool read_all(FILE *file, struct buf *out, struct err *err)
{
    char block[4096];
    size_t size;
    while ((size = fread(block, 1, sizeof block, file)) > 0) {
        buf_add(out, block, size);
        if (out->len > NOTE_LENGTH_MAX)
            return err_set(err, ERR_TOO_LARGE, "a note holds %d KB at most", NOTE_LENGTH_MAX / 1024);
    }
    return !ferror(file) || err_set(err, ERR_INTERNAL, "cannot be read: %s", strerrordesc_np(errno));
}

static bool read_file(const char *path, struct buf *out, struct err *err)
{
    if (strcmp(path, "-") == 0)
        return read_all(stdin, out, err);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return err_set(err, ERR_NOT_FOUND, "cannot open %.150s: %s", path, strerrordesc_np(errno));
    bool good = read_all(file, out, err);
    fclose(file);
    return good;
}

// What is there with the new text below it.
static void add_below(struct buf *out, const char *text, const char *more)
{
    size_t size = strlen(text);
    buf_add_text(out, text);
    if (size > 0 && text[size - 1] != '\n')
        buf_add_char(out, '\n');
    buf_add_text(out, more);
}

static int64_t last_waiting(struct cli_run *run)
{
    struct list list = { 0 };
    model_waiting(run->model, &run->arena, &list);
    return list.count > 0 ? LIST_AT(&list, struct waiting, list.count - 1)->n : 0;
}

static int write_note(struct cli_run *run, struct model_text *text, const char *code)
{
    CLEANUP(buf_free) struct buf given = { 0 };
    CLEANUP(buf_free) struct buf wanted = { 0 };
    struct err err;
    const char *words = run_value(run, "-m"), *path = run_value(run, "--file");
    if (words != NULL)
        buf_add_text(&given, words);
    else if (!read_file(path, &given, &err))
        return run_fail(run, &err);
    if (run_value(run, "--replace") != NULL)
        buf_add_text(&wanted, buf_text(&given));
    else
        add_below(&wanted, model_text_content(text, NULL), buf_text(&given));
    if (!model_text_rewrite(text, buf_text(&wanted), wanted.len, &err) || !model_flush(run->model, &err))
        return run_fail(run, &err);
    return run_tell(run, last_waiting(run), code);
}

// --- reading -------------------------------------------------------------------------------------------------------------

static int print_text(struct cli_run *run, const char *text, const char *code, int kind, bool waits)
{
    if (run->json) {
        say(run, "{");
        json_text(run, "consultation", code);
        json_text(run, "kind", note_kind_words[kind]);
        json_text(run, "text", text);
        json_bool(run, "waits", waits);
        say(run, "}\n");
    } else {
        say_block(run, "", text);
    }
    return CLI_OK;
}

static void revision_json(struct cli_run *run, const struct revision *revision)
{
    json_add_comma(&run->out);
    say(run, "{");
    json_int(run, "version", revision->ord);
    json_text(run, "author", revision->author_name);
    json_bool(run, "mine", revision->mine);
    json_when(run, "from", revision->started_at);
    json_when(run, "until", revision->ended_at);
    json_int(run, "added", revision->added);
    json_int(run, "removed", revision->removed);
    json_bool(run, "faded", revision->faded);
    say(run, "}");
}

static int print_history(struct cli_run *run, struct model_text *text)
{
    struct list revisions = { 0 };
    model_text_history(text, &run->arena, &revisions);
    if (run->json)
        say(run, "{\"history\":[");
    for (size_t i = 0; i < revisions.count; i++) {
        const struct revision *revision = LIST_AT(&revisions, struct revision, i);
        if (run->json) {
            revision_json(run, revision);
            continue;
        }
        say(run, "%4lld  %s %s  +%lld -%lld  ", (long long)revision->ord, day_words(run, revision->ended_at),
            clock_words(run, revision->ended_at), (long long)revision->added, (long long)revision->removed);
        say_text(run, revision->mine ? "you" : revision->author_name);
        say(run, revision->faded ? "  (faded)\n" : "\n");
    }
    if (run->json)
        say(run, "]}\n");
    return CLI_OK;
}

static int print_version(struct cli_run *run, struct model_text *text, int64_t version, const char *code,
                         int kind)
{
    CLEANUP(buf_free) struct buf content = { 0 };
    struct err err;
    if (!model_text_at(text, version, &content, &err))
        return run_fail(run, &err);
    return print_text(run, buf_text(&content), code, kind, false);
}

static int act(struct cli_run *run, const char *id, const char *code, int kind, int64_t version)
{
    bool writes = run_value(run, "-m") != NULL || run_value(run, "--file") != NULL;
    struct model_text *text = model_text_open(run->model, id, (enum note_kind)kind);
    int status;
    if (writes)
        status = write_note(run, text, code);
    else if (run_value(run, "--history") != NULL)
        status = print_history(run, text);
    else if (version > 0)
        status = print_version(run, text, version, code, kind);
    else
        status = print_text(run, model_text_content(text, NULL), code, kind, model_text_waits(text));
    model_text_close(text);
    return status;
}

int cli_note(struct cli_run *run)
{
    struct consultation_detail detail;
    const char *word = run_value(run, "--kind");
    int kind = word != NULL ? read_kind(word) : 0;
    bool words = run_value(run, "-m") != NULL, file = run_value(run, "--file") != NULL;
    int64_t version;
    if (kind < 0)
        return usage("--kind takes consultant, live, preparation, internal, shared or client");
    if ((words && file) || (run_value(run, "--replace") != NULL && !words && !file))
        return usage("one of -m TEXT and --file FILE says what to write");
    if (!run_number(run, "--at", 1, INT32_MAX, 0, &version))
        return CLI_USAGE;
    if (!run_open(run) || !run_signed_in(run))
        return CLI_FAILED;
    if (!words && !file)
        run_freshen(run);
    if (!run_find(run, run->words[0], &detail))
        return CLI_FAILED;
    return act(run, detail.head.row.id, detail.head.row.code, word != NULL ? kind : own_kind(run), version);
}

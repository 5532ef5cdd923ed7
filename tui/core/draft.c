#include "tui/core/draft.h"

#include "shared/host/host.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// A draft is `NAME LENGTH\n` and the value, one field after the other.

enum { DRAFT_MAX = 4 * 1024 * 1024 };

static bool key_is_plain(const char *key)
{
    return *key && key[0] != '.' &&
           strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-:") == strlen(key);
}

static const char *path_of(struct app *app, const char *key, const char *suffix)
{
    if (!app->config.folder || !key_is_plain(key))
        return NULL;
    return app_printf(app, "%s/drafts/%s%s", app->config.folder, key, suffix);
}

static void serialize(const struct form *form, struct buf *out)
{
    for (int i = 0; i < form->count; i++) {
        const struct form_field *field = &form->fields[i];
        const char *value = form_get(form, field->name);
        if (field->kind == FORM_SECRET)
            continue;
        buf_addf(out, "%s %zu\n", field->name, strlen(value));
        buf_add_text(out, value);
    }
}

// No fsync: it happens at every key, and must survive the program, not the machine.
void draft_save(struct app *app, const char *key, const struct form *form)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    const char *path = path_of(app, key, ""), *fresh = path_of(app, key, ".new");
    struct err ignored;
    if (!path || !folder_make(app_printf(app, "%s/drafts", app->config.folder), 0700, &ignored))
        return;
    serialize(form, &text);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    bool whole = write(fd, buf_text(&text), text.len) == (ssize_t)text.len;
    close(fd);
    if (whole)
        rename(fresh, path);
}

static const char *read_field(struct app *app, const char *at, const char *end, struct form *form)
{
    char name[64];
    size_t length = 0;
    int used = 0;
    if (sscanf(at, "%63s %zu%n", name, &length, &used) != 2 || at[used] != '\n' ||
        length > (size_t)(end - at - used - 1))
        return end;
    const char *value = arena_strndup(&app->frame, at + used + 1, length);
    if (form_find(form, name))
        form_set(form, name, value);
    return at + used + 1 + length;
}

bool draft_load(struct app *app, const char *key, struct form *form)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    const char *path = path_of(app, key, "");
    struct err ignored;
    if (!path || !file_read(path, DRAFT_MAX, &text, &ignored))
        return false;
    const char *at = buf_text(&text), *end = at + text.len;
    while (at < end)
        at = read_field(app, at, end, form);
    return true;
}

void draft_drop(struct app *app, const char *key)
{
    const char *path = path_of(app, key, "");
    if (path)
        unlink(path);
}

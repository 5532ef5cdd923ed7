#include "tui/core/config.h"

#include "shared/host/host.h"

#include <stdlib.h>
#include <string.h>

enum { CONFIG_MAX = 64 * 1024 };

const char *config_folder(const char *home, struct arena *arena)
{
    if (!home || !*home)
        home = getenv("SERENITY_HOME");
    if (home && *home)
        return arena_strdup(arena, home);
    const char *config = getenv("XDG_CONFIG_HOME"), *user = getenv("HOME");
    if (config && config[0] == '/')
        return arena_printf(arena, "%s/serenity", config);
    return arena_printf(arena, "%s/.config/serenity", user ? user : "");
}

static char *trim(char *text)
{
    text += strspn(text, " \t\r");
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t\r", text[length - 1]))
        text[--length] = '\0';
    return text;
}

static bool keys_are_right(const char *keys)
{
    struct sequence sequence;
    while (*keys) {
        if (!sequence_next(&keys, &sequence))
            return false;
    }
    return true;
}

static bool set_option(struct config *config, const char *name, const char *value)
{
    if (strcmp(name, "theme") == 0)
        config->theme = value;
    else if (strcmp(name, "alerts") == 0)
        config->alerts = value;
    else
        return false;
    return true;
}

static bool parse_line(struct config *config, char *line, bool *in_keys)
{
    line = trim(line);
    if (*line == '\0' || *line == '#')
        return true;
    if (*line == '[') {
        *in_keys = strcmp(line, "[keys]") == 0;
        return *in_keys;
    }
    char *equals = strchr(line, '=');
    if (!equals)
        return false;
    *equals = '\0';
    const char *name = trim(line), *value = trim(equals + 1);
    if (!*in_keys)
        return set_option(config, name, value);
    if (!keys_are_right(value))
        return false;
    *LIST_ADD(&config->keys, &config->arena, struct key_choice) = (struct key_choice){ name, value };
    return true;
}

bool config_parse(struct config *config, const char *text, struct err *err)
{
    bool in_keys = false;
    char *copy = arena_strdup(&config->arena, text), *next;
    int number = 1;
    for (char *line = copy; line; line = next, number++) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        if (!parse_line(config, line, &in_keys))
            return err_set(err, ERR_BAD_REQUEST, "line %d of the config file makes no sense", number);
    }
    return true;
}

static const char *file_of(struct config *config)
{
    return arena_printf(&config->arena, "%s/config", config->folder);
}

bool config_load(struct config *config, const char *folder, struct err *err)
{
    config->folder = arena_strdup(&config->arena, folder);
    CLEANUP(buf_free) struct buf text = { 0 };
    struct err ignored;
    if (!file_read(file_of(config), CONFIG_MAX, &text, &ignored))
        return true;
    return config_parse(config, buf_text(&text), err);
}

void config_free(struct config *config)
{
    arena_free(&config->arena);
    *config = (struct config){ 0 };
}

bool config_save_theme(struct config *config, const char *name, struct err *err)
{
    CLEANUP(buf_free) struct buf old = { 0 };
    CLEANUP(buf_free) struct buf now = { 0 };
    if (!config->folder)
        return true;
    struct err ignored;
    file_read(file_of(config), CONFIG_MAX, &old, &ignored);
    buf_addf(&now, "theme = %s\n", name);
    for (const char *line = buf_text(&old); *line;) {
        size_t length = strcspn(line, "\n");
        size_t blank = strspn(line, " \t");
        bool is_theme = strncmp(line + blank, "theme", 5) == 0 && strchr(" \t=", line[blank + 5]);
        if (!is_theme) {
            buf_add(&now, line, length);
            buf_add_char(&now, '\n');
        }
        line += length + (line[length] == '\n');
    }
    config->theme = arena_strdup(&config->arena, name);
    return folder_make(config->folder, 0700, err) &&
           file_write_atomic(file_of(config), buf_text(&now), now.len, 0600, err);
}

const char *config_keys(const struct config *config, const struct action *action)
{
    for (size_t i = config->keys.count; i > 0; i--) {
        const struct key_choice *choice = LIST_AT(&config->keys, struct key_choice, i - 1);
        if (strcmp(choice->action, action->id) == 0)
            return choice->keys;
    }
    return action->keys;
}

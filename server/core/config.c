#include "server/core/config.h"

#include "shared/base/utf8.h"
#include "shared/host/host.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPTION(option_name, member, option_kind)                                                             \
    .name = (option_name), .kind = (option_kind), .offset = offsetof(struct app_config, member)

const struct config_option config_options[] = {
    { OPTION("access-minutes", access_minutes, CONFIG_INT), .fallback = "15", .min = 1, .max = 1440,
      .metavar = "N", .help = "life of an access token" },
    { OPTION("argon2-mib", argon2_mib, CONFIG_INT), .fallback = "64", .min = 8, .max = 1024, .metavar = "N",
      .help = "memory that one password hash takes" },
    { OPTION("argon2-passes", argon2_passes, CONFIG_INT), .fallback = "3", .min = 1, .max = 10,
      .metavar = "N", .help = "passes of one password hash" },
    { OPTION("assets", assets, CONFIG_TEXT), .metavar = "DIR",
      .help = "folder of mail templates and the like, in place of those compiled in" },
    { OPTION("config", config_file, CONFIG_TEXT), .metavar = "FILE",
      .help = "file of options, key = value a line" },
    { OPTION("connections", connections, CONFIG_INT), .fallback = "10000", .min = 16, .max = 1000000,
      .metavar = "N", .help = "most open connections" },
    { OPTION("data", data, CONFIG_TEXT), .metavar = "DIR",
      .help = "folder that holds everything (default $XDG_DATA_HOME/serenityd)" },
    { OPTION("listen", listen, CONFIG_TEXT), .fallback = "127.0.0.1:8180", .metavar = "ADDRESS",
      .help = "127.0.0.1:PORT or unix:PATH; port 0 takes a free one" },
    { OPTION("log-format", log_format, CONFIG_TEXT), .fallback = "auto", .metavar = "WORD",
      .help = "auto, json or text" },
    { OPTION("log-level", log_level, CONFIG_TEXT), .fallback = "info", .metavar = "WORD",
      .help = "debug, info, warn or error" },
    { OPTION("login-rate-per-minute", login_rate_per_minute, CONFIG_INT), .fallback = "30", .min = 0,
      .max = 1000000, .metavar = "N", .help = "sign-ins of one address a minute; 0 for no limit" },
    { OPTION("mail-from", mail_from, CONFIG_TEXT),
      .fallback = "InsightSerenity <no-reply@insightserenity.com>", .metavar = "ADDRESS",
      .help = "sender of mails" },
    { OPTION("public-url", public_url, CONFIG_TEXT), .metavar = "URL",
      .help = "what links in mails start with; where it listens when not given" },
    { OPTION("rate-per-minute", rate_per_minute, CONFIG_INT), .fallback = "1200", .min = 0, .max = 100000000,
      .metavar = "N", .help = "requests of one user or address a minute; 0 for no limit" },
    { OPTION("readers", readers, CONFIG_INT), .fallback = "1", .min = 1, .max = 16, .metavar = "N",
      .help = "threads that answer queries" },
    { OPTION("refresh-days", refresh_days, CONFIG_INT), .fallback = "30", .min = 1, .max = 365,
      .metavar = "N", .help = "life of a refresh token" },
    { OPTION("smtp-host", smtp_host, CONFIG_TEXT), .metavar = "HOST",
      .help = "server that takes mails; without it they become files in DATA/mail" },
    { OPTION("smtp-password", smtp_password, CONFIG_TEXT), .secret = true, .metavar = "TEXT",
      .help = "password for that server" },
    { OPTION("smtp-password-file", smtp_password_file, CONFIG_TEXT), .metavar = "FILE",
      .help = "file that holds the password for that server" },
    { OPTION("smtp-port", smtp_port, CONFIG_INT), .fallback = "587", .min = 1, .max = 65535, .metavar = "N",
      .help = "its port" },
    { OPTION("smtp-tls", smtp_tls, CONFIG_TEXT), .fallback = "starttls", .metavar = "WORD",
      .help = "starttls, tls or none" },
    { OPTION("smtp-user", smtp_user, CONFIG_TEXT), .metavar = "NAME", .help = "user for that server" },
    { OPTION("test-clock", test_clock, CONFIG_BOOL),
      .help = "let administrators move the clock (tests alone)" },
    { OPTION("trusted-proxies", trusted_proxies, CONFIG_TEXT), .fallback = "", .metavar = "LIST",
      .help = "addresses whose X-Forwarded-For counts" },
};
const size_t config_option_count = ARRAY_LEN(config_options);

static const struct {
    const char *option;
    const char *words; // the values it may have
} choices[] = {
    { "log-format", " auto json text " },
    { "log-level", " debug info warn error " },
    { "smtp-tls", " starttls tls none " },
};

// One value -------------------------------------------------------------------------------------------------------

static void *place(const struct config_option *option, struct app_config *config)
{
    return (char *)config + option->offset;
}

static bool bad_value(const struct config_option *option, const char *source, const char *wanted,
                      struct err *err)
{
    return err_field(err, option->name, "%s: %s must be %s.", source, option->name, wanted);
}

static bool set_int(const struct config_option *option, const char *text, const char *source, int64_t *ret,
                    struct err *err)
{
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno == 0 && end != text && *end == '\0' && value >= option->min && value <= option->max) {
        *ret = value;
        return true;
    }
    char wanted[80];
    snprintf(wanted, sizeof(wanted), "a whole number from %lld to %lld", (long long)option->min,
             (long long)option->max);
    return bad_value(option, source, wanted, err);
}

static bool set_bool(const struct config_option *option, const char *text, const char *source, bool *ret,
                     struct err *err)
{
    bool yes = strcmp(text, "yes") == 0 || strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
    bool no = strcmp(text, "no") == 0 || strcmp(text, "false") == 0 || strcmp(text, "0") == 0;
    if (!yes && !no)
        return bad_value(option, source, "yes or no", err);
    *ret = yes;
    return true;
}

static bool set_text(const struct config_option *option, const char *text, const char *source,
                     struct arena *arena, const char **ret, struct err *err)
{
    for (size_t i = 0; i < ARRAY_LEN(choices); i++) {
        if (strcmp(choices[i].option, option->name) != 0)
            continue;
        const char *word = arena_printf(arena, " %s ", text);
        if (strstr(choices[i].words, word) == NULL)
            return bad_value(option, source, arena_printf(arena, "one of%s", choices[i].words), err);
    }
    *ret = arena_strdup(arena, text);
    return true;
}

// source: for the message.
static bool set_option(const struct config_option *option, struct app_config *config, const char *text,
                       const char *source, struct arena *arena, struct err *err)
{
    void *at = place(option, config);
    if (!utf8_is_plain(text, strlen(text)) || strpbrk(text, "\n\t") != NULL)
        return bad_value(option, source, "plain text", err);
    switch (option->kind) {
    case CONFIG_INT:
        return set_int(option, text, source, at, err);
    case CONFIG_BOOL:
        return set_bool(option, text, source, at, err);
    case CONFIG_TEXT:
        return set_text(option, text, source, arena, at, err);
    }
    return false;
}

static const struct config_option *find_option(const char *name, size_t length)
{
    for (size_t i = 0; i < config_option_count; i++)
        if (strlen(config_options[i].name) == length && strncmp(config_options[i].name, name, length) == 0)
            return &config_options[i];
    return NULL;
}

// Defaults and environment ----------------------------------------------------------------------------------------

static const char *default_folder(struct arena *arena)
{
    const char *base = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    if (base != NULL && base[0] == '/')
        return arena_printf(arena, "%s/serenityd", base);
    if (home != NULL && home[0] == '/')
        return arena_printf(arena, "%s/.local/share/serenityd", home);
    return "/var/lib/serenityd";
}

static bool set_defaults(struct app_config *config, struct arena *arena, struct err *err)
{
    config->data = default_folder(arena);
    for (size_t i = 0; i < config_option_count; i++) {
        const struct config_option *option = &config_options[i];
        if (option->fallback != NULL && !set_option(option, config, option->fallback, "default", arena, err))
            return false;
    }
    return true;
}

static char *shout(const char *prefix, const char *name, struct arena *arena)
{
    char *text = arena_printf(arena, "%s%s", prefix, name);
    for (char *c = text; *c != '\0'; c++)
        *c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
    return text;
}

static bool set_from_environment(struct app_config *config, struct arena *arena, struct err *err)
{
    for (size_t i = 0; i < config_option_count; i++) {
        const char *variable = shout("SERENITY_", config_options[i].name, arena);
        const char *value = getenv(variable);
        if (value != NULL && value[0] != '\0' &&
            !set_option(&config_options[i], config, value, variable, arena, err))
            return false;
    }
    return true;
}

// The file --------------------------------------------------------------------------------------------------------

static char *trim(char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    size_t length = strlen(text);
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        text[--length] = '\0';
    return text;
}

// "smtp_host = mail.example.org"; keys may be written with dashes too.
static bool set_from_line(struct app_config *config, char *line, const char *source, struct arena *arena,
                          struct err *err)
{
    char *text = trim(line);
    if (text[0] == '\0' || text[0] == '#')
        return true;
    char *equals = strchr(text, '=');
    if (equals == NULL)
        return err_set(err, ERR_BAD_REQUEST, "%s: a line must read key = value.", source);
    *equals = '\0';
    char *key = trim(text);
    for (char *c = key; *c != '\0'; c++)
        if (*c == '_')
            *c = '-';
    const struct config_option *option = find_option(key, strlen(key));
    if (option == NULL || option->offset == offsetof(struct app_config, config_file))
        return err_set(err, ERR_BAD_REQUEST, "%s: there is no option %.60s.", source, key);
    return set_option(option, config, trim(equals + 1), source, arena, err);
}

static bool set_from_file(struct app_config *config, const char *path, struct arena *arena, struct err *err)
{
    enum { FILE_MAX = 1024 * 1024 };
    CLEANUP(buf_free) struct buf text = { 0 };
    if (!file_read(path, FILE_MAX, &text, err))
        return false;
    int number = 1;
    char *rest = arena_strndup(arena, buf_text(&text), text.len);
    for (char *line; (line = strsep(&rest, "\n")) != NULL; number++)
        if (!set_from_line(config, line, arena_printf(arena, "%s:%d", path, number), arena, err))
            return false;
    return true;
}

// The command line ------------------------------------------------------------------------------------------------

struct arguments {
    int argc;
    char **argv;
    int next;
};

static bool unknown(const char *word, struct err *err)
{
    return err_set(err, ERR_BAD_REQUEST, "There is no option %.80s; see --help.", word);
}

// Reads one option; with only != NULL all others are passed over.
static bool read_argument(struct arguments *arguments, const char *only, struct app_config *config,
                          struct arena *arena, struct err *err)
{
    const char *word = arguments->argv[arguments->next++];
    const char *name = word + 2, *equals = strchr(name, '=');
    size_t length = equals == NULL ? strlen(name) : (size_t)(equals - name);
    const struct config_option *option = find_option(name, length);
    if (option == NULL)
        return unknown(word, err);
    if (option->secret)
        return err_set(err, ERR_BAD_REQUEST, "--%s would show in the list of processes; set %s instead.",
                       option->name, shout("SERENITY_", option->name, arena));
    const char *value = equals == NULL ? NULL : equals + 1;
    if (value == NULL && option->kind == CONFIG_BOOL)
        value = "yes";
    else if (value == NULL && arguments->next < arguments->argc)
        value = arguments->argv[arguments->next++];
    if (value == NULL)
        return err_set(err, ERR_BAD_REQUEST, "--%s needs a value.", option->name);
    if (only != NULL && strcmp(only, option->name) != 0)
        return true;
    return set_option(option, config, value, "command line", arena, err);
}

static bool read_arguments(int argc, char **argv, const char *only, struct app_config *config, int *ret_next,
                           struct arena *arena, struct err *err)
{
    struct arguments arguments = { argc, argv, 1 };
    while (arguments.next < argc && strncmp(argv[arguments.next], "--", 2) == 0)
        if (!read_argument(&arguments, only, config, arena, err))
            return false;
    if (arguments.next < argc && argv[arguments.next][0] == '-')
        return unknown(argv[arguments.next], err);
    *ret_next = arguments.next;
    return true;
}

static bool read_password(struct app_config *config, struct arena *arena, struct err *err)
{
    enum { PASSWORD_MAX = 4096 };
    CLEANUP(buf_free) struct buf text = { 0 };
    if (config->smtp_password != NULL || config->smtp_password_file == NULL)
        return true;
    if (!file_read(config->smtp_password_file, PASSWORD_MAX, &text, err))
        return false;
    config->smtp_password = trim(arena_strndup(arena, buf_text(&text), text.len));
    return true;
}

// The command line is read twice: first for the file it names, last because it overrides everything.
bool config_load(struct app_config *ret, int argc, char **argv, int *ret_next, struct arena *arena,
                 struct err *err)
{
    struct app_config config = { 0 };
    const char *from_environment = getenv("SERENITY_CONFIG");
    int next = 1;
    if (!set_defaults(&config, arena, err))
        return false;
    config.config_file = from_environment;
    if (!read_arguments(argc, argv, "config", &config, &next, arena, err) ||
        (config.config_file != NULL && !set_from_file(&config, config.config_file, arena, err)) ||
        !set_from_environment(&config, arena, err) ||
        !read_arguments(argc, argv, NULL, &config, &next, arena, err) || !read_password(&config, arena, err))
        return false;
    *ret = config;
    *ret_next = next;
    return true;
}

// What it says of itself ------------------------------------------------------------------------------------------

void config_print_help(struct buf *out)
{
    for (size_t i = 0; i < config_option_count; i++) {
        const struct config_option *option = &config_options[i];
        char left[64];
        if (option->secret)
            continue;
        snprintf(left, sizeof(left), "--%s%s%s", option->name, option->metavar == NULL ? "" : " ",
                 option->metavar == NULL ? "" : option->metavar);
        buf_addf(out, "  %-30s %s", left, option->help);
        if (option->fallback != NULL && option->fallback[0] != '\0')
            buf_addf(out, " (%s)", option->fallback);
        buf_add_char(out, '\n');
    }
}

void config_print_sample(struct buf *out)
{
    buf_add_text(out,
                 "# Options of serenityd. Each can also be set as SERENITY_<NAME> in the environment.\n");
    for (size_t i = 0; i < config_option_count; i++) {
        const struct config_option *option = &config_options[i];
        if (option->offset == offsetof(struct app_config, config_file))
            continue;
        buf_addf(out, "\n# %s\n#%s = %s\n", option->help, option->name,
                 option->fallback == NULL ? "" : option->fallback);
    }
}

// serenity: without a subcommand the screens, with one the command line.
#include "tui/cli/cli.h"
#include "tui/net/net.h"
#include "tui/screens/screens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum option_kind { OPTION_VALUE, OPTION_FLAG };

struct options {
    const char *server, *home;
    bool help, version;
};

static const struct {
    const char *name;
    enum option_kind kind;
    size_t offset; // in struct options
} option_table[] = {
    { "--help", OPTION_FLAG, offsetof(struct options, help) },
    { "-h", OPTION_FLAG, offsetof(struct options, help) },
    { "--home", OPTION_VALUE, offsetof(struct options, home) },
    { "--server", OPTION_VALUE, offsetof(struct options, server) },
    { "--version", OPTION_FLAG, offsetof(struct options, version) },
};

static const char *from_environment(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

// "--home DIR" and "--home=DIR". The number of words used, 0: not an option of this table, -1: its value is missing.
static int read_option(struct options *options, int argc, char **argv)
{
    size_t length = strcspn(argv[0], "=");
    for (size_t i = 0; i < ARRAY_LEN(option_table); i++) {
        const char *name = option_table[i].name;
        char *place = (char *)options + option_table[i].offset;
        if (strlen(name) != length || strncmp(name, argv[0], length) != 0)
            continue;
        if (option_table[i].kind == OPTION_FLAG) {
            *(bool *)place = true;
            return 1;
        }
        bool joined = argv[0][length] == '=';
        if (!joined && argc < 2)
            return -1;
        *(const char **)(void *)place = joined ? argv[0] + length + 1 : argv[1];
        return joined ? 1 : 2;
    }
    return 0;
}

// The index of the subcommand, argc when there is none, -1 when the line is wrong.
static int read_options(struct options *options, int argc, char **argv)
{
    int at = 1;
    while (at < argc && argv[at][0] == '-') {
        int used = read_option(options, argc - at, argv + at);
        if (used == 0)
            fprintf(stderr, "serenity: unknown option %s; see serenity --help\n", argv[at]);
        if (used < 0)
            fprintf(stderr, "serenity: %s needs a value\n", argv[at]);
        if (used <= 0)
            return -1;
        at += used;
    }
    return at;
}

static int show_help(void)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    cli_print_help(&text);
    fputs(buf_text(&text), stdout);
    return CLI_OK;
}

static int fail(const struct err *err)
{
    fprintf(stderr, "serenity: %s\n", err->message);
    return CLI_FAILED;
}

struct session {
    struct model *model;
    struct net *net;
};

static bool start_net(void *data, struct err *err)
{
    struct session *session = data;
    return net_start(&session->net, session->model, err);
}

static int run_screens(const struct options *options)
{
    struct session session = { 0 };
    struct err err;
    struct model_options where = { .home = options->home, .server = options->server };
    struct screens_options screens = { .home = options->home, .started = start_net, .data = &session };
    app_block_signals(); // before there are threads that could take them
    if (!model_open(&session.model, &where, &err))
        return fail(&err);
    bool done = screens_run(session.model, &screens, &err);
    net_stop(session.net);
    model_close(session.model);
    return done ? CLI_OK : fail(&err);
}

int main(int argc, char **argv)
{
    struct options options = {
        .server = from_environment("SERENITY_SERVER"),
        .home = from_environment("SERENITY_HOME"),
    };
    int at = read_options(&options, argc, argv);
    if (at < 0)
        return CLI_USAGE;
    if (options.help)
        return show_help();
    if (options.version) {
        puts("serenity " SERENITY_VERSION);
        return CLI_OK;
    }
    if (at == argc)
        return run_screens(&options);
    struct cli_globals globals = { .server = options.server, .home = options.home };
    return cli_main(&globals, argc - at, argv + at);
}

// serenityd: serves, or runs one of the tools below over the same data folder.
#include "server/admin/admin.h"
#include "server/admin/openapi.h"
#include "server/core/log.h"
#include "server/core/restore.h"
#include "server/db/db.h"
#include "server/http/http.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct words { // what stands behind the subcommand
    int count;
    char **at;
};

static int fail(const struct err *err)
{
    fprintf(stderr, "serenityd: %s\n", err->message);
    return EXIT_FAILED;
}

static int usage(const char *subcommand, const char *arguments)
{
    fprintf(stderr, "usage: serenityd [options] %s %s\n", subcommand, arguments);
    return EXIT_USAGE;
}

static int print(const struct buf *text)
{
    fputs(buf_text(text), stdout);
    return fflush(stdout) == 0 ? EXIT_OK : EXIT_FAILED;
}

// Subcommands -----------------------------------------------------------------------------------------------------

static int serve(const struct app_config *config)
{
    struct app app;
    struct err err = { 0 };
    if (config->test_clock)
        log_event(LOG_LEVEL_WARN,
                  "--test-clock: administrators can move this server's clock; never use it for real");
    if (!app_create(&app, config, &err))
        return fail(&err);
    int code = http_serve(&app, &err);
    app_destroy(&app);
    return code == 0 ? EXIT_OK : fail(&err);
}

// Runs a tool that writes, on an engine without listeners.
static int with_engine(const struct app_config *config,
                       bool (*run)(struct app *app, struct words words, struct buf *out, struct err *err),
                       struct words words)
{
    struct app app;
    struct err err = { 0 };
    CLEANUP(buf_free) struct buf out = { 0 };
    if (!app_create(&app, config, &err))
        return fail(&err);
    bool ok = app_start(&app, NULL, NULL, &err) && run(&app, words, &out, &err);
    app_stop(&app);
    app_destroy(&app);
    return ok ? print(&out) : fail(&err);
}

static bool run_demo(struct app *app, struct words words, struct buf *out, struct err *err)
{
    (void)words;
    return admin_demo(app, out, err);
}

static int demo(const struct app_config *config, struct words words)
{
    return words.count > 0 ? usage("demo", "") : with_engine(config, run_demo, words);
}

static bool read_password(char *ret, size_t size, struct err *err)
{
    if (fgets(ret, (int)size, stdin) == NULL)
        return err_set(err, ERR_BAD_REQUEST, "No password came on standard input.");
    ret[strcspn(ret, "\r\n")] = '\0';
    return true;
}

static bool run_create_admin(struct app *app, struct words words, struct buf *out, struct err *err)
{
    char password[1024];
    const char *email = words.at[1];
    bool ok =
        read_password(password, sizeof(password), err) && admin_create_admin(app, email, password, err) == 0;
    explicit_bzero(password, sizeof(password));
    if (ok)
        buf_addf(out, "%s is an administrator now.\n", email);
    return ok;
}

static int create_admin(const struct app_config *config, struct words words)
{
    if (words.count != 3 || strcmp(words.at[0], "--email") != 0 ||
        strcmp(words.at[2], "--password-stdin") != 0)
        return usage("create-admin", "--email E --password-stdin");
    return with_engine(config, run_create_admin, words);
}

static int check(const struct app_config *config, struct words words)
{
    struct app app;
    struct err err = { 0 };
    CLEANUP(buf_free) struct buf out = { 0 };
    if (words.count > 0)
        return usage("check", "");
    if (!app_look(&app, config, &err))
        return fail(&err);
    bool ok = admin_check(&app, &out, &err);
    app_destroy(&app);
    if (!ok)
        return fail(&err);
    bool clean = out.len == 0;
    if (clean)
        buf_add_text(&out, "Everything is in order.\n");
    return print(&out) == EXIT_OK && clean ? EXIT_OK : EXIT_FAILED;
}

static int backup(const struct app_config *config, struct words words)
{
    struct app app;
    struct err err = { 0 };
    if (words.count != 1)
        return usage("backup", "FILE");
    if (!app_look(&app, config, &err))
        return fail(&err);
    bool ok = db_backup(app.store, words.at[0], &err);
    app_destroy(&app);
    return ok ? EXIT_OK : fail(&err);
}

static int restore(const struct app_config *config, struct words words)
{
    struct err err = { 0 };
    if (words.count != 1)
        return usage("restore", "FILE");
    if (!restore_file(config, words.at[0], &err))
        return fail(&err);
    printf("%s is the store now; the one before it is kept as store.db.before.\n", words.at[0]);
    return EXIT_OK;
}

static int openapi(const struct app_config *config, struct words words)
{
    (void)config;
    CLEANUP(buf_free) struct buf out = { 0 };
    if (words.count > 0)
        return usage("openapi", "");
    openapi_write(&out);
    return print(&out);
}

static int sample_config(const struct app_config *config, struct words words)
{
    (void)config;
    CLEANUP(buf_free) struct buf out = { 0 };
    if (words.count > 0)
        return usage("sample-config", "");
    config_print_sample(&out);
    return print(&out);
}

static const struct subcommand {
    const char *name, *arguments, *help;
    int (*run)(const struct app_config *config, struct words words);
} subcommands[] = {
    { "backup", "FILE", "copy the store, whether a server runs or not", backup },
    { "check", "", "prove integrity, ledger, calendar and audit chain; exit 1 with what is wrong", check },
    { "create-admin", "--email E --password-stdin", "make an administrator", create_admin },
    { "demo", "", "fill an empty data folder with the demo world and print its accounts", demo },
    { "openapi", "", "print the OpenAPI document of the REST interface", openapi },
    { "restore", "FILE", "put a backup in the place of the store, while no server runs", restore },
    { "sample-config", "", "print a configuration file with every option", sample_config },
};

static int run_subcommand(const struct app_config *config, const char *name, struct words words)
{
    for (size_t i = 0; i < ARRAY_LEN(subcommands); i++)
        if (strcmp(subcommands[i].name, name) == 0)
            return subcommands[i].run(config, words);
    fprintf(stderr, "serenityd: there is no subcommand %s; see --help.\n", name);
    return EXIT_USAGE;
}

// The program -----------------------------------------------------------------------------------------------------

static int help(void)
{
    CLEANUP(buf_free) struct buf out = { 0 };
    buf_add_text(&out,
                 "serenityd [options]               serve until SIGTERM\n"
                 "serenityd [options] SUBCOMMAND    run a tool over the same data folder\n\nSubcommands:\n");
    for (size_t i = 0; i < ARRAY_LEN(subcommands); i++) {
        const struct subcommand *sub = &subcommands[i];
        char left[64];
        snprintf(left, sizeof(left), "%s %s", sub->name, sub->arguments);
        buf_addf(&out, "  %-42s %s\n", left, sub->help);
    }
    buf_add_text(&out, "\nOptions (also SERENITY_<NAME> in the environment, or NAME = VALUE in the file):\n");
    config_print_help(&out);
    return print(&out);
}

static bool asks(int argc, char **argv, const char *word)
{
    for (int i = 1; i < argc && argv[i][0] == '-'; i++)
        if (strcmp(argv[i], word) == 0)
            return true;
    return false;
}

// What it writes is its owner's alone, a memory image with secrets is never left behind, and a peer that went away is
// an error code, not a signal.
static void settle(void)
{
    umask(077);
    setrlimit(RLIMIT_CORE, &(struct rlimit){ 0 });
    signal(SIGPIPE, SIG_IGN);
}

int main(int argc, char **argv)
{
    CLEANUP(arena_free) struct arena arena = { 0 };
    struct app_config config;
    struct err err = { 0 };
    int next = 1;
    settle();
    if (asks(argc, argv, "--help") || asks(argc, argv, "-h"))
        return help();
    if (asks(argc, argv, "--version"))
        return printf("serenityd %s\n", SERENITY_VERSION) > 0 ? EXIT_OK : EXIT_FAILED;
    if (!config_load(&config, argc, argv, &next, &arena, &err)) {
        fail(&err);
        return EXIT_USAGE;
    }
    log_setup(config.log_level, config.log_format);
    if (next == argc)
        return serve(&config);
    return run_subcommand(&config, argv[next], (struct words){ argc - next - 1, argv + next + 1 });
}

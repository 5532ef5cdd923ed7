#include "tui/cli/cli.h"

#include "tui/cli/commands.h"
#include "tui/cli/run.h"

#include <stdio.h>
#include <string.h>

static const struct cli_option agenda_options[] = {
    { "--days", "N", "how many days, 1 to 36500 (default 7)" },
    { "--from", "DATE", "the first day, as 2026-12-01 (default today)" },
    { NULL, NULL, NULL },
};
static const struct cli_option book_options[] = {
    { "--consultant", "WHO", "id, code or name; left out: any who is free" },
    { "--free-trial", NULL, "use the free trial (15 minutes)" },
    { "--minutes", "N", "length of the session (default 60)" },
    { "--notes", "TEXT", "what the consultant should know" },
    { "--organisation", "WHICH", "for which of your organisations: id, code or name" },
    { "--purpose", "TEXT", "what it is about" },
    { "--start", "TIME", "2026-12-02T10:00 in your zone, or with Z or an offset" },
    { NULL, NULL, NULL },
};
static const struct cli_option changes_options[] = {
    { "--discard", "N", "throw refused change N away" },
    { "--resend", "N", "send refused change N again" },
    { "--take", "N", "send refused booking N again, at the nearest free time" },
    { NULL, NULL, NULL },
};
static const struct cli_option co_consultant_options[] = {
    { "--remove", NULL, "the session is no longer theirs to see" },
    { NULL, NULL, NULL },
};
static const struct cli_option decline_options[] = {
    { "--reason", "TEXT", "why; the client reads it" },
    { NULL, NULL, NULL },
};
static const struct cli_option credits_options[] = {
    { "--organisation", "WHICH", "of which of your organisations: id, code or name" },
    { NULL, NULL, NULL },
};
static const struct cli_option login_options[] = {
    { "--email", "E", "the account" },
    { "--password-stdin", NULL, "read the password from standard input, one line" },
    { NULL, NULL, NULL },
};
static const struct cli_option logout_options[] = {
    { "--discard", NULL, "throw away what waits to be sent" },
    { NULL, NULL, NULL },
};
static const struct cli_option note_options[] = {
    { "--at", "N", "the note as it was after that version of its history" },
    { "--file", "FILE", "what to write, from a file, or - for standard input" },
    { "--history", NULL, "who wrote what and when, newest first" },
    { "--kind", "KIND",
      "consultant (private), live, preparation, internal, shared or client (default: your own)" },
    { "-m", "TEXT", "what to write; it is added below what is there" },
    { "--replace", NULL, "write it in place of what is there; what others write meanwhile stays" },
    { NULL, NULL, NULL },
};
static const struct cli_option sync_options[] = {
    { "--wait", "SECONDS", "how long to wait, 0 to 3600 (default 10)" },
    { NULL, NULL, NULL },
};
static const struct cli_option no_options[] = {
    { NULL, NULL, NULL },
};

const struct cli_command cli_commands[] = {
    { "agenda", NULL, 0, "Lists consultations by day.", agenda_options, cli_agenda },
    { "book", NULL, 0, "Books a consultation, paid by credits.", book_options, cli_book },
    { "changes", NULL, 0, "Shows what waits to be sent and what was refused.", changes_options, cli_changes },
    { "co-consultant", "CODE WHO", 2,
      "Lets another consultant join a session; WHO is an id, code or name, or me to leave.",
      co_consultant_options, cli_co_consultant },
    { "completions", "SHELL", 1, "Prints completions for bash, zsh or fish.", no_options, cli_completions },
    { "credits", NULL, 0, "Shows what is free, what is reserved, and the lots.", credits_options,
      cli_credits },
    { "decline", "CODE", 1, "Declines a session that is not confirmed yet; its credit returns.",
      decline_options, cli_decline },
    { "login", NULL, 0, "Signs in and fetches what you may see.", login_options, cli_login },
    { "logout", NULL, 0, "Signs out and forgets everything here.", logout_options, cli_logout },
    { "note", "CODE", 1, "Shows or writes a note of a consultation, with or without a connection.",
      note_options, cli_note },
    { "show", "CODE", 1, "Shows everything about one consultation.", no_options, cli_show },
    { "status", NULL, 0, "Says who is signed in, whether online, and what waits.", no_options, cli_status },
    { "sync", NULL, 0, "Sends what waits and fetches what changed.", sync_options, cli_sync },
    { NULL, NULL, 0, NULL, NULL, NULL },
};

const struct cli_command *cli_command_find(const char *name)
{
    for (const struct cli_command *command = cli_commands; command->name != NULL; command++)
        if (strcmp(command->name, name) == 0)
            return command;
    return NULL;
}

// --- help ------------------------------------------------------------------------------------------------------------------

static const char exit_codes[] = "Exit codes:\n"
                                 "  0  done\n"
                                 "  1  it could not be done; the reason is on standard error\n"
                                 "  2  the command line is wrong\n"
                                 "  3  sync: something still waits to be sent\n"
                                 "  4  the server refused something; it says what\n";

void cli_print_help(struct buf *out)
{
    buf_add_text(
        out,
        "Usage: serenity [--server URL] [--home DIR] [COMMAND ...]\n\n"
        "Without a command it opens the screens. Commands work from what is kept on this device, with or\n"
        "without a connection; each takes --json and --help.\n\n"
        "  --server URL  the server (SERENITY_SERVER; default the one signed in to, "
        "else " MODEL_DEFAULT_SERVER ")\n"
        "  --home DIR    where data is kept (SERENITY_HOME; default ~/.local/share/serenity)\n\n"
        "Commands:\n");
    for (const struct cli_command *command = cli_commands; command->name != NULL; command++)
        buf_addf(out, "  %-14s %s\n", command->name, command->help);
    buf_addf(out, "\n%s", exit_codes);
}

static void add_usage(const struct cli_command *command, struct buf *out)
{
    buf_addf(out, "Usage: serenity %s", command->name);
    if (command->words != NULL)
        buf_addf(out, " %s", command->words);
    for (const struct cli_option *option = command->options; option->name != NULL; option++)
        buf_addf(out, " [%s%s%s]", option->name, option->metavar != NULL ? " " : "",
                 option->metavar != NULL ? option->metavar : "");
    buf_add_text(out, " [--json]\n");
}

static void print_command_help(const struct cli_command *command)
{
    CLEANUP(buf_free) struct buf out = { 0 };
    add_usage(command, &out);
    buf_addf(&out, "\n%s\n\n", command->help);
    for (const struct cli_option *option = command->options; option->name != NULL; option++) {
        CLEANUP(buf_free) struct buf head = { 0 };
        buf_addf(&head, "%s %s", option->name, option->metavar != NULL ? option->metavar : "");
        buf_addf(&out, "  %-18s %s\n", buf_text(&head), option->help);
    }
    buf_addf(&out, "  %-18s %s\n  %-18s %s\n\n%s", "--json", "print JSON", "--help", "this text", exit_codes);
    fputs(buf_text(&out), stdout);
}

// --- the command line --------------------------------------------------------------------------------------------------------

static int usage_error(const struct cli_command *command, const char *what, const char *word)
{
    CLEANUP(buf_free) struct buf usage = { 0 };
    add_usage(command, &usage);
    fprintf(stderr, "serenity %s: %s %s\n%s", command->name, what, word, buf_text(&usage));
    return CLI_USAGE;
}

static int find_option(const struct cli_command *command, const char *word, size_t length)
{
    for (int i = 0; command->options[i].name != NULL; i++)
        if (strlen(command->options[i].name) == length &&
            strncmp(command->options[i].name, word, length) == 0)
            return i;
    return -1;
}

// One word that starts with a dash: "--days 3", "--days=3" or "--free-trial". CLI_OK goes on.
static int take_option(struct cli_run *run, int argc, char **argv, int *at)
{
    const char *word = argv[*at], *equals = strchr(word, '=');
    size_t length = equals != NULL ? (size_t)(equals - word) : strlen(word);
    int option = find_option(run->command, word, length);
    if (strcmp(word, "--json") == 0) {
        run->json = true;
        return CLI_OK;
    }
    if (option < 0)
        return usage_error(run->command, "there is no option", word);
    bool flag = run->command->options[option].metavar == NULL;
    if (flag && equals != NULL)
        return usage_error(run->command, "no value belongs to", word);
    if (!flag && equals == NULL && *at + 1 >= argc)
        return usage_error(run->command, "a value is missing after", word);
    run->values[option] = flag ? "" : equals != NULL ? equals + 1 : argv[++*at];
    return CLI_OK;
}

static int parse(struct cli_run *run, int argc, char **argv)
{
    bool only_words = false;
    for (int at = 1; at < argc; at++) {
        const char *word = argv[at];
        if (!only_words && strcmp(word, "--") == 0) {
            only_words = true;
        } else if (!only_words && word[0] == '-' && word[1] != '\0') {
            int status = take_option(run, argc, argv, &at);
            if (status != CLI_OK)
                return status;
        } else if (run->word_count == run->command->word_count) {
            return usage_error(run->command, "too much:", word);
        } else {
            run->words[run->word_count++] = word;
        }
    }
    if (run->word_count < run->command->word_count)
        return usage_error(run->command, "missing:", run->command->words);
    return CLI_OK;
}

static bool wants_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0)
            return true;
    return false;
}

int cli_main(const struct cli_globals *globals, int argc, char **argv)
{
    struct cli_run run = { .globals = globals, .command = cli_command_find(argv[0]) };
    if (run.command == NULL) {
        fprintf(stderr, "serenity: there is no command %s; see serenity --help\n", argv[0]);
        return CLI_USAGE;
    }
    if (wants_help(argc, argv)) {
        print_command_help(run.command);
        return CLI_OK;
    }
    int status = parse(&run, argc, argv);
    if (status == CLI_OK)
        status = run.command->run(&run);
    if (fwrite(buf_text(&run.out), 1, run.out.len, stdout) != run.out.len || fflush(stdout) != 0) {
        perror("serenity");
        status = status == CLI_OK ? CLI_FAILED : status;
    }
    run_close(&run);
    return status;
}

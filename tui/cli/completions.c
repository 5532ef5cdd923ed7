// completions: for three shells, from the table of commands

#include "tui/cli/commands.h"
#include "tui/cli/run.h"

#include <stdio.h>
#include <string.h>

static void bash(struct cli_run *run)
{
    say(run,
        "# bash completion for serenity\n_serenity() {\n    local word=${COMP_WORDS[COMP_CWORD]} command= i\n"
        "    for ((i = 1; i < COMP_CWORD; i++)); do\n        case ${COMP_WORDS[i]} in\n"
        "        --server | --home) ((i++)) ;;\n        -*) ;;\n"
        "        *) command=${COMP_WORDS[i]}; break ;;\n        esac\n    done\n    case $command in\n    "
        "'') "
        "COMPREPLY=($(compgen -W '");
    for (const struct cli_command *command = cli_commands; command->name != NULL; command++)
        say(run, "%s ", command->name);
    say(run, "--server --home --help' -- \"$word\")) ;;\n");
    for (const struct cli_command *command = cli_commands; command->name != NULL; command++) {
        say(run, "    %s) COMPREPLY=($(compgen -W '", command->name);
        for (const struct cli_option *option = command->options; option->name != NULL; option++)
            say(run, "%s ", option->name);
        say(run, "--json --help%s' -- \"$word\")) ;;\n",
            strcmp(command->name, "completions") == 0 ? " bash zsh fish" : "");
    }
    say(run, "    esac\n}\ncomplete -F _serenity serenity\n");
}

static void zsh(struct cli_run *run)
{
    say(run, "#compdef serenity\n_arguments -C '--server[the server]:url:' '--home[where data is "
             "kept]:folder:_files -/' "
             "'--help[help]' '1:command:->command' '*::rest:->rest'\ncase $state in\ncommand)\n    local -a "
             "commands=(\n");
    for (const struct cli_command *command = cli_commands; command->name != NULL; command++)
        say(run, "        '%s:%s'\n", command->name, command->help);
    say(run, "    )\n    _describe command commands\n    ;;\nrest)\n    case $words[1] in\n");
    for (const struct cli_command *command = cli_commands; command->name != NULL; command++) {
        say(run, "    %s) _arguments '--json[print JSON]' '--help[help]'", command->name);
        for (const struct cli_option *option = command->options; option->name != NULL; option++)
            say(run, " '%s[%s]%s%s%s'", option->name, option->help, option->metavar != NULL ? ":" : "",
                option->metavar != NULL ? option->metavar : "", option->metavar != NULL ? ":" : "");
        say(run, " ;;\n");
    }
    say(run, "    esac\n    ;;\nesac\n");
}

static void fish(struct cli_run *run)
{
    say(run, "complete -c serenity -f\ncomplete -c serenity -l server -x -d 'the server'\n"
             "complete -c serenity -l home -r -d 'where data is kept'\n");
    for (const struct cli_command *command = cli_commands; command->name != NULL; command++) {
        say(run, "complete -c serenity -n __fish_use_subcommand -a %s -d '%s'\n", command->name,
            command->help);
        for (const struct cli_option *option = command->options; option->name != NULL; option++)
            say(run, "complete -c serenity -n '__fish_seen_subcommand_from %s' %s %s%s -d '%s'\n",
                command->name, option->name[1] == '-' ? "-l" : "-s",
                option->name + (option->name[1] == '-' ? 2 : 1), option->metavar != NULL ? " -x" : "",
                option->help);
        say(run, "complete -c serenity -n '__fish_seen_subcommand_from %s' -l json -d 'print JSON'\n",
            command->name);
    }
}

static const struct {
    const char *name;
    void (*print)(struct cli_run *run);
} shells[] = { { "bash", bash }, { "fish", fish }, { "zsh", zsh } };

int cli_completions(struct cli_run *run)
{
    for (size_t i = 0; i < ARRAY_LEN(shells); i++)
        if (strcmp(shells[i].name, run->words[0]) == 0) {
            shells[i].print(run);
            return CLI_OK;
        }
    fprintf(stderr, "serenity completions: bash, fish or zsh, not %s\n", run->words[0]);
    return CLI_USAGE;
}

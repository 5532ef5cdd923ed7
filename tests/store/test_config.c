// Options: one table, four sources, each overriding the one before; secrets never as arguments. And the data folder.
#include "server/core/app.h"
#include "server/core/config.h"
#include "server/integrations/mail.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

// The mail ports belong to another folder and are not used here.
const struct mail_port mail_files, mail_smtp;

struct place {
    struct arena arena;
    char folder[64], file[96];
    struct app_config config;
    struct err err;
    int next;
};

static int open_place(void **state)
{
    struct place *place = calloc(1, sizeof(*place));
    strcpy(place->folder, "/tmp/serenity-test-XXXXXX");
    if (mkdtemp(place->folder) == NULL)
        return -1;
    snprintf(place->file, sizeof(place->file), "%s/serenityd.conf", place->folder);
    *state = place;
    return 0;
}

static int close_place(void **state)
{
    struct place *place = *state;
    char command[128];
    snprintf(command, sizeof(command), "rm -rf '%s'", place->folder);
    int ignored = system(command);
    (void)ignored;
    arena_free(&place->arena);
    free(place);
    return 0;
}

#define LOAD(place, ...) load((place), (const char *[]){ "serenityd", __VA_ARGS__, NULL })

static bool load(struct place *place, const char **words)
{
    char *argv[8] = { NULL };
    int argc = 0;
    for (; words[argc] != NULL; argc++)
        argv[argc] = arena_strdup(&place->arena, words[argc]);
    return config_load(&place->config, argc, argv, &place->next, &place->arena, &place->err);
}

static void write_file(const struct place *place, const char *text)
{
    FILE *out = fopen(place->file, "w");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

static void test_defaults(void **state)
{
    struct place *place = *state;
    assert_true(LOAD(place, NULL));
    assert_string_equal(place->config.listen, "127.0.0.1:8180");
    assert_int_equal(place->config.access_minutes, 15);
    assert_false(place->config.test_clock);
    assert_null(place->config.smtp_host);
    assert_int_equal(place->next, 1);
}

static void test_each_source_overrides_the_one_before(void **state)
{
    struct place *place = *state;
    write_file(place, "# a comment\n\n readers = 2\naccess_minutes=20\nrefresh-days = 7\n");
    setenv("SERENITY_ACCESS_MINUTES", "25", 1);
    setenv("SERENITY_REFRESH_DAYS", "8", 1);
    bool ok = LOAD(place, "--config", place->file, "--refresh-days=9", "--test-clock", "demo", "--more");
    unsetenv("SERENITY_ACCESS_MINUTES");
    unsetenv("SERENITY_REFRESH_DAYS");
    assert_true(ok);
    assert_int_equal(place->config.readers, 2);
    assert_int_equal(place->config.access_minutes, 25);
    assert_int_equal(place->config.refresh_days, 9);
    assert_true(place->config.test_clock);
    assert_int_equal(place->next, 5); // the subcommand's own words are not ours
}

static void test_what_is_wrong_is_said(void **state)
{
    struct place *place = *state;
    static const struct {
        const char *words[3];
        const char *said;
    } cases[] = {
        { { "--no-such" }, "--no-such" },
        { { "-x" }, "-x" },
        { { "--readers", "many" }, "whole number from 1 to 16" },
        { { "--readers", "17" }, "whole number from 1 to 16" },
        { { "--readers", "3x" }, "whole number" },
        { { "--readers" }, "needs a value" },
        { { "--log-level", "loud" }, "debug info warn error" },
        { { "--test-clock=perhaps" }, "yes or no" },
        { { "--smtp-password", "geheim" }, "SERENITY_SMTP_PASSWORD" },
        { { "--data", "a\nb" }, "plain text" },
        { { "--config", "/nonexistent/file" }, "/nonexistent/file" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_false(LOAD(place, cases[i].words[0], cases[i].words[1], cases[i].words[2]));
        if (strstr(place->err.message, cases[i].said) == NULL)
            fail_msg("case %zu: %s", i, place->err.message);
        assert_null(strstr(place->err.message, "geheim"));
    }
}

static void test_a_broken_file_names_its_line(void **state)
{
    struct place *place = *state;
    write_file(place, "readers = 1\nnonsense = 2\n");
    assert_false(LOAD(place, "--config", place->file));
    assert_non_null(strstr(place->err.message, "serenityd.conf:2"));
    write_file(place, "readers\n");
    assert_false(LOAD(place, "--config", place->file));
    assert_non_null(strstr(place->err.message, "serenityd.conf:1"));
}

static void test_secrets_come_from_file_and_environment(void **state)
{
    struct place *place = *state;
    write_file(place, "smtp-password = from file\n");
    assert_true(LOAD(place, "--config", place->file));
    assert_string_equal(place->config.smtp_password, "from file");
    setenv("SERENITY_SMTP_PASSWORD", "from environment", 1);
    bool ok = LOAD(place, "--config", place->file);
    unsetenv("SERENITY_SMTP_PASSWORD");
    assert_true(ok);
    assert_string_equal(place->config.smtp_password, "from environment");
    write_file(place, "from a file of its own\n");
    assert_true(LOAD(place, "--smtp-password-file", place->file));
    assert_string_equal(place->config.smtp_password, "from a file of its own");
}

// The sample, uncommented where a default stands, is a file that loads to the same.
static void test_the_sample_loads(void **state)
{
    struct place *place = *state;
    CLEANUP(buf_free) struct buf sample = { 0 }, file = { 0 };
    config_print_sample(&sample);
    char *rest = arena_strdup(&place->arena, buf_text(&sample));
    for (char *line; (line = strsep(&rest, "\n")) != NULL;)
        if (line[0] == '#' && line[1] != ' ' && line[1] != '\0' && line[strlen(line) - 1] != ' ')
            buf_addf(&file, "%s\n", line + 1);
    assert_true(file.len > 0);
    write_file(place, buf_text(&file));
    if (!LOAD(place, "--config", place->file))
        fail_msg("%s", place->err.message);
    assert_string_equal(place->config.listen, "127.0.0.1:8180");
    CLEANUP(buf_free) struct buf help = { 0 };
    config_print_help(&help);
    assert_non_null(strstr(buf_text(&help), "--listen ADDRESS"));
    assert_null(strstr(buf_text(&help), "--smtp-password "));
}

// The data folder -------------------------------------------------------------------------------------------------

static unsigned mode_of(const char *folder, const char *name)
{
    char path[160];
    struct stat info;
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    assert_int_equal(stat(path, &info), 0);
    return info.st_mode & 0777;
}

static void test_the_data_folder_is_made_and_locked(void **state)
{
    struct place *place = *state;
    struct app app, second;
    char data[96];
    snprintf(data, sizeof(data), "%s/new/data", place->folder);
    struct app_config config = { .data = data };
    assert_false(app_look(&app, &config, &place->err));
    assert_int_equal(place->err.code, ERR_NOT_FOUND);
    assert_true(app_create(&app, &config, &place->err));
    assert_int_equal(mode_of(data, "."), 0700);
    assert_int_equal(mode_of(data, "store.db"), 0600);
    assert_int_equal(mode_of(data, "token.key"), 0600);

    assert_false(app_create(&second, &config, &place->err));
    assert_int_equal(place->err.code, ERR_CONFLICT);
    assert_true(app_look(&second, &config, &place->err)); // who only reads may
    app_destroy(&second);

    unsigned char key[sizeof(app.token_key)];
    memcpy(key, app.token_key, sizeof(key));
    app_destroy(&app);
    assert_true(app_create(&app, &config, &place->err)); // the lock went with the first
    assert_memory_equal(app.token_key, key, sizeof(key));
    app_destroy(&app);
}

static void test_a_damaged_key_is_no_key(void **state)
{
    struct place *place = *state;
    struct app app;
    struct app_config config = { .data = place->folder };
    char path[96];
    snprintf(path, sizeof(path), "%s/token.key", place->folder);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs("short", out);
    fclose(out);
    assert_false(app_create(&app, &config, &place->err));
    assert_non_null(strstr(place->err.message, "token.key"));
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, open_place, close_place)
    const struct CMUnitTest tests[] = {
        TEST(test_defaults),
        TEST(test_each_source_overrides_the_one_before),
        TEST(test_what_is_wrong_is_said),
        TEST(test_a_broken_file_names_its_line),
        TEST(test_secrets_come_from_file_and_environment),
        TEST(test_the_sample_loads),
        TEST(test_the_data_folder_is_made_and_locked),
        TEST(test_a_damaged_key_is_no_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

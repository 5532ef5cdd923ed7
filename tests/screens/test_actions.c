// The tables of actions: what every screen says can be done with it.
#include "tui/core/popups.h"
#include "tui/screens/screens.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct taken {
    struct sequence sequence;
    const char *action;
};

// Every sequence of a table; those that are a prefix of another would make it unreachable.
static void check_table(struct taken *taken, int *count, const struct action *actions, size_t action_count)
{
    for (size_t i = 0; i < action_count; i++) {
        const char *keys = actions[i].keys;
        struct sequence sequence;
        while (*keys) {
            if (!sequence_next(&keys, &sequence))
                fail_msg("%s has keys that cannot be read: \"%s\"", actions[i].id, actions[i].keys);
            for (int j = 0; j < *count; j++) {
                const struct sequence *other = &taken[j].sequence;
                int shared = sequence.count < other->count ? sequence.count : other->count;
                if (sequence_compare(other, sequence.keys, shared) != SEQUENCE_NO && shared == sequence.count)
                    fail_msg("%s and %s want the same key", actions[i].id, taken[j].action);
                if (sequence_compare(&sequence, other->keys, shared) != SEQUENCE_NO && shared == other->count)
                    fail_msg("%s is hidden by %s", actions[i].id, taken[j].action);
            }
            taken[(*count)++] = (struct taken){ sequence, actions[i].id };
        }
    }
}

static void no_key_means_two_things(void **state)
{
    static struct taken taken[600];
    (void)state;
    for (int i = 0; screens_all[i]; i++) {
        int count = 0;
        check_table(taken, &count, screens_all[i]->actions, screens_all[i]->action_count);
        count = 0;
        check_table(taken, &count, desk_actions, desk_action_count);
        check_table(taken, &count, core_actions, core_action_count);
    }
}

// Of two actions with the same place in the key bar one would never be shown.
static void every_place_in_the_key_bar_is_taken_once(void **state)
{
    (void)state;
    for (int i = 0; screens_all[i]; i++) {
        const struct screen_ops *ops = screens_all[i];
        for (size_t a = 0; a < ops->action_count; a++)
            for (size_t b = a + 1; b < ops->action_count; b++)
                if (ops->actions[a].bar != 0 && ops->actions[a].bar == ops->actions[b].bar)
                    fail_msg("%s and %s want the same place", ops->actions[a].id, ops->actions[b].id);
    }
}

// What a screen may shadow of the actions that work everywhere, on purpose.
static const char *const shadowing[] = { "sessions.filter", "directory.find" };

static void screens_shadow_nothing_by_accident(void **state)
{
    (void)state;
    for (int i = 0; screens_all[i]; i++) {
        const struct screen_ops *ops = screens_all[i];
        for (size_t j = 0; j < ops->action_count && !ops->popup; j++) {
            static struct taken taken[300];
            int count = 0;
            bool meant = false;
            for (size_t k = 0; k < ARRAY_LEN(shadowing); k++)
                meant |= strcmp(shadowing[k], ops->actions[j].id) == 0;
            if (meant || !ops->actions[j].run)
                continue;
            check_table(taken, &count, desk_actions, desk_action_count);
            check_table(taken, &count, core_actions, core_action_count);
            check_table(taken, &count, &ops->actions[j], 1);
        }
    }
}

static void check_words(const char *context, const struct action *action)
{
    size_t length = strlen(context);
    bool named =
        context[0] == '\0' || (strncmp(action->id, context, length) == 0 && action->id[length] == '.');
    if (!named)
        fail_msg("%s does not begin with its context \"%s.\"", action->id, context);
    assert_true(*action->title != '\0' && strlen(action->title) <= 24);
    size_t end = strlen(action->help);
    if (end < 3 || action->help[end - 1] != '.')
        fail_msg("the help of %s is no sentence: \"%s\"", action->id, action->help);
}

static void everything_is_explained(void **state)
{
    (void)state;
    for (int i = 0; screens_all[i]; i++) {
        assert_true(screens_all[i]->title && *screens_all[i]->title);
        for (size_t j = 0; j < screens_all[i]->action_count; j++)
            check_words(screens_all[i]->context, &screens_all[i]->actions[j]);
    }
    for (size_t i = 0; i < desk_action_count; i++)
        check_words("", &desk_actions[i]);
    for (size_t i = 0; i < core_action_count; i++)
        check_words("core", &core_actions[i]);
}

static void sequences(void **state)
{
    struct sequence sequence;
    const char *keys = "g>c ctrl-p > >>x";
    char text[32];
    (void)state;
    assert_true(sequence_next(&keys, &sequence));
    assert_string_equal(sequence_format(&sequence, text, sizeof(text)), "g c");
    keycode pressed[] = { 'g', 'c' };
    assert_int_equal(sequence_compare(&sequence, pressed, 1), SEQUENCE_PREFIX);
    assert_int_equal(sequence_compare(&sequence, pressed, 2), SEQUENCE_YES);
    pressed[1] = 'x';
    assert_int_equal(sequence_compare(&sequence, pressed, 2), SEQUENCE_NO);
    assert_true(sequence_next(&keys, &sequence));
    assert_int_equal(sequence.keys[0], K_CTRL | 'p');
    assert_true(sequence_next(&keys, &sequence));
    assert_int_equal(sequence.keys[0], '>');
    assert_true(sequence_next(&keys, &sequence));
    assert_string_equal(sequence_format(&sequence, text, sizeof(text)), "> x");
    assert_false(sequence_next(&keys, &sequence));
}

static void keys_can_be_chosen(void **state)
{
    static const struct action action = { .id = "calendar.week", .keys = "W" };
    struct config config = { 0 };
    struct err err;
    (void)state;
    assert_true(config_parse(&config, "# mine\ntheme = light\n\n[keys]\ncalendar.week = Y ctrl-y\n", &err));
    assert_string_equal(config.theme, "light");
    assert_string_equal(config_keys(&config, &action), "Y ctrl-y");
    config_free(&config);
    assert_string_equal(config_keys(&config, &action), "W");
    static const char *const wrong[] = { "theme light\n", "colour = red\n", "[keys]\ncalendar.week = hello\n",
                                         "[other]\n" };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        assert_false(config_parse(&config, wrong[i], &err));
        assert_int_equal(err.code, ERR_BAD_REQUEST);
        config_free(&config);
    }
}

static void every_theme_is_whole(void **state)
{
    static const char *const names[] = { "dark", "light", "high-contrast", "mono" };
    struct theme theme;
    struct err err;
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        assert_true(theme_builtin(names[i], &theme));
        bool mono = strcmp(names[i], "mono") == 0;
        for (int ink = 0; ink < INKS; ink++)
            assert_int_equal(theme.inks[ink].fg == COLOUR_DEFAULT, mono);
        for (int paper = 0; paper < PAPERS; paper++)
            assert_int_equal(theme.papers[paper].bg == COLOUR_DEFAULT, mono);
        // a marked line must be seen without colour too
        assert_true(!mono || (theme.papers[PAPER_SELECTED].attrs & STYLE_REVERSE));
    }
    assert_false(theme_builtin("../dark", &theme));
    assert_false(theme_parse(&theme, "ink nothing #ffffff\n", &err));
    assert_false(theme_parse(&theme, "ink text white\n", &err));
    assert_false(theme_parse(&theme, "ink text #fffffff\n", &err));
    assert_true(theme_parse(&theme, "# a comment\n\nink text #FFFFFF bold\n", &err));
}

static void toasts_come_and_go(void **state)
{
    struct toasts toasts = { 0 };
    (void)state;
    toast_add(&toasts, TOAST_INFO, "one", "", 1000);
    toast_add(&toasts, TOAST_FAIL, "two", "why", 1000);
    toast_add(&toasts, TOAST_INFO, "one", "", 2000); // again: it lasts longer, but stands there once
    assert_int_equal(toasts.count, 2);
    assert_int_equal(toast_due(&toasts), 2000 + TOAST_MS);
    assert_true(toast_expire(&toasts, 2000 + TOAST_MS));
    assert_int_equal(toasts.count, 1);
    assert_string_equal(toasts.items[0].title, "two");
    for (int i = 0; i < 10; i++) {
        char title[8];
        snprintf(title, sizeof(title), "t%d", i);
        toast_add(&toasts, TOAST_NEWS, title, "", 3000);
    }
    assert_int_equal(toasts.count, TOASTS_MAX);
    assert_string_equal(toasts.items[TOASTS_MAX - 1].title, "t9");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_key_means_two_things),
        cmocka_unit_test(every_place_in_the_key_bar_is_taken_once),
        cmocka_unit_test(screens_shadow_nothing_by_accident),
        cmocka_unit_test(everything_is_explained),
        cmocka_unit_test(sequences),
        cmocka_unit_test(keys_can_be_chosen),
        cmocka_unit_test(every_theme_is_whole),
        cmocka_unit_test(toasts_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// The screens over a real model, drawn into a grid: keys in, text out, no terminal and no server.
#include "shared/base/civil.h"
#include "shared/base/utf8.h"
#include "tests/sync/home.h"
#include "tui/screens/screens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct stage {
    struct home home;
    struct app app;
    struct desk *desk;
};

static void stage_open(struct stage *stage, bool as_client)
{
    home_open(&stage->home, as_client);
    app_init(&stage->app);
    grid_resize(&stage->app.grid, 120, 40);
    stage->desk = desk_create(&stage->app, stage->home.model);
    stage->app.hooks.readable(&stage->app);
    app_draw(&stage->app);
}

static void stage_close(struct stage *stage)
{
    char folder[sizeof stage->home.folder];
    snprintf(folder, sizeof folder, "%s", stage->home.folder);
    desk_destroy(stage->desk);
    app_free(&stage->app);
    home_close(&stage->home);
    home_remove(folder);
}

static void turn(struct stage *stage)
{
    arena_reset(&stage->app.frame);
    stage->app.hooks.readable(&stage->app);
    app_draw(&stage->app);
}

static void press(struct stage *stage, keycode key)
{
    arena_reset(&stage->app.frame);
    app_key(&stage->app, key);
    turn(stage);
}

static void type(struct stage *stage, const char *text)
{
    for (; *text; text++)
        press(stage, (keycode)*text);
}

static const char *row(struct stage *stage, int y)
{
    static char out[4096];
    size_t used = 0;
    for (int x = 0; x < stage->app.grid.width; x++)
        used += (size_t)snprintf(out + used, sizeof(out) - used, "%s", grid_at(&stage->app.grid, x, y)->text);
    return out;
}

static bool shows(struct stage *stage, const char *text)
{
    for (int y = 0; y < stage->app.grid.height; y++) {
        if (strstr(row(stage, y), text))
            return true;
    }
    return false;
}

static void expect(struct stage *stage, const char *text)
{
    if (shows(stage, text))
        return;
    for (int y = 0; y < stage->app.grid.height; y++)
        print_message("%s\n", row(stage, y));
    fail_msg("\"%s\" is not on the screen", text);
}

static void open_first_session(struct stage *stage)
{
    press(stage, '/');
    type(stage, "CONS-000000");
    press(stage, K_ENTER);
    expect(stage, "Notes and results");
}

// --------------------------------------------------------------------------------------------------------------------

static void a_week_with_its_sessions(void **state)
{
    struct stage stage;
    (void)state;
    stage_open(&stage, false);
    expect(&stage, "1 Calendar");
    expect(&stage, "Week ");
    expect(&stage, "NEXT"); // 1,000 hours ahead: the side panel knows it
    expect(&stage, "Acme Corporation");
    for (int i = 0; i < 6; i++)
        press(&stage, ']');
    expect(&stage, "▌Acme");
    expect(&stage, "to confirm");
    press(&stage, 'm');
    expect(&stage, "March 2030");
    press(&stage, 'a');
    expect(&stage, "Agenda from");
    stage_close(&stage);
}

static void the_palette_finds_and_runs(void **state)
{
    struct stage stage;
    (void)state;
    stage_open(&stage, false);
    press(&stage, ':');
    expect(&stage, "what would you like to do?");
    type(&stage, "agen");
    press(&stage, K_ENTER);
    expect(&stage, "Agenda from");
    press(&stage, K_CTRL | 'p');
    type(&stage, "credits"); // not for a consultant: dimmed, with the reason
    expect(&stage, "not for your role");
    press(&stage, K_ESC);
    expect(&stage, "Agenda from");
    stage_close(&stage);
}

static void a_prefix_shows_what_can_follow(void **state)
{
    struct stage stage;
    (void)state;
    stage_open(&stage, false);
    press(&stage, 'g');
    expect(&stage, "all sessions");
    expect(&stage, "inbox");
    press(&stage, 'i');
    expect(&stage, "Nothing has happened yet.");
    press(&stage, 'g');
    press(&stage, K_ESC); // leaves the prefix, not the screen
    assert_false(shows(&stage, "all sessions"));
    expect(&stage, "Nothing has happened yet.");
    stage_close(&stage);
}

static void help_lists_every_key_of_the_screen(void **state)
{
    struct stage stage;
    (void)state;
    stage_open(&stage, false);
    press(&stage, '?');
    expect(&stage, "Everywhere");
    expect(&stage, "work week");
    expect(&stage, "clients book sessions; A adds hours"); // what cannot be done says why
    press(&stage, 'q');
    assert_false(shows(&stage, "Everywhere"));
    stage_close(&stage);
}

static void what_cannot_be_done_says_why(void **state)
{
    struct stage stage;
    (void)state;
    stage_open(&stage, false);
    press(&stage, 'x');
    expect(&stage, "no session is chosen");
    stage_close(&stage);
}

static void every_key_in_a_note_is_saved(void **state)
{
    static const char text[] = "legacy ERP, 9 days";
    struct stage stage;
    struct consultation_detail detail;
    (void)state;
    stage_open(&stage, false);
    open_first_session(&stage);
    press(&stage, 'p');
    for (size_t i = 0; i < sizeof text - 1; i++) {
        press(&stage, (keycode)text[i]);
        assert_true(model_consultation(stage.home.model, "CONS-000000", &stage.home.arena, &detail));
        assert_int_equal(detail.notes.count, 1);
        const struct note_view *note = LIST_AT(&detail.notes, struct note_view, 0);
        assert_int_equal(note->kind, NOTE_PREPARATION);
        assert_int_equal(strlen(note->text), i + 1);
    }
    expect(&stage, "saved here, queued");
    expect(&stage, "1 change waits, saved here");
    press(&stage, K_ESC);
    expect(&stage, text);
    stage_close(&stage);
}

static void cancelling_says_first_what_it_causes(void **state)
{
    struct stage stage;
    struct consultation_detail detail;
    (void)state;
    stage_open(&stage, false);
    open_first_session(&stage);
    press(&stage, 'x');
    expect(&stage, "Cancel now:");
    press(&stage, K_CTRL | 's'); // a reason is needed
    expect(&stage, "is needed");
    type(&stage, "ill");
    press(&stage, K_ESC); // left as it was
    assert_true(model_consultation(stage.home.model, "CONS-000000", &stage.home.arena, &detail));
    assert_int_equal(detail.head.row.status, BOOKING_SCHEDULED);
    press(&stage, 'x');
    type(&stage, "ill");
    press(&stage, K_CTRL | 's');
    assert_true(model_consultation(stage.home.model, "CONS-000000", &stage.home.arena, &detail));
    assert_int_equal(detail.head.row.status, BOOKING_CANCELLED);
    expect(&stage, "queued: saved here");
    press(&stage, 'u'); // it has not been sent: it can be taken back
    assert_true(model_consultation(stage.home.model, "CONS-000000", &stage.home.arena, &detail));
    assert_int_equal(detail.head.row.status, BOOKING_SCHEDULED);
    stage_close(&stage);
}

static void a_question_is_answered_no_by_default(void **state)
{
    struct stage stage;
    (void)state;
    stage_open(&stage, false);
    press(&stage, ':');
    type(&stage, "sign out");
    press(&stage, K_ENTER);
    expect(&stage, "The copy of your data on this device is deleted.");
    press(&stage, K_ENTER);
    assert_false(shows(&stage, "is deleted"));
    struct account account;
    model_account(stage.home.model, &stage.home.arena, &account);
    assert_true(account.signed_in);
    stage_close(&stage);
}

static void news_bring_a_toast_and_the_new_booking(void **state)
{
    struct stage stage;
    (void)state;
    stage_open(&stage, false);
    home_put(&stage.home, ROW_NOTIFICATION, home_id(&stage.home, 7, 1),
             "\"userId\":\"01900009-0000-7000-8000-000000000001\",\"kind\":\"booked\",\"title\":\"New "
             "booking\",\"body\":\"Beta Industries, "
             "tomorrow\",\"at\":1896400000000");
    turn(&stage);
    expect(&stage, "New booking");
    expect(&stage, "5 Inbox 1");
    stage_close(&stage);
}

// What the model lets in may still hold joiners and direction marks; none of them reaches a cell.
static void invisible_characters_do_not_reach_the_screen(void **state)
{
    struct stage stage;
    (void)state;
    stage_open(&stage, false);
    home_put(&stage.home, ROW_NOTIFICATION, home_id(&stage.home, 7, 1),
             "\"userId\":\"01900009-0000-7000-8000-000000000001\",\"kind\":\"booked\","
             "\"title\":\"Beta\xE2\x80\x8F Industries\xE2\x80\x8D\","
             "\"body\":\"]0;owned \xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9\",\"at\":1896400000000");
    press(&stage, '5');
    expect(&stage, "Beta Industries");
    expect(&stage, "]0;owned \xF0\x9F\x91\xA8");
    for (int y = 0; y < stage.app.grid.height; y++) {
        const char *text = row(&stage, y);
        CLEANUP(buf_free) struct buf cleaned = { 0 };
        utf8_clean(&cleaned, text, strlen(text), false);
        assert_string_equal(text, buf_text(&cleaned));
    }
    stage_close(&stage);
}

static void too_small_is_said_and_forgotten(void **state)
{
    struct stage stage;
    (void)state;
    stage_open(&stage, false);
    grid_resize(&stage.app.grid, 40, 10);
    turn(&stage);
    expect(&stage, "The window is too small");
    expect(&stage, "40 x 10 of at least 60 x 15");
    grid_resize(&stage.app.grid, 80, 24);
    turn(&stage);
    expect(&stage, "Week ");
    stage_close(&stage);
}

// --------------------------------------------------------------------------------------------------------------------

static void check_frame(struct stage *stage)
{
    struct grid *grid = &stage->app.grid;
    for (int y = 0; y < grid->height; y++) {
        int width = 0;
        for (int x = 0; x < grid->width; x++)
            width += grid_at(grid, x, y)->width;
        assert_int_equal(width, grid->width); // no half of a wide cell stands alone
    }
    assert_true(grid->cursor_x < grid->width && grid->cursor_y < grid->height);
}

static const keycode monkey_keys[] = {
    K_UP,         K_DOWN,       K_LEFT,       K_RIGHT,      K_HOME,       K_END,     K_PAGE_UP,   K_PAGE_DOWN,
    K_ENTER,      K_ENTER,      K_ESC,        K_ESC,        K_TAB,        K_BACKTAB, K_BACKSPACE, K_DELETE,
    K_F1,         K_F1 + 1,     K_F1 + 2,     K_F1 + 3,     K_F1 + 4,     K_F1 + 5,  K_F1 + 7,    K_F1 + 8,
    K_CTRL | 's', K_CTRL | 'p', K_CTRL | 'z', K_CTRL | 'w', K_CTRL | 'k', 0x6F22,    0x301,       0x1F600,
};

static keycode monkey_key(void)
{
    int which = rand() % 100;
    if (which < 60)
        return monkey_keys[rand() % (int)ARRAY_LEN(monkey_keys)];
    keycode key = (keycode)(' ' + rand() % 95);
    return key == 'q' || key == 'C' ? 'j' : key;
}

static void monkey(bool as_client, int rounds, unsigned seed)
{
    static const int sizes[][2] = { { 120, 40 }, { 80, 24 }, { 60, 15 }, { 200, 60 }, { 20, 5 }, { 1, 1 } };
    struct stage stage;
    stage_open(&stage, as_client);
    srand(seed);
    for (int i = 0; i < rounds; i++) {
        if (rand() % 50 == 0) {
            const int *size = sizes[rand() % (int)ARRAY_LEN(sizes)];
            grid_resize(&stage.app.grid, size[0], size[1]);
        }
        if (rand() % 20 == 0)
            app_event(&stage.app, &(struct event){ .kind = rand() % 2 ? EVENT_CLICK : EVENT_WHEEL,
                                                   .x = rand() % 120,
                                                   .y = rand() % 40,
                                                   .by = rand() % 2 ? 1 : -1 });
        if (rand() % 100 == 0)
            app_event(&stage.app, &(struct event){ .kind = EVENT_PASTE, .paste = "pasted\n漢字\ttext" });
        press(&stage, monkey_key());
        check_frame(&stage);
        stage.app.quit = false;
    }
    stage_close(&stage);
}

// A longer run: SERENITY_MONKEY=100000 SERENITY_SEED=7 test_screens
static int number_from(const char *variable, int otherwise)
{
    const char *text = getenv(variable);
    return text && *text ? (int)strtol(text, NULL, 10) : otherwise;
}

static void a_monkey_as_a_consultant(void **state)
{
    (void)state;
    monkey(false, number_from("SERENITY_MONKEY", 3000), (unsigned)number_from("SERENITY_SEED", 1));
}

static void a_monkey_as_a_client(void **state)
{
    (void)state;
    monkey(true, number_from("SERENITY_MONKEY", 3000), (unsigned)number_from("SERENITY_SEED", 2));
}

int main(void)
{
    unsetenv("NO_COLOR");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_week_with_its_sessions),
        cmocka_unit_test(the_palette_finds_and_runs),
        cmocka_unit_test(a_prefix_shows_what_can_follow),
        cmocka_unit_test(help_lists_every_key_of_the_screen),
        cmocka_unit_test(what_cannot_be_done_says_why),
        cmocka_unit_test(every_key_in_a_note_is_saved),
        cmocka_unit_test(cancelling_says_first_what_it_causes),
        cmocka_unit_test(a_question_is_answered_no_by_default),
        cmocka_unit_test(news_bring_a_toast_and_the_new_booking),
        cmocka_unit_test(invisible_characters_do_not_reach_the_screen),
        cmocka_unit_test(too_small_is_said_and_forgotten),
        cmocka_unit_test(a_monkey_as_a_consultant),
        cmocka_unit_test(a_monkey_as_a_client),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

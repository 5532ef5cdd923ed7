// When a client takes a silent connection for a lost one: after 14 s, so that it is back 30 s after the network is.
#include "tests/sync/home.h"
#include "tui/net/session.h"

#include <string.h>

enum { SECOND = 1000 };

struct talk {
    struct home home;
    struct session session;
    int pings;
};

static void count_pings(void *user, struct buf *text)
{
    struct talk *talk = user;
    talk->pings += strstr(buf_text(text), "\"ping\"") != NULL;
    buf_free(text);
}

static void begin(struct talk *talk, int64_t now)
{
    struct err err;
    *talk = (struct talk){ 0 };
    home_open(&talk->home, false);
    talk->session = (struct session){
        .feed = talk->home.feed, .model = talk->home.model, .send = count_pings, .user = talk
    };
    assert_true(session_begin(&talk->session, "A", now, &err));
}

static void end(struct talk *talk)
{
    char folder[sizeof talk->home.folder];
    memcpy(folder, talk->home.folder, sizeof folder);
    home_close(&talk->home);
    home_remove(folder);
}

// Ticks from one second to another; the first second at which the session ended, 0 for none.
static int tick(struct talk *talk, int from, int to)
{
    struct err err;
    for (int second = from; second <= to; second++)
        if (session_tick(&talk->session, (int64_t)second * SECOND, &err) != SESSION_GOES_ON)
            return second;
    return 0;
}

static void hear_pong(struct talk *talk, int second)
{
    static const char pong[] = "{\"t\":\"pong\"}";
    struct err err;
    assert_int_equal(
        session_receive(&talk->session, pong, sizeof pong - 1, false, (int64_t)second * SECOND, &err),
        SESSION_GOES_ON);
}

static void a_silent_server_is_asked_once_and_given_up(void **state)
{
    struct talk talk;
    (void)state;
    begin(&talk, 100 * SECOND);
    assert_int_equal(tick(&talk, 100, 106), 0);
    assert_int_equal(talk.pings, 0);
    assert_int_equal(tick(&talk, 107, 113), 0);
    assert_int_equal(talk.pings, 1);
    assert_in_range(tick(&talk, 114, 130), 114, 115);
    end(&talk);
}

static void a_server_that_answers_is_kept(void **state)
{
    struct talk talk;
    (void)state;
    begin(&talk, 100 * SECOND);
    for (int second = 100; second < 200; second += 10) {
        assert_int_equal(tick(&talk, second, second + 10), 0);
        hear_pong(&talk, second + 10);
    }
    assert_int_equal(talk.pings, 10);
    assert_in_range(tick(&talk, 200, 300), 214, 215);
    end(&talk);
}

// Of a page that takes longer than that on a slow line each part is a sign of life.
static void a_slow_line_is_no_silence(void **state)
{
    struct talk talk;
    (void)state;
    begin(&talk, 100 * SECOND);
    for (int second = 100; second < 160; second += 5) {
        assert_int_equal(tick(&talk, second, second + 5), 0);
        session_heard(&talk.session, (int64_t)(second + 5) * SECOND);
    }
    assert_int_equal(talk.pings, 0);
    end(&talk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_silent_server_is_asked_once_and_given_up),
        cmocka_unit_test(a_server_that_answers_is_kept),
        cmocka_unit_test(a_slow_line_is_no_silence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

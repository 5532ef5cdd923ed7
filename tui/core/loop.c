#include "tui/core/app.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

static sigset_t loop_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    static const int numbers[] = { SIGWINCH, SIGTERM, SIGHUP, SIGINT };
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        sigaddset(&set, numbers[i]);
    return set;
}

void app_block_signals(void)
{
    sigset_t set = loop_signals();
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

void app_fit_window(struct app *app)
{
    int width, height;
    term_measure(app->term, &width, &height);
    if (width == app->grid.width && height == app->grid.height)
        return;
    grid_resize(&app->grid, width, height);
    app->dirty = true;
}

static void read_signals(struct app *app, int fd)
{
    struct signalfd_siginfo info;
    while (read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (info.ssi_signo == SIGWINCH)
            app_fit_window(app);
        else
            app->quit = true;
    }
}

static void read_keys(struct app *app)
{
    struct event event;
    while (!app->quit && term_read(app->term, &event))
        app_event(app, &event);
}

static int64_t sooner(int64_t a, int64_t b)
{
    return b > 0 && (a == 0 || b < a) ? b : a;
}

// A clock on the screen, a countdown in the status line.
static int64_t due_by_itself(struct app *app)
{
    struct screen *front = app_front(app);
    int64_t due = front && front->ops->due ? front->ops->due(front) : 0;
    return app->hooks.due ? sooner(due, app->hooks.due(app)) : due;
}

// When the frame changes though nothing happens: the minute turns, a toast goes, a clock ticks.
static int wait_ms(struct app *app)
{
    int64_t due = app->now - app->now % 60000 + 60000;
    due = sooner(due, toast_due(&app->toasts));
    due = sooner(due, due_by_itself(app));
    int64_t now = app->clock(app->shared);
    return due <= now ? 0 : (int)(due - now);
}

static void tell_time(struct app *app)
{
    int64_t before = app->now, now = app->clock(app->shared);
    int64_t due = due_by_itself(app);
    app->now = now;
    if (before / 60000 != now / 60000 || (due > 0 && due <= now) || toast_expire(&app->toasts, now))
        app->dirty = true;
}

static bool turn(struct app *app, struct pollfd *fds, nfds_t count)
{
    if (poll(fds, count, wait_ms(app)) < 0 && errno != EINTR)
        return false;
    arena_reset(&app->frame);
    tell_time(app);
    if (fds[1].revents & POLLIN)
        read_signals(app, fds[1].fd);
    if (fds[2].revents & POLLIN)
        app->hooks.readable(app);
    if (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL))
        app->quit = true;
    else
        read_keys(app);
    return true;
}

bool app_run(struct app *app, struct err *err)
{
    sigset_t set = loop_signals();
    int signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (signals < 0)
        return err_set(err, ERR_INTERNAL, "signalfd: %s", strerror(errno));
    struct pollfd fds[] = {
        { .fd = term_fd(app->term), .events = POLLIN },
        { .fd = signals, .events = POLLIN },
        { .fd = app->hooks.extra_fd, .events = POLLIN },
    };
    app_fit_window(app);
    while (!app->quit) {
        if (app->dirty)
            app_draw(app);
        if (!turn(app, fds, ARRAY_LEN(fds)))
            break;
    }
    close(signals);
    return true;
}

#include "tui/core/external.h"

#include "shared/base/utf8.h"
#include "shared/host/host.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TEXT_MAX = 1024 * 1024 };

static const char *editor_command(void)
{
    const char *visual = getenv("VISUAL"), *editor = getenv("EDITOR");
    return visual && *visual ? visual : editor && *editor ? editor : "vi";
}

static bool write_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t written = write(fd, data, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        data += written;
        size -= (size_t)written;
    }
    return true;
}

// The command may have arguments of its own, so the shell takes it apart; the path is an argument, not code.
static void run_editor(const char *path)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    int tty = open("/dev/tty", O_RDWR);
    for (int fd = 0; fd <= 2 && tty >= 0; fd++)
        dup2(tty, fd);
    const char *script = arena_printf(&(struct arena){ 0 }, "%s \"$1\"", editor_command());
    execl("/bin/sh", "sh", "-c", script, "sh", path, (char *)NULL);
    _exit(127);
}

static bool wait_for(const char *path, struct err *err)
{
    int status = 0;
    pid_t child = fork();
    if (child < 0)
        return err_set(err, ERR_UNAVAILABLE, "fork: %s", strerror(errno));
    if (child == 0)
        run_editor(path);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return err_set(err, ERR_UNAVAILABLE, "the editor ended with an error; the text is as it was");
    return true;
}

static bool read_back(const char *path, struct buf *text, struct err *err)
{
    CLEANUP(buf_free) struct buf now = { 0 };
    if (!file_read(path, TEXT_MAX, &now, err))
        return false;
    if (!utf8_valid(buf_text(&now), now.len))
        return err_set(err, ERR_UNAVAILABLE, "the file is not UTF-8; the text is as it was");
    // editors end the last line; a text without that stays without
    bool ended = text->len > 0 && text->data[text->len - 1] == '\n';
    if (!ended && now.len > 0 && now.data[now.len - 1] == '\n')
        buf_truncate(&now, now.len - 1);
    buf_clear(text);
    buf_add(text, buf_text(&now), now.len);
    return true;
}

bool external_edit(struct app *app, struct buf *text, struct err *err)
{
    const char *folder = getenv("TMPDIR");
    char *path =
        arena_printf(&app->frame, "%s/serenity-XXXXXX.md", folder && *folder == '/' ? folder : "/tmp");
    if (!app->term)
        return err_set(err, ERR_UNAVAILABLE, "there is no terminal");
    int fd = mkostemps(path, 3, O_CLOEXEC);
    if (fd < 0)
        return err_set(err, ERR_UNAVAILABLE, "%s: %s", path, strerror(errno));
    bool written = write_all(fd, buf_text(text), text->len);
    close(fd);
    term_suspend(app->term);
    bool done = written ? wait_for(path, err) : err_set(err, ERR_UNAVAILABLE, "cannot write %s", path);
    term_resume(app->term);
    done = done && read_back(path, text, err);
    unlink(path);
    return done;
}

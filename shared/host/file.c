#include "shared/host/host.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static bool fail(struct err *err, const char *doing, const char *path)
{
    int why = errno;
    enum err_code code = why == ENOENT                    ? ERR_NOT_FOUND
                         : why == ENOSPC || why == EDQUOT ? ERR_STORAGE_FULL
                                                          : ERR_INTERNAL;
    return err_set(err, code, "cannot %s %s: %s", doing, path, strerrordesc_np(why));
}

bool file_read(const char *path, size_t max, struct buf *out, struct err *err)
{
    CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail(err, "open", path);
    char chunk[16 * 1024];
    size_t before = out->len;
    for (;;) {
        ssize_t got = read(fd, chunk, sizeof chunk);
        if (got == 0)
            return true;
        if (got < 0 && errno == EINTR)
            continue;
        bool too_large = got > 0 && (size_t)got > max - (out->len - before);
        if (got < 0)
            fail(err, "read", path);
        else if (too_large)
            err_set(err, ERR_TOO_LARGE, "%s is larger than %zu bytes", path, max);
        if (got < 0 || too_large) {
            buf_truncate(out, before);
            return false;
        }
        buf_add(out, chunk, (size_t)got);
    }
}

static bool write_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t put = write(fd, data, size);
        if (put < 0 && errno != EINTR)
            return false;
        if (put > 0) {
            data += put;
            size -= (size_t)put;
        }
    }
    return true;
}

static bool sync_folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char folder[PATH_MAX] = ".";
    if (slash != NULL)
        snprintf(folder, sizeof folder, "%.*s", (int)(slash == path ? 1 : slash - path), path);
    CLEANUP(close_fd) int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd >= 0 && fsync(fd) == 0;
}

// The new file carries a random name until it is whole, so that two writers never share one.
static bool write_beside(const char *path, const void *data, size_t size, unsigned mode,
                         char temporary[PATH_MAX], struct err *err)
{
    unsigned char random[6];
    host_random(random, sizeof random);
    int length = snprintf(temporary, PATH_MAX, "%s.%02x%02x%02x%02x%02x%02x", path, random[0], random[1],
                          random[2], random[3], random[4], random[5]);
    if (length >= PATH_MAX)
        return err_set(err, ERR_INTERNAL, "a path is too long");
    CLEANUP(close_fd) int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, (mode_t)mode);
    if (fd < 0)
        return fail(err, "create", temporary);
    if (fchmod(fd, (mode_t)mode) == 0 && write_all(fd, data, size) && fsync(fd) == 0)
        return true;
    fail(err, "write", temporary);
    unlink(temporary);
    return false;
}

bool file_write_atomic(const char *path, const void *data, size_t size, unsigned mode, struct err *err)
{
    char temporary[PATH_MAX];
    if (!write_beside(path, data, size, mode, temporary, err))
        return false;
    if (rename(temporary, path) != 0) {
        fail(err, "replace", path);
        unlink(temporary);
        return false;
    }
    return sync_folder_of(path) || fail(err, "sync the folder of", path);
}

bool file_replace(const char *from, const char *to, struct err *err)
{
    return (rename(from, to) == 0 || fail(err, "rename", from)) &&
           (sync_folder_of(to) || fail(err, "sync the folder of", to));
}

// A folder that is already there is left as it is.
static bool make_one(const char *path, unsigned mode, bool exact_mode, struct err *err)
{
    struct stat info;
    if (mkdir(path, (mode_t)mode) == 0)
        return !exact_mode || chmod(path, (mode_t)mode) == 0 || fail(err, "set the mode of", path);
    if (errno != EEXIST)
        return fail(err, "make the folder", path);
    if (stat(path, &info) != 0)
        return fail(err, "look at", path);
    return S_ISDIR(info.st_mode) || err_set(err, ERR_INTERNAL, "%s is not a folder", path);
}

bool folder_make(const char *path, unsigned mode, struct err *err)
{
    char folder[PATH_MAX];
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    if (length == 0 || length >= sizeof folder)
        return err_set(err, ERR_INTERNAL, "a path is empty or too long");
    memcpy(folder, path, length);
    folder[length] = '\0';
    for (char *slash = strchr(folder + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (!make_one(folder, 0755, false, err))
            return false;
        *slash = '/';
    }
    return make_one(folder, mode, true, err);
}

/* A bad disk, put before the C library with LD_PRELOAD. In the folder FAILING_DISK:
   a file `broken`: the next fsync of the write-ahead log fails, and the file is gone; what was
   written there since the fsync before is as it was, as on a disk that has lost those pages;
   a file `full`: no file can grow. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *sign(const char *name) {
    static char path[4096];
    const char *folder = getenv("FAILING_DISK");
    snprintf(path, sizeof path, "%s/%s", folder ? folder : "/nowhere", name);
    return path;
}

/* What stood where this process has written into the log since its last fsync, newest first. */
struct before {
    struct before *older;
    int fd;
    off_t at;
    size_t count;
    char data[];
};
static struct before *unsynced;

static int is_log(int fd) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return strstr(path, "/pg_wal/") != NULL;
}

static void remember(int fd, size_t count, off_t at) {
    struct before *old = calloc(1, sizeof *old + count);
    if (old == NULL || pread(fd, old->data, count, at) < 0) abort();
    old->fd = fd, old->at = at, old->count = count, old->older = unsynced;
    unsynced = old;
}

static void forget(int fd, int lost) {
    ssize_t (*real)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, "pwrite");
    struct before *others = NULL, *next;
    for (struct before *old = unsynced; old != NULL; old = next) {
        next = old->older;
        if (old->fd != fd) {
            old->older = others, others = old;
            continue;
        }
        if (lost && real(fd, old->data, old->count, old->at) < 0) abort();
        free(old);
    }
    unsynced = NULL;
    for (struct before *old = others; old != NULL; old = next) {
        next = old->older;
        old->older = unsynced, unsynced = old;
    }
}

static int sync_with(const char *name, int fd) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    int lost = is_log(fd) && unlink(sign("broken")) == 0;
    forget(fd, lost);
    if (lost) {
        errno = EIO;
        return -1;
    }
    return real(fd);
}

int fsync(int fd) { return sync_with("fsync", fd); }
int fdatasync(int fd) { return sync_with("fdatasync", fd); }

static int no_room(int fd, off_t end) {
    struct stat now;
    return access(sign("full"), F_OK) == 0 && fstat(fd, &now) == 0 && S_ISREG(now.st_mode) &&
           end > now.st_size;
}

ssize_t pwrite(int fd, const void *data, size_t count, off_t at) {
    ssize_t (*real)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, "pwrite");
    if (no_room(fd, at + (off_t)count)) {
        errno = ENOSPC;
        return -1;
    }
    if (is_log(fd)) remember(fd, count, at);
    return real(fd, data, count, at);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) {
    ssize_t (*real)(int, const struct iovec *, int, off_t) = dlsym(RTLD_NEXT, "pwritev");
    off_t end = at;
    for (int i = 0; i < count; i++) end += (off_t)parts[i].iov_len;
    if (no_room(fd, end)) {
        errno = ENOSPC;
        return -1;
    }
    return real(fd, parts, count, at);
}

int posix_fallocate(int fd, off_t at, off_t length) {
    int (*real)(int, off_t, off_t) = dlsym(RTLD_NEXT, "posix_fallocate");
    return no_room(fd, at + length) ? ENOSPC : real(fd, at, length);
}

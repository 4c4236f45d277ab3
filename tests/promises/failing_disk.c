/* A bad disk, put before the C library with LD_PRELOAD. In the folder FAILING_DISK:
   a file `broken`: the next fsync fails, and the file is gone;
   a file `full`: no file can grow. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *sign(const char *name) {
    static char path[4096];
    const char *folder = getenv("FAILING_DISK");
    snprintf(path, sizeof path, "%s/%s", folder ? folder : "/nowhere", name);
    return path;
}

static int sync_with(const char *name, int fd) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    if (unlink(sign("broken")) == 0) {
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

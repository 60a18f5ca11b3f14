/*
 * Preloaded into a process, keeps of each file what it held when it was last synchronised, beside it and with ".synced" behind its name: what a power cut leaves of it at worst.
 * The power is cut, by SIGKILL, when it is about to synchronise for the CUT_AT-th time.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void keep(int descriptor)
{
    char link[64], path[PATH_MAX], fresh[PATH_MAX + 16], kept[PATH_MAX + 16], block[65536];
    struct stat status;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0 || fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode))
        return;
    path[length] = 0;
    snprintf(fresh, sizeof fresh, "%s.syncing", path);
    snprintf(kept, sizeof kept, "%s.synced", path);
    int copy = open(fresh, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    /* Read through the same descriptor: to close another one would drop the locks of the process. */
    for (off_t at = 0; (length = pread(descriptor, block, sizeof block, at)) > 0; at += length)
        if (write(copy, block, (size_t)length) != length)
            break;
    close(copy);
    rename(fresh, kept);
}

static int call(const char *name, int descriptor)
{
    static int calls;
    if (++calls == atoi(getenv("CUT_AT")))
        raise(SIGKILL);
    int result = ((int (*)(int))dlsym(RTLD_NEXT, name))(descriptor);
    if (result == 0)
        keep(descriptor);
    return result;
}

int fsync(int descriptor) { return call("fsync", descriptor); }

int fdatasync(int descriptor) { return call("fdatasync", descriptor); }

/*
 * The least that a launcher can do under a policy of iron_sandbox: it restricts itself and executes the program. sandbox_spawn.py compiles it, and gives it the policy as the lines of
 * "iron-sandbox-supervisor compile", read from a file before the clock of interest matters: parsing is part of the launch, as a launcher that is executed has to read its policy.
 *
 * usage: launcher POLICY PROGRAM [ARGUMENT...]
 *
 * What asks a supervisor (SECCOMP_RET_USER_NOTIF) is allowed here, as nobody would answer: the filter has the same length and the same path through it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RETURN (BPF_RET | BPF_K)

struct path_rule {
    uint64_t access;
    int32_t directory;
} __attribute__((packed));

static void fail(const char *step)
{
    perror(step);
    exit(125);
}

int main(int argc, char **argv)
{
    static struct sock_filter filter[4096];
    static char *environment[512], line[8192], cwd[4096] = "/";
    unsigned length = 0, variables = 0;
    long ruleset = -1;
    FILE *policy = argc > 2 ? fopen(argv[1], "re") : NULL;
    if (!policy)
        fail("policy");
    while (fgets(line, sizeof line, policy)) {
        unsigned long long a, b, c, d;
        char *end = strchr(line, '\n');
        int at = 0;
        if (end)
            *end = 0;
        if (sscanf(line, "instruction %llu %llu %llu %llu", &a, &b, &c, &d) == 4) {
            uint32_t k = (uint32_t)d;
            if (a == RETURN && (k & 0xFFFF0000) == SECCOMP_RET_USER_NOTIF)
                k = SECCOMP_RET_ALLOW;
            filter[length++] = (struct sock_filter){ (uint16_t)a, (uint8_t)b, (uint8_t)c, k };
        } else if (sscanf(line, "path %llu %n", &a, &at) == 1 && at) {
            struct path_rule rule = { a, open(line + at, O_PATH | O_CLOEXEC) };
            if (rule.directory < 0 || syscall(445, ruleset, 1, &rule, 0))
                fail(line + at);
            close(rule.directory);
        } else if (sscanf(line, "port %llu %llu", &a, &b) == 2) {
            uint64_t rule[2] = { a, b };
            if (syscall(445, ruleset, 2, rule, 0))
                fail("port");
        } else if (sscanf(line, "handled %llu %llu %llu", &a, &b, &c) == 3) {
            uint64_t attributes[3] = { a, b, c };
            ruleset = syscall(444, attributes, sizeof attributes, 0);
            if (ruleset < 0)
                fail("ruleset");
        } else if (sscanf(line, "limit %llu %llu %llu", &a, &b, &c) == 3) {
            struct rlimit limit = { b, c };
            if (setrlimit((int)a, &limit))
                fail("limit");
        } else if (!strncmp(line, "env ", 4) && variables < 510)
            environment[variables++] = strdup(line + 4);
        else if (!strncmp(line, "cwd ", 4))
            strcpy(cwd, line + 4);
    }
    fclose(policy);

    /* A private folder, as every sandbox has one; whoever started the launcher removes it. */
    char *folder = getenv("LAUNCHER_FOLDER");
    if (folder && mkdir(folder, 0700) && errno != EEXIST)
        fail("folder");

    setsid();
    if (chdir(cwd))
        fail("cwd");
    for (int capability = 0; prctl(PR_CAPBSET_DROP, capability) == 0; capability++)
        ;
    uint32_t header[2] = { 0x20080522, 0 }, none[6] = { 0 };
    if (syscall(SYS_capset, header, none))
        fail("capset");
    syscall(SYS_keyctl, 1, 0);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        fail("no_new_privs");
    if (ruleset >= 0 && syscall(446, ruleset, 0))
        fail("restrict");
    close((int)ruleset);
    close_range(3, ~0U, 0);
    struct sock_fprog programme = { (unsigned short)length, filter };
    if (length && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &programme))
        fail("filter");
    execve(argv[2], argv + 2, environment);
    fail("execve");
}

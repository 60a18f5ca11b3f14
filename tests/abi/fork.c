/* The rule for forks, as a host in C follows it: children of a process whose threads are inside the library, each with a private copy. usage: fork LIBRARY COUNT */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ironcage.h"

#define EACH(use) \
    use(abi_fingerprint) use(last_error) use(fork_state) use(fork_adopt) use(buffer_free) use(engine_new) use(engine_add_hosts) use(safety_redact) use(budget_open) \
    use(budget_report) use(protection_new) use(protection_stop) use(protection_free) use(run_open) use(run_close) use(run_free) use(call_begin) use(call_response) \
    use(call_end)
#define MEMBER(name) __typeof__(&ironcage_##name) name;
#define FIND(name) lib->name = (__typeof__(&ironcage_##name))dlsym(handle, "ironcage_" #name); if (!lib->name) return -1;

typedef struct library { EACH(MEMBER) } library;

static int passed, failed;
static void check(const char *what, int ok) {
    if (ok) passed++; else { failed++; fprintf(stderr, "FAIL  %s\n", what); }
}

static int open_library(library *lib, const char *path) {
    void *handle = dlopen(path, RTLD_NOW | RTLD_NODELETE);
    if (!handle) { fprintf(stderr, "%s\n", dlerror()); return -1; }
    EACH(FIND)
    return 0;
}

/* A file of its own inode in memory, so that dlopen loads it beside the copy that the parent used. */
static int open_private(library *lib, const char *path) {
    char place[64];
    struct stat status;
    int source = open(path, O_RDONLY | O_CLOEXEC), copy = memfd_create("libironcage", MFD_CLOEXEC);
    if (source < 0 || copy < 0 || fstat(source, &status) < 0) return -1;
    for (off_t at = 0; at < status.st_size;)
        if (sendfile(copy, source, &at, (size_t)(status.st_size - at)) <= 0) return -1;
    snprintf(place, sizeof place, "/proc/self/fd/%d", copy);
    int result = open_library(lib, place);
    close(source);
    close(copy);
    return result;
}

#define TEXT(literal) (const uint8_t *)(literal), sizeof(literal) - 1

static const char request[] = "{\"model\":\"gpt-4o-mini\",\"max_tokens\":20,\"messages\":[{\"role\":\"user\",\"content\":\"write to jane@example.com\"}]}";
static const char answer[] = "{\"id\":\"x\",\"object\":\"chat.completion\",\"model\":\"gpt-4o-mini\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"fine\"},"
    "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":10,\"total_tokens\":110}}";
#define COST 21 /* microdollars: 100 x 0.15 + 10 x 0.60 per million */

/* One protected call that the host only pretends to send. 0: it went and its address was redacted. */
static int call(const library *lib, uint64_t engine, uint64_t run, uint64_t *open) {
    ironcage_verdict verdict = {.size = sizeof verdict};
    if (lib->call_begin(&verdict, run, engine, 0, TEXT("POST"), TEXT("http://127.0.0.1:9/v1/chat/completions"), NULL, 0, TEXT(request))) return 1;
    int redacted = verdict.kind == IRONCAGE_VERDICT_REWRITE && memmem(verdict.body.data, verdict.body.len, "[EMAIL_REDACTED]", 16);
    int refused = verdict.kind == IRONCAGE_VERDICT_REFUSE;
    uint64_t handle = verdict.call;
    lib->buffer_free(&verdict.body);
    if (refused) return 2;
    if (open) { *open = handle; return 0; }
    verdict.size = sizeof verdict;
    if (lib->call_response(&verdict, handle, 200, 1, NULL, 0, TEXT(answer))) return 3;
    lib->buffer_free(&verdict.body);
    return lib->call_end(handle, IRONCAGE_END_COMPLETE) || !redacted ? 4 : 0;
}

static int says(const library *lib, uint64_t budget, const char *what) {
    ironcage_buffer report = {0};
    if (lib->budget_report(&report, budget)) return 0;
    int found = memmem(report.data, report.len, what, strlen(what)) != NULL;
    if (!found) fprintf(stderr, "      expected %s in %.*s\n", what, (int)report.len, (char *)report.data);
    lib->buffer_free(&report);
    return found;
}

static library parent;
static uint64_t engine, budget, protection, run, in_flight;
static atomic_int stop;

static void *busy(void *argument) {
    (void)argument;
    while (!atomic_load(&stop)) {
        ironcage_buffer out = {0};
        parent.safety_redact(&out, engine, TEXT("write to jane@example.com or 4111 1111 1111 1111, again and again"));
        parent.buffer_free(&out);
        uint64_t own = 0;
        parent.run_open(&own, protection, 0);
        parent.run_free(own);
    }
    return NULL;
}

/* What a child does; its exit code tells the step that failed. */
static int child(const char *path, const void *state, int depth) {
    library own;
    ironcage_buffer out = {0};
    if (open_private(&own, path)) return 10;
    if (own.fork_adopt(NULL) != IRONCAGE_E_ARGUMENT || own.fork_adopt(own.fork_state()) >= 0) return 11;
    if (own.fork_adopt(state)) { fprintf(stderr, "%s\n", own.last_error()); return 12; }
    if (own.fork_adopt(state) != IRONCAGE_E_SEQUENCE) return 13;
    if (own.safety_redact(&out, engine, TEXT("a@example.com")) || out.len != 16) return 14;
    own.buffer_free(&out);
    if (call(&own, engine, run, NULL)) return 15;                                        /* in the run that was open at the fork */
    uint64_t fresh = 0;
    if (own.run_open(&fresh, protection, 0) || call(&own, engine, fresh, NULL) || own.run_free(fresh)) return 16;
    ironcage_verdict verdict = {.size = sizeof verdict};
    if (own.call_response(&verdict, in_flight, 200, 1, NULL, 0, TEXT(answer)) != IRONCAGE_E_HANDLE) return 17; /* the parent's call is the parent's */
    if (own.call_end(in_flight, IRONCAGE_END_ABORTED)) return 18;                        /* as a finalizer would */
    if (depth) {
        const void *next = own.fork_state();
        pid_t pid = fork();
        if (pid == 0) _exit(child(path, next, depth - 1));
        int status = 0;
        waitpid(pid, &status, 0);
        if (status) return WIFEXITED(status) ? WEXITSTATUS(status) + 20 : 19;
    }
    return 0;
}

static int reap(pid_t pid) {
    for (int i = 0; i < 30000; i++) {
        int status = 0;
        if (waitpid(pid, &status, WNOHANG) == pid) return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    kill(pid, 9);
    return -1;
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    int count = atoi(argv[2]), hung = 0, wrong = 0;
    check("the library loads", open_library(&parent, argv[1]) == 0);
    const void *state = parent.fork_state(); /* before the first fork */
    check("an engine", parent.engine_new(&engine, NULL, 0) == 0);
    check("its hosts", parent.engine_add_hosts(engine, TEXT("127.0.0.1:9=openai")) == 0);
    check("a budget in memory", parent.budget_open(&budget, engine, TEXT("{\"name\":\"all\",\"limit_usd\":\"100\"}")) == 0);
    check("a protection", parent.protection_new(&protection, engine, budget, TEXT("{\"agent_id\":\"c\"}")) == 0);
    check("a run", parent.run_open(&run, protection, 0) == 0);
    check("a call of the parent", call(&parent, engine, run, NULL) == 0);
    check("adopting oneself is refused", parent.fork_adopt(state) == IRONCAGE_E_SEQUENCE);
    check("a call that is open at the forks", call(&parent, engine, run, &in_flight) == 0);

    pthread_t threads[3];
    for (int i = 0; i < 3; i++) pthread_create(&threads[i], NULL, busy, NULL);
    for (int i = 0; i < count; i++) {
        pid_t pid = fork();
        if (pid == 0) _exit(child(argv[1], state, 0));
        int code = reap(pid);
        hung += code < 0;
        if (code > 0) { wrong++; fprintf(stderr, "      child %d ended with %d\n", i, code); }
    }
    atomic_store(&stop, 1);
    for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
    check("no child hangs", hung == 0);
    check("every child goes on with the parent's engine, protection, run and budget", wrong == 0);

    pid_t pid = fork();
    if (pid == 0) _exit(child(argv[1], state, 3));
    check("children of children do, too", reap(pid) == 0);

    ironcage_verdict verdict = {.size = sizeof verdict};
    check("the parent's open call is as it was", parent.call_response(&verdict, in_flight, 200, 1, NULL, 0, TEXT(answer)) == 0);
    parent.buffer_free(&verdict.body);
    parent.call_end(in_flight, IRONCAGE_END_COMPLETE);
    char sum[64];
    long micro = (long)COST * (2 + 2 * (count + 4));
    snprintf(sum, sizeof sum, "\"spent_usd\":\"%ld.%06ld", micro / 1000000, micro % 1000000);
    for (char *end = sum + strlen(sum) - 1; *end == '0'; end--) *end = 0;
    strcat(sum, "\"");
    check("all of them spent from one sum, each call once", says(&parent, budget, sum));
    check("nothing is held", says(&parent, budget, "\"held_usd\":\"0\""));
    printf("%d %d\n", passed, failed);
    return failed != 0;
}

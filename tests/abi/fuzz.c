/* Calls every export of the header with arguments that are good, odd and wrong, alone and on several threads, and checks after each call
 * what the header promises: a status that is documented for it, out-parameters zeroed after an error, a message with an error and none
 * without, no content in it. exports.h is generated from the header (fuzz_exports.py), so that a new export is fuzzed or fails the build.
 * Inputs end at a page that cannot be read and are scrambled after the call: what reads beyond a length, or later, is seen.
 * usage: fuzz CALLS SEED DIRECTORY. Prints one line per check and "PASSED FAILED" last. */
#define _GNU_SOURCE
#include "ironcage.h"

#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

union argument { void *p; uint64_t u; };
enum kind { OUT_HANDLE = 1, OUT_HANDLES, OUT_INT32, OUT_INT64, OUT_SIZE, OUT_POINTER, OUT_BUFFER, OWN_BUFFER, OUT_VERDICT, DATA, LENGTH, OPAQUE,
            CAPACITY, ENGINE, BUDGET, PROTECTION, RUN, CALL, SCANNER, STREAM, HOLD, FLAGS, COUNT, TIMEOUT, WAIT, PICO, HTTP_STATUS, HOW, BOOL };
enum { MOST = 12 };
struct export { const char *name; intptr_t (*call)(const union argument *); int has_status, count; enum kind kinds[MOST]; const char *names[MOST]; };
#include "exports.h"
enum { EXPORTS = sizeof exports / sizeof *exports, THREADS = 4, KINDS = 9, LIVE = 48, PAGE = 4096, ROOM = 4 * PAGE };

#include "fuzz_values.h"

#include "fuzz_host.h"

static int passed, failed;
static unsigned seen_ok[EXPORTS], seen_error[EXPORTS], documented[EXPORTS];

static void check(int good, const char *what, const char *why)
{
    *(good ? &passed : &failed) += 1;
    fprintf(stderr, "%s  %s%s%s\n", good ? "ok  " : "FAIL", what, good ? "" : ": ", good ? "" : why);
}

static void complain(struct host *h, const struct export *e, const char *what, long status)
{
    if (h->violations++ == 0)
        snprintf(h->said, sizeof h->said, "%s: %s (status %ld, \"%.120s\")", e->name, what, status, ironcage_last_error());
}

static int zeroed(const void *p, size_t size)
{
    for (const char *c = p; size; size--)
        if (*c++)
            return 0;
    return 1;
}

static void one_call(struct host *h)
{
    static const int32_t numbers[] = {0, 1, -1, 2, 6, 7, -2, 200, 500, INT32_MAX, INT32_MIN};
    static uint64_t handles[THREADS][(1 << 20)];
    int index = (int)next(h, EXPORTS);
    for (int again = 0; again < 3 && !strstr(exports[index].name, "call_") && !strstr(exports[index].name, "stream_"); again++)
        index = (int)next(h, EXPORTS); /* the steps of a call are what has most states */
    h->decent = next(h, 4) != 0; /* nothing is wrong on purpose */
    if (h->decent && h->calls.count == 0 && exports[index].count > 1 && (exports[index].kinds[1] == CALL || exports[index].kinds[0] == CALL))
        while (strcmp(exports[index].name, "ironcage_call_begin"))
            index = (index + 1) % EXPORTS; /* a step needs a call */
    if (h->decent && strcmp(exports[index].name, "ironcage_protection_stop") == 0 && next(h, 8))
        return;
    const struct export *e = &exports[index];
    int frees = strstr(e->name, "_free") != NULL || strncmp(e->name, "ironcage_call_end", 17) == 0;
    int takes = strcmp(e->name, "ironcage_hold_new") == 0, settles = strcmp(e->name, "ironcage_hold_settle") == 0, retries = strcmp(e->name, "ironcage_call_retry") == 0,
        ends = settles || retries || strcmp(e->name, "ironcage_hold_release") == 0;
    union argument a[MOST];
    struct { uint64_t handle; int64_t i64; int32_t i32; size_t size; void *pointer; ironcage_buffer buffer; ironcage_verdict verdict; } out;
    memset(&out, 0xA5, sizeof out);
    memset(a, 0, sizeof a);
    out.verdict.size = sizeof out.verdict;
    unsigned faults = 0, also = 0; /* bits of -status: one of these must come back, if there are any; what may come instead */
    int rooms = 0, verdict_kept = 0;
    uint64_t owner = 0, taken = 0;
    for (int i = 0; i < e->count; i++) {
        int null_out = !h->decent && next(h, 20) == 0;
        switch (e->kinds[i]) {
        case OUT_HANDLE: a[i].p = null_out ? NULL : &out.handle; break;
        case OUT_INT32: a[i].p = null_out ? NULL : &out.i32; break;
        case OUT_INT64: a[i].p = null_out ? NULL : &out.i64; break;
        case OUT_SIZE: a[i].p = null_out ? NULL : &out.size; break;
        case OUT_POINTER: a[i].p = null_out ? NULL : (void *)&out.pointer; break;
        case OUT_BUFFER: a[i].p = null_out ? NULL : &out.buffer; break;
        case OUT_HANDLES: a[i].p = null_out ? NULL : handles[h - hosts]; break;
        case OWN_BUFFER: memset(&out.buffer, 0, sizeof out.buffer), a[i].p = null_out ? NULL : &out.buffer; continue;
        case OUT_VERDICT:
            a[i].p = null_out ? NULL : &out.verdict;
            if (!h->decent && next(h, 20) == 0)
                out.verdict.size = (uint32_t[]){0, 1, sizeof out.verdict - 8, sizeof out.verdict + 8, UINT32_MAX}[next(h, 5)], faults |= 1u << -IRONCAGE_E_ARGUMENT, verdict_kept = 1;
            break;
        case OPAQUE: /* never a wild pointer: null, or what this library itself has, which is no parent's */
            a[i].p = h->decent || next(h, 2) ? (void *)ironcage_fork_state() : NULL;
            faults |= a[i].p ? 1u << -IRONCAGE_E_SEQUENCE : 1u << -IRONCAGE_E_ARGUMENT;
            continue;
        case DATA:
            if (some_data(h, e->name, e->names[i], rooms++, &a[i], &a[i + 1]))
                faults |= 1u << -IRONCAGE_E_ARGUMENT;
            also |= 1u << -IRONCAGE_E_ARGUMENT; /* not UTF-8 */
            continue;
        case LENGTH: continue;
        case CAPACITY:
            a[i].u = (size_t[]){1, 2, 16, 1 << 20, 0, (1 << 20) + 1, INT32_MAX, SIZE_MAX}[next(h, h->decent ? 4 : 8)];
            if (a[i].u == 0 || a[i].u > 1 << 20)
                faults |= 1u << -IRONCAGE_E_ARGUMENT;
            continue;
        case ENGINE: case BUDGET: case PROTECTION: case RUN: case CALL: case SCANNER: case STREAM: case HOLD: {
            int kind = 1 + (int)e->kinds[i] - ENGINE;
            a[i].u = h->decent && owner ? sibling(h, kind, owner) : some_handle(h, kind);
            if (frees && (h->decent || a[i].u >> 56 == (uint64_t)kind) && next(h, kind == 1 ? 24 : kind == 5 ? 3 : 6)) /* rarely: else little would be open */
                a[i].u = pick(h, kind, 1);
            uint64_t engine = a[i].u >> 56 == (uint64_t)kind ? engine_of(h, a[i].u) : 0;
            if (h->decent && alone && engine && kind > 1 && kind < 5 && !engine_of(h, engine) && next(h, 4)) {
                release_handle(a[i].u), gone(h, a[i].u); /* its engine is gone, and so should it be, mostly */
                return;
            }
            int may_be_null = frees || strcmp(e->name, "ironcage_run_close") == 0 || (i > 0 && e->kinds[i] != ENGINE && e->kinds[0] == OUT_HANDLE && i == 2)
                              || strcmp(e->name, "ironcage_call_begin") == 0 || (takes && e->kinds[i] == RUN);
            if (a[i].u == 0 ? e->kinds[i] == ENGINE && !frees ? 1 : !may_be_null : frees ? a[i].u >> 56 != (uint64_t)kind : engine == 0)
                faults |= 1u << -IRONCAGE_E_HANDLE;
            else if (engine && owner && engine != owner)
                faults |= 1u << -IRONCAGE_E_HANDLE; /* of another engine */
            owner = owner ? owner : engine, taken = frees || ends ? a[i].u : taken;
            continue;
        }
        case FLAGS:
            a[i].u = (uint32_t[]){1, 1, 1, 0, 15, 17, 0x80000000u, UINT32_MAX}[next(h, h->decent ? 4 : 8)];
            if (a[i].u & ~(retries ? IRONCAGE_NONBLOCKING | IRONCAGE_BESIDE : takes ? IRONCAGE_NONBLOCKING : 15u))
                faults |= 1u << -IRONCAGE_E_ARGUMENT;
            else if (a[i].u & IRONCAGE_BESIDE)
                taken = 0; /* the call goes on */
            continue;
        case WAIT: { /* without NONBLOCKING it really waits */
            int32_t wait = (int32_t[]){0, 0, 1, 2, 5, -1, 3600001, INT32_MAX, INT32_MIN}[next(h, h->decent ? 5 : 9)];
            a[i].u = (uint64_t)(int64_t)wait;
            if (wait < 0 || wait > 3600000)
                faults |= 1u << -IRONCAGE_E_CONFIG;
            continue;
        }
        case PICO: {
            const int64_t most = 9000000000000000000;
            int64_t pico = (int64_t[]){1, 1000, 1000000000, most, 0, most + 1, -1, INT64_MIN, INT64_MAX}[next(h, h->decent ? 3 : 9)];
            a[i].u = (uint64_t)pico;
            if (pico < !settles || pico > most)
                faults |= 1u << -IRONCAGE_E_CONFIG;
            continue;
        }
        case BOOL: a[i].u = next(h, 3) ? 1 : next(h, 256); continue;
        default: {
            int32_t number = numbers[next(h, 11)];
            a[i].u = (uint64_t)(int64_t)number;
            if ((e->kinds[i] == HOW && (number < 0 || number > IRONCAGE_END_CUT)) || (e->kinds[i] == TIMEOUT && number < (strstr(e->name, "flush") ? 0 : -1)))
                faults |= 1u << -IRONCAGE_E_ARGUMENT;
            continue;
        }
        }
        if (a[i].p == NULL) /* an out-pointer */
            faults |= 1u << -IRONCAGE_E_ARGUMENT, verdict_kept = 1;
    }
    /* Creating and keeping: not more than the pools hold. */
    if (e->kinds[0] == OUT_HANDLE || strcmp(e->name, "ironcage_call_begin") == 0 || takes) {
        int kind = takes ? 8 : strstr(e->name, "scanner_new") ? 6 : strstr(e->name, "stream_new") ? 7 : strstr(e->name, "engine") ? 1 : strstr(e->name, "budget") ? 2 : strstr(e->name, "protection") ? 3 : strstr(e->name, "run") ? 4 : 5;
        if (pool_of(h, kind)->count > (kind == 1 ? 3 : LIVE - 2 * THREADS) || (kind == 1 && !faults && shared[1].count && next(h, 4))) {
            uint64_t old = kind == 1 ? 0 : pick(h, kind, 0);
            if (old)
                release_handle(old), gone(h, old);
            return;
        }
    }

    int32_t status = (int32_t)e->call(a);
    h->made++;
    for (int i = 0; i < rooms; i++)
        memset(h->room[i], 0x5A, ROOM);
    if (!e->has_status)
        return;
    const char *message = ironcage_last_error();
    if (status > 0 || status < -15 || status == IRONCAGE_E_INTERNAL || !((documented[index] | faults) >> -status & 1))
        complain(h, e, "a status that is not documented for it", status);
    also |= documented[index] & (1u << -IRONCAGE_E_SEQUENCE | 1u << -IRONCAGE_E_PENDING); /* the state of a call may be looked at first */
    if (faults && !((faults | also) >> -status & 1) && (alone || status != IRONCAGE_E_HANDLE))
        complain(h, e, "wrong arguments were not refused as such", status);
    if (alone && !faults && status == IRONCAGE_E_HANDLE)
        complain(h, e, "a good handle was refused", status);
    if (status == IRONCAGE_OK ? message[0] != 0 : message[0] == 0)
        complain(h, e, "the message does not fit the status", status);
    if (strstr(message, SECRET))
        complain(h, e, "the message holds content", status);
    __atomic_fetch_add(status == IRONCAGE_OK ? &seen_ok[index] : &seen_error[index], 1, __ATOMIC_RELAXED);
    if (taken && (status == IRONCAGE_OK || (ends && status == IRONCAGE_E_STATE)))
        gone(h, taken);

    for (int i = 0; i < e->count; i++) {
        if (a[i].p == NULL)
            continue;
        int bad = 0;
        switch (e->kinds[i]) {
        case OUT_HANDLE: bad = status ? out.handle != 0 : out.handle == 0; break;
        case OUT_INT32: bad = status && out.i32 != (strstr(e->name, "_fd") ? -1 : 0); break;
        case OUT_INT64: bad = status && out.i64 != 0; break;
        case OUT_SIZE: bad = status && out.size != 0; break;
        case OUT_POINTER: bad = status && out.pointer != NULL; break;
        case OUT_BUFFER: bad = status ? !zeroed(&out.buffer, sizeof out.buffer) : (out.buffer.data == NULL) != (out.buffer.len == 0); break;
        case OUT_VERDICT:
            if (status)
                bad = !verdict_kept && !zeroed((char *)&out.verdict + 4, sizeof out.verdict - 4);
            else
                bad = out.verdict.kind < 0 || out.verdict.kind > IRONCAGE_VERDICT_REROUTE || (out.verdict.flags & ~(IRONCAGE_HAS_EVENTS | IRONCAGE_MAY_HEDGE | (retries ? IRONCAGE_LAST_TRY : 0u))) || out.verdict.timeout_ms > 86400000
                      || (out.verdict.body.data == NULL) != (out.verdict.body.len == 0)
                      || (out.verdict.body.len && out.verdict.kind != IRONCAGE_VERDICT_REWRITE && out.verdict.kind != IRONCAGE_VERDICT_REFUSE);
            break;
        default: break;
        }
        if (bad)
            complain(h, e, "an out-parameter is not what the header says", status);
    }
    if (status != IRONCAGE_OK)
        return;
    if (e->kinds[0] == OUT_BUFFER)
        ironcage_buffer_free(&out.buffer), ironcage_buffer_free(&out.buffer);
    if (e->kinds[0] == OUT_HANDLE)
        opened(h, out.handle, owner ? owner : out.handle);
    if (e->kinds[0] == OUT_VERDICT) {
        int begins = takes || retries || strcmp(e->name, "ironcage_call_begin") == 0, waits = strcmp(e->name, "ironcage_call_wait") == 0 || strcmp(e->name, "ironcage_hold_wait") == 0;
        int ended = out.verdict.kind == IRONCAGE_VERDICT_PASS || ((begins || waits) && out.verdict.kind == IRONCAGE_VERDICT_REFUSE);
        if ((out.verdict.call == 0) != ended)
            complain(h, e, "a call handle where none should be, or none", status);
        if (begins && out.verdict.call)
            opened(h, out.verdict.call, owner);
        if (waits && out.verdict.call == 0)
            gone(h, a[1].u);
        ironcage_buffer_free(&out.verdict.body), ironcage_buffer_free(&out.verdict.body);
    }
}

static void release_all(struct host *h)
{
    for (int kind = KINDS - 1; kind > 0; kind--)
        while (pool_of(h, kind)->count) {
            uint64_t handle = pool_of(h, kind)->handle[0];
            release_handle(handle), gone(h, handle);
        }
}

static void *run(void *argument)
{
    struct host *h = argument;
    for (long i = 0; i < calls_each; i++)
        one_call(h);
    while (h->calls.count)
        release_handle(h->calls.handle[0]), gone(h, h->calls.handle[0]);
    while (h->holds.count)
        release_handle(h->holds.handle[0]), gone(h, h->holds.handle[0]);
    return NULL;
}

static long resident(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%*d %ld", &pages) != 1)
        abort();
    fclose(file);
    return pages * (PAGE / 1024);
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: fuzz CALLS SEED DIRECTORY\n");
        return 2;
    }
    long calls = atol(argv[1]);
    uint64_t seed = strtoull(argv[2], NULL, 10);
    fprintf(stderr, "seed  %llu: %ld calls of %d exports\n", (unsigned long long)seed, calls, EXPORTS);
    use_directory(argv[3]);
    char why[256] = "";
    for (int i = 0; i < EXPORTS; i++)
        if (exports[i].has_status && (documented[i] = statuses_of(exports[i].name)) == 0)
            snprintf(why, sizeof why, "%s: add it to fuzz_values.h", exports[i].name);
    check(!why[0], "the statuses of every export are known", why);
    for (int i = 0; i < THREADS; i++) {
        hosts[i].random = seed * 0x9E3779B97F4A7C15u + (uint64_t)i + 1;
        for (int r = 0; r < 4; r++) {
            hosts[i].room[r] = mmap(NULL, ROOM + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            mprotect(hosts[i].room[r] + ROOM, PAGE, PROT_NONE);
        }
    }

    /* Alone: everything is known, so the statuses are exact. Three times, to see what the last third adds to the memory: what waits for the collector comes and goes. */
    size_t native[3];
    long memory[3];
    for (int third = 0; third < 3; third++) {
        calls_each = calls / 5;
        run(&hosts[0]);
        release_all(&hosts[0]);
        native[third] = mallinfo2().uordblks, memory[third] = resident();
    }
    long before = memory[0] > memory[1] ? memory[0] : memory[1];
    check(hosts[0].violations == 0, "alone: every call has a documented status, zeroed out-parameters and a message that fits", hosts[0].said);
    snprintf(why, sizeof why, "slot %u for at most %u objects", highest_slot, open_most);
    check(highest_slot < open_most, "no handle is lost: a slot is used again when its object is freed", why);
    snprintf(why, sizeof why, "%zu, %zu and %zu bytes of the heap, %ld, %ld and %ld KiB in all", native[0], native[1], native[2], memory[0], memory[1], memory[2]);
    check(native[2] < native[1] + (4 << 20) && memory[2] < before + (64 << 10), "the last third adds nothing to the memory", why);

    alone = 0;
    calls_each = calls * 4 / 10 / THREADS;
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, run, &hosts[i]);
    long violations = 0, made = 0;
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        violations += hosts[i].violations, made += hosts[i].made;
        if (hosts[i].violations)
            memcpy(why, hosts[i].said, sizeof why);
    }
    release_all(&hosts[0]);
    check(violations == 0, "on four threads that free each other's engines, protections and runs: the same", why);

    why[0] = 0;
    for (int i = 0; i < EXPORTS; i++) {
        int opaque = 0;
        for (int k = 0; k < exports[i].count; k++)
            opaque |= exports[i].kinds[k] == OPAQUE;
        if (exports[i].has_status && ((!seen_ok[i] && !opaque) || (!seen_error[i] && exports[i].count)))
            snprintf(why, sizeof why, "%s: %u done, %u refused", exports[i].name, seen_ok[i], seen_error[i]);
    }
    check(!why[0], "every export was both done and refused", why);
    uint64_t engine = 0;
    ironcage_buffer text = {0};
    check(ironcage_engine_new(&engine, NULL, 0) == IRONCAGE_OK && ironcage_safety_redact(&text, engine, (const uint8_t *)"ada@example.org", 15) == IRONCAGE_OK
          && text.len == 16 && ironcage_engine_free(engine) == IRONCAGE_OK, "the library works as before", ironcage_last_error());
    ironcage_buffer_free(&text);
    fprintf(stderr, "made  %ld calls, at most %u objects, %zu bytes of the heap, %ld KiB in all\n", made, open_most, native[1], memory[1]);
    printf("%d %d\n", passed, failed);
    return failed != 0;
}

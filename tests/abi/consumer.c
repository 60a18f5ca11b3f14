/* A host in C: makes a protected call over a real connection, whole and streamed, and looks at what the library says of it.
 * usage: consumer HOST PORT. Prints one line per check and "PASSED FAILED" last. */
#define _GNU_SOURCE
#include "ironcage.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int passed, failed;

static void check(int good, const char *what)
{
    if (good)
        passed++;
    else
        failed++;
    fprintf(stderr, "%s  %s%s%s\n", good ? "ok  " : "FAIL", what, good ? "" : ": ", good ? "" : ironcage_last_error());
}

#define BYTES(s) (const uint8_t *)(s), strlen(s)

static int exchange(const char *host, int port, const char *body, char *answer, size_t size)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    inet_pton(AF_INET, host, &to.sin_addr);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
        close(fd);
        return -1;
    }
    char head[512];
    int n = snprintf(head, sizeof head,
                     "POST /v1/chat/completions HTTP/1.1\r\nHost: %s:%d\r\nContent-Type: application/json\r\n"
                     "Authorization: Bearer test\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n", host, port, strlen(body));
    if (write(fd, head, (size_t)n) != n || write(fd, body, strlen(body)) != (ssize_t)strlen(body)) {
        close(fd);
        return -1;
    }
    size_t used = 0;
    ssize_t got;
    while (used + 1 < size && (got = read(fd, answer + used, size - used - 1)) > 0)
        used += (size_t)got;
    answer[used] = 0;
    close(fd);
    return (int)used;
}

static uint64_t engine, protection;

static void protected_call(const char *host, int port)
{
    char url[128], answer[65536];
    snprintf(url, sizeof url, "http://%s:%d/v1/chat/completions", host, port);
    uint64_t run = 0;
    check(ironcage_run_open(&run, protection, 0) == IRONCAGE_OK && run != 0, "a run opens");

    const char *body = "{\"model\":\"gpt-4o-mini\",\"max_tokens\":50,\"messages\":[{\"role\":\"user\","
                       "\"content\":\"write to jane.doe@example.org please\"}]}";
    ironcage_verdict verdict = {.size = sizeof verdict};
    int status = ironcage_call_begin(&verdict, run, engine, 0, BYTES("POST"), BYTES(url), BYTES("content-type: application/json"), BYTES(body));
    check(status == IRONCAGE_OK && verdict.kind == IRONCAGE_VERDICT_REWRITE && verdict.call != 0, "a request with an e-mail address is rewritten");
    char sent[4096];
    snprintf(sent, sizeof sent, "%.*s", (int)verdict.body.len, (char *)verdict.body.data);
    check(strstr(sent, "[EMAIL_REDACTED]") && !strstr(sent, "jane.doe"), "the address is redacted, nothing else changed");
    uint64_t call = verdict.call;
    ironcage_buffer_free(&verdict.body);

    check(exchange(host, port, sent, answer, sizeof answer) > 0, "the provider answers");
    char *payload = strstr(answer, "\r\n\r\n");
    payload = payload ? payload + 4 : answer;
    status = ironcage_call_response(&verdict, call, 200, 1, BYTES("content-type: application/json"), BYTES(payload));
    check(status == IRONCAGE_OK && verdict.kind == IRONCAGE_VERDICT_SEND, "the answer is handed on");
    ironcage_buffer_free(&verdict.body);
    check(ironcage_call_end(call, IRONCAGE_END_COMPLETE) == IRONCAGE_OK, "the call ends");
    check(ironcage_call_end(call, IRONCAGE_END_COMPLETE) == IRONCAGE_OK, "ending twice is fine");
    check(ironcage_call_response(&verdict, call, 200, 1, NULL, 0, NULL, 0) == IRONCAGE_E_HANDLE, "an ended call is a stale handle");

    ironcage_buffer report;
    check(ironcage_protection_report(&report, protection) == IRONCAGE_OK, "there is a report");
    char text[16384];
    snprintf(text, sizeof text, "%.*s", (int)report.len, (char *)report.data);
    check(strstr(text, "\"calls\":1") && strstr(text, "EMAIL_ADDRESS") && !strstr(text, "\"spent_usd\":\"0\","), "the report has the call, its cost and the finding");
    ironcage_buffer_free(&report);

    /* Streamed, one byte at a time: what comes back is what went in. */
    const char *stream_body = "{\"model\":\"gpt-4o-mini\",\"max_tokens\":50,\"stream\":true,\"stream_options\":{\"include_usage\":true},"
                              "\"messages\":[{\"role\":\"user\",\"content\":\"tell me\"}]}";
    status = ironcage_call_begin(&verdict, run, engine, IRONCAGE_NONBLOCKING, BYTES("POST"), BYTES(url), NULL, 0, BYTES(stream_body));
    while (status == IRONCAGE_OK && verdict.kind == IRONCAGE_VERDICT_PENDING)
        status = ironcage_call_wait(&verdict, verdict.call, 100);
    check(status == IRONCAGE_OK && verdict.kind == IRONCAGE_VERDICT_SEND, "a clean request is sent as it is");
    call = verdict.call;
    check(ironcage_stream_feed(&verdict, call, BYTES("x")) == IRONCAGE_E_SEQUENCE, "feeding before opening is out of order");
    check(ironcage_stream_open(call, 200, BYTES("content-type: text/event-stream")) == IRONCAGE_OK, "a stream opens");
    const char *sse = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hello there, all is well\"}}]}\n\n"
                      "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":6}}\n\ndata: [DONE]\n\n";
    char out[1024];
    size_t used = 0;
    for (const char *p = sse; *p; p++) {
        status = ironcage_stream_feed(&verdict, call, (const uint8_t *)p, 1);
        if (status != IRONCAGE_OK)
            break;
        if (verdict.kind == IRONCAGE_VERDICT_SEND)
            out[used++] = *p;
        else if (verdict.body.len) {
            memcpy(out + used, verdict.body.data, verdict.body.len);
            used += verdict.body.len;
        }
        ironcage_buffer_free(&verdict.body);
    }
    check(status == IRONCAGE_OK && ironcage_stream_finish(&verdict, call) == IRONCAGE_OK, "a stream finishes");
    if (verdict.body.len) {
        memcpy(out + used, verdict.body.data, verdict.body.len);
        used += verdict.body.len;
    }
    ironcage_buffer_free(&verdict.body);
    check(used == strlen(sse) && memcmp(out, sse, used) == 0, "a clean stream is the same bytes, fed byte by byte");
    ironcage_call_end(call, IRONCAGE_END_COMPLETE);

    ironcage_buffer refusal;
    check(ironcage_run_close(&refusal, run) == IRONCAGE_OK && refusal.len == 0, "the run closes without a refusal");
    check(ironcage_run_close(&refusal, run) == IRONCAGE_OK, "closing twice is fine");
    check(ironcage_call_begin(&verdict, run, engine, 0, BYTES("POST"), BYTES(url), NULL, 0, BYTES(stream_body)) == IRONCAGE_OK
          && verdict.kind == IRONCAGE_VERDICT_SEND, "a thread that outlives the run still calls in its name");
    ironcage_call_end(verdict.call, IRONCAGE_END_WITHDRAWN);
    check(ironcage_run_free(run) == IRONCAGE_OK && ironcage_run_free(run) == IRONCAGE_OK, "freeing a run twice is fine");
    check(ironcage_run_close(&refusal, run) == IRONCAGE_E_HANDLE, "a freed run is a stale handle");
}

static void refusal(const char *host, int port)
{
    char url[128];
    snprintf(url, sizeof url, "http://%s:%d/v1/chat/completions", host, port);
    uint64_t small = 0, run = 0;
    check(ironcage_protection_new(&small, engine, 0, BYTES("{\"agent_id\":\"small\",\"budget_usd\":\"0.000001\"}")) == IRONCAGE_OK, "a small budget");
    ironcage_run_open(&run, small, 0);
    ironcage_verdict verdict = {.size = sizeof verdict};
    int status = ironcage_call_begin(&verdict, run, engine, 0, BYTES("POST"), BYTES(url), NULL, 0,
                                     BYTES("{\"model\":\"gpt-4o\",\"max_tokens\":500,\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}"));
    check(status == IRONCAGE_OK && verdict.kind == IRONCAGE_VERDICT_REFUSE && verdict.call == 0, "what does not fit is refused, which is no error");
    check(verdict.body.len && memmem(verdict.body.data, verdict.body.len, "BudgetExceeded", 14), "the refusal says why");
    ironcage_buffer_free(&verdict.body);
    ironcage_buffer remembered;
    check(ironcage_run_close(&remembered, run) == IRONCAGE_OK && remembered.len > 0, "the run remembers it");
    ironcage_buffer_free(&remembered);
    ironcage_protection_free(small);
}

static void findings(void)
{
    uint64_t scanner = 0;
    check(ironcage_safety_scanner_new(&scanner, engine, BYTES("{\"kinds\":[\"EMAIL_ADDRESS\"],\"deny\":[{\"name\":\"DENIED\",\"terms\":[\"falcon\"]}],\"max_findings\":3}")) == IRONCAGE_OK,
          "a scanner");
    ironcage_buffer found = {0}, kinds = {0};
    check(ironcage_safety_scanner_find(&found, scanner, BYTES("Gr\xc3\xbc\xc3\x9f" "e: jane.doe@example.org, Falcon")) == IRONCAGE_OK
          && found.len == 2 * sizeof(ironcage_finding), "two findings as structs");
    const ironcage_finding *finding = (const ironcage_finding *)(const void *)found.data;
    check(finding && (uintptr_t)finding % _Alignof(ironcage_finding) == 0 && finding[0].start == 7 && finding[0].end == 27 && finding[0].byte_start == 9
          && finding[0].byte_end == 29 && finding[0].score == 0.95 && finding[0].evidence & IRONCAGE_EVIDENCE_PATTERN
          && finding[1].byte_start == 31 && finding[1].score == 1.0 && finding[1].evidence == IRONCAGE_EVIDENCE_CUSTOM, "with their places, scores and evidence");
    check(ironcage_safety_scanner_kinds(&kinds, scanner) == IRONCAGE_OK && kinds.len, "the kinds by number");
    const char *kind = (const char *)kinds.data, *end = kind + kinds.len;
    for (uint32_t number = 0; kind && finding && number <= finding[1].kind; number++, kind += 7) {
        kind = memmem(kind, (size_t)(end - kind), "\"name\":", 7);
        if (kind && number == finding[0].kind)
            check(memcmp(kind + 7, "\"EMAIL_ADDRESS\"", 15) == 0, "the first is an e-mail address");
        if (kind && number == finding[1].kind)
            check(memcmp(kind + 7, "\"DENIED\"", 8) == 0, "the second is of the host's own kind");
        if (!kind)
            break;
    }
    check(kind != NULL, "both kinds are in the table");
    ironcage_buffer_free(&found);
    ironcage_buffer_free(&kinds);
    check(ironcage_safety_scanner_find(&found, scanner, BYTES("nothing")) == IRONCAGE_OK && found.data == NULL && found.len == 0, "no findings are no memory");
    check(ironcage_safety_scanner_find(&found, scanner, BYTES("falcon falcon falcon falcon")) == IRONCAGE_E_CONFIG && found.len == 0
          && strstr(ironcage_last_error(), "max_findings"), "too many findings are refused by name");
    ironcage_safety_scanner_free(scanner);
}

static void bad_arguments(void)
{
    ironcage_verdict verdict = {.size = sizeof verdict};
    uint64_t handle = 7;
    ironcage_buffer buffer = {0};
    check(ironcage_engine_new(NULL, NULL, 0) == IRONCAGE_E_ARGUMENT && ironcage_last_error()[0], "a null out-pointer is an argument error with a message");
    check(ironcage_engine_new(&handle, BYTES("{\"colour\":1}")) == IRONCAGE_E_CONFIG && handle == 0 && strstr(ironcage_last_error(), "colour"),
          "an unknown option is named");
    check(ironcage_run_open(&handle, engine, 0) == IRONCAGE_E_HANDLE, "a handle of another kind is refused");
    check(ironcage_protection_report(&buffer, protection ^ (1ull << 40)) == IRONCAGE_E_HANDLE, "a handle of another generation is refused");
    check(ironcage_safety_scan(&buffer, engine, NULL, 5) == IRONCAGE_E_ARGUMENT, "a null pointer with a length is refused");
    check(ironcage_safety_scan(&buffer, engine, (const uint8_t *)"x", (size_t)1 << 40) == IRONCAGE_E_ARGUMENT, "a huge length is refused");
    verdict.size = 3;
    check(ironcage_call_begin(&verdict, 0, engine, 0, NULL, 0, NULL, 0, NULL, 0, NULL, 0) == IRONCAGE_E_ARGUMENT, "a struct of unknown size is refused");
    verdict.size = sizeof verdict;
    check(ironcage_call_begin(&verdict, 0, engine, 64, NULL, 0, NULL, 0, NULL, 0, NULL, 0) == IRONCAGE_E_ARGUMENT, "an unknown flag is refused");
    check(ironcage_call_begin(&verdict, 0, engine, 0, BYTES("GET"), BYTES("https://example.org/"), NULL, 0, NULL, 0) == IRONCAGE_OK
          && verdict.kind == IRONCAGE_VERDICT_PASS && ironcage_last_error()[0] == 0, "what is no LLM call passes, and success clears the message");
    check(ironcage_cost_price(&buffer, engine, BYTES("no-such-model")) == IRONCAGE_E_NOT_FOUND, "an unknown model is not found");
    ironcage_buffer_free(&buffer);
    ironcage_buffer_free(&buffer);
    ironcage_buffer_free(NULL);
}

static void *other_thread(void *unused)
{
    (void)unused;
    uint64_t handle;
    int status = ironcage_run_open(&handle, 12345, 0);
    return (void *)(intptr_t)(status == IRONCAGE_E_HANDLE && ironcage_last_error()[0] != 0);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: consumer HOST PORT\n");
        return 2;
    }
    const char *host = argv[1];
    int port = atoi(argv[2]);
    check(strlen(ironcage_abi_fingerprint()) == 64, "the fingerprint is a SHA-256");
    check(strcmp(ironcage_abi_fingerprint(), HEADER_SHA256) == 0, "the fingerprint is this header's");
    check(ironcage_abi_version() == 0, "the ABI is not frozen yet");
    check(ironcage_engine_new(&engine, NULL, 0) == IRONCAGE_OK, "an engine");
    char spec[64];
    snprintf(spec, sizeof spec, "%s:%d=openai", host, port);
    check(ironcage_engine_add_hosts(engine, BYTES(spec)) == IRONCAGE_OK, "a host more");
    check(ironcage_protection_new(&protection, engine, 0, BYTES("{\"agent_id\":\"consumer\",\"budget_usd\":\"1\"}")) == IRONCAGE_OK, "a protection");

    protected_call(host, port);
    refusal(host, port);
    findings();
    bad_arguments();

    pthread_t thread;
    void *good = NULL;
    ironcage_run_open(&(uint64_t){0}, protection, 0);
    pthread_create(&thread, NULL, other_thread, NULL);
    pthread_join(thread, &good);
    check(good != NULL && ironcage_last_error()[0] == 0, "messages belong to their thread");

    check(ironcage_engine_flush(engine, 1000) == IRONCAGE_OK, "flush");
    check(ironcage_protection_free(protection) == IRONCAGE_OK && ironcage_protection_free(protection) == IRONCAGE_OK, "freeing is idempotent");
    check(ironcage_engine_free(engine) == IRONCAGE_OK && ironcage_engine_free(0) == IRONCAGE_OK, "the engine goes");
    printf("%d %d\n", passed, failed);
    return failed != 0;
}

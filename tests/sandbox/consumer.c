#define _GNU_SOURCE
/* A host in C: starts a program in a sandbox, and does wrong what can be done wrong at the boundary. Prints "PASSED FAILED" last. */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "ironcage_sandbox.h"

static int passed, failed;

static void check(const char *what, int holds) {
    if (holds) passed++; else failed++;
    fprintf(stderr, "%s  %s\n", holds ? "ok  " : "FAIL", what);
}

static int32_t make(uint64_t *sandbox, const char *setup) { return ironcage_sandbox_new(sandbox, (const uint8_t *)setup, strlen(setup)); }

/* Waits for the end of a tree: its state. */
static int32_t finish(uint64_t process, int fd, ironcage_sandbox_buffer *message) {
    int32_t state = IRONCAGE_SANDBOX_STARTING;
    for (;;) {
        ironcage_sandbox_buffer_free(message);
        if (ironcage_sandbox_process_poll(&state, message, process) != IRONCAGE_SANDBOX_OK) return -1;
        if (state >= IRONCAGE_SANDBOX_ENDED) return state;
        struct pollfd waiting = { .fd = fd, .events = POLLIN, .revents = 0 };
        if (poll(&waiting, 1, 60000) != 1) return -1;
    }
}

static int contains(const ironcage_sandbox_buffer *message, const char *text) {
    return message->data != NULL && memmem(message->data, message->len, text, strlen(text)) != NULL;
}

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    check("the fingerprint is that of the header", strcmp(ironcage_sandbox_abi_fingerprint(), HEADER_SHA256) == 0);
    check("there is a version", ironcage_sandbox_version()[0] != 0);
    check("the ABI is not frozen", ironcage_sandbox_abi_version() == 0);

    uint64_t sandbox = 77, process = 77;
    int fd = 77;
    check("a setup that is no JSON is refused", make(&sandbox, "{") == IRONCAGE_SANDBOX_E_POLICY && sandbox == 0);
    check("an option that is not known is refused", make(&sandbox, "{\"policy\": {\"alow\": 1}}") == IRONCAGE_SANDBOX_E_POLICY);
    check("the message names it", strstr(ironcage_sandbox_last_error(), "alow") != NULL);
    check("a null out-pointer is refused", make(NULL, "{}") == IRONCAGE_SANDBOX_E_ARGUMENT);
    check("a sandbox is made", make(&sandbox, "{\"policy\": {\"timeout\": 30}}") == IRONCAGE_SANDBOX_OK && sandbox != 0);
    check("the error is gone after a good call", ironcage_sandbox_last_error()[0] == 0);

    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    int32_t fds[3] = { nothing, nothing, nothing };
    const uint8_t program[] = "/bin/sh\0-c\0exit 7";
    ironcage_sandbox_command command = { .size = sizeof command, .argv = program, .argv_len = sizeof program, .fds = fds, .fd_count = 3, .timeout_ms = -1 };
    check("no start without a supervisor", ironcage_sandbox_start(&process, &fd, sandbox, &command) == IRONCAGE_SANDBOX_E_UNSUPPORTED && process == 0 && fd == -1);
    check("a relative path of a supervisor is refused", ironcage_sandbox_set_supervisor((const uint8_t *)"x", 1) == IRONCAGE_SANDBOX_E_ARGUMENT);
    check("a supervisor is named", ironcage_sandbox_set_supervisor((const uint8_t *)argv[1], strlen(argv[1])) == IRONCAGE_SANDBOX_OK);

    ironcage_sandbox_buffer message = { NULL, 0 };
    check("a program is started", ironcage_sandbox_start(&process, &fd, sandbox, &command) == IRONCAGE_SANDBOX_OK && process != 0 && fd >= 0);
    check("it ends", finish(process, fd, &message) == IRONCAGE_SANDBOX_ENDED);
    check("with its status", contains(&message, "\"returncode\":7"));
    check("a handle of a process is none of a sandbox", ironcage_sandbox_report(&message, process) == IRONCAGE_SANDBOX_E_HANDLE);
    check("freeing it as a sandbox is refused", ironcage_sandbox_free(process) == IRONCAGE_SANDBOX_E_HANDLE);
    check("a process is freed", ironcage_sandbox_process_free(process) == IRONCAGE_SANDBOX_OK);
    check("and freed again", ironcage_sandbox_process_free(process) == IRONCAGE_SANDBOX_OK && ironcage_sandbox_process_free(0) == IRONCAGE_SANDBOX_OK);
    check("a stale handle is an error", ironcage_sandbox_process_signal(process, 9) == IRONCAGE_SANDBOX_E_HANDLE);

    const uint8_t sleeping[] = "sleep\0" "100";
    command.argv = sleeping;
    command.argv_len = sizeof sleeping;
    check("another is started by its name", ironcage_sandbox_start(&process, &fd, sandbox, &command) == IRONCAGE_SANDBOX_OK);
    check("a signal beyond 64 is refused", ironcage_sandbox_process_signal(process, 65) == IRONCAGE_SANDBOX_E_ARGUMENT);
    check("a time of 0 is refused", ironcage_sandbox_process_limit(process, 0) == IRONCAGE_SANDBOX_E_ARGUMENT);
    check("its time begins", ironcage_sandbox_process_limit(process, 50) == IRONCAGE_SANDBOX_OK);
    check("and ends it", finish(process, fd, &message) == IRONCAGE_SANDBOX_ENDED && contains(&message, "\"timed_out\":true"));
    ironcage_sandbox_process_free(process);

    command.size = 1;
    check("a struct of another size is refused", ironcage_sandbox_start(&process, &fd, sandbox, &command) == IRONCAGE_SANDBOX_E_ARGUMENT);
    command.size = sizeof command;
    command.flags = 4;
    check("an unknown flag is refused", ironcage_sandbox_start(&process, &fd, sandbox, &command) == IRONCAGE_SANDBOX_E_ARGUMENT);
    command.flags = 0;
    command.argv_len--;
    check("argv without its NUL is refused", ironcage_sandbox_start(&process, &fd, sandbox, &command) == IRONCAGE_SANDBOX_E_ARGUMENT);
    const uint8_t missing[] = "no-such-program";
    command.argv = missing;
    command.argv_len = sizeof missing;
    check("a program that is not there is told", ironcage_sandbox_start(&process, &fd, sandbox, &command) == IRONCAGE_SANDBOX_E_NOT_FOUND);

    ironcage_sandbox_buffer_free(&message);
    check("support is told", ironcage_sandbox_support(&message) == IRONCAGE_SANDBOX_OK && contains(&message, "landlock_abi"));
    ironcage_sandbox_buffer_free(&message);
    check("a report is told", ironcage_sandbox_report(&message, sandbox) == IRONCAGE_SANDBOX_OK && contains(&message, "enforced"));
    ironcage_sandbox_buffer_free(&message);
    check("a freed buffer is empty", message.data == NULL && message.len == 0);
    check("a sandbox is freed, and again", ironcage_sandbox_free(sandbox) == IRONCAGE_SANDBOX_OK && ironcage_sandbox_free(sandbox) == IRONCAGE_SANDBOX_OK);
    check("and is stale then", ironcage_sandbox_report(&message, sandbox) == IRONCAGE_SANDBOX_E_HANDLE);
    printf("%d %d\n", passed, failed);
    return failed != 0;
}

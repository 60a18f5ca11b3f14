/*
 * ironcage_sandbox.h - the C ABI of libironcage_sandbox: walls around programs that the Linux kernel holds, with no root and no namespaces.
 *
 * This header is the contract. It is written by hand, read by C compilers, by the Python package iron_sandbox (cffi reads the part between the BEGIN and END
 * markers) and by the tests that hold header, C# exports and bindings together.
 *
 * IN ONE PARAGRAPH
 *   A host describes a policy once (ironcage_sandbox_new) and starts programs under it (ironcage_sandbox_start). Each program, with all processes that come of it, is a
 *   tree: it is confined by Landlock and a seccomp filter before its first instruction, watched by a supervisor process that the library starts, and ended as a whole
 *   when its first process ends, when its time is up, when it is let go of, and when the host or the supervisor dies, by SIGKILL too. The host polls one descriptor a tree.
 *
 * STATUS
 *   Every fallible function returns int32_t: IRONCAGE_SANDBOX_OK (0) or a negative IRONCAGE_SANDBOX_E_*. The numbers are fixed for ever. After an error out-parameters
 *   are zeroed (a descriptor is -1), and ironcage_sandbox_last_error() tells why, on the same thread, until its next call. That a program could not be started is no status but
 *   a state of its tree.
 *
 * HANDLES
 *   Sandboxes and processes are uint64_t; 0 is null. A stale, foreign or wrong-kind handle gives IRONCAGE_SANDBOX_E_HANDLE, never a crash. Freeing is idempotent, 0
 *   included, in any order.
 *
 * MEMORY
 *   Inputs are borrowed {pointer, length} pairs; a null pointer is allowed where the length is 0. Variable outputs are an ironcage_sandbox_buffer, owned by the caller, given
 *   back with ironcage_sandbox_buffer_free. JSON payloads are UTF-8 objects; unknown keys are refused on the way in and may be added on the way out.
 *
 * THREADS
 *   Every function may be called from any thread at once; a process handle is polled by one thread at a time.
 *
 * FORK
 *   The library runs a managed runtime, whose threads do not follow a fork: in the child every export of the copy that the parent used is undefined. The child may exec or
 *   exit, or it loads a private copy, from another inode: copy the file into a memfd, dlopen("/proc/self/fd/N", RTLD_NOW | RTLD_NODELETE). Handles of the parent mean nothing
 *   in the copy; the trees of the parent stay the parent's.
 *
 * UNLOAD
 *   Not supported: never dlclose the library.
 */
#ifndef IRONCAGE_SANDBOX_H
#define IRONCAGE_SANDBOX_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Status codes. */
#define IRONCAGE_SANDBOX_OK              0   /* done */
#define IRONCAGE_SANDBOX_E_INTERNAL     -1   /* a fault of the library; the message names it. Nothing was started. */
#define IRONCAGE_SANDBOX_E_ARGUMENT     -2   /* a null out-pointer, a length beyond INT32_MAX, an unknown flag, a struct size that is not known */
#define IRONCAGE_SANDBOX_E_HANDLE       -3   /* stale, foreign or wrong-kind handle */
#define IRONCAGE_SANDBOX_E_POLICY       -4   /* a policy that cannot be meant; the message names the option and what is accepted */
#define IRONCAGE_SANDBOX_E_UNSUPPORTED  -5   /* this system cannot enforce it; the message names every option that is lost */
#define IRONCAGE_SANDBOX_E_NOT_FOUND    -6   /* no such program */
#define IRONCAGE_SANDBOX_E_SYSTEM       -7   /* a system call failed that should not; the message names it */

/* Flags of ironcage_sandbox_command. */
#define IRONCAGE_SANDBOX_UNCONFINED     1u   /* watch, refuse nothing: for finding out what a program needs. Never for programs that are not trusted. */

/* States of a process. */
#define IRONCAGE_SANDBOX_STARTING        0   /* nothing is known yet */
#define IRONCAGE_SANDBOX_RUNNING         1   /* message: {"pid": N} */
#define IRONCAGE_SANDBOX_ENDED           2   /* nothing is left of the tree; message: its outcome */
#define IRONCAGE_SANDBOX_FAILED          3   /* it could not be started; message: {"step": "execve", "errno": N, "message": "..."} */
#define IRONCAGE_SANDBOX_LOST            4   /* its supervisor was ended, and the tree with it; message as for FAILED */

/* BEGIN DECLARATIONS (cffi reads from here) */

/* A piece of memory that the library made and the caller owns; give it back with ironcage_sandbox_buffer_free. {NULL, 0} is empty. */
typedef struct ironcage_sandbox_buffer {
    uint8_t *data;
    size_t len;
} ironcage_sandbox_buffer;

/* A program to start. Set size to sizeof(ironcage_sandbox_command). Everything is borrowed for the call, the descriptors too. */
typedef struct ironcage_sandbox_command {
    uint32_t size;
    uint32_t flags;          /* IRONCAGE_SANDBOX_UNCONFINED */
    const uint8_t *argv;     /* strings one after another, each with its NUL; the first is the program, looked up in the sandbox's PATH when it has no slash. At most 2 MiB. */
    size_t argv_len;
    const uint8_t *cwd;      /* an absolute path with its NUL; empty: the first allowed directory of the policy, else the private folder */
    size_t cwd_len;
    const int32_t *fds;      /* what the program has as 0, 1, 2 and so on; it has no others */
    size_t fd_count;         /* 3 to 12 */
    int64_t timeout_ms;      /* after so long the tree gets SIGTERM, and a second later SIGKILL; 0: never; -1: as the policy says */
} ironcage_sandbox_command;

/* 0 until the ABI is frozen. */
int32_t ironcage_sandbox_abi_version(void);

/* SHA-256 of this header, 64 hexadecimal digits. */
const char *ironcage_sandbox_abi_fingerprint(void);

/* The version of the library. */
const char *ironcage_sandbox_version(void);

/* Why the last call of this thread failed; "" when it did not. */
const char *ironcage_sandbox_last_error(void);

/* Gives a buffer back and empties it. Idempotent. */
void ironcage_sandbox_buffer_free(ironcage_sandbox_buffer *buffer);

/* Names the file of the supervisor (iron-sandbox-supervisor), an absolute path. Before the first start. */
int32_t ironcage_sandbox_set_supervisor(const uint8_t *path, size_t len);

/* What this kernel can enforce: {"available": true, "landlock_abi": 7, ...}. */
int32_t ironcage_sandbox_support(ironcage_sandbox_buffer *result);

/* Reads and compiles a policy: {"policy": {...}, "host": {"interpreter_prefixes": [...], "required_executables": [...], "environment": {...}}, "temporary_directory": "/tmp"}. */
int32_t ironcage_sandbox_new(uint64_t *sandbox, const uint8_t *setup, size_t len);

/* Frees a sandbox; what was started under it goes on. */
int32_t ironcage_sandbox_free(uint64_t sandbox);

/* What is enforced, and by what; what is lost; which paths may be used how. */
int32_t ironcage_sandbox_report(ironcage_sandbox_buffer *result, uint64_t sandbox);

/*
 * Prepares the confinement of a process that goes on in a forked child: a descriptor of the ruleset (-1 without Landlock; the caller closes it) and
 * {"restrict_flags": N, "filter": "hex", "request": "hex", "private_folder": "/tmp/..."}. Lets go of the supervisor of this process, and so of all that was started. The host forks; the child makes the
 * system calls (no_new_privs, capabilities, landlock_restrict_self, seccomp with a listener), sends the listener to the parent and waits; the parent executes the supervisor with
 * "block PID", all signals blocked, the socket to the child as descriptor 3, the listener as 4, and a socket with the bytes of the request as 5; the supervisor sets limits, tells the child to go on by one byte,
 * and ends as the child ends.
 */
int32_t ironcage_sandbox_block(ironcage_sandbox_buffer *plan, int32_t *ruleset, uint64_t sandbox);

/* Starts a program. fd is readable when ironcage_sandbox_process_poll has news; it belongs to the process handle. Does not wait for the program to run. */
int32_t ironcage_sandbox_start(uint64_t *process, int32_t *fd, uint64_t sandbox, const ironcage_sandbox_command *command);

/* How far a process is, without waiting: its state, and the message that goes with it. */
int32_t ironcage_sandbox_process_poll(int32_t *state, ironcage_sandbox_buffer *message, uint64_t process);

/* Sends a signal (1 to 64) to the first process of the tree; 0 ends the whole tree at once. */
int32_t ironcage_sandbox_process_signal(uint64_t process, int32_t signal);

/* Lets the time of a tree begin now, whatever it was: 1 to 2147483647 ms until it is ended; -1: as the policy says, if it says so. For programs that wait to be used. */
int32_t ironcage_sandbox_process_limit(uint64_t process, int64_t timeout_ms);

/* Lets go of a process; what still runs of its tree is ended. */
int32_t ironcage_sandbox_process_free(uint64_t process);

/* END DECLARATIONS */

#ifdef __cplusplus
}
#endif

#endif

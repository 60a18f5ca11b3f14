/*
 * ironcage.h - the C ABI of libironcage: protection for AI agents.
 *
 * This header is the contract. It is written by hand, read by C compilers, by the Python package (cffi reads the part between
 * the BEGIN and END markers) and by the tests that hold header, C# exports and bindings together.
 *
 * IN ONE PARAGRAPH
 *   A host makes one engine, a protection (budget, safety, reliability), and opens a run for each invocation of its agent. It shows
 *   the engine every HTTP request that is about to leave (ironcage_call_begin) and does what the verdict says: send it as it is,
 *   send another body, or refuse. It shows the answer (ironcage_call_response, or ironcage_stream_open and _feed), hands on what
 *   comes back, and ends the call (ironcage_call_end), whatever ended it. The library makes no network connection of its own and
 *   never calls back into the host.
 *
 * STATUS AND VERDICT
 *   Every fallible function returns int32_t: IRONCAGE_OK (0) or a negative IRONCAGE_E_*. The numbers are fixed for ever. A refusal
 *   (budget spent, data blocked, circuit open) is not an error but a verdict, an out-value of a call that returned IRONCAGE_OK.
 *   After an error out-parameters are zeroed (a descriptor is -1), and ironcage_last_error() tells why, on the same thread, until its next call.
 *   Messages never hold a secret, a prompt or a found value.
 *
 * HANDLES
 *   Engines, budgets, protections, runs, calls, scanners, streams and holds are uint64_t: kind | generation | slot. 0 is null. A stale, foreign or wrong-kind
 *   handle gives IRONCAGE_E_HANDLE, never a crash. Freeing is idempotent, 0 included, in any order: what a freed object still serves
 *   (a run of a freed protection) goes on until it ends by itself.
 *
 * MEMORY
 *   Inputs are borrowed {pointer, length} pairs, UTF-8 unless said otherwise; a null pointer is allowed where the length is 0.
 *   Variable outputs are an ironcage_buffer, owned by the caller, given back with ironcage_buffer_free. No allocator crosses the
 *   boundary. JSON payloads are UTF-8 objects; unknown keys are refused on the way in (IRONCAGE_E_CONFIG names the option and its
 *   accepted range) and may be added on the way out. Money in JSON is a decimal string of dollars ("0.0375"), exact.
 *
 * THREADS
 *   Engine, budget, protection, run and scanner handles may be used from any thread at once; a call handle, a stream and a buffer from
 *   one thread at a time. A hold, too, but of several threads that end it at once one does, and the others get IRONCAGE_E_HANDLE. No lock is held while blocking.
 *
 * WAITING
 *   ironcage_call_begin may have to wait for money (other calls of the budget must settle) or for a disk. Without
 *   IRONCAGE_NONBLOCKING it blocks; with it, it answers IRONCAGE_VERDICT_PENDING and a call handle. Poll the descriptor of
 *   ironcage_engine_event_fd, ask ironcage_engine_collect which calls are decided, and fetch each verdict with ironcage_call_wait.
 *   A blocking host that must stay interruptible asks NONBLOCKING too and calls ironcage_call_wait in slices. The same is true of ironcage_hold_new and
 *   ironcage_hold_wait; ironcage_engine_collect gives handles of calls and of holds.
 *
 * FORK
 *   The library runs a managed runtime, whose threads do not follow a fork: in the child every export of the copy that the parent used is undefined,
 *   ironcage_fork_state too. Ask for the state before the first fork and keep the pointer. The child may exec or exit, or it loads a private copy, from another inode:
 *   copy the file into a memfd, dlopen("/proc/self/fd/N", RTLD_NOW | RTLD_NODELETE), and give that copy the pointer with ironcage_fork_adopt, before anything
 *   else. From then on the handles of the parent's engines, budgets, protections, runs and scanners are good in the child, too, whatever the parent's threads were doing:
 *   budgets in memory are the same sum in both (they lie in shared memory), tokens keep
 *   their names and open in the child if they were made before the fork (those of a durable state always), SQLite stores are opened anew at their first use, a kill switch thrown in one stops both,
 *   a call cap of a run counts the calls of both. Reports, events and circuit breakers of the child begin anew. Calls, streams and holds that were open at the fork
 *   belong to the parent: in the child their handles are stale. A child that was forked by a child does the same with the state of its own parent.
 *   What a process holds of a budget in memory when it dies is booked as spent by the next one that looks.
 *
 * UNLOAD
 *   Not supported: never dlclose the library.
 *
 * STANDARD STREAMS AND SIGNALS belong to the host; the library writes to none and installs no handler that the host would miss.
 */
#ifndef IRONCAGE_H
#define IRONCAGE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Status codes. */
#define IRONCAGE_OK             0   /* done */
#define IRONCAGE_E_INTERNAL    -1   /* a fault of the library; the message names it. Treat the call as refused. */
#define IRONCAGE_E_ARGUMENT    -2   /* a null out-pointer, a length beyond INT32_MAX, an unknown flag, a struct size that is not known */
#define IRONCAGE_E_HANDLE      -3   /* stale, foreign or wrong-kind handle */
#define IRONCAGE_E_CONFIG      -4   /* an option that is unknown, of the wrong type or out of range */
#define IRONCAGE_E_STATE       -5   /* the store cannot be reached, is full, locked, read-only or damaged */
#define IRONCAGE_E_NOT_FOUND   -6   /* no such model in the price catalogue, no public tokenizer for it */
#define IRONCAGE_E_SEQUENCE    -7   /* a step out of order: feeding a call that was not opened as a stream */
#define IRONCAGE_E_PENDING     -8   /* the call is not decided yet */
#define IRONCAGE_E_UNSUPPORTED -9   /* not on this platform */

/* Flags of ironcage_call_begin and ironcage_hold_new. */
#define IRONCAGE_NONBLOCKING    1u  /* never wait inside: answer IRONCAGE_VERDICT_PENDING instead */

/* Flags of ironcage_call_begin alone: what the host can do with this call, its attempts included. Without them it is sent where it was shown to go, or is not. */
#define IRONCAGE_CAN_OTHER_PATH 2u  /* send it to another path of the same host: IRONCAGE_VERDICT_REROUTE */
#define IRONCAGE_CAN_OTHER_HOST 4u  /* send it to another host, with another key: IRONCAGE_VERDICT_REROUTE with "elsewhere" */
#define IRONCAGE_CAN_HEDGE      8u  /* make a second attempt beside the first: IRONCAGE_BESIDE */

/* A flag of ironcage_call_retry alone: the call is not over; begins a second attempt beside it. */
#define IRONCAGE_BESIDE        16u

/* Verdict kinds. */
#define IRONCAGE_VERDICT_PASS     0 /* not an LLM call, or nothing protects it: send as it is; there is no call handle */
#define IRONCAGE_VERDICT_SEND     1 /* send the body as it is */
#define IRONCAGE_VERDICT_REWRITE  2 /* send (or hand on) verdict.body instead; length and content-encoding headers must follow */
#define IRONCAGE_VERDICT_REFUSE   3 /* do not send (or hand on); verdict.body is the refusal, a JSON object */
#define IRONCAGE_VERDICT_PENDING  4 /* not decided yet; wait with verdict.call */
#define IRONCAGE_VERDICT_REROUTE  5 /* as REWRITE, and to another URL. verdict.body is a JSON object, LF, and the bytes to send:
                                     * {"url": where to, "elsewhere": absent for another path of the same host, where the headers stay; else
                                     *   {"slot": the number from the option, absent without one, "key_env": the environment variable with the key, or null, "key_header": the header that
                                     *    takes the key ("authorization": as "Bearer KEY"), "headers": the names, in lower case, of those headers of the request that may go along. No other
                                     *    may: they may be credentials. A redirect of that host must not be followed}} */

/* Bits of verdict.flags. */
#define IRONCAGE_LAST_TRY       2u  /* of ironcage_call_retry: the client should not try again either */
#define IRONCAGE_MAY_HEDGE      4u  /* with SEND, REWRITE and REROUTE: a second attempt may be begun beside this one (IRONCAGE_BESIDE) */
#define IRONCAGE_HAS_EVENTS     1u  /* drain now: a warning is waiting, or many events, or the protection asked for "eager_events" */

/* How a call ended, for ironcage_call_end. */
#define IRONCAGE_END_COMPLETE     0 /* the response was received to its end (whole or stream) */
#define IRONCAGE_END_NOT_SENT     1 /* the connection was never established: costs nothing */
#define IRONCAGE_END_NO_RESPONSE  2 /* request sent, the transport failed before a response head: costs the hold, a failure of the provider */
#define IRONCAGE_END_ABORTED      3 /* the host closed or dropped the response early: costs what is known or estimated */
#define IRONCAGE_END_WITHDRAWN    4 /* the host did not send the request after all: costs nothing */
#define IRONCAGE_END_CANCELLED    5 /* the host gave up (cancelled task, Ctrl-C) before a response head came: costs the hold */
#define IRONCAGE_END_CUT          6 /* the connection broke in the middle of the response: costs what is known or estimated, a failure of the provider */

/* Bits of ironcage_finding.evidence. */
#define IRONCAGE_EVIDENCE_PATTERN   1u  /* the shape of the text */
#define IRONCAGE_EVIDENCE_CHECKSUM  2u  /* a check digit, a checksum, or a structure that only few texts of this shape have */
#define IRONCAGE_EVIDENCE_CONTEXT   4u  /* a word left of it that says what it is */
#define IRONCAGE_EVIDENCE_ENTROPY   8u  /* its characters look random */
#define IRONCAGE_EVIDENCE_CUSTOM   16u  /* a pattern or term of the user's */
#define IRONCAGE_EVIDENCE_EXTERNAL 32u  /* the host brought it */
#define IRONCAGE_EVIDENCE_DECODED  64u  /* it was written in another form */

/* BEGIN DECLARATIONS (cffi reads from here) */

/* A piece of memory that the library made and the caller owns; give it back with ironcage_buffer_free. {NULL, 0} is empty. */
typedef struct ironcage_buffer {
    uint8_t *data;
    size_t len;
} ironcage_buffer;

/* The answer to a step of a call. Set size to sizeof(ironcage_verdict) before each use; free body after each use. */
typedef struct ironcage_verdict {
    uint32_t size;           /* in: sizeof(ironcage_verdict) */
    int32_t kind;            /* IRONCAGE_VERDICT_* */
    uint64_t call;           /* the call handle; 0 with PASS, and with REFUSE from begin, wait and retry */
    uint32_t flags;          /* IRONCAGE_HAS_EVENTS, IRONCAGE_LAST_TRY, IRONCAGE_MAY_HEDGE */
    uint32_t timeout_ms;     /* with SEND, REWRITE and REROUTE of begin, wait and retry: what the attempt may take, in milliseconds; else, or where nothing limits it, 0 */
    ironcage_buffer body;    /* REWRITE: the new bytes. REFUSE: the refusal. PENDING after an answer: what waits for approval */
} ironcage_verdict;

/* One finding, as of ironcage_safety_scanner_find. */
typedef struct ironcage_finding {
    uint64_t start;          /* in Unicode code points (Python characters) of the text */
    uint64_t end;            /* one past the last */
    uint64_t byte_start;     /* the same in bytes */
    uint64_t byte_end;
    double score;            /* above 0, at most 1 */
    uint32_t kind;           /* its number: the position in ironcage_safety_scanner_kinds of this scanner */
    uint32_t evidence;       /* IRONCAGE_EVIDENCE_*, several at once */
} ironcage_finding;

/* ---- Library ---------------------------------------------------------------------------------------------------------------- */

/* The ABI's major version; 0 until it is frozen. Never fails. */
int32_t ironcage_abi_version(void);

/* SHA-256 of this header as the library was built with it: 64 lower-case hex digits, static. A binding compares it with its own. */
const char *ironcage_abi_fingerprint(void);

/* The library's version, such as "0.1.0"; static. */
const char *ironcage_version(void);

/* Why the last call on this thread failed; "" if it did not. Valid until this thread's next call into the library. */
const char *ironcage_last_error(void);

/* What a forked child needs to go on with what this process has; see FORK. Valid as long as the process, and kept up to date. Never fails. */
const void *ironcage_fork_state(void);

/* In a private copy of the library in a forked child, before any other call that makes something: takes over what the parent had. state: what the parent got from
 * ironcage_fork_state. IRONCAGE_E_SEQUENCE: this is not a private copy, or not its first use. IRONCAGE_E_ARGUMENT: the parent used another build of the library. */
int32_t ironcage_fork_adopt(const void *state);

/* Gives a buffer back and zeroes it. NULL and empty buffers are fine; so is a second call. */
void ironcage_buffer_free(ironcage_buffer *buffer);

/* ---- Engine ----------------------------------------------------------------------------------------------------------------- */

/*
 * Makes an engine. config: JSON object or empty:
 *   "llm_hosts"       string, "host[:port]=PROTOCOL,...": more hosts that speak an LLM protocol (openai, anthropic, gemini, bedrock,
 *                     ollama, cohere)
 *   "log_level"       "debug", "info", "warning" (default), "error", "off": what becomes "log" events
 *   "event_capacity"  64 to 1048576, default 8192: events kept for draining; the oldest are dropped (and counted) beyond it
 * A process needs one engine.
 */
int32_t ironcage_engine_new(uint64_t *out, const uint8_t *config, size_t config_len);

/* Frees the engine: waits for what is still to be written (at most 10 s), then closes its stores. */
int32_t ironcage_engine_free(uint64_t engine);

/* Adds hosts, in the form of "llm_hosts". The newest entry for a host wins. */
int32_t ironcage_engine_add_hosts(uint64_t engine, const uint8_t *spec, size_t spec_len);

/* A descriptor that is readable when ironcage_engine_collect has something. Owned by the engine: poll it, do not read or close it.
 * IRONCAGE_E_UNSUPPORTED where there is no eventfd: wait in slices instead. */
int32_t ironcage_engine_event_fd(int32_t *out, uint64_t engine);

/* Moves up to capacity handles of calls that were PENDING and are now decided into calls; *count tells how many.
 * Each is reported once. capacity: 1 to 1048576. */
int32_t ironcage_engine_collect(uint64_t *calls, size_t capacity, size_t *count, uint64_t engine);

/*
 * Takes up to max events (0: all), oldest first: {"dropped": n (lost since the engine was made), "events": [{"seq", "kind", "level" (10 debug to 40 error), "time"
 * (Unix seconds), "protection" (handle as a string, "0" for the engine), "message", "run", "call" (32 hexadecimal
 * digits each, absent where there is none in particular), "details" (object or null)}]}. docs/telemetry.md lists the kinds.
 */
int32_t ironcage_engine_drain(ironcage_buffer *out, uint64_t engine, uint32_t max);

/*
 * The agents that have a protection, as they are now in this process, by id: [{"agent_id", "status": "idle" (no run is open), "running", "exceeded" (the last thing that it asked money
 * for was refused for want of it) or "stopped" (kill switch), "budget_spent": dollars that its calls, and holds of the host's own in its runs, cost, "pii_detections": findings in its
 * traffic}]. Protections of one agent_id are one agent; it goes when the last of them is freed. Touches no store.
 */
int32_t ironcage_engine_agent_states(ironcage_buffer *out, uint64_t engine);

/* Waits until every settlement and audit entry so far is durable; IRONCAGE_E_STATE if one could not be written or time is
 * up. timeout_ms: 0 or more. */
int32_t ironcage_engine_flush(uint64_t engine, int32_t timeout_ms);

/* ---- Lang ------------------------------------------------------------------------------------------------------------------- */

/*
 * Whether requests to this URL may be LLM calls: *out is 1 (show them to ironcage_call_begin) or 0 (send as they are). Depends on
 * scheme, host and port only, so a host may remember the answer until the next ironcage_engine_add_hosts.
 */
int32_t ironcage_lang_recognise(int32_t *out, uint64_t engine, const uint8_t *url, size_t url_len);

/* ---- Safety ----------------------------------------------------------------------------------------------------------------- */

/*
 * Finds personal data and secrets in a text, with everything at its default:
 * {"findings": [{"kind": "EMAIL_ADDRESS", "start": 3, "end": 17, "score": 0.95, "evidence": ["pattern"], "byte_start": 3, "byte_end": 17}]}, ascending, disjoint.
 * start and end count Unicode code points (Python characters), byte_start and byte_end bytes of the UTF-8 text. evidence is what raised it: "pattern", "checksum",
 * "context" (a word left of it), "entropy", "custom" (a pattern or term of the user's), "external" (the host brought it), "decoded" (it was written in another form).
 * IRONCAGE_E_CONFIG: the text is beyond the limits "max_text_bytes" or "max_findings" of ironcage_safety_scanner_new; the message names the limit. So do all that scan.
 */
int32_t ironcage_safety_scan(ironcage_buffer *out, uint64_t engine, const uint8_t *text, size_t text_len);

/* The text with every finding replaced by its stable form, such as [EMAIL_REDACTED]. Redacting twice changes nothing more. */
int32_t ironcage_safety_redact(ironcage_buffer *out, uint64_t engine, const uint8_t *text, size_t text_len);

/*
 * The text with the values in place of their tokens ([EMAIL_KJ7Q2ZP4M0XNT5WA]); tokens that cannot be opened stay. It is the host's own decision: no policy is asked.
 * options: JSON object or empty, of what the tokens were made with: "key", "tenant", "state" as of ironcage_protection_new. Without a key: those of this process.
 * Values stand in the result as they are, not escaped.
 */
int32_t ironcage_safety_restore(ironcage_buffer *out, uint64_t engine, const uint8_t *options, size_t options_len, const uint8_t *text, size_t text_len);

/*
 * Makes a scanner of the host's own, for any number of texts and threads. options: JSON object or empty, also the "pii_scanner" of a protection:
 *   "kinds"         null (default: all), or an array of names of kinds and of the groups "personal", "national", "secret", "all"; with '-' before it ("-URL") a name is an
 *                   exclusion, which wins. Only exclusions: of all. Names of patterns and dictionaries are accepted, too; they are looked for unless excluded.
 *   "regions"       array of countries (ISO 3166-1, two letters): their kinds are looked for, also where no word beside a value says what it is
 *   "min_score"     0 (default) to 1: findings of a lower score are dropped
 *   "patterns"      array of at most 200 {"name": the kind of its findings, 2 to 63 of A-Z 0-9 _, the first a letter; "regex": 1 to 4096 characters; "score": above 0, at most 1,
 *                   default 0.85; "context": words of which one must stand within 64 bytes left of a match (64 patterns may have some)}. Time is linear in the text, whatever
 *                   the pattern: backreferences, lookaround, possessive quantifiers and atomic groups are refused by name. A match has at most 250 bytes.
 *   "dictionaries"  array of at most 32 {"name", "terms": 1 to 1000000 words and phrases of at most 200 bytes, "score", "ignore_case": default true}; terms are found as whole
 *                   words, in scripts without spaces anywhere
 *   "deny"          as "dictionaries", without score: always found, with score 1, whatever is allowed
 *   "allow"         {"values": [...], "domains": [...], "patterns": [...]}: left alone. Values: whole, in any case, spaces and hyphens not counted in those without ". : / @";
 *                   domains: e-mail addresses and URLs of this host and those below it; patterns: regular expressions that match a whole value
 *   "max_text_bytes"  1 to 2000000000, default 134217728: the longest text, document or piece of a stream that is scanned at once
 *   "max_findings"    1 to 100000000, default 10000000: the most findings of one; they take some 100 bytes each while they are gathered, and 150 as JSON
 * What is beyond a limit is refused with IRONCAGE_E_CONFIG, never cut. In traffic it is content that nobody can read: see "unscannable" of ironcage_protection_new.
 * The redacted form of a kind of the host's own is [NAME_REDACTED]. A scanner is good in forked children, too.
 */
int32_t ironcage_safety_scanner_new(uint64_t *out, uint64_t engine, const uint8_t *options, size_t options_len);

/* Streams that were made of it go on. */
int32_t ironcage_safety_scanner_free(uint64_t scanner);

/*
 * As ironcage_safety_scan. external: JSON object or empty, findings of a recogniser of the host's: {"unit": "characters" (default) or "bytes", "findings": [{"kind", "start", "end",
 * "score": above 0, at most 1, default 0.85}]}, in any order, at most 1000000. They take part in the decision of overlaps (score, then length, then place); their kinds may be of
 * the host's own.
 */
int32_t ironcage_safety_scanner_scan(ironcage_buffer *out, uint64_t scanner, const uint8_t *text, size_t text_len,
                                     const uint8_t *external, size_t external_len);

/* As ironcage_safety_redact. external: as of ironcage_safety_scanner_scan. */
int32_t ironcage_safety_scanner_redact(ironcage_buffer *out, uint64_t scanner, const uint8_t *text, size_t text_len,
                                       const uint8_t *external, size_t external_len);

/*
 * As ironcage_safety_scanner_scan, without findings of the host's, as an array of ironcage_finding: out->data is aligned for it, out->len / sizeof(ironcage_finding) is the
 * number of them; {NULL, 0} if there are none.
 */
int32_t ironcage_safety_scanner_find(ironcage_buffer *out, uint64_t scanner, const uint8_t *text, size_t text_len);

/*
 * The kinds that findings of this scanner may have, by number: {"kinds": [{"name", "group" ("personal", "national", "secret", "own"), "region" (ISO 3166-1, or null), "redacted":
 * what stands for a redacted one, "wanted": whether the scanner looks for it}]}. Numbers differ between versions of the library, and for kinds of the host's own between scanners.
 */
int32_t ironcage_safety_scanner_kinds(ironcage_buffer *out, uint64_t scanner);

/*
 * Scans the strings, numbers and names of a JSON document (IRONCAGE_E_CONFIG if it is none): findings as above, each with "pointer" (RFC 6901, of the value or member), "part" ("value",
 * "name"), "body_start", "body_end" (code points of the document), "body_byte_start", "body_byte_end". start, end and their bytes lie in the text that the string stands for.
 * The name of a member counts as context of its value. A pointer of more than 4096 bytes is cut and ends in an ellipsis.
 */
int32_t ironcage_safety_scanner_scan_json(ironcage_buffer *out, uint64_t scanner, const uint8_t *body, size_t body_len);

/*
 * The document with every finding of ironcage_safety_scanner_scan_json replaced by its stable form, and all else byte for byte as it was. A number that holds one becomes a string.
 * Redacted names may be the same for several members then.
 */
int32_t ironcage_safety_scanner_redact_json(ironcage_buffer *out, uint64_t scanner, const uint8_t *body, size_t body_len);

/* Opens the scan of one text that arrives in pieces. A stream belongs to one thread at a time, and to its process. */
int32_t ironcage_safety_stream_new(uint64_t *out, uint64_t scanner);

/*
 * Takes the next piece, cut anywhere: {"findings": [as above, places in the whole text], "decided": code points, "decided_bytes": bytes}. Together they are those of the whole text, however
 * it is cut. No later finding begins before what is decided, which lags by 512 bytes at most (an escape or a digit of another script counts as the ASCII character that it stands for).
 * A long secret (a private key) is handed out in parts, the first as soon as it is proven: each is a finding with the same "start" and "byte_start", its end so far, and also "from", "byte_from":
 * where the part begins, that is where the part before it ended, and "open": true, but false for the last, which is the finding of the whole text. No other finding comes between.
 * final: 1 with the last piece (which may be empty).
 * The text may be of any length, in bounded memory: "max_text_bytes" and "max_findings" concern one piece. A piece that is too long changes nothing; one with too many findings ends the text.
 */
int32_t ironcage_safety_stream_push(ironcage_buffer *out, uint64_t stream, const uint8_t *piece, size_t piece_len, uint8_t final);

int32_t ironcage_safety_stream_free(uint64_t stream);

/* ---- Cost ------------------------------------------------------------------------------------------------------------------- */

/* Tokens of a text by the public tokenizer of the model, in time linear in the text; IRONCAGE_E_NOT_FOUND when it has none. The first use loads tables (some 30 ms, 10 MB). */
int32_t ironcage_cost_count_tokens(int64_t *out, uint64_t engine, const uint8_t *text, size_t text_len,
                                   const uint8_t *model, size_t model_len);

/*
 * What the catalogue charges for a model now, in dollars per million tokens, absent buckets null:
 * {"model", "provider", BUCKET_usd_per_mtok (input, cached_input, cache_write, cache_write_hour, output, reasoning, audio_input, cached_audio_input,
 *  audio_output, image_input, image_output), "request_usd", "search_usd" (dollars for one, or null), "context_window", "max_output" (tokens or null),
 *  "tiers": [{"above_input_tokens", ...the same buckets}], "source", "checked"}.
 * IRONCAGE_E_NOT_FOUND for a model without a price.
 */
int32_t ironcage_cost_price(ironcage_buffer *out, uint64_t engine, const uint8_t *model, size_t model_len);

/*
 * What would be charged, and why. query: JSON object, every field optional:
 *   "model"     the name that requests use
 *   "provider"  who serves it (an id of the list below), or "host": the host that it is asked at. Neither: whose it is by its name
 *   "at"        "YYYY-MM-DD" or "YYYY-MM-DDTHH:MM[:SS]" in UTC: prices of that time. Default: now
 *   "usages"    array of up to 100000 objects of BUCKET: count (0 to 1000000000), and "search": one call each; "reasoning" is a part of "output"
 *   "prices"    array of {"name", "text"}: price files of the user's own (docs/prices.md), the last goes first
 * With a model: {"model", "provider", "problem" (null, or why it has no price), "nearest": [similar names], "elsewhere": [providers that have this name],
 *   and for a model with a price "id", "matched", "rule" (how the name was found), "vendor", "own", "vendor_price", "deprecated", "source", "checked", "from", "until"
 *   (dates or null), "daily" (null or two times), "rounded_up": [bucket], "context_window", "max_output", "request_usd", "search_usd",
 *   "tiers": [{"above_input_tokens", "buckets": {BUCKET: {"usd_per_mtok", "derived": [rule]}}}],
 *   "bills": [{"cost_pico", "cost_usd", "derived", and for a single usage "items": [{"bucket", "count", "usd_per_mtok" or "usd_each", "cost_usd", "derived"}]}]}.
 * With a provider alone: {"provider", "source", "checked", "models": [{"id", BUCKET: dollars or null, "tiers": n}]}.
 * With neither: {"providers": [{"id", "name", "models": n, "hosts", "source", "checked"}]}.
 */
int32_t ironcage_cost_explain(ironcage_buffer *out, uint64_t engine, const uint8_t *query, size_t query_len);

/*
 * What a provider's answer cost, by the usage that it tells. body: the JSON of a whole answer, the event or chunk that ends a streamed one and tells the usage, or a usage object
 * alone. query: as of ironcage_cost_explain, without "usages"; the model: default the one that the answer names; and
 *   "api"  how the answer tells its usage: "chat", "responses", "messages", "generate_content", "converse", "invoke", "cohere", "ollama". Default: by its shape
 * Gives what ironcage_cost_explain does for a model, with one bill, and "api", "usage": {BUCKET: count}, "extra_charge": whether something was charged beside it whose
 * price nobody states (a premium service tier, tools of the provider). IRONCAGE_E_CONFIG, "response: ...", for an answer that tells no usage or an impossible one.
 */
int32_t ironcage_cost_answer(ironcage_buffer *out, uint64_t engine, const uint8_t *query, size_t query_len, const uint8_t *body, size_t body_len);

/* ---- Budgets ---------------------------------------------------------------------------------------------------------------- */

/*
 * Opens a named budget, shared by all protections that are given it: {"name": "team-a", "limit_usd": "50", "window": "day", "time_zone": "Europe/Berlin",
 * "parent": "org", "state": "sqlite:///PATH"}. All but name and limit_usd may be absent or null:
 *   "window"     the time for which the limit counts: "total" (default of a new budget), "day", "month", or seconds as text, "1" to "31622400", counted from
 *                1970 UTC. What settles is booked in the window in which it settles; holds go on into the next. Another window than the stored one begins at once.
 *   "time_zone"  IANA name, whose midnights count for day and month; default "UTC"
 *   "parent"     name of a budget that is open in the same store: a hold must fit that one, too, and those above it (16 levels at most). It cannot be changed.
 *   "state"      absent: memory of this process (one budget per name and engine)
 *   "warn_at"    array of shares of the limit in (0, 1]: event "budget.warning" when what is spent crosses one, told by the protection whose call did it (on this budget or one below
 *                it), once in each window and process, and again after the limit was raised. Absent: as the budget was last opened in this process; []: never.
 */
int32_t ironcage_budget_open(uint64_t *out, uint64_t engine, const uint8_t *options, size_t options_len);

/*
 * {"name", "limit_usd" (of the current window, top-ups included), "spent_usd", "held_usd", "remaining_usd", "window", "time_zone", "window_ends" (null: never), "parent",
 * "frozen", "overruns": {"count", "above_usd", "newest": [{"at", "agent", "provider", "model", "project", "tags", "held_usd", "billed_usd"}]}}, as the store has it now. Overruns are the
 * calls, here and in the budgets below, that were billed above what was held for them: how many, by how much in all, and the newest 100 one by one. Of budgets in memory: those of this process.
 */
int32_t ironcage_budget_report(ironcage_buffer *out, uint64_t budget);

/*
 * Changes a budget: {"top_up_usd": "10" (may be negative; of the current window, of a total one for good), "limit_usd": "60", "frozen": true (nothing is granted here and
 * below, holds go on), "note": why, at most 200 characters, "id": a UUID: of changes with one id only the first counts}. Each may be absent. Gives the report afterwards.
 */
int32_t ironcage_budget_change(ironcage_buffer *out, uint64_t budget, const uint8_t *change, size_t change_len);

/*
 * The newest events, at most `max` (1 to 10000; 0 or more than that: 10000): [{"at", "what": "opened", "limit", "top_up", "frozen", "unfrozen" or "window_ended", "amount_usd" (limit, top-up, or what the
 * window had spent; else null), "note"}]. Of budgets in memory: those of this process.
 */
int32_t ironcage_budget_history(ironcage_buffer *out, uint64_t budget, uint32_t max);

/*
 * What was spent in a store, in whole hours UTC: {"state" (absent: memory of this process), "since", "until": instants in ISO 8601, or dates}. Gives
 * [{"agent", "provider", "model", "project", "tags": [], "calls", "estimated", "overbilled", "input_tokens", "cached_tokens", "output_tokens", "cost_usd"}], dearest first.
 */
int32_t ironcage_spend(ironcage_buffer *out, uint64_t engine, const uint8_t *options, size_t options_len);

int32_t ironcage_budget_free(uint64_t budget);

/* ---- Stores ----------------------------------------------------------------------------------------------------------------- */

/*
 * Checks an SQLite store, which may be in use: the structure of its file, every budget's held sum against the rows of its open holds, and the chain of the audit trail.
 * {"state": required, "sqlite:///PATH", or the path, of a file that exists}. Gives {"sound", "problems": what is wrong, in words; "repaired": sums of holds that were wrong and
 * have been put right since the file was opened, in words; "budgets", "open_holds", "entries": how many there are}. "sound" is false if any is listed. Reads the whole file.
 */
int32_t ironcage_store_check(ironcage_buffer *out, uint64_t engine, const uint8_t *options, size_t options_len);

/*
 * Control of agents by way of their store, from a process that runs none of them: {"state": required, a store that exists; "stop": an agent's id, with "reason", 1 to 1000 characters, default
 * "stopped"; or "resume": an agent's id; or "approve": the id of a use of a tool that waits; or "deny": such an id, with "reason", default "denied"}. Gives {"changed": whether that was news,
 * "stopped": [{"agent", "reason", "at"}], "approvals": what waits, as of ironcage_call_response, of protections with "show_approvals"} afterwards. Of a store in Redis the audit entry of a stop
 * goes where the "state" says.
 */
int32_t ironcage_store_control(ironcage_buffer *out, uint64_t engine, const uint8_t *options, size_t options_len);

/* ---- Holds ------------------------------------------------------------------------------------------------------------------ */

/*
 * Takes a hold on a budget, for what costs money and is no LLM call: a paid tool, a GPU. budget is a handle of ironcage_budget_open. run: whose agent, project and tags it is
 * reported under (ironcage_spend), and whose kill switches refuse it; or 0. amount_pico: an upper bound of the cost in picodollars (10^-12 $), above 0, at most 9000000 dollars.
 * wait_ms: how long it waits, in order of arrival, when it fits the budget but not beside the holds of others, 0 to 3600000. attribution: JSON object or empty, every key optional:
 * {"agent", "provider", "label" (what it is for; where reports have the model), "project": 1 to 200 characters; "tags": at most 32 of 1 to 100 characters, beside those of the run}.
 * It is read once for each text, so let texts come again.
 *
 * verdict: SEND (the hold stands, and is durable where the store is), REFUSE (nothing is held; the refusal is a BudgetExceeded or an AgentStopped as of ironcage_call_begin) or, with
 * IRONCAGE_NONBLOCKING, PENDING. verdict.call is the handle of the hold after SEND and PENDING. It must be ended, once, by ironcage_hold_settle, ironcage_hold_release or
 * ironcage_hold_free. What its process leaves when it dies is booked in full, as that of a call is. In a forked child the handle is stale.
 */
int32_t ironcage_hold_new(ironcage_verdict *out, uint64_t budget, uint64_t run, uint32_t flags, int64_t amount_pico, int32_t wait_ms,
                          const uint8_t *attribution, size_t attribution_len);

/* Waits at most timeout_ms (0: does not wait, -1: no limit) for the verdict of a PENDING hold; PENDING again if time is up. */
int32_t ironcage_hold_wait(ironcage_verdict *out, uint64_t hold, int32_t timeout_ms);

/*
 * Ends a hold at what it cost, 0 to 9000000 dollars in picodollars, and frees the handle. A cost above the hold is booked in full, counts as overbilled and makes an event
 * "budget.overbilled". Never waits for a disk. IRONCAGE_E_CONFIG: the amount is out of range, the hold goes on. IRONCAGE_E_PENDING: it is not decided yet. IRONCAGE_E_HANDLE: it has
 * ended. IRONCAGE_E_STATE: the store is closed; the hold stays in it and is booked in full when it expires.
 */
int32_t ironcage_hold_settle(uint64_t hold, int64_t actual_pico);

/* Ends a hold at nothing and frees the handle, with the same errors: what it was for did not happen, so nothing is reported. */
int32_t ironcage_hold_release(uint64_t hold);

/* Frees the handle. A hold that stands is booked in full and counts as estimated; one that waits is withdrawn. Idempotent: a stale handle is fine here. */
int32_t ironcage_hold_free(uint64_t hold);

/* ---- Audit ------------------------------------------------------------------------------------------------------------------ */

/*
 * The audit trail of an SQLite store, its table audit_events(id, agent_id, event_type, timestamp, details, hash): append-only, one chain of hashes however many processes
 * write. hash is the SHA-256 of: the bytes IRONCAGE-AUDIT-1; the 32 bytes of the hash before (zeros for the first entry); id, 8 bytes, highest first; then agent_id, event_type,
 * timestamp and details, each as its length in 8 bytes, highest first, and its UTF-8. It has no key: whoever can write the file can write the whole chain anew, which is seen
 * only by who noted a head elsewhere. Reading keeps nobody from writing.
 * "state" is required: "sqlite:///PATH", or the path, of a file that exists. A file of an earlier version of the library is upgraded by opening it.
 */

/*
 * Checks every entry: {"state", "head": a noted one ("ENTRY:HASH" or the hash), which must be in the chain; "most": entries of one call, 1 to 1000000, default 100000; "after": the
 * "next" of the call before}. Gives {"complete", "entries": checked so far, "head": "ENTRY:HASH" of the last entry, "checkpoint": the same of the last one that was pruned, or null,
 * "fault": null or the first thing that does not fit {"entry", "kind": "changed", "removed", "inserted", "reordered" or "truncated", "message"}, "next": null once complete}.
 */
int32_t ironcage_store_audit_verify(ironcage_buffer *out, uint64_t engine, const uint8_t *options, size_t options_len);

/*
 * Entries as lines: {"state", "format": "jsonl" (default, details as an object) or "csv" (with a line of names first, details as they are stored), "since" (inclusive), "until"
 * (exclusive): instants in ISO 8601, or dates; "agent"; "event": a type, or with an asterisk at its end ("pii.*") what begins so; "after": *next of the call before, 0 to begin}.
 * Of each some: until *next is 0, call again, also when out is empty.
 */
int32_t ironcage_store_audit_export(ironcage_buffer *out, int64_t *next, uint64_t engine, const uint8_t *options, size_t options_len);

/*
 * Retention: removes the oldest entries up to the first that is not older: {"state", "before": an instant that is past, or "older_than_days": 0 to 36500}. What goes is checked
 * first. The last of it stays as the checkpoint from which the rest is verified, and an entry "audit.pruned" tells of it. The file does not shrink; its room is used again.
 * Gives {"entries": removed, "checkpoint": "ENTRY:HASH" or null, "fault": null, or as above what does not fit, where it ended}.
 */
int32_t ironcage_store_audit_prune(ironcage_buffer *out, uint64_t engine, const uint8_t *options, size_t options_len);

/* ---- Protections ------------------------------------------------------------------------------------------------------------ */

/*
 * Makes a protection. budget is a handle of ironcage_budget_open or 0. options: JSON object:
 *   "agent_id"         string, 1 to 200 characters, required: attribution and audit
 *   "project"          null (default) or 1 to 200 characters: what spend is reported under
 *   "tags"             at most 32 words of 1 to 100 characters, without line breaks: the same
 *   "budget_usd"       decimal string > 0, or null (default): spend is tracked, not limited. Not together with a budget handle.
 *   "budget_scope"     "protection" (default) or "run": a fresh budget for each run
 *   "warn_at"          array of numbers in (0, 1]: one warning event for each threshold that is crossed, once in each window; default [0.9], but none where the budget has a "warn_at"
 *   "degrade"          null (default) or an object of 1 to 100 models -> cheaper models, without circles, each with a price (unless "unpriced" is not "deny"): a call that does not
 *                      fit the budget goes to the next cheaper model that is cheaper for this very call, can take it, and fits. Only the body is rewritten: not where the URL names the model
 *   "degrade_at"       above 0, at most 1 (default): the share of the budget, spent and held, from which on the cheaper model is asked in any case. Needs "degrade" and a budget
 *   "reserve_usd"      null (default) or a decimal string > 0, below the budget: what every call must leave, but the last ones of a run
 *   "wrap_up_calls"    1 (default) to 1000: calls of a run that may draw on the reserve, once one does not fit beside it. What the provider answers with an error does not count
 *   "wrap_up_note"     null (default) or 1 to 4000 characters: a message of the user that is appended to their requests
 *   "hold_wait"        seconds 0 to 3600, default 30
 *   "lower_output"     bool, default true
 *   "bound"            "default" or "strict" (one token per UTF-8 byte of input)
 *   "pii_detection"    bool, default true
 *   "pii_action"       "redact" (default), "mask", "hash", "tokenise", "block", "warn", "ignore"; see below
 *   "pii_actions"      object -> action, overrides for a group ("personal", "national", "secret", "own") or, before that, for a kind. URL, DATE_TIME, MAC_ADDRESS, SWIFT_CODE and
 *                      CRYPTO are left alone unless they are named themselves
 *   "key"              null (default), or 32 bytes as 64 hexadecimal digits or base64, or an array of up to 16 such: the first names and seals, the others open what they
 *                      sealed once. Without one, tokens and hashes are good in this process and those forked from it, and "tokenise" with a durable state is refused
 *   "tenant"           string of 1 to 200 characters, default none: tokens and hashes of different tenants have nothing to do with each other
 *   "restore_in"       array of "answer" and "tool:NAME", default ["answer"]: where values come back in place of their tokens
 *   "pii_scanner"      what to look for: an object as of ironcage_safety_scanner_new; default: everything. Names of its patterns and dictionaries may stand in "pii_actions".
 *                      Where protections are nested, texts are scanned for what any of them looks for, and allowed is what all of them allow.
 *   "scan_output"      bool, default true
 *   "circuit_breaker"  null (off) or {"failure_threshold": 1 to 1000000, default 3, "recovery_timeout": seconds 0.001 to 86400, default 60,
 *                      "failure_ratio": null (default) or the share, above 0 to 1, of the calls of the last "failure_window" (seconds 1 to 86400, default 60) whose failure opens
 *                      the circuit, too, once "minimum_calls" (1 to 1000000, default 10) of them have ended}
 *   "requests_per_minute"  null (default: not limited) or 1 to 1000000: calls to a provider host and model that begin in any 60 seconds
 *   "tokens_per_minute"    null (default: not limited) or 1 to 2000000000: tokens of these calls: the input and the output that a call may have, and, once it has ended, what it used
 *   "max_concurrent"       null (default: not limited) or 1 to 100000: calls to a provider host and model in flight at once
 *   "max_wait"             null (default: as "hold_wait") or seconds 0 to 3600: how long a call waits for its turn, in order of arrival, before it is refused
 *   "provider_limits"      bool, default true: calls wait where the provider said that nothing remains until a time; such a wait never refuses a call
 *   "max_retries"      0 to 10, default 2: the most attempts of a request beyond its first, those of its SDK included. 0: none is added, nothing is capped
 *   "retry_delay"      seconds, 0.001 to 8, default 0.5: the pause before the first retry where the provider asks for none; it doubles with each up to 8, less up to a quarter by chance
 *   "retry_after_ceiling"  seconds, 0 to 3600, default 60: where the provider asks for a longer pause there is no retry, and no call waits for it
 *   "attempt_timeout"  null (default) or seconds, 0.001 to 86400: what an attempt may take, a whole answer up to its end, a stream up to its head. The host has to see to
 *                      it: verdict.timeout_ms
 *   "total_timeout"    null (default) or seconds, 0.001 to 86400: the same for all attempts of a request together, with the waits before and between them
 *   "fallback"         object of 1 to 100 {model: [1 to 10 others]}, each the name (1 to 256 characters) of another model of the same host, or an object for another host of the same protocol:
 *                      {"base_url": as its SDK has it, 1 to 1024 characters, without credentials, of a host that is known or named in "llm_hosts"; a query is api-version alone,
 *                       "model": the model there, null or absent: the same name, "slot": a number by which the host knows the key, given back with REROUTE, "api_key_env": the environment
 *                       variable with the key, "api_key_header": the header that takes it (default: the usual one of that host)}. Keys never come here.
 *                      They are called, in order, one attempt each and what is left of the retries, when the attempts at a model are over, or its circuit is open. Each is priced, scanned
 *                      and held like any call; one that would be refused is left out, and one that cannot be asked (another endpoint, a path that names its model in a way that is not known).
 *                      Models in paths and other hosts need IRONCAGE_CAN_*: a request whose model has another host behind it is refused where the host cannot send it there, or it is signed
 *   "fallback_to_memory"  bool, default false: when all that fails, the last whole answer to the very same request in this run is given, if there was one: a refusal with status 200 and
 *                      "respond", so that hosts answer with it. 64 answers of up to 262144 bytes are kept for a run; streams are not
 *   "hedge_after"      null (default) or seconds, 0.001 to 3600: when a whole answer has not begun by then, the request may be sent a second time beside the first (IRONCAGE_BESIDE). Both are
 *                      calls, and both cost; of nested protections the longest. A host without IRONCAGE_CAN_HEDGE, and a signed request, is refused what could be hedged
 *   "state"            null or "memory" (default), or "sqlite:///PATH[?heartbeat=SECONDS&expiry=SECONDS]": where budget and audit live. Holds of
 *                      a process that was silent for expiry (default 60) are booked in full; it says that it lives every heartbeat (default 5, 0.01 to 3600;
 *                      expiry: three of them to 2592000). All processes that share a store should say the same.
 *   "unpriced"         "deny" (default), "warn", or an object with the buckets and charges of ironcage_cost_price to assume, and "context_window" and "max_output"
 *   "prices"           array of up to 100 {"name", "text"}: price files of the user's own (docs/prices.md), which go before the catalogue; the last goes first
 *   "unclaimed"        "deny" (default), "pass": an LLM call without a run while several protections have runs open
 *   "unscannable"      "warn" (default), "deny", "allow": what nobody can read, and texts beyond the limits of "pii_scanner"
 *   "on_deny"          "raise" (default), "respond"
 *   "max_calls"        null or 1 to 1000000000: LLM calls per run
 *   "max_tokens"       null or 1 to 2000000000: tokens of a run, input and output, after which it makes no further call. Calls that began before may pass it
 *   "timeout"          null or seconds, 0.001 to 2592000: how long a run may last. After that its calls are refused, waits end, and of answers in flight nothing more is handed on
 *   "tools"            null (default: all), or an array of up to 1000 names of tools that the model may use, 1 to 256 characters; '*' stands for any characters, '?' for one.
 *                      An answer that uses another is refused before the agent sees it (a stream from there on), and a request that offers another that the provider runs itself
 *   "denied_tools"     array of names as of "tools" that may not be used, whatever is allowed; default []
 *   "approve_tools"    null (default), or an array of names as of "tools": an answer that uses one waits until somebody approves each use (see ironcage_call_response), for "approval_timeout"
 *                      seconds, 0.001 to 86400, default 300; then, and when it is denied, it is refused. A request that offers one that the provider runs itself is refused
 *   "show_approvals"   bool, default false: what waits is shown in a durable state, too, with the arguments, until it is decided: other processes decide by ironcage_store_control
 *   "kill_file"        null (default), or an absolute path, up to 4096 characters: while this file exists the agent is stopped, as by ironcage_protection_stop, with the first 200 characters of its
 *                      first line as the reason. It is looked at every 100 ms and as a run is opened; one that cannot be looked at counts as one that exists. That it is removed lifts nothing
 *   "loop_detection"   null or false (default), true, or {"nudge_after": 2 to 1000, default 3, "stop_after": above it, default 5, "note": string of 1 to 4000 characters}: a run
 *                      whose answers repeat themselves (the same uses of tools with the same arguments, alone or as a cycle of up to four; the same words in answer to the same) is told
 *                      so by a message of the user in its next request, and later stopped
 *   "agent_state_events"  bool, default false: an event "agent.state" for each change of the agent's state that this protection makes, with the object of
 *                      ironcage_protection_agent_state as its details
 *   "log"              null (default) or {"file": path, required, "max_mb": megabytes (10^6 bytes) at which a new file is begun, 0.1 to 100000, default 10, "backups": 0 to 1000, default 5
 *                      (FILE.1 is the youngest), "level": "debug" (default), "info", "warning", "error"}: events at or above the level are appended as lines of JSON {"time": RFC 3339 in
 *                      UTC, "level", "event", "agent_id", "run_id", "call_id", "pid", "message", "details"} by a thread of the library. Any number of protections and processes may share
 *                      a file: all hold a lock on FILE.lock while they write or begin a new one
 *   "call_facts"       bool, default false: what answers say of themselves is noted for ironcage_call_facts, and refusals have a member "facts"
 *   "eager_events"     bool, default false: set IRONCAGE_HAS_EVENTS whenever there is any event (a host with callbacks wants that)
 *
 * What stands for a finding, by its action. Nothing is found in any of these, and nothing beside them becomes a finding by their being there.
 *   redact     [STEM_REDACTED], where STEM is fixed for a kind: [EMAIL_REDACTED]
 *   mask       as long as the value; letters and digits become '*' except the last four: ***@******e.com
 *   hash       [STEM_HASH_CODE]: keyed, the same for the same value of one tenant and kind; nobody can turn it back
 *   tokenise   [STEM_CODE]: as hash, but the value is sealed (AES-256-GCM) in the state, durable before the request leaves, and comes back where "restore_in" allows:
 *              in what the model says to its user, and in the arguments of tools of these names; in whole answers and in streams
 *   CODE is 16 characters of Crockford's base 32 (digits and capitals without I, L, O, U); it begins with a letter and has at most two digits in a row.
 * The audit trail of a durable state keeps of each finding kind, place, action, time and a keyed digest, never the value.
 */
int32_t ironcage_protection_new(uint64_t *out, uint64_t engine, uint64_t budget, const uint8_t *options, size_t options_len);

/*
 * Kill switch: calls in begin and all later ones are refused with AgentStopped and this reason. Idempotent; the first reason stays. A durable state keeps it for the agent: this waits until it
 * is written (IRONCAGE_E_STATE: stopped here, not written), protections of that agent in other processes of the state stop within about a second, and those made later are stopped from the
 * beginning, until somebody resumes.
 */
int32_t ironcage_protection_stop(uint64_t protection, const uint8_t *reason, size_t reason_len);

/*
 * Changes a protection: {"resume": true} lifts the kill switch, in the state, too; runs that were refused something stay ended. IRONCAGE_E_CONFIG while the "kill_file" exists.
 * {"approve": an id} or {"deny": an id, "reason": 1 to 1000 characters} decides about a use of a tool that waits. Gives {"changed": whether there was something to change, "stopped": the reason of
 * the kill switch afterwards, or null, "approvals": what waits for this protection, as of ironcage_call_response}. {} changes nothing.
 */
int32_t ironcage_protection_change(ironcage_buffer *out, uint64_t protection, const uint8_t *change, size_t change_len);

/*
 * What happened so far: {"agent_id", "spent_usd", "held_usd", "remaining_usd" (null: no limit), "budget": an object as of ironcage_budget_report,
 * or null, "calls", "denied", "retries", "fallbacks" (calls that went to another model or host as the one that was asked for failed, or were answered from memory), "hedges" (second attempts beside one that was not answered yet), "lowered", "degraded" (calls that went to a cheaper model),
 * "wrap_ups" (runs that began to draw on their reserve), "unscannable", "estimated_usd", "tokens": {"input",
 * "cached", "cache_write", "output", "reasoning"}, "by_model": {model: {"calls", "spent_usd", "tokens"}}, "pii_findings": [{"kind",
 * "start", "end", "score", "direction" ("input", "output"), "action"}] (the first 10,000), "pii_by_kind": {kind: n}, "circuits": [{"key",
 * "state" ("closed", "open", "half_open"), "failures", "opened", "retry_after", "elsewhere" (another user of the store opened or closed it)}], "limits": [{"key", "requests", "tokens", "in_flight",
 * "waiting", "waited", "paused_for"}] (of provider hosts and models that are limited, or that said something of their own limits), "warnings": [string], "log_dropped": events that were not written to the "log", "overhead": {"p50", "p99"} (seconds),
 * "stopped" (the kill switch's reason; absent while it was not thrown)}.
 */
int32_t ironcage_protection_report(ironcage_buffer *out, uint64_t protection);

/* The agent of a protection, one object as of ironcage_engine_agent_states. */
int32_t ironcage_protection_agent_state(ironcage_buffer *out, uint64_t protection);

/*
 * The text with the values in place of the protection's tokens; tokens that cannot be opened stay. place: "answer" (also if empty) or "tool:NAME"; IRONCAGE_E_CONFIG where
 * "restore_in" does not have it. Values stand in the result as they are, not escaped. May wait for the store.
 */
int32_t ironcage_protection_restore(ironcage_buffer *out, uint64_t protection, const uint8_t *place, size_t place_len, const uint8_t *text, size_t text_len);

int32_t ironcage_protection_free(uint64_t protection);

/* ---- Runs ------------------------------------------------------------------------------------------------------------------- */

/* Opens a run: one invocation of an agent. parent is the run it is nested in, or 0: calls are charged to both, and both must agree. */
int32_t ironcage_run_open(uint64_t *out, uint64_t protection, uint64_t parent);

/* Closes a run: the invocation has ended. *refusal is the refusal that the run remembers (see ironcage_call_begin), or empty. Idempotent.
 * Calls in flight go on, and threads that outlive the invocation may still begin calls in its name: its budget, caps and refusal hold for
 * them, too. */
int32_t ironcage_run_close(ironcage_buffer *refusal, uint64_t run);

/* Frees the handle of a run, closing it if it is open. */
int32_t ironcage_run_free(uint64_t run);

/* ---- Calls ------------------------------------------------------------------------------------------------------------------ */

/*
 * Shows a request that is about to leave. run: whose call it is, or 0 when the host does not know (the engine then decides: it belongs to
 * the one protection that has runs open; nothing protects it when none has; "unclaimed" decides when several have).
 * headers: "Name: value" lines, LF between them; only these are read: content-encoding, x-stainless-retry-count, of authorization the scheme (a request signed
 *          by AWS's SigV4 is never rewritten: what would have to be changed is refused), and at Bedrock x-amzn-bedrock-guardrailidentifier,
 *          x-amzn-bedrock-performanceconfig-latency and x-amzn-bedrock-service-tier, which have prices. A line of the host's own, which it must not send, is
 *          iron-cage-attribution: {"agent", "project", "tags"} as of ironcage_hold_new, each optional: under what this call is reported; tags beside those of its protections.
 * A body with a content-encoding is refused: neither its texts nor its cost can be told.
 *
 * verdict: PASS, SEND, REWRITE, REFUSE or, with IRONCAGE_NONBLOCKING, PENDING. After SEND, REWRITE and PENDING the call is open and must be
 * ended by ironcage_call_end. The refusal is a JSON object:
 *   {"error": "BudgetExceeded" | "UnpricedModel" | "PiiBlocked" | "CircuitOpen" | "LimitReached" | "AgentStopped" | "CallDenied",
 *    "reason": one readable line, "model": string or null, "remembered": bool, "respond": bool (on_deny),
 *    "status": 402 | 403 | 429 | 503, "content_type": "application/json", "body": the provider-shaped error response, as a string,
 *    and by kind: "limit_usd", "spent_usd", "held_usd", "needed_usd", "reserve_usd" (what is kept for wrapping up and is not for this call, or null),
 *    "budget" (the name of the one above the own that refused, or null), "frozen"; "findings": [...]; "retry_after" (seconds); "limit" ("calls", "tokens", "time", "loop", "requests_per_minute",
 *    "tokens_per_minute", "max_concurrent"; with the last three "retry_after", unless the call can never fit); "tool"; "why"}
 * A refusal is remembered by the run (and by the runs around it up to that of the protection which refused): its later calls are refused at once with the
 * same, and ironcage_run_close returns it. CircuitOpen, LimitReached of a rate or of "max_concurrent", and the CallDenied of an endpoint that is not understood, are remembered only until a later call of the
 * run is let through; the latter not at all when the host did not know whose call it was. With on_deny "respond" nothing is remembered.
 */
int32_t ironcage_call_begin(ironcage_verdict *out, uint64_t run, uint64_t engine, uint32_t flags,
                            const uint8_t *method, size_t method_len, const uint8_t *url, size_t url_len,
                            const uint8_t *headers, size_t headers_len, const uint8_t *body, size_t body_len);

/* Waits at most timeout_ms (0: does not wait, -1: no limit) for the verdict of a PENDING call, or of a PENDING answer; PENDING again if time is up. */
int32_t ironcage_call_wait(ironcage_verdict *out, uint64_t call, int32_t timeout_ms);

/*
 * Shows a whole response (content-encoding already undone; any status). complete: 0 when the body was cut before its end.
 * headers: as above; these are read: content-encoding: give it when the host could not undo it. Then nothing of the answer can be read: "unscannable" decides,
 * and the call costs its hold. And those with which providers tell of their limits: retry-after, retry-after-ms, x-ratelimit-{limit,remaining,reset}-{requests,tokens},
 * anthropic-ratelimit-{requests,tokens,input-tokens,output-tokens}-{limit,remaining,reset}. verdict: SEND (hand on as it is), REWRITE, or REFUSE (output blocked).
 * The call is settled by this; ironcage_call_end must still follow.
 *
 * PENDING, where the answer uses tools that must be approved ("approve_tools"): body is {"approvals": [{"id", "protection": whose handle, as a decimal string, "agent_id", "tool", "arguments": text,
 * with findings replaced, "call", "model", "at"}]}. Each is decided by ironcage_protection_change; ironcage_call_wait gives the verdict then: as above, or REFUSE (the call keeps its handle).
 */
int32_t ironcage_call_response(ironcage_verdict *out, uint64_t call, int32_t status, uint8_t complete,
                               const uint8_t *headers, size_t headers_len, const uint8_t *body, size_t body_len);

/* Announces a response whose body will be fed in pieces (content-type text/event-stream or application/vnd.amazon.eventstream). headers: as of ironcage_call_response. */
int32_t ironcage_stream_open(uint64_t call, int32_t status, const uint8_t *headers, size_t headers_len);

/*
 * Feeds the next piece, cut anywhere (content-encoding undone). verdict.kind: SEND: hand on exactly this piece;
 * REWRITE: hand on verdict.body instead, which may be empty (bytes are held back until it is certain that they belong to no finding);
 * REFUSE: output blocked; end the stream.
 */
int32_t ironcage_stream_feed(ironcage_verdict *out, uint64_t call, const uint8_t *data, size_t len);

/* The stream came to its end: what was still held back, as REWRITE (possibly empty) or REFUSE. May be called after a broken connection, too,
 * so that the reader gets what came before; a stream without its end marker then counts as cut.
 * PENDING, as of ironcage_call_response, where the stream uses tools that must be approved: from the first of them on it was held back. */
int32_t ironcage_stream_finish(ironcage_verdict *out, uint64_t call);

/*
 * Whether the kill switch, or the time of a run, ends this open call in the middle: SEND: no; REFUSE: yes. A host whose read blocks asks that, from any thread, makes the read end, and then, in the
 * thread of the call, takes the refusal (take: 1; body is empty without), which is remembered then. The call must still be ended. IRONCAGE_E_HANDLE: it has ended.
 */
int32_t ironcage_call_interrupted(ironcage_verdict *out, uint64_t call, uint8_t take);

/*
 * Ends a call that failed, as ironcage_call_end does with how, and begins another attempt of the same request, if that is safe and allowed ("max_retries", "retry_delay",
 * "retry_after_ceiling"). Safe: an error status was shown, or the transport failed before a response head. Allowed: the cap over all attempts of the request is not reached (those of
 * its SDK count, too), its circuit is not open, the provider does not ask for a longer pause than the ceiling, and the pause ends within the time of the run.
 * headers: of the response, lines as above; x-should-retry, retry-after-ms and retry-after are read. body: of the request, as it was shown to ironcage_call_begin.
 * flags: IRONCAGE_NONBLOCKING, and IRONCAGE_BESIDE: then the call goes on, how and headers are not read, and the attempt is a second one beside it (only after IRONCAGE_MAY_HEDGE), PENDING until
 * "hedge_after" is over. Whichever is answered first is taken; the other is ended as IRONCAGE_END_CANCELLED, and so costs its hold.
 * verdict: PASS: hand on what came; with IRONCAGE_LAST_TRY the response should tell its client "x-should-retry: false". Else verdict.call is the next attempt, a call of its own:
 * PENDING until its pause is over and it is judged (ironcage_call_wait), then SEND, REWRITE or REFUSE as after ironcage_call_begin, or PASS: it is not made after all (the budget, a
 * cap or the circuit would refuse it), there is no call any more, and what came before it is handed on. A thrown kill switch ends the pause at once.
 */
int32_t ironcage_call_retry(ironcage_verdict *out, uint64_t call, uint32_t flags, int32_t how, const uint8_t *headers, size_t headers_len,
                            const uint8_t *body, size_t body_len);

/* Ends the call with IRONCAGE_END_*, settles it if it is not settled yet, and frees the handle. Idempotent: a stale
 * handle is fine here; one of another kind is not. */
int32_t ironcage_call_end(uint64_t call, int32_t how);

/*
 * What is known of an open call, for telemetry: one JSON object, never with a text of the request or the answer.
 *   {"protection": its handle as a string, "call": 32 hexadecimal digits, as in events, "agent_id", "project" or null, "tags": [], "operation": "chat", "generate_content", "embeddings",
 *    "text_completion", "count_tokens", "moderation", "classification", "rerank", "tokenize", "speech" or "transcription", "provider": as the price catalogue names it, or null, "protocol": "openai", ...,
 *    "host": as in the key of its circuit, "model" or null, "asked_model": which it was before a cheaper one took its place, or null, "stream", "choices", "max_tokens": the output limit as it leaves, or null, "lowered", "retry",
 *    "held_usd", "status": of the response, absent without one, "limit_usd" and "remaining_usd": of the innermost budget, absent without one}
 * and of a call of a protection with "call_facts" also
 *   {"refused": the "error" of its refusal, or null, "response_model", "response_id": or null, "finish_reasons": [], "first_piece": seconds from the begin to the first piece of a stream,
 *    absent without one, "cost_usd", "estimated", "usage_told": whether the provider told the usage, else it is counted here or a bound, "usage": {"input", "cached", "cache_write", "output",
 *    "reasoning"} (these four absent until it is settled; until then "unsettled_usd": what it costs when nothing better becomes known), "findings_in_request", "findings_in_answer": {kind: n}}
 */
int32_t ironcage_call_facts(ironcage_buffer *out, uint64_t call);

/* Ends the call as ironcage_call_end does, and gives the last that is known of it, as ironcage_call_facts. A stale handle gives an empty buffer. */
int32_t ironcage_call_end_facts(ironcage_buffer *out, uint64_t call, int32_t how);

/* END DECLARATIONS */

#ifdef __cplusplus
}
#endif

#endif /* IRONCAGE_H */

/* What fuzz.c feeds, and what the header lets each export answer. */

/* In every text and body, and never in a message. */
#define SECRET "zq-secret-4711"
#define S(code) (1u << -(IRONCAGE_##code))
#define ALWAYS (S(OK) | S(E_ARGUMENT))

static const struct { const char *name; unsigned statuses; } statuses[] = {
    {"ironcage_budget_change", ALWAYS | S(E_HANDLE) | S(E_CONFIG) | S(E_STATE)},
    {"ironcage_budget_free", S(OK) | S(E_HANDLE)},
    {"ironcage_budget_history", ALWAYS | S(E_HANDLE) | S(E_CONFIG) | S(E_STATE)},
    {"ironcage_budget_open", ALWAYS | S(E_HANDLE) | S(E_CONFIG) | S(E_STATE)},
    {"ironcage_budget_report", ALWAYS | S(E_HANDLE) | S(E_STATE)},
    {"ironcage_call_begin", ALWAYS | S(E_HANDLE) | S(E_STATE)},
    {"ironcage_call_end", ALWAYS | S(E_HANDLE) | S(E_STATE)},
    {"ironcage_call_end_facts", ALWAYS | S(E_HANDLE) | S(E_STATE)},
    {"ironcage_call_facts", ALWAYS | S(E_HANDLE)},
    {"ironcage_call_interrupted", ALWAYS | S(E_HANDLE)},
    {"ironcage_call_response", ALWAYS | S(E_HANDLE) | S(E_SEQUENCE) | S(E_PENDING) | S(E_STATE)},
    {"ironcage_call_retry", ALWAYS | S(E_HANDLE) | S(E_PENDING) | S(E_STATE)},
    {"ironcage_call_wait", ALWAYS | S(E_HANDLE) | S(E_STATE)},
    {"ironcage_cost_answer", ALWAYS | S(E_HANDLE) | S(E_CONFIG)},
    {"ironcage_cost_count_tokens", ALWAYS | S(E_HANDLE) | S(E_NOT_FOUND)},
    {"ironcage_cost_explain", ALWAYS | S(E_HANDLE) | S(E_CONFIG)},
    {"ironcage_cost_price", ALWAYS | S(E_HANDLE) | S(E_NOT_FOUND)},
    {"ironcage_engine_add_hosts", ALWAYS | S(E_HANDLE) | S(E_CONFIG)},
    {"ironcage_engine_agent_states", ALWAYS | S(E_HANDLE)},
    {"ironcage_engine_collect", ALWAYS | S(E_HANDLE)},
    {"ironcage_engine_drain", ALWAYS | S(E_HANDLE)},
    {"ironcage_engine_event_fd", ALWAYS | S(E_HANDLE) | S(E_UNSUPPORTED)},
    {"ironcage_engine_flush", ALWAYS | S(E_HANDLE) | S(E_STATE)},
    {"ironcage_engine_free", S(OK) | S(E_HANDLE) | S(E_STATE)},
    {"ironcage_engine_new", ALWAYS | S(E_CONFIG)},
    {"ironcage_fork_adopt", ALWAYS | S(E_SEQUENCE)},
    {"ironcage_hold_free", S(OK) | S(E_HANDLE) | S(E_STATE)},
    {"ironcage_hold_new", ALWAYS | S(E_HANDLE) | S(E_CONFIG) | S(E_STATE)},
    {"ironcage_hold_release", S(OK) | S(E_HANDLE) | S(E_PENDING)},
    {"ironcage_hold_settle", S(OK) | S(E_HANDLE) | S(E_CONFIG) | S(E_PENDING) | S(E_STATE)},
    {"ironcage_hold_wait", ALWAYS | S(E_HANDLE) | S(E_STATE)},
    {"ironcage_lang_recognise", ALWAYS | S(E_HANDLE)},
    {"ironcage_protection_agent_state", ALWAYS | S(E_HANDLE)},
    {"ironcage_protection_change", ALWAYS | S(E_HANDLE) | S(E_CONFIG) | S(E_STATE)},
    {"ironcage_protection_free", S(OK) | S(E_HANDLE)},
    {"ironcage_protection_new", ALWAYS | S(E_HANDLE) | S(E_CONFIG) | S(E_STATE)},
    {"ironcage_protection_report", ALWAYS | S(E_HANDLE) | S(E_STATE)},
    {"ironcage_protection_restore", ALWAYS | S(E_HANDLE) | S(E_CONFIG) | S(E_STATE)},
    {"ironcage_protection_stop", ALWAYS | S(E_HANDLE) | S(E_STATE)},
    {"ironcage_run_close", ALWAYS | S(E_HANDLE)},
    {"ironcage_run_free", S(OK) | S(E_HANDLE)},
    {"ironcage_run_open", ALWAYS | S(E_HANDLE) | S(E_STATE)},
    {"ironcage_safety_redact", ALWAYS | S(E_HANDLE) | S(E_CONFIG)},
    {"ironcage_safety_restore", ALWAYS | S(E_HANDLE) | S(E_CONFIG) | S(E_STATE)},
    {"ironcage_safety_scan", ALWAYS | S(E_HANDLE) | S(E_CONFIG)},
    {"ironcage_safety_scanner_free", S(OK) | S(E_HANDLE)},
    {"ironcage_safety_scanner_find", ALWAYS | S(E_HANDLE) | S(E_CONFIG)},
    {"ironcage_safety_scanner_kinds", ALWAYS | S(E_HANDLE)},
    {"ironcage_safety_scanner_new", ALWAYS | S(E_HANDLE) | S(E_CONFIG)},
    {"ironcage_safety_scanner_redact", ALWAYS | S(E_HANDLE) | S(E_CONFIG)},
    {"ironcage_safety_scanner_redact_json", ALWAYS | S(E_HANDLE) | S(E_CONFIG)},
    {"ironcage_safety_scanner_scan", ALWAYS | S(E_HANDLE) | S(E_CONFIG)},
    {"ironcage_safety_scanner_scan_json", ALWAYS | S(E_HANDLE) | S(E_CONFIG)},
    {"ironcage_safety_stream_free", S(OK) | S(E_HANDLE)},
    {"ironcage_safety_stream_new", ALWAYS | S(E_HANDLE)},
    {"ironcage_safety_stream_push", ALWAYS | S(E_HANDLE) | S(E_CONFIG) | S(E_SEQUENCE)},
    {"ironcage_spend", ALWAYS | S(E_HANDLE) | S(E_CONFIG) | S(E_STATE)},
    {"ironcage_store_audit_export", ALWAYS | S(E_HANDLE) | S(E_CONFIG) | S(E_STATE)},
    {"ironcage_store_audit_prune", ALWAYS | S(E_HANDLE) | S(E_CONFIG) | S(E_STATE)},
    {"ironcage_store_audit_verify", ALWAYS | S(E_HANDLE) | S(E_CONFIG) | S(E_STATE)},
    {"ironcage_store_check", ALWAYS | S(E_HANDLE) | S(E_CONFIG) | S(E_STATE)},
    {"ironcage_store_control", ALWAYS | S(E_HANDLE) | S(E_CONFIG) | S(E_STATE)},
    {"ironcage_stream_feed", ALWAYS | S(E_HANDLE) | S(E_SEQUENCE) | S(E_STATE)},
    {"ironcage_stream_finish", ALWAYS | S(E_HANDLE) | S(E_SEQUENCE) | S(E_STATE)},
    {"ironcage_stream_open", ALWAYS | S(E_HANDLE) | S(E_SEQUENCE) | S(E_PENDING)},
};

static unsigned statuses_of(const char *export)
{
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        if (strcmp(statuses[i].name, export) == 0)
            return statuses[i].statuses;
    return 0;
}

static char budget_in_sqlite[512], protection_in_sqlite[512], audit_in_sqlite[512], audit_lines[512], audit_old[512];

/* Part of an export's name, a parameter's name, a value that is good or nearly so. */
static const struct { const char *export, *name, *value; } values[] = {
    {"engine_new", "config", "{\"llm_hosts\":\"127.0.0.1:9=openai\",\"log_level\":\"debug\",\"event_capacity\":64}"},
    {"engine_new", "config", "{\"llm_hosts\":\"127.0.0.1:9=openai\"}"},
    {"engine_new", "config", "{\"llm_hosts\":3}"},
    {"", "spec", "127.0.0.1:9=openai,[::1]:8=openai"},
    {"", "spec", "example.org=none-such"},
    {"budget", "options", "{\"name\":\"team\",\"limit_usd\":\"0.01\"}"},
    {"budget", "options", "{\"name\":\"other\",\"limit_usd\":\"5\",\"state\":null}"},
    {"budget", "options", "{\"name\":\"day\",\"limit_usd\":\"5\",\"window\":\"day\",\"time_zone\":\"Europe/Berlin\",\"parent\":\"other\"}"},
    {"budget", "change", "{\"top_up_usd\":\"-1\",\"frozen\":false,\"note\":\"\",\"id\":\"3f0c8e0a-5d0f-4c53-9d0e-0f7b6b1f0c11\"}"},
    {"budget", "change", "{\"limit_usd\":\"7\",\"frozen\":true}"},
    {"protection", "change", "{\"resume\":true}"}, {"protection", "change", "{\"resume\":\"" SECRET "\"}"},
    {"protection", "change", "{\"deny\":\"x\",\"reason\":\"" SECRET "\"}"}, {"protection", "change", "{\"approve\":\"" SECRET "\"}"},
    {"protection", "options", "{\"agent_id\":\"w\",\"hold_wait\":0,\"approve_tools\":[\"f*\"],\"approval_timeout\":0.001}"},
    {"hold", "attribution", "{\"agent\":\"a\",\"provider\":\"lambda\",\"label\":\"a100\",\"project\":\"p\",\"tags\":[\"x\",\"y\"]}"},
    {"hold", "attribution", "{\"label\":\"\"}"}, {"hold", "attribution", "{\"tags\":[\"" SECRET "\"]}"},
    {"spend", "options", "{\"since\":\"2026-11-30T08:00:00Z\",\"until\":\"2026-12-01\"}"},
    {"spend", "options", "{\"since\":\"soon\"}"},
    {"budget", "options", budget_in_sqlite},
    {"protection", "options", "{\"agent_id\":\"a\",\"retry_delay\":0.001,\"retry_after_ceiling\":0.01,\"budget_usd\":\"0.002\",\"hold_wait\":0.002}"},
    {"protection", "options", "{\"agent_id\":\"e\",\"retry_delay\":0.001,\"retry_after_ceiling\":0.01,\"hold_wait\":0,\"budget_usd\":\"0.01\",\"degrade\":{\"gpt-4o\":\"gpt-4o-mini\"},\"degrade_at\":0.5,\"reserve_usd\":\"0.001\",\"wrap_up_calls\":2,\"wrap_up_note\":\"end\"}"},
    {"protection", "options", "{\"agent_id\":\"b\",\"retry_delay\":0.001,\"retry_after_ceiling\":0.01,\"budget_usd\":\"1\",\"budget_scope\":\"run\",\"hold_wait\":0,\"pii_action\":\"block\",\"max_calls\":3}"},
    {"protection", "options", "{\"agent_id\":\"c\",\"retry_delay\":0.001,\"retry_after_ceiling\":0.01,\"warn_at\":[0.1,0.2],\"hold_wait\":0,\"on_deny\":\"respond\",\"eager_events\":true,\"call_facts\":true,\"agent_state_events\":true,\"circuit_breaker\":{\"failure_threshold\":1}}"},
    {"protection", "options", "{\"agent_id\":\"d\",\"retry_delay\":0.001,\"retry_after_ceiling\":0.01,\"unpriced\":{\"input_usd_per_mtok\":\"1\",\"output_usd_per_mtok\":\"2\"},\"hold_wait\":0,\"unscannable\":\"deny\"}"},
    {"protection", "options", "{\"agent_id\":\"t\",\"retry_delay\":0.001,\"retry_after_ceiling\":0.01,\"hold_wait\":0,\"pii_action\":\"tokenise\",\"restore_in\":[\"answer\",\"tool:mail\"]}"},
    {"protection", "options", protection_in_sqlite},
    {"safety_restore", "options", "{\"tenant\":\"acme\"}"},
    {"safety_restore", "options", "{\"key\":\"" SECRET "\"}"},
    {"", "place", "answer"}, {"", "place", "tool:mail"}, {"", "place", "nowhere"},
    {"", "text", "to [EMAIL_KJ7Q2ZP4M0XNT5WA] " SECRET},
    {"audit", "options", audit_in_sqlite},
    {"store_check", "options", audit_in_sqlite},
    {"store_control", "options", audit_in_sqlite}, {"store_control", "options", "{\"stop\":\"zz\",\"reason\":\"" SECRET "\"}"},
    {"audit_export", "options", audit_lines},
    {"audit_prune", "options", audit_old},
    {"audit", "options", "{\"state\":\"/no/such/x.db\"}"},
    {"audit", "options", "{\"head\":\"" SECRET "\"}"},
    {"scanner_new", "options", "{\"kinds\":[\"personal\",\"-URL\"],\"regions\":[\"US\"],\"min_score\":0.3}"},
    {"scanner_new", "options", "{\"patterns\":[{\"name\":\"MY_ID\",\"regex\":\"zq-[a-z]+-[0-9]{4}\",\"context\":[\"to\"]}],\"allow\":{\"domains\":[\"example.org\"]}}"},
    {"scanner_new", "options", "{\"dictionaries\":[{\"name\":\"WORDS\",\"terms\":[\"write to\"]}],\"deny\":[{\"name\":\"DENIED\",\"terms\":[\"jane\"]}]}"},
    {"scanner_new", "options", "{\"patterns\":[{\"name\":\"MY_ID\",\"regex\":\"(?=" SECRET ")\"}]}"},
    {"scanner_new", "options", "{\"max_text_bytes\":40,\"max_findings\":1}"},
    {"", "external", ""}, {"", "external", "{\"findings\":[{\"kind\":\"PERSON\",\"start\":0,\"end\":2}]}"},
    {"", "external", "{\"unit\":\"bytes\",\"findings\":[{\"kind\":\"PERSON\",\"start\":1,\"end\":70000,\"score\":1}]}"},
    {"_json", "body", "{\"mail\":\"jane.doe@example.org\",\"" SECRET "\":[4111111111111111,\"\\u0041 jane.doe\\u0040example.org\"]}"},
    {"_json", "body", "{" SECRET},
    {"", "piece", "write to jane.doe@exam"}, {"", "piece", "ple.org " SECRET " "},
    {"", "method", "POST"}, {"", "method", "POST"}, {"", "method", "GET"},
    {"", "url", "http://127.0.0.1:9/v1/chat/completions"},
    {"", "url", "http://127.0.0.1:9/v1/chat/completions?" SECRET},
    {"", "url", "https://api.openai.com/v1/chat/completions"},
    {"", "url", "https://example.org/" SECRET},
    {"", "headers", "content-type: application/json\nx-stainless-retry-count: 1"},
    {"", "headers", "content-encoding: gzip\nx: " SECRET},
    {"call_begin", "body", "{\"model\":\"gpt-4o\",\"max_tokens\":20,\"messages\":[{\"role\":\"user\",\"content\":\"hello " SECRET "\"}]}"},
    {"call_begin", "body", "{\"model\":\"gpt-4o-mini\",\"max_tokens\":20,\"messages\":[{\"role\":\"user\",\"content\":\"write to jane.doe@example.org " SECRET "\"}]}"},
    {"call_begin", "body", "{\"model\":\"gpt-4o\",\"max_tokens\":9,\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"" SECRET "\"}]}]}"},
    {"call_begin", "body", "{\"model\":\"no-such-model\",\"messages\":[]}"},
    {"call_response", "body", "{\"choices\":[{\"message\":{\"content\":\"hi " SECRET " jane.doe@example.org\"}}],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":5}}"},
    {"call_response", "body", "<html>" SECRET "</html>"},
    {"call_retry", "headers", "retry-after-ms: 1\nx-should-retry: true\nx: " SECRET},
    {"call_retry", "headers", "retry-after: 0.001"},
    {"call_retry", "body", "{\"model\":\"gpt-4o\",\"max_tokens\":20,\"messages\":[{\"role\":\"user\",\"content\":\"hello " SECRET "\"}]}"},
    {"", "data", "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hello " SECRET " jane.doe@exam\"}}]}\n\n"},
    {"", "data", "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"ple.org\"}}]}\n\n"},
    {"", "data", "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":6}}\n\ndata: [DONE]\n\n"},
    {"", "text", "write to jane.doe@example.org or 4111 1111 1111 1111 " SECRET},
    {"", "text", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80 \xed\xa0\x80 " SECRET},
    {"cost_answer", "query", "{}"}, {"cost_answer", "query", "{\"model\":\"gpt-4o " SECRET "\",\"api\":\"chat\"}"}, {"cost_answer", "query", "{\"api\":\"" SECRET "\"}"},
    {"cost_answer", "body", "{\"model\":\"gpt-4o\",\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":5,\"" SECRET "\":1}}"},
    {"cost_answer", "body", "[{\"modelVersion\":\"gemini-2.5-pro\",\"usageMetadata\":{\"promptTokenCount\":10,\"promptTokensDetails\":[{\"modality\":\"AUDIO\",\"tokenCount\":4}]}}]"},
    {"cost_answer", "body", "{\"usage\":{\"input_tokens\":-1,\"" SECRET "\":[[{}]]}}"},
    {"cost_explain", "query", "{}"}, {"cost_explain", "query", "{\"provider\":\"aws\"}"}, {"cost_explain", "query", "{\"model\":\"gpt-4o " SECRET "\"}"},
    {"cost_explain", "query", "{\"model\":\"gpt-4o\",\"host\":\"x.openai.azure.com\",\"at\":\"2026-08-31T12:00\",\"usages\":[{\"input\":1000000000,\"output\":7,\"reasoning\":3}]}"},
    {"cost_explain", "query", "{\"model\":\"x\",\"prices\":[{\"name\":\"p\",\"text\":\"{\\\"schema\\\":1,\\\"models\\\":[{\\\"id\\\":\\\"x\\\",\\\"prices\\\":{\\\"input\\\":1}}]}\"}]}"},
    {"", "model", "gpt-4o"}, {"", "model", "no-such-model"}, {"", "model", "\xff\xfe"},
    {"", "reason", "enough"},
};

static const char *value_of(const char *export, const char *name, uint32_t which)
{
    enum { COUNT_OF_VALUES = sizeof values / sizeof *values };
    int fitting[COUNT_OF_VALUES], count = 0;
    for (int i = 0; i < COUNT_OF_VALUES; i++)
        if (strcmp(values[i].name, name) == 0 && strstr(export, values[i].export))
            fitting[count++] = i;
    return count ? values[fitting[which % (uint32_t)count]].value : "x";
}

static void use_directory(const char *directory)
{
    snprintf(budget_in_sqlite, sizeof budget_in_sqlite, "{\"name\":\"durable\",\"limit_usd\":\"5\",\"state\":\"sqlite:///%s/fuzz.db\"}", directory);
    snprintf(protection_in_sqlite, sizeof protection_in_sqlite,
             "{\"agent_id\":\"e\",\"retry_delay\":0.001,\"retry_after_ceiling\":0.01,\"budget_usd\":\"3\",\"hold_wait\":0,\"state\":\"sqlite:///%s/fuzz.db\"}", directory);
    snprintf(audit_in_sqlite, sizeof audit_in_sqlite, "{\"state\":\"%s/fuzz.db\"}", directory);
    snprintf(audit_lines, sizeof audit_lines, "{\"state\":\"sqlite:///%s/fuzz.db\",\"format\":\"csv\",\"event\":\"call.*\",\"since\":\"2026-01-01\"}", directory);
    snprintf(audit_old, sizeof audit_old, "{\"state\":\"%s/fuzz.db\",\"older_than_days\":0}", directory);
}

static void release_handle(uint64_t handle)
{
    switch (handle >> 56) {
    case 1: ironcage_engine_free(handle); break;
    case 2: ironcage_budget_free(handle); break;
    case 3: ironcage_protection_free(handle); break;
    case 4: ironcage_run_free(handle); break;
    case 6: ironcage_safety_scanner_free(handle); break;
    case 7: ironcage_safety_stream_free(handle); break;
    case 8: ironcage_hold_free(handle); break;
    default: ironcage_call_end(handle, IRONCAGE_END_COMPLETE); break;
    }
}

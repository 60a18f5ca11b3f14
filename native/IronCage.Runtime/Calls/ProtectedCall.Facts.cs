using System.Globalization;
using System.Text.Json;
using IronCage.Core.Money;
using IronCage.Lang.Hosts;
using IronCage.Runtime.Protections;

namespace IronCage.Runtime.Calls;

/// <summary>What the host is told of a call for its telemetry.</summary>
public sealed partial class ProtectedCall
{
    private readonly CallFacts? _facts;

    /// <summary>What is known of the call so far, as <c>ironcage_call_facts</c> documents it. Of a call for which no protection asks only what is known anyway.</summary>
    public ReadOnlyMemory<byte> Facts() => JsonDetails.WriteUtf8(WriteFacts);

    private void WriteFacts(Utf8JsonWriter writer)
    {
        var options = _run.Protection.Options;
        writer.WriteString("protection", _run.Protection.Handle.ToString(CultureInfo.InvariantCulture));
        writer.WriteString("call", _id.ToString("N"));
        writer.WriteString("agent_id", options.AgentId);
        writer.WriteString("project", _run.Project.Length == 0 ? null : _run.Project);
        writer.WriteStartArray("tags");
        foreach (var tag in Core.Ledger.Attribution.Split(_run.Tags))
            writer.WriteStringValue(tag);
        writer.WriteEndArray();
        writer.WriteString("operation", _target.Endpoint == Endpoint.Free && _wire.Operation == "chat" ? "count_tokens" : _wire.Operation);
        writer.WriteString("provider", _provider);
        writer.WriteString("protocol", LlmProtocols.NameOf(_target.Protocol));
        writer.WriteString("host", _target.Host);
        if (_route is { Host: not null } elsewhere)
            writer.WriteString("elsewhere", elsewhere.Url);
        writer.WriteString("model", Model.Length == 0 ? null : Model);
        writer.WriteString("asked_model", _askedModel);
        writer.WriteBoolean("stream", _request.Stream || IsStreaming); // in some protocols the URL says it
        writer.WriteNumber("choices", _request.Choices);
        if (MostOutput is { } limit)
            writer.WriteNumber("max_tokens", limit);
        else
            writer.WriteNull("max_tokens");
        writer.WriteBoolean("lowered", _lowered);
        writer.WriteBoolean("retry", _isRetry);
        ReportWriter.WriteMoney(writer, "held_usd", _holds.Count > 0 ? HoldCost : Picodollars.Zero);
        WriteAnswerFacts(writer);
        WriteBudgetFacts(writer);
    }

    /// <summary>The output limit of the request as it leaves.</summary>
    private long? MostOutput => _lowered || (_mustWriteLimit && _stage != Stage.Deciding) ? _grantedTokens : _request.OutputLimit;

    private void WriteAnswerFacts(Utf8JsonWriter writer)
    {
        if (_status != 0)
            writer.WriteNumber("status", _status);
        if (_facts is not { } facts)
            return;
        writer.WriteString("refused", facts.Refused);
        writer.WriteString("response_model", _stream?.Model ?? facts.AnsweredBy);
        writer.WriteString("response_id", facts.Answer.Id);
        writer.WriteStartArray("finish_reasons");
        foreach (var reason in facts.Answer.FinishReasons)
            writer.WriteStringValue(reason);
        writer.WriteEndArray();
        if (facts.FirstPiece != 0)
            writer.WriteNumber("first_piece", (facts.FirstPiece - facts.Began) / (double)_engine.Clock.TimestampFrequency);
        if (facts.Cost is { } cost)
        {
            ReportWriter.WriteMoney(writer, "cost_usd", cost);
            writer.WriteBoolean("estimated", facts.IsEstimated);
            writer.WriteBoolean("usage_told", facts.IsToldUsage);
            var usage = facts.Usage;
            writer.WriteStartObject("usage");
            writer.WriteNumber("input", usage.TotalInput);
            writer.WriteNumber("cached", usage.Cached + usage.CachedAudio);
            writer.WriteNumber("cache_write", usage.CacheWrite + usage.CacheWriteHour);
            writer.WriteNumber("output", usage.TotalOutput);
            writer.WriteNumber("reasoning", usage.Reasoning);
            writer.WriteEndObject();
        }
        else
        {
            ReportWriter.WriteMoney(writer, "unsettled_usd", HoldCost);
        }
        WriteCounts(writer, "findings_in_request", facts.InRequest);
        WriteCounts(writer, "findings_in_answer", facts.InAnswer);
    }

    private static void WriteCounts(Utf8JsonWriter writer, string name, SortedDictionary<string, int> counts)
    {
        writer.WriteStartObject(name);
        foreach (var (kind, count) in counts)
            writer.WriteNumber(kind, count);
        writer.WriteEndObject();
    }

    /// <summary>The innermost budget: what it has left after this call.</summary>
    private void WriteBudgetFacts(Utf8JsonWriter writer)
    {
        foreach (var run in _run.Chain)
        {
            if (run.Watch is not { } watch)
                continue;
            var figures = watch.Account.Peek();
            ReportWriter.WriteMoney(writer, "limit_usd", figures.Limit);
            ReportWriter.WriteMoney(writer, "remaining_usd", figures.Available);
            return;
        }
    }
}

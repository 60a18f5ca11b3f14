using System.Text.Json;
using IronCage.Runtime.Approvals;

namespace IronCage.Runtime.Protections;

/// <summary>Reads the options of what a run may do: which tools, how many tokens, how long, how often the same.</summary>
internal static class ControlOptionsReader
{
    /// <summary>Tools that a list may name.</summary>
    private const int MostTools = 1000;

    private const int LongestName = 256;
    private const int LongestNote = 4000;
    private const int LongestPath = 4096;

    /// <summary>The longest that the use of a tool may wait for somebody to approve it, in seconds: a day.</summary>
    private const double LongestApproval = 86_400;
    private const int MostRounds = 1000;

    /// <summary>The longest a run may be given, in seconds: 30 days.</summary>
    private const double LongestRun = 30 * 86_400;

    public static bool IsOption(string name) => name is "max_calls" or "max_tokens" or "timeout" or "tools" or "denied_tools" or "loop_detection" or "kill_file" or "approve_tools" or "approval_timeout" or "show_approvals";

    public static ProtectionOptions Apply(ProtectionOptions o, string name, JsonElement value)
    {
        var isNull = value.ValueKind == JsonValueKind.Null;
        return name switch
        {
            "max_calls" => o with { MaxCalls = isNull ? null : OptionsJson.Integer(value, name, 1, 1_000_000_000) },
            "max_tokens" => o with { MaxTokens = isNull ? null : OptionsJson.Integer(value, name, 1, 2_000_000_000) },
            "timeout" => o with { Timeout = isNull ? null : TimeSpan.FromSeconds(OptionsJson.Number(value, name, 0.001, LongestRun)) },
            "tools" => o with { Tools = o.Tools with { Allowed = isNull ? null : OptionsJson.Texts(value, name, MostTools, LongestName) } },
            "denied_tools" => o with { Tools = o.Tools with { Denied = isNull ? [] : OptionsJson.Texts(value, name, MostTools, LongestName) } },
            "approve_tools" => o with { Approval = isNull ? null : new ApprovalPolicy(new ToolPolicy(null, OptionsJson.Texts(value, name, MostTools, LongestName)), o.ApprovalTimeout) },
            "show_approvals" => o with { ShowsApprovals = OptionsJson.Bool(value, name) },
            "approval_timeout" => WithApprovalTimeout(o, TimeSpan.FromSeconds(OptionsJson.Number(value, name, 0.001, LongestApproval))),
            "kill_file" => o with { KillFile = isNull ? null : KillFile(value, name) },
            _ => o with { Loops = Loops(value, name) },
        };
    }

    private static ProtectionOptions WithApprovalTimeout(ProtectionOptions o, TimeSpan timeout) =>
        o with { ApprovalTimeout = timeout, Approval = o.Approval is null ? null : o.Approval with { Timeout = timeout } };

    private static KillFile KillFile(JsonElement value, string name)
    {
        var path = OptionsJson.Text(value, name, LongestPath);
        if (!Path.IsPathFullyQualified(path) || path.Contains('\0', StringComparison.Ordinal))
            throw new ConfigException(name, $"must be an absolute path of at most {LongestPath} characters");
        return new KillFile(path);
    }

    private static LoopPolicy? Loops(JsonElement value, string name)
    {
        if (value.ValueKind is JsonValueKind.Null or JsonValueKind.False)
            return null;
        if (value.ValueKind == JsonValueKind.True)
            return new LoopPolicy(LoopPolicy.UsualNudge, LoopPolicy.UsualStop, LoopPolicy.UsualNote);
        if (value.ValueKind != JsonValueKind.Object)
            throw new ConfigException(name, "must be true, false or an object of nudge_after, stop_after and note");
        int? nudge = null, stop = null;
        var note = LoopPolicy.UsualNote;
        foreach (var property in value.EnumerateObject())
        {
            var option = $"{name}[{property.Name}]";
            switch (property.Name)
            {
                case "nudge_after": nudge = OptionsJson.Integer(property.Value, option, 2, MostRounds); break;
                case "stop_after": stop = OptionsJson.Integer(property.Value, option, 2, MostRounds); break;
                case "note": note = OptionsJson.Text(property.Value, option, LongestNote); break;
                default: throw new ConfigException(option, "is not an option; accepted are nudge_after, stop_after and note");
            }
        }
        // Of one that is said the other follows: two rounds lie between them, as they do by default.
        var stops = stop ?? Math.Min(MostRounds, Math.Max(LoopPolicy.UsualStop, (nudge ?? 0) + LoopPolicy.UsualStop - LoopPolicy.UsualNudge));
        var nudges = nudge ?? Math.Max(2, Math.Min(LoopPolicy.UsualNudge, stops - 1));
        if (nudges >= stops && nudge is not null)
            throw new ConfigException($"{name}[stop_after]", $"must be above nudge_after, which is {nudges}");
        return new LoopPolicy(nudges, stops, note);
    }
}

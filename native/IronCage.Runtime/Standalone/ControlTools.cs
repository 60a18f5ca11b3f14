using System.Text.Json;
using IronCage.Core.Control;
using IronCage.Core.Ledger;
using IronCage.Runtime.Protections;

namespace IronCage.Runtime.Standalone;

/// <summary>Control of agents by way of their store, from a process that runs none of them.</summary>
public static class ControlTools
{
    private const int MostReason = 1000;
    private const string UsualReason = "stopped";
    private const string UsualDenial = "denied";

    /// <summary>The JSON of <c>ironcage_store_control</c>.</summary>
    /// <exception cref="ConfigException">An option is wrong.</exception>
    /// <exception cref="StoreException">The store cannot be read or written.</exception>
    public static byte[] Control(Engine engine, ReadOnlyMemory<byte> optionsJson)
    {
        ArgumentNullException.ThrowIfNull(engine);
        string? state = null, stop = null, resume = null, approve = null, deny = null, reason = null;
        using (var document = OptionsJson.Parse(optionsJson))
        {
            foreach (var option in document.RootElement.EnumerateObject())
            {
                switch (option.Name)
                {
                    case "state": state = OptionsJson.Text(option.Value, "state", 4096); break;
                    case "stop": stop = OptionsJson.Text(option.Value, "stop", 200); break;
                    case "resume": resume = OptionsJson.Text(option.Value, "resume", 200); break;
                    case "approve": approve = OptionsJson.Text(option.Value, "approve", 100); break;
                    case "deny": deny = OptionsJson.Text(option.Value, "deny", 100); break;
                    case "reason": reason = OptionsJson.Text(option.Value, "reason", MostReason); break;
                    default: throw new ConfigException(option.Name, "is not an option of control; accepted are state, stop, resume, approve, deny and reason");
                }
            }
        }
        string?[] acts = [stop, resume, approve, deny];
        if (acts.Count(act => act is not null) > 1)
            throw new ConfigException("stop", "is one of stop, resume, approve and deny, of which one can be given");
        if (reason is not null && stop is null && deny is null)
            throw new ConfigException("reason", "belongs to stop and deny");
        var store = Store(engine, state);
        var (board, approvals) = (store.Stops!, store.Approvals!);
        var now = engine.Clock.GetUtcNow();
        var changed = stop is not null ? Wait(board.StopAsync(new StopMark(stop, reason ?? UsualReason, now), StopEntries.Stopped(stop, reason ?? UsualReason, "command", now)))
            : resume is not null ? Wait(board.ResumeAsync(resume, StopEntries.Resumed(resume, now, "command")))
            : approve is not null ? Wait(approvals.DecideAsync(new ApprovalDecision(approve, null)))
            : deny is not null && Wait(approvals.DecideAsync(new ApprovalDecision(deny, reason ?? UsualDenial)));
        return Write(changed, Wait(board.ReadAsync()), Wait(approvals.ReadAsync()));
    }

    private static IStore Store(Engine engine, string? state)
    {
        if (state is null)
            throw new ConfigException("state", "must name a store: \"sqlite:///PATH\", its path, or \"redis://HOST\"");
        try
        {
            return engine.Stores.OpenDurable(state);
        }
        catch (ArgumentException e)
        {
            throw new ConfigException("state", e.Message);
        }
    }

    private static T Wait<T>(ValueTask<T> task) => task.AsTask().GetAwaiter().GetResult();

    private static byte[] Write(bool changed, IReadOnlyList<StopMark> marks, IReadOnlyList<ApprovalNote> notes)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteBoolean("changed", changed);
            json.WriteStartArray("stopped");
            foreach (var mark in marks)
            {
                json.WriteStartObject();
                json.WriteString("agent", mark.Agent);
                json.WriteString("reason", mark.Reason);
                json.WriteString("at", mark.At.UtcDateTime);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartArray("approvals");
            foreach (var note in notes)
                json.WriteRawValue(note.Request);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }
}

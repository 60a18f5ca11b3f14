using System.Buffers;
using System.Text.Json;
using IronCage.Core.Events;
using IronCage.Core.Money;
using IronCage.Runtime.Agents;
using IronCage.Runtime.Calls;

namespace IronCage.Runtime.Protections;

/// <summary>What its agent is told of, and tells.</summary>
public sealed partial class Protection
{
    private readonly Lock _telling = new();
    private AgentState? _told;
    private int _retired;

    /// <summary>The agent, with all that its other protections tell of it.</summary>
    internal AgentRecord Agent { get; }

    /// <summary>The agent's state: <c>{"agent_id", "status", "budget_spent", "pii_detections"}</c>.</summary>
    public byte[] AgentReport()
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using (var writer = new Utf8JsonWriter(buffer))
            Agent.State.Write(writer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The host has given the protection back: its agent is no longer listed, unless it has others. Runs that are open go on, and can still be stopped. Idempotent.</summary>
    public void Retire()
    {
        if (Interlocked.Exchange(ref _retired, 1) != 0)
            return;
        if (_log is not null)
            _log.Failed -= OnLogFailed;
        _engine.Agents.Remove(Agent);
        bool isLast;
        lock (_gate)
            isLast = _openRuns == 0;
        if (isLast)
            WatchStopsNoMore();
    }

    /// <summary>A call, or a hold of the host's own in one of the runs, was settled.</summary>
    internal void Spent(Picodollars cost)
    {
        Agent.Spent(cost);
        TellState();
    }

    internal void Found(IReadOnlyList<FindingRecord> findings)
    {
        Tally.Found(findings);
        Agent.Found(findings.Count);
        TellState();
    }

    /// <summary>Something was let through.</summary>
    internal void LetThrough()
    {
        Agent.LetThrough();
        TellState();
    }

    /// <summary>Something was refused to the agent itself.</summary>
    internal void Refused(Refusal refusal)
    {
        if (refusal.Error == "BudgetExceeded")
            Agent.Exceeded();
        else if (refusal.Error == "AgentStopped")
            Agent.Stopped(); // perhaps by another process
        else
            return;
        TellState();
    }

    /// <summary>Makes an event of the state if it changed and somebody asked for that.</summary>
    private void TellState()
    {
        if (!Options.AgentStateEvents)
            return;
        // One after the other, so that the last event has the last state.
        lock (_telling)
        {
            var state = Agent.State;
            if (state == _told)
                return;
            _told = state;
            Emit("agent.state", EventLevel.Debug, $"agent {state.AgentId}: {state.Status}", JsonDetails.Write(state.WriteProperties));
        }
    }
}

using System.Text.Json;
using IronCage.Core.Money;
using IronCage.Runtime.Protections;

namespace IronCage.Runtime.Agents;

/// <summary>An agent at one instant, as the founding document's <c>agent_state</c> has it: in memory, of this process.</summary>
/// <param name="AgentId">Whose it is, over all its protections.</param>
/// <param name="Status">What it is doing.</param>
/// <param name="BudgetSpent">What its calls, and holds of the host's own in its runs, cost so far.</param>
/// <param name="PiiDetections">What was found in its traffic so far.</param>
public readonly record struct AgentState(string AgentId, AgentStatus Status, Picodollars BudgetSpent, long PiiDetections)
{
    /// <summary><c>{"agent_id", "status", "budget_spent", "pii_detections"}</c>.</summary>
    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        WriteProperties(writer);
        writer.WriteEndObject();
    }

    internal void WriteProperties(Utf8JsonWriter writer)
    {
        writer.WriteString("agent_id", AgentId);
        writer.WriteString("status", Status switch
        {
            AgentStatus.Running => "running",
            AgentStatus.Exceeded => "exceeded",
            AgentStatus.Stopped => "stopped",
            _ => "idle",
        });
        ReportWriter.WriteMoney(writer, "budget_spent", BudgetSpent);
        writer.WriteNumber("pii_detections", PiiDetections);
    }
}

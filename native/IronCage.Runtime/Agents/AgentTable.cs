namespace IronCage.Runtime.Agents;

/// <summary>The agents of this process that have a protection. Thread-safe.</summary>
internal sealed class AgentTable
{
    private readonly SortedDictionary<string, AgentRecord> _agents = new(StringComparer.Ordinal);

    /// <summary>The record of an agent that gets one more protection.</summary>
    public AgentRecord Add(string agentId)
    {
        lock (_agents)
        {
            if (!_agents.TryGetValue(agentId, out var agent))
                _agents.Add(agentId, agent = new AgentRecord(agentId));
            agent.Protections++;
            return agent;
        }
    }

    /// <summary>One of its protections is gone; with the last goes the agent.</summary>
    public void Remove(AgentRecord agent)
    {
        lock (_agents)
        {
            if (--agent.Protections == 0)
                _agents.Remove(agent.AgentId);
        }
    }

    /// <summary>All of them, by id.</summary>
    public AgentState[] States()
    {
        lock (_agents)
            return [.. _agents.Values.Select(agent => agent.State)];
    }
}

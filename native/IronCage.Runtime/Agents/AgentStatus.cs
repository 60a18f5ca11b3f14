namespace IronCage.Runtime.Agents;

/// <summary>What an agent is doing.</summary>
public enum AgentStatus
{
    /// <summary>No run is open.</summary>
    Idle = 0,

    /// <summary>A run is open.</summary>
    Running = 1,

    /// <summary>The last thing that it asked money for was refused for want of it; nothing has been let through since.</summary>
    Exceeded = 2,

    /// <summary>Its kill switch was thrown, and no protection without that has opened a run since.</summary>
    Stopped = 3,
}

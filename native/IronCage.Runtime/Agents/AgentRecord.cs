using IronCage.Core.Money;

namespace IronCage.Runtime.Agents;

/// <summary>What one agent does in this process, told by its protections. Thread-safe, without a lock: it lies on the way of every call.</summary>
internal sealed class AgentRecord(string agentId)
{
    private long _spent;
    private long _detections;
    private int _runs;
    private volatile bool _isExceeded;
    private volatile bool _isStopped;

    public string AgentId => agentId;

    /// <summary>How many protections it has. The table's.</summary>
    public int Protections { get; set; }

    public AgentState State => new(agentId, Status, new Picodollars(Interlocked.Read(ref _spent)), Interlocked.Read(ref _detections));

    private AgentStatus Status => _isStopped ? AgentStatus.Stopped
        : _isExceeded ? AgentStatus.Exceeded
        : Volatile.Read(ref _runs) > 0 ? AgentStatus.Running : AgentStatus.Idle;

    /// <summary>A run was opened, by a protection that is stopped already or not.</summary>
    public void Opened(bool isStopped)
    {
        Interlocked.Increment(ref _runs);
        if (!isStopped)
            _isStopped = false;
    }

    public void Closed() => Interlocked.Decrement(ref _runs);

    public void Spent(Picodollars cost)
    {
        var spent = Interlocked.Read(ref _spent);
        while (true)
        {
            var before = Interlocked.CompareExchange(ref _spent, cost.Value > long.MaxValue - spent ? long.MaxValue : spent + cost.Value, spent);
            if (before == spent)
                return;
            spent = before;
        }
    }

    public void Found(int findings) => Interlocked.Add(ref _detections, findings);

    public void Stopped() => _isStopped = true;

    /// <summary>The kill switch of one of its protections was lifted.</summary>
    public void Resumed() => _isStopped = false;

    public void Exceeded() => _isExceeded = true;

    /// <summary>A call or a hold was let through.</summary>
    public void LetThrough()
    {
        if (_isExceeded)
            _isExceeded = false;
    }
}

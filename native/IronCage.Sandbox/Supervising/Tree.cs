using System.Collections.Immutable;
using IronCage.Sandbox.Proxying;
using IronCage.Sandbox.Spawning;
using IronCage.Sandbox.Supervising.Learning;

namespace IronCage.Sandbox.Supervising;

/// <summary>A program that was started, and all processes that came of it. Belongs to the supervisor's loop but for what the thread that starts it sets.</summary>
internal sealed class Tree(long id, int channel, LaunchPlan plan, LaunchRequest request, string? privateFolder)
{
    public long Id { get; } = id;

    /// <summary>The socket to the host.</summary>
    public int Channel { get; } = channel;

    public LaunchPlan Plan { get; } = plan;

    public LaunchRequest Request { get; } = request;

    /// <summary>HOME and TMPDIR of the tree; removed at its end.</summary>
    public string? PrivateFolder { get; } = privateFolder;

    /// <summary>Below what the supervisor changes modes, owners, times and attributes for the tree.</summary>
    public ImmutableArray<string> ChangeRoots { get; init; } = [];

    /// <summary>What connects the tree to names; null: it reaches none.</summary>
    public DomainProxy? Proxy { get; init; }

    /// <summary>What the filter asks; −1 before it is there and after it was closed. Set by the thread that starts the tree.</summary>
    public int Listener = -1;

    /// <summary>Set by the thread that starts the tree, <see cref="StartErrno"/> and <see cref="StartStep"/> before it.</summary>
    public volatile StartState Start;

    public int StartErrno;
    public string StartStep = "";

    /// <summary>The first process; 0 before its first execve.</summary>
    public int Root { get; set; }

    /// <summary>Whether the first process was waited for.</summary>
    public bool IsRootReaped { get; set; }

    /// <summary>Its status, as of wait(2).</summary>
    public int Status { get; set; }

    /// <summary>Processes that came after the first one, ever.</summary>
    public long NewProcesses { get; set; }

    /// <summary>At most as many processes are alive.</summary>
    public int Alive { get; set; } = 1;

    /// <summary>Those that were alive when <see cref="Alive"/> was counted last.</summary>
    public List<int> LastCount { get; set; } = [];

    /// <summary>No process is started any more, and what there is gets ended.</summary>
    public bool IsEnding { get; set; }

    public bool TimedOut { get; set; }

    /// <summary>The limit for which the tree was ended: "memory", "cpu"; empty for none.</summary>
    public string Exceeded { get; set; } = "";

    /// <summary>When it is told to end, as a timestamp; <see cref="long.MaxValue"/> for never.</summary>
    public long Deadline { get; set; } = long.MaxValue;

    /// <summary>When it is ended if it does not end by itself.</summary>
    public long KillAt { get; set; } = long.MaxValue;

    public long StartedAt { get; set; }
    public double UserSeconds { get; private set; }
    public double SystemSeconds { get; private set; }
    public long MaxResidentKilobytes { get; private set; }

    /// <summary>The most memory that was seen of all processes together; 0 where it was not watched.</summary>
    public long MaxMemoryBytes { get; set; }

    public DenialLog Denials { get; } = new();

    /// <summary>What it uses, where it runs without walls to find that out; else null.</summary>
    public ObservedUse? Observed { get; } = request.Unconfined ? new ObservedUse() : null;

    public void Add(in ResourceUsage usage)
    {
        UserSeconds += usage.User;
        SystemSeconds += usage.System;
        MaxResidentKilobytes = Math.Max(MaxResidentKilobytes, usage.MaxResidentKilobytes);
    }

    /// <summary>How far the start of the first process is.</summary>
    public enum StartState
    {
        Pending,
        Running,
        Failed,
    }
}

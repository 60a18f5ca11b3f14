namespace IronCage.Sandbox.Supervising;

/// <summary>What the supervisor says over the channel of a tree.</summary>
internal enum FrameKind : byte
{
    /// <summary>The program runs: <c>{"pid": N}</c>.</summary>
    Started = 1,

    /// <summary>It could not be started: <c>{"step": "...", "errno": N, "message": "..."}</c>. Nothing is left of it.</summary>
    Failed = 2,

    /// <summary>The whole tree has ended: its outcome.</summary>
    Ended = 3,
}

namespace IronCage.Sandbox.Hosting;

/// <summary>How far a launched tree is; the numbers of the C ABI.</summary>
internal enum LaunchState
{
    /// <summary>Nothing is known yet.</summary>
    Starting = 0,

    /// <summary>Its first process runs.</summary>
    Running = 1,

    /// <summary>Nothing is left of it.</summary>
    Ended = 2,

    /// <summary>It could not be started.</summary>
    Failed = 3,

    /// <summary>Its supervisor died, and it was ended with it.</summary>
    Lost = 4,
}

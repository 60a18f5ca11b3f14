namespace IronCage.Sandbox.Policy;

/// <summary>What a path leads to.</summary>
public enum PathKind
{
    /// <summary>Nothing, or nothing that this process may look at.</summary>
    Missing,
    /// <summary>A regular file.</summary>
    File,
    /// <summary>A directory.</summary>
    Directory,
    /// <summary>A character or block device.</summary>
    Device,
    /// <summary>A socket or a pipe.</summary>
    Other,
}

namespace IronCage.State.Tests.Faults;

/// <summary>What a story told of one call. Amounts in picodollars.</summary>
internal sealed class StoryCall
{
    /// <summary>Empty: it has no hold.</summary>
    public string Budget { get; init; } = "";

    /// <summary>What was granted, once that was acknowledged.</summary>
    public long? Held { get; set; }

    /// <summary>What it cost, once it was settled or recorded.</summary>
    public long? Cost { get; set; }

    /// <summary>Whether a flush that came after its settlement was acknowledged.</summary>
    public bool IsDurable { get; set; }

    /// <summary>Whether its hold was refused, or failed.</summary>
    public bool HasNone { get; set; }
}

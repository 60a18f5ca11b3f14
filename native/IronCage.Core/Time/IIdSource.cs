namespace IronCage.Core.Time;

/// <summary>Where identities come from; a test may give its own.</summary>
public interface IIdSource
{
    /// <summary>A new identity, unique over machines, ordered by time.</summary>
    Guid NewId();
}

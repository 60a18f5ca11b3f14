namespace IronCage.Core.Time;

/// <summary>UUID version 7 from the operating system's randomness and the given clock.</summary>
public sealed class SystemIdSource(TimeProvider clock) : IIdSource
{
#pragma warning disable RS0030 // the one place where ids are made
    public Guid NewId() => Guid.CreateVersion7(clock.GetUtcNow());
#pragma warning restore RS0030
}

namespace IronCage.Runtime.Protections;

/// <summary>What a forked process goes on with of a protection: the money it draws on and its kill switch, not what it counted.</summary>
/// <param name="StoreUrl">Its store; null for memory.</param>
/// <param name="Account">Where its own budget lies in shared memory; 0 when it has none, it is durable, or it is shared with others.</param>
/// <param name="Stop">Where its kill switch lies in shared memory.</param>
public sealed record ProtectionLegacy(string? StoreUrl, nint Account, nint Stop);

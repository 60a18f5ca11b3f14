namespace IronCage.Sandbox.Policy;

/// <summary>Limits of all processes of a tree together; null: no limit.</summary>
/// <param name="MemoryBytes">Memory in bytes, shared memory counted once.</param>
/// <param name="Processes">Processes alive at once.</param>
/// <param name="CpuSeconds">CPU time in seconds, that of ended processes included.</param>
public sealed record TreeLimits(long? MemoryBytes, int? Processes, int? CpuSeconds);

using IronCage.Abi.Boundary.Fork;

namespace IronCage.Abi.Boundary;

/// <summary>An object, the engine it belongs to, and what a forked child finds of it.</summary>
internal sealed record Hosted<T>(EngineHost Host, T Value, ForkRecord? Record = null) : IForkRecorded where T : class;

namespace IronCage.Abi.Boundary;

/// <summary>An object and the engine it belongs to.</summary>
internal sealed record Hosted<T>(EngineHost Host, T Value) where T : class;

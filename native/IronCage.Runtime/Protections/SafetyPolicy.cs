using IronCage.Safety;

namespace IronCage.Runtime.Protections;

/// <summary>What to do with each kind of finding, in requests and in answers.</summary>
public sealed class SafetyPolicy
{
    private readonly PiiAction[] _input = new PiiAction[PiiKinds.All.Length];
    private readonly PiiAction[] _output = new PiiAction[PiiKinds.All.Length];

    private SafetyPolicy() { }

    public SafetyPolicy(ProtectionOptions options)
    {
        if (!options.PiiDetection)
            return;
        foreach (var kind in PiiKinds.All)
        {
            var action = options.PiiActions.TryGetValue(kind.Name, out var own) ? own : options.PiiAction;
            _input[kind.Index] = action;
            _output[kind.Index] = options.ScanOutput ? action : PiiAction.Ignore;
        }
    }

    public bool ScansInput => _input.AsSpan().ContainsAnyExcept(PiiAction.Ignore);
    public bool ScansOutput => _output.AsSpan().ContainsAnyExcept(PiiAction.Ignore);

    public PiiAction For(PiiKind kind, bool output) => (output ? _output : _input)[kind.Index];

    /// <summary>The severest of both for every kind.</summary>
    public SafetyPolicy With(SafetyPolicy other)
    {
        var merged = new SafetyPolicy();
        for (var i = 0; i < _input.Length; i++)
        {
            merged._input[i] = (PiiAction)Math.Max((int)_input[i], (int)other._input[i]);
            merged._output[i] = (PiiAction)Math.Max((int)_output[i], (int)other._output[i]);
        }
        return merged;
    }
}

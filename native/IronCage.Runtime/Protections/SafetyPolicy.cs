using IronCage.Safety;

namespace IronCage.Runtime.Protections;

/// <summary>What to do with each kind of finding, in requests and in answers.</summary>
public sealed class SafetyPolicy
{
    private readonly PiiAction[] _input = new PiiAction[PiiKinds.All.Length];
    private readonly PiiAction[] _output = new PiiAction[PiiKinds.All.Length];

    /// <summary>Of the user's own kinds, by name: what to do in requests and in answers.</summary>
    private readonly Dictionary<string, (PiiAction Input, PiiAction Output)> _own = new(StringComparer.Ordinal);

    private SafetyPolicy() { }

    /// <param name="options">The options of a protection.</param>
    /// <param name="scanner">What it looks for: kinds that another protection around it looks for do not concern it.</param>
    public SafetyPolicy(ProtectionOptions options, Scanner scanner)
    {
        if (!options.PiiDetection)
            return;
        foreach (var kind in scanner.OwnKinds)
        {
            var action = options.PiiActions.TryGetValue(kind.Name, out var own) ? own : options.PiiAction;
            _own[kind.Name] = (action, options.ScanOutput ? action : PiiAction.Ignore);
        }
        foreach (var kind in PiiKinds.All)
        {
            if (!scanner.Finds(kind))
                continue;
            var action = options.PiiActions.TryGetValue(kind.Name, out var own) ? own : options.PiiAction;
            _input[kind.Index] = action;
            _output[kind.Index] = options.ScanOutput ? action : PiiAction.Ignore;
        }
    }

    public bool ScansInput => _input.AsSpan().ContainsAnyExcept(PiiAction.Ignore) || _own.Values.Any(a => a.Input != PiiAction.Ignore);
    public bool ScansOutput => _output.AsSpan().ContainsAnyExcept(PiiAction.Ignore) || _own.Values.Any(a => a.Output != PiiAction.Ignore);

    public PiiAction For(PiiKind kind, bool output)
    {
        if (kind.Group != PiiGroup.Own)
            return (output ? _output : _input)[kind.Index];
        var (onInput, onOutput) = _own.GetValueOrDefault(kind.Name);
        return output ? onOutput : onInput;
    }

    /// <summary>The action for a kind of this name.</summary>
    public PiiAction For(string kind, bool output)
    {
        if (PiiKinds.TryGet(kind, out var known))
            return For(known, output);
        var (onInput, onOutput) = _own.GetValueOrDefault(kind);
        return output ? onOutput : onInput;
    }

    /// <summary>The severest of both for every kind.</summary>
    public SafetyPolicy With(SafetyPolicy other)
    {
        var merged = new SafetyPolicy();
        for (var i = 0; i < _input.Length; i++)
        {
            merged._input[i] = (PiiAction)Math.Max((int)_input[i], (int)other._input[i]);
            merged._output[i] = (PiiAction)Math.Max((int)_output[i], (int)other._output[i]);
        }
        foreach (var (name, (input, output)) in _own.Concat(other._own))
        {
            var (known, knownOutput) = merged._own.GetValueOrDefault(name);
            merged._own[name] = ((PiiAction)Math.Max((int)known, (int)input), (PiiAction)Math.Max((int)knownOutput, (int)output));
        }
        return merged;
    }
}

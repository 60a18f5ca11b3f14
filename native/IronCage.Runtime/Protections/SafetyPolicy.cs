using IronCage.Safety;
using IronCage.Safety.Tokens;

namespace IronCage.Runtime.Protections;

/// <summary>What to do with each kind of finding, in requests and in answers, and whose tokens stand for it.</summary>
public sealed class SafetyPolicy
{
    private readonly PiiAction[] _input = new PiiAction[PiiKinds.All.Length];
    private readonly PiiAction[] _output = new PiiAction[PiiKinds.All.Length];

    private readonly TokenVault[] _vaults = new TokenVault[PiiKinds.All.Length];

    /// <summary>Of the user's own kinds, by name: what to do in requests and in answers, and whose tokens stand for it.</summary>
    private readonly Dictionary<string, (PiiAction Input, PiiAction Output, TokenVault Vault)> _own = new(StringComparer.Ordinal);

    private SafetyPolicy() { }

    /// <param name="options">The options of a protection.</param>
    /// <param name="scanner">What it looks for: kinds that another protection around it looks for do not concern it.</param>
    /// <param name="vault">Its tokens.</param>
    public SafetyPolicy(ProtectionOptions options, Scanner scanner, TokenVault vault)
    {
        Array.Fill(_vaults, vault);
        if (!options.PiiDetection)
            return;
        foreach (var kind in scanner.OwnKinds)
        {
            var action = options.ActionFor(kind);
            _own[kind.Name] = (action, options.ScanOutput ? action : PiiAction.Ignore, vault);
        }
        foreach (var kind in PiiKinds.All)
        {
            if (!scanner.Finds(kind))
                continue;
            var action = options.ActionFor(kind);
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
        var (onInput, onOutput, _) = _own.GetValueOrDefault(kind.Name);
        return output ? onOutput : onInput;
    }

    /// <summary>The action for a kind of this name.</summary>
    public PiiAction For(string kind, bool output)
    {
        if (PiiKinds.TryGet(kind, out var known))
            return For(known, output);
        var (onInput, onOutput, _) = _own.GetValueOrDefault(kind);
        return output ? onOutput : onInput;
    }

    /// <summary>The tokens, hashes and digests of the protection that decides about a kind.</summary>
    internal TokenVault VaultFor(PiiKind kind) => kind.Group == PiiGroup.Own ? _own[kind.Name].Vault : _vaults[kind.Index];

    /// <summary>The severest of both for every kind.</summary>
    public SafetyPolicy With(SafetyPolicy other)
    {
        var merged = new SafetyPolicy();
        for (var i = 0; i < _input.Length; i++)
        {
            merged._input[i] = (PiiAction)Math.Max((int)_input[i], (int)other._input[i]);
            merged._output[i] = (PiiAction)Math.Max((int)_output[i], (int)other._output[i]);
            merged._vaults[i] = other._input[i] > _input[i] ? other._vaults[i] : _vaults[i];
        }
        foreach (var (name, (input, output, vault)) in _own.Concat(other._own))
        {
            var (known, knownOutput, knownVault) = merged._own.GetValueOrDefault(name);
            merged._own[name] = ((PiiAction)Math.Max((int)known, (int)input), (PiiAction)Math.Max((int)knownOutput, (int)output), knownVault is null || input > known ? vault : knownVault);
        }
        return merged;
    }

    /// <summary>What stands in place of a finding; null when it stays.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="action">What is to be done with it.</param>
    /// <param name="value">The value, as it is meant: without the escapes of its text.</param>
    /// <param name="batch">Receives what has to be saved before the replacement comes back.</param>
    internal ReadOnlyMemory<byte>? Replacement(PiiKind kind, PiiAction action, ReadOnlySpan<byte> value, TokenBatch batch) => action switch
    {
        PiiAction.Redact => kind.RedactedUtf8,
        PiiAction.Hash => VaultFor(kind).Hash(kind, value),
        PiiAction.Tokenise => VaultFor(kind).Tokenise(kind, value, batch),
        PiiAction.Mask => Masking.Mask(value),
        _ => (ReadOnlyMemory<byte>?)null, // a bare null would become empty memory, and the finding be cut out
    };
}

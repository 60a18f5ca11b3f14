using IronCage.Safety;
using IronCage.Safety.Tokens;

namespace IronCage.Runtime.Protections;

/// <summary>What to do with each kind of finding, in requests and in answers, and whose tokens stand for it.</summary>
public sealed class SafetyPolicy
{
    private readonly PiiAction[] _input = new PiiAction[PiiKinds.All.Length];
    private readonly PiiAction[] _output = new PiiAction[PiiKinds.All.Length];
    private readonly TokenVault[] _vaults = new TokenVault[PiiKinds.All.Length];

    private SafetyPolicy() { }

    /// <param name="options">The options of a protection.</param>
    /// <param name="vault">Its tokens.</param>
    public SafetyPolicy(ProtectionOptions options, TokenVault vault)
    {
        Array.Fill(_vaults, vault);
        if (!options.PiiDetection)
            return;
        foreach (var kind in PiiKinds.All)
        {
            var action = options.ActionFor(kind);
            _input[kind.Index] = action;
            _output[kind.Index] = options.ScanOutput ? action : PiiAction.Ignore;
        }
    }

    public bool ScansInput => _input.AsSpan().ContainsAnyExcept(PiiAction.Ignore);
    public bool ScansOutput => _output.AsSpan().ContainsAnyExcept(PiiAction.Ignore);

    public PiiAction For(PiiKind kind, bool output) => (output ? _output : _input)[kind.Index];

    /// <summary>The tokens, hashes and digests of the protection that decides about a kind.</summary>
    internal TokenVault VaultFor(PiiKind kind) => _vaults[kind.Index];

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

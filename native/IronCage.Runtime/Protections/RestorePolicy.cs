using IronCage.Lang;
using IronCage.Safety.Tokens;

namespace IronCage.Runtime.Protections;

/// <summary>Whose values come back where, in the answers to a run: of the protections that share tokens all must allow it. Immutable.</summary>
internal sealed class RestorePolicy
{
    private readonly List<(TokenVault Vault, RestorePlaces Places)> _rules = [];

    public RestorePolicy(IEnumerable<Protection> protections)
    {
        foreach (var protection in protections)
        {
            if (!protection.DecidesOnRestoring)
                continue;
            var known = _rules.FindIndex(rule => rule.Vault.IsSameAs(protection.Vault));
            if (known < 0)
                _rules.Add((protection.Vault, protection.RestoreIn));
            else
                _rules[known] = (_rules[known].Vault, _rules[known].Places.And(protection.RestoreIn));
        }
        _rules.RemoveAll(rule => rule.Places.IsEmpty);
        Vaults = [.. _rules.Select(rule => rule.Vault)];
    }

    /// <summary>Whether values come back anywhere.</summary>
    public bool IsActive => _rules.Count > 0;

    /// <summary>Those whose values come back somewhere.</summary>
    public IReadOnlyList<TokenVault> Vaults { get; }

    /// <summary>Whether any values come back in such a text.</summary>
    public bool Applies(in TextUse use)
    {
        if (_rules.Count == 0 || use.IsSigned || PlaceOf(use) is not { } place)
            return false;
        foreach (var rule in _rules)
        {
            if (rule.Places.Has(place))
                return true;
        }
        return false;
    }

    /// <summary>Those whose values come back in such a text.</summary>
    public IReadOnlyList<TokenVault> For(in TextUse use)
    {
        if (use.IsSigned || PlaceOf(use) is not { } place)
            return [];
        return [.. _rules.Where(rule => rule.Places.Has(place)).Select(rule => rule.Vault)];
    }

    /// <summary>The name of the place; null where values never come back.</summary>
    public static string? PlaceOf(in TextUse use) => use.Role switch
    {
        TextRole.Answer => RestorePlaces.Answer,
        TextRole.ToolArguments or TextRole.ToolInput when use.Tool is { } tool => RestorePlaces.ToolPrefix + tool,
        _ => null,
    };
}

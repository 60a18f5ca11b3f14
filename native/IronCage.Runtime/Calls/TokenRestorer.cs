using IronCage.Core.Json;
using IronCage.Core.Ledger;
using IronCage.Core.Text;
using IronCage.Lang;
using IronCage.Runtime.Protections;
using IronCage.Safety.Tokens;

namespace IronCage.Runtime.Calls;

/// <summary>Puts values back in place of tokens in the answer to one call, where the policy allows. One thread at a time.</summary>
/// <param name="policy">Whose values come back where.</param>
/// <param name="problem">Told, in words, of a token that should come back and cannot.</param>
internal sealed class TokenRestorer(RestorePolicy policy, Action<string> problem)
{
    /// <summary>
    /// How often a call waits for the store. What an answer repeats stood in the request, and was brought to hand then; only a model that speaks of other calls needs more,
    /// and one that makes up tokens must not be able to keep us busy.
    /// </summary>
    private const int MostReads = 64;

    private readonly Dictionary<(string Kind, string Place), int> _restored = [];
    private int _reads;

    /// <summary>How many values came back since the last <see cref="Take"/>.</summary>
    public bool HasRestored => _restored.Count > 0;

    /// <summary>What came back, by kind and place, since this was asked last.</summary>
    public List<(string Kind, string Place, int Count)> Take()
    {
        var taken = _restored.Select(item => (item.Key.Kind, item.Key.Place, item.Value)).ToList();
        _restored.Clear();
        return taken;
    }

    /// <summary>Adds the edits that put back what these tokens of a text stand for.</summary>
    public void Restore(List<FoundToken> tokens, in TextUse use, List<TextEdit> edits)
    {
        var vaults = policy.For(use);
        if (vaults.Count == 0)
            return;
        Bring(tokens, vaults);
        foreach (var token in tokens)
        {
            if (Open(token.Name, vaults) is not { Value: { } value } opened)
                continue;
            var text = JsonText.Escape(value);
            edits.Add(new TextEdit(token.Start, token.End, use.Role == TextRole.ToolArguments ? JsonText.Escape(text) : text));
            var key = (opened.Kind, RestorePolicy.PlaceOf(use)!);
            _restored[key] = _restored.GetValueOrDefault(key) + 1;
        }
    }

    private OpenedToken Open(string name, IReadOnlyList<TokenVault> vaults)
    {
        OpenedToken best = default;
        foreach (var vault in vaults)
        {
            var opened = vault.Open(name);
            if (opened.State == TokenState.Opened)
                return opened;
            if (opened.State != TokenState.Unknown)
                best = opened;
        }
        if (best.State == TokenState.OtherKey)
            problem("a token was sealed with a key that this protection does not have, and stays");
        else if (best.State == TokenState.Damaged)
            problem("what the store has of a token is damaged, and it stays");
        return best;
    }

    private void Bring(List<FoundToken> tokens, IReadOnlyList<TokenVault> vaults)
    {
        if (_reads >= MostReads)
            return;
        try
        {
            foreach (var vault in vaults)
            {
                if (vault.Bring(tokens.Select(token => token.Name)) is not { } reading)
                    continue;
                _reads++;
                reading.GetAwaiter().GetResult();
            }
        }
        catch (StoreException)
        {
            problem("the store cannot be read, and tokens stay");
        }
    }
}

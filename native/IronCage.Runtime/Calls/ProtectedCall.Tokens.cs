using IronCage.Core.Events;
using IronCage.Core.Ledger;
using IronCage.Core.Text;
using IronCage.Lang;
using IronCage.Runtime.Protections;
using IronCage.Safety.Tokens;

namespace IronCage.Runtime.Calls;

/// <summary>Tokens of a call: saved before it leaves, turned back in its answer.</summary>
public sealed partial class ProtectedCall
{
    private readonly TokenBatch _tokens = new();
    private TokenRestorer? _restorer;
    private Task? _saving;

    /// <summary>Of findings in a store's audit trail a digest is kept.</summary>
    private bool KeepsDigests => Array.Exists(_run.Protections, static protection => protection.IsAudited);

    private TokenRestorer Restorer => _restorer ??= new TokenRestorer(_run.Restores, problem =>
    {
        foreach (var protection in _run.Protections)
            protection.WarnOnce("tokens:" + problem, "pii.not_restored", problem);
    });

    /// <summary>Saves the tokens that were made for the request, and brings to hand those that it holds already: the answer may repeat them.</summary>
    /// <returns>Null when there is nothing to wait for.</returns>
    private Task? SaveTokens(ReadOnlySpan<byte> body)
    {
        List<Task>? waits = null;
        if (_tokens.Save() is { } saving)
            (waits ??= []).Add(saving);
        if (_run.Restores.IsActive)
        {
            var found = new List<FoundToken>();
            byte[] scratch = [];
            foreach (var text in _request.Texts)
                TokenStream.Find(text.Read(body, ref scratch), _request.JsonTexts.Contains(text.Start), found);
            foreach (var vault in found.Count == 0 ? [] : _run.Restores.Vaults)
            {
                if (vault.Bring(found.Select(token => token.Name)) is { } reading)
                    (waits ??= []).Add(reading);
            }
        }
        return waits is null ? null : Task.WhenAll(waits);
    }

    /// <summary>The holds, once the tokens of the request are saved: if those cannot be, the call must not leave.</summary>
    private ValueTask<HoldOutcome?> WithTokens(ValueTask<HoldOutcome?> holds) => _saving is { } saving ? WithTokensAsync(saving, holds.AsTask()) : holds;

    private async ValueTask<HoldOutcome?> WithTokensAsync(Task saving, Task<HoldOutcome?> holding)
    {
        await Task.WhenAny(Task.WhenAll(saving, holding)).ConfigureAwait(false); // whichever fails, both are over
        if (!saving.IsCompletedSuccessfully)
        {
            if (holding.IsCompletedSuccessfully)
                GiveBack();
            await saving.ConfigureAwait(false);
        }
        return await holding.ConfigureAwait(false);
    }

    /// <summary>The screen of a channel of the streamed answer.</summary>
    private ITextScreen NewScreen(in TextUse use)
    {
        ITextScreen? screen = _run.Policy.ScansOutput
            ? new OutputScreen(_run.Scanner.OpenStream(), _run.Policy, use, _channels++, _tokens, KeepsDigests, _streamFindings.Add)
            : null;
        return screen is null || _run.Restores.For(use).Count > 0 ? new RestoringScreen(screen, use, Restorer) : screen;
    }

    private int _channels;

    /// <summary>Adds to the edits of a text of the whole answer those that turn tokens back. A token inside a finding is gone with it.</summary>
    private void Restore(ReadOnlySpan<byte> text, in TextUse use, List<TextEdit> edits)
    {
        if (!_run.Restores.Applies(use))
            return;
        var found = new List<FoundToken>();
        TokenStream.Find(text, isJson: use.Role == TextRole.ToolArguments, found);
        found.RemoveAll(token => edits.Exists(edit => edit.Start < token.End && token.Start < edit.End));
        if (found.Count == 0)
            return;
        Restorer.Restore(found, use, edits);
        edits.Sort(static (a, b) => a.Start.CompareTo(b.Start));
    }

    /// <summary>
    /// Saves tokens that were made in the answer, and books values that came back. Nothing waits for it: the tokens are at hand in this process, and soon in the store.
    /// </summary>
    private void BookTokens()
    {
        if (_tokens.Save() is { } saving)
        {
            saving.ContinueWith(static (task, state) =>
            {
                _ = task.Exception;
                foreach (var protection in ((ProtectedCall)state!)._run.Protections)
                    protection.WarnOnce("tokens", "pii.tokens_not_saved", "tokens of an answer could not be saved: they can be turned back in this process only");
            }, this, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }
        if (_restorer is not { HasRestored: true })
            return;
        var restored = _restorer.Take();
        var details = JsonDetails.Write(writer =>
        {
            writer.WriteString("call", _id.ToString("N"));
            writer.WriteStartArray("restored");
            foreach (var (kind, place, count) in restored.Order())
            {
                writer.WriteStartObject();
                writer.WriteString("kind", kind);
                writer.WriteString("place", place);
                writer.WriteNumber("count", count);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        });
        foreach (var protection in _run.Protections)
        {
            protection.Emit("pii.restored", EventLevel.Info, $"{restored.Sum(item => item.Count)} value(s) came back in the answer of {Model}", details, _run.Id, _id);
            protection.Audit("pii.restored", details);
        }
    }
}

using System.Globalization;
using System.Text;

namespace IronCage.Lang.Ollama;

/// <summary>A request to generate or to embed. Streams tell their usage with the last line.</summary>
public sealed class OllamaRequest : LlmRequest
{
    private int _optionsStart = -1;
    private bool _optionsAreEmpty;
    private Range? _nullOptions;

    /// <summary>A request that says nothing yet: without a word about it, the answer is a stream.</summary>
    public OllamaRequest()
    {
        Stream = true;
        AsksForUsage = true;
        Caching = PromptCaching.None;
    }

    /// <summary>Where the options begin in the body.</summary>
    internal void SetOptions(int brace, bool isEmpty) => (_optionsStart, _optionsAreEmpty) = (brace, isEmpty);

    /// <summary>Where options that are null stand in the body.</summary>
    internal void SetNullOptions(Range place) => _nullOptions = place;

    /// <summary>A top-level key in a spelling that the server takes for one that is read here.</summary>
    internal bool HasOtherSpelling { get; set; }

    /// <inheritdoc/>
    /// <remarks>It is <c>num_predict</c>, in the options.</remarks>
    public override void LimitOutput(long limit, string? field, List<RawEdit> into)
    {
        ArgumentNullException.ThrowIfNull(into);
        if (OutputLimitValues.Count > 0)
        {
            base.LimitOutput(limit, field, into);
            return;
        }
        var entry = string.Create(CultureInfo.InvariantCulture, $"\"num_predict\":{limit}");
        if (_nullOptions is { } place)
            into.Add(new RawEdit(place.Start.Value, place.End.Value, Encoding.ASCII.GetBytes($"{{{entry}}}")));
        else if (_optionsStart >= 0)
            into.Add(new RawEdit(_optionsStart + 1, _optionsStart + 1, Encoding.ASCII.GetBytes(_optionsAreEmpty ? entry : entry + ",")));
        else
            into.Add(new RawEdit(BodyStart, BodyStart, Encoding.ASCII.GetBytes($"\"options\":{{{entry}}},")));
    }

    /// <inheritdoc/>
    public override void MoveLimit(string? field, List<RawEdit> into)
    {
        // There is one field, whatever the model.
    }
}

using System.Text.Json;

namespace IronCage.Lang.Bedrock;

/// <summary>A request to converse. Its streams always carry usage.</summary>
public sealed class ConverseRequest : LlmRequest
{
    private int _contentEnd = -1;
    private bool _contentIsEmpty;

    /// <summary>A request that says nothing yet.</summary>
    public ConverseRequest()
    {
        AsksForUsage = true;
        Caching = PromptCaching.None; // only cache points write
    }

    /// <summary>It is the body that Amazon's Nova models take by invoke, which is that of converse with fields of its own.</summary>
    internal bool IsNova { get; init; }

    /// <summary>It says that it is (<c>schemaVersion</c>).</summary>
    internal bool HasNovaSchema { get; set; }

    /// <summary>It has messages, be there none in them.</summary>
    internal bool HasMessages { get; set; }

    /// <summary>Where its limit goes.</summary>
    internal NestedLimit Limit { get; } = new("inferenceConfig", "maxTokens");

    /// <summary>A message was read.</summary>
    /// <param name="isOfUser">Whose it is.</param>
    /// <param name="contentEnd">The bracket that ends its content; −1 where it has none.</param>
    /// <param name="isEmpty">Nothing stands in it.</param>
    internal void EndMessage(bool isOfUser, int contentEnd, bool isEmpty) => (_contentEnd, _contentIsEmpty) = (isOfUser ? contentEnd : -1, isEmpty);

    /// <inheritdoc/>
    /// <remarks>It stands in the inference config.</remarks>
    public override void LimitOutput(long limit, string? field, List<RawEdit> into)
    {
        ArgumentNullException.ThrowIfNull(into);
        if (OutputLimitValues.Count > 0 || NullLimits.Count > 0)
            base.LimitOutput(limit, "maxTokens", into);
        else
            into.Add(Limit.Insert(limit, BodyStart));
    }

    /// <inheritdoc/>
    /// <remarks>The service refuses two messages of the user in a row: behind one it is a further block of that.</remarks>
    public override bool TryAppendMessage(string text, List<RawEdit> into)
    {
        ArgumentNullException.ThrowIfNull(into);
        if (_contentEnd < 0)
            return base.TryAppendMessage(text, into);
        into.Add(new RawEdit(_contentEnd, _contentEnd, (byte[])[.. _contentIsEmpty ? [] : ","u8, .. Block(text)]));
        return true;
    }

    private protected override byte[] UserMessage(string text) => [.. "{\"role\":\"user\",\"content\":["u8, .. Block(text), .. "]}"u8];

    private static byte[] Block(string text) => [.. "{\"text\":\""u8, .. JsonEncodedText.Encode(text).EncodedUtf8Bytes, .. "\"}"u8];
}

namespace IronCage.Lang.Responses;

/// <summary>A request to OpenAI's responses API. Its streams always carry usage.</summary>
public sealed class ResponsesRequest : LlmRequest
{
    private Range? _inputText;

    /// <summary>A request that says nothing yet.</summary>
    public ResponsesRequest() => AsksForUsage = true;

    /// <summary>Where the input stands in the body, be it a text or an array of items.</summary>
    internal void SetInput(ReadOnlySpan<byte> body, Range place)
    {
        var input = body[place];
        if (input[0] == (byte)'"')
            _inputText = place;
        else if (input[0] == (byte)'[')
            EndMessages(place.End.Value - 1, isEmpty: input[1..^1].IndexOfAnyExcept(" \t\r\n"u8) < 0);
    }

    /// <inheritdoc/>
    public override void LimitOutput(long limit, string? field, List<RawEdit> into) => base.LimitOutput(limit, "max_output_tokens", into);

    /// <inheritdoc/>
    /// <remarks>A text alone becomes the first of two messages.</remarks>
    public override bool TryAppendMessage(string text, List<RawEdit> into)
    {
        ArgumentNullException.ThrowIfNull(into);
        if (_inputText is not { } place)
            return base.TryAppendMessage(text, into);
        into.Add(new RawEdit(place.Start.Value, place.Start.Value, "[{\"role\":\"user\",\"content\":"u8.ToArray()));
        into.Add(new RawEdit(place.End.Value, place.End.Value, (byte[])[.. "},"u8, .. UserMessage(text), (byte)']']));
        return true;
    }
}
